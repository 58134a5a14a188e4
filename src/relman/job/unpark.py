"""Puts a parked feature back into trunk, as one commit; what others did meanwhile stays."""

from collections.abc import Sequence
from shlex import quote
from typing import assert_never

from relman.errors import Kind, RelmanError, usage
from relman.git.scratch import Scratch
from relman.job.cut import assumed
from relman.job.facts import Facts
from relman.job.landing import change_pages, expects, land, pushes
from relman.job.park import listed, request
from relman.job.parked import parked
from relman.job.shipping import Wishes
from relman.model.count import commits_word
from relman.model.feature import Parked
from relman.model.lines import TRUNK
from relman.model.names import Oid, short
from relman.model.trees import Conflict, Conflicted, Merged, Unknown
from relman.plan.park import FeatureMove, unpark_message
from relman.plan.plan import Base, Plan, Warn
from relman.plan.ship import Change, Shipment, ship
from relman.plan.steps import Reverted

_SHOWN = 8


def plan_unpark(facts: Facts, scratch: Scratch, name: str, wishes: Wishes) -> Plan:
    """Plans to put a parked feature back. Errors: it is not parked (usage); others changed its lines (conflict)."""
    facts.check_remote()
    facts.check_complete()
    known = {p.name: p for p in parked(facts)}
    if name not in known:
        there = ", ".join(known) or "nothing"
        ways = [f"relman unpark {quote(other)}" for other in list(known)[:3]] or ["relman status"]
        raise usage(f"{name!r} is not parked on {facts.trunk_name}; parked: {there}", *ways)
    out = known[name]
    start = facts.trunk.commit
    scratch.aim(start)
    tree = scratch.tree_of(start)
    after = _put_back(facts, scratch, out, tree)
    commits = [facts.graph.commit(oid) for oid in out.commits]
    landing = land(facts, "unpark", facts.trunk_name, facts.trunk, wishes)
    text = unpark_message(name, out.parks, commits, facts.policy.bumps, wishes.trailers)
    shipped = ship(
        Shipment(
            line=TRUNK,
            base=Base(name=facts.trunk_name, commit=start),
            start=start,
            start_tree=tree,
            changes=(Change(tree=after, message=text, origin=Reverted(commit=out.parks[0])),),
            branch=landing.move,
        )
    )
    moves = (*shipped.steps, *pushes(facts, shipped.steps, wishes))
    return Plan(
        operation="unpark",
        title=f"unpark {name}",
        targets=(shipped.target,),
        steps=moves,
        expects=expects(facts, moves, tips=[facts.trunk], tags=()),
        feature=FeatureMove(name=name, commits=out.commits, before=tree, after=after),
        facts=(
            ("puts back", f"{commits_word(len(commits))} of {name}, taken out by {out.parks[0][:10]}"),
            *listed(facts, out.commits),
            ("proof", _same_as_before(facts, scratch, out, tree, after)),
        ),
        warnings=_again(out),
        assumptions=assumed(facts)[:1],
        afterwards=(
            *request(landing.instead_of, short(landing.move.ref)),
            *change_pages(facts, landing),
        ),
    )


def _put_back(facts: Facts, scratch: Scratch, out: Parked, tree: Oid) -> Oid:
    at = tree
    for park in out.parks:
        answer = scratch.revert(park, at)
        match answer:
            case Merged(tree=after):
                at = after
            case Conflicted(conflicts=conflicts):
                raise _in_between(facts, out, park, conflicts)
            case Unknown(reason=reason):
                raise RelmanError(
                    Kind.CONFLICT,
                    f"git gave no answer when {park[:10]} was taken back",
                    cause=reason,
                    hints=(f"git revert {park[:10]}",),
                )
            case _:
                assert_never(answer)
    if at == tree:
        raise RelmanError(
            Kind.NOTHING,
            f"{out.name} is on {facts.trunk_name} again already: putting it back changes nothing",
            hints=("relman status",),
        )
    return at


def _in_between(facts: Facts, out: Parked, park: Oid, conflicts: Sequence[Conflict]) -> RelmanError:
    """Names who changed the feature's lines while it was out."""
    paths = dict.fromkeys(c.path for c in conflicts)
    since = facts.graph.between([facts.trunk.commit], [park])
    facts.graph.load_paths(since)
    commits = (facts.graph.commit(o) for o in since if facts.graph.paths(o) & set(paths))
    others = [c for c in commits if len(c.parents) < 2]
    rows = "\n".join(f"  {c.id[:10]} {c.subject} ({c.author.name})" for c in others[:_SHOWN])
    changed = f"; they were changed since by:\n{rows}" if others else ""
    return RelmanError(
        Kind.CONFLICT,
        f"{out.name} cannot be put back as it was: it conflicts in {', '.join(paths)}{changed}",
        hints=(f"git switch {facts.trunk_name} && git revert {park[:10]}", "relman status"),
        facts={
            "feature": out.name,
            "park": park,
            "conflicts": [{"path": c.path, "kind": c.kind} for c in conflicts],
            "changed_by": [{"commit": c.id, "subject": c.subject, "author": c.author.name} for c in others],
        },
    )


def _same_as_before(facts: Facts, scratch: Scratch, out: Parked, tree: Oid, after: Oid) -> str:
    """Says what the tree will be beside the one before the park."""
    oldest = facts.graph.commit(out.parks[-1])
    before = scratch.tree_of(oldest.parents[0]) if oldest.parents else None
    if after == before:
        return f"the tree is the very one before the park ({after[:10]})"
    paths = scratch.changed(oldest.tree, tree)
    files = "1 file" if len(paths) == 1 else f"{len(paths)} files"
    return f"what others did since, in {files}, stays as it is" if paths else "what others did since stays"


def _again(out: Parked) -> tuple[Warn, ...]:
    if not out.again:
        return ()
    names = ", ".join(oid[:10] for oid in out.again)
    return (
        Warn(
            message=f"{names} merged its branch again while it was out, and brought only what was new there; "
            "the parked commits come back now",
            hint=f"git show --stat {out.again[0][:10]}",
        ),
    )
