"""Searches commits for words: through git where a walk is needed, in this process where the commits are known."""

from collections.abc import Iterable, Sequence

from relman.git.repo import Repository
from relman.model.names import Oid


def find_messages(
    repo: Repository,
    tips: Iterable[Oid],
    pattern: str,
    *,
    without: Iterable[Oid] = (),
    since: int | None = None,
    most: int = 200,
) -> tuple[Oid, ...]:
    """Gives commits whose message has a line that matches an extended regular expression, newest first.

    Searched is what is reachable from the tips and not from `without`; upper and lower case are alike.
    A commit date (seconds since 1970) in `since` ends the walk there, which makes it many times as fast.
    """
    lines = [*(f"{t}\n" for t in tips), *(f"^{w}\n" for w in without)]
    bound = [] if since is None else [f"--max-age={since}"]
    out = repo.looking.run(
        "rev-list", *bound, "--stdin", "--extended-regexp", "-i", f"--grep={pattern}", f"--max-count={most}",
        stdin="".join(lines).encode(),
    ).stdout  # fmt: skip
    return tuple(Oid(line) for line in out.decode("ascii").split())


def mentioning(repo: Repository, commits: Iterable[Oid], words: Sequence[str]) -> tuple[Oid, ...]:
    """Gives those of the commits whose object holds one of the words (lower case), anywhere: names, dates, message.

    Much cheaper than reading each of them: what it leaves out need not be parsed.
    """
    wanted = [word.encode() for word in words]
    read = repo.pygit.odb.read
    found = []
    for oid in commits:
        data = read(oid)[1].lower()
        if any(word in data for word in wanted):
            found.append(oid)
    return tuple(found)
