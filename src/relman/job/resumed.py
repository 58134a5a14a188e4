"""Goes on with a paused operation: takes what people resolved, tries the rest again, plans what can ship now."""

from collections.abc import Sequence

from msgspec import structs

from relman.errors import Kind, RelmanError, usage
from relman.git.scratch import Scratch
from relman.job.facts import Facts
from relman.job.hotfix import plan_hotfix, plan_ports
from relman.job.merge_resumed import plan_merged
from relman.job.onward import with_onward
from relman.job.porting import HotfixAsk, Resolved, port, resolved_pick
from relman.job.proposed import retire
from relman.job.shipping import Wishes
from relman.job.target import Spot, find_spots
from relman.job.unpark import plan_put_back
from relman.job.waiting import (
    Allowed,
    Waiting,
    footing,
    made_again,
    moved_on,
    not_yet,
    pause_in,
    planned,
    read_waiting,
    why_it_waits,
)
from relman.model.names import RefName, short
from relman.plan.plan import Pause, Pick, Plan, Wait
from relman.plan.steps import Id, MoveRef, PushRefs
from relman.run.journal import Record
from relman.run.ladder import Fix


def plan_resumed(facts: Facts, scratch: Scratch, record: Record, allowed: Allowed, wishes: Wishes) -> Plan:
    """Plans what can be shipped now. What stays waits on.

    Errors: nothing can be taken yet (conflict), each place is named with what is missing there; `--with-prerequisites`
    where nothing that waits is a pick (usage).
    """
    if allowed.with_prerequisites and not _picks(record):
        raise usage("nothing that waits here has prerequisites", "relman resume", "relman abort")
    if record.sealed.plan.feature is not None:
        return plan_put_back(facts, scratch, record, wishes)
    if any(wait.merges for wait in pause_in(record).waits):
        return plan_merged(facts, scratch, record, wishes)
    plan = _without_started(facts, _plan_resumed(facts, scratch, record, allowed, wishes), record)
    return with_onward(facts, scratch, plan, wishes) if pause_in(record).forward else plan


def _picks(record: Record) -> bool:
    """Whether a fix waits, and not a feature, a merge or a branch that somebody writes on."""
    waits = pause_in(record).waits
    return record.sealed.plan.feature is None and any(not wait.merges and not wait.branch for wait in waits)


def _plan_resumed(facts: Facts, scratch: Scratch, record: Record, allowed: Allowed, wishes: Wishes) -> Plan:
    facts.check_complete()
    pause = pause_in(record)
    waiting = read_waiting(facts, record)
    meant = [w for w in waiting if allowed.line in (None, w.wait.line)]
    ready = [w for w in meant if w.ready and w.look]
    if started := next((w for w in ready if w.wait.branch), None):
        return _started(facts, scratch, record, started, wishes)
    ask = _ask(pause, allowed)
    fixes = _fixes(facts, pause)
    spots = {w.wait.line: _spot(facts, scratch, w.wait, ask) for w in waiting if not w.wait.branch}
    resolved = {w.wait.line: _resolved(facts, scratch, record, w, spots[w.wait.line]) for w in ready}
    ends = {name: each.head for name, each in resolved.items()}
    # What was resolved on one line is offered to the others; without that, or a new word, they stay as they are.
    open_ = (
        [w for w in meant if w not in ready and _is_free(w)] if ready or allowed.with_prerequisites else []
    )
    offered = [
        w
        for w in open_
        if not port(facts, scratch, spots[w.wait.line], fixes, ask, wishes, ends=ends).stopped
    ]
    behind = [w for w in waiting if not w.ready and w not in offered]
    if not (ready or offered) or (pause.together and behind):
        if gone := [w for w in meant if w.look and not w.look.there]:
            return made_again(record, waiting, gone)
        raise not_yet(behind or waiting, pause)
    going = [w for w in waiting if w in ready or w in offered]
    plan = plan_ports(
        facts,
        scratch,
        [spots[w.wait.line] for w in going],
        fixes,
        ask,
        wishes,
        resolved=resolved,
        places={w.wait.line: w.wait.place for w in waiting if w.wait.place},
    )
    staying = tuple(w.wait for w in waiting if w not in going)
    return structs.replace(
        plan,
        pause=_still(pause, plan, staying, record),
        facts=(
            *_told(going, ready),
            *plan.facts,
            *(("waits", why_it_waits(w)) for w in waiting if w not in going),
        ),
        production=record.sealed.plan.production,
    )


def _still(pause: Pause, plan: Plan, staying: Sequence[Wait], record: Record) -> Pause | None:
    """What waits after this stage: what stopped anew, and what nobody has finished."""
    again = plan.pause.waits if plan.pause else ()
    kept = tuple(structs.replace(w, onto=footing(record, w)) for w in staying)
    return structs.replace(pause, waits=(*again, *kept)) if again or kept else None


