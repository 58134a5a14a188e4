"""Which commits of others are built on a feature, so that it cannot come out alone; found and proved by trial.

What comes out at one commit of trunk and no longer at the next was entangled by that one. Blame would name more:
whoever touched a file since, though their lines stand apart (research/branching-strategies.md 6.3).
"""

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from relman.git.reader import Reader
from relman.git.scratch import Scratch
from relman.model.feature import Trunk, Unit
from relman.model.names import Oid
from relman.run.takeout import Stuck, Taken, take_out

_MOST = 25
"""More commits of others than this are no entanglement: trunk has moved on."""
_TRIALS = 120
"""Reverts after which the search begins no further round; a person waits for it, some 40 ms each on a large tree."""

Steps = Callable[[frozenset[Oid]], Sequence[Unit]]
"""Gives the steps that take these commits out, newest first."""


class Entangled(Struct, frozen=True, kw_only=True):
    """Commits of others, newest first. With them the feature comes out where `taken` is there."""

    commits: tuple[Oid, ...]
    taken: Taken | None


def find_entangled(
    graph: Reader,
    scratch: Scratch,
    trunk: Trunk,
    wanted: frozenset[Oid],
    steps: Steps,
    stuck: Stuck,
    patterns: Sequence[str],
) -> Entangled:
    """Adds what stands in the way, one commit of trunk after the other, until everything comes out.

    `wanted` are the feature's commits. Bounded: where it gives up, the commits are the first that are entangled.
    """
    others: dict[Oid, None] = {}
    trials = 0
    while len(others) <= _MOST and trials <= _TRIALS:
        units = steps(wanted | others.keys())
        at, tried = _first_failing(graph, scratch, trunk, units, stuck, patterns)
        trials += tried
        found = _brought(graph, trunk, at, stuck, wanted | others.keys())
        if not found:
            break
        others |= dict.fromkeys(found)
        units = steps(wanted | others.keys())
        answer = take_out(scratch, units, scratch.tree_of(trunk.chain[-1]), patterns)
        trials += len(units)
        if isinstance(answer, Taken):
            return Entangled(commits=_in_order(trunk, others), taken=answer)
        stuck = answer
    return Entangled(commits=_in_order(trunk, others), taken=None)


def _in_order(trunk: Trunk, chosen: Mapping[Oid, None]) -> tuple[Oid, ...]:
    return tuple(sorted(chosen, key=lambda oid: -trunk.came[oid]))


def _first_failing(
    graph: Reader,
    scratch: Scratch,
    trunk: Trunk,
    units: Sequence[Unit],
    stuck: Stuck,
    patterns: Sequence[str],
) -> tuple[int, int]:
    """The place on the chain from which on the stuck step, after those above it, does not come out; and the trials.

    Only where the files changed that conflict can that be.
    """
    above = units[: next((n for n, u in enumerate(units) if u.commit == stuck.unit.commit), -1) + 1]
    start = trunk.came[stuck.unit.commit]
    later = trunk.chain[start + 1 :]
    graph.load_paths(later)
    paths = {conflict.path for conflict in stuck.conflicts}
    places = [start + 1 + n for n, oid in enumerate(later) if paths & graph.paths(oid)]
    places = places or list(range(start + 1, len(trunk.chain)))
    low, high, trials = -1, len(places) - 1, 0
    while high - low > 1:
        middle = (low + high) // 2
        at = places[middle]
        there = [unit for unit in above if trunk.came[unit.commit] <= at]
        answer = take_out(scratch, there, scratch.tree_of(trunk.chain[at]), patterns)
        trials += len(there)
        if isinstance(answer, Taken):
            low = middle
        else:
            high = middle
    return places[high] if places else start, trials


def _brought(graph: Reader, trunk: Trunk, at: int, stuck: Stuck, without: frozenset[Oid]) -> tuple[Oid, ...]:
    """What came in there and is not taken out yet; of a merge, what touches the files that conflict."""
    came = [o for o, place in trunk.came.items() if place == at and o not in without]
    single = [o for o in came if len(graph.commit(o).parents) < 2]
    if len(single) <= 1:
        return tuple(single)
    graph.load_paths(single)
    paths = {conflict.path for conflict in stuck.conflicts}
    return tuple(o for o in single if paths & graph.paths(o)) or tuple(single)
