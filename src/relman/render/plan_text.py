"""A plan as a person reads it at three at night: a few aligned rows, the words of a release manager."""

import shlex
from collections.abc import Iterator, Sequence

from rich.text import Text

from relman.model.names import HEADS, TAGS, short
from relman.plan.outcome import Outcome
from relman.plan.plan import Debt, Pick, Plan, Sealed, TargetPlan
from relman.plan.steps import Id, MoveRef, WriteCommit
from relman.render.rows import WIDTH, row
from relman.render.words import counted, listed, printable_lines

RUNGS = {
    "already-there": "there already",
    "clean": "clean pick",
    "bookkeeping": "conflicts only in bookkeeping files",
    "sibling": "picked from a sibling port",
    "not-affected": "probably not affected",
    "prerequisites": "with prerequisites",
    "conflict": "conflict",
    "unknown": "git gave no answer",
}
"""What each rung is called."""


def plan_rows(sealed: Sealed) -> Iterator[Text]:
    """The whole plan, without its hash and question."""
    plan = sealed.plan
    if plan.production:
        yield row("production", plan.production)
    for target in plan.targets if plan.feature is None else ():
        yield from _target_rows(target)
    for heading, words in plan.facts:
        yield row(heading, words)
    moves = [_move(sealed, move) for move in plan.moves()]
    if moves:
        yield row("moves", ", ".join(moves))
    edited = dict.fromkeys(
        e.path for step in plan.objects() if isinstance(step, WriteCommit) for e in step.edits
    )
    if edited:
        yield row("edits", ", ".join(edited))
    for file in plan.files():
        yield row("writes" if file.after is not None else "removes", file.path)
    for push in plan.pushes():
        names = ", ".join(f"{'' if m.new else 'deletes '}{short(m.ref)}" for m in push.moves)
        yield row("pushes", f"{names} to {push.remote}, all or nothing")
    for target in plan.targets:
        if target.notes:
            entries = sum(line.startswith("- ") for line in target.notes.splitlines())
            yield row("notes", "1 entry" if entries == 1 else f"{entries} entries")
    yield from _told(plan)


def _told(plan: Plan) -> Iterator[Text]:
    for said in plan.assumptions:
        yield row("assumes", said, "dim")
    for override in plan.overrides:
        yield row("anyway", f"{override.rule}: {override.reason}", "yellow")
    for warning in plan.warnings:
        ask = f" · refused without --anyway {warning.rule} --reason TEXT" if warning.rule else ""
        yield row("warning", warning.message + ask, "yellow")
        if warning.hint:
            yield row("", warning.hint, "dim")
    for debt in plan.debts:
        yield row("afterwards", _owed(debt))
    for step in plan.afterwards:
        yield row("afterwards", step)


def _owed(debt: Debt) -> str:
    verb = "lacks" if len(debt.missing_on) == 1 else "lack"
    return f"{listed(list(debt.missing_on))} {verb} {debt.subject}: {debt.settle}"


def _target_rows(target: TargetPlan) -> Iterator[Text]:
    what = target.version or target.line
    base = f"{target.base.name} ({target.base.commit[:7]})"
    if not target.picks:
        if target.version or target.ships:
            yield row("ships", f"{what} = {base} + {counted(len(target.ships), 'commit')}")
        return
    wanted = [p for p in target.picks if p.rung != "already-there"]
    sums = "".join(f" {'−' if p.reverts else '+'} {p.picked[:7]} {p.subject}" for p in wanted)
    if not wanted:
        yield row("ships", f"nothing new on {target.line}, which stands at {base}")
    elif target.tip is None:
        yield row("wanted", f"{target.line} = {base}{sums}")
    else:
        besides = counted(len(target.ships), "other commit") if target.ships else "nothing else"
        rungs = sorted({_how(p) for p in wanted})
        yield row("ships", f"{what} = {base}{sums} · {', '.join(rungs)} · {besides}")
    for pick in target.picks:
        if pick.rung == "already-there":
            yield row("there", f"{pick.source[:7]} {pick.subject}: {pick.evidence[0]}")
        elif pick.rung in ("bookkeeping", "sibling"):
            yield row(pick.rung, f"{pick.source[:7]}: {pick.evidence[0]}")
        elif pick.rung == "prerequisites" and not pick.needs_person:
            yield from (row("comes along", said.removeprefix("needs ")) for said in pick.evidence[1:])


def _how(pick: Pick) -> str:
    if pick.rung == "conflict":
        return "resolved by hand"
    if pick.reverts:
        return pick.evidence[0] if pick.rung == "clean" else RUNGS[pick.rung]
    return "taken as it is" if isinstance(pick.commit, Id) else RUNGS[pick.rung]


def _move(sealed: Sealed, move: MoveRef) -> str:
    """Says "create", "delete" or "move" about the one kind of step that there is."""
    new = sealed.id_of(move.new)
    kind = "tag " if move.ref.startswith(TAGS) else "" if move.ref.startswith(HEADS) else "ref "
    name = f"{kind}{short(move.ref)}"
    if new is None:
        return f"delete {name}"
    if move.old is None:
        return name if kind == "tag " else f"new {name} at {new[:7]}"
    return f"{name} → {new[:7]}"


def outcome_rows(
    sealed: Sealed, outcome: Outcome, pages: Sequence[tuple[str, Sequence[str]]] = ()
) -> Iterator[Text]:
    """What was done, in the past tense. `pages` are tags with the forge's command for the release page."""
    plan = sealed.plan
    word = "done" if plan.steps or plan.pause is None else "paused"
    yield row(word, f"{plan.title} · operation {outcome.id}", "green")
    for move in plan.moves():
        yield row("moved", _move(sealed, move))
    for checkout in outcome.checkouts:
        yield row("updated", f"work tree {checkout.path}")
    for push in outcome.pushes:
        yield row(
            push.result,
            f"{', '.join(short(m.ref) for m in push.moves)} · {push.remote} {push.reason}".rstrip(),
        )
    for proof in plan.proofs:
        yield row("proof", f"{'; '.join(proof.statements)}.")
    for debt in plan.debts:
        yield row("debt", _owed(debt), "yellow")
    for step in (*outcome.left, *plan.afterwards):
        yield row("left", step)
    for tag, command in pages:
        yield row("page", f"relman changelog {shlex.quote(tag)} | {shlex.join(command)}")
    yield from _requests(plan)


def _requests(plan: Plan) -> Iterator[Text]:
    """The text of a change request for every release that was prepared: title, base, notes."""
    for target in plan.targets:
        if target.version is None or target.tag is not None or target.tip is None or not target.notes:
            continue
        yield row("request", f"Release {target.version} (on {target.base.name})")
        yield from (
            Text(f"{'':<{WIDTH}} {line}") for line in printable_lines(target.notes).rstrip().split("\n")
        )
