"""The rungs past a conflict: bookkeeping, a sibling port (DESIGN 6, rungs 3 and 4); and what explains the rest.

Asked only where git's own pick of the fix conflicts, so that none of them can be worse than `git cherry-pick`. What
still conflicts is told whether the target has the bug at all, and which commits the fix needs there.
"""

from collections.abc import Callable, Sequence
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from relman.git.reader import Reader
from relman.git.repo import Repository
from relman.git.scratch import Scratch
from relman.model.bookkeeping import matches
from relman.model.equivalence import Changes, PatchId
from relman.model.names import Oid
from relman.model.trees import Conflicted
from relman.plan.plan import Pick, Warn
from relman.run.affected import Affected, affected, first_affected
from relman.run.bookkeeping import Kept, keep_target
from relman.run.prerequisites import Found, NotFound, Onto, find_prerequisites
from relman.run.siblings import LineEnd, find_siblings, try_siblings

_TRIALS = 60
"""Picks that the search for prerequisites may try while a person waits."""


class Reach(Struct, frozen=True, kw_only=True):
    """What the higher rungs may use, for one target.

    `lines` are asked for only where something conflicts. `releases` are (name, commit), lowest version first.
    """

    repo: Repository
    patterns: tuple[str, ...]
    lines: Callable[[], Sequence[LineEnd]]
    target: tuple[int, ...]
    releases: Callable[[], Sequence[tuple[str, Oid]]]
    patch_id: PatchId


class Held(Struct, frozen=True, kw_only=True):
    """The pick as the rung that held it leaves it, and what is to be said."""

    pick: Pick
    warnings: tuple[Warn, ...] = ()


def past_conflict(
    graph: Reader,
    scratch: Scratch,
    reach: Reach,
    pick: Pick,
    answer: Conflicted,
    onto: tuple[Oid, Oid],
    own: Changes,
) -> Held:
    """Climbs on from a conflict: `pick` conflicts, `onto` is the target's commit and tree, `own` its commits."""
    _, tree = onto
    kept = keep_target(scratch, answer, tree, reach.patterns)
    if kept is not None:
        return _kept(pick, kept, tree)
    siblings = find_siblings(reach.repo, graph, pick.source, reach.lines(), reach.target, reach.patch_id)
    found = try_siblings(scratch, siblings, tree, lambda c: _settled(scratch, c, tree, reach.patterns))
    if found is not None:
        sibling, after = found
        where = f"{sibling.commit[:10]} on {sibling.line}"
        if after == tree:
            there = f"its port {where} changes nothing here"
            return Held(pick=replace(pick, rung="already-there", tree=tree, conflicts=(), evidence=(there,)))
        how = f"picked from its port {where}: {sibling.evidence.how}"
        taken = replace(
            pick,
            rung="sibling",
            picked=sibling.commit,
            tree=after,
            conflicts=(),
            evidence=(how,),
            mainline=None,
        )
        return Held(pick=taken)
    return Held(pick=_explained(graph, scratch, reach, pick, onto, own))


def _settled(scratch: Scratch, answer: Conflicted, tree: Oid, patterns: Sequence[str]) -> Oid | None:
    kept = keep_target(scratch, answer, tree, patterns)
    return kept.tree if kept else None


def _kept(pick: Pick, kept: Kept, tree: Oid) -> Held:
    if kept.tree == tree:
        there = f"apart from {', '.join(kept.paths)} it changes nothing"
        return Held(pick=replace(pick, rung="already-there", tree=tree, conflicts=(), evidence=(there,)))
    done = replace(pick, rung="bookkeeping", tree=kept.tree, conflicts=(), evidence=(kept.evidence,))
    return Held(pick=done, warnings=(Warn(message=kept.warning),) if kept.warning else ())


def _explained(
    graph: Reader, scratch: Scratch, reach: Reach, pick: Pick, onto: tuple[Oid, Oid], own: Changes
) -> Pick:
    """Says of a conflict that stays whether the target has the bug at all, and what else would have to come along."""
    commit, tree = onto
    known = affected(reach.repo, graph, pick.source, commit, own, mainline=pick.mainline)
    verdict = {"yes": True, "partly": True, "no": False, "unknown": None}[known.verdict]
    told = replace(pick, affected=verdict, evidence=(*pick.evidence, _sentence(graph, reach, known)))
    if verdict is False:
        return told
    target = Onto(
        target=commit,
        tree=tree,
        present=lambda oid: own.carries(oid) is not None,
        bookkeeping=lambda path: matches(path, reach.patterns),
        settle=lambda answer, ours: _settled(scratch, answer, ours, reach.patterns),
    )
    needed = find_prerequisites(
        reach.repo, graph, scratch, pick.source, target, mainline=pick.mainline, trials=_TRIALS
    )
    match needed:
        case Found(commits=commits):
            number = (
                "one commit that it needs" if len(commits) == 1 else f"{len(commits)} commits that it needs"
            )
            return replace(
                told, prerequisites=commits, evidence=(*told.evidence, f"goes on cleanly after {number}")
            )
        case NotFound(reason=reason):
            return replace(
                told, evidence=(*told.evidence, f"no commits were found that would make it apply ({reason})")
            )
        case _:
            assert_never(needed)


def _sentence(graph: Reader, reach: Reach, known: Affected) -> str:
    culprit = known.newest_culprit
    if known.verdict != "no" or culprit is None:
        return known.sentence
    first = first_affected(graph, culprit, reach.releases())
    since = f"; the first release with it is {first}" if first else ""
    return f"the target is probably not affected: {known.sentence}{since}"
