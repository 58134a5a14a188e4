"""The notes of every release at once: one walk over the history sorts each commit to its release.

A commit is news in the lowest release that has it. Children come before parents in the walk, so that is the
lowest of what its children and its own tags say, and only commits whose children were seen are remembered.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import islice

from msgspec import Struct

from relman.job.changelog import first_of_line, notes_of_release, unreleased
from relman.job.facts import Facts
from relman.model import changelog
from relman.model.equivalence import Changes
from relman.model.lines import Line
from relman.model.names import Oid
from relman.model.ports import NEWEST
from relman.model.reverts import cancel
from relman.model.tags import Release

_NOWHERE = 1 << 30


class Sorted(Struct, frozen=True, kw_only=True):
    """Commits by release (its place among `shown`, lowest first), as 20 bytes each, newest first.

    A sound release has what no lower sound one has, a candidate or a withdrawn one what no lower release at all
    has. `aside` has
    the same, of what trunk does not hold.
    """

    news: Mapping[int, list[bytes]]
    aside: Mapping[int, list[bytes]]


def every_release(facts: Facts) -> Iterator[changelog.Release]:
    """Gives what is unreleased on HEAD's line, then every release, highest first.

    With `changelog.prereleases = "fold"` candidates are left out whose final is there.
    """
    facts.check_complete()
    shown = _shown(facts)
    line = facts.head_line
    trunk = facts.trunk.commit
    walk = facts.graph.walk([trunk, *(r.commit for r in shown)])
    coming = facts.next(line)  # while git sorts the walk
    held = sort_out(walk, shown, trunk)
    tried = (held.news.get(at, ()) for at, release in enumerate(shown) if not release.version.stable)
    without = frozenset(_oids(raw for some in tried for raw in some))
    yield unreleased(facts, line, coming, without)
    aside = _oids(raw for some in held.aside.values() for raw in some)
    deque(facts.graph.commits(aside), maxlen=0)
    ports = Changes(facts.graph, aside, facts.patch_id)
    places = range(len(shown) - 1, -1, -1)
    with closing(facts.graph.commits(_each(held, places))) as read:
        for place in places:
            deque(islice(read, len(held.news.get(place, ()))), maxlen=0)
            yield _notes(facts, shown, place, held, ports)


def _each(held: Sorted, places: Iterable[int]) -> Iterator[Oid]:
    return (Oid(raw.hex()) for place in places for raw in held.news.get(place, ()))


def _oids(raw: Iterable[bytes]) -> list[Oid]:
    return [Oid(one.hex()) for one in raw]


def _shown(facts: Facts) -> tuple[Release, ...]:
    keep = facts.config.changelog.prereleases == "keep"
    finals = {r.version.numbers for r in facts.releases if r.version.stable}
    wanted = (r for r in facts.releases if r.version.stable or keep or r.version.numbers not in finals)
    return tuple(sorted(wanted, key=lambda r: r.version))


def sort_out(walk: Iterable[tuple[Oid, tuple[Oid, ...]]], shown: Sequence[Release], trunk: Oid) -> Sorted:
    """Sorts a walk (children before parents) to releases, lowest version first."""
    tagged: dict[Oid, tuple[int, int]] = {}
    for place in range(len(shown) - 1, -1, -1):
        release = shown[place]
        stable, _ = tagged.get(release.commit, (_NOWHERE, _NOWHERE))
        tagged[release.commit] = (place if release.sound else stable, place)
    news: dict[int, list[bytes]] = defaultdict(list)
    aside: dict[int, list[bytes]] = defaultdict(list)
    waiting: dict[Oid, tuple[int, int, bool]] = {}
    for oid, parents in walk:
        stable, lowest, on_trunk = waiting.pop(oid, (_NOWHERE, _NOWHERE, False))
        if oid in tagged:
            own = tagged[oid]
            stable, lowest = min(stable, own[0]), min(lowest, own[1])
        on_trunk = on_trunk or oid == trunk
        raw = bytes.fromhex(oid)
        if stable != _NOWHERE:
            news[stable].append(raw)
            if not on_trunk:
                aside[stable].append(raw)
        if lowest not in (stable, _NOWHERE) and not shown[lowest].sound:
            news[lowest].append(raw)
        for parent in parents:
            before = waiting.get(parent)
            if before is None:
                waiting[parent] = (stable, lowest, on_trunk)
            else:
                waiting[parent] = (
                    min(before[0], stable),
                    min(before[1], lowest),
                    before[2] or on_trunk,
                )
    return Sorted(news=news, aside=aside)


def _notes(
    facts: Facts, shown: Sequence[Release], place: int, held: Sorted, ports: Changes
) -> changelog.Release:
    release = shown[place]
    commits = _oids(held.news.get(place, ()))
    return notes_of_release(
        facts, release, commits, _shipped_below(facts, shown, place, held, ports, commits)
    )


def _shipped_below(
    facts: Facts, shown: Sequence[Release], place: int, held: Sorted, ports: Changes, commits: Sequence[Oid]
) -> Mapping[Oid, str]:
    """What of a line's first release the newest lines below it had shipped before."""
    release = shown[place]
    if not commits or not first_of_line(facts, release.version):
        return {}
    moment = facts.graph.when(release.commit)
    first: dict[Oid, str] = {}
    lines: list[Line] = []
    for lower in range(place - 1, -1, -1):
        other = shown[lower]
        line = facts.lines.of(other.version)
        if lower not in held.aside or line is None or facts.graph.when(other.commit) > moment:
            continue
        if line not in lines:
            if len(lines) == NEWEST:
                break
            lines.append(line)
        first.update((Oid(raw.hex()), str(other.version)) for raw in held.aside[lower])
    gone = cancel(facts.graph, tuple(first)).removed if first else frozenset[Oid]()
    first = {oid: version for oid, version in first.items() if oid not in gone}
    if not first:
        return {}
    likes = ((oid, ports.carries(oid, first)) for oid in commits)
    return {oid: first[like.commit] for oid, like in likes if like}