def _is_free(w: Waiting) -> bool:
    """Whether nobody has begun to work there, so that the ladder may try again."""
    return w.wait.branch is None and (w.look is None or w.look.untouched or not w.look.there)


def _ask(pause: Pause, allowed: Allowed) -> HotfixAsk:
    return HotfixAsk(
        fixes=pause.words,
        tag=pause.tag,
        release=pause.release,
        together=pause.together,
        with_prerequisites=allowed.with_prerequisites,
        past_not_affected=allowed.past_not_affected,
        revert=any(f.reverts for f in pause.fixes),
    )


def _fixes(facts: Facts, pause: Pause) -> tuple[Fix, ...]:
    return tuple(
        Fix(commit=facts.graph.commit(f.commit), mainline=f.mainline, reverts=f.reverts) for f in pause.fixes
    )


def _spot(facts: Facts, scratch: Scratch, wait: Wait, ask: HotfixAsk) -> Spot:
    (spot,) = find_spots(facts, scratch, (wait.to,), release=ask.release, side=wait.side)
    return spot


def _resolved(facts: Facts, scratch: Scratch, record: Record, w: Waiting, spot: Spot) -> Resolved:
    head = w.look.head if w.look else None
    onto = record.sealed.id_of(w.wait.onto)
    if head is None or onto is None:
        raise RelmanError(Kind.INTERNAL, f"{w.wait.place} holds nothing to take")
    sealed, target = planned(record, w.wait.line)
    if not facts.graph.is_ancestor(spot.start, head):
        raise moved_on(w, spot.branch, spot.start, target.base.commit)
    tree = scratch.tree_of(head)
    anew = not facts.graph.is_ancestor(onto, head)
    many = len(facts.graph.between([head], [spot.start if anew else onto, spot.start]))
    picks: list[Pick] = []
    for pick in target.picks:
        if pick.needs_person:
            picks.append(resolved_pick(pick, head, tree, many))
            break
        if anew and pick.lands:
            # The person wrote this one anew as well.
            picks.append(resolved_pick(pick, head, tree, many))
            continue
        known = sealed.id_of(pick.commit)
        picks.append(structs.replace(pick, commit=Id(oid=known) if known else None))
    return Resolved(head=head, picks=tuple(picks))


def _started(facts: Facts, scratch: Scratch, record: Record, w: Waiting, wishes: Wishes) -> Plan:
    """Ships what was written on a branch that `hotfix --start` made, commit for commit; the branch then goes."""
    branch, pause = w.wait.branch, pause_in(record)
    if branch is None:
        raise RelmanError(Kind.INTERNAL, f"{w.wait.place} has no branch")
    ask = structs.replace(_ask(pause, Allowed()), fixes=(short(branch),), to=(w.wait.to,), side=w.wait.side)
    head = w.look.head if w.look else None
    ships = [r for r in facts.releases if r.sound and head and facts.graph.is_ancestor(head, r.commit)]
    if ships:
        tag = min(ships, key=lambda r: r.version).tag
        raise RelmanError(
            Kind.NOTHING, f"what was written on {short(branch)} is in {tag} already", hints=("relman abort",)
        )
    plan = plan_hotfix(facts, scratch, ask, wishes)
    return _retiring(facts, plan, branch, w.wait.place)


def _without_started(facts: Facts, plan: Plan, record: Record) -> Plan:
    """The branch that `hotfix --start` made goes as well where its commits conflicted first, and ship now."""
    shipped = {f.commit for f in pause_in(record).fixes}
    for stage in record.earlier if plan.steps else ():
        for wait in stage.sealed.plan.pause.waits if stage.sealed.plan.pause else ():
            own = facts.refs.local(short(wait.branch)) if wait.branch else None
            tracked = facts.refs.tracking(facts.remote, short(wait.branch)) if wait.branch else None
            if wait.branch is None or own is None or own.commit not in shipped:
                continue
            if tracked is None or facts.graph.is_ancestor(tracked.commit, own.commit):
                plan = _retiring(facts, plan, wait.branch, None)
    return plan


def _retiring(facts: Facts, plan: Plan, branch: RefName, leaving: str | None) -> Plan:
    """Deletes a started branch with the plan that ships it all; not where it is moved, or something waits."""
    if any(step.ref == branch for step in plan.moves()) or plan.pause is not None:
        return plan
    gone = retire(facts, short(branch), leaving=leaving)
    steps = tuple(
        structs.replace(s, moves=(*s.moves, *gone.pushes)) if isinstance(s, PushRefs) else s
        for s in plan.steps
    )
    moves: tuple[MoveRef, ...] = gone.moves
    return structs.replace(plan, steps=(*steps, *moves))


def _told(going: Sequence[Waiting], ready: Sequence[Waiting]) -> tuple[tuple[str, str], ...]:
    return tuple(
        ("goes on", f"{w.wait.line} without a person: what was resolved elsewhere applies here")
        for w in going
        if w not in ready and w.look is not None
    )
