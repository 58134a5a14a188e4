"""The stable patch-id of a commit: what `git patch-id --stable` says, which ignores where hunks stand.

It is a function of the commit alone: attributes of the checkout, which could turn a text into a binary file, are
left out.
"""

import os
from typing import TYPE_CHECKING

from relman.git.program import Git
from relman.model.names import Oid

if TYPE_CHECKING:  # it brings pygit2, which the hooks start without
    from relman.git.repo import Repository


def patch_id(repo: "Repository", commit: Oid) -> str | None:
    """The patch-id by a repository's git."""
    return patch_id_by(repo.looking, commit)


def patch_id_by(git: Git, commit: Oid) -> str | None:
    """Gives 40 hex digits; nothing for merges, roots without content and empty commits.

    Rename detection is off and the context is three lines, as git's own `patch-ids.c` does it; ids that were
    made in another way must never be compared with these (research/backport-engines.md 5).
    """
    alone = Git(git.git_dir, None, looking=git.looking, always=git.always)
    diff = alone.run(
        "--bare",
        "-c",
        f"core.attributesFile={os.devnull}",
        "-c",
        "diff.indentHeuristic=true",
        "diff-tree",
        "--root",
        "-p",
        "--no-renames",
        "--no-textconv",
        "--no-ext-diff",
        "--no-color",
        "-U3",
        commit,
        env={"GIT_ATTR_NOSYSTEM": "1"},
    ).stdout
    if not diff.strip():
        return None
    words = alone.run("patch-id", "--stable", stdin=diff).stdout.split()
    return words[0].decode("ascii") if words else None
