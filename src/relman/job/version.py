"""The version of any commit: the release it carries, or a development version of what comes next."""

from collections.abc import Callable

from msgspec import Struct

from relman.job.facts import Facts
from relman.model.bump import Bump
from relman.model.cut import head_line, meet
from relman.model.history import Head, Refs
from relman.model.lines import TRUNK, Line, Lines
from relman.model.names import Oid
from relman.model.next import next_on_line, next_on_trunk
from relman.model.tags import Release
from relman.model.version import Version

_SKEW = 24 * 3600


class CommitVersion(Struct, frozen=True, kw_only=True):
    """The version of one commit. `distance` counts the commits since the release that it builds on."""

    version: Version
    line: str
    distance: int
    commit: Oid
    release: Release | None


def version_of(facts: Facts, commit: Oid, line: str | None = None) -> CommitVersion:
    """Gives a commit's version. It depends on the commit and its line, never on what is checked out.

    Releases that were made from the commit later do not count for it.
    """
    facts.check_complete()
    known = before(facts, commit)
    name = line or _line_of(facts, commit)
    here = [r for r in facts.releases if r.commit == commit]
    if here:
        best = next((r for r in here if r.version.stable), here[0])
        return CommitVersion(version=best.version, line=name, distance=0, commit=commit, release=best)
    if name == TRUNK:
        coming = next_on_trunk(
            facts.graph, known.lines, known.tip, commit, known.releases, facts.policy, facts.shipped_on_lines
        )
    else:
        found = known.lines.named(name) or facts.line(name)
        coming = next_on_line(facts.graph, found, commit, known.releases, facts.policy)
    core = coming.version or (coming.base.version.step(Bump.PATCH) if coming.base else facts.policy.first)
    distance = len(coming.unreleased)
    version = Version(
        major=core.major, minor=core.minor, patch=core.patch, pre=f"dev.{distance}", build=f"g{commit[:7]}"
    )
    return CommitVersion(version=version, line=name, distance=distance, commit=commit, release=None)


class Before(Struct, frozen=True, kw_only=True):
    """Releases, lines and tips without what was made from a commit later."""

    releases: tuple[Release, ...]
    lines: Lines
    tip: Callable[[Line], Oid | None]


def before(facts: Facts, commit: Oid) -> Before:
    """Leaves out what descends from the commit. Only newer commits are asked, so this stays bounded."""
    born = facts.graph.when(commit) - _SKEW

    def later(oid: Oid) -> bool:
        return oid != commit and facts.graph.when(oid) >= born and meet(facts.graph, oid, commit) == commit

    releases = tuple(r for r in facts.releases if not later(r.commit))
    kept = {r.tag for r in releases}
    lines = Lines(
        trunk=facts.lines.trunk,
        parts=facts.lines.parts,
        all=tuple(
            Line(
                name=line.name,
                numbers=line.numbers,
                branch=line.branch,
                releases=tuple(r for r in line.releases if r.tag in kept),
            )
            for line in facts.lines.all
        ),
    )

    def tip(line: Line) -> Oid | None:
        found = facts.line_tip(line)
        return None if found is None or later(found) else found

    return Before(releases=releases, lines=lines, tip=tip)


def _line_of(facts: Facts, commit: Oid) -> str:
    """The commit's line, as if HEAD were detached there."""
    refs = Refs(head=Head(ref=None, commit=commit), branches=facts.refs.branches, tags=facts.refs.tags)
    ends = ((line, end) for line in facts.lines.all if (end := facts.end(line)))
    return head_line(refs, facts.graph, facts.lines, ends, facts.trunk.commit)
