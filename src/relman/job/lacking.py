"""The fixes on trunk that production lacks: what `hotfix` offers when nobody named one."""

from collections.abc import Callable, Sequence
from itertools import islice

from msgspec.structs import replace

from relman.git.scratch import PickOf, Scratch
from relman.job.environments import PRODUCTION
from relman.job.facts import Facts
from relman.job.lacks import since
from relman.job.reach import reach
from relman.job.standing import ground, own_part
from relman.job.target import Spot, find_spots
from relman.model.equivalence import Changes
from relman.model.fixes import is_fix, is_unshipped
from relman.model.history import Commit
from relman.model.names import Oid
from relman.model.reverts import cancel
from relman.model.trees import Conflicted, Merged, Unknown
from relman.plan.plan import Pick
from relman.render.lacking import Lacked, Lacking
from relman.run.ladder import Fix, climb

_MOST = 20
"""How many fixes are offered, newest first; each is tried."""
_READ = 2000
"""How many commits of trunk are looked at."""
_EXPLAINED = 10
"""How many conflicts climb the ladder, the newest ones: each takes half a second or so."""
_SEARCHED = 3
"""How many of those are asked what else they need, which takes seconds."""
_SKEW = 7 * 24 * 3600
"""How far clocks may be wrong, in seconds."""

Told = Callable[[str], None]
"""Is told what is tried now, for a person who waits."""


def read_lacking(facts: Facts, scratch: Scratch, to: Sequence[str], told: Told) -> Lacking:
    """Gives the fixes on trunk that the target has in no form, newest first, at most 20, each tried by itself.

    `to` are the words of `--to`; left out: production. Of several targets the newest is asked about. Reverted
    fixes are left out, and those of tests, documents and CI. Errors (usage): an unknown target.
    """
    facts.check_remote()
    facts.check_complete()
    words = tuple(to) or (PRODUCTION,)
    spot = find_spots(facts, scratch, words, release=True, side=None)[0]
    missing = _missing(facts, spot)
    shown = missing[:_MOST]
    told(f"trying {len(shown)} fixes on {spot.line}")
    scratch.aim(spot.start)
    tree = scratch.tree_of(spot.start)
    answers = scratch.pick_many([PickOf(commit=fix.id, onto=tree) for fix in shown])
    conflicts = [c for c, a in zip(shown, answers, strict=True) if isinstance(a, Conflicted)]
    picks: dict[Oid, Pick] = {}
    for number, fix in enumerate(islice(conflicts, _EXPLAINED), 1):
        told(f"looking into conflict {number} of {min(len(conflicts), _EXPLAINED)}: {fix.subject}")
        picks[fix.id] = _climbed(facts, scratch, spot, tree, fix, search=number <= _SEARCHED)
    rows = [
        row
        for fix, answer in zip(shown, answers, strict=True)
        if (row := _row(fix, answer, tree, picks.get(fix.id))).rung != "already-there"
    ]
    name = spot.release.tag if spot.release and spot.start == spot.release.commit else spot.branch
    return Lacking(
        line=spot.line, base=name, commit=spot.start, fixes=tuple(rows), more=len(missing) - len(shown)
    )


def _missing(facts: Facts, spot: Spot) -> list[Commit]:
    """The fixes on trunk of which the target has no port."""
    graph = facts.graph
    left = graph.between([facts.trunk.commit], [spot.start])[:_READ]
    gone = cancel(graph, left).removed
    bumps = facts.policy.bumps
    fixes = [c for oid in left if oid not in gone and is_fix(c := graph.commit(oid), bumps)]
    if not fixes:
        return []
    first = min(fix.author.when for fix in fixes) - _SKEW
    own = since(facts, own_part(facts, spot.start), first)
    back = cancel(graph, own).removed
    ports = Changes(graph, (oid for oid in own if oid not in back), facts.patch_id)
    return [fix for fix in fixes if not _unshipped(facts, fix) and ports.carries(fix.id) is None]


def _unshipped(facts: Facts, fix: Commit) -> bool:
    return all(is_unshipped(path) for path in facts.graph.paths(fix.id))


def _climbed(facts: Facts, scratch: Scratch, spot: Spot, tree: Oid, fix: Commit, *, search: bool) -> Pick:
    there = ground(facts, spot.start, tree, [fix])
    far = replace(reach(facts, scratch, spot), search=search)
    return climb(facts.graph, scratch, there, [Fix(commit=fix)], far)[-1].pick


def _row(fix: Commit, answer: Merged | Conflicted | Unknown, tree: Oid, pick: Pick | None) -> Lacked:
    if pick is not None:
        return Lacked(
            commit=fix.id,
            subject=fix.subject,
            rung=pick.rung,
            affected=pick.affected,
            prerequisites=pick.prerequisites,
            evidence=pick.evidence,
        )
    match answer:
        case Merged(tree=after):
            there = after == tree
            return Lacked(
                commit=fix.id,
                subject=fix.subject,
                rung="already-there" if there else "clean",
                evidence=("the pick changes nothing" if there else "clean pick",),
            )
        case Conflicted(conflicts=conflicts):
            said = tuple(f"{c.kind} conflict in {c.path}" for c in conflicts)
            return Lacked(commit=fix.id, subject=fix.subject, rung="conflict", evidence=said)
        case Unknown(reason=reason):
            return Lacked(commit=fix.id, subject=fix.subject, rung="unknown", evidence=(reason,))
