"""What stops a plan, for people: the conflicting places, what explains them, and what to do by hand."""

import difflib
import shlex
from collections.abc import Iterator, Mapping, Sequence

from rich.text import Text

from relman.model.trees import Conflict, Hunk
from relman.plan.plan import Plan, Rung, TargetPlan
from relman.render.rows import WIDTH, row
from relman.render.words import counted, printable_lines

_HUNK_LINES = 12
_SHOWN_HUNKS = 3
_SHOWN_CAUSES = 6
_HEADINGS: Mapping[Rung, str] = {"not-affected": "unaffected", "prerequisites": "needs more"}


def conflict_rows(plan: Plan) -> Iterator[Text]:
    """What stops a plan: why, paths, hunks and their causes, and what to do by hand."""
    for target, pick in plan.conflicts():
        yield row(_HEADINGS.get(pick.rung, pick.rung), f"{pick.source[:7]} {pick.subject}", "red")
        told = pick.evidence if pick.rung == "unknown" else pick.evidence[len(pick.conflicts) :]
        yield from (row("", sentence) for sentence in told)
        for conflict in pick.conflicts:
            yield from _conflict(conflict, whole=pick.rung == "conflict")
        if pick is [p for p in target.picks if p.needs_person][-1]:
            yield from _by_hand(plan.operation, target)


def _conflict(conflict: Conflict, *, whole: bool) -> Iterator[Text]:
    """One path; its hunks and causes only where a person must resolve it, not where a word is enough."""
    yield row("", f"{conflict.path}: {conflict.kind}{_absent(conflict.kind)}", "bold")
    for hunk in conflict.hunks[:_SHOWN_HUNKS] if whole else ():
        yield from _hunk(hunk)
    if whole and len(conflict.hunks) > _SHOWN_HUNKS:
        yield row("", f"and {counted(len(conflict.hunks) - _SHOWN_HUNKS, 'more hunk')}", "dim")
    if whole and conflict.causes:
        more = len(conflict.causes) - _SHOWN_CAUSES
        shown = ", ".join(oid[:10] for oid in conflict.causes[-_SHOWN_CAUSES:])
        yield _margin(f"the target lacks {shown}" + (f" and {more} older" if more > 0 else ""))


def _absent(kind: str) -> str:
    return " (the fix changes it; the target has no such file)" if kind == "modify/delete" else ""


def _hunk(hunk: Hunk) -> Iterator[Text]:
    """What stands on the target, and what the fix changes, as a diff without the lines that stay."""
    yield _margin(f"from line {hunk.line}, on the target:")
    yield from _shown(_lines(hunk.ours) or ["(nothing)"])
    yield _margin("the fix:")
    changed = [d for d in difflib.ndiff(_lines(hunk.base), _lines(hunk.theirs)) if d[:2] in ("- ", "+ ")]
    yield from _shown(changed or ["(moves or deletes what is around it)"])


def _lines(text: str) -> list[str]:
    return printable_lines(text).split("\n") if text else []


def _shown(lines: Sequence[str]) -> Iterator[Text]:
    for line in lines[:_HUNK_LINES]:
        yield _margin(f"  {line}", "")
    if len(lines) > _HUNK_LINES:
        yield _margin(f"  and {counted(len(lines) - _HUNK_LINES, 'more line')}")


def _margin(words: str, style: str = "dim") -> Text:
    return Text(f"{'':<{WIDTH}} {words}", style)


def _by_hand(operation: str, target: TargetPlan) -> Iterator[Text]:
    """Commands that do the whole target by hand; the branch that they make is then taken commit for commit."""
    name = f"fix-{target.line}"
    place = shlex.quote(f"../{name}")
    yield row("by hand", f"git worktree add -b {name} {place} {target.base.commit[:10]}")
    for pick in target.picks:
        if pick.rung != "already-there":
            parent = f" -m {pick.mainline}" if pick.mainline else ""
            rest = "   # resolve, then git cherry-pick --continue" if pick.rung != "clean" else ""
            yield row("", f"git -C {place} cherry-pick -x{parent} {pick.picked[:10]}{rest}")
    yield row("", f"relman {operation} {name} --to {shlex.quote(target.base.name)}")
