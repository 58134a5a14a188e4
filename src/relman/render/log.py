"""Operations as `relman log` shows them: a line each, or all that is known of one."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone

from msgspec import Struct
from rich.cells import cell_len
from rich.text import Text

from relman.model.names import Oid
from relman.plan.plan import Proof
from relman.render.data import document
from relman.render.words import printable, printable_lines

_LABEL = 10


class Moved(Struct, frozen=True, kw_only=True):
    """A ref with both its values; absent: it did not exist, or was deleted."""

    ref: str
    old: Oid | None
    new: Oid | None


class PushTold(Struct, frozen=True, kw_only=True):
    """What became of a push."""

    remote: str
    refs: tuple[str, ...]
    result: str
    reason: str


class Operation(Struct, frozen=True, kw_only=True):
    """One operation of the journal. `time` is seconds since 1970."""

    id: str
    time: int
    operation: str
    title: str
    state: str
    undoes: str | None
    undone_by: str | None
    redoes: str | None
    hash: str
    argv: tuple[str, ...]
    reason: str
    refs: tuple[Moved, ...]
    files: tuple[str, ...]
    pushes: tuple[PushTold, ...]
    proofs: tuple[Proof, ...]
    notes: tuple[str, ...]
    production: str | None
    overrides: tuple[str, ...]
    relman: str
    git: str


def log_document(operations: Sequence[Operation], warnings: Sequence[str]) -> dict[str, object]:
    """`relman/log/v1`, newest first."""
    return document("relman/log/v1", operations=list(operations), warnings=list(warnings))


def log_page(operations: Sequence[Operation], *, offset: int) -> Iterator[Text]:
    """A line for each operation, newest first; times by a clock `offset` minutes ahead of UTC."""
    rows = [(_time(o.time, offset), o.id, o.title, _state(o)) for o in operations]
    safe = [tuple(map(printable, row)) for row in rows]
    widths = [max((cell_len(row[at]) for row in safe), default=0) for at in range(4)]
    for row, operation in zip(safe, operations, strict=True):
        padded = (cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True))
        yield Text("  ".join(padded).rstrip(), style=_style(operation))


def operation_page(operation: Operation, *, offset: int) -> Iterator[Text]:
    """Everything about one operation, to paste into the record of an incident."""
    yield Text(printable(f"{operation.id}  {operation.title}"), style="bold")
    yield from _part("time", [_time(operation.time, offset)])
    yield from _part("state", [_state(operation)])
    yield from _part("command", [" ".join(operation.argv)] if operation.argv else [])
    yield from _part("reason", [operation.reason] if operation.reason else [])
    yield from _part("overrides", operation.overrides)
    yield from _part("stood on", [operation.production] if operation.production else [])
    yield from _part("plan", [operation.hash])
    yield from _part("refs", [f"{m.ref}  {_id(m.old)} → {_id(m.new)}" for m in operation.refs])
    yield from _part("files", operation.files)
    yield from _part(
        "pushes",
        [
            f"{push.remote} {', '.join(push.refs)}: {push.result}{f' ({push.reason})' if push.reason else ''}"
            for push in operation.pushes
        ],
    )
    for proof in operation.proofs:
        yield from _part("proof", [proof.tag, *(f"  {said}" for said in proof.statements)])
    for notes in operation.notes:
        yield Text()
        yield Text(printable_lines(notes.rstrip("\n")))


def _part(label: str, lines: Sequence[str]) -> Iterator[Text]:
    for at, line in enumerate(lines):
        yield Text.assemble(("" if at else label).ljust(_LABEL), printable(line))


def _id(oid: Oid | None) -> str:
    return oid[:10] if oid else "none"


def _state(operation: Operation) -> str:
    if operation.undone_by:
        return f"undone by {operation.undone_by}"
    return operation.state


def _style(operation: Operation) -> str:
    if operation.undone_by or operation.state == "aborted":
        return "dim"
    return "" if operation.state == "done" else "yellow"


def _time(moment: int, offset: int) -> str:
    return datetime.fromtimestamp(moment, tz=timezone(timedelta(minutes=offset))).strftime("%Y-%m-%d %H:%M")
