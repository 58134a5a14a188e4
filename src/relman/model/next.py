"""The next version of a line and of trunk, and why.

Neither "the highest tag" nor "the nearest reachable tag" is right (research/release-automation.md 0.2, 0.3):
the base is the highest release that belongs here, and trunk goes above all that its cut lines may produce.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from relman.model.bump import DEFAULT_BUMPS, Bump, on_zero
from relman.model.count import (
    SHOWN,
    Because,
    Counted,
    Policy,
    Shipped,
    commits_word,
    count,
    nothing_shipped,
)
from relman.model.cut import belongs_to, meet
from relman.model.floor import Tips, above_lines, carried_on
from relman.model.habit import find_habit
from relman.model.history import Graph
from relman.model.lines import TRUNK, Line, Lines
from relman.model.names import Oid
from relman.model.tags import Release
from relman.model.version import Version, under


class Next(Struct, frozen=True, kw_only=True):
    """The answer for one line. `version` is absent where nothing is to be released."""

    line: str
    base: Release | None
    version: Version | None
    bump: Bump
    floor: str | None
    because: tuple[Because, ...]
    explain: tuple[str, ...]
    unreleased: tuple[Oid, ...]
    """Commits since the base, newest first; what was reverted or has shipped already is among them."""


def next_on_line(
    graph: Graph,
    line: Line,
    tip: Oid,
    releases: Sequence[Release],
    policy: Policy,
) -> Next:
    """The next final version on a line: capped by its name, at least a patch for anything that is there."""
    stable, newest = line.stable, line.newest
    below = stable.version if stable else line.first
    behind = [r.commit for r in releases if not r.withdrawn and r.version.stable and r.version <= below]
    commits = graph.between([tip], behind)
    counted = count(graph, commits, policy)
    explain = [_base_sentence(line.name, stable), *counted.notes]
    version: Version | None = None
    if stable is None:
        version = line.first
        if newest is None:
            explain.append(f"no release yet, so the name of the line says {version}")
    elif commits:
        version, said = _step_on_line(line, stable.version, counted.bump, len(commits))
        explain += said
    else:
        explain.append(f"nothing is there after {stable.tag}")
    candidate = newest.version if newest and not newest.version.stable else None
    if candidate and (stable is None or version is None or candidate.final() >= version):
        version = candidate.final()
        explain.append(f"{candidate} is open, so its final is next")
    if counted.forced:
        version, said = _asked_on_line(line, counted.forced, version)
        explain += said
    if version is not None:
        version, skipped = _free(version, releases)
        explain += skipped
        if not under(version, line.numbers):
            version = None
            explain.append(f"line {line.name} has no free version left")
    return Next(
        line=line.name,
        base=stable,
        version=version,
        bump=counted.bump,
        floor=None,
        because=counted.because,
        explain=tuple(explain),
        unreleased=commits,
    )


def _step_on_line(line: Line, base: Version, bump: Bump, commits: int) -> tuple[Version, list[str]]:
    cap = line.cap
    said = [f"{commits_word(commits)} count {bump.word}, at least a patch on a line"]
    if bump > cap:
        said.append(
            f"warning: line {line.name} allows no more than a {cap.word} step, and {bump.word} changes are on it"
        )
    return base.step(min(max(bump, Bump.PATCH), cap)), said


def _asked_on_line(line: Line, asked: Version, version: Version | None) -> tuple[Version | None, list[str]]:
    """What `Release-As` makes of it: only upward from the line's releases, and only inside its name."""
    base = line.stable.version if line.stable else None
    if not under(asked, line.numbers):
        return version, [f"Release-As: {asked} is outside line {line.name} and does not count"]
    if base is not None and asked <= base:
        return version, [f"Release-As: {asked} is not above {base} and does not count"]
    return asked, [f"Release-As: {asked}"]


def _free(version: Version, releases: Iterable[Release]) -> tuple[Version, list[str]]:
    taken = {r.version.precedence for r in releases}
    said = []
    while version.precedence in taken:
        said.append(f"{version} is taken")
        version = version.step(Bump.PATCH)
    return version, said


def _base_sentence(line: str, base: Release | None) -> str:
    where = "trunk" if line == TRUNK else f"line {line}"
    return f"{where} stands on {base.tag}" if base else f"{where} has no release"


