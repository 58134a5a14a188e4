"""A branching strategy as a value: which kinds of branch there are, how work travels, where tags stand.

The jobs ask the value and never its name. The words (B1 to M1) are those of the checks of a history.
"""

import re
from collections.abc import Iterator
from typing import Literal, get_args

from msgspec import Struct

from relman.model.bump import Bump
from relman.model.lines import hotfix_version, line_numbers
from relman.model.names import is_branch_name
from relman.model.placeholder import fill, places

RoleName = Literal["trunk", "production", "environment", "release", "hotfix", "support", "topic"]
Start = Literal["trunk", "production", "environment", "release", "tag"]
Lifetime = Literal["forever", "line", "release", "everywhere", "days"]
"""Until: never; the line's end of life; its release; its change is on every branch; a few days."""
Direction = Literal["upstream-first", "downstream-first", "merge-back"]
TagPlace = Literal["trunk", "tip", "merge"]
"""On trunk; on the tip of the release or hotfix branch; on the merge commit of the production branch."""
Step = Literal["commits", "patch", "minor", "major"]
StateName = Literal["current", "maintenance", "security", "end-of-life"]
CheckId = Literal[
    "B1", "B2", "B3", "C1", "C2", "C3", "F1", "F2", "F3", "G1", "G2", "G3", "V1", "V2", "H1", "H2", "M1"
]
Level = Literal["error", "warning", "note"]

CHECK_IDS: tuple[str, ...] = get_args(CheckId)

_PLACES = {
    "line": r"v?[0-9]+(?:[._-][0-9]+){0,2}(?:[._-]x)*",
    "version": r"v?[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z.-]+)?",
}


class Role(Struct, frozen=True, kw_only=True):
    """One kind of branch.

    `patterns` hold `{line}`, `{version}` or `*`; the first is what relman writes. `starts`: where such a branch
    begins, the first that is there. `lands`: what it is merged into when it is finished, in this order.
    `step`: what the next version there rises by at least.
    """

    name: RoleName
    patterns: tuple[str, ...]
    starts: tuple[Start, ...] = ()
    lands: tuple[RoleName, ...] = ()
    tags: bool = False
    lifetime: Lifetime = "forever"
    step: Step = "commits"

    @property
    def brings_back(self) -> bool:
        """Whether such branches are merged into more than the line that they were made for."""
        return not {"production", "environment", "trunk"}.isdisjoint(self.lands)

    def fits(self, branch: str) -> bool:
        """Tells whether a branch's short name is of this kind."""
        return any(pattern_fits(pattern, branch) for pattern in self.patterns)


class Flow(Struct, frozen=True, kw_only=True):
    """How work travels between two kinds of branch that both stay."""

    source: RoleName
    target: RoleName
    by: Literal["merge", "pick"]
    carries: Literal["everything", "fixes"]


class LineState(Struct, frozen=True, kw_only=True):
    """What may land on a line in some state: all but some types; only what mends security; nothing any more."""

    name: StateName
    refuses: tuple[str, ...] = ()
    breaking: bool = True
    security_only: bool = False
    closed: bool = False


STATES = (
    LineState(name="current"),
    LineState(name="maintenance", refuses=("feat",), breaking=False),
    LineState(name="security", refuses=("feat",), breaking=False, security_only=True),
    LineState(name="end-of-life", closed=True),
)
"""From the newest to the oldest lines; a line that is named nowhere is current."""


class Strategy(Struct, frozen=True, kw_only=True):
    """How a team branches, releases and mends."""

    name: str
    title: str
    roles: tuple[Role, ...]
    direction: Direction
    tag: TagPlace
    checks: dict[CheckId, Level]
    rules: str
    """The rules in a paragraph."""
    incident: str
    """What a hotfix looks like when half a feature is on trunk."""
    flows: tuple[Flow, ...] = ()
    toggles: bool = False
    """Unfinished work ships switched off, and its commits name the switch."""
    one_at_a_time: tuple[RoleName, ...] = ()
    cut: Step = "minor"
    """What a new line rises by at least."""
    parts: Literal[1, 2] | None = None
    """How many numbers name a line; absent: as the branches do."""
    states: tuple[LineState, ...] = STATES

    def role(self, name: RoleName) -> Role | None:
        """The kind of branch with that name, where the strategy has it."""
        return next((role for role in self.roles if role.name == name), None)

    @property
    def trunk(self) -> Role:
        """Where all work lands; every strategy has it."""
        return next(role for role in self.roles if role.name == "trunk")

    def role_of(self, branch: str) -> Role | None:
        """The kind that a branch's short name is of: the first whose pattern fits, plain names first."""
        exact = (role for role in self.roles if branch in role.patterns)
        return next(exact, None) or next((role for role in self.roles if role.fits(branch)), None)


