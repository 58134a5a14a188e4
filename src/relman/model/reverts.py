"""Reverts inside a range of commits: what takes back what, and what is therefore neither news nor a bump.

A commit is out when a revert that stands names it; a revert stands unless it is out itself. So a revert of a
revert puts the work back, however long the chain. A revert goes together with what it takes back, but stays
where some of that lies outside of the range: then it changes what has been released.
"""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from relman.model import message
from relman.model.history import Commit, Graph
from relman.model.names import Oid

How = Literal["commit", "port", "merge", "change-request"]


class Reversal(Struct, frozen=True, kw_only=True):
    """A revert that stands, and what it takes back inside the range, in the range's order.

    `how` says by what it was found: a commit's id, a port of the commit that is named, everything that a
    merge brought, or the number of a change request. `whole` is false where it takes back something outside
    of the range as well.
    """

    revert: Oid
    takes_back: tuple[Oid, ...]
    how: How
    whole: bool


class Cancelled(Struct, frozen=True, kw_only=True):
    """What cancels out. `removed` are the reverts that stand whole, and all that is out because of one."""

    removed: frozenset[Oid] = frozenset()
    reversals: tuple[Reversal, ...] = ()


class _Range(Struct, frozen=True, kw_only=True):
    """The range, ready to be asked."""

    graph: Graph
    commits: dict[Oid, Commit]
    messages: dict[Oid, message.Message]
    ports: dict[Oid, tuple[Oid, ...]]
    """Ids as written in "cherry picked from" lines, to the commits of the range that carry them."""
    requests: dict[int, tuple[Oid, ...]]


def cancel(graph: Graph, commits: Sequence[Oid]) -> Cancelled:
    """Finds what cancels inside a range; the order of the commits decides nothing.

    Reads git's `This reverts commit`, reverts of merges, `Refs:` below the type `revert`, and the forges'
    `Reverts #12`. Reverts that name each other in a ring, which no real history does, are left alone.
    """
    # each of those forms has the word
    named = [oid for oid in commits if "revert" in graph.commit(oid).message.lower()]
    if not named:
        return Cancelled()
    messages = {oid: message.parse(graph.commit(oid).message) for oid in commits}
    claims = {oid: claim for oid in named if _may_revert(claim := message.reverted(messages[oid]))}
    if not claims:
        return Cancelled()
    span = _span(graph, commits, messages)
    found = {oid: reversal for oid, claim in claims.items() if (reversal := _resolve(span, oid, claim))}
    standing = _standing(found)
    out = {target for oid in standing for target in found[oid].takes_back}
    whole = {oid for oid in standing if found[oid].whole}
    return Cancelled(
        removed=frozenset(out | whole),
        reversals=tuple(found[oid] for oid in commits if oid in standing),
    )


def _may_revert(claim: message.Reverted) -> bool:
    return bool(claim.commits or claim.pull_requests)


def _span(graph: Graph, commits: Sequence[Oid], messages: dict[Oid, message.Message]) -> _Range:
    ports: dict[Oid, tuple[Oid, ...]] = {}
    requests: dict[int, tuple[Oid, ...]] = {}
    for oid in commits:
        for source in message.picked_from(messages[oid]):
            ports[Oid(source)] = (*ports.get(Oid(source), ()), oid)
        number = message.pull_request(messages[oid])
        if number is not None:
            requests[number] = (*requests.get(number, ()), oid)
    return _Range(
        graph=graph,
        commits={oid: graph.commit(oid) for oid in commits},
        messages=messages,
        ports=ports,
        requests=requests,
    )


def _resolve(span: _Range, revert: Oid, claim: message.Reverted) -> Reversal | None:
    """What of a revert's claim lies in the range; None where nothing does."""
    targets: set[Oid] = set()
    how: How = "commit"
    whole = True
    for written in claim.commits:
        named = _by_id(span, written)
        if not named and (named := span.ports.get(Oid(written), ())):
            how = "port"
        targets.update(named)
        whole = whole and bool(named)
    if not targets and claim.pull_requests:
        # ids are preferred, but a squashed revert may name commits of a branch that never landed
        whole = True
        for number in claim.pull_requests:
            named = span.requests.get(number, ())
            how = "change-request"
            targets.update(named)
            whole = whole and bool(named)
    for oid in tuple(targets):
        parents = span.commits[oid].parents
        if len(parents) > 1:
            brought = _brought(span, oid, claim.mainline)
            how = "merge"
            whole = whole and all(each in span.commits for each in brought)
            targets.update(each for each in brought if each in span.commits)
    targets.discard(revert)
    if not targets:
        return None
    inside = tuple(oid for oid in span.commits if oid in targets)
    return Reversal(revert=revert, takes_back=inside, how=how, whole=whole)


def _by_id(span: _Range, written: str) -> tuple[Oid, ...]:
    """The one commit of the range whose id begins so; an abbreviation that two share names none."""
    if Oid(written) in span.commits:
        return (Oid(written),)
    if len(written) == len(next(iter(span.commits), "")):
        return ()
    found = tuple(oid for oid in span.commits if oid.startswith(written))
    return found if len(found) == 1 else ()


def _brought(span: _Range, merge: Oid, mainline: str | None) -> tuple[Oid, ...]:
    """What a merge brought to the parent that the revert kept: the first, unless the message names one."""
    parents = span.commits[merge].parents
    kept = next((parent for parent in parents if mainline and parent.startswith(mainline)), parents[0])
    return span.graph.between([parent for parent in parents if parent != kept], [kept])


def _standing(found: dict[Oid, Reversal]) -> set[Oid]:
    """The reverts that no standing revert takes back, decided from the last ones of each chain on."""
    against: dict[Oid, set[Oid]] = {oid: set() for oid in found}
    for oid, reversal in found.items():
        for target in reversal.takes_back:
            if target in against:
                against[target].add(oid)
    standing: set[Oid] = set()
    decided: set[Oid] = set()
    while ready := [o for o, by in against.items() if o not in decided and by <= decided]:
        standing.update(oid for oid in ready if not against[oid] & standing)
        decided.update(ready)
    return standing
