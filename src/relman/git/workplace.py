"""The linked worktree where a person resolves a conflict: made, looked at, removed.

It stands beside the repository (DESIGN 6, rung 7), never inside `.git`, where editors, search and test runners see
nothing. The pick in it is git's own, half done, so that rerere, merge drivers and mergetool work.
"""

import hashlib
import os
import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from relman.errors import Kind, RelmanError
from relman.git.program import Git
from relman.git.repo import Repository, open_repository
from relman.git.worktree import Worktree, is_dirty_at, read_worktrees
from relman.model.names import Oid, RefName, short

_QUIET = ("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false")
"""The person's own commands run their hooks; what relman does on the way there runs none."""
_NOTE = "relman"
_FEW = 5
_OURS, _THEIRS = b"<<<<<<< ", b">>>>>>> "


class Half(Struct, frozen=True, kw_only=True):
    """The pick (or revert) that a person has to finish, and the message that it shall have."""

    commit: Oid
    mainline: int | None
    reverts: bool
    message: str


class HalfMerge(Struct, frozen=True, kw_only=True):
    """The merge that a person has to finish. `settled` are files by path: their bytes, and whether they are done."""

    commit: Oid
    message: str
    settled: tuple[tuple[str, bytes, bool], ...] = ()


class Look(Struct, frozen=True, kw_only=True):
    """What a person has done in a workplace. `problem` says why it cannot be taken yet; `hints` what to type.

    `untouched`: it is as relman left it. `there` is false where its folder is gone.
    """

    head: Oid | None
    problem: str = ""
    hints: tuple[str, ...] = ()
    untouched: bool = False
    there: bool = True


def main_of(repo: Repository) -> Repository:
    """Gives the main repository where a command was typed in a workplace, which may be removed under its feet."""
    if repo.git_dir == repo.common_dir or not (repo.git_dir / _NOTE).is_file():
        return repo
    main = read_worktrees(repo)[0].path
    return open_repository(main) if main.is_dir() else repo


def beside(repo: Repository, name: str) -> Path:
    """Gives a free place beside the repository for work on a line; an error (refused) where none can be made."""
    main = read_worktrees(repo)[0].path
    stem = f"{main.name.removesuffix('.git') or 'repository'}-relman-{name.replace('/', '-')}"
    if not os.access(main.parent, os.W_OK | os.X_OK):
        raise RelmanError(
            Kind.REFUSED,
            f"{main.parent} cannot be written, so there is no place beside the repository to resolve this in",
            hints=(f"git clone {shlex.quote(str(main))} ~/{main.name}",),
        )
    number, place = 1, main.parent / stem
    while os.path.lexists(place):
        number += 1
        place = main.parent / f"{stem}-{number}"
    return place


def make(repo: Repository, place: Path, onto: Oid, branch: RefName | None, fds: Sequence[int] = ()) -> None:
    """Makes the worktree, detached on a commit or on a branch; what a crash left half made there is made anew."""
    discard(repo, place, fds)
    where = (str(place), short(branch)) if branch else ("--detach", str(place), onto)
    repo.acting.run(*_QUIET, "worktree", "add", "--quiet", *where, pass_fds=fds, new_group=True)


def begin(repo: Repository, place: Path, half: Half, fds: Sequence[int] = ()) -> None:
    """Starts the pick in the workplace; git stops at the conflict, which is what is wanted."""
    tree = _worktree(repo, place)
    if tree is None or tree.busy:
        return
    git = _git(tree)
    remember = ("-c", "rerere.enabled=true") if _remembers(repo) else ()
    parent = ("-m", str(half.mainline)) if half.mainline else ()
    verb = ("revert", "--no-edit") if half.reverts else ("cherry-pick", "-x")
    git.run(*_QUIET, *remember, *verb, *parent, half.commit, ok=(0, 1, 128), pass_fds=fds, new_group=True)
    waiting = tree.git_dir / "MERGE_MSG"
    if waiting.is_file():
        # git's own list of conflicting files stays: it is the comment below the text.
        said = waiting.read_text(encoding="utf-8", errors="surrogateescape")
        comments = [line for line in said.splitlines() if line.startswith("#")]
        text = half.message.rstrip("\n") + "\n" + ("\n" + "\n".join(comments) + "\n" if comments else "")
        waiting.write_text(text, encoding="utf-8", errors="surrogateescape")


