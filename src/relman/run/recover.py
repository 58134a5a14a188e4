"""Settles what a crash left (DESIGN 4.8): forward if any ref is new, back if all are old, else hands off."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from relman.errors import Kind, RelmanError
from relman.git import refs
from relman.git.repo import Repository
from relman.model.names import Oid, RefName
from relman.plan.outcome import Outcome, RefChange
from relman.run import checkouts, files, journal, lock, places, pushing
from relman.run.finish import compare, finish, roll_back
from relman.run.journal import Record
from relman.run.operation import Checkpoint, Running, held_signals, nothing


class Settled(Struct, frozen=True, kw_only=True):
    """An operation that was open: whether it was finished or taken back, and what it did."""

    id: str
    title: str
    way: Literal["forward", "back"]
    outcome: Outcome
    unlocked: tuple[str, ...] = ()
    """Lock files of the killed transaction that were removed."""


def settle(
    repo: Repository, *, now: int, argv: Sequence[str] = (), checkpoint: Checkpoint = nothing
) -> tuple[Settled, ...]:
    """Settles every open operation, oldest first; paused ones wait for their person and are left alone.

    Errors: a ref or a remote is neither as before nor as planned (moved: a report, nothing touched); the
    remote must be asked and cannot be (refused); a record cannot be read, or another run holds the
    lock (refused).
    """
    if not any(_crashed(r) for r in journal.read_all(repo).checked()):
        return ()
    with lock.hold(repo, argv=argv, now=now) as fds:
        crashed = [r for r in journal.read_all(repo).checked() if _crashed(r)]
        return tuple(_settle(Running(repo, r, fds, checkpoint)) for r in crashed)


def _crashed(record: Record) -> bool:
    return record.open and record.state != "paused"


def _settle(running: Running) -> Settled:
    repo, record = running.repo, running.record
    way = _decide(repo, record)
    wanted: list[tuple[RefName, Oid | None]] = [(c.ref, c.new) for c in record.refs]
    wanted += [(e.ref, e.value) for e in record.sealed.plan.expects]
    unlocked = refs.remove_stale_locks(repo, wanted, record.stamp)
    if way == "forward":
        outcome = _forward(running)
    else:
        roll_back(running)
        outcome = Outcome(id=record.id)
    return Settled(
        id=record.id,
        title=record.sealed.plan.title,
        way=way,
        outcome=outcome,
        unlocked=tuple(str(p) for p in unlocked),
    )


def _decide(repo: Repository, record: Record) -> Literal["forward", "back"]:
    moves = [c for c in record.refs if c.old != c.new]
    values = refs.read_values(repo, [c.ref for c in moves])
    strange = [c for c in moves if values.get(c.ref) not in (c.old, c.new)]
    if strange:
        raise _report(repo, record, strange, values)
    if any(values.get(c.ref) == c.new for c in moves):
        return "forward"
    if record.state == "pushing":
        match pushing.verdict(repo, record.pushes[0]):
            case "pushed":
                return "forward"
            case "not-pushed":
                return "back"
            case "neither":
                raise pushing.neither(repo, record.id, record.pushes[0])
    if moves:
        return "back"
    # Without refs only the record and the files tell.
    changed = [s for s in record.sealed.plan.files() if s.before != s.after]
    begun = any(files.holds(files.root(record.work_tree, s), s, s.after) for s in changed)
    return "forward" if begun or record.state in ("refs", "checkouts") else "back"


def _forward(running: Running) -> Outcome:
    repo, record = running.repo, running.record
    values = refs.read_values(repo, [c.ref for c in record.refs])
    pending = [c for c in record.refs if values.get(c.ref) != c.new]
    # The user may have checked something out since the crash.
    known = {c.path for c in record.checkouts}
    standing = checkouts.standing_on(repo, pending, places.folders(record))
    fresh = [c for c in standing if c.path not in known]
    first = tuple(replace(p, result="pushed") for p in record.pushes[:1])
    record = replace(record, checkouts=(*record.checkouts, *fresh), pushes=(*first, *record.pushes[1:]))
    with held_signals():
        running.write(record, "recorded recovery")
        if pending:
            _move(running, pending)
        if record.state in ("intent", "pushing"):
            running.write(replace(running.record, state="refs"), "recorded refs")
        compare(running)
    return finish(running, push=False)


def _move(running: Running, pending: Sequence[RefChange]) -> None:
    title = f"relman resume: {running.record.sealed.plan.title}"
    with refs.RefTransaction(running.repo.acting, title, running.fds) as transaction:
        for change in running.record.refs:
            transaction.move(change.ref, change.old if change in pending else change.new, change.new)
        transaction.prepare()
        running.checkpoint("prepared")
        transaction.commit()
        running.checkpoint("committed")


def _report(
    repo: Repository, record: Record, strange: Sequence[RefChange], values: dict[RefName, Oid]
) -> RelmanError:
    lines = []
    for c in strange:
        who = refs.last_mover(repo, c.ref) if c.ref in values else ""
        lines.append(
            f"  {c.ref} is {values.get(c.ref) or 'absent'}{f' ({who})' if who else ''}, "
            f"was {c.old or 'absent'}, should become {c.new or 'absent'}"
        )
    return RelmanError(
        Kind.MOVED,
        f"operation {record.id} ({record.sealed.plan.title}) was interrupted, and somebody moved its refs "
        "since; nothing was touched:\n" + "\n".join(lines),
        hints=("put each of these refs on one of its two values with git update-ref, then: relman resume",),
        facts={
            "operation": record.id,
            "refs": [{"ref": c.ref, "is": values.get(c.ref), "old": c.old, "new": c.new} for c in strange],
        },
    )
