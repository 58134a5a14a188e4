"""commitizen's settings as relman's. Source: its documentation of configuration."""

import re
from collections.abc import Callable

from relman.config.neighbour import Carry, Table, texts
from relman.edit.line_text import SLOT

Read = Callable[[str], bytes | None]

_PROVIDERS: dict[str, tuple[str, str]] = {
    "pep621": ("pyproject.toml", "project.version"),
    "uv": ("pyproject.toml", "project.version"),
    "poetry": ("pyproject.toml", "tool.poetry.version"),
    "npm": ("package.json", "version"),
    "cargo": ("Cargo.toml", "package.version"),
    "composer": ("composer.json", "version"),
}
_REASONS = {
    "name": "",
    "version": "",
    "version_provider": "",
    "version_files": "",
    "version_scheme": "",
    "tag_format": "",
    "legacy_tag_formats": "",
    "changelog_file": "",
    "bump_message": "",
    "major_version_zero": "",
    "annotated_tag": "",
    "message_length_limit": "",
    "style": "",
    "use_shortcuts": "",
    "update_changelog_on_bump": "a release writes the changelog; an empty changelog.path turns that off",
    "changelog_incremental": "a release adds its section and keeps the rest",
    "changelog_format": "relman writes Markdown",
    "changelog_start_rev": "relman keeps what stands in the file",
    "gpg_sign": "relman signs as git does: git config tag.gpgSign true",
    "encoding": "relman reads and writes UTF-8",
    "pre_bump_hooks": "relman runs no command from a configuration; --exec does, on the command line",
    "post_bump_hooks": "relman runs no command from a configuration; --exec does, on the command line",
    "customize": "the rules of an own class are a program",
    "allowed_prefixes": "relman knows merges, reverts, fix-ups and releases itself",
    "ignored_tag_formats": "a tag that does not read as a version is no release",
}


def from_commitizen(values: Table, carry: Carry, read: Read) -> None:
    """Carries the settings over; `read` gives the bytes of a file of the repository, to find version lines in."""
    name = values.get("name", "cz_conventional_commits")
    if name != "cz_conventional_commits":
        carry.leave("name", "relman checks Conventional Commits")
    if isinstance(tag := values.get("tag_format"), str):
        _tag(tag, "tags.format", "tag_format", carry)
    old = [text.replace("${version}", "{version}") for text in texts(values.get("legacy_tag_formats"))]
    if old := [text.replace("$version", "{version}") for text in old]:
        carry.take("tags.accept", tuple(old), "legacy_tag_formats")
    if isinstance(path := values.get("changelog_file"), str):
        carry.take("changelog.path", path, "changelog_file")
    if isinstance(zero := values.get("major_version_zero"), bool):
        carry.take("versions.zero", "minor" if zero else "major", "major_version_zero")
    if isinstance(annotated := values.get("annotated_tag"), bool):
        carry.take("release.annotated", annotated, "annotated_tag")
    if isinstance(limit := values.get("message_length_limit"), int) and limit:
        carry.take("messages.header_max", limit, "message_length_limit")
    if isinstance(message := values.get("bump_message"), str):
        _bump_message(message, carry)
    _files(values, carry, read)
    carry.leave_rest(values, _REASONS)


def version_line(read: Read, path: str, hint: str) -> str | None:
    """The pattern of the one line of a file that holds a version in quotes, and the hint; None where none is sure."""
    data = read(path)
    lines = data.decode("utf-8", "replace").splitlines() if data is not None else []
    found = [
        match
        for line in lines
        if hint in line
        and (match := re.search(r"(?:(?<![\w.])|(?<=\bv))\d+\.\d+\.\d+(?:[-.+]?[a-zA-Z][\w.+-]*)?", line))
    ]
    if len(found) != 1:
        return None
    line = found[0].string
    return line[: found[0].start()] + SLOT + line[found[0].end() :]


def version_row(read: Read, path: str, hint: str, spelling: str) -> dict[str, str] | None:
    """A version file of `[[versions.files]]`; of a manifest its usual key, of anything else the line."""
    usual = {file: key for file, key in _PROVIDERS.values() if file != "pyproject.toml"}
    if path in usual and hint in ("", "version", '"version"'):
        return {"path": path, "key": usual[path]}
    pattern = version_line(read, path, hint)
    if pattern is None:
        return None
    row = {"path": path} if pattern == SLOT else {"path": path, "pattern": pattern}
    return row | ({"spelling": spelling} if spelling != "semver" else {})


def _tag(text: str, key: str, origin: str, carry: Carry) -> None:
    plain = text.replace("${version}", "{version}").replace("$version", "{version}")
    if "$" in plain:
        carry.leave(origin, "relman's formats have one place, for the whole version")
    else:
        carry.take(key, plain, origin)


def _bump_message(text: str, carry: Carry) -> None:
    plain = text.replace("$new_version", "{version}").replace("$current_version", "")
    if "$" in plain or "$current_version" in text:
        carry.leave("bump_message", "relman's release.message knows {version}, {tag} and {line}")
    else:
        carry.take("release.message", plain, "bump_message")


def _files(values: Table, carry: Carry, read: Read) -> None:
    scheme = str(values.get("version_scheme", "pep440"))
    spelling = "pep440" if scheme == "pep440" else "semver"
    provider = str(values.get("version_provider", ""))
    rows: list[dict[str, str]] = []
    if provider in _PROVIDERS:
        path, key = _PROVIDERS[provider]
        rows.append({"path": path, "key": key} | ({"spelling": spelling} if spelling != "semver" else {}))
    elif provider not in ("", "scm", "commitizen"):
        carry.leave("version_provider", "relman has no such provider; see versions.files")
    elif "version" in values:
        carry.leave("version", "relman takes the version from the tags, and writes versions.files")
    for text in texts(values.get("version_files")):
        path, _, hint = text.partition(":")
        row = version_row(read, path, hint, spelling)
        if row is None:
            carry.leave(f"version_files {text}", "no single line there is surely the version's")
        elif row["path"] not in {each["path"] for each in rows}:
            rows.append(row)
    if rows:
        carry.take("versions.files", tuple(rows), "version_provider and version_files")
