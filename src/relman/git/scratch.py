"""The scratch repository: where picks are tried, objects are written and signatures are made.

It borrows the user's objects and keeps everything new to itself, so nothing in the user's repository changes
until `pack` publishes the result. The engine is git's own merge: people must get what `git cherry-pick`
gives, and libgit2's is silently wrong where directories were renamed.
"""

import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pygit2
from msgspec import Struct
from msgspec.structs import replace
from pygit2.enums import FileMode, ObjectType

from relman.errors import Kind, RelmanError, usage
from relman.git import merging, publish, signing
from relman.git.commit_object import parents_of, tree_of
from relman.git.markers import MOST_BYTES, hunks
from relman.git.merging import Pair
from relman.git.program import Git
from relman.git.raw_object import CommitText, TagText, commit_bytes, tag_bytes
from relman.git.repo import EMPTY_TREE, Repository
from relman.git.surroundings import (
    ISOLATED,
    Programs,
    Settings,
    find_programs,
    lay_out,
    lay_out_attributes,
    link_programs,
    read_settings,
)
from relman.git.tree_edit import edit_tree
from relman.git.tree_take import entry_at, take_paths
from relman.git.trees import PARTIAL
from relman.git.untouched import taken_back
from relman.model.history import Person
from relman.model.names import Oid
from relman.model.trees import Conflict, Conflicted, Merge, Merged, PathEdit, Unknown

_WITH_BASE = ("-c", "merge.conflictStyle=zdiff3")
_NOBODY = Person(name="relman", email="relman@invalid", when=0)
_ABSENT = (
    "missing",
    "unable to read",
    "could not read",
    "could not parse",
    "cannot read",
    "not found",
    "bad object",
)


class PickOf(Struct, frozen=True, kw_only=True):
    """One pick to try: a commit onto a tree. `mainline` counts a merge commit's parents from 1."""

    commit: Oid
    onto: Oid
    mainline: int | None = None


