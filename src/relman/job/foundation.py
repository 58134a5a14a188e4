"""What paused operations stand on: an undo leaves that where it is, or what people resolve meanwhile is lost."""

from collections.abc import Mapping, Sequence

from relman.errors import Kind, RelmanError
from relman.model.names import HEADS, REMOTES, Oid, RefName, short
from relman.model.shared import SHARED
from relman.plan.plan import Plan
from relman.plan.steps import Id
from relman.run.journal import Journal, Record
from relman.run.places import waits

Values = Mapping[RefName, Oid | None]


def check_undo(records: Sequence[Record], plan: Plan) -> None:
    """Refuses (refused) to move what an operation that waits was planned on, unless that brings it back there."""
    for record in _paused(records):
        taken = _taken(stands_on(record), _after(plan))
        if taken:
            raise RelmanError(
                Kind.REFUSED,
                f"{plan.title} would move {', '.join(map(short, taken))}, and {_name(record)}, "
                "which waits for a person, stands on that",
                hints=_ways_on(records),
                facts={"operation": record.id, "refs": list(taken)},
            )


def check_bare_undo(journal: Journal) -> None:
    """Refuses (refused) to guess what is to be taken back while an operation waits: it began, and is not over."""
    paused = _paused(journal.records)
    if not paused:
        return
    newest = journal.newest_undoable()
    back: Values = {c.ref: c.old for c in newest.refs} if newest else {}
    free = newest is not None and not any(_taken(stands_on(record), back) for record in paused)
    raise RelmanError(
        Kind.REFUSED,
        f"{_name(paused[-1])} is not over and waits for a person, so undo must be told what to take back",
        hints=(*_ways_on(journal.records), *((f"relman undo {newest.id}",) if newest and free else ())),
        facts={"operation": paused[-1].id},
    )


def stands_on(record: Record) -> Values:
    """The refs that were relied on for what still waits, with the values that they had.

    The team's records are not among them: they are read again when the operation goes on.
    """
    lines = {wait.line for wait in waits(record)}
    plans = [stage.sealed.plan for stage in record.earlier] + [record.sealed.plan]
    return {
        e.ref: e.value
        for plan in plans
        if not plan.targets or any(t.line in lines for t in plan.targets)
        for e in plan.expects
        if not e.ref.startswith(SHARED)
    }


def _paused(records: Sequence[Record]) -> list[Record]:
    return [r for r in records if r.state == "paused"]


def _taken(wanted: Values, after: Values) -> tuple[RefName, ...]:
    return tuple(ref for ref, value in wanted.items() if ref in after and after[ref] != value)


def _after(plan: Plan) -> Values:
    """What refs are when the plan is carried out, those of remotes as this clone sees them."""
    here = {m.ref: m.new for m in plan.moves()}
    there = {
        RefName(f"{REMOTES}{push.remote}/{short(m.ref)}"): m.new
        for push in plan.pushes()
        for m in push.moves
        if m.ref.startswith(HEADS)
    }
    return {ref: new.oid if isinstance(new, Id) else None for ref, new in (here | there).items()}


def _ways_on(records: Sequence[Record]) -> tuple[str, ...]:
    """How what waits comes to its end; told apart by ids where several wait."""
    paused = _paused(records)
    words = [""] if len(paused) == 1 else [f" {r.id}" for r in paused]
    return (*(f"relman resume{word}" for word in words), *(f"relman abort{word}" for word in words))


def _name(record: Record) -> str:
    return f"{record.sealed.plan.title} ({record.id})"
