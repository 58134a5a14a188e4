"""The end of an operation, forward or back; execution and recovery come here from two sides."""

from msgspec.structs import replace

from relman.errors import Kind, RelmanError
from relman.git import refs
from relman.plan.outcome import Outcome
from relman.run import checkouts, files, journal, places, pushing
from relman.run.operation import Running
from relman.run.stages import before, joined


def compare(running: Running) -> None:
    """Re-reads every moved ref; git said that it moved them, and this is the proof."""
    record = running.record
    values = refs.read_values(running.repo, [c.ref for c in record.refs])
    wrong = [c for c in record.refs if values.get(c.ref) != c.new]
    if wrong:
        lines = [
            f"  {c.ref} is {values.get(c.ref) or 'absent'}, should be {c.new or 'absent'}" for c in wrong
        ]
        raise RelmanError(
            Kind.MOVED,
            f"operation {record.id} moved its refs, and somebody moved some of them on at once:\n"
            + "\n".join(lines),
            hints=("relman resume",),
            facts={"operation": record.id, "refs": [c.ref for c in wrong]},
        )


def finish(running: Running, *, push: bool) -> Outcome:
    """Does what follows the refs: work trees, files, the other pushes; then closes.

    What cannot be done is told in `left`, and work trees and files that stay behind leave the operation open.
    """
    pushing.remember(running)
    behind = [*_follow(running), *_edit(running)]
    if not behind:
        places.leave(running)
        behind = places.enter(running)
    if behind:
        left = (*behind, "relman resume tries again")
    else:
        left = pushing.push_rest(running) if push else pushing.skip_waiting(running)
    record = running.record
    if not behind:
        _close(running)
    return Outcome(
        id=record.id, refs=record.refs, checkouts=record.checkouts, pushes=record.pushes, left=left
    )


def _close(running: Running) -> None:
    """Writes that it is over, or that it waits for a person."""
    if running.record.sealed.plan.pause:
        running.write(replace(running.record, state="paused"), "paused")
        return
    places.forget(running)
    running.write(replace(joined(running.record), state="done"), "done")


def _follow(running: Running) -> list[str]:
    left: list[str] = []
    for checkout in running.record.checkouts:
        if problem := checkouts.follow(running.repo, checkout, running.fds):
            left.append(problem)
        running.checkpoint(f"checkout {checkout.path}")
    if not left:
        running.write(replace(running.record, state="checkouts"), "recorded checkouts")
    return left


def _edit(running: Running) -> list[str]:
    left: list[str] = []
    for step in running.record.sealed.plan.files():
        try:
            files.edit(files.root(running.record.work_tree, step), step)
        except RelmanError as e:
            left.append(e.message)
        running.checkpoint(f"file {step.path}")
    return left


def take_back(running: Running) -> bool:
    """Ends an operation that moved nothing: its pack loses the pin, the record says aborted.

    Gives False, having done nothing, where a ref moved or a push may have been taken.
    """
    record = running.record
    if any(p.result in ("pushed", "unknown") for p in record.pushes):
        return False
    if record.state == "pushing" and record.pushes[0].result == "waiting":
        return False
    if running.committing:
        values = refs.read_values(running.repo, [c.ref for c in record.refs])
        if any(values.get(c.ref) != c.old for c in record.refs):
            return False
    roll_back(running)
    return True


def roll_back(running: Running) -> None:
    """Unpins and closes as aborted, or as paused where stages went before; the pin goes first.

    A crash in between is settled the same way again.
    """
    journal.unpin(running.repo, running.record, journal.read_all(running.repo).records)
    running.checkpoint("unpinned")
    if running.record.earlier:
        running.write(before(running.record), "paused")
    else:
        running.write(replace(running.record, state="aborted"), "aborted")