def begin_merge(repo: Repository, place: Path, half: HalfMerge, fds: Sequence[int] = ()) -> None:
    """Starts the merge in the workplace; git stops at the conflict, and what needs no person is settled."""
    tree = _worktree(repo, place)
    if tree is None or tree.busy:
        return
    git = _git(tree)
    remember = ("-c", "rerere.enabled=true") if _remembers(repo) else ()
    words = ("merge", "--no-ff", "--no-commit", "--no-verify-signatures", "-m", half.message.rstrip("\n"))
    git.run(*_QUIET, *remember, *words, half.commit, ok=(0, 1, 128), pass_fds=fds, new_group=True)
    for path, content, whole in half.settled:
        file = place / path
        if file.is_symlink() or not file.is_file() or not file.resolve().is_relative_to(place.resolve()):
            continue
        file.write_bytes(content)
        if whole:
            git.run(*_QUIET, "add", "--", path, pass_fds=fds, new_group=True)


def replay(repo: Repository, place: Path, fds: Sequence[int] = ()) -> None:
    """Lets rerere try what was resolved for another line since."""
    tree = _worktree(repo, place)
    if tree is not None and _remembers(repo):
        remember = ("-c", "rerere.enabled=true")
        _git(tree).run(*_QUIET, *remember, "rerere", ok=(0, 1, 128), pass_fds=fds, new_group=True)


def note(repo: Repository, place: Path, words: str) -> None:
    """Marks the workplace as ready, and remembers how it was left."""
    tree = _worktree(repo, place)
    if tree is not None:
        (tree.git_dir / _NOTE).write_text(f"{words}\n{_state(tree)}\n", encoding="utf-8")


def noted(repo: Repository, place: Path) -> str | None:
    """Gives the words that the workplace was marked with; absent where it is not ready."""
    tree = _worktree(repo, place)
    return _note(tree)[0] if tree else None


def look(
    repo: Repository,
    place: Path,
    onto: Oid,
    *,
    branch: RefName | None = None,
    grounds: Sequence[Oid] = (),
    merges: Oid | None = None,
) -> Look:
    """Tells whether what was done there can be taken: a straight line of commits on `onto`, no markers, all merged.

    It may stand on one of `grounds` instead, where a person wrote the earlier picks anew or followed the line.
    `branch` is where the commits must be, if on one. With `merges` it must be the merge of that into `onto`.
    """
    tree = _worktree(repo, place)
    where = shlex.quote(str(place))
    if tree is None:
        last = next((t.head for t in read_worktrees(repo) if t.path == place), None)
        return Look(head=last, problem=f"{place} is gone", hints=("relman resume",), there=False)
    git = Git(tree.git_dir, tree.path, looking=True)
    untouched = tree.head == onto and _note(tree)[1] == _state(tree)
    if unmerged := _unmerged(git):
        return Look(
            head=tree.head,
            problem=f"{place} still conflicts in {', '.join(unmerged)}",
            hints=(f"git -C {where} status",),
            untouched=untouched,
        )
    if tree.busy:
        return Look(
            head=tree.head,
            problem=f"{place} is in the middle of a {tree.busy}",
            hints=(f"git -C {where} {tree.busy} --continue",),
            untouched=untouched,
        )
    if is_dirty_at(git):
        return Look(
            head=tree.head,
            problem=f"{place} has changes that are not committed",
            hints=(f"git -C {where} commit -a",),
        )
    if unknown := _unknown(git):
        return Look(
            head=tree.head,
            problem=f"{place} has files that git does not know, and they would be lost: {unknown}",
            hints=(f"git -C {where} add -A", f"git -C {where} clean -n -d"),
        )
    if branch is not None and (hint := _elsewhere(git, branch, tree)):
        return Look(
            head=tree.head,
            problem=f"{place} is not on {short(branch)} any more, and only that is shipped",
            hints=(f"git -C {where} {hint}",),
        )
    if tree.head is None or tree.head == onto:
        return Look(
            head=tree.head,
            problem=f"nothing was committed in {place} yet",
            hints=(f"git -C {where} status",),
            untouched=untouched,
        )
    found = {ground: _crooked(git, ground, tree.head) for ground in (onto, *grounds)}
    if merges:
        found = {onto: _unmerging(git, onto, merges, tree.head)}
    stands = next((ground for ground, crooked in found.items() if not crooked), None)
    problem = found[onto] if stands is None else _marked(git, stands, tree.head)
    if problem:
        return Look(
            head=tree.head,
            problem=f"{place} {problem}",
            hints=(f"git -C {where} log --oneline --graph {onto[:10]}~1..HEAD",),
        )
    return Look(head=tree.head)


