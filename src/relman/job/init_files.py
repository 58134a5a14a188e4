"""What the files of a tree propose for a configuration: version files and the changelog."""

from collections.abc import Callable, Iterator, Sequence

import msgspec

from relman.config.record import Changelog
from relman.edit.changelog_file import sections, text_of
from relman.edit.detect import detect
from relman.edit.heading import headings
from relman.edit.version_file import VersionFile, read_version
from relman.job.setting import Setting
from relman.model.version import Version

Read = Callable[[str], bytes | None]

_STEMS = ("changelog", "changes", "history", "news", "release_notes", "release-notes", "releases")
"""What a changelog is called, the usual name first."""
_FOLDERS = ("", "docs/", "doc/")
_MARKDOWN = (".md", ".markdown")
_OTHER = ("", ".rst", ".txt", ".adoc")
_MOST = 8
"""How many files that disagree are named."""


def version_files(paths: Sequence[str], read: Read, *, at: str) -> Iterator[Setting]:
    """The files in which the version stands, where there are any; `at` names the tree for people."""
    files = detect(paths, read)
    if not files:
        return
    agree = "it says" if len(files) == 1 else "all say"
    evidence = [f"on {at} {agree} {_version(files[0], read)}"]
    rest = set(paths) - {each.path for each in files}
    # Each round names files that agree with each other, so there are as many rounds as opinions.
    while len(evidence) <= _MOST and (others := detect(rest, read)):
        evidence += [f"left out: {each.path} says {_version(each, read)}" for each in others]
        rest -= {each.path for each in others}
    rows = tuple(_row(each) for each in files)
    yield Setting(key="versions.files", value=rows, evidence="\n".join(evidence[: _MOST + 1]))


def changelog(paths: Sequence[str], read: Read, *, newest: Version | None) -> Setting:
    """The changelog that relman can go on with; it writes Markdown, under headings that name versions.

    `newest` is the newest stable release: a file that has nothing of its line was given up by somebody.
    """
    path, evidence = _changelog(paths, read, newest)
    return Setting(key="changelog.path", value=path, evidence=evidence)


def _changelog(paths: Sequence[str], read: Read, newest: Version | None) -> tuple[str, str]:
    for path in _named(paths, _MARKDOWN):
        text = text_of(read(path))
        versions = [each.version for each in sections(text) if each.version]
        if versions:
            more = f" and {len(versions) - 1} more" if len(versions) > 1 else ""
            line = f"{newest.major}.{newest.minor}" if newest else ""
            given_up = line and not any(f"{each}.".startswith(f"{line}.") for each in versions)
            gap = f"\nit has none of {line}, so it may have been given up" if given_up else ""
            return path, f"it has a section for {versions[0]}{more}{gap}"
        if len(list(headings(text))) < 2:  # a title at most: a place to begin
            return path, "it has no section yet"
        return "", f"no heading of {path} names a version, so none is written; name another file to begin one"
    for path in _named(paths, _OTHER):
        return "", f"{path} is no Markdown, so none is written; name a Markdown file to begin one"
    return Changelog().path, "none yet; the first release begins it"


def _named(paths: Sequence[str], suffixes: Sequence[str]) -> Iterator[str]:
    known = {path.lower(): path for path in paths}
    for folder in _FOLDERS:
        for stem in _STEMS:
            for suffix in suffixes:
                if (name := f"{folder}{stem}{suffix}") in known:
                    yield known[name]


def _version(where: VersionFile, read: Read) -> str:
    return read_version(read(where.path) or b"", where)


def _row(where: VersionFile) -> dict[str, str]:
    """The fields that say more than the defaults do."""
    given = msgspec.structs.asdict(where)
    usual = msgspec.structs.asdict(VersionFile(path=""))
    return {key: value for key, value in given.items() if value != usual[key]}
