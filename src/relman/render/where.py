"""The answer of `relman where`: where a fix is, as a value, its words for people, and its JSON."""

from collections.abc import Iterator

from msgspec import Struct
from rich.cells import cell_len
from rich.text import Text

from relman.model.equivalence import Certainty
from relman.model.names import Oid
from relman.model.traces import FollowKind
from relman.render.data import document
from relman.render.words import listed, printable

_LABEL = 12
_NAMED = 8
_VERBS = {"revert": "reverts", "reapply": "puts back", "fixes": "mends", "fixup": "amends", "port": "ports"}


class Asked(Struct, frozen=True, kw_only=True):
    """One commit that was asked for."""

    commit: Oid
    subject: str


class Has(Struct, frozen=True, kw_only=True):
    """Whether a place has the fix. `commit` carries it there, absent where nothing or no single commit does.

    `evidence` says how it is known, or why a port there does not count; empty where nothing speaks of the fix.
    """

    has: bool
    evidence: str = ""
    certainty: Certainty | None = None
    commit: Oid | None = None


class AtRelease(Struct, frozen=True, kw_only=True):
    """A release that has the fix."""

    tag: str
    version: str
    withdrawn: bool
    has: Has


class OnLine(Struct, frozen=True, kw_only=True):
    """A line, or trunk: live ones, and those that have the fix. `since` is the line's first release with it.

    `affected` tells of a live one without the fix whether it has the lines that the fix changes; absent: nothing tells.
    """

    name: str
    branch: str | None
    live: bool
    has: Has
    since: str | None
    affected: bool | None = None


class InEnvironment(Struct, frozen=True, kw_only=True):
    """An environment, what runs there and how that is known."""

    name: str
    tag: str
    version: str
    source: str
    open: bool
    """Whether it is open to users; else it is deployed, and waits."""
    since: int | None
    has: Has


class Following(Struct, frozen=True, kw_only=True):
    """A follow-up, and the lines that have what it changes and lack it."""

    commit: Oid
    subject: str
    kind: FollowKind
    about: Oid
    missing_on: tuple[str, ...]


class Where(Struct, frozen=True, kw_only=True):
    """The whole answer. Releases and lines come highest first, trunk before the lines."""

    asked: tuple[Asked, ...]
    releases: tuple[AtRelease, ...]
    lines: tuple[OnLine, ...]
    environments: tuple[InEnvironment, ...]
    follow_ups: tuple[Following, ...]
    warnings: tuple[str, ...]

    @property
    def lacking(self) -> tuple[str, ...]:
        """The names of trunk and live lines that never had the fix and may need it.

        Where it was reverted somebody meant that; where blame says that the bug came later it is not needed.
        """
        rows = (line for line in self.lines if line.live and not line.has.has and not line.has.evidence)
        return tuple(line.name for line in rows if line.affected is not False)


def where_document(where: Where) -> dict[str, object]:
    """`relman/where/v1`."""
    return document(
        "relman/where/v1",
        commit=where.asked[-1].commit,
        commits=list(where.asked),
        releases=[
            {"tag": r.tag, "version": r.version, **_has(r.has), "withdrawn": r.withdrawn}
            for r in where.releases
        ],
        lines=[
            {
                "name": line.name,
                "branch": line.branch,
                "live": line.live,
                "has": line.has.has,
                **_has(line.has),
                "since": line.since,
                "affected": line.affected,
            }
            for line in where.lines
        ],
        environments=[
            {
                "name": e.name,
                "tag": e.tag,
                "version": e.version,
                "source": e.source,
                "open": e.open,
                "since": e.since,
                "has": e.has.has,
                **_has(e.has),
            }
            for e in where.environments
        ],
        follow_ups=list(where.follow_ups),
        warnings=list(where.warnings),
    )


def _has(has: Has) -> dict[str, object]:
    return {"evidence": has.evidence, "certainty": has.certainty, "commit": has.commit}


def where_page(where: Where) -> Iterator[Text]:
    """The same for people, a line at a time; texts from the repository are made safe."""
    for at, one in enumerate(where.asked):
        yield _labelled("" if at else "fix", f"{one.commit[:10]} {one.subject}", "bold")
    for place in where.environments:
        verb, style = ("has it", "") if place.has.has else ("lacks it", "yellow")
        closed = "" if place.open else ", not open to users yet"
        yield _labelled(place.name, f"{place.tag}{closed} {verb}{_how(place.has)}", style)
    yield Text()
    yield from _table(tuple(line for line in where.lines if line.live))
    rows = list(_remarks(where))
    if rows:
        yield Text()
        yield from rows


def _how(has: Has) -> str:
    return f": {has.evidence}" if has.evidence else ""


def _remarks(where: Where) -> Iterator[Text]:
    older = [line.name for line in where.lines if not line.live]
    if older:
        more = f" and {len(older) - _NAMED} more" if len(older) > _NAMED else ""
        yield _labelled("also on", f"{', '.join(older[:_NAMED])}{more}, no longer live", "dim")
    if bad := [r.tag for r in where.releases if r.withdrawn]:
        verb = "has it, and was withdrawn" if len(bad) == 1 else "have it, and were withdrawn"
        yield _labelled("withdrawn", f"{listed(bad)} {verb}", "yellow")
    for each in where.follow_ups:
        lacking = f"; missing on {listed(list(each.missing_on))}" if each.missing_on else ""
        said = f"{each.commit[:10]} {_VERBS[each.kind]} {each.about[:10]}: {each.subject}{lacking}"
        yield _labelled("follow-up", said, "yellow" if each.missing_on else "")
    if where.lacking:
        ids = " ".join(one.commit[:10] for one in where.asked)
        targets = " ".join(f"--to {name}" for name in where.lacking)
        yield _labelled(
            "lacking", f"{listed(list(where.lacking))}: relman backport {ids} {targets}", "yellow"
        )
    for warning in where.warnings:
        yield _labelled("warning", warning, "yellow")


def _labelled(label: str, words: str, style: str = "") -> Text:
    return Text.assemble((label.ljust(_LABEL), "dim"), (printable(words), style))


_HEADINGS = ("line", "has it", "since", "carried by", "evidence")


def _table(lines: tuple[OnLine, ...]) -> Iterator[Text]:
    rows = [_HEADINGS, *(_row(line) for line in lines)]
    widths = [max(cell_len(row[at]) for row in rows) for at in range(len(_HEADINGS))]
    for index, row in enumerate(rows):
        padded = [cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)]
        yield Text("  ".join(padded).rstrip(), style="" if index else "dim")


def _row(line: OnLine) -> tuple[str, ...]:
    has = line.has
    verdict = (
        {True: "no, affected", False: "no, not affected", None: "no"}[line.affected]
        if not has.has
        else {"certain": "yes", "likely": "likely", "claimed": "claimed", None: "yes"}[has.certainty]
    )
    since = line.since or ("not released" if has.has else "")
    return tuple(map(printable, (line.name, verdict, since, (has.commit or "")[:10], has.evidence)))