def discard(repo: Repository, place: Path, fds: Sequence[int] = ()) -> Oid | None:
    """Removes the workplace with all that is in it; gives the commit that it stood on, if it was there."""
    tree = next((t for t in read_worktrees(repo) if t.path == place), None)
    if tree is None:
        if _ours(repo, place):
            shutil.rmtree(place)
        return None
    # Twice --force: a crash leaves one locked as "initializing".
    done = repo.acting.run(
        *_QUIET,
        "worktree",
        "remove",
        "--force",
        "--force",
        str(place),
        ok=(0, 128),
        pass_fds=fds,
        new_group=True,
    )
    if done.returncode:
        if _ours(repo, place):
            shutil.rmtree(place)
        repo.acting.run("worktree", "prune", pass_fds=fds, new_group=True)
    return tree.head


def begin_remembering(repo: Repository) -> None:
    """Makes rerere's folder, which turns it on, and marks that it was relman; unless git was told otherwise."""
    cache = repo.common_dir / "rr-cache"
    if not cache.exists() and _configured(repo) is None:
        _mark(repo).parent.mkdir(exist_ok=True)
        _mark(repo).touch()
        cache.mkdir(exist_ok=True)


def stop_remembering(repo: Repository) -> None:
    """Turns rerere off again where relman turned it on."""
    if _mark(repo).exists():
        shutil.rmtree(repo.common_dir / "rr-cache", ignore_errors=True)
        _mark(repo).unlink(missing_ok=True)


def _mark(repo: Repository) -> Path:
    return repo.common_dir / "relman" / "rerere-by-relman"


def _configured(repo: Repository) -> bool | None:
    said = repo.looking.text("config", "--type=bool", "rerere.enabled", ok=(0, 1, 128)).strip()
    return {"true": True, "false": False}.get(said)


def _remembers(repo: Repository) -> bool:
    told = _configured(repo)
    return (repo.common_dir / "rr-cache").is_dir() if told is None else told


def _worktree(repo: Repository, place: Path) -> Worktree | None:
    return next(
        (t for t in read_worktrees(repo) if t.path == place and not t.prunable and not t.missing), None
    )


def _git(tree: Worktree) -> Git:
    return Git(tree.git_dir, tree.path, looking=False)


def _ours(repo: Repository, place: Path) -> bool:
    """Whether a folder is a linked worktree of this repository, or what is left of making one."""
    try:
        pointer = (place / ".git").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return False
    return pointer.startswith(f"gitdir: {repo.common_dir / 'worktrees'}{os.sep}")


