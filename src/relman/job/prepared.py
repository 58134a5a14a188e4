"""Finds a release that was prepared (files and notes committed, no tag) however it was merged since.

The release commit carries a `Prepared-release:` trailer. A merge brings that commit in, a rebase copies it, a
squash folds it into a message that may have lost the trailer: then the files decide, which say the version
and hold its section while no tag has its name.
"""

from collections.abc import Iterator

from msgspec import Struct

from relman.edit.changelog_file import section_text, sections, text_of
from relman.edit.version_file import read_version
from relman.errors import RelmanError
from relman.git.scratch import Scratch
from relman.job.facts import Facts
from relman.job.proposed import prepared_versions, unreleased_chain
from relman.job.shipping import read_own
from relman.model.names import HEADS, REMOTES, Oid
from relman.model.reverts import cancel
from relman.model.strategy import hotfix_numbers
from relman.model.tags import Release
from relman.model.version import Version, parse, under

_MOST = 500
"""How many commits of a merge are looked at."""


class Prepared(Struct, frozen=True, kw_only=True):
    """A prepared release on a line: the first commit of the line that holds it, and what differs since."""

    version: Version
    commit: Oid
    how: str
    differs: tuple[str, ...]
    """Paths in which the line differs from what was prepared."""
    section: str | None
    """The changelog's section of it there."""


def find_prepared(
    facts: Facts, scratch: Scratch, tip: Oid, base: Release | None, numbers: tuple[int, ...] = ()
) -> Prepared | None:
    """Looks from the tip down to the last release; the newest prepared version counts.

    Only versions above `base` that start with the line's `numbers`; what was reverted since is not prepared.
    """
    for commit in unreleased_chain(facts, tip):
        for source, version in _marks(facts, commit, base, numbers):
            if not _gone(facts, tip).isdisjoint((source, commit)):
                continue
            merged = source != commit
            origin = source if merged else _candidate(facts, version) or source
            return Prepared(
                version=version,
                commit=commit,
                how=f"and merged at {commit[:10]}" if merged else f"at {commit[:10]}",
                differs=scratch.changed(origin, commit),
                section=_section(facts, scratch, commit, version),
            )
    return _by_files(facts, scratch, tip, base, numbers)


def find_brought(facts: Facts, scratch: Scratch, tip: Oid) -> Iterator[Prepared]:
    """Every prepared release that a branch holds, by a merge or as a copy, at the commit that says so."""
    unreleased = facts.graph.between([tip], [r.commit for r in facts.releases])
    for oid in unreleased[:_MOST]:
        for version in prepared_versions(facts, facts.graph.commit(oid)):
            if oid not in _gone(facts, tip):
                yield Prepared(
                    version=version,
                    commit=oid,
                    how=f"at {oid[:10]}, which was merged before it was tagged",
                    differs=(),
                    section=_section(facts, scratch, oid, version),
                )


def _gone(facts: Facts, tip: Oid) -> frozenset[Oid]:
    unreleased = facts.graph.between([tip], [r.commit for r in facts.releases])
    return cancel(facts.graph, unreleased).removed


def _marks(
    facts: Facts, oid: Oid, base: Release | None, numbers: tuple[int, ...]
) -> Iterator[tuple[Oid, Version]]:
    """The trailers of a commit and of what it brought, for versions that have no tag yet."""
    commit = facts.graph.commit(oid)
    brought = facts.graph.between(commit.parents[1:], commit.parents[:1]) if len(commit.parents) > 1 else ()
    for each in (oid, *brought[:_MOST]):
        for version in prepared_versions(facts, facts.graph.commit(each)):
            if _fits(version, base, numbers):
                yield each, version


def _fits(version: Version, base: Release | None, numbers: tuple[int, ...]) -> bool:
    return under(version, numbers) and (base is None or version > base.version)


def _candidate(facts: Facts, version: Version) -> Oid | None:
    """The branch that the prepared release was proposed on, where this clone still has it."""
    for branch in facts.refs.branches:
        name = branch.ref.removeprefix(HEADS).removeprefix(f"{REMOTES}{facts.remote}/")
        made = "relman/" in name or hotfix_numbers(facts.strategy, name) == version.numbers
        if made and version in prepared_versions(facts, facts.graph.commit(branch.commit)):
            return branch.commit
    return None


def _by_files(
    facts: Facts, scratch: Scratch, tip: Oid, base: Release | None, numbers: tuple[int, ...]
) -> Prepared | None:
    said = _said_at(facts, scratch, tip)
    if said is None or base is None or not _fits(said[0], base, numbers) or facts.release(str(said[0])):
        return None
    landed = tip
    for oid in unreleased_chain(facts, tip):
        if _said_at(facts, scratch, oid) != said:
            break
        landed = oid
    version, section = said
    origin = _candidate(facts, version)
    return Prepared(
        version=version,
        commit=landed,
        how=f"and squashed at {landed[:10]}, as the files say",
        differs=scratch.changed(origin, landed) if origin else (),
        section=section or None,
    )


def _said_at(facts: Facts, scratch: Scratch, commit: Oid) -> tuple[Version, str] | None:
    """The version that files and changelog agree on, and its section (empty where none is kept), if both speak."""
    own = read_own(facts, scratch, commit, scratch.tree_of(commit))
    texts = set()
    for place in own.places:
        if place.path in own.files:
            try:
                texts.add(read_version(own.files[place.path], place))
            except RelmanError:
                return None
    # Spellings differ between files: 1.5.0rc1 beside 1.5.0-rc.1.
    versions = {v.precedence: v for text in texts if (v := parse(text.removeprefix("v")))}
    if len(versions) != 1:
        return None
    version = next(iter(versions.values()))
    if own.changelog is None:
        # Without notes a version that somebody wrote ahead looks the same: only the proposal tells them apart.
        return (version, "") if _candidate(facts, version) else None
    section = _section(facts, scratch, commit, version)
    return (version, section) if section else None


def _section(facts: Facts, scratch: Scratch, commit: Oid, version: Version) -> str | None:
    own = read_own(facts, scratch, commit, scratch.tree_of(commit))
    data = own.files.get(own.changelog) if own.changelog else None
    if data is None:
        return None
    text = text_of(data)
    named = (s.version for s in sections(text) if s.version)
    same = next((n for n in named if (v := parse(n)) and v.precedence == version.precedence), None)
    return section_text(text, same) if same else None
