"""The places where something is checked out: what is half done or changed there, and moving them on.

The user's checkout is sacred (DESIGN 4.6): everything here looks, except `update`, which git itself refuses
rather than lose a file.
"""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from relman.errors import Kind, RelmanError
from relman.git.program import Git
from relman.git.repo import Repository
from relman.model.names import HEADS, Oid, RefName, is_oid

_LITERAL = ("--literal-pathspecs", "-c", "core.fsmonitor=false")
_MANY = 500
"""From here on all paths are listed and filtered: an argument list has a limit."""


class Worktree(Struct, frozen=True, kw_only=True):
    """One checkout, or the bare repository itself (`bare`). `head_ref` is absent where HEAD is detached."""

    path: Path
    git_dir: Path
    head_ref: RefName | None
    head: Oid | None
    """Absent on an unborn branch and in a bare repository."""
    bare: bool = False
    prunable: bool = False
    """Its folder is gone, and git forgets it at the next `git worktree prune`."""
    missing: bool = False
    """Its folder is not there, and git keeps the worktree all the same: it is locked, on a stick say."""
    busy: str | None = None
    """What is half done there: rebase, am, merge, cherry-pick, revert, bisect."""
    holds: tuple[RefName, ...] = ()
    """Branches that the half-done operation will move or come back to, though HEAD is detached."""

    @property
    def refs(self) -> frozenset[RefName]:
        """Every branch that this worktree stands on, by HEAD or by what it is busy with."""
        return frozenset([*self.holds, *([self.head_ref] if self.head_ref else [])])


def read_worktrees(repo: Repository) -> tuple[Worktree, ...]:
    """Lists the main worktree (or the bare repository) first, then the linked ones."""
    listed = repo.looking.run("worktree", "list", "--porcelain", "-z").stdout.decode(
        "utf-8", "surrogateescape"
    )
    records = [record for record in listed.split("\0\0") if record]
    places = _linked(repo.common_dir)
    found: list[Worktree] = []
    for number, record in enumerate(records):
        fields = dict(_field(line) for line in record.split("\0") if line)
        path = Path(fields["worktree"])
        if number == 0:
            git_dir = repo.common_dir
            # git guesses the main one's folder from the git directory's; we may stand in it.
            path = repo.work_tree if repo.git_dir == git_dir and repo.work_tree else path
        else:
            git_dir = places.get(path, places.get(path.resolve(), repo.common_dir))
        found.append(_worktree(path, git_dir, fields))
    return tuple(found)


def _field(line: str) -> tuple[str, str]:
    key, _, value = line.partition(" ")
    return key, value


def _linked(common_dir: Path) -> dict[Path, Path]:
    """Gives each linked worktree's git directory by its folder."""
    found: dict[Path, Path] = {}
    for pointer in common_dir.glob("worktrees/*/gitdir"):
        git_file = pointer.parent / pointer.read_text(encoding="utf-8", errors="surrogateescape").rstrip("\n")
        found[git_file.parent] = pointer.parent
        found[git_file.parent.resolve()] = pointer.parent
    return found


def _worktree(path: Path, git_dir: Path, fields: dict[str, str]) -> Worktree:
    head = fields.get("HEAD", "")
    bare = "bare" in fields
    busy, holds = (None, ()) if bare else _half_done(git_dir)
    return Worktree(
        path=path,
        git_dir=git_dir,
        head_ref=RefName(fields["branch"]) if "branch" in fields else None,
        head=Oid(head) if is_oid(head) and head.strip("0") else None,
        bare=bare,
        prunable="prunable" in fields,
        missing=not bare and "prunable" not in fields and not path.is_dir(),
        busy=busy,
        holds=holds,
    )


def _half_done(git_dir: Path) -> tuple[str | None, tuple[RefName, ...]]:
    """Reads the state files that git's own `git status` reads (wt-status.c)."""
    for folder in ("rebase-merge", "rebase-apply"):
        if (git_dir / folder).is_dir():
            mail = (git_dir / folder / "applying").exists()
            updated = _words(git_dir / folder / "update-refs")[::3]
            head = _words(git_dir / folder / "head-name")[:1]
            holds = tuple(RefName(ref) for ref in dict.fromkeys([*head, *updated]) if ref.startswith(HEADS))
            return ("am" if mail else "rebase"), holds
    bisected = _bisected(git_dir)
    for file, word in (
        ("MERGE_HEAD", "merge"),
        ("CHERRY_PICK_HEAD", "cherry-pick"),
        ("REVERT_HEAD", "revert"),
    ):
        if (git_dir / file).exists():
            return word, bisected
    todo = _words(git_dir / "sequencer" / "todo")
    if todo:
        return ("revert" if todo[0] == "revert" else "cherry-pick"), bisected
    return ("bisect" if (git_dir / "BISECT_LOG").exists() else None), bisected