def _note(tree: Worktree) -> tuple[str | None, str]:
    try:
        lines = (tree.git_dir / _NOTE).read_text(encoding="utf-8").splitlines()
    except OSError:
        return None, ""
    return lines[0], lines[1] if len(lines) > 1 else ""


def _state(tree: Worktree) -> str:
    """A digest of HEAD, the index and what differs from it in the files."""
    git = Git(tree.git_dir, tree.path, looking=True)
    parts = (
        git.run("rev-parse", "HEAD").stdout,
        git.run("ls-files", "--stage", "-z").stdout,
        git.run("diff", "--no-ext-diff", "--no-textconv", "--binary").stdout,
        git.run("ls-files", "--others", "--exclude-standard", "-z").stdout,
    )
    return hashlib.sha256(b"\0\0".join(parts)).hexdigest()


def _unknown(git: Git) -> str:
    """Names files that were never added; not what git mergetool keeps of a file."""
    others = ("ls-files", "--others", "--exclude-standard", "--exclude=*.orig", "-z")
    names = [n for n in git.run(*others).stdout.decode("utf-8", "surrogateescape").split("\0") if n]
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return ", ".join(names[:_FEW]) + more


def _elsewhere(git: Git, branch: RefName, tree: Worktree) -> str:
    """What brings a workplace back to its branch, with what was committed meanwhile; nothing where it is there."""
    at = git.text("rev-parse", "--verify", "--quiet", branch, ok=(0, 1)).strip()
    if at == tree.head:
        return ""
    ahead = not at or git.run("merge-base", "--is-ancestor", branch, "HEAD", ok=(0, 1)).returncode == 0
    return f"switch {'-C ' if ahead else ''}{shlex.quote(short(branch))}"


def _unmerged(git: Git) -> tuple[str, ...]:
    rows = git.run("ls-files", "--unmerged", "-z").stdout.decode("utf-8", "surrogateescape").split("\0")
    return tuple(dict.fromkeys(row.partition("\t")[2] for row in rows if row))


def _crooked(git: Git, onto: Oid, head: Oid) -> str:
    rows = [row.split() for row in git.text("rev-list", "--parents", head, f"^{onto}").splitlines()]
    if not rows or rows[-1][1:] != [onto]:
        return f"does not stand on {onto[:10]} any more"
    if merges := [row[0] for row in rows if len(row) != 2]:
        return f"holds the merge {merges[0][:10]}; only single commits are taken"
    return ""


def _unmerging(git: Git, onto: Oid, merges: Oid, head: Oid) -> str:
    """Why what stands there is not the merge that was begun; single commits may follow it."""
    rows = [r.split() for r in git.text("rev-list", "--parents", head, f"^{onto}", f"^{merges}").splitlines()]
    if not rows or rows[-1][1:] != [onto, merges]:
        return f"holds no merge of {merges[:10]} into {onto[:10]}"
    return next((f"holds the merge {row[0][:10]} too" for row in rows[:-1] if len(row) != 2), "")


def _marked(git: Git, onto: Oid, head: Oid) -> str:
    """Finds conflict markers in files that were changed there, unless the file had them before."""
    changed = git.run(
        "diff-tree", "-r", "-z", "--name-only", "--no-renames", "--diff-filter=AM", onto, head
    ).stdout.decode("utf-8", "surrogateescape")
    for path in filter(None, changed.split("\0")):
        now = git.run("cat-file", "blob", f"{head}:{path}", ok=(0, 128)).stdout
        if _markers(now) and not _markers(git.run("cat-file", "blob", f"{onto}:{path}", ok=(0, 128)).stdout):
            line = next(n for n, row in enumerate(now.split(b"\n"), 1) if row.startswith(_OURS))
            return f"has conflict markers in {path}, line {line}"
    return ""


def _markers(content: bytes) -> bool:
    rows = content.split(b"\n")
    return any(row.startswith(_OURS) for row in rows) and any(row.startswith(_THEIRS) for row in rows)