def pattern_fits(pattern: str, branch: str) -> bool:
    """Tells whether a branch's short name fits a pattern with `{line}`, `{version}` and `*`."""
    parts = re.split(r"(\{line\}|\{version\}|\*)", pattern)
    expression = "".join(
        ".+" if part == "*" else _PLACES[part[1:-1]] if part in ("{line}", "{version}") else re.escape(part)
        for part in parts
    )
    return re.fullmatch(expression, branch) is not None


def least_step(role: Role) -> Bump:
    """What the next version on a branch of that kind rises by at least, once anything counts there."""
    return Bump.NONE if role.step == "commits" else Bump[role.step.upper()]


def line_patterns(strategy: Strategy) -> tuple[str, ...]:
    """How release branches are called where their usual names do not tell: `releases/M{line}`."""
    role = strategy.role("release")
    found = [p.replace("{version}", "{line}") for p in (role.patterns if role else ())]
    known = ("12", "1.4", "1.4.0")
    named = [p for p in found if "{line}" in p]
    return tuple(p for p in named if not any(line_numbers(p.replace("{line}", n)) for n in known))


def hotfix_branch(strategy: Strategy, version: str) -> str:
    """How a new hotfix branch for a version is called; usual where the strategy's patterns name no version."""
    role = strategy.role("hotfix")
    named = (p for p in (role.patterns if role else ()) if "{version}" in p)
    return next(named, "hotfix/{version}").replace("{version}", version)


def hotfix_numbers(strategy: Strategy, branch: str) -> tuple[int, int, int] | None:
    """Reads the version that a hotfix branch is for, by the strategy's patterns or the usual name."""
    role = strategy.role("hotfix")
    for pattern in role.patterns if role else ():
        before, named, after = pattern.partition("{version}")
        found = re.fullmatch(rf"{re.escape(before)}v?([0-9.]+){re.escape(after)}", branch) if named else None
        numbers = line_numbers(f"release/{found[1]}") if found else None
        if numbers and len(numbers) == len(("major", "minor", "patch")):
            return numbers[0], numbers[1], numbers[2]
    return hotfix_version(branch)


Place = tuple[str | int, ...]
"""Where in a strategy something stands: `("roles", "release", "lands")`."""


def faults(strategy: Strategy) -> Iterator[tuple[Place, str]]:
    """Gives everything in a strategy that contradicts itself, each with its place."""
    known = {role.name for role in strategy.roles}
    if "trunk" not in known:
        yield ("roles",), "there is no trunk"
    for role in strategy.roles:
        at = ("roles", role.name)
        if not role.patterns:
            yield (*at, "patterns"), "no name is given"
        for index, pattern in enumerate(role.patterns):
            if not _is_pattern(pattern):
                yield (
                    (*at, "patterns", index),
                    "is no branch's name with {line} or {version} at most once, or *",
                )
        for index, landing in enumerate(role.lands):
            if landing not in known:
                yield (*at, "lands", index), f"there is no role {landing} here"
            elif landing == role.name:
                yield (*at, "lands", index), f"{landing} cannot land on itself"
        for index, start in enumerate(role.starts):
            if start != "tag" and start not in known:
                yield (*at, "starts", index), f"there is no role {start} here"
    for index, flow in enumerate(strategy.flows):
        for name in {flow.source, flow.target} - known:
            yield ("flows", index), f"there is no role {name} here"
    for index, name in enumerate(strategy.one_at_a_time):
        if name not in known:
            yield ("one_at_a_time", index), f"there is no role {name} here"
    yield from _contradictions(strategy, known)


def _contradictions(strategy: Strategy, known: set[RoleName]) -> Iterator[tuple[Place, str]]:
    release = strategy.role("release")
    if strategy.tag == "merge" and (release is None or "production" not in release.lands):
        yield ("tag",), "tags stand on merges into production, and no release lands there"
    if strategy.tag == "tip" and release is None:
        yield ("tag",), "tags stand on release branches, and there are none here"
    if strategy.direction == "merge-back" and not any(role.lands for role in strategy.roles):
        yield ("direction",), "merge-back, and nothing is merged back: no role lands anywhere"
    wanted: dict[CheckId, RoleName] = {"C1": "release", "C2": "release", "M1": "environment"}
    for check, name in wanted.items():
        if check in strategy.checks and name not in known:
            yield ("checks", check), f"{check} is about {name} branches, and there are none here"
    both: dict[CheckId, Direction] = {"F1": "upstream-first", "F2": "downstream-first"}
    for about, direction in both.items():
        if about in strategy.checks and strategy.direction != direction:
            yield ("checks", about), f"{about} wants {direction}, and fixes travel {strategy.direction}"


def _is_pattern(pattern: str) -> bool:
    plain = fill(pattern.replace("*", "x"), {"line": "1.4", "version": "1.4.0"})
    known = places(pattern)
    return known is not None and len(known) < 2 and set(known) <= set(_PLACES) and is_branch_name(plain)
