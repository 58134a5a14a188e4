"""Takes released commits back on a target, in the scratch repository: the ladder of `hotfix --revert`."""

from collections.abc import Sequence
from typing import assert_never

from relman.git.reader import Reader
from relman.git.scratch import Scratch
from relman.model.names import Oid
from relman.model.trees import Conflicted, Merged, Unknown
from relman.plan.plan import Pick, Rung
from relman.run.bookkeeping import keep_target
from relman.run.ladder import Fix, Port
from relman.run.rungs import Reach
from relman.run.there import Ground


def take_back(
    graph: Reader, scratch: Scratch, ground: Ground, culprits: Sequence[Fix], reach: Reach
) -> tuple[Port, ...]:
    """Tries to take the commits back, the newest first, each as the target has it (a port where it has one).

    *Already there* means that there is nothing to take back: the target never had the commit, or took it back.
    """
    tree = ground.tree
    ports: list[Port] = []
    for fix in culprits:
        found = _port(graph, scratch, ground, fix, tree, reach)
        ports.append(found)
        if found.pick.lands and found.pick.tree is not None:
            tree = found.pick.tree
    return tuple(ports)


def _port(graph: Reader, scratch: Scratch, ground: Ground, fix: Fix, tree: Oid, reach: Reach) -> Port:
    own = _own(graph, ground, fix.commit.id)
    if own is None:
        said = f"there is nothing to take back: {ground.commit[:10]} does not have it"
        return Port(fix=fix, pick=_pick(fix, fix.commit.id, "already-there", tree, said))
    answer = scratch.revert(own, tree, mainline=fix.mainline if own == fix.commit.id else None)
    what = "clean revert" if own == fix.commit.id else f"clean revert of its port {own[:10]}"
    match answer:
        case Merged(tree=after) if after == tree:
            pick = _pick(fix, own, "already-there", tree, "taking it back changes nothing")
        case Merged(tree=after):
            pick = _pick(fix, own, "clean", after, what)
        case Conflicted(conflicts=conflicts):
            kept = keep_target(scratch, answer, tree, reach.patterns)
            if kept is not None and kept.tree != tree:
                pick = _pick(fix, own, "bookkeeping", kept.tree, kept.evidence)
            else:
                where = tuple(f"{c.kind} conflict in {c.path}" for c in conflicts)
                pick = _pick(fix, own, "conflict", None, *where, conflicted=answer)
        case Unknown(reason=reason):
            pick = _pick(fix, own, "unknown", None, reason)
        case _:
            assert_never(answer)
    return Port(fix=fix, pick=pick)


def _own(graph: Reader, ground: Ground, culprit: Oid) -> Oid | None:
    """The commit that the target has: the culprit itself, or a port of it; absent where it was taken back."""
    if graph.is_ancestor(culprit, ground.commit):
        return None if culprit in ground.gone else culprit
    found = ground.changes.like(culprit)
    return found.commit if found else None


def _pick(
    fix: Fix, own: Oid, rung: Rung, tree: Oid | None, *said: str, conflicted: Conflicted | None = None
) -> Pick:
    return Pick(
        source=fix.commit.id,
        picked=own,
        subject=fix.commit.subject,
        rung=rung,
        tree=tree,
        mainline=fix.mainline,
        reverts=True,
        conflicts=conflicted.conflicts if conflicted else (),
        evidence=said,
    )
