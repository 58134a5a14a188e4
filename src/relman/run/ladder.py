"""The ladder: tries to get fixes onto a target in the scratch repository, and says which rung held.

Everything is tried before anything is planned (DESIGN 4.1, 6); each fix stands on the tree that the one before it
left. The rungs here are *already there*, *clean* and *unknown*; `rungs` has those past a conflict.
"""

from collections.abc import Sequence
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from relman.git.reader import Reader
from relman.git.scratch import Scratch
from relman.model.equivalence import Evidence
from relman.model.history import Commit
from relman.model.names import Oid
from relman.model.trees import Conflicted, Merged, Unknown
from relman.plan.plan import Pick, Rung, Warn
from relman.run.prerequisites import Carried
from relman.run.rungs import Reach, Stand, doubted, past_conflict
from relman.run.there import Ground, evidence_of


class Fix(Struct, frozen=True, kw_only=True):
    """One commit to carry. `mainline` counts a merge's parents from 1.

    `branch` is the branch that it was asked for by: one that stands on the target is taken commit for commit.
    `reverts`: it is to be taken back instead (`relman.run.reverting`).
    """

    commit: Commit
    mainline: int | None = None
    branch: str | None = None
    reverts: bool = False


class Port(Struct, frozen=True, kw_only=True):
    """What became of one fix on one target. `suspicion` is weaker evidence that it is there already."""

    fix: Fix
    pick: Pick
    suspicion: Evidence | None = None
    warnings: tuple[Warn, ...] = ()
    as_is: bool = False
    """Whether the commit itself goes there, since it stands on the target already."""


def climb(
    graph: Reader, scratch: Scratch, ground: Ground, fixes: Sequence[Fix], reach: Reach
) -> tuple[Port, ...]:
    """Tries the fixes in order on the target. After one that needs a person, the rest is tried without it.

    A fix that is there by certain evidence and was not reverted since, or whose pick changes nothing, is
    *already there*. Commits of a branch that stands on the target are taken as they are. What a fix needs comes
    before it as ports of its own, where `reach` allows that.
    """
    at: Oid | None = ground.commit
    tree = ground.tree
    ports: list[Port] = []
    for fix in fixes:
        if fix.branch is not None and at is not None and fix.commit.parents == (at,):
            more = [Port(fix=fix, pick=_taken(fix), as_is=True)]
            at = fix.commit.id
        else:
            brought = frozenset(p.fix.commit.id for p in ports if p.pick.lands)
            stand = Stand(commit=ground.commit, tree=tree, changes=ground.changes, brought=brought)
            more = _step(graph, scratch, ground, fix, stand, reach)
        ports += more
        last = more[-1]
        if last.pick.tree is not None and last.pick.lands:
            tree = last.pick.tree
            at = at if last.as_is else None
    return tuple(ports)


def _step(
    graph: Reader, scratch: Scratch, ground: Ground, fix: Fix, stand: Stand, reach: Reach
) -> list[Port]:
    """Gives the fix's port, after those of what it needs."""
    tree = stand.tree
    known = evidence_of(graph, ground, fix.commit)
    if known and known.certainty == "certain":
        return [Port(fix=fix, pick=_there(fix, tree, f"{known.how} ({known.commit[:10]})"))]
    answer = scratch.pick(fix.commit.id, tree, mainline=fix.mainline)
    match answer:
        case Merged(tree=after) if after == tree:
            return [Port(fix=fix, pick=_there(fix, tree, "the pick changes nothing"))]
        case Merged(tree=after):
            held = doubted(graph, reach, _pick(fix, "clean", after, ("clean pick",)), stand)
        case Conflicted(conflicts=conflicts):
            said = tuple(f"{c.kind} conflict in {c.path}" for c in conflicts)
            pick = replace(_pick(fix, "conflict", None, said), conflicts=conflicts)
            held = past_conflict(graph, scratch, reach, pick, answer, stand)
        case Unknown(reason=reason):
            return [Port(fix=fix, pick=_pick(fix, "unknown", None, (reason,)), suspicion=known)]
        case _:
            assert_never(answer)
    port = Port(fix=fix, pick=held.pick, suspicion=known, warnings=held.warnings)
    return [*(_needed(graph, carried, fix) for carried in held.before), port]


def _needed(graph: Reader, carried: Carried, by: Fix) -> Port:
    """A prerequisite: tried already, and picked for the sake of another commit."""
    fix = Fix(commit=graph.commit(carried.commit))
    how = f"{by.commit.id[:10]} needs it" + (", conflicts only in bookkeeping" if carried.settled else "")
    return Port(fix=fix, pick=_pick(fix, "bookkeeping" if carried.settled else "clean", carried.tree, (how,)))


def _pick(fix: Fix, rung: Rung, tree: Oid | None, evidence: tuple[str, ...]) -> Pick:
    oid = fix.commit.id
    return Pick(
        source=oid,
        picked=oid,
        subject=fix.commit.subject,
        rung=rung,
        tree=tree,
        mainline=fix.mainline,
        evidence=evidence,
    )


def _taken(fix: Fix) -> Pick:
    return _pick(fix, "clean", fix.commit.tree, ("stands on the target: taken as it is",))


def _there(fix: Fix, tree: Oid, how: str) -> Pick:
    return _pick(fix, "already-there", tree, (how,))
