"""What refs and commits show about how a team works, before anybody says which strategy that is.

Counted are the newest releases and the lines that they belong to; older habits speak for nobody.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice, pairwise
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from relman.model import message
from relman.model.course import Course, Standing, Stem, courses
from relman.model.equivalence import Changes
from relman.model.history import Graph
from relman.model.lines import Line, Lines, line_numbers
from relman.model.names import Oid
from relman.model.signs import read_signs
from relman.model.tags import Release, stable
from relman.model.trailers import values
from relman.model.upward import Upward, onward, upward

RELEASES = 60
"""How many of the newest stable releases are looked at."""
_LINES = 12
"""How many of the newest lines are followed."""
_RECENT = 200
"""How many commits of trunk, and how many of each line, tell a habit."""
_ASKED = 2
"""How many of the newest lines are asked whether their commits came from trunk."""
_MOST = 2000
"""More commits of trunk than this are not read to find where a line's commits came from."""
_ONWARD = 2
"""How many of the lines above a trunk that is one itself are asked what they took of it."""
_SWITCHES = ("Feature", "Toggle", "Feature-Flag", "Feature-Toggle", "Flag")

_MERGE = re.compile(
    r"Merge (?:remote-tracking )?(?:branch|tag|pull request #[0-9]+ from) '?(?P<name>[^' ]+)'?"
)

Place = Literal["trunk", "production", "beside", "off"]


class Placed(Struct, frozen=True, kw_only=True):
    """Where a release stands: on the first-parent chain of trunk or production, or off both.

    `beside`: on a single release commit above trunk's chain that trunk took: a change request that only numbered the
    release, or a release branch that held nothing else; the history does not tell which.
    `merged`: the branch whose merge the commit is, by its subject; empty: it is none, or says nothing.
    `back`: trunk contains it though it is not on its chain.
    """

    release: Release
    place: Place
    merged: str
    back: bool


class Observed(Struct, frozen=True, kw_only=True):
    """What one reading of the history shows, with `trunk` as the branch where work lands.

    `production` is the branch beside it that only takes releases, where there is one.
    """

    trunk: Standing
    production: Standing | None
    paired: tuple[str, ...]
    """The branches that would be trunk and production in a strategy that has both, whatever this one has."""
    placed: tuple[Placed, ...]
    courses: tuple[Course, ...]
    """The newest lines that have a sampled release, newest first; without those that are production's own chain."""
    upward: tuple[Upward, ...]
    onward: tuple[Upward, ...]
    """Where trunk is a line itself: the same for it and the lines above it, which have no release yet."""
    rolling: bool
    """Whether trunk is named as a line: `3.6.x` now, `3.7.x` later."""
    toggles: tuple[str, ...]
    """The switches that the configuration names."""
    beside: tuple[str, ...]
    """Lines that made a release after the next newer line had its first one."""
    finished: tuple[str, ...]
    """Lines whose branch is still there and has nothing that trunk lacks."""
    outlived: tuple[str, ...]
    """Lines with several stable releases after they left trunk: they had a branch, whether it is still there or not."""
    down: tuple[str, ...]
    """Lines that trunk was merged into."""
    picked: tuple[int, int]
    """Of the work on the newest lines that were not merged back: how many commits trunk had before, and of how many."""
    switched: tuple[int, int]
    """Of the newest features on trunk: how many name a feature or switch, and of how many."""
    ahead: int
    """How many commits production has that are neither released nor on trunk, merges aside."""
    environments: tuple[Standing, ...]
    """The environment branches that are there, the one next to trunk first."""
    held: tuple[bool, ...]
    """Of each environment branch: whether the one before it, trunk at first, holds all its work, merges aside."""


def observe(
    graph: Graph,
    trunk: Standing,
    production: Standing | None,
    lines: Lines,
    end: Callable[[Line], Oid | None],
    paired: Sequence[str] = (),
    environments: Sequence[Standing] = (),
    toggles: Sequence[str] = (),
) -> Observed:
    """Looks at the newest releases and lines, with one or two branches that stay, and those of environments."""
    stem = Stem(graph, trunk.tip)
    main = Stem(graph, production.tip) if production else None
    releases = _newest(graph, lines)
    sampled = [line for line in lines.all if any(r in releases for r in line.releases)]
    ends = [(line, tip) for line in sampled[:_LINES] if (tip := end(line))]
    followed = tuple(
        course
        for course in courses(graph, stem, ends)
        if main is None or course.line.branch or not main.holds(course.tip)
    )
    numbers = line_numbers(trunk.name)
    above = [trunk, *environments]
    return Observed(
        trunk=trunk,
        production=production,
        paired=tuple(paired),
        placed=_placed(graph, stem, main, releases),
        courses=followed,
        upward=tuple(upward(graph, _with_trunk(followed, trunk, numbers))),
        onward=tuple(onward(graph, trunk, _above(lines, end, numbers))),
        rolling=numbers is not None,
        toggles=tuple(toggles),
        beside=tuple(_beside(graph, sampled[:_LINES])),
        finished=tuple(c.name for c in followed if c.line.branch and graph.is_ancestor(c.tip, trunk.tip)),
        outlived=tuple(c.name for c in followed if _outlived(c)),
        down=tuple(c.name for c in followed if _took_trunk(graph, stem, c)),
        picked=_picked(graph, trunk.tip, followed),
        switched=_switched(graph, trunk.tip),
        ahead=_ahead(graph, production, trunk, releases) if production else 0,
        environments=tuple(environments),
        held=tuple(
            all(len(graph.commit(oid).parents) > 1 for oid in graph.between([below.tip], [up.tip])[:_RECENT])
            for up, below in pairwise(above)
        ),
    )


