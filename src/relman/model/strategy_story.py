"""A short story that shows a strategy: a topic, a release, half a feature, and the fix that cannot wait.

What happens follows from the value alone, so a further strategy needs no picture of its own.
"""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from relman.model.placeholder import fill
from relman.model.strategy import Role, RoleName, Strategy

LINE, RELEASE, HOTFIX = "1.5", "1.5.0", "1.5.1"
FROM_TRUNK = "1.6.0"
"""What the fix comes with where trunk goes out as it is: half of X is a feature."""
WHOLE, WHOLE_RELEASE, WHOLE_HOTFIX = "12", "12.0.0", "12.0.1"


class Event(Struct, frozen=True, kw_only=True):
    """One thing that happens on a branch: `source` is where a branch, a merge or a pick comes from."""

    kind: Literal["commit", "branch", "merge", "pick"]
    branch: str
    source: str | None = None
    says: str = ""
    tag: str | None = None


class Numbers(Struct, frozen=True, kw_only=True):
    """The versions of the story."""

    line: str
    release: str
    hotfix: str


def numbers(strategy: Strategy) -> Numbers:
    """The story's versions: one number names a line where the strategy says so."""
    if strategy.parts == 1:
        return Numbers(line=WHOLE, release=WHOLE_RELEASE, hotfix=WHOLE_HOTFIX)
    alone = strategy.role("hotfix") is not None
    return Numbers(line=LINE, release=RELEASE, hotfix=HOTFIX if alone else FROM_TRUNK)


def branch_name(strategy: Strategy, name: RoleName) -> str | None:
    """What a branch of that kind is called in the story; the last environment is production."""
    role = strategy.role(name)
    if role is None:
        return None
    known = numbers(strategy)
    version = known.hotfix if name == "hotfix" else known.release
    pattern = role.patterns[-1] if name == "environment" else role.patterns[0]
    return fill(pattern.replace("*", "login"), {"line": known.line, "version": version})


def story(strategy: Strategy) -> tuple[Event, ...]:
    """The events in order."""
    return (*_sprint(strategy), *_release(strategy), *_fix(strategy))


def _sprint(strategy: Strategy) -> Iterator[Event]:
    trunk = branch_name(strategy, "trunk") or ""
    yield Event(kind="commit", branch=trunk, says="work")
    for name in (*_environments(strategy), *filter(None, (branch_name(strategy, "production"),))):
        yield Event(kind="branch", branch=name, source=trunk)
    if topic := branch_name(strategy, "topic"):
        yield Event(kind="branch", branch=topic, source=trunk)
        yield Event(kind="commit", branch=topic, says="login")
        yield Event(kind="merge", branch=trunk, source=topic)


def _environments(strategy: Strategy) -> tuple[str, ...]:
    role = strategy.role("environment")
    return role.patterns if role else ()


def _release(strategy: Strategy) -> Iterator[Event]:
    trunk = branch_name(strategy, "trunk") or ""
    known = numbers(strategy)
    branch = branch_name(strategy, "release")
    if branch:
        yield Event(kind="branch", branch=branch, source=trunk)
        tip = known.release if strategy.tag == "tip" else None
        yield Event(kind="commit", branch=branch, says="release", tag=tip)
        yield from _landings(strategy, strategy.role("release"), branch, known.release)
    else:
        yield Event(kind="commit", branch=trunk, says="release", tag=known.release)
        yield from _downstream(strategy, trunk)
    yield Event(kind="commit", branch=trunk, says="half of X")


def _downstream(strategy: Strategy, trunk: str) -> Iterator[Event]:
    above = trunk
    for name in _environments(strategy):
        yield Event(kind="merge", branch=name, source=above)
        above = name


def _fix(strategy: Strategy) -> Iterator[Event]:
    trunk = branch_name(strategy, "trunk") or ""
    known, release = numbers(strategy), branch_name(strategy, "release")
    hotfix = strategy.role("hotfix")
    if hotfix is None:
        yield Event(kind="commit", branch=trunk, says="fix", tag=known.hotfix)
        return
    if strategy.direction == "upstream-first" and release:
        yield Event(kind="commit", branch=trunk, says="fix")
        yield Event(kind="pick", branch=release, source=trunk, says="fix", tag=known.hotfix)
        return
    name = branch_name(strategy, "hotfix") or ""
    yield Event(kind="branch", branch=name, source=_start(strategy, hotfix))
    merged = strategy.tag == "merge"
    yield Event(kind="commit", branch=name, says="fix", tag=None if merged else known.hotfix)
    yield from _landings(strategy, hotfix, name, known.hotfix)


def _start(strategy: Strategy, hotfix: Role) -> str:
    for start in hotfix.starts:
        name = branch_name(strategy, "release" if start == "tag" else start)
        if name:
            return name
    return branch_name(strategy, "trunk") or ""


def _landings(strategy: Strategy, role: Role | None, branch: str, version: str) -> Iterator[Event]:
    """The merges of a finished branch, in order; an open release is no part of this story."""
    for landing in role.lands if role else ():
        tag = version if landing == "production" and strategy.tag == "merge" else None
        if landing == "release":
            continue
        targets = (
            reversed(_environments(strategy))
            if landing == "environment"
            else (branch_name(strategy, landing),)
        )
        for target in targets:
            if target:
                yield Event(kind="merge", branch=target, source=branch, tag=tag)
