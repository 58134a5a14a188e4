"""What is parked: features that a commit of trunk took out and that none has put back yet."""

from collections.abc import Sequence
from itertools import islice, takewhile

from relman.git.search import find_messages
from relman.job.facts import Facts
from relman.job.fix import follow_ups
from relman.model import message
from relman.model.feature import PARK, UNPARK, Parked
from relman.model.history import Commit
from relman.model.names import Oid
from relman.model.reverts import cancel
from relman.model.trailers import values

_KEPT = 366 * 24 * 3600
"""How far back parks are looked for, in seconds: what is out for longer is not put back by a machine."""

_RECENT = 2000
"""How far down the chains are compared."""


def parked(facts: Facts) -> tuple[Parked, ...]:
    """Reads the parked features from trunk's messages, the one that was parked last first.

    The trailers travel with the commits, however a forge merges them. A park that was reverted by hand is none.
    """
    return facts.once("parked", lambda: _read(facts))


def _read(facts: Facts) -> tuple[Parked, ...]:
    tip = facts.trunk.commit
    since = facts.graph.when(tip) - _KEPT
    hits = find_messages(facts.repo, [tip], f"^({PARK}|{UNPARK}): ", since=since, most=1000)
    back: set[str] = set()
    out: dict[str, list[Commit]] = {}
    for commit in map(facts.graph.commit, hits):
        back.update(values(commit.message, UNPARK))
        for name in values(commit.message, PARK):
            if name not in back and not _reverted(facts, commit):
                out.setdefault(name, []).append(commit)
    return tuple(_parked(facts, name, parks) for name, parks in out.items())


def _reverted(facts: Facts, park: Commit) -> bool:
    later = follow_ups(facts, [park.id], facts.trunk.commit)
    return bool(later) and park.id in cancel(facts.graph, (*later, park.id)).removed


def _parked(facts: Facts, name: str, parks: Sequence[Commit]) -> Parked:
    commits = took(facts, [oid for park in parks for oid in _reverts(park)])
    return Parked(
        name=name,
        parks=tuple(park.id for park in parks),
        commits=commits,
        again=_again(facts, parks[0].id, commits),
    )


def took(facts: Facts, reverted: Sequence[Oid]) -> tuple[Oid, ...]:
    """The single commits that are out where these are reverted: what a merge brought, what an unpark put back."""
    found: dict[Oid, None] = {}
    seen: set[Oid] = set()
    todo = list(reversed(reverted))
    while todo:
        oid = todo.pop()
        if oid in seen or not facts.graph.has(oid):
            continue
        seen.add(oid)
        commit = facts.graph.commit(oid)
        if values(commit.message, UNPARK):
            parks = [facts.graph.commit(park) for park in _reverts(commit) if facts.graph.has(park)]
            todo += [inner for park in reversed(parks) for inner in reversed(_reverts(park))]
        elif len(commit.parents) > 1:
            brought = facts.graph.between(commit.parents[1:], commit.parents[:1])
            todo += [one for one in reversed(brought) if len(facts.graph.commit(one).parents) < 2]
        else:
            found[oid] = None
    return tuple(found)


def _reverts(commit: Commit) -> tuple[Oid, ...]:
    return tuple(Oid(oid) for oid in message.reverted(message.parse(commit.message)).commits)


def _again(facts: Facts, park: Oid, commits: Sequence[Oid]) -> tuple[Oid, ...]:
    """Merges after the park whose other side holds parked commits that came in by an earlier merge."""
    found = []
    for oid in facts.graph.between([facts.trunk.commit], [park]):
        parents = facts.graph.commit(oid).parents
        if len(parents) < 2 or not facts.graph.is_ancestor(park, parents[0]):
            continue
        sides = [p for p in parents[1:] if not facts.graph.is_ancestor(park, p)]
        fresh = frozenset(facts.graph.between(sides, parents[:1])) if sides else frozenset()
        old = [c for c in commits if c not in fresh and any(facts.graph.is_ancestor(c, p) for p in sides)]
        if old and _same_branch(facts, sides, old):
            found.append(oid)
    return tuple(found)


def _same_branch(facts: Facts, sides: Sequence[Oid], old: Sequence[Oid]) -> bool:
    """Whether the other side goes on from the parked work itself, rather than from trunk before the park."""
    trunk = set(islice(facts.graph.chain(facts.trunk.commit), _RECENT))
    for side in sides:
        own = takewhile(lambda oid: oid not in trunk, islice(facts.graph.chain(side), _RECENT))
        if not set(own).isdisjoint(old):
            return True
    return False
