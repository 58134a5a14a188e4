"""The page that `relman status` shows: what is on it as a value, its words for people, and its JSON."""

from collections.abc import Iterator, Mapping
from shlex import quote

from msgspec import Struct
from rich.cells import cell_len
from rich.text import Text

from relman.model.feature import Parked
from relman.model.names import Oid
from relman.model.next import Next
from relman.model.tags import Release
from relman.plan.plan import Debt
from relman.render.data import document, text
from relman.render.environments import known
from relman.render.ready import Ready, ready_data, ready_rows
from relman.render.words import age, counted, printable

_LABEL = 12
_SHOWN = 8
"""Debts of a line that are listed; `--json` has all of them."""


class Gap(Struct, frozen=True, kw_only=True):
    """What cannot be told from this clone, why, and what to type."""

    about: tuple[str, ...]
    message: str
    hints: tuple[str, ...]


class Place(Struct, frozen=True, kw_only=True):
    """Where a target of a paused operation waits for a person; `problem` is what is missing there."""

    line: str
    place: str | None
    problem: str


class OpenOperation(Struct, frozen=True, kw_only=True):
    """An operation that a crash, Ctrl-C or a conflict left unfinished."""

    id: str
    title: str
    state: str
    waits: tuple[Place, ...] = ()


class LineStatus(Struct, frozen=True, kw_only=True):
    """One line: live, or one whose fixes others lack. `coming` is absent where it cannot be told."""

    name: str
    branch: str | None
    live: bool
    reason: str
    tip: Oid | None
    latest: Release | None
    coming: Next | None
    by_kind: Mapping[str, int]
    debts: tuple[Debt, ...] = ()


class Status(Struct, frozen=True, kw_only=True):
    """The whole answer. Absent is what there is not, or what a gap says cannot be told."""

    where: str
    """HEAD, in words: a branch, `detached at 1a2b3c4`, `main has no commit yet`."""
    trunk: str | None
    head: Oid | None
    coming: Next | None
    by_kind: Mapping[str, int]
    production: Release | None
    source: str | None
    since: int | None
    """Since when it runs in production, in seconds since 1970, where that is recorded."""
    lines: tuple[LineStatus, ...]
    operations: tuple[OpenOperation, ...]
    gaps: tuple[Gap, ...]
    warnings: tuple[str, ...]
    assumptions: tuple[str, ...]
    remote: str | None
    fetched_at: int | None
    parked: tuple[Parked, ...] = ()
    excuses: Mapping[Oid, str] = {}
    """Why a release of trunk does not wait for a debt of its, by the debt's commit."""
    ready: Ready | None = None
    """Absent where a gap says that it cannot be told, and before the first commit."""


def status_document(status: Status) -> dict[str, object]:
    """`relman/status/v1`."""
    trunk = status.trunk and {
        "branch": status.trunk,
        "head": status.head,
        "current": _current(status.coming),
        "next": text(status.coming.version) if status.coming else None,
        "unreleased": _unreleased(status.coming, status.by_kind),
    }
    at = status.production
    production = at and {
        "version": str(at.version),
        "tag": at.tag,
        "commit": at.commit,
        "source": status.source,
        "since": status.since,
    }
    return document(
        "relman/status/v1",
        trunk=trunk,
        production=production,
        lines=[_line(line, status) for line in status.lines],
        operations=[
            {"id": o.id, "title": o.title, "state": o.state, "waits": list(o.waits)}
            for o in status.operations
        ],
        warnings=list(status.warnings),
        head=status.where,
        gaps=[{"about": list(g.about), "message": g.message, "hints": list(g.hints)} for g in status.gaps],
        assumptions=list(status.assumptions),
        fetched_at=status.fetched_at,
        parked=[
            {
                "feature": p.name,
                "parks": list(p.parks),
                "commits": list(p.commits),
                "merged_again": list(p.again),
            }
            for p in status.parked
        ],
        ready=ready_data(status.ready) if status.ready else None,
    )


def _line(line: LineStatus, status: Status) -> dict[str, object]:
    return {
        "name": line.name,
        "branch": line.branch,
        "live": line.live,
        "reason": line.reason,
        "head": line.tip,
        "latest": text(line.latest.version) if line.latest else None,
        "next": text(line.coming.version) if line.coming else None,
        "unreleased": _unreleased(line.coming, line.by_kind),
        "debts": [
            {
                "commit": d.commit,
                "subject": d.subject,
                "missing_on": list(d.missing_on),
                "settle": d.settle,
                "excuse": _excuse(d, status) if status.trunk in d.missing_on else "trunk has it",
            }
            for d in line.debts
        ],
    }


def _excuse(debt: Debt, status: Status) -> str | None:
    """Why a release of trunk does not wait for a debt of trunk's."""
    return status.excuses.get(debt.commit)


def _unreleased(coming: Next | None, by_kind: Mapping[str, int]) -> dict[str, object] | None:
    return {"total": len(coming.unreleased), "by_kind": dict(by_kind)} if coming else None


