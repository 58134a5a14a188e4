"""Reads commits: the `Graph` of a real repository.

Single commits are read from the object store in this process; walks are git's own (`rev-list`), because git
uses the commit-graph file, gets limits right as its users know them, and is no slower without one. Nothing
here writes, and nothing asks the network.
"""

import subprocess
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing
from itertools import tee

from pygit2.enums import ObjectType

from relman.errors import RelmanError, usage
from relman.git.commit_object import committed_at, parents_of, parse_commit, tree_of
from relman.git.repo import Repository
from relman.git.snapshot import read_shallow
from relman.git.streams import objects, paths_by_commit
from relman.git.trees import Differ, absent
from relman.model.history import Commit
from relman.model.names import Oid

_KEPT = 100_000
"""Commits that are remembered at a time, 100 to 200 MB; the notes of every release read each of them once."""
_STEPS = 500
"""A chain this long is read in 5 ms here; starting git costs 3, and then it is 3 to 8 times as fast."""


class Reader:
    """A `Graph` over an open repository. Remembers what it read: commits never change."""

    def __init__(self, repo: Repository) -> None:
        self._repo = repo
        self._odb = repo.pygit.odb
        self._shallow = read_shallow(repo)
        self._differ = Differ(repo)
        self._commits: dict[Oid, Commit] = {}
        self._first: dict[Oid, Oid | None] = {}
        self._dates: dict[Oid, int] = {}
        self._paths: dict[Oid, frozenset[str]] = {}
        self._between: dict[tuple[frozenset[Oid], frozenset[Oid]], tuple[Oid, ...]] = {}
        self._ancestry: dict[tuple[Oid, Oid], bool] = {}
        self.reached: set[Oid] = set()
        """Ends of a shallow clone that walks came to: their answers may depend on what lies below."""

    def has(self, oid: Oid) -> bool:
        """Tells whether the object is in this clone."""
        return oid in self._odb

    def is_shallow_boundary(self, oid: Oid) -> bool:
        """Tells whether the commit's parents were left out by a shallow clone."""
        return oid in self._shallow

    def commit(self, oid: Oid) -> Commit:
        """Gives one commit; without parents at a shallow boundary. Error (usage): not in this clone."""
        found = self._commits.get(oid)
        if found is None:
            data = self._read(oid)
            return self._keep(parse_commit(oid, data, parents=self._parents(oid, data)))
        return found

    def commits(self, oids: Iterable[Oid]) -> Generator[Commit, None, None]:
        """Streams commits in this order, remembered as by `commit`, while git reads the next ones.

        Error (usage): one is not in this clone.
        """
        ahead, behind = tee(oids)
        with closing(objects(self._repo.looking, ahead)) as stored:
            for oid, (kind, data) in zip(behind, stored, strict=True):
                if kind == b"commit" and oid not in self._commits:
                    self._keep(parse_commit(oid, data, parents=self._parents(oid, data)))
                yield self.commit(oid)

    def _keep(self, found: Commit) -> Commit:
        if len(self._commits) >= _KEPT:
            self._commits.clear()
        self._commits[found.id] = found
        return found

    def when(self, oid: Oid) -> int:
        """Gives the commit date in seconds since 1970."""
        found = self._dates.get(oid)
        if found is None:
            known = self._commits.get(oid)
            found = known.committer.when if known else committed_at(self._read(oid))
            self._dates[oid] = found
        return found

    def chain(self, tip: Oid) -> Iterator[Oid]:
        """Walks first parents, newest first, from the tip itself to the root or a shallow boundary."""
        for oid in self._chain(tip):
            yield oid
            if oid in self._shallow:
                self.reached.add(oid)

    def _chain(self, tip: Oid) -> Iterator[Oid]:
        at: Oid | None = tip
        for _ in range(_STEPS):
            if at is None:
                return
            yield at
            at = self._first_parent(at)
        while at is not None and at in self._first:
            yield at
            at = self._first[at]
        if at is not None:
            yield from self._stream(at)

    def between(self, include: Iterable[Oid], exclude: Iterable[Oid]) -> tuple[Oid, ...]:
        """Gives the commits reachable from `include` and not from `exclude`, in git's date order."""
        wanted, hidden = frozenset(include), frozenset(exclude)
        if not wanted - hidden:
            return ()
        known = self._between.get((wanted, hidden))
        if known is None:
            known = self._rev_list(wanted, hidden, "--date-order")
            self._between[wanted, hidden] = known
        if self._shallow:
            self.reached |= self._shallow.intersection(known)
        return known

    def is_ancestor(self, ancestor: Oid, descendant: Oid) -> bool:
        """Tells whether the one is reachable from the other; a commit is its own ancestor."""
        if ancestor == descendant:
            return True
        known = self._ancestry.get((ancestor, descendant))
        if known is None:
            known = not self._rev_list([ancestor], [descendant], "--max-count=1")
            self._ancestry[ancestor, descendant] = known
        if not known:
            self.reached |= self._shallow
        return known

    def ancestors(self, oids: Iterable[Oid], descendant: Oid) -> frozenset[Oid]:
        """Gives those of the commits that are reachable from another one; one walk, which `is_ancestor` remembers."""
        asked = tuple(dict.fromkeys(oids))
        fresh = [oid for oid in asked if oid != descendant and (oid, descendant) not in self._ancestry]
        if len(fresh) > 1:
            lacking = set(self.between(fresh, [descendant]))
            self._ancestry |= {(oid, descendant): oid not in lacking for oid in fresh}
        return frozenset(oid for oid in asked if self.is_ancestor(oid, descendant))

    def paths(self, oid: Oid) -> frozenset[str]:
        """Gives the paths that differ from the first parent's tree (all for a root), without renames."""
        found = self._paths.get(oid)
        if found is None:
            known = self._commits.get(oid)
            data = b"" if known else self._read(oid)
            parents = known.parents if known else self._parents(oid, data)
            try:
                old = self._tree(parents[0]) if parents else None
                found = self._differ.paths(old, known.tree if known else tree_of(data))
            except KeyError as e:
                raise absent(self._repo, oid, "a tree of the commit") from e
            self._paths[oid] = found
        return found

    def load_paths(self, oids: Iterable[Oid]) -> None:
        """Reads the paths of many commits at once, four to ten times as fast as one by one.

        Errors (usage): a commit or one of its trees is not in this clone.
        """
        todo = [oid for oid in dict.fromkeys(oids) if oid not in self._paths]
        if not todo:
            return
        options = (
            "-r",
            "-z",
            "--name-only",
            "--no-renames",
            "--root",
            "--diff-merges=first-parent",
            "--always",
        )
        try:
            listed = self._repo.looking.run("diff-tree", "--stdin", *options, stdin=_lines(todo)).stdout
        except RelmanError as e:
            raise self._why(todo, e) from e
        self._paths.update(paths_by_commit(listed, todo))

    def reachable_tags(self, tip: Oid, tags: Mapping[str, Oid]) -> frozenset[str]:
        """Gives the names of the tags (name to commit) that are ancestors of the tip, in one bounded walk.

        It walks what the tags have and the tip lacks, as `git tag --merged` does, on exactly these values.
        """
        ahead = frozenset(self._rev_list(tags.values(), [tip])) if tags else frozenset()
        return frozenset(name for name, commit in tags.items() if commit not in ahead)

    def descendants(self, ancestor: Oid, tips: Iterable[Oid]) -> frozenset[Oid]:
        """Gives the commits that descend from one and that the tips hold, the tips among them; never itself."""
        todo = [oid for oid in dict.fromkeys(tips) if oid != ancestor]
        return frozenset(self._rev_list(todo, [ancestor], "--ancestry-path")) if todo else frozenset()

    def walk(self, tips: Iterable[Oid]) -> Iterator[tuple[Oid, tuple[Oid, ...]]]:
        """Streams everything below the tips with its parents, children before parents, remembering nothing.

        git begins at once, and works until somebody asks.
        """
        todo = list(dict.fromkeys(tips))
        child = self._repo.looking.popen(
            "rev-list", "--date-order", "--parents", "--stdin", env={"GIT_FLUSH": "0"}
        )
        if child.stdin is not None:
            child.stdin.write(_lines(todo))
            child.stdin.close()
            child.stdin = None
        walked = self._walked(child, todo)
        next(walked)
        return walked

    def _walked(
        self, child: "subprocess.Popen[bytes]", todo: list[Oid]
    ) -> Iterator[tuple[Oid, tuple[Oid, ...]]]:
        try:
            yield Oid(""), ()  # from here on the child ends with the generator, read or not
            for line in child.stdout or ():
                oid, *parents = line.decode("ascii").split()
                yield Oid(oid), tuple(map(Oid, parents))
            done = child.wait()
        finally:
            child.kill()
            child.communicate()
        if done != 0:
            lacking = next((oid for oid in todo if not self.has(oid)), None)
            raise absent(self._repo, lacking or todo[0], "a commit below this one")

    def _read(self, oid: Oid) -> bytes:
        try:
            kind, data = self._odb.read(oid)
        except (KeyError, ValueError) as e:
            raise absent(self._repo, oid, "the commit") from e
        if kind != ObjectType.COMMIT:
            raise usage(f"{oid} is not a commit", f"git cat-file -t {oid}")
        return data

    def _parents(self, oid: Oid, data: bytes) -> tuple[Oid, ...]:
        return () if oid in self._shallow else parents_of(data)

    def _tree(self, oid: Oid) -> Oid:
        known = self._commits.get(oid)
        return known.tree if known else tree_of(self._read(oid))

    def _first_parent(self, oid: Oid) -> Oid | None:
        if oid not in self._first:
            data = self._read(oid)
            self._dates[oid] = committed_at(data)
            self._first[oid] = next(iter(self._parents(oid, data)), None)
        return self._first[oid]

    def _stream(self, tip: Oid) -> Iterator[Oid]:
        # A flush per line would cost as much as the walk.
        words = ("rev-list", "--first-parent", "--timestamp", tip)
        child = self._repo.looking.popen(*words, env={"GIT_FLUSH": "0"})
        before: Oid | None = None
        try:
            for line in child.stdout or ():
                date, _, name = line.decode("ascii").partition(" ")
                oid = Oid(name[:40])
                self._dates[oid] = int(date)
                if before is not None:
                    self._first[before] = oid
                before = oid
                yield oid
            if child.wait() == 0 and before is not None:
                self._first[before] = None
        finally:
            child.kill()
            child.communicate()
        if child.returncode != 0:
            # The chain breaks at a commit that is not here; reading the next one says which.
            self._first_parent(before or tip)
            raise absent(self._repo, self._first.get(before or tip) or tip, "the commit")

    def _rev_list(self, include: Iterable[Oid], exclude: Iterable[Oid], *options: str) -> tuple[Oid, ...]:
        todo, hidden = list(include), list(exclude)
        lines = _lines([*todo, *("^" + oid for oid in hidden)])
        try:
            listed = self._repo.looking.run("rev-list", *options, "--stdin", stdin=lines).stdout
        except RelmanError as e:
            raise self._why([*todo, *hidden], e) from e
        return tuple(Oid(line) for line in listed.decode("ascii").split())

    def _why(self, oids: Iterable[Oid], otherwise: RelmanError) -> RelmanError:
        lacking = next((oid for oid in oids if not self.has(oid)), None)
        return absent(self._repo, lacking, "the commit") if lacking else otherwise


def _lines(words: Iterable[str]) -> bytes:
    return "".join(f"{word}\n" for word in words).encode("ascii")
