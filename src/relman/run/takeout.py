"""Takes a feature out of a tree: reverts its commits, newest first, with git's own merge."""

from collections.abc import Sequence
from typing import assert_never

from msgspec import Struct

from relman.git.scratch import Scratch
from relman.model.feature import Unit
from relman.model.names import Oid
from relman.model.trees import Conflict, Conflicted, Merged, Unknown
from relman.run.bookkeeping import keep_target


class Taken(Struct, frozen=True, kw_only=True):
    """It came out. `kept` are bookkeeping files whose conflicts kept the tree's side."""

    tree: Oid
    kept: tuple[str, ...] = ()


class Stuck(Struct, frozen=True, kw_only=True):
    """One step conflicts, or git gave no answer; `onto` is the tree that the steps before it left."""

    unit: Unit
    onto: Oid
    conflicts: tuple[Conflict, ...] = ()
    reason: str = ""


def take_out(
    scratch: Scratch, steps: Sequence[Unit], tree: Oid, patterns: Sequence[str], *, hunks: bool = False
) -> Taken | Stuck:
    """Reverts the steps one on the other; `patterns` are bookkeeping files, as for picks, `hunks` as in `Scratch`."""
    at = tree
    kept: dict[str, None] = {}
    for unit in steps:
        answer = scratch.revert(unit.commit, at, mainline=unit.mainline, hunks=hunks)
        match answer:
            case Merged(tree=after):
                at = after
            case Conflicted(conflicts=conflicts):
                settled = keep_target(scratch, answer, at, patterns)
                if settled is None:
                    return Stuck(unit=unit, onto=at, conflicts=conflicts)
                at = settled.tree
                kept |= dict.fromkeys(settled.paths)
            case Unknown(reason=reason):
                return Stuck(unit=unit, onto=at, reason=reason)
            case _:
                assert_never(answer)
    return Taken(tree=at, kept=tuple(kept))
