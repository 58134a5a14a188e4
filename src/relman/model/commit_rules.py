"""The rules of a commit that is about to be made, beside those of its message."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from relman.model.finding import Finding
from relman.model.strategy import Strategy
from relman.model.version import Version


def protected_branch(branch: str, patterns: Iterable[str], strategy: Strategy) -> Iterator[Finding]:
    """Refuses a branch that is configured as protected, or that the strategy moves by merges alone."""
    listed = next((pattern for pattern in patterns if fnmatchcase(branch, pattern)), None)
    role = strategy.role_of(branch)
    if listed is not None:
        why = f"branches.protected has {listed}"
    elif role is not None and role.name in ("production", "environment"):
        why = f"{strategy.name} moves it by merges alone"
    else:
        return
    yield Finding(
        rule="protected-branch",
        level="error",
        where=f"branch {branch}",
        message=f"nobody commits here: {why}",
        hint="git switch -c NAME takes what is staged along to a branch of its own",
    )


def version_line(path: str, before: Version, after: Version, others: Iterable[Version]) -> Iterator[Finding]:
    """Refuses a version that was changed by hand; `others` are those of commits that are merged or picked."""
    if after == before or after in tuple(others):
        return
    yield Finding(
        rule="version-lines",
        level="error",
        where=path,
        message=f"the version goes from {before} to {after} by hand; relman writes it with the release",
        hint=f"relman bump {after}, or without it: git restore --staged -p {path}",
        path=path,
    )
