"""The stable patch-id of a commit: what `git patch-id --stable` says, which ignores where hunks stand.

It is a function of the commit alone: attributes of the checkout, which could turn a text into a binary file, are
left out.
"""

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from relman.git.program import Git
from relman.model.names import Oid

if TYPE_CHECKING:  # it brings pygit2, which the hooks start without
    from relman.git.repo import Repository


_DIFF = (
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
)
_ALONE = {"GIT_ATTR_NOSYSTEM": "1"}


def patch_ids(repo: "Repository", commits: Iterable[Oid]) -> dict[Oid, str]:
    """The patch-ids of many commits by two processes; what has none is left out."""
    lines = "".join(f"{oid}\n" for oid in dict.fromkeys(commits)).encode("ascii")
    if not lines:
        return {}
    git = repo.looking
    alone = Git(git.git_dir, None, looking=git.looking, always=git.always)
    diffs = alone.run(*_DIFF, "--stdin", stdin=lines, env=_ALONE).stdout
    rows = alone.run("patch-id", "--stable", stdin=diffs).stdout.decode("ascii").splitlines()
    return {Oid(oid): found for found, oid in (row.split() for row in rows)}


def patch_id(repo: "Repository", commit: Oid) -> str | None:
    """The patch-id by a repository's git."""
    return patch_id_by(repo.looking, commit)


def patch_id_by(git: Git, commit: Oid) -> str | None:
    """Gives 40 hex digits; nothing for merges, roots without content and empty commits.

    Rename detection is off and the context is three lines, as git's own `patch-ids.c` does it; ids that were
    made in another way must never be compared with these (research/backport-engines.md 5).
    """
    alone = Git(git.git_dir, None, looking=git.looking, always=git.always)
    diff = alone.run(*_DIFF, commit, env=_ALONE).stdout
    if not diff.strip():
        return None
    words = alone.run("patch-id", "--stable", stdin=diff).stdout.split()
    return words[0].decode("ascii") if words else None
