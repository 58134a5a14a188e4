"""The rungs past a conflict: bookkeeping, a sibling port, not affected, prerequisites (DESIGN 6, rungs 3 to 6).

Asked only where git's own pick of the fix conflicts, so that none of them can be worse than `git cherry-pick`. What
conflicts in the end is explained: by what it was caused, and which commits would or would not make it apply.
"""

from collections.abc import Callable, Sequence

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
from relman.run.affected import Affected, affected, first_affected, stands
from relman.run.bookkeeping import Kept, keep_target
from relman.run.needed import Needed, find_needed
from relman.run.prerequisites import Carried, Onto
from relman.run.siblings import LineEnd, find_siblings, try_siblings

RULE = "not-affected"
"""The rule that `--anyway` names to go on down the ladder."""


class Reach(Struct, frozen=True, kw_only=True):
    """What the higher rungs may use, for one target.

    `lines` are asked for only where something conflicts. `releases` are (name, commit), lowest version first.
    `with_prerequisites` takes the commits that a fix needs along; `past_not_affected` goes on where the target
    probably lacks the bug. Both only because a person said so.
    """

    repo: Repository
    patterns: tuple[str, ...]
    lines: Callable[[], Sequence[LineEnd]]
    target: tuple[int, ...]
    releases: Callable[[], Sequence[tuple[str, Oid]]]
    patch_id: PatchId
    with_prerequisites: bool = False
    past_not_affected: bool = False
    search: bool = True
    """Whether to look for the commits that a fix needs, which takes seconds."""


class Stand(Struct, frozen=True, kw_only=True):
    """Where a pick meets its target: the target's commit and own `changes`, and the tree after the picks before it.

    `brought` are the commits whose changes those picks put there.
    """

    commit: Oid
    tree: Oid
    changes: Changes
    brought: frozenset[Oid] = frozenset()


class Held(Struct, frozen=True, kw_only=True):
    """The pick as the rung that held it leaves it, what is to be said, and what has to be picked before it."""

    pick: Pick
    warnings: tuple[Warn, ...] = ()
    before: tuple[Carried, ...] = ()


def past_conflict(
    graph: Reader, scratch: Scratch, reach: Reach, pick: Pick, answer: Conflicted, at: Stand
) -> Held:
    """Climbs on from a conflict: `pick` conflicts there with git's `answer`."""
    kept = keep_target(scratch, answer, at.tree, reach.patterns)
    if kept is not None:
        return _kept(pick, kept, at.tree)
    siblings = find_siblings(reach.repo, graph, pick.source, reach.lines(), reach.target, reach.patch_id)
    found = try_siblings(scratch, siblings, at.tree, lambda c: _settled(scratch, c, at.tree, reach.patterns))
    if found is not None:
        sibling, after = found
        where = f"{sibling.commit[:10]} on {sibling.line}"
        if after == at.tree:
            there = f"its port {where} changes nothing here"
            return Held(pick=replace(pick, rung="already-there", tree=after, conflicts=(), evidence=(there,)))
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
    return _past_siblings(graph, scratch, reach, pick, at)


def doubted(graph: Reader, reach: Reach, pick: Pick, at: Stand) -> Held:
    """Looks at a clean pick once more: does the target have the bug at all? Mostly no blame is needed to tell."""
    there = stands(reach.repo, graph, pick.source, at.commit, mainline=pick.mainline)
    if there is not False:
        return Held(pick=replace(pick, affected=there))
    known = _affected(graph, reach, pick, at)
    told = replace(pick, affected=_verdict(known))
    if known.verdict != "no":
        return Held(pick=told)
    rule = RULE if reach.past_not_affected else None
    said = f"{pick.source[:10]} applies, and yet {_sentence(graph, reach, known)}"
    return Held(pick=told, warnings=(Warn(message=said, rule=rule),))


def _settled(scratch: Scratch, answer: Conflicted, tree: Oid, patterns: Sequence[str]) -> Oid | None:
    kept = keep_target(scratch, answer, tree, patterns)
    return kept.tree if kept else None


def _kept(pick: Pick, kept: Kept, tree: Oid) -> Held:
    if kept.tree == tree:
        there = f"apart from {', '.join(kept.paths)} it changes nothing"
        return Held(pick=replace(pick, rung="already-there", tree=tree, conflicts=(), evidence=(there,)))
    done = replace(pick, rung="bookkeeping", tree=kept.tree, conflicts=(), evidence=(kept.evidence,))
    return Held(pick=done, warnings=(Warn(message=kept.warning),) if kept.warning else ())


def _past_siblings(graph: Reader, scratch: Scratch, reach: Reach, pick: Pick, at: Stand) -> Held:
    """Rungs 5 and 6: whether the target has the bug at all, and what else would have to come along."""
    known = _affected(graph, reach, pick, at)
    sentence = _sentence(graph, reach, known)
    told = replace(pick, affected=_verdict(known), evidence=(*pick.evidence, sentence))
    warnings: tuple[Warn, ...] = ()
    if known.verdict == "no":
        if not reach.past_not_affected:
            return Held(pick=replace(told, rung="not-affected"))
        warnings = (Warn(message=f"{pick.source[:10]}: {sentence}", rule=RULE),)
    if not reach.search:
        return Held(pick=told, warnings=warnings)
    onto = Onto(
        target=at.commit,
        tree=at.tree,
        present=lambda oid: oid in at.brought or at.changes.carries(oid) is not None,
        bookkeeping=lambda path: matches(path, reach.patterns),
        settle=lambda answer, ours: _settled(scratch, answer, ours, reach.patterns),
    )
    needed = find_needed(reach.repo, graph, scratch, told, onto, reach.releases())
    if not needed.sequence:
        return Held(pick=_caused(told, needed), warnings=warnings)
    commits = tuple(carried.commit for carried in needed.sequence[:-1])
    if not reach.with_prerequisites:
        proposed = replace(_caused(told, needed), rung="prerequisites", prerequisites=commits)
        return Held(pick=proposed, warnings=warnings)
    taken = replace(
        told,
        rung="prerequisites",
        tree=needed.sequence[-1].tree,
        conflicts=(),
        prerequisites=commits,
        evidence=needed.said,
    )
    said = tuple(Warn(message=f"{words} comes along") for words in needed.unfinished)
    return Held(pick=taken, warnings=(*warnings, *said), before=needed.sequence[:-1])


def _caused(pick: Pick, needed: Needed) -> Pick:
    rows = tuple(replace(c, causes=needed.causes.get(c.path, ())) for c in pick.conflicts)
    return replace(pick, conflicts=rows, evidence=(*pick.evidence, *needed.said))


def _affected(graph: Reader, reach: Reach, pick: Pick, at: Stand) -> Affected:
    return affected(
        reach.repo, graph, pick.source, at.commit, at.changes, mainline=pick.mainline, brought=at.brought
    )


def _verdict(known: Affected) -> bool | None:
    return {"yes": True, "partly": True, "no": False, "unknown": None}[known.verdict]


def _sentence(graph: Reader, reach: Reach, known: Affected) -> str:
    culprit = known.newest_culprit
    if known.verdict != "no" or culprit is None:
        return known.sentence
    first = first_affected(graph, culprit, reach.releases())
    since = f"; the first release with it is {first}" if first else "; no release has it yet"
    return f"the target is probably not affected: {known.sentence}{since}"
