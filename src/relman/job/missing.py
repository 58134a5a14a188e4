"""Releases of a line that a new one would be above of and not contain (DESIGN 4.10)."""

from collections.abc import Collection, Sequence

from msgspec import Struct

from relman.job.facts import Facts
from relman.job.standing import changes_on
from relman.model import message
from relman.model.bump import Bump, bump_of
from relman.model.history import Commit
from relman.model.names import Oid, RefName, tag_ref
from relman.model.reverts import cancel
from relman.model.tags import Release
from relman.model.trailers import values
from relman.model.version import Version

RULE = "missing-releases"


class Absent(Struct, frozen=True, kw_only=True):
    """Releases that are not in a new one, highest first: without their fixes, with them, left out by consent.

    And those that were `withdrawn`, which it must not contain.
    """

    missing: tuple[Release, ...] = ()
    covered: tuple[Release, ...] = ()
    accepted: tuple[Release, ...] = ()
    withdrawn: tuple[Release, ...] = ()


def absent_releases(
    facts: Facts, version: Version, line: str, start: Oid, merged: Sequence[Release], picked: Collection[Oid]
) -> Absent:
    """Sorts the stable releases of a line below a version that `start` lacks.

    Left out is what is `merged` now; what was withdrawn is named for itself. A release is covered where each of
    its fixes is there, or `picked` now; accepted where the tag of a higher one that is there says `Anyway`.
    """
    own = facts.lines.named(line)
    lower = [r for r in (own.releases if own else ()) if r.version.stable and r.version < version]
    held = facts.graph.reachable_tags(start, {r.tag: r.commit for r in lower})
    absent = [r for r in lower if r.tag not in held and not r.withdrawn and r not in merged]
    covered = tuple(r for r in absent if _covered(facts, r, start, picked))
    rest = [r for r in absent if r not in covered]
    allowing = _allowing(facts, [r for r in lower if r.tag in held]) if rest else None
    accepted = tuple(r for r in rest if allowing and r.version < allowing)
    return Absent(
        missing=tuple(r for r in rest if r not in accepted),
        covered=covered,
        accepted=accepted,
        withdrawn=tuple(r for r in lower if r.withdrawn and r.tag not in held),
    )


def _allowing(facts: Facts, releases: Sequence[Release]) -> Version | None:
    """The highest of some releases that was made with the refusal overridden: its tag says so."""
    refs = {tag_ref(r.tag): r.version for r in releases}
    if not refs:
        return None
    said = facts.repo.looking.text("for-each-ref", "--format=%(refname)%00%(contents)%00", *refs)
    rows = said.split("\0")
    versions = [
        refs[RefName(ref.strip())]
        for ref, text in zip(rows[::2], rows[1::2], strict=False)
        if any(value.startswith(RULE) for value in values(text, "Anyway"))
    ]
    return max(versions, default=None)


def _covered(facts: Facts, release: Release, start: Oid, picked: Collection[Oid]) -> bool:
    graph = facts.graph
    beyond = graph.between([release.commit], [start])
    gone = cancel(graph, beyond).removed
    fixes = [c for oid in beyond if oid not in gone and _counts(facts, c := graph.commit(oid))]
    if not fixes:
        return True
    there = changes_on(facts, start, fixes)
    return all(there.like(fix.id) is not None or _comes(facts, fix, start, picked) for fix in fixes)


def _counts(facts: Facts, commit: Commit) -> bool:
    """Whether a commit is work: unclassified ones are, since nothing says that they are not."""
    read = message.parse(commit.message)
    if len(commit.parents) > 1 or message.is_release_subject(commit.subject):
        return False
    return read.type is None or bump_of(read, facts.policy.bumps) > Bump.NONE


def _comes(facts: Facts, fix: Commit, start: Oid, picked: Collection[Oid]) -> bool:
    """Whether what a port was picked from is there itself, or is picked now."""
    return any(
        any(oid.startswith(origin) for oid in picked)
        or (facts.graph.has(Oid(origin)) and facts.graph.is_ancestor(Oid(origin), start))
        for origin in message.picked_from(message.parse(fix.message))
    )
