"""The floor: trunk's next version stands above everything that cut lines may still produce (DESIGN 7)."""

from collections import defaultdict
from collections.abc import Callable

from relman.model.cut import is_cut, meet
from relman.model.history import Graph
from relman.model.lines import Line, Lines, line_numbers
from relman.model.names import Oid
from relman.model.tags import Release
from relman.model.version import Version, under

Tips = Callable[[Line], Oid | None]
"""Says where a line's branch stands; nothing where it has none."""


def above_lines(
    graph: Graph,
    lines: Lines,
    tips: Tips,
    trunk: Oid,
    base: Release | None,
    version: Version,
    *,
    beside: Oid | None = None,
) -> tuple[Version, str | None]:
    """Raises a version above the cut lines, and says so in a sentence where it had to.

    `beside` is trunk's own tip, where the commit that is asked about only comes from trunk: what stands on trunk's
    chain has not left it, though it was merged into that commit.
    """
    # A trunk that is called `3.x` makes 3.y, whatever the branches of lines above it are to become.
    own = line_numbers(lines.trunk) or ()
    rising = [
        line
        for line in lines.all
        if (base is None or line.numbers >= base.version.numbers[: len(line.numbers)])
        and line.numbers[: len(own)] <= own
    ]
    cut, standing = [], []
    for line in rising:
        tip = tips(line)
        if carried_on(graph, line, trunk):
            continue
        if is_cut(graph, line, tip, trunk) and (beside is None or is_cut(graph, line, tip, beside)):
            cut.append(line)
        elif tip is not None:
            standing.append((line, tip))
    cut += _said_by_branch(standing, trunk, version)
    if not cut:
        return version, None
    top = max(cut, key=lambda line: _after(line.numbers))
    floor = _after(top.numbers)
    if floor <= version:
        return version, None
    return floor, f"line {top.name} is cut and may still produce {_range(top)}, so trunk goes on at {floor}"


def carried_on(graph: Graph, line: Line, trunk: Oid) -> bool:
    """Whether the final of a line's candidates is left to trunk: no branch is there, and trunk took all of them."""
    stable = line.stable
    if line.branch is not None or line.open_candidate is None:
        return False
    if stable is not None and meet(graph, stable.commit, trunk) != stable.commit:
        return False
    fresh = (r for r in line.releases if not r.withdrawn and (stable is None or r.version > stable.version))
    return all(graph.is_ancestor(r.commit, trunk) for r in fresh)


def _said_by_branch(standing: list[tuple[Line, Oid]], trunk: Oid, version: Version) -> list[Line]:
    """Which branches on trunk's own chain were cut there.

    One that trunk has left behind was. One on trunk's tip was where it has no release yet and its name is what
    trunk would answer: somebody has just cut it. Branches without a release on one commit say nothing.
    """
    empty: dict[Oid, list[Line]] = defaultdict(list)
    cut = []
    for line, tip in standing:
        if not line.releases:
            empty[tip].append(line)
        elif tip != trunk:
            cut.append(line)
    for tip, (line, *others) in empty.items():
        if not others and (tip != trunk or under(version, line.numbers)):
            cut.append(line)
    return cut


def _after(numbers: tuple[int, ...]) -> Version:
    """The lowest version above a line. `1.5.0` was cut for all of 1.5; `1.5.2` for that one alone."""
    shared = numbers[:2] if numbers[2:] == (0,) else numbers
    raised = (*shared[:-1], shared[-1] + 1, 0, 0, 0)[:3]
    return Version(major=raised[0], minor=raised[1], patch=raised[2])


def _range(line: Line) -> str:
    return line.name if len(line.numbers) > 2 else f"{line.name}.x"
