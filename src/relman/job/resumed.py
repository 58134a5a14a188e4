"""Goes on with a paused operation: takes what people resolved, tries the rest again, plans what can ship now."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct, structs

from relman.errors import Kind, RelmanError, usage
from relman.git.scratch import Scratch
from relman.git.workplace import Look, look
from relman.job.facts import Facts
from relman.job.hotfix import plan_hotfix, plan_ports
from relman.job.onward import with_onward
from relman.job.porting import HotfixAsk, Resolved, port, resolved_pick
from relman.job.proposed import retire
from relman.job.shipping import Wishes
from relman.job.target import Spot, find_spots
from relman.model.lines import TRUNK
from relman.model.names import Oid, RefName, short
from relman.plan.plan import Pause, Pick, Plan, Sealed, TargetPlan, Wait
from relman.plan.steps import Id, MoveRef, PushRefs
from relman.run.journal import Record
from relman.run.ladder import Fix
from relman.run.places import waits


class Waiting(Struct, frozen=True, kw_only=True):
    """A target that waits, and what was done in its place; a target that is merely held back has no `look`."""

    wait: Wait
    look: Look | None

    @property
    def ready(self) -> bool:
        """Whether what a person did can be taken."""
        return self.look is None or not self.look.problem


def paused(records: Sequence[Record], word: str | None, job: str = "resume") -> Record | None:
    """The paused operation that is meant, by a line that it waits on or by its id, or the only one.

    Errors (usage): several, and `word` tells them not apart; none waits on that line. `job` is what to type again.
    """
    found = [r for r in records if r.state == "paused" and waits(r)]
    named = [r for r in found if word in (None, r.id, *_lines(r))]
    if word is not None and not named:
        known = ", ".join(line for r in found for line in _lines(r)) or "nothing"
        raise usage(f"no operation waits on line {word}; what waits: {known}", "relman status")
    if len(named) > 1:
        listed = "\n".join(f"  {r.id} {r.sealed.plan.title}" for r in named)
        every = [line for r in found for line in _lines(r)]
        words = [next((line for line in _lines(r) if every.count(line) == 1), r.id) for r in named]
        raise usage(f"several operations wait:\n{listed}", *(f"relman {job} {w}" for w in words))
    return named[0] if named else None


def _lines(record: Record) -> tuple[str, ...]:
    return tuple(wait.line for wait in waits(record))


def _pause(record: Record) -> Pause:
    pause = record.sealed.plan.pause
    if pause is None:
        raise RelmanError(Kind.INTERNAL, f"operation {record.id} is paused and waits for nothing")
    return pause


def read_waiting(facts: Facts, record: Record) -> tuple[Waiting, ...]:
    """Looks at every place of a paused operation."""
    found = []
    for wait in waits(record):
        onto = record.sealed.id_of(wait.onto)
        seen = None
        if wait.place and onto:
            grounds = () if wait.branch else _grounds(facts, record, wait)
            seen = look(facts.repo, Path(wait.place), onto, branch=wait.branch, grounds=grounds)
        found.append(Waiting(wait=wait, look=seen))
    return tuple(found)


def _grounds(facts: Facts, record: Record, wait: Wait) -> tuple[Oid, ...]:
    """What a resolution may stand on beside the picks made before it: the target, as it was or as it is now."""
    line = facts.trunk_name if wait.line == TRUNK else facts.line(wait.line).branch
    newest = facts.line(wait.line).stable if wait.line != TRUNK else None
    own = facts.refs.local(line) if line else None
    tracked = facts.refs.tracking(facts.remote, line) if line else None
    now = (*(b.commit for b in (own, tracked) if b), *((newest.commit,) if newest else ()))
    return tuple(dict.fromkeys((*now, _planned(record, wait.line)[1].base.commit)))


class Allowed(Struct, frozen=True, kw_only=True):
    """What a person allows now: only this line; the commits that a fix needs; lines that are probably unaffected."""

    line: str | None = None
    with_prerequisites: bool = False
    past_not_affected: bool = False


def plan_resumed(facts: Facts, scratch: Scratch, record: Record, allowed: Allowed, wishes: Wishes) -> Plan:
    """Plans what can be shipped now. What stays waits on.

    Error (conflict): nothing can be taken yet; each place is named with what is missing there.
    """
    plan = _without_started(facts, _plan_resumed(facts, scratch, record, allowed, wishes), record)
    return with_onward(facts, scratch, plan, wishes) if _pause(record).forward else plan


def _plan_resumed(facts: Facts, scratch: Scratch, record: Record, allowed: Allowed, wishes: Wishes) -> Plan:
    facts.check_complete()
    pause = _pause(record)
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
            return _made_again(record, waiting, gone)
        raise _not_yet(behind or waiting, pause)
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
        facts=(*_told(going, ready), *plan.facts, *(("waits", _why(w)) for w in waiting if w not in going)),
        production=record.sealed.plan.production,
    )


def _made_again(record: Record, waiting: Sequence[Waiting], gone: Sequence[Waiting]) -> Plan:
    """Moves nothing: the places that were removed are made once more."""
    pause = structs.replace(
        _pause(record), waits=tuple(structs.replace(w.wait, onto=_fixed(record, w.wait)) for w in waiting)
    )
    lost = [(w, w.look.head) for w in gone if w.look and w.wait.branch is None]
    return Plan(
        operation=record.sealed.plan.operation,
        title=record.sealed.plan.title,
        production=record.sealed.plan.production,
        facts=(
            *(("again", f"{w.wait.place} is gone, and is made once more") for w in gone),
            *(
                ("again", f"what was committed in {w.wait.place} is {head}, until git forgets it")
                for w, head in lost
                if head not in (None, record.sealed.id_of(w.wait.onto))
            ),
        ),
        pause=pause,
    )


def _still(pause: Pause, plan: Plan, staying: Sequence[Wait], record: Record) -> Pause | None:
    """What waits after this stage: what stopped anew, and what nobody has finished."""
    again = plan.pause.waits if plan.pause else ()
    kept = tuple(structs.replace(w, onto=_fixed(record, w)) for w in staying)
    return structs.replace(pause, waits=(*again, *kept)) if again or kept else None


def _fixed(record: Record, wait: Wait) -> Id:
    """The commit that a place stands on, by its id: the labels of an earlier stage mean nothing in the next."""
    onto = record.sealed.id_of(wait.onto)
    if onto is None:
        raise RelmanError(Kind.INTERNAL, f"{wait.place} stands on nothing")
    return Id(oid=onto)


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
    sealed, target = _planned(record, w.wait.line)
    if not facts.graph.is_ancestor(spot.start, head):
        place = w.wait.place
        raise RelmanError(
            Kind.MOVED,
            f"{spot.branch} moved on to {spot.start[:10]} since {place} was made",
            hints=(
                f"git -C {shlex.quote(str(place))} rebase --onto {spot.start[:10]} {target.base.commit[:10]}",
            ),
        )
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


def _planned(record: Record, line: str) -> tuple[Sealed, TargetPlan]:
    """The target as it was planned last, with the plan whose labels it uses."""
    stages = (record.sealed, *(stage.sealed for stage in reversed(record.earlier)))
    return next((s, t) for s in stages for t in s.plan.targets if t.line == line)


def _started(facts: Facts, scratch: Scratch, record: Record, w: Waiting, wishes: Wishes) -> Plan:
    """Ships what was written on a branch that `hotfix --start` made, commit for commit; the branch then goes."""
    branch, pause = w.wait.branch, _pause(record)
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
    shipped = {f.commit for f in _pause(record).fixes}
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


def _why(w: Waiting) -> str:
    if w.look is None:
        return f"{w.wait.line} with the others"
    return f"{w.wait.line}: {w.look.problem or f'{w.wait.place} is ready: relman resume {w.wait.line}'}"


def _not_yet(behind: Sequence[Waiting], pause: Pause) -> RelmanError:
    rows = [f"  {w.wait.line}: {w.look.problem}" for w in behind if w.look and w.look.problem]
    hints = [hint for w in behind if w.look for hint in w.look.hints]
    whole = "; all of it ships together" if pause.together else ""
    return RelmanError(
        Kind.CONFLICT,
        f"nothing can be taken yet{whole}:\n" + "\n".join(rows),
        hints=(*dict.fromkeys(hints), "relman abort"),
        facts={"waits": [{"line": w.wait.line, "place": w.wait.place} for w in behind]},
    )