def _bisected(git_dir: Path) -> tuple[RefName, ...]:
    start = _words(git_dir / "BISECT_START")[:1]
    return tuple(RefName(HEADS + name.removeprefix(HEADS)) for name in start if not is_oid(name))


def _words(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="surrogateescape").split()
    except (FileNotFoundError, NotADirectoryError):
        return []


def is_dirty(repo: Repository) -> bool:
    """Tells whether tracked files differ from HEAD, in the index or in the work tree; never in a bare one."""
    return repo.work_tree is not None and is_dirty_at(repo.looking)


def is_dirty_at(git: Git) -> bool:
    """Tells the same of the work tree that this git runs in."""
    return bool(git.run("status", "--porcelain", "-z", "--untracked-files=no", "--no-renames").stdout)


def touched(worktree: Worktree, paths: Sequence[str]) -> tuple[str, ...]:
    """Gives those of the paths that a moving checkout would overwrite or refuse there.

    Modified, staged or unmerged; or untracked (even ignored) and in the way: that file, a folder of that
    name with untracked files in it, a file where a folder must be. Submodules are not looked into.
    """
    if worktree.bare or worktree.prunable or not paths:
        return ()
    git = Git(worktree.git_dir, worktree.path, looking=True)
    changed, tracked = set(_changed(git, paths)), set(_listed(git, "--cached", paths))
    given = frozenset(paths)
    folders = [path for path in given if path not in tracked and _is_folder(worktree.path / path)]
    filled = (
        {above for path in _listed(git, "--others", folders) for above in _above(path)} if folders else set()
    )
    return tuple(
        path
        for path in dict.fromkeys(paths)
        if path in changed or path in filled or (path not in tracked and _stands(worktree.path, path, given))
    )


def _changed(git: Git, paths: Sequence[str]) -> Iterator[str]:
    options = ("--porcelain=v2", "-z", "--untracked-files=no", "--no-renames", "--ignore-submodules=all")
    listed = git.run(*_LITERAL, "status", *options, "--", *_named(paths))
    for line in listed.stdout.decode("utf-8", "surrogateescape").split("\0"):
        # "1" has 8 fields before the path, "u" (unmerged) has 10 (git-status(1), Porcelain Format Version 2).
        if line.startswith("1 "):
            yield line.split(" ", 8)[8]
        elif line.startswith("u "):
            yield line.split(" ", 10)[10]


def _listed(git: Git, which: str, paths: Sequence[str]) -> Iterator[str]:
    listed = git.run(*_LITERAL, "ls-files", which, "-z", "--", *_named(paths))
    yield from listed.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]


def _named(paths: Sequence[str]) -> Sequence[str]:
    return paths if len(paths) <= _MANY else ()


def _is_folder(place: Path) -> bool:
    return place.is_dir() and not place.is_symlink()


def _above(path: str) -> Iterator[str]:
    for slash in re.finditer("/", path):
        yield path[: slash.start()]


def _stands(root: Path, path: str, given: frozenset[str]) -> bool:
    """Tells whether a file or link stands at an untracked path, or where one of its folders must be.

    What stands there and is itself among what moves goes its own way.
    """
    for above in _above(path):
        place = root / above
        if not _is_folder(place):
            return os.path.lexists(place) and above not in given
    return os.path.lexists(root / path) and not _is_folder(root / path)


def update(worktree: Worktree, old: Oid, new: Oid, fds: Sequence[int] = ()) -> None:
    """Moves index and files from one commit or tree to another, after the branch has moved; the one act here.

    Files that the two have in common are left alone, changed ones too; where git would lose something it
    changes nothing at all, which is an error (moved) that names the command. Children inherit `fds`.
    """
    git = Git(worktree.git_dir, worktree.path, looking=False)
    # Exit code 1 says that some file is changed: that is for read-tree to judge, path by path.
    # A file system monitor that git starts here would inherit relman's lock and never let go of it.
    alone = ("-c", "core.fsmonitor=false")
    git.run(*alone, "update-index", "-q", "--refresh", ok=(0, 1), pass_fds=fds, new_group=True)
    done = git.run(*alone, "read-tree", "-m", "-u", old, new, ok=(0, 1, 128), pass_fds=fds, new_group=True)
    if done.returncode != 0:
        raise RelmanError(
            Kind.MOVED,
            f"the branch has moved to {new[:10]}, but the files in {worktree.path} could not follow",
            cause=done.stderr.decode("utf-8", "replace").strip(),
            hints=(f"git -C {worktree.path} read-tree -m -u {old} {new}",),
        )
