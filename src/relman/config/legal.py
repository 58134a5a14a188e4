"""What a value must be besides its type: patterns, ref names, paths inside the repository."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from relman.config import words
from relman.edit.safe_path import safe_path
from relman.errors import RelmanError
from relman.model.names import is_branch_name
from relman.model.placeholder import fill, places
from relman.model.push_levels import LEVELS

Check = Callable[[str], str | None]
"""Gives what a text is not, in words that follow `is not`; None where it is in order."""

_SAMPLES = {"version": "1.5.0-rc.1", "line": "1.4", "tag": "v1.5.0"}
_TYPE = re.compile(r"[a-z][a-z0-9_-]*\Z")
_LINE = re.compile(r"(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*))?\Z", re.ASCII)
_LABEL = re.compile(r"(?=.*[A-Za-z-])[0-9A-Za-z-]+\Z")
_ID = re.compile(r"[0-9a-f]{40}\Z")
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*\Z")
_TRAILER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*: \S[^\n]*\Z")


def _matches(pattern: re.Pattern[str], meant: str) -> Check:
    return lambda text: None if pattern.match(text) else meant


def _holds(place: str, noun: str) -> Check:
    meant = f"{noun} with {{{place}}} exactly once"

    def check(text: str) -> str | None:
        legal = places(text) == (place,) and is_branch_name(fill(text, _SAMPLES))
        return None if legal else meant

    return check


def _knows(*names: str) -> Check:
    said = ", ".join(f"{{{name}}}" for name in names)

    def check(text: str) -> str | None:
        found = places(text)
        if found is not None and set(found) <= set(names) and text.strip() and "\0" not in text:
            return None
        return f"a text whose braces are only {said}"

    return check


def _branch(text: str) -> str | None:
    return None if is_branch_name(text) else "a name that git takes"


def _remote(text: str) -> str | None:
    return None if is_branch_name(text) else "a remote's name (a URL belongs into git's own configuration)"


def _environment(text: str) -> str | None:
    from relman.model.shared import is_environment  # as for versions

    return None if is_environment(text) else "an environment's name, as in staging"


def _glob(text: str) -> str | None:
    plain = re.sub(r"[*?\[\]!]", "x", text)
    legal = is_branch_name(plain) and not text.startswith("refs/")
    return None if legal else "a branch name or pattern, as in release/*"


def _path(text: str) -> str | None:
    try:
        safe_path(text)
    except RelmanError:
        return "a path inside the repository"
    return None


def _path_or_nothing(text: str) -> str | None:
    return _path(text) if text else None


def _one_line(text: str) -> str | None:
    return None if text.isprintable() and text.strip() else "one line of text"


def _line_or_nothing(text: str) -> str | None:
    return _one_line(text) if text else None


def _moment(text: str) -> str | None:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return "a day or a time, as in 2026-12-24 or 2026-12-24T18:00:00+01:00"
    return None


def _rule(text: str) -> str | None:
    return None if text in LEVELS else f"a rule of a push: {', '.join(LEVELS)}"


def _first_version(text: str) -> str | None:
    from relman.model.version import parse  # brings a library that checking a message does not need

    version = parse(text)
    return None if version is not None and version.stable else "a version, as in 0.1.0"


CHECKS: Mapping[str, Check] = {
    "trunk": _branch,
    "remote": _remote,
    "features[].name": _one_line,
    "features[].scopes[]": _one_line,
    "features[].trailers[]": _matches(_TRAILER, "a trailer, as in Epic: checkout"),
    "features[].issues[]": _one_line,
    "features[].branches[]": _branch,
    "features[].commits[]": _one_line,
    "toggles[].name": _one_line,
    "toggles[].path": _path,
    "tags.format": _holds("version", "a tag's name"),
    "tags.accept[]": _holds("version", "a tag's name"),
    "lines.branch": _holds("line", "a branch's name"),
    "lines.patterns[]": _holds("line", "a branch's name"),
    "lines.live[]": _matches(_LINE, "a line, as in 1.4"),
    "versions.prerelease": _matches(_LABEL, "a word, as in rc"),
    "versions.first": _first_version,
    "versions.files[].path": _path,
    "release.message": _knows("version", "tag", "line"),
    "release.tag_message": _knows("title", "notes", "version", "tag", "line"),
    "changelog.path": _path_or_nothing,
    "changelog.template": _path,
    "changelog.sections[].title": _one_line,
    "changelog.sections[].types[]": _matches(_TYPE, "a type in lower case, as in feat"),
    "changelog.hidden[]": _matches(_TYPE, "a type in lower case, as in feat"),
    "changelog.breaking": _one_line,
    "changelog.unclassified": _one_line,
    "branches.protected[]": _glob,
    "branches.names[]": _glob,
    "picks.bookkeeping[]": _path,
    "picks.trailers[]": _matches(_TRAILER, "a trailer, as in Team: payments"),
    "hooks.anyway[]": _rule,
    "freeze[].from": _moment,
    "freeze[].to": _moment,
    "freeze[].branches[]": _glob,
    "freeze[].tags[]": _glob,
    "freeze[].reason": _line_or_nothing,
    "production.branch": _branch,
    "production.environment": _environment,
    "production.tags": _holds("version", "a tag's name"),
    "environments[].name": _environment,
    "environments[].branch": _branch,
    "environments[].tags": _holds("version", "a tag's name"),
    "messages.types[]": _matches(_TYPE, "a type in lower case, as in feat"),
    "messages.scopes[]": _one_line,
    "messages.full_stop": _line_or_nothing,
    "messages.issue_prefixes[]": _one_line,
    "messages.since": _matches(_ID, "a commit's full id"),
    "messages.trailers[]": _matches(_TOKEN, "a trailer's name, as in Ticket"),
}
"""By the key, with `[]` for any place in a list."""

MAP_KEYS: Mapping[str, Check] = {
    "lines.states": _matches(_LINE, "a line, as in 1.4"),
    "versions.bumps": _matches(_TYPE, "a type in lower case, as in feat"),
}
"""What the names in a free table must be."""


def checked_as(path: tuple[str | int, ...]) -> str:
    """The key under which a path's check stands."""
    return words.dotted(path) if not any(isinstance(part, int) for part in path) else _general(path)


def _general(path: tuple[str | int, ...]) -> str:
    return "".join("[]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")
