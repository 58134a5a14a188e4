"""Runs `git commit` as a person would: with their hooks, their signature and their environment."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from relman.git.program import missing
from relman.git.repo import Repository
from relman.model.names import Oid


def has_staged(repo: Repository) -> bool:
    """Tells whether a commit would hold anything; a merge under way may hold nothing of its own."""
    if (repo.git_dir / "MERGE_HEAD").exists():
        return True
    head = repo.looking.run("rev-parse", "-q", "--verify", "HEAD", ok=(0, 1)).returncode == 0
    if not head:
        return bool(repo.looking.run("ls-files", "-z", "--cached").stdout)
    return repo.looking.run("diff", "--cached", "--quiet", ok=(0, 1)).returncode == 1


def commit(start: Path, message: str, options: Sequence[str]) -> Oid | None:
    """Commits in the folder, and gives the new commit; nothing where git, or a hook, refused.

    What hooks and git say about it goes to standard error as it comes. Lines that begin with `#` are kept.
    """
    command = ["git", "-C", str(start), "commit", "--quiet", "--cleanup=whitespace", "-F", "-", *options]
    try:
        done = subprocess.run(command, input=message.encode(), stdout=subprocess.DEVNULL, check=False)
    except FileNotFoundError as error:
        raise missing() from error
    if done.returncode != 0:
        return None
    head = subprocess.run(
        ["git", "-C", str(start), "rev-parse", "HEAD"], capture_output=True, check=True, env=os.environ
    )
    return Oid(head.stdout.decode("ascii").strip())
