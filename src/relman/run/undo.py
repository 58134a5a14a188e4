"""Takes an operation back: a new plan with the moves swapped and the same guards, all or nothing."""

from collections.abc import Iterator, Mapping, Sequence
from typing import assert_never

from msgspec import Struct

from relman.errors import Kind, RelmanError
from relman.model.names import HEADS, REMOTES, TAGS, Oid, RefName, short
from relman.model.shared import Deployment, Withdrawal
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
    journal: Sequence[Record] = (),
) -> Plan:
    """Makes the plan that takes a finished operation back; undoing an undo gives a redo.

    `values` are the refs now, without those that do not exist. With `remote` what was pushed goes back too,
    by leases, to what the remote held before: the push tells, which may be another record of the `journal`,
    or else what was seen when the operation was planned.

    Errors: not finished, or undone already, or published and `remote` not wanted, or published in a way that
    does not tell what a branch was before (refused); any ref here or there moved on (moved: all of them are
    listed, none is changed).
    """
    later = [r for r in journal if r.turn > record.turn]
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
    pushes = [] if again and not remote else _pushes(record, moves, remotes or {}, later, remote=remote)
    steps: list[Step] = [MoveRef(ref=c.ref, old=c.new, new=_target(c.old)) for c in reversed(moves)]
    steps += [_swapped(f) for f in reversed(record.sealed.plan.files())]
    steps += pushes
    return Plan(
        operation="redo" if again else "undo",
        title=_title(record),
        steps=tuple(steps),
        package=record.sealed.plan.package,
        undoes=record.id,
    )


def _swapped(step: EditFile) -> EditFile:
    return EditFile(
        path=step.path,
        before=step.after,
        after=step.before,
        folder=step.folder,
        mode_before=step.mode_after,
        mode_after=step.mode_before,
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


class _There(Struct, frozen=True, kw_only=True):
    """A ref that the operation moved, as one remote has it.

    `before` is what the remote held before it got the new value: never what this clone held, which may lack
    the branch or be behind it. `known`: whether that is known at all. `sent`: pushed from here, and not taken
    back since.
    """

    ref: RefName
    new: Oid | None
    at: Oid | None
    before: Oid | None
    known: bool
    sent: bool

    @property
    def published(self) -> bool:
        return self.at == self.new and not (self.known and self.before == self.new)


def _there(
    record: Record, moves: list[RefChange], name: str, values: Mapping[RefName, Oid], later: Sequence[Record]
) -> Iterator[_There]:
    """Gives the refs that the operation, or a push after it, may have brought to a remote."""
    own = {m.ref: m.new for m in _sent(record, name)}
    # What an undo put back here is what the remote had all the time, unless the undo pushed it itself.
    here = {} if record.sealed.plan.operation == "undo" else {c.ref: c for c in moves if c.new is not None}
    events = [m for r in (record, *later) for m in _sent(r, name)]
    planned = {e.ref: e.value for e in record.sealed.plan.expects if e.value is not None}
    for ref, new in ({ref: c.new for ref, c in here.items()} | own).items():
        last = next((m for m in reversed(events) if m.ref == ref and new in (m.new, m.old)), None)
        seen = planned.get(RefName(f"{REMOTES}{name}/{ref.removeprefix(HEADS)}"))
        at = values.get(ref)
        if last is not None:
            sent = last.new == new
            before = last.old if sent else last.new
            yield _There(ref=ref, new=new, at=at, before=before, known=True, sent=sent)
        elif ref.startswith(HEADS):
            yield _There(ref=ref, new=new, at=at, before=seen, known=seen is not None, sent=False)
        else:
            yield _There(ref=ref, new=new, at=at, before=None, known=here[ref].old is None, sent=False)


def _sent(record: Record, name: str) -> list[RefChange]:
    if record.state != "done":
        return []
    return [m for p in record.pushes if p.remote == name and p.result == "pushed" for m in p.moves]


def _pushes(
    record: Record,
    moves: list[RefChange],
    remotes: RemoteValues,
    later: Sequence[Record],
    *,
    remote: bool,
) -> list[PushRefs]:
    """Gives the way back for everything that a remote shows, whoever pushed it."""
    found = {name: list(_there(record, moves, name, at, later)) for name, at in sorted(remotes.items())}
    strange = [
        (t.ref, f"  {t.ref} on {name} is {t.at or 'absent'}, not {t.new or 'absent'}")
        for name, refs in found.items()
        for t in refs
        if t.sent and t.at not in (t.new, t.before)
    ]
    if strange:
        raise _moved_on(record, [line for _, line in strange], [ref for ref, _ in strange])
    shown = {name: [t for t in refs if t.published] for name, refs in found.items()}
    if any(shown.values()) and not remote:
        raise _published(record, [(t.ref, name) for name, refs in shown.items() for t in refs])
    lost = [(t.ref, name) for name, refs in found.items() for t in refs if t.sent and t.at != t.new]
    if lost and not remote:
        raise _lost(record, lost)
    unknown = [(name, t) for name, refs in shown.items() for t in refs if not t.known]
    if unknown:
        raise _unknown_before(record, unknown)
    return [
        PushRefs(
            remote=name,
            moves=tuple(PushMove(ref=t.ref, expect=t.new, new=_target(t.before)) for t in refs),
        )
        for name, refs in shown.items()
        if refs
    ]


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


def _published(record: Record, shown: list[tuple[RefName, str]]) -> RelmanError:
    names = [f"{short(ref)} on {remote}" for ref, remote in shown]
    return RelmanError(
        Kind.REFUSED,
        f"operation {record.id} is published ({', '.join(names)}), and others may have it",
        hints=(f"relman undo {record.id} --remote", *_onward(record)),
        facts={"operation": record.id, "published": names},
    )


def _onward(record: Record) -> tuple[str, ...]:
    """What to do instead about what others may have: a withdrawal, or another entry of the record."""
    plan = record.sealed.plan
    tags = [short(m.ref) for m in record.refs if m.ref.startswith(TAGS) and m.new is not None]
    ways = [f"relman withdraw {tag} --reason TEXT" for tag in tags]
    for entry in plan.records:
        match entry:
            case Deployment(environment=name):
                ways.append(f"relman env record {name} VERSION")
            case Withdrawal(version=version, withdrawn=True):
                ways.append(f"relman withdraw {version} --undo")
            case Withdrawal(version=version):
                ways.append(f"relman withdraw {version} --reason TEXT")
            case _:
                assert_never(entry)
    return tuple(ways) or ("relman hotfix FIX",)


def _lost(record: Record, pushed: list[tuple[RefName, str]]) -> RelmanError:
    names = [f"{short(ref)} on {remote}" for ref, remote in pushed]
    return RelmanError(
        Kind.REFUSED,
        f"operation {record.id} pushed {', '.join(names)}, and that is not there: it was taken back by hand, "
        "or pushes go to another place now, and the old one may still have it",
        hints=("git remote -v", f"relman undo {record.id} --remote"),
        facts={"operation": record.id, "lost": names},
    )


def _unknown_before(record: Record, refs: list[tuple[str, _There]]) -> RelmanError:
    names = [f"{short(t.ref)} on {remote}" for remote, t in refs]
    return RelmanError(
        Kind.REFUSED,
        f"no push from here brought {', '.join(names)}, so nobody knows what was there before; nothing was "
        "changed",
        hints=tuple(f"git push --force-with-lease={t.ref}:{t.at} {remote} OLD:{t.ref}" for remote, t in refs),
        facts={"operation": record.id, "refs": [t.ref for _, t in refs]},
    )
