"""Takes an operation back: a new plan with the moves swapped and the same guards, all or nothing."""

from collections.abc import Mapping

from relman.errors import Kind, RelmanError
from relman.model.names import Oid, RefName, short
from relman.plan.outcome import RefChange
from relman.plan.plan import Plan
from relman.plan.steps import EditFile, Id, MoveRef, PushMove, PushRefs, Step
from relman.run.journal import Record

RemoteValues = Mapping[str, Mapping[RefName, Oid]]
"""What `ls-remote` showed, by the remote's name."""


def undo_plan(
    record: Record,
    values: Mapping[RefName, Oid],
    *,
    remotes: RemoteValues | None = None,
    remote: bool = False,
) -> Plan:
    """Makes the plan that takes a finished operation back; undoing an undo gives a redo.

    `values` are the refs now, without those that do not exist. With `remote` what was pushed goes back too,
    by leases.

    Errors: not finished, or undone already, or published and `remote` not wanted (refused); any ref here or
    there moved on (moved: all of them are listed, none is changed).
    """
    _check_state(record)
    moves = [c for c in record.refs if c.old != c.new]
    moved = [c for c in moves if values.get(c.ref) != c.new]
    if moved:
        raise _moved_on(
            record,
            [f"  {c.ref} is {values.get(c.ref) or 'absent'}, not {c.new or 'absent'}" for c in moved],
            [c.ref for c in moved],
        )
    again = record.sealed.plan.operation == "undo"
    # Bringing back here what was taken back takes nothing from anybody; only `push` makes it public again.
    pushes = [] if again and not remote else _pushes(record, moves, remotes or {})
    if pushes and not remote:
        raise _published(record, pushes)
    steps: list[Step] = [MoveRef(ref=c.ref, old=c.new, new=_target(c.old)) for c in reversed(moves)]
    steps += [
        EditFile(path=f.path, before=f.after, after=f.before) for f in reversed(record.sealed.plan.files())
    ]
    steps += pushes
    return Plan(
        operation="redo" if again else "undo",
        title=_title(record),
        steps=tuple(steps),
        package=record.sealed.plan.package,
        undoes=record.id,
    )


def _title(record: Record) -> str:
    title = record.sealed.plan.title
    match record.sealed.plan.operation:
        case "undo":
            return f"redo {title.removeprefix('undo ')}"
        case "redo":
            return f"undo {title.removeprefix('redo ')}"
        case _:
            return f"undo {title}"


def _check_state(record: Record) -> None:
    if record.state == "aborted":
        raise RelmanError(Kind.REFUSED, f"operation {record.id} was aborted: there is nothing to take back")
    if record.open:
        raise RelmanError(
            Kind.REFUSED,
            f"operation {record.id} is not finished",
            hints=("relman resume", "relman abort"),
        )
    if record.undone_by is not None:
        raise RelmanError(
            Kind.REFUSED,
            f"operation {record.id} was undone already, by {record.undone_by}",
            hints=("relman redo",),
        )


def _pushes(record: Record, moves: list[RefChange], remotes: RemoteValues) -> list[PushRefs]:
    """Gives the way back for everything that a remote shows, whoever pushed it."""
    found: list[PushRefs] = []
    strange: list[tuple[RefName, str]] = []
    for name, there in sorted(remotes.items()):
        sent = {m.ref: m for p in record.pushes if p.remote == name and p.result == "pushed" for m in p.moves}
        # A branch that was only moved here counts when the remote has exactly the new value.
        local = {c.ref: c for c in moves if c.new is not None}
        back: list[PushMove] = []
        for ref, change in (local | sent).items():
            at = there.get(ref)
            if at == change.new and change.old != change.new:
                back.append(PushMove(ref=ref, expect=change.new, new=_target(change.old)))
            elif ref in sent and at != change.old:
                strange.append((ref, f"  {ref} on {name} is {at or 'absent'}, not {change.new or 'absent'}"))
        if back:
            found.append(PushRefs(remote=name, moves=tuple(back)))
    if strange:
        raise _moved_on(record, [line for _, line in strange], [ref for ref, _ in strange])
    return found


def _target(oid: Oid | None) -> Id | None:
    return None if oid is None else Id(oid=oid)


def _moved_on(record: Record, lines: list[str], refs: list[RefName]) -> RelmanError:
    return RelmanError(
        Kind.MOVED,
        f"operation {record.id} ({record.sealed.plan.title}) cannot be undone, because refs moved on; none "
        "was changed:\n" + "\n".join(lines),
        hints=(f"relman log --show {record.id}",),
        facts={"operation": record.id, "refs": list(refs)},
    )


def _published(record: Record, pushes: list[PushRefs]) -> RelmanError:
    names = [f"{short(m.ref)} on {p.remote}" for p in pushes for m in p.moves]
    return RelmanError(
        Kind.REFUSED,
        f"operation {record.id} is published ({', '.join(names)}), and others may have it",
        hints=(f"relman undo {record.id} --remote", "relman hotfix FIX"),
        facts={"operation": record.id, "published": names},
    )
