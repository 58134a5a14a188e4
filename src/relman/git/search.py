"""Searches commit messages through git, which is faster than reading them all here."""

from collections.abc import Iterable

from relman.git.repo import Repository
from relman.model.names import Oid


def find_messages(repo: Repository, tips: Iterable[Oid], pattern: str, *, most: int = 200) -> tuple[Oid, ...]:
    """Gives commits reachable from the tips whose message matches an extended regular expression, newest first."""
    out = repo.looking.run(
        "rev-list", "--stdin", "--extended-regexp", f"--grep={pattern}", f"--max-count={most}",
        stdin="".join(f"{t}\n" for t in tips).encode(),
    ).stdout  # fmt: skip
    return tuple(Oid(line) for line in out.decode("ascii").split())
