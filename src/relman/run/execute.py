"""Carries out exactly the sealed plan (DESIGN 4.5 to 4.7): lock, intent, objects, refs, work trees, close."""

import contextlib
from collections.abc import Callable, Sequence

from msgspec.structs import replace

from relman.errors import Kind, RelmanError
from relman.git import refs
from relman.git.remote import push_url
from relman.git.repo import Repository
from relman.model.names import REMOTES, Oid, RefName
from relman.plan.outcome import Outcome, Pushed, RefChange
from relman.plan.plan import Sealed
from relman.run import checkouts, files, journal, lock, places, pushing
from relman.run.checkouts import Changed
from relman.run.finish import compare, finish, take_back
from relman.run.journal import Record
from relman.run.operation import Checkpoint, Running, held_signals, nothing
from relman.run.stages import stage_of

Publish = Callable[[Sequence[int]], str | None]
"""Gives the repository the plan's objects as one kept pack, and its name; absent where there was nothing to
give. The descriptors are for the writing child. The pack's `.keep` must hold the operation's id."""


def execute(
    repo: Repository,
    sealed: Sealed,
    publish: Publish,
    *,
    operation_id: str,
    now: int,
    push: bool,
    changed: Changed | None = None,
    argv: Sequence[str] = (),
    reason: str = "",
    relman: str = "",
    git: str = "",
    redoes: str | None = None,
    continues: Record | None = None,
    checkpoint: Checkpoint = nothing,
) -> Outcome:
    """Carries a sealed plan out, all of it or nothing; `now` is seconds since 1970.

    `continues` is the paused operation whose next stage this is; it keeps its id. A plan with a pause leaves the
    operation paused, its workplaces ready.

    `changed` names the paths between two commits where the new one is not in the repository yet. Without
    `push` the plan's pushes are not made.

    Errors: something moved or a race was lost (moved), a guard, a hook or the disk refused (refused): nothing
    has moved then, here or on the remote, unless the message says that the operation is open.
    """
    if sealed.provisional:
        raise RelmanError(Kind.INTERNAL, "a plan with provisional ids was to be carried out")
    record = _record(repo, sealed, operation_id, now, push=push)
    record = replace(record, argv=tuple(argv), reason=reason, relman=relman, git=git, redoes=redoes)
    if continues is not None:
        record = _next_stage(repo, continues, record)
    with lock.hold(repo, argv=argv, now=now) as fds:
        _check_journal(repo, record, continues)
        places.check(record)
        _check_values(repo, record)
        _check_remotes(repo, record)
        _check_files(record)
        standing = checkouts.check(
            repo, record.refs, changed or checkouts.changed_here(repo), leaving=places.folders(record)
        )
        record = replace(record, checkouts=standing)
        running = Running(repo, record, fds, checkpoint)
        with held_signals():
            running.write(record, "intent")
            try:
                _publish(running, publish)
                _move(running)
            except BaseException as error:
                _explain(running, error)
                raise
            running.write(replace(running.record, state="refs"), "recorded refs")
            compare(running)
        outcome = finish(running, push=push)
        with contextlib.suppress(OSError):
            journal.prune(repo, now=now)
        return outcome


def _record(repo: Repository, sealed: Sealed, operation_id: str, now: int, *, push: bool) -> Record:
    plan = sealed.plan
    changes = tuple(RefChange(ref=m.ref, old=m.old, new=sealed.id_of(m.new)) for m in plan.moves())
    if len({c.ref for c in changes}) != len(changes):
        raise RelmanError(Kind.INTERNAL, "a plan moves a ref twice")
    pushes = tuple(
        Pushed(
            remote=p.remote,
            moves=tuple(RefChange(ref=m.ref, old=m.expect, new=sealed.id_of(m.new)) for m in p.moves),
        )
        for p in plan.pushes()
        if push
    )
    return Record(
        id=operation_id,
        state="intent",
        sealed=sealed,
        refs=changes,
        pushes=pushes,
        work_tree=_work_tree(repo, plan.undoes),
        started=now,
        undoes=plan.undoes,
    )


def _next_stage(repo: Repository, paused: Record, record: Record) -> Record:
    """The paused operation, about to carry out what it waited for."""
    return replace(
        record,
        id=paused.id,
        earlier=(*paused.earlier, stage_of(paused)),
        work_tree=paused.work_tree,
        started=paused.started,
        went_on=journal.next_id(repo, record.started, paused.id.rpartition("-")[2]),
        stamp=0,
        argv=paused.argv,
        redoes=paused.redoes,
    )


