"""What a release writes into its tree: version files, their lock files, and the changelog.

Edits are made to trees, never to a checkout: bytes of the target's tree come in, edits go out.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from relman.edit.changelog_file import bytes_of, insert, mark_withdrawn, merge_sections, text_of
from relman.edit.lock_file import lock_paths, lock_spelling, project_name, write_lock
from relman.edit.version_file import Spelling, VersionFile, read_version, write_version
from relman.model.version import Version, parse, spell
from relman.plan.steps import PathEdit

_DEVELOPMENT = ("dev", "SNAPSHOT")
_TWO_NUMBERS = re.compile(r"\A([0-9]+\.[0-9]+)\Z")


class Changelog(Struct, frozen=True, kw_only=True):
    """The changelog's part of a release. `earlier` holds sections of older releases, version and text."""

    path: str
    section: str
    earlier: tuple[tuple[str, str], ...] = ()
    replaces: tuple[str, ...] = ()
    """Versions whose sections this one takes the place of: a final's candidates."""
    withdrawn: tuple[tuple[str, str], ...] = ()
    """Versions whose sections say that nobody should use them, with the reason as Markdown."""


class OutOfStep(Struct, frozen=True, kw_only=True):
    """A version file that does not say what it should."""

    path: str
    found: str
    wanted: str


def write_versions(
    files: Mapping[str, bytes], places: Sequence[VersionFile], version: Version, tag: str
) -> tuple[PathEdit, ...]:
    """Gives the edits that make every place, and the lock files beside it, say the version."""
    now = dict(files)
    for place in places:
        data = now.get(place.path)
        if data is None:
            continue
        old = read_version(data, place)
        now[place.path] = write_version(data, place, _spelled(version, tag, place.spelling))
        name = project_name(data, place)
        for path in lock_paths(place):
            if path in now:
                new = _spelled(version, tag, lock_spelling(path))
                now[path] = write_lock(path, now[path], name, old, new)
    return tuple(PathEdit(path=path, content=data) for path, data in now.items() if data != files.get(path))


def _spelled(version: Version, tag: str, spelling: Spelling) -> str:
    match spelling:
        case "tag":
            return tag
        case "pep440":
            return spell(version, "pep440")
        case "npm":
            return spell(version, "npm")
        case "semver":
            # A tag's own spelling stays wherever it is SemVer too, so that `rc1` is not `rc.1` in the file.
            return str(version) if version.join == "-" else spell(version, "semver")


def out_of_step(
    files: Mapping[str, bytes],
    places: Sequence[VersionFile],
    allowed: Sequence[Version],
    tag_of: Callable[[Version], str],
) -> tuple[OutOfStep, ...]:
    """Names the version files that say none of the allowed versions, the first of which is what they should say.

    A development suffix does not count.
    """
    wrong = []
    for place in places:
        data = files.get(place.path)
        if data is None:
            continue
        found = read_version(data, place)
        core = parse(_TWO_NUMBERS.sub(r"\1.0", found.removeprefix("v")))
        if not allowed:
            continue
        wanted = _spelled(allowed[0], tag_of(allowed[0]), place.spelling)
        fitting = {v.precedence for v in allowed}
        if core is None or not (core.precedence in fitting or core.pre.startswith(_DEVELOPMENT)):
            wrong.append(OutOfStep(path=place.path, found=found, wanted=wanted))
    return tuple(wrong)


def order(text: str) -> tuple[object, ...]:
    """The rank of a changelog's heading: by version; what is none comes last."""
    version = parse(text.removeprefix("v"))
    return version.precedence if version else (-1,)


def write_changelog(
    files: Mapping[str, bytes], changelog: Changelog, version: Version
) -> tuple[PathEdit, ...]:
    """Gives the edit that puts the section, and missing earlier ones, into the changelog in version order."""
    before = files.get(changelog.path)
    text = text_of(before)
    text = merge_sections(text, changelog.earlier, order=order)
    text = insert(text, str(version), changelog.section, order=order, replaces=changelog.replaces)
    for bad, reason in changelog.withdrawn:
        text = mark_withdrawn(text, bad, reason)
    after = bytes_of(text)
    return () if after == before else (PathEdit(path=changelog.path, content=after),)
