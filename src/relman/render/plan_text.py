"""A plan as a person reads it at three at night: a few aligned rows, the words of a release manager."""

import shlex
from collections.abc import Iterator, Sequence

from rich.text import Text

from relman.model.names import HEADS, TAGS, short
from relman.plan.outcome import Outcome
from relman.plan.plan import Debt, Pick, Plan, Sealed, TargetPlan
from relman.plan.steps import Id, MoveRef
from relman.render.plan_data import oid
from relman.render.words import counted, listed, printable, printable_lines

_WIDTH = 11
_HUNK_LINES = 12
_SHOWN_HUNKS = 3

_RUNGS = {
    "already-there": "there already",
    "clean": "clean pick",
    "bookkeeping": "conflicts only in bookkeeping files",
    "sibling": "picked from a sibling port",
    "not-affected": "probably not affected",
    "prerequisites": "with prerequisites",
    "conflict": "conflict",
    "unknown": "git gave no answer",
}


def row(heading: str, words: str, style: str = "") -> Text:
    """One row: the heading in its column, then words that are safe to print."""
    return Text.assemble((f"{heading:<{_WIDTH}} ", "bold"), (printable(words), style))


def plan_rows(sealed: Sealed) -> Iterator[Text]:
    """The whole plan, without its hash and question."""
    plan = sealed.plan
    if plan.production:
        yield row("production", plan.production)
    for target in plan.targets:
        yield from _target_rows(target)
    for heading, words in plan.facts:
        yield row(heading, words)
    moves = [_move(sealed, move) for move in plan.moves()]
    if moves:
        yield row("moves", ", ".join(moves))
    for file in plan.files():
        yield row("writes" if file.after is not None else "removes", file.path)
    for push in plan.pushes():
        names = ", ".join(f"{'' if m.new else 'deletes '}{short(m.ref)}" for m in push.moves)
        yield row("pushes", f"{names} to {push.remote}, all or nothing")
    for note in plan.targets:
        if note.notes:
            yield row(
                "notes",
                counted(sum(1 for n in note.notes.splitlines() if n.startswith("- ")), "entry").replace(
                    "entrys", "entries"
                ),
            )
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
        yield row("ships", f"{what} = {base} + {counted(len(target.ships), 'commit')}")
        return
    wanted = [p for p in target.picks if p.rung != "already-there"]
    parts = [f"{p.picked[:7]} {p.subject}" for p in wanted]
    if not parts:
        yield row("ships", f"nothing new on {target.line}, which stands at {base}")
    elif target.tip is None:
        yield row("wanted", f"{target.line} = {base} + {' + '.join(parts)}")
    else:
        besides = counted(len(target.ships), "other commit") if target.ships else "nothing else"
        rungs = sorted({_how(p) for p in wanted})
        yield row("ships", f"{what} = {base} + {' + '.join(parts)} · {', '.join(rungs)} · {besides}")
    for pick in target.picks:
        if pick.rung == "already-there":
            yield row("there", f"{pick.source[:7]} {pick.subject}: {pick.evidence[0]}")
        elif pick.rung in ("bookkeeping", "sibling"):
            yield row(pick.rung, f"{pick.source[:7]}: {pick.evidence[0]}")


def _how(pick: Pick) -> str:
    return "taken as it is" if isinstance(pick.commit, Id) else _RUNGS[pick.rung]


def _move(sealed: Sealed, move: MoveRef) -> str:
    """Says "create", "delete" or "move" about the one kind of step that there is."""
    new = oid(sealed, move.new)
    kind = "tag " if move.ref.startswith(TAGS) else "" if move.ref.startswith(HEADS) else "ref "
    name = f"{kind}{short(move.ref)}"
    if new is None:
        return f"delete {name}"
    if move.old is None:
        return name if kind == "tag " else f"new {name} at {new[:7]}"
    return f"{name} → {new[:7]}"


def conflict_rows(plan: Plan) -> Iterator[Text]:
    """What stops a plan: paths, hunks, and what to do by hand."""
    for target, pick in plan.conflicts():
        yield row(
            "conflict" if pick.rung == "conflict" else "unknown", f"{pick.source[:7]} {pick.subject}", "red"
        )
        told = pick.evidence if pick.rung == "unknown" else pick.evidence[len(pick.conflicts) :]
        yield from (row("", sentence) for sentence in told)
        if pick.prerequisites:
            needed = " ".join(oid[:10] for oid in (*pick.prerequisites, pick.source))
            to = target.base.name if target.version or plan.operation == "hotfix" else target.line
            yield row("", f"relman {plan.operation} {needed} --to {to}")
        for conflict in pick.conflicts:
            yield row("", f"{conflict.path}: {conflict.kind}", "bold")
            for hunk in conflict.hunks[:_SHOWN_HUNKS]:
                yield from _hunk(
                    hunk.line, {"line": hunk.ours, "fix's parent": hunk.base, "fix": hunk.theirs}
                )
            if len(conflict.hunks) > _SHOWN_HUNKS:
                yield row("", f"and {counted(len(conflict.hunks) - _SHOWN_HUNKS, 'more hunk')}", "dim")
        if pick is [p for p in target.picks if p.rung in ("conflict", "unknown")][-1]:
            yield from _by_hand(plan.operation, target)


def _hunk(line: int, sides: dict[str, str]) -> Iterator[Text]:
    yield Text(f"{'':<{_WIDTH}}   from line {line}", "dim")
    for name, text in sides.items():
        lines = printable_lines(text).split("\n") if text else ["(nothing)"]
        for shown in lines[:_HUNK_LINES]:
            yield Text.assemble((f"{'':<{_WIDTH}}   {name:>12} ", "dim"), shown)


def _by_hand(operation: str, target: TargetPlan) -> Iterator[Text]:
    """Commands that do the whole target by hand; the branch that they make is then taken commit for commit."""
    name = f"fix-{target.line}"
    place = shlex.quote(f"../{name}")
    yield row("by hand", f"git worktree add -b {name} {place} {target.base.commit[:10]}")
    for pick in target.picks:
        if pick.rung != "already-there":
            parent = f" -m {pick.mainline}" if pick.mainline else ""
            rest = "   # resolve, then git cherry-pick --continue" if pick.rung != "clean" else ""
            yield row("", f"git -C {place} cherry-pick -x{parent} {pick.source[:10]}{rest}")
    yield row("", f"relman {operation} {name} --to {shlex.quote(target.base.name)}")


def outcome_rows(
    sealed: Sealed, outcome: Outcome, pages: Sequence[tuple[str, Sequence[str]]] = ()
) -> Iterator[Text]:
    """What was done, in the past tense. `pages` are tags with the forge's command for the release page."""
    plan = sealed.plan
    yield row("done", f"{plan.title} · operation {outcome.id}", "green")
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
