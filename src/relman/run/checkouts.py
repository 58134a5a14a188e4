"""Work trees on a branch that moves: refused beforehand where it would hurt, brought along afterwards."""

from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from shlex import quote

from relman.errors import Kind, RelmanError
from relman.git import worktree
from relman.git.repo import EMPTY_TREE, Repository
from relman.model.names import Oid, short
from relman.plan.outcome import Checkout, RefChange

Changed = Callable[[Oid | None, Oid], Sequence[str]]
"""Gives the paths that differ between two commits, the first perhaps absent. The second may exist only in the
scratch repository so far, so whoever made it answers."""


def changed_here(repo: Repository) -> Changed:
    """Compares commits that the repository has already (an undo)."""

    def paths(old: Oid | None, new: Oid) -> Sequence[str]:
        out = repo.looking.run("diff-tree", "-r", "-z", "--name-only", "--no-renames", old or EMPTY_TREE, new)
        return [p.decode("utf-8", "surrogateescape") for p in out.stdout.split(b"\0") if p]

    return paths


def standing_on(
    repo: Repository, refs: Iterable[RefChange], leaving: Collection[str] = ()
) -> tuple[Checkout, ...]:
    """Gives the work trees on branches that move; not the folders that relman made itself and is `leaving`.

    Errors (refused): a branch that is deleted is checked out, or one that moves is being rebased or bisected, or
    stands in a locked worktree whose folder is not there.
    """
    moving = {c.ref: c for c in refs if c.old != c.new}
    found: list[Checkout] = []
    for tree in worktree.read_worktrees(repo):
        change = next((moving[ref] for ref in sorted(tree.refs) if ref in moving), None)
        if change is None or tree.prunable or tree.bare or str(tree.path) in leaving:
            continue
        if tree.missing:
            raise _missing(tree, change)
        if tree.busy:
            raise RelmanError(
                Kind.REFUSED,
                f"{short(change.ref)} is in the middle of a {tree.busy} in {tree.path}",
                hints=(f"finish that first: git -C {tree.path} status",),
                facts={"worktree": str(tree.path), "ref": change.ref},
            )
        if change.new is None:
            raise RelmanError(
                Kind.REFUSED,
                f"{short(change.ref)} is checked out in {tree.path}, so it is not deleted",
                hints=(f"git -C {tree.path} switch --detach",),
                facts={"worktree": str(tree.path), "ref": change.ref},
            )
        found.append(Checkout(path=str(tree.path), ref=change.ref, old=change.old, new=change.new))
    return tuple(found)


def _missing(tree: worktree.Worktree, change: RefChange) -> RelmanError:
    given_up = f"git worktree unlock {quote(str(tree.path))} && git worktree prune"
    return RelmanError(
        Kind.REFUSED,
        f"{short(change.ref)} is checked out in {tree.path}, and that folder is not there",
        hints=("bring the folder back: git keeps a locked worktree", f"or give it up: {given_up}"),
        facts={"worktree": str(tree.path), "ref": change.ref},
    )


def check(
    repo: Repository, refs: Iterable[RefChange], changed: Changed, *, leaving: Collection[str] = ()
) -> tuple[Checkout, ...]:
    """Gives the work trees to bring along; refuses where a path that changes is not as it was committed."""
    found = standing_on(repo, refs, leaving)
    trees = {str(t.path): t for t in worktree.read_worktrees(repo)}
    for checkout in found:
        dirty = worktree.touched(trees[checkout.path], changed(checkout.old, checkout.new))
        if dirty:
            paths = tuple(sorted(dirty))
            raise RelmanError(
                Kind.REFUSED,
                f"{checkout.path} has changes of yours in paths that {short(checkout.ref)} would change: "
                + ", ".join(paths),
                hints=("commit them, or put them aside with git stash",),
                facts={"worktree": checkout.path, "paths": list(paths)},
            )
    return found


def follow(repo: Repository, checkout: Checkout, fds: Sequence[int]) -> str:
    """Brings one work tree to the branch's new commit. Gives what is left to do, or nothing.

    Twice is harmless: git keeps an index entry that is at the new side already.
    """
    tree = next((t for t in worktree.read_worktrees(repo) if t.path == Path(checkout.path)), None)
    if tree is None or tree.head_ref != checkout.ref:
        # Removed or switched since: git wrote its files when it did that.
        return ""
    try:
        worktree.update(tree, checkout.old or Oid(EMPTY_TREE), checkout.new, fds)
    except RelmanError as e:
        return f"{checkout.path} does not show the new {short(checkout.ref)} yet: {e.cause or e.message}"
    return ""
