"""Where the repository stands: trunk, production, every live line, what is open.

One answer that is refused (a shallow clone, a line that has diverged) leaves a gap, never fails the rest.
"""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from msgspec.structs import replace

from relman.errors import Kind, RelmanError
from relman.job.debts import Owing, debt_of, line_debts, owing_lines, trunk_excuses
from relman.job.facts import Facts
from relman.job.lacks import Trial
from relman.job.parked import parked
from relman.job.ready import read_ready
from relman.job.shipping import Wishes
from relman.job.trials import Trials
from relman.job.unpublished import unpublished
from relman.job.waiting import read_waiting
from relman.model import message
from relman.model.lines import TRUNK, Line
from relman.model.names import Oid, short
from relman.plan.plan import Debt
from relman.render.ready import Ready
from relman.render.status import Gap, LineStatus, OpenOperation, Place, Status
from relman.run.journal import Journal, Record, read_all

T = TypeVar("T")


READY = "whether trunk could be released"


def read_status(facts: Facts, wishes: Wishes) -> Status:
    """Reads everything that `status` says, without the network; a release of trunk is tried as on `wishes.day`.

    Error (usage): the first gap, where nothing at all can be told.
    """
    gaps: list[Gap] = []
    journal = read_all(facts.repo)
    trunk = _tried(gaps, "trunk", lambda: facts.trunk_name)
    tip = _tried(gaps, "trunk", lambda: facts.tip(facts.trunk_name)) if trunk else None
    coming = _tried(gaps, "the next version", lambda: facts.next(TRUNK)) if tip else None
    production = _tried(gaps, "production", facts.find_production)
    live = _tried(gaps, "the lines", lambda: facts.live) or ()
    lines = [_line_status(facts, line, reason, gaps) for line, reason in live]
    with Trials(facts) as trial:
        if live:
            lines = _with_debts(facts, lines, gaps, trial)
        ready = _tried(gaps, READY, lambda: _ready(facts, trial, wishes)) if tip else None
        owes = any(line.debts for line in lines)
        excuses = _tried(gaps, READY, lambda: trunk_excuses(facts, trial)) if tip and owes else None
    if gaps and coming is None and production is None and not lines:
        raise RelmanError(Kind.USAGE, gaps[0].message, hints=gaps[0].hints)
    return Status(
        where=where(facts),
        trunk=trunk,
        head=tip.commit if tip else None,
        coming=coming,
        by_kind=by_kind(facts, coming.unreleased) if coming else {},
        production=production.release if production else None,
        source=production.source if production else None,
        since=production.since if production else None,
        lines=tuple(lines),
        operations=open_operations(facts, journal),
        gaps=tuple(gaps),
        warnings=(*(_tried(gaps, "warnings", lambda: warnings(facts)) or ()), *journal.unreadable),
        assumptions=_tried(gaps, "what is assumed", lambda: assumptions(facts)) or (),
        remote=facts.remote if facts.refs.remotes else None,
        fetched_at=facts.refs.fetched_at,
        parked=_tried(gaps, "what is parked", lambda: parked(facts)) or () if tip else (),
        ready=ready,
        excuses=excuses or {},
    )


def _tried(gaps: list[Gap], about: str, ask: Callable[[], T]) -> T | None:
    """Asks, and notes as a gap what is refused; a reason that was given before is not given twice."""
    try:
        return ask()
    except RelmanError as error:
        if error.kind is Kind.INTERNAL:
            raise
        for at, gap in enumerate(gaps):
            if gap.message == error.message:
                gaps[at] = replace(gap, about=tuple(dict.fromkeys((*gap.about, about))))
                break
        else:
            gaps.append(Gap(about=(about,), message=error.message, hints=error.hints))
    return None


def _ready(facts: Facts, trial: Trial, wishes: Wishes) -> Ready:
    facts.check_complete()
    scratch = trial()
    scratch.aim(facts.trunk.commit)
    return read_ready(facts, scratch, wishes)


