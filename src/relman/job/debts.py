"""Debts: what a line has released and the next release elsewhere would lack, so that the bug came back."""

from collections.abc import Iterable

from relman.git.scratch import Scratch
from relman.job.facts import Facts
from relman.job.held import held_release
from relman.model import message
from relman.model.bump import Bump
from relman.model.cut import meet
from relman.model.equivalence import Changes
from relman.model.history import Commit
from relman.model.lines import Line
from relman.model.names import Oid
from relman.model.ports import newest_cut_lines
from relman.model.reverts import cancel
from relman.model.trees import Merged
from relman.plan.plan import Debt, Warn

_RECENT = 2000
"""How many commits of a line are looked at; older ones are nobody's surprise any more."""
_NAMED = 3


def release_debts(
    facts: Facts, scratch: Scratch, at: Oid, branch: str, lines: Iterable[Line]
) -> tuple[Debt, ...]:
    """Names the changes that the newest two of these lines have released and that `at` (on `branch`) lacks.

    Only what counts for a version is a debt. Any evidence of a port settles one, a claimed one too, since ports
    are adapted; so does a pick that would change nothing. Lines below what `at` has released itself are left out:
    there the fix is missing already, and nothing comes back.
    """
    found: dict[Oid, Debt] = {}
    held = held_release(facts, at)
    above = (x for x in lines if x.stable and (held is None or x.stable.version > held.version))
    for _, end in newest_cut_lines(facts.graph, above, at):
        for commit in _missing(facts, scratch, at, end):
            found.setdefault(
                commit.id,
                Debt(
                    commit=commit.id,
                    subject=commit.subject,
                    missing_on=(branch,),
                    settle=f"relman backport {commit.id[:10]} --to {branch}",
                ),
            )
    return tuple(found.values())


def debt_warns(debts: tuple[Debt, ...]) -> tuple[Warn, ...]:
    """The refusal of a cut or a final release that would go out without them."""
    if not debts:
        return ()
    rows = [f"{d.commit[:7]} {d.subject}" for d in debts[:_NAMED]]
    more = f" and {len(debts) - _NAMED} more" if len(debts) > _NAMED else ""
    return (
        Warn(
            message=f"{debts[0].missing_on[0]} lacks what was released already: {', '.join(rows)}{more}",
            rule="debts",
            hint=debts[0].settle,
        ),
    )


def _missing(facts: Facts, scratch: Scratch, at: Oid, end: Oid) -> list[Commit]:
    graph = facts.graph
    cut = meet(graph, end, at)
    own = graph.between([end], [at])[:_RECENT]
    gone = cancel(graph, own).removed
    wanted = [c for oid in own if oid not in gone and _counts(facts, c := graph.commit(oid))]
    if not wanted:
        return []
    mine = Changes(graph, graph.between([at], [cut] if cut else [end])[:_RECENT], facts.patch_id)
    tree = scratch.tree_of(at)
    missing = []
    for commit in reversed(wanted):
        if mine.like(commit.id) is None:
            answer = scratch.pick(commit.id, tree)
            if not (isinstance(answer, Merged) and answer.tree == tree):
                missing.append(commit)
    return missing


def _counts(facts: Facts, commit: Commit) -> bool:
    read = message.parse(commit.message)
    if len(commit.parents) != 1 or message.is_release_subject(commit.subject):
        return False
    return read.breaking or facts.policy.bumps.get((read.type or "").lower(), Bump.NONE) > Bump.NONE
