"""Debts: what a line holds and trunk or a newer line lacks, so that the next release would bring the bug back.

Computed from the repository, so that every clone sees the same ones; nothing has to be written down for it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import Struct

from relman.git.tags import made
from relman.job.aim import Where
from relman.job.facts import Facts
from relman.job.held import held_release
from relman.job.isolated import isolated_releases
from relman.job.lacks import Trial, lacking, unlike
from relman.job.recorded import accepted_at
from relman.model import message
from relman.model.bump import Bump, bump_of
from relman.model.history import Commit
from relman.model.lines import TRUNK, Line
from relman.model.names import Oid
from relman.model.ports import newest_cut_lines
from relman.model.tags import Release
from relman.model.version import Version
from relman.plan.plan import Debt, Warn

_NAMED = 3


class _Place(Struct, frozen=True, kw_only=True):
    """Where something may be missing, and the largest step that may come there."""

    name: str
    at: Oid
    allows: Bump = Bump.MAJOR


class Owing(Struct, frozen=True, kw_only=True):
    """One debt: `line` holds the commit, `missing_on` are the lines (or trunk) that lack it, trunk first.

    `released`: users have it already. With a `release` it is an isolated release, which its own line's branch lacks.
    """

    line: str
    commit: Oid
    subject: str
    missing_on: tuple[str, ...]
    released: bool = True
    release: Release | None = None


def debt_of(facts: Facts, owing: Owing) -> Debt:
    """The same for a plan and for people: places by the names that they have there, and the command that settles it."""
    names = {TRUNK: facts.trunk_name}
    if owing.release is not None:
        names |= {line.name: line.branch for line in facts.lines.all if line.branch}
    return Debt(
        commit=owing.commit,
        subject=owing.subject,
        missing_on=tuple(names.get(name, name) for name in owing.missing_on),
        settle=f"relman forward {owing.line}",
    )


def find_debts(facts: Facts, trial: Trial) -> tuple[Owing, ...]:
    """Gives every debt of the lines that owe: to trunk, to newer live lines with a branch, to their own branch."""
    found: list[Owing] = []
    for line in owing_lines(facts):
        found += line_debts(facts, line, found, trial)
    return tuple(found)


def owing_lines(facts: Facts) -> tuple[Line, ...]:
    """Gives the lines whose fixes must not get lost, newest first: the live ones, and the newest two with a release."""
    return _owing(facts, (line for line, _ in facts.newest_cut_lines), facts.lines.all)


def _owing(facts: Facts, newest: Iterable[Line], among: Collection[Line]) -> tuple[Line, ...]:
    live = [line for line, _ in facts.live if line in among]
    more = [line for line in newest if line not in live]
    return tuple(sorted([*live, *more], key=lambda line: line.height, reverse=True))


def line_debts(facts: Facts, line: Line, known: Sequence[Owing], trial: Trial) -> tuple[Owing, ...]:
    """Gives what one line holds for others. `known` are newer lines' debts: what they have too is named there.

    Errors (usage): a clone that lacks history, branches or tags.
    """
    facts.check_complete()
    newer = [other for other, _ in facts.live if other.height > line.height]
    isolated = (_isolated(line, release) for release in isolated_releases(facts, line))
    return (*isolated, *_fixes(facts, line, _places(facts, newer), known, trial))


def _isolated(line: Line, release: Release) -> Owing:
    return Owing(
        line=line.name,
        commit=release.commit,
        subject=f"release {release.tag}",
        missing_on=(line.name,),
        release=release,
    )


def _fixes(
    facts: Facts, line: Line, places: Iterable[_Place], known: Sequence[Owing], trial: Trial
) -> tuple[Owing, ...]:
    """What a line holds and these places lack. `known` are other lines' debts, which are not told twice."""
    ends = line_ends(facts, line)
    if not ends:
        return ()
    owed: dict[Oid, tuple[Commit, list[str]]] = {}
    for place in places:
        told = [o.commit for o in known if place.name in o.missing_on and o.release is None]
        for commit in unlike(facts, _lacked(facts, line, place.at, trial), told):
            if bump_of(message.parse(commit.message), facts.policy.bumps) <= place.allows:
                owed.setdefault(commit.id, (commit, []))[1].append(place.name)
    waiting = facts.graph.between(ends, released_ends(facts, line)) if owed else ()
    return tuple(
        Owing(
            line=line.name,
            commit=commit.id,
            subject=commit.subject,
            missing_on=tuple(names),
            released=commit.id not in waiting,
        )
        for commit, names in owed.values()
    )


def _lacked(facts: Facts, line: Line, at: Oid, trial: Trial) -> tuple[Commit, ...]:
    """What a line holds and `at` lacks, released or not: one answer for all who ask, so that they cannot differ."""
    return facts.once(("lacked", line.name, at), lambda: lacking(facts, line_ends(facts, line), at, trial))


