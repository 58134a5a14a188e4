"""The ladder: tries to get fixes onto a target in the scratch repository, and says which rung held.

Everything is tried before anything is planned (DESIGN 4.1, 6). The rungs here are *already there*, *clean*,
*unknown* and *conflict*; each fix stands on the tree that the one before it left.
"""

from collections.abc import Sequence
from typing import assert_never

from msgspec import Struct

from relman.git.reader import Reader
from relman.git.scratch import Scratch
from relman.model import message
from relman.model.equivalence import Changes, Evidence
from relman.model.history import Commit
from relman.model.names import Oid
from relman.model.reverts import cancel
from relman.model.trees import Conflicted, Merged, Unknown
from relman.plan.plan import Pick


class Fix(Struct, frozen=True, kw_only=True):
    """One commit to carry. `mainline` counts a merge's parents from 1. `as_is`: it is no pick of trunk's."""

    commit: Commit
    mainline: int | None = None


class Port(Struct, frozen=True, kw_only=True):
    """What became of one fix on one target. `suspicion` is weaker evidence that it is there already."""

    fix: Fix
    pick: Pick
    suspicion: Evidence | None = None


class Ground(Struct, frozen=True, kw_only=True):
    """A target before the climb: its commit, its tree, and what its line has beyond trunk."""

    commit: Oid
    tree: Oid
    own: tuple[Oid, ...]
    """The commits of the line after its cut, newest first."""


def climb(
    graph: Reader, scratch: Scratch, ground: Ground, fixes: Sequence[Fix], changes: Changes
) -> tuple[Port, ...]:
    """Tries the fixes in order on the target. After one that needs a person, the rest is tried without it.

    `changes` are the target's own commits, ready to be compared with. A fix that says it is there, by certain
    evidence that was not reverted since, or whose pick changes nothing, is *already there*.
    """
    gone = cancel(graph, ground.own).removed
    tree = ground.tree
    ports: list[Port] = []
    for fix in fixes:
        port = _step(graph, scratch, ground, fix, changes, tree, gone)
        ports.append(port)
        if port.pick.tree is not None and port.pick.rung != "already-there":
            tree = port.pick.tree
    return tuple(ports)


def _step(
    graph: Reader,
    scratch: Scratch,
    ground: Ground,
    fix: Fix,
    changes: Changes,
    tree: Oid,
    gone: frozenset[Oid],
) -> Port:
    oid = fix.commit.id
    known = changes.like(oid)
    if known and known.commit in gone:
        known = None
    if known is None and graph.is_ancestor(oid, ground.commit) and not _taken_back(graph, oid, ground.commit):
        known = Evidence(commit=oid, certainty="certain", how="the same commit")
    if known and known.certainty == "certain":
        return Port(fix=fix, pick=_there(fix, tree, f"{known.how} ({known.commit[:10]})"))
    answer = scratch.pick(oid, tree, mainline=fix.mainline)
    match answer:
        case Merged(tree=after) if after == tree:
            return Port(fix=fix, pick=_there(fix, tree, "the pick changes nothing"))
        case Merged(tree=after):
            clean = Pick(
                source=oid,
                picked=oid,
                subject=fix.commit.subject,
                rung="clean",
                tree=after,
                evidence=("clean pick",),
            )
            return Port(fix=fix, pick=clean, suspicion=known)
        case Conflicted(conflicts=conflicts):
            said = tuple(f"{c.kind} conflict in {c.path}" for c in conflicts)
            conflict = Pick(
                source=oid,
                picked=oid,
                subject=fix.commit.subject,
                rung="conflict",
                tree=None,
                conflicts=conflicts,
                evidence=said,
            )
            return Port(fix=fix, pick=conflict, suspicion=known)
        case Unknown(reason=reason):
            unknown = Pick(
                source=oid,
                picked=oid,
                subject=fix.commit.subject,
                rung="unknown",
                tree=None,
                evidence=(reason,),
            )
            return Port(fix=fix, pick=unknown, suspicion=known)
        case _:
            assert_never(answer)


def _there(fix: Fix, tree: Oid, how: str) -> Pick:
    return Pick(
        source=fix.commit.id,
        picked=fix.commit.id,
        subject=fix.commit.subject,
        rung="already-there",
        tree=tree,
        evidence=(how,),
    )


def _taken_back(graph: Reader, oid: Oid, tip: Oid) -> bool:
    """Whether a commit between the fix and the tip reverts it, and that revert stands."""
    after = graph.between([tip], [oid])
    if not any(message.reverted(message.parse(graph.commit(o).message)).commits for o in after):
        return False
    return oid in cancel(graph, (*after, oid)).removed
