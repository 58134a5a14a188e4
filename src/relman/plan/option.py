"""One way to get a fix out, evaluated: the debate of a team, with facts (research/branching-strategies.md 6)."""

from typing import Literal

from msgspec import Struct

from relman.model.feature import Work
from relman.model.names import Oid
from relman.plan.plan import Debt

Kind = Literal[
    "trunk-as-is",
    "back-out",
    "hotfix-from-tag",
    "hotfix-on-line",
    "merge-hotfix-branch",
    "revert-cause",
    "turn-off",
    "roll-back",
]
Verdict = Literal[
    "clean",
    "already-there",
    "clean-with-prerequisites",
    "bookkeeping-conflicts",
    "not-affected",
    "conflicts",
    "impossible",
    "unknown",
]

_VERDICTS: tuple[Verdict, ...] = (
    "clean",
    "already-there",
    "bookkeeping-conflicts",
    "clean-with-prerequisites",
    "not-affected",
    "conflicts",
    "unknown",
    "impossible",
)
_KINDS: tuple[Kind, ...] = (
    "hotfix-from-tag",
    "hotfix-on-line",
    "merge-hotfix-branch",
    "revert-cause",
    "turn-off",
    "roll-back",
    "trunk-as-is",
    "back-out",
)


class Option(Struct, frozen=True, kw_only=True):
    """What one way comes to.

    `ships_besides` are commits that go out although they are no part of the fix, newest first, `unfinished` the
    features that are not done among them. `manual_resolutions` counts the files that a person would have to
    resolve, `loses` the commits that users have now and would not have then. `why` is the verdict as a sentence,
    `tree` that of the release, absent where there is none.
    """

    kind: Kind
    verdict: Verdict
    why: str
    version: str | None = None
    tree: Oid | None = None
    ships_besides: tuple[Oid, ...] = ()
    unfinished: tuple[Work, ...] = ()
    loses: int = 0
    manual_resolutions: int = 0
    debts: tuple[Debt, ...] = ()
    commands: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()


def in_order(options: tuple[Option, ...]) -> tuple[Option, ...]:
    """Clean ones first, then those that take nothing from users but a culprit, that change and owe the least."""
    return tuple(
        sorted(
            options,
            key=lambda o: (
                _VERDICTS.index(o.verdict),
                o.loses > 1,  # one is the commit that is to go
                len(o.ships_besides) + o.loses,
                len(o.debts),
                _KINDS.index(o.kind),
            ),
        )
    )