def _work_tree(repo: Repository, undoes: str | None) -> str | None:
    """Gives where the plan's files are: for an undo where the operation wrote them, wherever it is typed."""
    taken_back = next((r for r in journal.read_all(repo).records if r.id == undoes), None)
    if taken_back is not None:
        return taken_back.work_tree
    return str(repo.work_tree) if repo.work_tree else None


def _check_journal(repo: Repository, record: Record, continues: Record | None) -> None:
    known = journal.read_all(repo).checked()
    if continues is not None and continues not in known:
        raise RelmanError(
            Kind.MOVED,
            f"operation {record.id} went on elsewhere meanwhile",
            hints=("relman status", "relman resume"),
        )
    for other in known:
        if other.id == record.id and other.state != "paused":
            raise RelmanError(
                Kind.MOVED,
                f"the same operation, {record.id}, was carried out just now",
                hints=("relman log",),
            )
        if other.open and other.state != "paused":
            raise RelmanError(
                Kind.MOVED,
                f"operation {other.id} ({other.sealed.plan.title}) is not finished",
                hints=("relman resume", "relman abort"),
                facts={"operation": other.id},
            )


def _expected(record: Record) -> dict[RefName, Oid | None]:
    """Gives the refs that were relied on and do not move."""
    moving = {c.ref: c.old for c in record.refs}
    for e in record.sealed.plan.expects:
        if e.ref in moving and moving[e.ref] != e.value:
            raise RelmanError(Kind.MOVED, f"a plan expects {e.ref} to be what it does not move from")
    return {e.ref: e.value for e in record.sealed.plan.expects if e.ref not in moving}


def _check_values(repo: Repository, record: Record) -> None:
    """Compares all refs with the plan before anything is written, so that the message can name them all."""
    wanted: dict[RefName, Oid | None] = {c.ref: c.old for c in record.refs} | _expected(record)
    values = refs.read_values(repo, wanted)
    moved = [(ref, was) for ref, was in wanted.items() if values.get(ref) != was]
    if moved:
        lines = [f"  {ref} is {values.get(ref) or 'absent'}, was {was or 'absent'}" for ref, was in moved]
        raise RelmanError(
            Kind.MOVED,
            "the repository moved since the plan was made; nothing was done:\n" + "\n".join(lines),
            hints=("run the command again: it plans on what is there now",),
            facts={"moved": [{"ref": r, "is": values.get(r), "expected": was} for r, was in moved]},
        )


def _check_remotes(repo: Repository, record: Record) -> None:
    for name in {p.remote for p in record.pushes}:
        push_url(repo, name)


def _check_files(record: Record) -> None:
    for step in record.sealed.plan.files():
        files.check(files.root(record.work_tree, step), step)


def _publish(running: Running, publish: Publish) -> None:
    try:
        kept = publish(running.fds)
    except OSError as e:
        raise RelmanError(Kind.REFUSED, "the objects cannot be written", cause=str(e)) from e
    running.checkpoint("published")
    if kept:
        running.write(replace(running.record, kept=kept), "recorded pack")


def _move(running: Running) -> None:
    record = running.record
    title = f"relman: {record.sealed.plan.title}"
    with refs.RefTransaction(running.repo.acting, title, running.fds) as transaction:
        for change in record.refs:
            transaction.move(change.ref, change.old, change.new)
        for ref, value in _expected(record).items():
            # git writes these itself during the push; the leases guard what they stand for.
            if not (record.pushes and ref.startswith(REMOTES)):
                transaction.verify(ref, value)
        transaction.prepare()
        running.checkpoint("prepared")
        if record.pushes:
            pushing.push_first(running)
        running.committing = True
        transaction.commit()
        running.checkpoint("committed")


def _explain(running: Running, error: BaseException) -> None:
    """Takes back where nothing has moved; where that is not so, tells a person what to type."""
    with contextlib.suppress(RelmanError, OSError):
        if take_back(running):
            return
    if isinstance(error, RelmanError) and "relman resume" not in error.hints:
        error.kind = Kind.MOVED
        error.message += f"\noperation {running.record.id} is open"
        error.hints = ("relman resume", *error.hints)
