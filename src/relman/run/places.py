"""The workplaces of a paused operation: made when its refs have moved, left when their line is done, given up."""

import os
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from relman.errors import Kind, RelmanError
from relman.git import refs, workplace
from relman.git.repo import Repository
from relman.git.workplace import Half, HalfMerge
from relman.model.names import RefName, short
from relman.plan.outcome import RefChange
from relman.plan.plan import Wait
from relman.run import journal, lock
from relman.run.journal import Record
from relman.run.operation import Checkpoint, Running, held_signals, nothing
from relman.run.stages import joined, moved


class Abandoned(Struct, frozen=True, kw_only=True):
    """A paused operation that was given up. `stands`: what it had shipped before is still there."""

    id: str
    stands: bool
    left: tuple[str, ...] = ()
    """What a person may want to know: the last commits of the places that are gone, branches that stay."""


def waits(record: Record) -> tuple[Wait, ...]:
    """What an operation waits for."""
    pause = record.sealed.plan.pause
    return pause.waits if pause else ()


def folders(record: Record) -> frozenset[str]:
    """Every workplace that the operation made in any stage."""
    return frozenset(w.place for w in _every(record) if w.place)


def _every(record: Record) -> tuple[Wait, ...]:
    """What it waited for in any stage."""
    plans = [stage.sealed.plan for stage in record.earlier] + [record.sealed.plan]
    return tuple(w for plan in plans if plan.pause for w in plan.pause.waits)


def check(record: Record) -> None:
    """Refuses a new workplace where something stands by now. Error: moved."""
    known = {w.place for stage in record.earlier if (p := stage.sealed.plan.pause) for w in p.waits}
    for wait in waits(record):
        if wait.place and wait.place not in known and os.path.lexists(wait.place):
            raise RelmanError(Kind.MOVED, f"{wait.place} is there by now", hints=("run the command again",))


def enter(running: Running) -> list[str]:
    """Makes every workplace that is not ready yet; gives sentences about those that could not be made.

    Twice is harmless: a note in the worktree's git directory says that it is ready.
    """
    left: list[str] = []
    made = [wait for wait in waits(running.record) if wait.place]
    if made:
        workplace.begin_remembering(running.repo)
    for wait in made:
        try:
            _enter(running, wait)
        except (RelmanError, OSError) as e:
            cause = e.cause or e.message if isinstance(e, RelmanError) else str(e)
            left.append(f"{wait.place} could not be made: {cause}")
    return left


def _enter(running: Running, wait: Wait) -> None:
    repo, record = running.repo, running.record
    place = Path(wait.place or "")
    words = _words(record, wait)
    known = workplace.noted(repo, place)
    onto = record.sealed.id_of(wait.onto)
    if onto is None:
        return
    if known == words:
        if workplace.look(repo, place, onto).untouched:
            workplace.replay(repo, place, running.fds)
            workplace.note(repo, place, words)
        return
    if known is None or not known.startswith(f"{record.id} {wait.line} "):
        workplace.make(repo, place, onto, wait.branch, running.fds)
        running.checkpoint(f"place {wait.line}")
    if wait.todo is not None:
        half = Half(
            commit=wait.picked or wait.todo.commit,
            mainline=wait.todo.mainline,
            reverts=wait.todo.reverts,
            message=wait.message,
        )
        workplace.begin(repo, place, half, running.fds)
        running.checkpoint(f"conflict {wait.line}")
    merged = record.sealed.id_of(wait.merges)
    if merged is not None:
        settled = tuple((file.path, file.content, file.whole) for file in wait.settled)
        merge = HalfMerge(commit=merged, message=wait.message, settled=settled)
        workplace.begin_merge(repo, place, merge, running.fds)
        running.checkpoint(f"conflict {wait.line}")
    workplace.note(repo, place, words)
    running.checkpoint(f"noted {wait.line}")


def _words(record: Record, wait: Wait) -> str:
    return f"{record.id} {wait.line} {wait.todo.commit if wait.todo else 'start'}"


def leave(running: Running) -> None:
    """Removes the workplaces whose line is done."""
    for folder in sorted(folders(running.record) - {w.place for w in waits(running.record) if w.place}):
        workplace.discard(running.repo, Path(folder), running.fds)
        running.checkpoint(f"left {folder}")


def forget(running: Running) -> None:
    """Takes rerere's memory away again, where relman began it and nothing else waits."""
    others = journal.read_all(running.repo).open_operations()
    if not any(r.state == "paused" and r.id != running.record.id for r in others):
        workplace.stop_remembering(running.repo)


def abandon(
    repo: Repository, record: Record, *, now: int, argv: Sequence[str], checkpoint: Checkpoint = nothing
) -> Abandoned:
    """Gives a paused operation up: its workplaces go, and a branch that was started and has nothing on it.

    What it shipped before the pause stays, and is an operation that `undo` takes back.

    Error (moved): it went on since the record was read.
    """
    with lock.hold(repo, argv=argv, now=now) as fds, held_signals():
        if record not in journal.read_all(repo).checked():
            raise RelmanError(
                Kind.MOVED, f"operation {record.id} went on elsewhere meanwhile", hints=("relman status",)
            )
        running = Running(repo, record, fds, checkpoint)
        left: list[str] = []
        for wait in waits(record):
            if wait.place:
                onto = record.sealed.id_of(wait.onto)
                last = workplace.discard(repo, Path(wait.place), fds)
                checkpoint(f"left {wait.place}")
                if last not in (None, onto) and wait.branch is None:
                    left.append(f"what was committed in {wait.place} is {last}, until git forgets it")
        forget(running)
        started = {w.branch for w in _every(record) if w.branch}
        stands = [c for c in moved(record) if c.ref not in started]
        left += _started(running, [c for c in moved(record) if c.ref in started])
        if stands:
            plan = replace(record.sealed.plan, pause=None)
            over = replace(record, sealed=replace(record.sealed, plan=plan), state="done")
            running.write(joined(over), "done")
        else:
            journal.unpin(repo, record, journal.read_all(repo).records)
            checkpoint("unpinned")
            running.write(replace(record, state="aborted"), "aborted")
    return Abandoned(id=record.id, stands=bool(stands), left=tuple(left))


def _started(running: Running, changes: Sequence[RefChange]) -> list[str]:
    """Deletes the branches that were started and have no commit of their own; names those that stay."""
    values = refs.read_values(running.repo, [c.ref for c in changes])
    left: list[str] = []
    for change in changes:
        at = values.get(change.ref)
        if change.old is not None or at is None:
            continue
        if at != change.new:
            left.append(f"{short(change.ref)} has commits and stays: git branch -D {short(change.ref)}")
            continue
        with refs.RefTransaction(running.repo.acting, "relman abort", running.fds) as transaction:
            transaction.delete(RefName(change.ref), at)
            transaction.prepare()
            transaction.commit()
        running.checkpoint(f"deleted {change.ref}")
        pushed = [p.remote for p in running.record.pushes if p.result == "pushed"]
        left += [f"it is still on {name}: git push {name} --delete {short(change.ref)}" for name in pushed]
    return left
