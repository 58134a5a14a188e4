"""Whether older lines are merged into newer ones, and so upward to trunk."""

from collections.abc import Iterator, Sequence
from itertools import islice, pairwise

from msgspec import Struct

from relman.model.course import Course, Standing, Stem, own_part
from relman.model.history import Graph
from relman.model.tags import stable

_MOST = 2000
"""More commits of a line than this are not looked for in the next one."""


class Upward(Struct, frozen=True, kw_only=True):
    """What an older line got after a newer one began, and how much of it the next newer one holds.

    Counted are releases; on a trunk that is a line itself, its commits since the newer line left it.
    """

    older: str
    newer: str
    held: int
    of: int

    @property
    def kept(self) -> bool:
        """Whether the newer one rather has it than lacks it."""
        return self.held * 2 >= self.of


def upward(graph: Graph, followed: Sequence[Course]) -> Iterator[Upward]:
    """Asks every line that had releases after the next newer one's first; `followed` is newest first.

    What had ended by then takes nothing any more: asked are the newer lines that moved since.
    """
    for place, (newer, older) in enumerate(pairwise(followed), start=1):
        first = stable(newer.line.releases)[:1]
        since = graph.when(first[0].commit) if first else None
        late = [r for r in stable(older.line.releases) if since is not None and graph.when(r.commit) > since]
        if not late:
            continue
        newest = max(late, key=lambda r: (graph.when(r.commit), r.version)).commit
        alive = [c for c in reversed(followed[:place]) if graph.when(c.tip) >= graph.when(newest)]
        targets = alive or [newer]
        lacking = frozenset(graph.between([r.commit for r in late], [t.tip for t in targets]))
        below = {r.commit: graph.commit(r.commit).parents[:1] for r in late}
        held = sum(
            oid not in lacking or any(p not in lacking and p in older.own for p in parents)
            for oid, parents in below.items()
        )
        taker = next((t for t in targets if graph.is_ancestor(newest, t.tip)), targets[0])
        yield Upward(older=older.name, newer=taker.name, held=held, of=len(below))


def onward(graph: Graph, trunk: Standing, above: Sequence[Standing]) -> Iterator[Upward]:
    """Asks trunk, and each line above it that has no release yet, lowest first, what the next one took of it.

    What came after the newest commit that was taken waits for the next merge and is not counted.
    """
    for older, newer in pairwise((trunk, *above)):
        stem = Stem(graph, older.tip)
        cut, _ = own_part(graph, stem, newer.tip)
        since = stem.place(cut) if cut else None
        if not since:
            continue
        lacking = frozenset(graph.between([older.tip], [newer.tip]))
        asked = list(islice(graph.chain(older.tip), min(since, _MOST)))
        waits = next((n for n, oid in enumerate(asked) if oid not in lacking), 0)
        held = sum(oid not in lacking for oid in asked[waits:])
        yield Upward(older=older.name, newer=newer.name, held=held, of=len(asked) - waits)