def _with_debts(facts: Facts, lines: list[LineStatus], gaps: list[Gap], trial: Trial) -> list[LineStatus]:
    """Adds the debts to the lines that hold what others lack, and such lines that are not live."""
    known: list[Owing] = []
    for line in owing_lines(facts):
        ask = partial(line_debts, facts, line, known, trial)
        known.extend(_tried(gaps, f"the debts of {line.name}", ask) or ())
    debts: dict[str, tuple[Debt, ...]] = {}
    for owing in known:
        debts[owing.line] = (*debts.get(owing.line, ()), debt_of(facts, owing))
    more = [line for line in facts.lines.all if line.name in debts.keys() - {row.name for row in lines}]
    told = [_line_status(facts, line, "others lack what it has", gaps, live=False) for line in more]
    return [replace(row, debts=debts.get(row.name, ())) for row in (*lines, *told)]


def _line_status(facts: Facts, line: Line, reason: str, gaps: list[Gap], *, live: bool = True) -> LineStatus:
    coming = _tried(gaps, f"the next version of {line.name}", lambda: facts.next(line.name))
    return LineStatus(
        name=line.name,
        branch=line.branch,
        live=live,
        reason=reason,
        tip=_tried(gaps, f"where {line.name} stands", lambda: facts.line_tip(line)),
        latest=line.newest,
        coming=coming,
        by_kind=by_kind(facts, coming.unreleased) if coming else {},
    )


def where(facts: Facts) -> str:
    """Says where HEAD stands, in words."""
    head = facts.refs.head
    if head.ref is None:
        return f"detached at {head.commit[:7]}" if head.commit else "nowhere"
    return short(head.ref) if head.commit else f"{short(head.ref)} has no commit yet"


def open_operations(facts: Facts, journal: Journal) -> tuple[OpenOperation, ...]:
    """Gives what is left unfinished, oldest first; of what waits for a person, where and for what."""
    return tuple(
        OpenOperation(
            id=r.id,
            title=r.sealed.plan.title,
            state=r.state,
            waits=_places(facts, r) if r.state == "paused" else (),
        )
        for r in journal.open_operations()
    )


def _places(facts: Facts, record: Record) -> tuple[Place, ...]:
    return tuple(
        Place(line=w.wait.line, place=w.wait.place, problem=w.look.problem if w.look else "")
        for w in read_waiting(facts, record)
    )


def by_kind(facts: Facts, commits: tuple[Oid, ...]) -> dict[str, int]:
    """Counts commits by type, most frequent first; merges are left out, unparsable ones are `unclassified`."""
    kinds: Counter[str] = Counter()
    for oid in commits:
        commit = facts.graph.commit(oid)
        read = message.parse(commit.message)
        if len(commit.parents) < 2:
            kinds["breaking" if read.breaking else read.type or "unclassified"] += 1
    return dict(sorted(kinds.items(), key=lambda row: (-row[1], row[0])))


def warnings(facts: Facts) -> tuple[str, ...]:
    """What a person should know before they trust the rest."""
    said = [*facts.twins(), *facts.doubts()]
    for line, _ in facts.live:
        said += [
            f"{r.tag} was withdrawn: {known.entry.reason}"
            for r in line.releases
            if (known := facts.withdrawals.get(str(r.version)))
            and (line.stable is None or r.version > line.stable.version)
        ]
        try:
            tip = facts.tip(line.branch) if line.branch else None
        except RelmanError:  # diverged: the line's own gap says so
            continue
        if tip and tip.state == "behind":
            said.append(f"{line.branch} is behind {tip.tracking}; relman takes the remote's")
    said += [
        f"{r.sealed.plan.title} was not pushed from here: relman push {r.id}" for r in unpublished(facts)
    ]
    return tuple(said)


def assumptions(facts: Facts) -> tuple[str, ...]:
    """What was detected because nothing configures it."""
    said = []
    if facts.config.trunk is None:
        said.append(f"trunk is {facts.trunk_name}")
    if facts.config.tags.format is None:
        said.append(f"releases are tagged {facts.formats.write} ({facts.formats.evidence})")
    return tuple(said)
