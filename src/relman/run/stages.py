"""An operation that paused is carried out in stages; when it is over it is one operation again, for log and undo."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from relman.model.names import RefName
from relman.plan.outcome import Pushed, RefChange
from relman.plan.plan import Plan, Sealed, TargetPlan
from relman.run.journal import Record, Stage


def stage_of(record: Record) -> Stage:
    """What was carried out last, to be kept while the next stage begins."""
    return Stage(
        sealed=record.sealed,
        refs=record.refs,
        checkouts=record.checkouts,
        pushes=record.pushes,
        kept=record.kept,
        went_on=record.went_on,
    )


def before(record: Record) -> Record:
    """The record as it was before its last stage, paused."""
    last = record.earlier[-1]
    return replace(
        record,
        state="paused",
        sealed=last.sealed,
        refs=last.refs,
        checkouts=last.checkouts,
        pushes=last.pushes,
        kept=last.kept,
        went_on=last.went_on,
        earlier=record.earlier[:-1],
    )


def moved(record: Record) -> tuple[RefChange, ...]:
    """Every ref that any stage moved, from its first old value to its last new one."""
    return _composed(change for stage in (*record.earlier, stage_of(record)) for change in stage.refs)


def _composed(changes: Iterable[RefChange]) -> tuple[RefChange, ...]:
    found: dict[RefName, RefChange] = {}
    for change in changes:
        known = found.get(change.ref)
        found[change.ref] = change if known is None else replace(known, new=change.new)
    return tuple(found.values())


def _pushes(pushes: Sequence[Pushed]) -> tuple[Pushed, ...]:
    """What every remote took, as one push: a branch that one stage made and the next deleted was never there."""
    taken = [p for p in pushes if p.result == "pushed"]
    whole = []
    for name in dict.fromkeys(p.remote for p in taken):
        moves = _composed(m for p in taken if p.remote == name for m in p.moves)
        kept = tuple(m for m in moves if m.old != m.new)
        whole.append(Pushed(remote=name, moves=kept, result="pushed"))
    return (*whole, *(p for p in pushes if p.result != "pushed"))


def joined(record: Record) -> Record:
    """Makes one record of all stages."""
    if not record.earlier:
        return record
    stages = (*record.earlier, stage_of(record))
    return replace(
        record,
        sealed=_sealed([stage.sealed for stage in stages]),
        refs=moved(record),
        checkouts=tuple(c for stage in stages for c in stage.checkouts),
        pushes=_pushes([p for stage in stages for p in stage.pushes]),
        packs=tuple(stage.kept for stage in record.earlier if stage.kept),
        earlier=(),
    )


def _sealed(parts: list[Sealed]) -> Sealed:
    ids = {label: oid for part in parts for label, oid in part.ids.items()}
    return replace(parts[-1], plan=_plan([part.plan for part in parts]), ids=ids)


def _plan(parts: list[Plan]) -> Plan:
    first, last = parts[0], parts[-1]
    targets: dict[str, TargetPlan] = {t.line: t for part in parts for t in part.targets}
    names = dict.fromkeys(t.tag or t.version or t.line for t in targets.values() if t.tip is not None)
    return replace(
        last,
        operation=first.operation,
        title=" ".join((first.operation, *names)) if names and first.feature is None else first.title,
        production=first.production,
        targets=tuple(targets.values()),
        steps=tuple(step for part in parts for step in part.steps),
        expects=(),
        overrides=tuple(o for part in parts for o in part.overrides),
        proofs=tuple(proof for part in parts for proof in part.proofs),
    )
