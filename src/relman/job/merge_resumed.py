"""Goes on with a release whose merge into production a person has resolved: what was paused is tagged, nothing else."""

from relman.errors import Kind, RelmanError
from relman.git.scratch import Scratch
from relman.job.aim import Where
from relman.job.facts import Facts
from relman.job.prepared import Prepared
from relman.job.shipping import Wishes
from relman.job.tag_prepared import tag_prepared
from relman.job.waiting import made_again, not_yet, pause_in, read_waiting
from relman.model.version import parse_strict
from relman.plan.override import still_overridden
from relman.plan.plan import Plan
from relman.run.journal import Record


def plan_merged(facts: Facts, scratch: Scratch, record: Record, wishes: Wishes) -> Plan:
    """Plans the tag on the merge that was resolved, and what follows from it.

    Errors: it cannot be taken yet (conflict); production moved on, or the version is taken, or the release's branch
    is gone (moved).
    """
    facts.check_complete()
    pause = pause_in(record)
    (waiting,) = read_waiting(facts, record)
    look, wait = waiting.look, waiting.wait
    if look and not look.there:
        return made_again(record, [waiting], [waiting])
    if look is None or look.head is None or not waiting.ready:
        raise not_yet([waiting], pause)
    text, branch = pause.words
    if (taken := facts.release(text)) is not None:
        raise RelmanError(
            Kind.MOVED,
            f"{text} is taken since {wait.place} was made: tag {taken.tag}, at {taken.commit[:10]}",
            hints=(f"relman abort {wait.line}",),
        )
    onto, merged = record.sealed.id_of(wait.onto), record.sealed.id_of(wait.merges)
    tip, own = facts.tip(wait.to), facts.tip(branch)
    if merged is None or own is None or tip is None or tip.commit != onto:
        where = (
            f"{branch} is gone" if own is None else f"{wait.to} moved on to {tip.commit[:10] if tip else ''}"
        )
        raise RelmanError(
            Kind.MOVED,
            f"{where} since {wait.place} was made, so what was resolved there is not what would be tagged",
            hints=(f"relman abort {wait.line}", f"relman release {text}"),
        )
    prepared = Prepared(
        version=parse_strict(text),
        commit=merged,
        how=f"and its merge into {wait.to} was resolved in {wait.place}",
        differs=(),
        section=None,
    )
    at = Where(line=wait.line, branch=branch, tip=own, given=None)
    tree = scratch.tree_of(look.head)
    plan = tag_prepared(facts, scratch, at, prepared, wishes, resolved={wait.to: tree})
    return still_overridden(plan, record.sealed.plan)