def trunk_base(graph: Graph, releases: Iterable[Release], trunk: Oid) -> Release | None:
    """The highest stable release that trunk contains, or that belongs to a line cut from it."""
    return next(
        (r for r in releases if r.version.stable and not r.withdrawn and belongs_to(graph, r, trunk)), None
    )


def next_on_trunk(
    graph: Graph,
    lines: Lines,
    tips: Tips,
    trunk: Oid,
    releases: Sequence[Release],
    policy: Policy,
    shipped: Shipped = nothing_shipped,
    *,
    least: Bump = Bump.NONE,
    beside: Oid | None = None,
) -> Next:
    """The next final version on trunk: the bump of what is there since the base, above the floor.

    `tips` says where a line's branch stands; `releases` are all, highest first. `least` is what the strategy
    has trunk rise by, once anything counts. `beside` is as `above_lines` has it.
    """
    base = trunk_base(graph, releases, trunk)
    behind = [r.commit for r in releases if r.version.stable and not r.withdrawn]
    commits = graph.between([trunk], behind)
    counted = count(graph, commits, policy, shipped)
    explain = [_base_sentence(TRUNK, base), *counted.notes]
    if base and commits and counted.bump is Bump.NONE:
        counted, learned = _learned(graph, trunk, releases, counted, policy)
        explain += learned
    if base is None:
        first = raised(policy.first, least)
        version: Version | None = first if commits else None
        explain.append(f"the first version is {first}")
    elif counted.bump is Bump.NONE:
        version = None
        explain.append(f"{commits_word(len(commits))} since {base.tag}, none of which counts")
    else:
        zero = base.version.major == 0 and policy.zero == "minor"
        step = on_zero(counted.bump) if zero else counted.bump
        version = base.version.step(max(step, least))
        explain.append(f"{commits_word(len(commits))} count {counted.bump.word}: {base.version.step(step)}")
        if least > step:
            explain.append(f"trunk rises by a {least.word} step at least: {version}")
    opened = _open_on_trunk(graph, lines, releases, base, trunk)
    if opened and (base is None or version is None or opened.version.final() >= version):
        version = opened.version.final()
        explain.append(f"{opened.tag} is open on trunk, so its final is next")
    if counted.forced and base and counted.forced <= base.version:
        explain.append(f"Release-As: {counted.forced} is not above {base.version} and does not count")
    elif counted.forced:
        version = counted.forced
        explain.append(f"Release-As: {counted.forced}")
    floor = None
    if version is not None:
        version, floor = above_lines(graph, lines, tips, trunk, base, version, beside=beside)
        explain += [floor] if floor else []
        version, skipped = _free(version, releases)
        explain += skipped
    return Next(
        line=TRUNK,
        base=base,
        version=version,
        bump=counted.bump,
        floor=floor,
        because=counted.because,
        explain=tuple(explain),
        unreleased=commits,
    )


def raised(first: Version, least: Bump) -> Version:
    """The first version, which is a whole step at least where a branch rises by no less."""
    return max(first, Version(major=0, minor=0, patch=0).step(least))


def _learned(
    graph: Graph, trunk: Oid, releases: Sequence[Release], counted: Counted, policy: Policy
) -> tuple[Counted, list[str]]:
    """Counts a type as patch that made releases of its own here, unless somebody has configured the table."""
    kinds = frozenset(b.kind for b in counted.quiet)
    if not kinds or policy.bumps != DEFAULT_BUMPS:
        return counted, []
    habit = find_habit(graph, trunk, releases, kinds, policy.bumps)
    if habit is None:
        return counted, []
    because = tuple(replace(b, bump=Bump.PATCH) for b in counted.quiet if b.kind == habit.kind)
    known = ", ".join(habit.releases[:SHOWN]) + (", ..." if len(habit.releases) > SHOWN else "")
    quiet = tuple(b for b in counted.quiet if b.kind != habit.kind)
    said = f"{habit.kind} made releases of its own here: {known}; it counts patch"
    return replace(counted, bump=Bump.PATCH, because=because, quiet=quiet), [said]


def _open_on_trunk(
    graph: Graph, lines: Lines, releases: Iterable[Release], base: Release | None, trunk: Oid
) -> Release | None:
    """The highest candidate on trunk's chain, or on a line that is left to trunk."""
    for release in releases:
        if base and release.version <= base.version:
            return None
        if release.version.stable or release.withdrawn:
            continue
        line = lines.of(release.version)
        left = line is not None and carried_on(graph, line, trunk)
        if left or meet(graph, release.commit, trunk) == release.commit:
            return release
    return None
