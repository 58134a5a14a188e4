"""A search that is told since when ends there."""

from collections.abc import Callable

from history_language import Repo
from relman.git.repo import open_repository
from relman.git.search import find_messages
from relman.model.names import Oid


def test_older_commits_are_not_searched(repo_from: Callable[..., Repo]) -> None:
    repo = repo_from(
        'main: A "fix: a" at 2020-01-01T00:00:00Z -- B "fix: b" at 2026-01-01T00:00:00Z -- C "feat: c" -- D "fix: d"'
    )
    a, b, d = (Oid(repo.id(label)) for label in "ABD")
    opened = open_repository(repo.path)
    since = int(repo.git("log", "-1", "--format=%ct", b))
    assert find_messages(opened, [d], "^fix") == (d, b, a)
    assert find_messages(opened, [d], "^fix", since=since) == (d, b)
    assert find_messages(opened, [d], "^fix", since=since, without=[b]) == (d,)
