"""The next version of a line and of trunk, and why.

Neither "the highest tag" nor "the nearest reachable tag" is right (research/release-automation.md 0.2, 0.3):
the base is the highest release that belongs here, and trunk goes above all that its cut lines may produce.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from relman.model import message
from relman.model.bump import DEFAULT_BUMPS, Bump, bump_of, on_zero
from relman.model.cut import belongs_to, is_cut, meet
from relman.model.history import Graph
from relman.model.lines import TRUNK, Line, Lines
from relman.model.names import Oid
from relman.model.reverts import cancel
from relman.model.tags import Release
from relman.model.version import Version, parse, under

_SAMPLE = 200
"""How many of the newest subjects decide whether a repository writes conventional commits."""


class Policy(Struct, frozen=True, kw_only=True):
    """What decides a bump: the table, what a breaking change is on 0.x, what an unparsable commit counts."""

    bumps: Mapping[str, Bump] = DEFAULT_BUMPS
    zero: Literal["minor", "major"] = "minor"
    unclassified: Literal["auto", "none", "patch"] = "auto"
    first: Version = Version(major=0, minor=1, patch=0)


class Because(Struct, frozen=True, kw_only=True):
    """One commit that counts: `kind` is its type, `breaking`, or `unclassified`."""

    commit: Oid
    kind: str
    subject: str
    bump: Bump


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


class Counted(Struct, frozen=True, kw_only=True):
    """What a range of commits amounts to."""

    bump: Bump
    because: tuple[Because, ...]
    forced: Version | None
    notes: tuple[str, ...]


Shipped = Callable[[Sequence[Oid]], Mapping[Oid, str]]
"""Says which of these commits shipped already under another id, and in which version."""


def nothing_shipped(_: Sequence[Oid]) -> Mapping[Oid, str]:
    """Knows of no ports."""
    return {}


def count(
    graph: Graph, commits: Sequence[Oid], policy: Policy, shipped: Shipped = nothing_shipped
) -> Counted:
    """Adds up a range: reverts cancel inside it, what shipped elsewhere does not count again."""
    cancelled = cancel(graph, commits)
    elsewhere = shipped(commits)
    free_form = _free_form(graph, commits, policy)
    because: list[Because] = []
    forced: Version | None = None
    notes: list[str] = []
    for oid in commits:
        if oid in cancelled.removed:
            continue
        commit = graph.commit(oid)
        read = message.parse(commit.message)
        if forced is None and (wish := message.release_as(read)):
            forced = parse(wish.removeprefix("v"))
        if oid in elsewhere:
            notes.append(
                f"{oid[:7]} {read.subject} shipped already in {elsewhere[oid]} and does not count again"
            )
            continue
        if read.type is None and not read.breaking:
            merge = len(commit.parents) > 1
            bump = (
                Bump.PATCH
                if free_form and not merge and not message.is_release_subject(read.subject)
                else Bump.NONE
            )
            kind = "unclassified"
        else:
            bump = bump_of(read, policy.bumps)
            kind = "breaking" if read.breaking else read.type or "unclassified"
        if bump is not Bump.NONE:
            because.append(Because(commit=oid, kind=kind, subject=read.subject, bump=bump))
    if cancelled.removed:
        notes.append(f"{len(cancelled.removed)} commits cancel out with their reverts")
    top = max((b.bump for b in because), default=Bump.NONE)
    return Counted(bump=top, because=tuple(because), forced=forced, notes=tuple(notes))


def _free_form(graph: Graph, commits: Sequence[Oid], policy: Policy) -> bool:
    if policy.unclassified != "auto" or not commits:
        return policy.unclassified == "patch"
    total = conventional = 0
    for oid in graph.between(commits[:1], ())[:_SAMPLE] if len(commits) < _SAMPLE else commits[:_SAMPLE]:
        commit = graph.commit(oid)
        if len(commit.parents) < 2:
            total += 1
            conventional += message.parse(commit.message).type is not None
    return conventional * 2 < total


def next_on_line(
    graph: Graph,
    line: Line,
    tip: Oid,
    releases: Sequence[Release],
    policy: Policy,
    shipped: Shipped = nothing_shipped,
) -> Next:
    """The next final version on a line: capped by its name, at least a patch for anything that is there."""
    stable, newest = line.stable, line.newest
    below = stable.version if stable else line.first
    behind = [r.commit for r in releases if not r.withdrawn and r.version.stable and r.version <= below]
    commits = graph.between([tip], behind)
    counted = count(graph, commits, policy, shipped)
    explain = [_base_sentence(line.name, stable), *counted.notes]
    candidate = newest.version if newest and not newest.version.stable else None
    if candidate and (stable is None or candidate.numbers > stable.version.numbers):
        version: Version | None = candidate.final()
        explain.append(f"{candidate} is open, so its final is next")
    elif stable is None:
        version = line.first
        explain.append(f"no release yet, so the name of the line says {version}")
    elif not commits:
        version = None
        explain.append(f"nothing is there after {stable.tag}")
    else:
        cap = Bump.PATCH if len(line.numbers) > 1 else Bump.MINOR
        bump = min(max(counted.bump, Bump.PATCH), cap)
        version = stable.version.step(bump)
        explain.append(
            f"{len(commits)} commits count {counted.bump.name.lower()}, at least a patch on a line"
        )
        if counted.bump > cap:
            explain.append(f"line {line.name} allows no more than a {cap.name.lower()} step")
    if version is not None:
        version, skipped = _free(version, releases)
        explain += skipped
        if not under(version, line.numbers):
            version = None
            explain.append(f"line {line.name} has no free version left")
    if counted.forced and stable and counted.forced > stable.version and under(counted.forced, line.numbers):
        version = counted.forced
        explain.append(f"Release-As: {counted.forced}")
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
    tips: Callable[[Line], Oid | None],
    trunk: Oid,
    releases: Sequence[Release],
    policy: Policy,
    shipped: Shipped = nothing_shipped,
) -> Next:
    """The next final version on trunk: the bump of what is there since the base, above the floor.

    `tips` says where a line's branch stands; `releases` are all, highest first.
    """
    base = trunk_base(graph, releases, trunk)
    behind = [r.commit for r in releases if r.version.stable and not r.withdrawn]
    commits = graph.between([trunk], behind)
    counted = count(graph, commits, policy, shipped)
    explain = [_base_sentence(TRUNK, base), *counted.notes]
    if base is None:
        version: Version | None = policy.first if commits else None
        explain.append(f"the first version is {policy.first}")
    elif counted.bump is Bump.NONE:
        version = None
        explain.append(f"{len(commits)} commits since {base.tag}, none of which counts")
    else:
        zero = base.version.major == 0 and policy.zero == "minor"
        step = on_zero(counted.bump) if zero else counted.bump
        version = base.version.step(step)
        explain.append(f"{len(commits)} commits count {counted.bump.name.lower()}: {version}")
    opened = _open_on_trunk(graph, releases, base, trunk)
    if opened and (version is None or opened.version.final() > version):
        version = opened.version.final()
        explain.append(f"{opened.tag} is open on trunk, so its final is next")
    if counted.forced and (base is None or counted.forced > base.version):
        version = counted.forced
        explain.append(f"Release-As: {counted.forced}")
    floor = None
    if version is not None:
        version, floor = _above(graph, lines, tips, trunk, base, version)
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


def _open_on_trunk(
    graph: Graph, releases: Iterable[Release], base: Release | None, trunk: Oid
) -> Release | None:
    for release in releases:
        if base and release.version <= base.version:
            return None
        if (
            not release.version.stable
            and not release.withdrawn
            and meet(graph, release.commit, trunk) == release.commit
        ):
            return release
    return None


def _above(
    graph: Graph,
    lines: Lines,
    tips: Callable[[Line], Oid | None],
    trunk: Oid,
    base: Release | None,
    version: Version,
) -> tuple[Version, str | None]:
    """Raises a version above everything that the cut lines may still produce.

    A branch that stands on trunk's own chain and has no release counts only where it is the single one and its
    name is what trunk would answer: somebody has just cut it. Several of them say nothing.
    """
    rising = [
        line
        for line in lines.all
        if base is None or line.numbers >= base.version.numbers[: len(line.numbers)]
    ]
    cut, empty = [], []
    for line in rising:
        tip = tips(line)
        if is_cut(graph, line, tip, trunk):
            cut.append(line)
        elif tip is not None and not line.releases:
            empty.append(line)
    if len(empty) == 1 and under(version, empty[0].numbers):
        cut.append(empty[0])
    if not cut:
        return version, None
    top = max(cut, key=lambda line: line.numbers)
    floor = _after(top.numbers)
    if floor <= version:
        return version, None
    return floor, f"line {top.name} is cut and may still produce {top.name}.x, so trunk goes on at {floor}"


def _after(numbers: tuple[int, ...]) -> Version:
    raised = (*numbers[:-1], numbers[-1] + 1, 0, 0, 0)[:3]
    return Version(major=raised[0], minor=raised[1], patch=raised[2])
