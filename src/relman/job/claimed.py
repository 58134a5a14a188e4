"""What a hotfix must not do twice: give a version that is taken, or release a fix that waits on a branch already."""

from collections.abc import Iterator, Sequence

from relman.errors import Kind, RelmanError
from relman.git.scratch import Scratch
from relman.job.facts import Facts
from relman.job.prepared import find_prepared
from relman.job.proposed import hotfix_branches, prepared_elsewhere, proposals, whose
from relman.job.standing import changes_on
from relman.job.target import Spot
from relman.model.bump import Bump
from relman.model.history import Commit
from relman.model.names import Oid
from relman.model.version import Version, under
from relman.plan.plan import Warn


def free_version(facts: Facts, scratch: Scratch, spot: Spot) -> tuple[Version, list[Warn]]:
    """The next free patch above the release (V2 of research/branching-strategies.md).

    A number that has a candidate is not free: its final would be expected to hold what the candidate held. Nor
    is one that is prepared where this hotfix does not start from.
    """
    if spot.release is None:
        raise RelmanError(Kind.INTERNAL, f"a hotfix of line {spot.line} has no release to build on")
    taken = {
        r.version.numbers: f"{r.version.final()} {'was withdrawn' if r.withdrawn else 'is taken'}"
        for r in facts.releases
    }
    for version, where in _prepared(facts, scratch, spot):
        taken.setdefault(version.numbers, f"{version} is prepared on {where}")
    first = version = spot.release.version.step(Bump.PATCH)
    while version.numbers in taken:
        version = version.step(Bump.PATCH)
    if version == first:
        return version, []
    return version, [Warn(message=f"{taken[first.numbers]}, so the next free patch is used: {version}")]


def _prepared(facts: Facts, scratch: Scratch, spot: Spot) -> Iterator[tuple[Version, str]]:
    """The versions that are prepared elsewhere, and where."""
    for other in prepared_elsewhere(facts, spot.start):
        yield other.version, f"{other.name} ({whose(facts, other.commit)}, not tagged)"
    if spot.tip is not None and spot.isolated:
        numbers = facts.line(spot.line).numbers
        on_line = find_prepared(facts, scratch, spot.tip.commit, spot.release, numbers)
        if on_line and not facts.graph.is_ancestor(on_line.commit, spot.start):
            yield on_line.version, f"{spot.branch} ({whose(facts, on_line.commit)}, not tagged)"


def held_already(facts: Facts, spot: Spot, fixes: Sequence[Commit]) -> Iterator[Warn]:
    """Names the hotfix branches of the line that hold one of the fixes; a prepared one refuses, the rest is said."""
    numbers = facts.line(spot.line).numbers
    waiting = {p.tip: p for p in proposals(facts)}
    for name, version, tip in hotfix_branches(facts):
        if (
            not under(version, numbers)
            or facts.release(str(version))
            or facts.graph.is_ancestor(tip, spot.start)
        ):
            continue
        prepared = waiting.get(tip)
        for fix in fixes:
            if _holds(facts, tip, fix, ported=prepared is None):
                yield Warn(
                    message=f"{name} holds {fix.id[:10]} {fix.subject} already ({whose(facts, tip)}, not tagged)",
                    rule="duplicate" if prepared else None,
                    hint=f"relman release {version}" if prepared else f"git log --oneline {tip[:10]}",
                )


def _holds(facts: Facts, tip: Oid, fix: Commit, *, ported: bool) -> bool:
    """Whether a branch holds a fix; with `ported`, not where the fix itself was made on that branch."""
    if facts.graph.is_ancestor(fix.id, tip):
        return not ported
    return changes_on(facts, tip, (fix,)).like(fix.id) is not None
