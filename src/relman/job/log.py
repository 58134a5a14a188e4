"""The journal's operations as values to show. Needs no readable history and no configuration."""

from pathlib import Path

from relman.git.repo import open_repository
from relman.render.log import Moved, Operation, PushTold
from relman.run.journal import Journal, Record, read_all


def read_log(start: Path) -> tuple[tuple[Operation, ...], tuple[str, ...]]:
    """Gives all operations, newest first, and sentences about records that cannot be read."""
    journal = _journal(start)
    return tuple(_operation(r) for r in reversed(journal.records)), journal.unreadable


def read_operation(start: Path, word: str) -> Operation:
    """Gives one operation by its id, or what the id begins or ends with; an error (usage) for none or several."""
    return _operation(_journal(start).find(word))


def _journal(start: Path) -> Journal:
    return read_all(open_repository(start))


def _operation(record: Record) -> Operation:
    plan = record.sealed.plan
    return Operation(
        id=record.id,
        time=record.started,
        operation=plan.operation,
        title=plan.title,
        state=record.state,
        undoes=record.undoes,
        undone_by=record.undone_by,
        redoes=record.redoes,
        hash=record.sealed.hash,
        argv=record.argv,
        reason=record.reason,
        refs=tuple(Moved(ref=c.ref, old=c.old, new=c.new) for c in record.refs),
        files=tuple(step.path for step in plan.files()),
        pushes=tuple(
            PushTold(remote=p.remote, refs=tuple(m.ref for m in p.moves), result=p.result, reason=p.reason)
            for p in record.pushes
        ),
        proofs=plan.proofs,
        notes=tuple(target.notes for target in plan.targets if target.notes),
        production=plan.production,
        overrides=tuple(f"{o.rule}: {o.reason}" for o in plan.overrides),
        relman=record.relman,
        git=record.git,
    )