class Scratch:
    """A temporary repository. A context manager: it is removed on exit, also after an error.

    Methods that merge take `hunks`: whether conflicts bring their regions along, which costs a second merge.
    """

    def __init__(
        self,
        root: Path,
        git: Git,
        pygit: pygit2.Repository,
        *,
        partial: bool,
        programs: Programs = (),
    ) -> None:
        self.root = root
        self.git = git
        self.pygit = pygit
        self.partial = partial
        self._programs = programs

    @classmethod
    def open(cls, repo: Repository, target: Oid) -> Self:
        """Makes one for picks onto `target` (a commit or tree): merge attributes are read from there.

        Error (usage): the target's tree is not in this clone.
        """
        settings = read_settings(repo.looking)
        root = Path(tempfile.mkdtemp(prefix="relman-scratch-"))
        try:
            return cls._laid_out(root, repo, target, settings)
        except BaseException:
            shutil.rmtree(root, ignore_errors=True)
            raise

    @classmethod
    def _laid_out(cls, root: Path, repo: Repository, target: Oid, settings: Settings) -> Self:
        lay_out(root, repo, settings)
        pygit = pygit2.Repository(str(root / ".git"))
        if "\n" in str(repo.common_dir):
            pygit.odb.add_disk_alternate(str(repo.common_dir / "objects"))
        git = Git(root / ".git", root, always=ISOLATED)
        partial = any(PARTIAL.search(key) for key, _ in settings)
        made = cls(root, git, pygit, partial=partial, programs=find_programs(repo, settings))
        try:
            made._surround(target)
        except (KeyError, RelmanError) as e:
            if made.partial:
                raise _absent_blobs(str(e)) from e
            raise
        return made

    def aim(self, target: Oid) -> None:
        """Takes the merge attributes from another target's tree: one scratch serves several lines."""
        for place in self.root.iterdir():
            if place.name == ".git":
                continue
            if place.is_dir():
                shutil.rmtree(place)
            else:
                place.unlink()
        self._surround(target)

    def _surround(self, target: Oid) -> None:
        lay_out_attributes(self.root, self.git, self.pygit, self.tree_of(target))
        link_programs(self.root, self._programs)

    def blob(self, tree: Oid, path: str) -> bytes | None:
        """Gives a file's bytes in a tree (or commit) that may be new here; nothing for anything but a file."""
        at = self.pygit[self.tree_of(tree)]
        if not isinstance(at, pygit2.Tree) or path not in at:
            return None
        entry = at[path]
        regular = entry.filemode in (FileMode.BLOB, FileMode.BLOB_EXECUTABLE)
        return entry.data if regular and isinstance(entry, pygit2.Blob) else None

    def changed(self, old: Oid | None, new: Oid) -> tuple[str, ...]:
        """Gives the paths that differ between two commits, either of which may be new here."""
        out = self.git.run(
            "diff-tree", "-r", "-z", "--name-only", "--no-renames", old or EMPTY_TREE, new
        ).stdout
        return tuple(p.decode("utf-8", "surrogateescape") for p in out.split(b"\0") if p)

    def __enter__(self) -> Self:
        """Gives itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Removes it."""
        self.close()

    def close(self) -> None:
        """Removes the repository and all that was not published."""
        self.pygit.free()
        shutil.rmtree(self.root, ignore_errors=True)

    def tree_of(self, oid: Oid) -> Oid:
        """Gives a commit's tree, or a tree itself."""
        kind, raw = self._read(oid)
        if kind == ObjectType.TREE:
            return oid
        return tree_of(self._commit(oid, kind, raw))

    def pick(self, commit: Oid, onto: Oid, *, mainline: int | None = None, hunks: bool = True) -> Merge:
        """Cherry-picks a commit onto a tree.

        Errors (usage): a merge commit without `mainline`; a parent that this shallow clone lacks; blobs that
        this partial clone lacks.
        """
        pair = self._pair_of_pick(PickOf(commit=commit, onto=onto, mainline=mainline))
        return self._merged([pair], hunks=hunks)[0]

    def pick_many(self, picks: Sequence[PickOf], *, hunks: bool = False) -> tuple[Merge, ...]:
        """Cherry-picks commits that do not build on each other, in one process; errors as for one."""
        return self._merged([self._pair_of_pick(pick) for pick in picks], hunks=hunks)

    def revert(self, commit: Oid, onto: Oid, *, mainline: int | None = None, hunks: bool = True) -> Merge:
        """Takes a commit's change out of a tree; errors as for a pick."""
        before, after = self._sides(commit, mainline)
        if (plain := taken_back(self.pygit, before, after, onto)) is not None:
            return Merged(tree=plain)
        return self._merged([self._pair(after, onto, before)], hunks=hunks)[0]

    def combine(self, base: Oid, ours: Oid, theirs: Oid, *, hunks: bool = True) -> Merge:
        """Merges two trees of which the third is the common past; any of them may be a commit."""
        trees = [self.tree_of(oid) for oid in (base, ours, theirs)]
        return self._merged([self._pair(*trees)], hunks=hunks)[0]

    def merge(self, ours: Oid, theirs: Oid, *, hunks: bool = True) -> Merge:
        """Merges two commits with the merge bases that their history gives."""
        return self._merged([(ours, theirs)], hunks=hunks)[0]

    def merge_base(self, one: Oid, other: Oid) -> Oid | None:
        """Gives a best common ancestor of two commits, either of which may be new here; nothing without one."""
        found = self.git.run("merge-base", one, other, ok=(0, 1)).stdout.decode().split()
        return Oid(found[0]) if found else None

    def edit_tree(self, tree: Oid, edits: Sequence[PathEdit]) -> Oid:
        """Gives the tree with edits applied; see `relman.git.tree_edit`."""
        return edit_tree(self.pygit, tree, edits)

    def take_paths(self, tree: Oid, source: Oid, paths: Sequence[str]) -> Oid:
        """Gives a tree with these paths exactly as another tree has them; see `relman.git.tree_take`."""
        return take_paths(self.pygit, tree, source, paths)

    def has_path(self, tree: Oid, path: str) -> bool:
        """Tells whether a tree holds a file, a link or a submodule there."""
        return entry_at(self.pygit, tree, path) is not None

    def write_commit(self, text: CommitText) -> Oid:
        """Writes a commit object."""
        return Oid(str(self.pygit.write(ObjectType.COMMIT, commit_bytes(text))))

    def throw_away(self, tree: Oid, *parents: Oid) -> Oid:
        """Writes a commit that stands for one that nobody will see, or that a plan will write otherwise."""
        text = CommitText(tree=tree, parents=parents, message="relman", author=_NOBODY, committer=_NOBODY)
        return self.write_commit(text)

    def write_tag(self, text: TagText) -> Oid:
        """Writes an annotated tag object, and no ref."""
        return Oid(str(self.pygit.write(ObjectType.TAG, tag_bytes(text))))

    def sign_commit(self, text: CommitText) -> Oid:
        """Writes a commit object that the user's program has signed; an error (refused) where it did not."""
        return signing.sign_commit(self.git, self.pygit, text)

    def sign_tag(self, text: TagText) -> Oid:
        """Writes a tag object that the user's program has signed; an error (refused) where it did not."""
        return signing.sign_tag(self.git, self.pygit, text)

    def pack(
        self, tips: Iterable[Oid], into: Repository, *, keep: str, fds: Sequence[int] = ()
    ) -> str | None:
        """Publishes the tips as one pack; gives its name, absent where the repository had everything."""
        return publish.pack(self.git, self.pygit, tips, into, keep=keep, partial=self.partial, fds=fds)

    def _read(self, oid: Oid) -> tuple[int, bytes]:
        try:
            return self.pygit.read(oid)
        except KeyError as e:
            raise usage(f"{oid} is not in this repository", "git fetch") from e

    def _commit(self, oid: Oid, kind: int, raw: bytes) -> bytes:
        if kind != ObjectType.COMMIT:
            raise usage(f"{oid} is not a commit", f"git cat-file -t {oid}")
        return raw

    def _sides(self, commit: Oid, mainline: int | None) -> tuple[Oid, Oid]:
        """Gives the trees before and after a commit's change."""
        data = self._commit(commit, *self._read(commit))
        after, parents = tree_of(data), parents_of(data)
        if not parents and mainline is None:
            return Oid(EMPTY_TREE), after
        if len(parents) > 1 and mainline is None:
            ways = " or ".join(f"--mainline {n + 1}" for n in range(len(parents)))
            raise usage(f"{commit[:10]} is a merge: say which parent it changed, with {ways}", "--mainline 1")
        chosen = mainline or 1
        if not 1 <= chosen <= len(parents):
            raise usage(f"{commit[:10]} has {len(parents)} parents; --mainline {mainline} names none of them")
        parent = parents[chosen - 1]
        if parent not in self.pygit.odb:
            raise usage(
                f"{commit[:10]} cannot be picked: its parent {parent[:10]} is not in this shallow clone",
                "git fetch --unshallow",
                "git fetch --deepen=100",
            )
        return self.tree_of(parent), after

    def _pair_of_pick(self, pick: PickOf) -> Pair:
        before, after = self._sides(pick.commit, pick.mainline)
        return self._pair(before, pick.onto, after)

    def _pair(self, base: Oid, ours: Oid, theirs: Oid) -> Pair:
        """Makes three throw-away commits whose one merge base is `base`; git 2.39 has no `--merge-base`."""
        root = self.throw_away(base)
        return self.throw_away(ours, root), self.throw_away(theirs, root)

    def _merged(self, pairs: Sequence[Pair], *, hunks: bool) -> tuple[Merge, ...]:
        found = list(merging.merge_all(self.git, pairs))
        for answer in found:
            if self.partial and isinstance(answer, Unknown) and any(w in answer.reason for w in _ABSENT):
                raise _absent_blobs(answer.reason)
        if hunks:
            self._add_hunks(found, pairs)
        return tuple(found)

    def _add_hunks(self, found: list[Merge], pairs: Sequence[Pair]) -> None:
        """Merges the conflicting pairs again with the base shown.

        Never the verdict: git tries less hard to reduce a conflict when it shows the base (xmerge.c).
        """
        places = [n for n, answer in enumerate(found) if isinstance(answer, Conflicted)]
        shown = merging.merge_all(self.git, [pairs[n] for n in places], *_WITH_BASE)
        for n, marked in zip(places, shown, strict=True):
            answer = found[n]
            if isinstance(answer, Conflicted) and isinstance(marked, Conflicted):
                rows = tuple(self._with_hunks(marked.tree, c, pairs[n]) for c in answer.conflicts)
                found[n] = replace(answer, conflicts=rows)

    def _with_hunks(self, tree: Oid, conflict: Conflict, pair: Pair) -> Conflict:
        try:
            root = self.pygit[tree]
            entry = root[conflict.path] if isinstance(root, pygit2.Tree) else None
        except KeyError:
            return conflict
        if not isinstance(entry, pygit2.Blob) or entry.size > MOST_BYTES:
            return conflict
        return replace(conflict, hunks=hunks(entry.data, *pair))


def _absent_blobs(words: str) -> RelmanError:
    return RelmanError(
        Kind.USAGE,
        "this partial clone lacks files that the pick needs, and looking never fetches",
        cause=words,
        hints=("git fetch --refetch --no-filter", "git backfill"),
    )
