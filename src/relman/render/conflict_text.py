"""What stops a plan, for people: the conflicting places, what explains them, and what to do by hand."""

import difflib
import shlex
from collections.abc import Iterator, Mapping, Sequence

from rich.text import Text

from relman.model.names import short
from relman.model.trees import Conflict, Hunk
from relman.plan.plan import Pause, Plan, Rung, Wait
from relman.render.rows import WIDTH, row
from relman.render.words import counted, printable_lines

_HEADINGS: Mapping[Rung, str] = {"not-affected": "unaffected", "prerequisites": "needs more"}
_HUNK_LINES = 12
_SHOWN_HUNKS = 3
_SHOWN_CAUSES = 6


def conflict_rows(plan: Plan, *, dry: bool) -> Iterator[Text]:
    """What stops targets: paths, hunks, what explains them, and where each is to be resolved.

    `dry`: the places are only planned.
    """
    for target, pick in plan.conflicts():
        theirs = "the revert" if pick.reverts else "the release" if plan.operation == "release" else "the fix"
        theirs = "the feature" if plan.feature else theirs
        heading = _HEADINGS.get(pick.rung, pick.rung)
        yield row(heading, f"{target.line}: {pick.picked[:7]} {pick.subject}", "red")
        told = pick.evidence if pick.rung == "unknown" else pick.evidence[len(pick.conflicts) :]
        yield from (row("", sentence) for sentence in told)
        for conflict in pick.conflicts:
            yield from _conflict(conflict, theirs, whole=pick.rung == "conflict")
            if pick.rung == "conflict" and plan.feature is None:
                yield from _causes(conflict)
    if plan.pause:
        yield from _waits(plan.pause, dry=dry)


def _waits(pause: Pause, *, dry: bool) -> Iterator[Text]:
    makes = "the real run makes" if dry else "makes"
    for wait in pause.waits:
        if wait.place is None:
            yield row("pauses", f"{wait.line} with the others (--together)")
        else:
            yield row("pauses", f"{wait.line}: {makes} {wait.place} {_for(wait)}")


def wait_rows(plan: Plan) -> Iterator[Text]:
    """What a person does next, in every place that was made."""
    needing = {target.line for target, pick in plan.conflicts() if pick.rung == "prerequisites"}
    for wait in plan.pause.waits if plan.pause else ():
        if wait.place is None:
            yield row("waits", f"{wait.line} with the others")
            continue
        yield row("waits", f"{wait.line} in {wait.place}", "yellow")
        yield row("", f"cd {shlex.quote(wait.place)}   # {_for(wait)}")
        if wait.line in needing:
            yield row("", f"relman resume {wait.line} --with-prerequisites   # takes along what it needs")
        yield row("", f"relman resume {wait.line}   # or: relman abort")


def _for(wait: Wait) -> str:
    if wait.branch:
        return f"to write and commit the fix on {short(wait.branch)}"
    return "to resolve the conflict and commit"


def _conflict(conflict: Conflict, theirs: str, *, whole: bool) -> Iterator[Text]:
    """One path; its hunks only where a person must resolve it, not where a word is enough."""
    absent = (
        f" ({theirs} changes it; the target has no such file)" if conflict.kind == "modify/delete" else ""
    )
    yield row("", f"{conflict.path}: {conflict.kind}{absent}", "bold")
    for hunk in conflict.hunks[:_SHOWN_HUNKS] if whole else ():
        yield from _hunk(hunk, theirs)
    if whole and len(conflict.hunks) > _SHOWN_HUNKS:
        yield row("", f"and {counted(len(conflict.hunks) - _SHOWN_HUNKS, 'more hunk')}", "dim")


def _causes(conflict: Conflict) -> Iterator[Text]:
    if conflict.causes:
        more = len(conflict.causes) - _SHOWN_CAUSES
        shown = ", ".join(oid[:10] for oid in conflict.causes[-_SHOWN_CAUSES:])
        yield _margin(f"the target lacks {shown}" + (f" and {more} older" if more > 0 else ""))


def _hunk(hunk: Hunk, theirs: str) -> Iterator[Text]:
    """What stands on the target, and what the other side changes, as a diff without the lines that stay."""
    yield _margin(f"from line {hunk.line}, on the target:")
    yield from _shown(_lines(hunk.ours) or ["(nothing)"])
    yield _margin(f"{theirs}:")
    changed = [d for d in difflib.ndiff(_lines(hunk.base), _lines(hunk.theirs)) if d[:2] in ("- ", "+ ")]
    yield from _shown(changed or ["(moves or deletes what is around it)"])


def _lines(text: str) -> list[str]:
    return printable_lines(text.removesuffix("\n")).split("\n") if text else []


def _shown(lines: Sequence[str]) -> Iterator[Text]:
    for line in lines[:_HUNK_LINES]:
        yield _margin(f"  {line}", "")
    if len(lines) > _HUNK_LINES:
        yield _margin(f"  and {counted(len(lines) - _HUNK_LINES, 'more line')}")


def _margin(words: str, style: str = "dim") -> Text:
    return Text(f"{'':<{WIDTH}} {words}", style)
