"""Finds every commit that speaks of a fix: its ports, ports of ports, reverts of any, what mends one.

A search by message leads from one to the next; each round is one walk of git's, and only what it finds is read.
"""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from relman.git.reader import Reader
from relman.git.repo import Repository
from relman.git.search import find_messages
from relman.model import message
from relman.model.equivalence import Evidence, PatchId
from relman.model.history import Commit
from relman.model.names import Oid, is_oid
from relman.model.traces import FollowUp, follow_up, pattern, port_of

_ROUNDS = 5
"""A port of a port of a port, and its revert."""
_MOST = 1000
_SKEW = 7 * 24 * 3600
"""How far clocks may be wrong, in seconds."""


class Traces(Struct, frozen=True, kw_only=True):
    """What the messages led to. `ports` begin with the fix itself; both in the order of their finding."""

    ports: tuple[Evidence, ...]
    follow_ups: tuple[FollowUp, ...]

    @property
    def commits(self) -> tuple[Oid, ...]:
        """All of them."""
        return (*(p.commit for p in self.ports), *(f.commit for f in self.follow_ups))


def find_traces(
    repo: Repository,
    graph: Reader,
    fixes: Sequence[Oid],
    tips: Iterable[Oid],
    *,
    without: Iterable[Oid],
    patch_id: PatchId,
) -> tuple[Traces, ...]:
    """Gives the traces of each fix; all are searched for at once, which costs what one of them does.

    Searched is what is reachable from the tips and neither from `without` nor from a fix. Merges are no ports: what
    they bring is looked at by itself.
    """
    first = min((earliest(graph, fix) for fix in fixes), default=0)
    ends, hidden = tuple(tip for tip in tips if graph.when(tip) >= first), (*without, *fixes)
    searches = [_Search(graph, fix, patch_id) for fix in fixes]
    hits = tuple(oid for search in searches for oid in search.origins)
    asked = tuple(fixes)
    for _ in range(_ROUNDS):
        if not asked:
            break
        words = pattern(graph, asked)
        hits = (*hits, *find_messages(repo, ends, words, without=hidden, since=first, most=_MOST))
        # Oldest first: a port stands before what was picked from it, or takes it back. What one round cannot
        # place is asked again in the next: it may have to do with what was found meanwhile.
        order = tuple(reversed(tuple(dict.fromkeys(hits))))
        asked = tuple(dict.fromkeys(oid for search in searches for oid in search.placed(order)))
    return tuple(search.traces for search in searches)


class _Search:
    """What is known of one fix so far."""

    def __init__(self, graph: Reader, fix: Oid, patch_id: PatchId) -> None:
        self._graph = graph
        self._patch_id = patch_id
        named = message.picked_from(message.parse(graph.commit(fix).message))
        self.origins = tuple(Oid(o) for o in named if is_oid(o) and graph.has(Oid(o)))
        self._roots = (fix, *self.origins)
        self._ports = {fix: Evidence(commit=fix, certainty="certain", how="the same commit")}
        self._follow_ups: dict[Oid, FollowUp] = {}

    @property
    def traces(self) -> Traces:
        return Traces(ports=tuple(self._ports.values()), follow_ups=tuple(self._follow_ups.values()))

    def placed(self, commits: Iterable[Oid]) -> Iterator[Oid]:
        """Gives those of the commits that are new and have to do with the fix, and remembers them."""
        for oid in commits:
            if oid in self._ports or oid in self._follow_ups:
                continue
            known = (*self._ports, *self._follow_ups)
            follows = follow_up(self._graph, oid, known, tuple(self._follow_ups))
            carries = None if follows else self._port(self._graph.commit(oid))
            if follows is not None:
                self._follow_ups[oid] = follows
            elif carries is not None:
                self._ports[oid] = carries
            else:
                continue
            yield oid

    def _port(self, commit: Commit) -> Evidence | None:
        """Asks about the fix, then about what it was picked from: a port's message often says less."""
        if len(commit.parents) != 1 or self._graph.is_shallow_boundary(commit.id):
            return None
        roots = (root for root in self._roots if root != commit.id)
        found = (port_of(self._graph, root, commit.id, self._ports, self._patch_id) for root in roots)
        return next((evidence for evidence in found if evidence), None)


def earliest(graph: Reader, fix: Oid) -> int:
    """Gives the time before which nobody can have spoken of a fix: ports keep the author's date."""
    commit = graph.commit(fix)
    return min(commit.author.when, commit.committer.when) - _SKEW
