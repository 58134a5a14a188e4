"""Finds every commit that speaks of a fix: its ports, ports of ports, reverts of any, what mends one.

A search by message leads from one to the next; each round is one walk of git's, and only what it finds is read.
"""

from collections.abc import Iterable, Sequence

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
    fix: Oid,
    tips: Iterable[Oid],
    *,
    without: Iterable[Oid],
    patch_id: PatchId,
) -> Traces:
    """Searches what is reachable from the tips and neither from `without` nor from the fix itself.

    Merges are no ports: what they bring is looked at by itself.
    """
    first = earliest(graph, fix)
    ends, hidden = tuple(tip for tip in tips if graph.when(tip) >= first), (*without, fix)
    ports = {fix: Evidence(commit=fix, certainty="certain", how="the same commit")}
    follow_ups: dict[Oid, FollowUp] = {}
    named = message.picked_from(message.parse(graph.commit(fix).message))
    origins = tuple(Oid(o) for o in named if is_oid(o) and graph.has(Oid(o)))
    seen = {fix}
    asked: tuple[Oid, ...] = (fix,)
    hits = origins
    for _ in range(_ROUNDS):
        words = pattern(graph, asked)
        hits = (*hits, *find_messages(repo, ends, words, without=hidden, since=first, most=_MOST))
        found: list[Oid] = []
        # Oldest first: a port stands before what was picked from it, or takes it back.
        for oid in reversed(tuple(dict.fromkeys(h for h in hits if h not in seen))):
            follows = follow_up(graph, oid, (*ports, *follow_ups), tuple(follow_ups))
            carries = None if follows else _port(graph, (fix, *origins), graph.commit(oid), ports, patch_id)
            if carries is not None:
                ports[oid] = carries
            elif follows is not None:
                follow_ups[oid] = follows
            else:
                continue
            seen.add(oid)
            found.append(oid)
        if not found:
            break
        # What this round could not place is asked again: it may have to do with what this one found.
        asked = tuple(found)
    return Traces(ports=tuple(ports.values()), follow_ups=tuple(follow_ups.values()))


def earliest(graph: Reader, fix: Oid) -> int:
    """Gives the time before which nobody can have spoken of a fix: ports keep the author's date."""
    commit = graph.commit(fix)
    return min(commit.author.when, commit.committer.when) - _SKEW


def _port(
    graph: Reader, roots: Sequence[Oid], commit: Commit, ports: dict[Oid, Evidence], patch_id: PatchId
) -> Evidence | None:
    """Asks about the fix, then about what it was picked from: a port's message often says less."""
    if len(commit.parents) != 1 or graph.is_shallow_boundary(commit.id):
        return None
    found = (port_of(graph, root, commit.id, ports, patch_id) for root in roots if root != commit.id)
    return next((evidence for evidence in found if evidence), None)
