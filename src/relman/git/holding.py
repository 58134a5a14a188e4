"""Which commits hold which: containment of a few commits in many tips, in one walk."""

from collections.abc import Iterable, Mapping

from relman.git.reader import Reader
from relman.git.repo import Repository
from relman.model.names import Oid

_SKEW = 7 * 24 * 3600
"""How far clocks may be wrong, in seconds."""


def holding(
    repo: Repository, graph: Reader, marks: Iterable[Oid], tips: Iterable[Oid]
) -> Mapping[Oid, frozenset[Oid]]:
    """Gives, for each tip, which of the marked commits are below it or it itself.

    One `rev-list` of what came after the marks, whatever the number of tips; where one mark stands below
    another it is done again from the oldest one. A tip that is a week older than every mark is not walked from.
    """
    wanted, every = tuple(dict.fromkeys(marks)), tuple(dict.fromkeys(tips))
    first = min(map(graph.when, wanted), default=0) - _SKEW
    ends = tuple(tip for tip in every if wanted and graph.when(tip) >= first)
    if not ends:
        return dict.fromkeys(every, frozenset())
    hide = wanted
    parents = _after(repo, (*ends, *wanted), hide)
    # A mark that is hidden is below another one; what lies between the two was hidden with it.
    while lost := tuple(mark for mark in wanted if mark not in parents):
        hide = (min(lost, key=graph.when),)
        parents = _after(repo, (*ends, *wanted), hide)
    bits = {mark: 1 << place for place, mark in enumerate(wanted)}
    held: dict[str, int] = {}
    for oid in reversed(parents):
        mine = bits.get(Oid(oid), 0)
        for parent in parents[oid]:
            mine |= held.get(parent, 0)
        held[oid] = mine
    sets: dict[int, frozenset[Oid]] = {}
    for mask in held.values():
        if mask not in sets:
            sets[mask] = frozenset(mark for mark, bit in bits.items() if mask & bit)
    return {end: sets.get(held.get(end, 0), frozenset()) for end in every}


def _after(repo: Repository, tips: Iterable[Oid], hide: Iterable[Oid]) -> dict[str, list[str]]:
    """Gives what the tips hold and no parent of `hide` does, children before parents, each with its parents."""
    lines = [*(f"{tip}\n" for tip in tips), *(f"^{oid}^@\n" for oid in hide)]
    listed = repo.looking.run(
        "rev-list", "--topo-order", "--parents", "--stdin", stdin="".join(lines).encode()
    ).stdout
    rows = (line.split() for line in listed.decode("ascii").splitlines())
    return {row[0]: row[1:] for row in rows}