def _ahead(graph: Graph, production: Standing, trunk: Standing, releases: Sequence[Release]) -> int:
    own = graph.between([production.tip], [trunk.tip, *(r.commit for r in releases)])
    return sum(len(graph.commit(oid).parents) < 2 for oid in own[:_RECENT])


def _newest(graph: Graph, lines: Lines) -> tuple[Release, ...]:
    stable = [r for line in lines.all for r in line.releases if r.version.stable and not r.withdrawn]
    one: Mapping[Oid, Release] = {r.commit: r for r in sorted(stable, key=lambda r: r.version)}
    return tuple(sorted(one.values(), key=lambda r: graph.when(r.commit), reverse=True)[:RELEASES])


def _placed(graph: Graph, stem: Stem, main: Stem | None, releases: Sequence[Release]) -> tuple[Placed, ...]:
    ahead = frozenset(graph.between([r.commit for r in releases], [stem.tip]))
    rows = []
    for release in releases:
        at = release.commit
        place: Place = "off"
        if main is not None and main.holds(at):
            place = "production"
        elif stem.holds(at):
            place = "trunk"
        elif at not in ahead and _numbers_only(graph, stem, at):
            place = "beside"
        rows.append(
            Placed(
                release=release,
                place=place,
                merged=_merged(graph, at),
                back=place != "trunk" and _is_back(graph, stem, at, ahead),
            )
        )
    return tuple(rows)


def _numbers_only(graph: Graph, stem: Stem, at: Oid) -> bool:
    commit = graph.commit(at)
    alone = len(commit.parents) == 1 and stem.holds(commit.parents[0])
    return alone and read_signs(commit).release


def _is_back(graph: Graph, stem: Stem, at: Oid, ahead: frozenset[Oid]) -> bool:
    """Whether trunk contains a release, or the line right below it: some teams tag a commit beside their branch."""
    if at not in ahead:
        return True
    below = graph.commit(at).parents[:1]
    return any(oid not in ahead and not stem.holds(oid) for oid in below)


def _merged(graph: Graph, oid: Oid) -> str:
    commit = graph.commit(oid)
    found = _MERGE.match(commit.subject) if len(commit.parents) > 1 else None
    return found["name"] if found else ""


def _with_trunk(
    followed: Sequence[Course], trunk: Standing, numbers: tuple[int, ...] | None
) -> tuple[Course, ...]:
    """The lines with trunk as the one that it is named as."""
    return tuple(
        c
        if c.line.numbers != numbers
        else Course(line=replace(c.line, branch=trunk.name), tip=trunk.tip, cut=trunk.tip, own=())
        for c in followed
    )


def _above(
    lines: Lines, end: Callable[[Line], Oid | None], numbers: tuple[int, ...] | None
) -> tuple[Standing, ...]:
    """The branches of lines above trunk's own, lowest first, where trunk is one."""
    if numbers is None:
        return ()
    higher = [line for line in reversed(lines.all) if line.numbers > numbers and line.stable is None]
    ends = [(line.branch, tip) for line in higher[:_ONWARD] if line.branch and (tip := end(line))]
    return tuple(Standing(name=name, tip=tip) for name, tip in ends)


def _beside(graph: Graph, sampled: Sequence[Line]) -> Iterable[str]:
    for newer, older in pairwise(sampled):
        first, last = stable(newer.releases)[:1], stable(older.releases)[-1:]
        if first and last and graph.when(last[0].commit) > graph.when(first[0].commit):
            yield older.branch or older.name


def _outlived(course: Course) -> bool:
    own = frozenset(course.own)
    return sum(r.commit in own for r in stable(course.line.releases)) > 1


def _took_trunk(graph: Graph, stem: Stem, course: Course) -> bool:
    merges = (graph.commit(oid).parents[1:] for oid in course.own[:_RECENT])
    return any(stem.holds(parent) for parents in merges for parent in parents)


def _picked(graph: Graph, trunk: Oid, followed: Sequence[Course]) -> tuple[int, int]:
    found = of = 0
    for course in followed[:_ASKED]:
        work = [oid for oid in course.own if _is_work(graph, oid)][:_RECENT]
        if not work or course.cut is None or graph.is_ancestor(course.own[0], trunk):
            continue
        landed = graph.between([trunk], [course.tip])[
            :_MOST
        ]  # what the line was merged into is no source of it
        changes = Changes(graph, landed, lambda _oid: None)
        found += sum(changes.like(oid) is not None for oid in work)
        of += len(work)
    return found, of


def _is_work(graph: Graph, oid: Oid) -> bool:
    commit = graph.commit(oid)
    return len(commit.parents) == 1 and not message.is_release_subject(commit.subject)


def _switched(graph: Graph, trunk: Oid) -> tuple[int, int]:
    features = [
        commit
        for oid in islice(graph.chain(trunk), _RECENT)
        if message.parse((commit := graph.commit(oid)).message).type == "feat"
    ]
    named = sum(any(values(c.message, token) for token in _SWITCHES) for c in features)
    return named, len(features)
