"""The way that a branch took since it left trunk: its own part of the first-parent chain.

Many lines are asked about one trunk, so trunk's chain is kept and read only as far back as the lines ask for.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from relman.model.history import Graph
from relman.model.lines import Line
from relman.model.names import Oid

_SKEW = 24 * 3600
"""How far commit dates may run against the graph, in seconds."""


class Stem:
    """Trunk's first-parent chain."""

    def __init__(self, graph: Graph, tip: Oid) -> None:
        self._graph = graph
        self._chain: Iterator[Oid] = graph.chain(tip)
        self._passed: dict[Oid, int] = {}
        self._oldest: int | None = None
        self._ended = False
        self.tip = tip

    def holds(self, oid: Oid) -> bool:
        """Tells whether a commit is on the chain; what is older than that commit is not read."""
        if oid in self._passed:
            return True
        date = self._graph.when(oid) - _SKEW
        while not self._ended and (self._oldest is None or self._oldest >= date):
            at = next(self._chain, None)
            if at is None:
                self._ended = True
                break
            self._passed[at] = len(self._passed)
            self._oldest = self._graph.when(at)
        return oid in self._passed

    def place(self, oid: Oid) -> int | None:
        """How many steps below the tip a commit is; nothing where it is not on the chain."""
        return self._passed[oid] if self.holds(oid) else None


class Standing(Struct, frozen=True, kw_only=True):
    """A branch by its short name, and where it stands."""

    name: str
    tip: Oid


class Course(Struct, frozen=True, kw_only=True):
    """A line's own part. `own` is its first-parent chain after the cut, newest first; `cut` is on trunk's.

    `cut` is absent where the two chains never meet. `tip` is the branch's, else the newest release's commit.
    """

    line: Line
    tip: Oid
    cut: Oid | None
    own: tuple[Oid, ...]

    @property
    def name(self) -> str:
        """What people call it: its branch, else its newest release's tag."""
        newest = self.line.newest
        return self.line.branch or (newest.tag if newest else self.line.name)


def own_part(graph: Graph, stem: Stem, tip: Oid) -> tuple[Oid | None, tuple[Oid, ...]]:
    """Gives where a first-parent chain leaves trunk's, and what it has after that, newest first."""
    own: list[Oid] = []
    cut: Oid | None = None
    for oid in graph.chain(tip):
        if stem.holds(oid):
            cut = oid
            break
        own.append(oid)
    # Dates that ran against the graph may have hidden the meeting: below it both chains are one.
    while cut is not None and own and stem.holds(own[-1]):
        cut = own.pop()
    return cut, tuple(own)


def courses(graph: Graph, stem: Stem, ends: Iterable[tuple[Line, Oid]]) -> tuple[Course, ...]:
    """Follows each line from its end back to trunk."""
    rows = []
    for line, tip in ends:
        cut, own = own_part(graph, stem, tip)
        rows.append(Course(line=line, tip=tip, cut=cut, own=own))
    return tuple(rows)
