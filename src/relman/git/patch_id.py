"""The stable patch-id of a commit: what `git patch-id --stable` says, which ignores where hunks stand."""

from relman.git.repo import Repository
from relman.model.names import Oid


def patch_id(repo: Repository, commit: Oid) -> str | None:
    """Gives 40 hex digits; nothing for merges, roots without content and empty commits.

    Rename detection is off and the context is three lines, as git's own `patch-ids.c` does it; ids that were
    made in another way must never be compared with these (research/backport-engines.md 5).
    """
    diff = repo.looking.run(
        "diff-tree",
        "--root",
        "-p",
        "--no-renames",
        "--no-textconv",
        "--no-ext-diff",
        "--no-color",
        "-U3",
        commit,
    ).stdout
    if not diff.strip():
        return None
    words = repo.looking.run("patch-id", "--stable", stdin=diff).stdout.split()
    return words[0].decode("ascii") if words else None