def _places(facts: Facts, newer: Sequence[Line]) -> list[_Place]:
    """Trunk and the newer lines. A line without a branch is released from trunk; one with releases takes no feature."""
    ends = [(line, end) for line in newer if line.branch and (end := facts.line_end(line))]
    return [
        _Place(name=TRUNK, at=facts.trunk.commit),
        *(_Place(name=line.name, at=end, allows=line.allows) for line, end in ends),
    ]


def line_ends(facts: Facts, line: Line) -> tuple[Oid, ...]:
    """Where a line ends: its branch, and the releases that were made beside it."""
    end = facts.line_end(line)
    return tuple(dict.fromkeys((*([end] if end else []), *released_ends(facts, line))))


def released_ends(facts: Facts, line: Line) -> tuple[Oid, ...]:
    """The newest stable release of a line, and those beside its branch."""
    newest = [line.stable] if line.stable else []
    return tuple(release.commit for release in (*newest, *isolated_releases(facts, line)))


def release_debts(
    facts: Facts, trial: Trial, at: Oid, place: str, lines: Iterable[Line]
) -> tuple[Owing, ...]:
    """Gives what `at`, which is to be released as `place`, lacks of what these lines, live or newest, have released."""
    return tuple(o for o, excuse in excused_debts(facts, trial, at, place, lines) if not excuse)


def excused_debts(
    facts: Facts, trial: Trial, at: Oid, place: str, lines: Iterable[Line]
) -> tuple[tuple[Owing, str], ...]:
    """Gives all that `at` lacks of these lines, each with the reason why a release does not wait for it, or none.

    What waits on its line is no news to users. What came out before the newest release that `at` holds was lacked by
    that one too, so nothing comes back. What an earlier release below `at` accepted is not asked about twice.
    """
    wanted = [line for line in lines if line.stable]
    newest = newest_cut_lines(facts.graph, wanted, at)
    held = held_release(facts, at)
    found: list[Owing] = []
    excuses: list[str] = []
    for line in _owing(facts, (line for line, _ in newest), wanted):
        owed = _fixes(facts, line, [_Place(name=place, at=at)], found, trial)
        below = held is not None and line.stable is not None and line.stable.version < held.version
        out = _out_before(facts, held, at) if owed and below and held else frozenset[Oid]()
        for owing in owed:
            old = f"{held.tag} lacked it too" if held and owing.commit in out else ""
            excuses.append(old if owing.released else "not released yet")
            found.append(owing)
    accepted = accepted_at(facts, at) if "" in excuses else frozenset()
    return tuple(
        (o, "an earlier release accepted it" if o.commit in accepted and not excuse else excuse)
        for o, excuse in zip(found, excuses, strict=True)
    )


def _out_before(facts: Facts, held: Release, at: Oid) -> frozenset[Oid]:
    """What lower releases had brought to users when `held` came out, and `at` lacks. A tag's date is its release's."""

    def read() -> frozenset[Oid]:
        lower = {r.tag: r.commit for r in facts.releases if r.sound and r.version <= held.version}
        dates = {tag.name: tag.when for tag in made(facts.repo, tuple(lower))}
        early = [lower[tag] for tag, when in dates.items() if when <= dates.get(held.tag, 0)]
        return frozenset(facts.graph.between(early, [at]))

    return facts.once(("out before", held.tag, at), read)


def trunk_excuses(facts: Facts, trial: Trial) -> Mapping[Oid, str]:
    """The reason, for each debt of trunk that has one, why its release does not wait for it."""
    told = excused_debts(facts, trial, facts.trunk.commit, TRUNK, facts.lines.all)
    return {owing.commit: excuse for owing, excuse in told if excuse}


def final_debts(facts: Facts, trial: Trial, where: Where, version: Version, at: Oid) -> tuple[Debt, ...]:
    """What trunk's release, or a line's first final one, would lack of the lines below.

    A further release of a line brings nothing back: what it lacks, the one before lacked too.
    """
    if not version.stable:
        return ()
    if where.line == TRUNK:
        lines = facts.lines.all
    else:
        own = facts.line(where.line)
        lines = () if own.stable else tuple(x for x in facts.lines.all if x.height < own.height)
    found = release_debts(facts, trial, at, where.branch, lines)
    return tuple(debt_of(facts, owing) for owing in found)


def debt_warns(debts: Sequence[Debt]) -> tuple[Warn, ...]:
    """The refusal of a cut or a final release that would go out without them."""
    if not debts:
        return ()
    rows = [f"{d.commit[:7]} {d.subject}" for d in debts[:_NAMED]]
    more = f" and {len(debts) - _NAMED} more" if len(debts) > _NAMED else ""
    return (
        Warn(
            message=f"{debts[0].missing_on[0]} lacks what was released already: {', '.join(rows)}{more}",
            rule="debts",
            hint=debts[0].settle,
        ),
    )
