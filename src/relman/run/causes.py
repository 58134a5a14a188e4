"""Names the commits that a conflict comes from: those that brought the lines which the pick expects to find."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from relman.git.blame import blame, touching
from relman.git.hunks import ChangedFile, Range, Region, around, changed_files
from relman.git.reader import Reader
from relman.git.repo import Repository
from relman.git.trees import blob
from relman.model.names import Oid
from relman.model.trees import Conflict

_CONTEXTS = (1, 4)
"""Neighbouring lines to blame too. One is tight; four find what only borders on the change."""
_LAST_TOUCHES = 3


class Causes:
    """Answers for one fix and one target, both commits; remembers which files a commit changes.

    `present` tells that the target has a commit's change, though not the commit.
    """

    def __init__(
        self,
        repo: Repository,
        graph: Reader,
        fix: Oid,
        target: Oid,
        present: Callable[[Oid], bool],
        *,
        mainline: int | None,
    ) -> None:
        self._repo, self._graph, self._present = repo, graph, present
        self._fix, self._target, self._mainline = fix, target, mainline
        lacking = graph.between([fix], [target])
        self._age = {oid: n for n, oid in enumerate(lacking)}
        self._files: dict[Oid, tuple[ChangedFile, ...]] = {}

    def ordered(self, oids: Iterable[Oid]) -> tuple[Oid, ...]:
        """Sorts commits that the target lacks: parents before children."""
        return tuple(sorted(oids, key=lambda oid: -self._age[oid]))

    def of(self, commit: Oid, conflicts: Sequence[Conflict]) -> Iterator[set[Oid]]:
        """Gives sets of commits before this one that the target lacks, the best explanation first.

        Blame of the conflicting regions with one line around them, then four; where that names none, one by one
        the last commits that touched the files. Never a merge, but what it brought.
        """
        parent = self._parent(commit)
        if parent is None:
            return
        paths = [c.path for c in conflicts]
        changed = self._changed(parent, commit)
        # A file that was moved on one side conflicts under the other's name.
        files = [f for f in changed if {f.old, f.new} & set(paths)] or list(changed)
        lines = [(f, at, oid) for f in files for at, oid in self._blamed(parent, f, conflicts)]
        blamed = False
        for context in _CONTEXTS:
            near = {f.path: around(f.regions, context) for f in files}
            found = {
                oid
                for file, at, source in lines
                if any(first <= at <= last for first, last in near[file.path])
                for oid in self._wanted(source, file.path)
            }
            blamed |= bool(found)
            yield found
        for path in () if blamed else paths:
            for last in touching(self._repo, parent, path, below=[self._target])[:_LAST_TOUCHES]:
                yield set(self._wanted(last, path))

    def _parent(self, commit: Oid) -> Oid | None:
        parents = self._graph.commit(commit).parents
        mainline = self._mainline if commit == self._fix else None
        return parents[(mainline or 1) - 1] if parents else None

    def _changed(self, parent: Oid, commit: Oid) -> tuple[ChangedFile, ...]:
        if commit not in self._files:
            self._files[commit] = changed_files(self._repo, parent, commit)
        return self._files[commit]

    def _blamed(
        self, parent: Oid, file: ChangedFile, conflicts: Sequence[Conflict]
    ) -> Iterator[tuple[int, Oid]]:
        """Gives the lines that the target lacks in the regions of the file that conflict, with their commits."""
        if file.old is None:
            return
        regions = self._regions(parent, file, conflicts)
        ranges = around(regions, _CONTEXTS[-1])
        for line in blame(self._repo, parent, file.old, ranges, below=[self._target]):
            if not line.old:
                yield line.line, line.commit

    def _regions(self, parent: Oid, file: ChangedFile, conflicts: Sequence[Conflict]) -> tuple[Region, ...]:
        """Gives those of the file's regions that conflict; all of them where that cannot be told."""
        bases = [h.base for c in conflicts if c.path in (file.old, file.new) for h in c.hunks]
        if not bases or not all(bases) or file.old is None:
            return file.regions
        lines = (blob(self._repo, parent, file.old) or b"").decode("utf-8", "replace").splitlines()
        places = [place for base in bases for place in _places(lines, base.splitlines())]
        return tuple(r for r in file.regions if any(_touches(r, place) for place in places)) or file.regions

    def _wanted(self, oid: Oid, path: str) -> Iterator[Oid]:
        """Gives the commit where the target lacks it; for a merge, what that brought to the path."""
        if oid not in self._age or self._present(oid):
            return
        parents = self._graph.commit(oid).parents
        if len(parents) < 2:
            yield oid
            return
        for brought in self._graph.between(parents[1:], [parents[0], self._target]):
            single = len(self._graph.commit(brought).parents) < 2
            if single and path in self._graph.paths(brought) and not self._present(brought):
                yield brought


def _places(lines: Sequence[str], wanted: Sequence[str]) -> Iterator[Range]:
    """Gives every place where these lines stand together, counted from 1."""
    size = len(wanted)
    for at in range(len(lines) - size + 1):
        if lines[at] == wanted[0] and list(lines[at : at + size]) == list(wanted):
            yield at + 1, at + size


def _touches(region: Region, place: Range) -> bool:
    last = region.start + max(len(region.removed), 1) - 1
    return region.start <= place[1] + 1 and place[0] - 1 <= last
