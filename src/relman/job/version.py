"""The version of any commit: the release it carries, or a development version of what comes next."""

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from relman.git.revision import resolve
from relman.git.worktree import is_dirty
from relman.job.facts import Facts
from relman.job.next import line_name
from relman.job.strategy import on_production
from relman.model.bump import Bump
from relman.model.cut import head_line
from relman.model.floor import above_lines
from relman.model.history import Head, Refs
from relman.model.lines import TRUNK, Line, Lines
from relman.model.merged_name import merged_versions
from relman.model.names import Oid
from relman.model.next import next_on_line, next_on_trunk, raised
from relman.model.ports import newest_cut_lines, shipped
from relman.model.strategy import least_step
from relman.model.tags import Release
from relman.model.version import Version

_SKEW = 24 * 3600
_HERE = ("HEAD", "@")


class CommitVersion(Struct, frozen=True, kw_only=True):
    """The version of one commit. `distance` counts the commits since the release that it builds on."""

    version: Version
    line: str
    distance: int
    commit: Oid
    release: Release | None
    dirty: bool = False
    """The work tree holds changes of tracked files; only ever so for HEAD."""


def read_version(facts: Facts, rev: str | None = None, line: str | None = None) -> CommitVersion:
    """Gives the version of a revision, HEAD where none is named; `line` by name, branch or version."""
    here = rev is None or rev in _HERE
    # An unborn trunk is said before git says that it does not know HEAD.
    commit = (facts.refs.head.commit or facts.trunk.commit) if here else resolve(facts.repo, rev or "")
    answer = version_of(facts, commit, line_name(facts, line) if line else None)
    return replace(answer, dirty=here and is_dirty(facts.repo))


def version_of(facts: Facts, commit: Oid, line: str | None = None) -> CommitVersion:
    """Gives a commit's version. It depends on the commit and its line, never on what is checked out.

    Releases that were made from the commit later do not count for it.
    """
    facts.check_complete()
    here = [r for r in facts.releases if r.commit == commit]
    if here:
        best = next((r for r in here if r.version.stable), here[0])
        name = line or _line_of(facts, commit)
        return CommitVersion(version=best.version, line=name, distance=0, commit=commit, release=best)
    known = before(facts, commit)
    if line is None and on_production(facts, commit):
        return _on_production(facts, known, commit)
    name = line or _line_of(facts, commit)
    if name == TRUNK:
        coming = next_on_trunk(
            facts.graph,
            known.lines,
            known.tip,
            commit,
            known.releases,
            facts.policy,
            known.shipped,
            least=least_step(facts.trunk_role),
            beside=facts.trunk.commit,
        )
    else:
        found = known.lines.named(name) or facts.line(name)
        coming = next_on_line(facts.graph, found, commit, known.releases, facts.policy)
    core = coming.version or _least(facts, known, commit, name, coming.base)
    return _development(core, name, len(coming.unreleased), commit)


def _development(core: Version, line: str, distance: int, commit: Oid) -> CommitVersion:
    version = Version(
        major=core.major, minor=core.minor, patch=core.patch, pre=f"dev.{distance}", build=f"g{commit[:7]}"
    )
    return CommitVersion(version=version, line=line, distance=distance, commit=commit, release=None)


def _on_production(facts: Facts, known: "Before", commit: Oid) -> CommitVersion:
    """On the production branch: what was merged last and has no tag yet, else the next patch of what is there."""
    live = [r for r in known.releases if not r.withdrawn]
    tags = facts.graph.reachable_tags(commit, {r.tag: r.commit for r in live})
    held = [r for r in live if r.tag in tags]
    base = next((r for r in held if r.version.stable), None)
    beyond = facts.graph.between([commit], [r.commit for r in held if r.version.stable])
    named = merged_versions(facts.strategy, map(facts.graph.commit, beyond))
    opened = (r.version.final() for r in held[:1])
    coming = [v for v in (*named, *opened) if base is None or v > base.version]
    core = max(coming, default=base.version.step(Bump.PATCH) if base else facts.policy.first)
    line = known.lines.of(core)
    return _development(core, line.name if line else TRUNK, len(beyond), commit)


def _least(facts: Facts, known: "Before", commit: Oid, line: str, base: Release | None) -> Version:
    """What a commit leads to where nothing counts yet: a patch, on trunk above what the cut lines may produce."""
    if base is None:
        return raised(facts.policy.first, least_step(facts.trunk_role))
    patch = base.version.step(Bump.PATCH)
    if line != TRUNK:
        return patch
    return above_lines(facts.graph, known.lines, known.tip, commit, base, patch, beside=facts.trunk.commit)[0]


class Before(Struct, frozen=True, kw_only=True):
    """Releases, lines and tips without what was made from a commit later, and what lines shipped of it."""

    releases: tuple[Release, ...]
    lines: Lines
    tip: Callable[[Line], Oid | None]
    shipped: Callable[[Sequence[Oid]], Mapping[Oid, str]]


def before(facts: Facts, commit: Oid) -> Before:
    """Leaves out what descends from the commit, whichever way. Only newer commits are asked."""
    born = facts.graph.when(commit) - _SKEW
    ends = {r.commit for r in facts.releases}
    ends |= {end for line in facts.lines.all if (end := facts.line_end(line))}
    newer = [end for end in ends if facts.graph.when(end) >= born]
    later = facts.graph.descendants(commit, newer)
    releases = tuple(r for r in facts.releases if r.commit not in later)
    lines = Lines(
        trunk=facts.lines.trunk,
        parts=facts.lines.parts,
        all=tuple(
            replace(line, releases=tuple(r for r in line.releases if r.commit not in later))
            for line in facts.lines.all
        ),
    )

    def tip(line: Line) -> Oid | None:
        found = facts.line_end(line)
        return None if found in later else found

    def ports(commits: Sequence[Oid]) -> Mapping[Oid, str]:
        rows = newest_cut_lines(facts.graph, lines.all, commit)
        return shipped(facts.graph, commits, rows, commit, facts.patch_id)

    return Before(releases=releases, lines=lines, tip=tip, shipped=ports)


def _line_of(facts: Facts, commit: Oid) -> str:
    """The commit's line, as if HEAD were detached there."""
    refs = Refs(head=Head(ref=None, commit=commit), branches=facts.refs.branches, tags=facts.refs.tags)
    ends = ((line, end) for line in facts.lines.all if (end := _end(facts, line)))
    return head_line(refs, facts.graph, facts.lines, ends, facts.trunk.commit)


def _end(facts: Facts, line: Line) -> Oid | None:
    return facts.line_end(line) or (line.newest.commit if line.newest else None)
