"""Rung 4 of the ladder: where a fix conflicts, a port of it on another line may go on cleanly (DESIGN 6).

Somebody adapted the fix there already. Of the picks that conflict from trunk this answers 76 of 105 in aiohttp
bit for bit as the maintainers did, 47 of 136 in ansible.
"""

from collections.abc import Callable, Sequence
from typing import assert_never

from msgspec import Struct

from relman.git.holding import holding
from relman.git.reader import Reader
from relman.git.repo import Repository
from relman.git.scratch import PickOf, Scratch
from relman.model import message
from relman.model.equivalence import Evidence, PatchId
from relman.model.names import Oid, is_oid
from relman.model.reverts import cancel
from relman.model.trees import Conflicted, Merged, Unknown
from relman.run.traces import Traces, earliest, find_traces

Numbers = tuple[int, ...]


class LineEnd(Struct, frozen=True, kw_only=True):
    """A line that may have a port: its name and numbers, and its last commit.

    `cut` is where it left trunk, where that is known already; the search does not need it.
    """

    name: str
    numbers: Numbers
    end: Oid
    cut: Oid | None = None


class Sibling(Struct, frozen=True, kw_only=True):
    """A port of the fix that a line has, and how that is known."""

    commit: Oid
    line: str
    evidence: Evidence


def find_siblings(
    repo: Repository,
    graph: Reader,
    fix: Oid,
    lines: Sequence[LineEnd],
    target: Numbers,
    patch_id: PatchId,
) -> tuple[Sibling, ...]:
    """Gives the ports of a fix on these lines, the one to try first first; `target` names the line to port to.

    A port that was reverted on its line does not count, nor one that carries another change along.
    """
    first = earliest(graph, fix)
    alive = [line for line in lines if graph.when(line.end) >= first]
    if not alive:
        return ()
    ends = tuple(line.end for line in alive)
    cuts = tuple(line.cut for line in alive if line.cut)
    (traces,) = find_traces(repo, graph, [fix], ends, without=cuts, patch_id=patch_id)
    ports = [p for p in traces.ports if p.commit != fix and _alone(graph, traces, p.commit)]
    if not ports:
        return ()
    held = holding(repo, graph, traces.commits, ends)
    found: dict[Oid, Sibling] = {}
    for line in sorted(alive, key=lambda line: nearness(line.numbers, target)):
        standing = held[line.end] - cancel(graph, tuple(held[line.end])).removed
        for port in reversed(ports):
            if port.commit in standing:
                found.setdefault(port.commit, Sibling(commit=port.commit, line=line.name, evidence=port))
    return tuple(found.values())


def nearness(numbers: Numbers, target: Numbers) -> tuple[object, ...]:
    """Orders lines by how likely their port fits: the target's own, newer ones from the nearest up, then older ones."""
    below = numbers < target
    return (below, tuple(-n for n in numbers) if below else numbers)


def _alone(graph: Reader, traces: Traces, port: Oid) -> bool:
    """Whether a port carries this fix and nothing else: a squash of several picks would ship all of them."""
    known = set(traces.commits)
    origins = message.picked_from(message.parse(graph.commit(port).message))
    others = [Oid(o) for o in origins if is_oid(o) and o not in known and graph.has(Oid(o))]
    subjects = {_subject(graph, p.commit) for p in traces.ports}
    return all(_subject(graph, other) in subjects for other in others)


def _subject(graph: Reader, oid: Oid) -> str:
    return message.normalised_subject(message.parse(graph.commit(oid).message))


def try_siblings(
    scratch: Scratch,
    siblings: Sequence[Sibling],
    onto: Oid,
    settle: Callable[[Conflicted], Oid | None] = lambda _: None,
) -> tuple[Sibling, Oid] | None:
    """Picks the siblings onto a tree and gives the first that goes on, with the tree after it.

    `settle` may answer a conflict with a tree (bookkeeping). The tree equals `onto` where the target has the adapted
    change already. To be asked only where the pick of the fix itself conflicts.
    """
    picks = [PickOf(commit=sibling.commit, onto=onto) for sibling in siblings]
    for sibling, answer in zip(siblings, scratch.pick_many(picks), strict=True):
        match answer:
            case Merged(tree=tree):
                return sibling, tree
            case Conflicted():
                settled = settle(answer)
                if settled is not None:
                    return sibling, settled
            case Unknown():
                pass
            case _:
                assert_never(answer)
    return None
