"""The pushes of an operation, and the truth about one whose answer was lost."""

from collections.abc import Sequence
from typing import Literal

from msgspec.structs import replace

from relman.errors import Kind, RelmanError
from relman.git import refs, remote
from relman.git.repo import Repository
from relman.model.names import HEADS, REMOTES, Oid, RefName, short
from relman.model.shared import SHARED, fetched_ref
from relman.plan.outcome import Pushed
from relman.run.operation import Running

Verdict = Literal["pushed", "not-pushed", "neither"]


def verdict(repo: Repository, pushed: Pushed) -> Verdict:
    """Asks the remote. An error where it cannot be asked: then nobody knows, and nothing may be assumed."""
    there = remote.ls_remote(repo, pushed.remote, for_push=True)
    moves = [m for m in pushed.moves if m.old != m.new]
    if all(there.get(m.ref) == m.new for m in moves):
        return "pushed"
    if all(there.get(m.ref) == m.old for m in moves):
        return "not-pushed"
    return "neither"


def neither(repo: Repository, record_id: str, pushed: Pushed) -> RelmanError:
    """Says that a remote shows neither all old nor all new values."""
    there = remote.ls_remote(repo, pushed.remote, for_push=True)
    lines = [
        f"  {m.ref} is at {_words(there.get(m.ref))}, was {_words(m.old)}, should become {_words(m.new)}"
        for m in pushed.moves
    ]
    return RelmanError(
        Kind.MOVED,
        f"operation {record_id} was interrupted while it pushed to {pushed.remote}, which is now neither as "
        "before nor as planned; nothing was touched:\n" + "\n".join(lines),
        hints=(f"git fetch {pushed.remote}", "put these refs on either side there, then: relman resume"),
        facts={"operation": record_id, "remote": pushed.remote},
    )


def _words(oid: Oid | None) -> str:
    return oid[:12] if oid else "absent"


def push_first(running: Running) -> None:
    """Pushes between prepare and commit of the local refs, and writes down what became of it.

    Errors: refused by the remote (moved: nothing was published, nothing moved here) or before anything was
    sent (refused); the answer was lost and the remote cannot tell (moved; the operation stays `pushing`).
    """
    record = running.record
    running.write(replace(record, state="pushing"), "recorded pushing")
    first = record.pushes[0]
    outcome = _push(running, first)
    running.checkpoint("pushed")
    result = outcome.result
    if result == "unknown":
        try:
            result = _SEEN[verdict(running.repo, first)]
        except RelmanError:
            result = "unknown"
    if result == "pushed":
        _note(running, 0, replace(first, result="pushed"))
    elif result == "unknown":
        _note(running, 0, replace(first, result="unknown", reason=outcome.words))
        raise RelmanError(
            Kind.MOVED,
            f"the answer of {first.remote} was lost, so nobody knows yet whether the push was taken; nothing "
            "moved here",
            cause=outcome.words,
            hints=("relman resume",),
        )
    else:
        again = "relman resume" if record.earlier else "relman redo"
        error = _refusal(running.repo, first, outcome, again)
        _note(running, 0, replace(first, result="refused", reason=error.cause or error.message))
        raise error


_SEEN: dict[Verdict, Literal["pushed", "refused", "unknown"]] = {
    "pushed": "pushed",
    "not-pushed": "refused",
    "neither": "unknown",
}


def push_rest(running: Running) -> tuple[str, ...]:
    """Makes the pushes after the first, each for itself; gives a sentence for every one that is left.

    A forward that is refused stays a debt and stops nobody (DESIGN section 5).
    """
    left: list[str] = []
    for at, pushed in enumerate(running.record.pushes):
        if at == 0 or pushed.result != "waiting":
            continue
        outcome = _push(running, pushed)
        result = outcome.result
        reason = "; ".join(r.reason for r in outcome.refs if r.reason) or outcome.words
        if result == "pushed":
            _note(running, at, replace(pushed, result="pushed"))
        else:
            _note(
                running,
                at,
                replace(pushed, result="unknown" if result == "unknown" else "refused", reason=reason),
            )
            names = ", ".join(short(m.ref) for m in pushed.moves)
            left.append(f"{pushed.remote} did not take {names}: {reason}")
    return tuple(left)