def _current(coming: Next | None) -> str | None:
    return text(coming.base.version) if coming and coming.base else None


def status_page(status: Status, *, now: int, evidence: bool = False) -> Iterator[Text]:
    """The same for people, a line at a time; `evidence` names the commits that stand in the way of a release.

    Texts from the repository are made safe.
    """
    if status.trunk:
        yield _labelled("trunk", _trunk(status))
    if status.where != status.trunk:
        yield _labelled("HEAD", status.where)
    if status.production:
        told = known(status.source or "", status.since, now)
        yield _labelled("production", f"{status.production.tag} ({told})", "bold")
    elif not any("production" in gap.about for gap in status.gaps):
        yield _labelled("production", "nothing yet: there is no stable release")
    if status.ready:
        style = "green" if status.ready.ready else "yellow"
        for heading, words in ready_rows(status.ready, evidence=evidence):
            yield _labelled(heading, words, style)
    if status.lines:
        yield Text()
        yield from _table(status.lines)
    rows = list(_remarks(status))
    if rows:
        yield Text()
        yield from rows
    if status.remote:
        when = age(status.fetched_at, now) if status.fetched_at else "never"
        yield Text()
        yield _labelled("fetched", f"{when}, from {status.remote}", "dim")


def _trunk(status: Status) -> str:
    tip = f" at {status.head[:7]}" if status.head else ""
    coming = status.coming
    if coming is None:
        return f"{status.trunk}{tip}"
    current = coming.base.tag if coming.base else "no release"
    following = f"next {coming.version}" if coming.version else "nothing to release"
    return f"{status.trunk}{tip} · {current} · {following} · {_counts(coming, status.by_kind)}"


def _counts(coming: Next, by_kind: Mapping[str, int]) -> str:
    total = len(coming.unreleased)
    if total == 0:
        return "nothing unreleased"
    kinds = ", ".join(f"{number:,} {kind}" for kind, number in by_kind.items())
    return f"{total:,} unreleased" + (f": {kinds}" if kinds else "")


def _remarks(status: Status) -> Iterator[Text]:
    for operation in status.operations:
        ways = "relman resume, or relman abort"
        yield _labelled("open", f"{operation.id} {operation.title} ({operation.state}): {ways}", "yellow")
        for wait in operation.waits:
            where = wait.problem or (f"{wait.place} is ready" if wait.place else "held back with the others")
            yield _labelled("", f"{wait.line}: {where}", "yellow")
    for line in status.lines:
        for debt in line.debts[:_SHOWN]:
            what = f"{debt.commit[:7]} {debt.subject} is missing on {', '.join(debt.missing_on)}"
            excuse = _excuse(debt, status) if status.trunk in debt.missing_on else None
            why = f" ({excuse}, so a release of {status.trunk} does not wait for it)" if excuse else ""
            yield _labelled("debt", f"{what}{why}: {debt.settle}", "yellow")
        if more := line.debts[_SHOWN:]:
            yield _labelled("debt", f"{len(more)} more of {line.name}: {more[0].settle} --dry-run", "yellow")
    for out in status.parked:
        yield _labelled("parked", f"{out.sentence}: relman unpark {quote(out.name)}", "yellow")
        for merge in out.again:
            yield _labelled(
                "", f"{merge[:7]} merged its branch again, and brought none of them back", "yellow"
            )
    for gap in status.gaps:
        yield _labelled("unknown", f"{', '.join(gap.about)}: {gap.message}", "yellow")
        for hint in gap.hints:
            yield _labelled("", hint, "yellow")
    for warning in status.warnings:
        yield _labelled("warning", warning, "yellow")
    for assumption in status.assumptions:
        yield _labelled("assumed", assumption, "dim")


def _labelled(label: str, words: str, style: str = "") -> Text:
    return Text.assemble((label.ljust(_LABEL), "dim"), (printable(words), style))


_HEADINGS = ("line", "branch", "latest", "next", "unreleased", "live because")


def _table(lines: tuple[LineStatus, ...]) -> Iterator[Text]:
    rows = [_HEADINGS, *(_row(line) for line in lines)]
    widths = [max(cell_len(row[at]) for row in rows) for at in range(len(_HEADINGS))]
    for index, row in enumerate(rows):
        padded = [cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)]
        yield Text("  ".join(padded).rstrip(), style="" if index else "dim")


def _row(line: LineStatus) -> tuple[str, ...]:
    coming = line.coming
    cells = (
        line.name,
        line.branch or "none",
        line.latest.tag if line.latest else "none",
        "unknown" if coming is None else str(coming.version or "none"),
        "unknown" if coming is None else _short_counts(coming, line.by_kind),
        line.reason,
    )
    return tuple(map(printable, cells))


def _short_counts(coming: Next, by_kind: Mapping[str, int]) -> str:
    return counted(len(coming.unreleased), "commit") + (
        f": {', '.join(f'{number:,} {kind}' for kind, number in by_kind.items())}" if by_kind else ""
    )
