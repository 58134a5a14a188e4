"""What a paused operation waits for, as it stands now: which one is meant, what was done in its places, what lacks."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct, structs

from relman.errors import Kind, RelmanError, usage
from relman.git.workplace import Look, look
from relman.job.facts import Facts
from relman.model.lines import TRUNK
from relman.model.names import Oid
from relman.plan.plan import Pause, Plan, Sealed, TargetPlan, Wait
from relman.plan.steps import Id
from relman.run.journal import Record
from relman.run.places import waits


class Waiting(Struct, frozen=True, kw_only=True):
    """A target that waits, and what was done in its place; a target that is merely held back has no `look`."""

    wait: Wait
    look: Look | None

    @property
    def ready(self) -> bool:
        """Whether what a person did can be taken."""
        return self.look is None or not self.look.problem


class Allowed(Struct, frozen=True, kw_only=True):
    """What a person allows now: only this line; the commits that a fix needs; lines that are probably unaffected."""

    line: str | None = None
    with_prerequisites: bool = False
    past_not_affected: bool = False


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


def pause_in(record: Record) -> Pause:
    """What a paused operation still has to do; an error (our bug) where it is nothing."""
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
            merges = record.sealed.id_of(wait.merges)
            grounds = () if wait.branch or merges else _grounds(facts, record, wait)
            place = Path(wait.place)
            seen = look(facts.repo, place, onto, branch=wait.branch, grounds=grounds, merges=merges)
        found.append(Waiting(wait=wait, look=seen))
    return tuple(found)


def _grounds(facts: Facts, record: Record, wait: Wait) -> tuple[Oid, ...]:
    """What a resolution may stand on beside the picks made before it: the target, as it was or as it is now."""
    line = facts.trunk_name if wait.line == TRUNK else facts.line(wait.line).branch
    newest = facts.line(wait.line).stable if wait.line != TRUNK else None
    own = facts.refs.local(line) if line else None
    tracked = facts.refs.tracking(facts.remote, line) if line else None
    now = (*(b.commit for b in (own, tracked) if b), *((newest.commit,) if newest else ()))
    return tuple(dict.fromkeys((*now, planned(record, wait.line)[1].base.commit)))


def made_again(record: Record, waiting: Sequence[Waiting], gone: Sequence[Waiting]) -> Plan:
    """Moves nothing: the places that were removed are made once more."""
    pause = structs.replace(pause_in(record), waits=tuple(_anew(record, w.wait) for w in waiting))
    lost = [(w, w.look.head) for w in gone if w.look and w.wait.branch is None]
    return Plan(
        operation=record.sealed.plan.operation,
        title=record.sealed.plan.title,
        production=record.sealed.plan.production,
        feature=record.sealed.plan.feature,
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


def _anew(record: Record, wait: Wait) -> Wait:
    merges = record.sealed.id_of(wait.merges)
    return structs.replace(wait, onto=footing(record, wait), merges=Id(oid=merges) if merges else None)


def footing(record: Record, wait: Wait) -> Id:
    """The commit that a place stands on, by its id: the labels of an earlier stage mean nothing in the next."""
    onto = record.sealed.id_of(wait.onto)
    if onto is None:
        raise RelmanError(Kind.INTERNAL, f"{wait.place} stands on nothing")
    return Id(oid=onto)


def planned(record: Record, line: str) -> tuple[Sealed, TargetPlan]:
    """The target as it was planned last, with the plan whose labels it uses."""
    stages = (record.sealed, *(stage.sealed for stage in reversed(record.earlier)))
    return next((s, t) for s in stages for t in s.plan.targets if t.line == line)


def moved_on(w: Waiting, branch: str, now: Oid, before: Oid) -> RelmanError:
    """Says that a branch has commits by now that the work in a place does not stand on, and how it comes there."""
    place = shlex.quote(str(w.wait.place))
    return RelmanError(
        Kind.MOVED,
        f"{branch} moved on to {now[:10]} since {w.wait.place} was made",
        hints=(f"git -C {place} rebase --onto {now[:10]} {before[:10]}",),
    )


def why_it_waits(w: Waiting) -> str:
    """Says where a target stands, for the plan of the others."""
    if w.look is None:
        return f"{w.wait.line} with the others"
    return f"{w.wait.line}: {w.look.problem or f'{w.wait.place} is ready: relman resume {w.wait.line}'}"


def not_yet(behind: Sequence[Waiting], pause: Pause) -> RelmanError:
    """Says that nothing can be taken, and what is missing in each place."""
    rows = [f"  {w.wait.line}: {w.look.problem}" for w in behind if w.look and w.look.problem]
    hints = [hint for w in behind if w.look for hint in w.look.hints]
    whole = "; all of it ships together" if pause.together else ""
    return RelmanError(
        Kind.CONFLICT,
        f"nothing can be taken yet{whole}:\n" + "\n".join(rows),
        hints=(*dict.fromkeys(hints), "relman abort"),
        facts={"waits": [{"line": w.wait.line, "place": w.wait.place} for w in behind]},
    )
