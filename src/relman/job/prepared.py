"""Finds a release that was prepared (files and notes committed, no tag) however it was merged since.

The release commit carries a `Prepared-release:` trailer. A merge brings that commit in, a rebase copies it, a
squash folds it into a message that may have lost the trailer: then the files decide, which say the version
and hold its section while no tag has its name.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from relman.edit.changelog_file import section_text, sections, text_of
from relman.edit.version_file import read_version
from relman.errors import RelmanError
from relman.git.scratch import Scratch
from relman.job.facts import Facts
from relman.job.shipping import read_own
from relman.model.names import REMOTES, Oid
from relman.model.tags import Release
from relman.model.version import Version, parse

_TRAILER = re.compile(r"^Prepared-release: (\S+)$", re.MULTILINE)
_MOST = 500
"""How far down a line a prepared release is looked for."""


class Prepared(Struct, frozen=True, kw_only=True):
    """A prepared release on a line: the first commit of the line that holds it, and what differs since."""

    version: Version
    commit: Oid
    how: str
    differs: tuple[str, ...]
    """Paths in which the line differs from what was prepared."""
    section: str | None
    """The changelog's section of it there."""


def find_prepared(facts: Facts, scratch: Scratch, tip: Oid, base: Release | None) -> Prepared | None:
    """Looks from the tip down to the last release; the newest prepared version counts."""
    for commit in _chain(facts, tip):
        for source, version in _marks(facts, commit, base):
            merged = source != commit
            origin = source if merged else _candidate(facts, version) or source
            return Prepared(
                version=version,
                commit=commit,
                how=f"and merged at {commit[:10]}" if merged else f"at {commit[:10]}",
                differs=scratch.changed(origin, commit),
                section=_section(facts, scratch, commit, version),
            )
    return _by_files(facts, scratch, tip, base)


def _chain(facts: Facts, tip: Oid) -> Iterator[Oid]:
    released = {r.commit for r in facts.releases}
    for count, oid in enumerate(facts.graph.chain(tip)):
        if oid in released or count == _MOST:
            return
        yield oid


def _marks(facts: Facts, oid: Oid, base: Release | None) -> Iterator[tuple[Oid, Version]]:
    """The trailers of a commit and of what it brought, for versions that have no tag yet."""
    commit = facts.graph.commit(oid)
    brought = facts.graph.between(commit.parents[1:], commit.parents[:1]) if len(commit.parents) > 1 else ()
    for each in (oid, *brought[:_MOST]):
        for name in _TRAILER.findall(facts.graph.commit(each).message):
            version = next((v for fmt in facts.formats.accept if (v := fmt.read(name))), None) or parse(name)
            if version and facts.release(str(version)) is None and (base is None or version > base.version):
                yield each, version


def _candidate(facts: Facts, version: Version) -> Oid | None:
    """The branch that the prepared release was proposed on, where this clone still has it."""
    for branch in facts.refs.branches:
        name = branch.ref.removeprefix(REMOTES)
        if "relman/" in name or f"hotfix/{version}" in name:
            marks = _TRAILER.findall(facts.graph.commit(branch.commit).message)
            if any(parse(m.removeprefix(facts.formats.write.prefix)) == version for m in marks):
                return branch.commit
    return None


def _by_files(facts: Facts, scratch: Scratch, tip: Oid, base: Release | None) -> Prepared | None:
    said = _said_at(facts, scratch, tip)
    if said is None or base is None or said[0] <= base.version or facts.release(str(said[0])) is not None:
        return None
    landed = tip
    for oid in _chain(facts, tip):
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
