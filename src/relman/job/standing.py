"""What a target has of a fix already: the facts that the ladder's first rung asks for.

No line is read whole: of its own commits only those are parsed whose bytes hold a sign of one of the fixes.
"""

from collections.abc import Iterable, Sequence

from relman.git.search import mentioning
from relman.job.facts import Facts
from relman.job.fix import follow_ups
from relman.model import message
from relman.model.cut import meet
from relman.model.equivalence import Changes, Evidence, signs
from relman.model.history import Commit
from relman.model.lines import Line
from relman.model.names import Oid, is_oid
from relman.model.reverts import cancel
from relman.run.there import Ground, evidence_of

_REVERT = "evert"


def ground(facts: Facts, start: Oid, tree: Oid, fixes: Sequence[Commit]) -> Ground:
    """Reads what a target that stands on `start` has of the fixes (oldest first), and what it took back."""
    changes = changes_on(facts, start, fixes)
    origins = [
        Oid(origin)
        for fix in fixes
        for origin in message.picked_from(message.parse(fix.message))
        if is_oid(origin) and facts.graph.has(Oid(origin))
    ]
    known = [*origins, *(fix.id for fix in fixes)]
    there = facts.graph.ancestors(known, start)
    later = [oid for fix in known if fix in there for oid in follow_ups(facts, [fix], start)]
    gone = cancel(facts.graph, tuple(dict.fromkeys((*later, *known)))).removed if later else frozenset[Oid]()
    return Ground(commit=start, tree=tree, changes=changes, gone=gone)


def changes_on(facts: Facts, tip: Oid, fixes: Iterable[Commit]) -> Changes:
    """Gives a target's own commits that may carry one of the fixes and were not reverted there."""
    wanted = tuple(fixes)
    own = own_part(facts, tip, wanted)
    words = {word for fix in wanted for word in signs(fix)}
    origins = tuple(o for fix in wanted for o in message.picked_from(message.parse(fix.message)))
    meant = [oid for oid in own if oid.startswith(origins)] if origins else []
    near = tuple(dict.fromkeys((*meant, *mentioning(facts.repo, own, (*words, _REVERT)))))
    gone = cancel(facts.graph, near).removed
    return Changes(facts.graph, (oid for oid in near if oid not in gone), facts.patch_id)


def own_part(facts: Facts, tip: Oid, fixes: Sequence[Commit] = ()) -> tuple[Oid, ...]:
    """The commits that the target has and trunk's chain does not; of trunk, those after the fixes' line was cut."""
    trunk = facts.trunk.commit
    if tip == trunk:
        cuts = {meet(facts.graph, fix.id, trunk) for fix in fixes}
        known = [cut for cut in cuts if cut is not None]
        return facts.graph.between([tip], known) if known else ()
    cut = meet(facts.graph, tip, trunk)
    return facts.graph.between([tip], [cut] if cut else [])


def standing_changes(facts: Facts, tip: Oid) -> Changes:
    """Gives all commits that a target has beyond trunk and that were not reverted there, for many questions."""
    own = own_part(facts, tip)
    gone = cancel(facts.graph, own).removed
    return Changes(facts.graph, (oid for oid in own if oid not in gone), facts.patch_id)


def held(facts: Facts, tip: Oid, fix: Commit) -> Evidence | None:
    """Answers whether a fix has been ported to where `tip` stands: the best evidence, nothing where it is not there.

    The commit itself, what it was picked from, or a port. What was reverted there since does not count.
    """
    return evidence_of(facts.graph, ground(facts, tip, facts.graph.commit(tip).tree, (fix,)), fix)


def line_has(facts: Facts, line: Line, fix: Commit) -> bool:
    """Tells whether a line has a fix, by any evidence that was not taken back; a line without an end needs none."""
    end = facts.line_end(line) or (line.newest.commit if line.newest else None)
    return end is None or held(facts, end, fix) is not None
