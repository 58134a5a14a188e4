"""What shipped already under another id: commits of a range whose ports a line has released."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from relman.model.cut import meet
from relman.model.equivalence import Changes, PatchId
from relman.model.history import Graph
from relman.model.lines import Line
from relman.model.names import Oid
from relman.model.reverts import cancel
from relman.model.tags import Release

_RECENT = 2000
"""How many commits of a line are asked whether they carry a change of the range."""
NEWEST = 2
"""How many lines are asked, highest first."""
_ASKED = 20
"""How many lines are looked at to find those: a team that tags trunk itself may have hundreds and none cut."""
_SKEW = 24 * 3600
"""How far commit dates may run against the graph, in seconds."""


def newest_cut_lines(graph: Graph, lines: Iterable[Line], at: Oid) -> tuple[tuple[Line, Oid], ...]:
    """Lines that left the chain of `at` and have a stable release, with that release's commit, highest first.

    The chain is walked once, and only as far as the highest lines ask for.
    """
    rows: list[tuple[Line, Oid]] = []
    chain, passed = graph.chain(at), set[Oid]()
    for line in islice((line for line in lines if line.stable), _ASKED):
        end = line.releases[0].commit
        oldest = graph.when(end) - _SKEW
        while end not in passed and (oid := next(chain, None)):
            passed.add(oid)
            if graph.when(oid) < oldest:
                break
        if end not in passed and line.stable:
            rows.append((line, line.stable.commit))
        if len(rows) == NEWEST:
            break
    return tuple(rows)


def shipped(
    graph: Graph, commits: Sequence[Oid], rows: Iterable[tuple[Line, Oid]], at: Oid, patch_id: PatchId
) -> Mapping[Oid, str]:
    """Says which commits shipped already as ports on these lines, and in which version first.

    `rows` are lines, each with its newest release's commit; what `at` contains is no port, nor what was reverted
    on its line.
    """
    found: dict[Oid, str] = {}
    for line, end in rows:
        cut = meet(graph, end, at)
        hidden = [at] if cut is None else [cut, at]
        ports = graph.between([end], hidden)
        if not ports or len(ports) > _RECENT:
            continue
        gone = cancel(graph, ports).removed
        changes = Changes(graph, (oid for oid in ports if oid not in gone), patch_id)
        versions: Mapping[Oid, str] | None = None
        for oid in commits:
            known = changes.carries(oid) if oid not in found else None
            if known:
                versions = _versions(graph, line.releases, hidden) if versions is None else versions
                found[oid] = versions.get(known.commit, line.name)
    return found


def merged_in(
    graph: Graph, commits: Sequence[Oid], releases: Iterable[Release], patch_id: PatchId
) -> Mapping[Oid, str]:
    """Says which commits shipped already as ports that were merged back, and in which version first.

    `commits` is an unreleased range, newest first. What releases brought to it by merges stands beside it.
    """
    inside = set(commits)
    below = {p for oid in commits for p in graph.commit(oid).parents if p not in inside}
    cut = next((oid for oid in graph.chain(commits[0]) if oid not in inside), None) if commits else None
    beside = below - {cut}
    hidden = [cut] if cut else []
    ports = graph.between(beside, hidden) if beside else ()
    if not ports or len(ports) > _RECENT:
        return {}
    gone = cancel(graph, ports).removed
    changes = Changes(graph, (oid for oid in ports if oid not in gone), patch_id)
    carried = {oid: known.commit for oid in commits if (known := changes.carries(oid))}
    there = set(ports)
    mine = [r for r in releases if r.sound and r.commit in there] if carried else []
    versions = _versions(graph, mine, hidden)
    return {oid: versions[port] for oid, port in carried.items() if port in versions}


def _versions(graph: Graph, releases: Iterable[Release], hidden: Sequence[Oid]) -> Mapping[Oid, str]:
    """The lowest stable release that holds each commit, by its version."""
    found: dict[Oid, str] = {}
    below = list(hidden)
    for release in sorted((r for r in releases if r.sound), key=lambda r: r.version):
        for oid in graph.between([release.commit], below):
            found.setdefault(oid, str(release.version))
        below.append(release.commit)
    return found
