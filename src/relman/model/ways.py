"""How a strategy brings a hotfix out, as far as the history can be asked: one of three ways.

A strategy is asked for its fields and never for its name.
"""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from relman.model.detect import Candidate
from relman.model.names import Oid
from relman.model.strategy import CheckId, Strategy
from relman.model.tags import Release

Way = Literal["trunk", "pick", "merge"]
"""Trunk goes out as it is; the fix is made on trunk and picked; it is made on what is released and merged back."""


def way(strategy: Strategy) -> Way:
    """The way of a strategy: without a branch to ship from trunk goes out, else the direction of fixes decides."""
    if strategy.role("release") is None and strategy.role("hotfix") is None:
        return "trunk"
    return "pick" if strategy.direction == "upstream-first" else "merge"


class Shipped(Struct, frozen=True, kw_only=True):
    """What one way would have cost for one hotfix.

    `extra` counts the commits that would have gone out besides the fix, `features` those of them that are features or
    breaking. `conflicts` counts files that a person resolves. `brings`: what a merge drags into trunk besides the
    fix. `debts` are branches that would have lacked the fix afterwards.
    """

    extra: int = 0
    features: int = 0
    conflicts: int = 0
    brings: int = 0
    debts: tuple[str, ...] = ()


class Fix(Struct, frozen=True, kw_only=True):
    """One commit of a hotfix, and the commit that trunk has of it, by any evidence."""

    commit: Oid
    subject: str
    on_trunk: Oid | None


class Hotfix(Struct, frozen=True, kw_only=True):
    """A patch release that the history holds, the release below it, its fixes (oldest first), and each way's cost."""

    release: Release
    base: Release
    fixes: tuple[Fix, ...]
    ways: Mapping[Way, Shipped]


class Compared(Struct, frozen=True, kw_only=True):
    """One strategy: how well it fits, and for each of its checks how many places break it on the live lines."""

    candidate: Candidate
    broken: Mapping[CheckId, int]


class Comparison(Struct, frozen=True, kw_only=True):
    """Every strategy, the best fitting first, and the hotfixes, newest first."""

    strategies: tuple[Compared, ...]
    hotfixes: tuple[Hotfix, ...]