def skip_waiting(running: Running) -> tuple[str, ...]:
    """Marks pushes that did not come about; recovery publishes nothing that was not published."""
    left: list[str] = []
    for at, pushed in enumerate(running.record.pushes):
        if pushed.result != "waiting":
            continue
        if _taken(running.repo, pushed):
            _note(running, at, replace(pushed, result="pushed"))
        else:
            _note(running, at, replace(pushed, result="skipped", reason="the operation was interrupted"))
            left.append(f"not pushed to {pushed.remote}: relman push {running.record.id}")
    return tuple(left)


def _taken(repo: Repository, pushed: Pushed) -> bool:
    try:
        return verdict(repo, pushed) == "pushed"
    except RelmanError:
        return False


def remember(running: Running) -> None:
    """Writes down what the remote has after a push, where git does not do it itself.

    Remote-tracking refs of branches that were deleted go: git cannot do that while our own transaction deletes a
    ref, both want `packed-refs.lock`. Of shared records no clone is configured to keep what the remote has.
    """
    pushed = [(p.remote, m) for p in running.record.pushes if p.result == "pushed" for m in p.moves]
    gone = {
        RefName(f"{REMOTES}{name}/{m.ref.removeprefix(HEADS)}"): m.old
        for name, m in pushed
        if m.new is None and m.old is not None and m.ref.startswith(HEADS)
    }
    held = {fetched_ref(name, m.ref): m.new for name, m in pushed if m.ref.startswith(SHARED)}
    values = refs.read_values(running.repo, [*gone, *held])
    stale: list[tuple[RefName, Oid | None, Oid | None]] = [
        *((ref, old, None) for ref, old in gone.items() if values.get(ref) == old),
        *((ref, values.get(ref), new) for ref, new in held.items() if values.get(ref) != new),
    ]
    if stale:
        try:
            with refs.RefTransaction(running.repo.acting, "relman push", running.fds) as transaction:
                for ref, old, new in stale:
                    transaction.move(ref, old, new)
                transaction.prepare()
                transaction.commit()
        except RelmanError:
            # Only a memory of the remote; the next `git fetch --prune` mends it.
            return


def _push(running: Running, pushed: Pushed) -> remote.PushOutcome:
    moves = [(m.ref, m.old, m.new) for m in pushed.moves]
    return remote.push(running.repo, pushed.remote, moves, running.fds)


def _note(running: Running, at: int, pushed: Pushed) -> None:
    pushes = running.record.pushes
    running.write(replace(running.record, pushes=(*pushes[:at], pushed, *pushes[at + 1 :])), "recorded push")


def _refusal(repo: Repository, pushed: Pushed, outcome: remote.PushOutcome, again: str) -> RelmanError:
    """Says which ref was refused, by whose words, what the remote holds there, and what tries `again`."""
    if outcome.result == "unpublished":
        atomic = "does not support --atomic" in outcome.words
        return RelmanError(
            Kind.REFUSED,
            f"{pushed.remote} does not offer atomic pushes, so nothing was pushed and nothing moved"
            if atomic
            else "the pre-push hook refused the push; nothing was pushed and nothing moved",
            cause=outcome.words,
            hints=(f"run the command without --push, then push ref by ref: git push {pushed.remote} REF",)
            if atomic
            else (),
        )
    # With an atomic push the innocent refs are refused as well; naming them would hide the one that matters.
    guilty = [r for r in outcome.refs if r.reason and "atomic push fail" not in r.reason]
    there = _there(repo, pushed.remote)
    lines = [f"  {r.ref} {r.reason}{_holder(repo, there.get(r.ref))}" for r in guilty or outcome.refs]
    return RelmanError(
        Kind.MOVED,
        f"{pushed.remote} refused the push; nothing was published and nothing moved:\n" + "\n".join(lines),
        cause=outcome.words,
        hints=(f"git fetch --prune {pushed.remote}", again),
        facts={"remote": pushed.remote, "refused": [{"ref": r.ref, "reason": r.reason} for r in guilty]},
    )


def _there(repo: Repository, name: str) -> dict[RefName, Oid]:
    try:
        return remote.ls_remote(repo, name, for_push=True)
    except RelmanError:
        return {}


def _holder(repo: Repository, oid: Oid | None) -> str:
    if oid is None:
        return ""
    done = repo.looking.run("log", "-1", "--format=%an, %ar", oid, "--", ok=(0, 128))
    who: Sequence[str] = done.stdout.decode("utf-8", "replace").splitlines()
    return f" (it is at {oid[:12]} there{', ' + who[0] if who else ''})"
