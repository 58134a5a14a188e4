"""What a project's own releases say about a type of commit that the standard table counts as nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from relman.model import message
from relman.model.bump import Bump, bump_of
from relman.model.history import Graph
from relman.model.names import Oid
from relman.model.tags import Release

_WINDOW = 100
"""How many of the newest stable releases on trunk are asked."""
_ENOUGH = 3
"""Fewer such releases are an accident."""
_STEPS = 5000
"""How far trunk's first-parent chain is followed to find them."""


class Habit(Struct, frozen=True, kw_only=True):
    """A type that made releases by itself, and which: highest first."""

    kind: str
    releases: tuple[str, ...]


def find_habit(
    graph: Graph, trunk: Oid, releases: Iterable[Release], kinds: frozenset[str], table: Mapping[str, Bump]
) -> Habit | None:
    """Finds the one of these types that made releases of its own here.

    Looked at are releases of which nothing counts by the table. The type was in at least three of them and in
    more than any other type, and at least one was made of it alone.
    """
    quiet = [
        (release, types)
        for release, commits in _contents(graph, _on_trunk(graph, trunk, releases))
        if (types := _types(graph, commits, table))
    ]
    often = Counter(kind for _, types in quiet for kind in types).most_common(2)
    if not often:
        return None
    kind, count = often[0]
    tied = len(often) > 1 and often[1][1] == count
    if kind not in kinds or count < _ENOUGH or tied or all(types != {kind} for _, types in quiet):
        return None
    return Habit(kind=kind, releases=tuple(release.tag for release, types in quiet if kind in types))


def _on_trunk(graph: Graph, trunk: Oid, releases: Iterable[Release]) -> list[Release]:
    """The newest stable releases on trunk's first-parent chain, and one more to end the last one's range."""
    at = {r.commit: r for r in releases if r.version.stable and not r.withdrawn}
    found: list[Release] = []
    for step, oid in enumerate(graph.chain(trunk)):
        if step == _STEPS or len(found) > _WINDOW:
            break
        if oid in at:
            found.append(at[oid])
    return found


def _contents(graph: Graph, releases: Sequence[Release]) -> Iterable[tuple[Release, list[Oid]]]:
    """What each release brought, highest first; from one walk, each commit with the oldest release above it."""
    if len(releases) <= _ENOUGH:
        return
    span = graph.between([releases[0].commit], [releases[-1].commit])
    first: dict[Oid, int] = {r.commit: place for place, r in enumerate(releases[:-1])}
    for oid in span:  # children come before parents
        place = first.get(oid, 0)
        for parent in graph.commit(oid).parents:
            first[parent] = max(place, first.get(parent, 0))
    brought: dict[int, list[Oid]] = {}
    for oid in span:
        brought.setdefault(first.get(oid, 0), []).append(oid)
    for place, release in enumerate(releases[:-1]):
        yield release, brought.get(place, [])


def _types(graph: Graph, commits: Sequence[Oid], table: Mapping[str, Bump]) -> frozenset[str]:
    """The types of a release of which nothing counts; nothing where something does or cannot be read."""
    found = set()
    for oid in commits:
        commit = graph.commit(oid)
        read = message.parse(commit.message)
        if len(commit.parents) > 1 or message.is_release_subject(read.subject):
            continue
        if read.type is None or bump_of(read, table) is not Bump.NONE:
            return frozenset()
        found.add(read.type)
    return frozenset(found)
