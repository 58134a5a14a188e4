"""Version files: reads the version that stands in a file, and replaces just its characters."""

from collections.abc import Callable, Iterator
from typing import Any, Literal, assert_never

import msgspec

from relman.edit import json_text, toml_text, yaml_text
from relman.edit.document import ABSENT, BOM, Path, Place, StringAt, decode, lookup, prove, splice
from relman.edit.dotted_key import parse_key, spell_key
from relman.edit.line_text import is_version_text, one_line, whole_content
from relman.edit.safe_path import safe_path
from relman.errors import Kind, RelmanError, usage

Format = Literal["toml", "json", "yaml", "text", "pattern"]
Spelling = Literal["semver", "pep440", "npm", "tag"]

_BY_SUFFIX: dict[str, Format] = {
    ".toml": "toml",
    ".json": "json",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".cff": "yaml",
}
_USUAL_KEYS: dict[str, tuple[Path, ...]] = {
    "pyproject.toml": (("project", "version"), ("tool", "poetry", "version")),
    "Cargo.toml": (("package", "version"), ("workspace", "package", "version")),
}


class VersionFile(msgspec.Struct, frozen=True, kw_only=True):
    """Where a version stands.

    `path` is POSIX, relative to the repository's root. `key` is dotted (`project.version`; quoted parts
    allowed) for TOML, JSON and YAML; without it the file's usual key. `pattern` is a literal template of a
    whole line with `{version}` once. `format` follows from the other fields where it is not given; `text`
    means that the whole content is the version. `spelling` says how the caller writes versions there; nothing
    here depends on it.
    """

    path: str
    key: str | None = None
    pattern: str | None = None
    format: Format | None = None
    spelling: Spelling = "semver"


def format_of(where: VersionFile) -> Format:
    """The given format, or what fields and file name say; error (usage) when they disagree."""
    suffix = "." + where.path.rpartition("/")[2].rpartition(".")[2].lower()
    guess: Format = "pattern" if where.pattern is not None else _BY_SUFFIX.get(suffix, "text")
    chosen = where.format or guess
    if (where.pattern is not None) != (chosen == "pattern"):
        raise usage(
            f"{where.path}: format {chosen!r} and the pattern disagree",
            "give a pattern or a format, not both",
        )
    if where.key is not None and chosen in {"text", "pattern"}:
        raise usage(f"{where.path}: a key needs a TOML, JSON or YAML file", f"drop the key {where.key!r}")
    return chosen


def keys_of(where: VersionFile) -> tuple[Path, ...]:
    """The keys to look at, the first that holds a text wins: the given one, or the file's usual ones."""
    if where.key is not None:
        return (parse_key(where.key),)
    return _USUAL_KEYS.get(where.path.rpartition("/")[2], (("version",),))


def read_version(data: bytes, where: VersionFile) -> str:
    """The text that stands there; error (usage) with path and key: absent, ambiguous or unreadable."""
    safe_path(where.path)
    _, text = _open(data, where)
    return _find(text, where).value


def write_version(data: bytes, where: VersionFile, new: str) -> bytes:
    """The file with the new text in the version's place; every other byte stays.

    `new` is spelled already. Errors as for `read_version`; an internal one where reading back shows that
    anything else would change. Writing what stands there changes nothing.
    """
    safe_path(where.path)
    if not is_version_text(new):
        raise usage(f"{new!r} cannot be written as a version to {where.path}")
    mark, text = _open(data, where)
    edited = _write_scalar(text, where, new) if format_of(where) == "yaml" else _write_place(text, where, new)
    return (mark + edited).encode("utf-8", "surrogateescape")


def _open(data: bytes, where: VersionFile) -> tuple[str, str]:
    if format_of(where) != "pattern":
        return decode(data, where.path)
    # A source file in an old encoding still has one line that is the pattern; its other bytes pass through.
    text = data.decode("utf-8", "surrogateescape")
    return (BOM, text[1:]) if text.startswith(BOM) else ("", text)


def _find(text: str, where: VersionFile) -> Place:
    match format_of(where):
        case "toml":
            return _find_string(toml_text.parse(text, where.path), toml_text.strings, text, where)
        case "json":
            return _find_string(json_text.parse(text, where.path), json_text.strings, text, where)
        case "yaml":
            scalar = _find_scalar(text, where, yaml_text.events(text, where.path))
            return Place(start=scalar.start, end=scalar.end, value=scalar.value, key=scalar.path)
        case "text":
            return whole_content(text, where.path)
        case "pattern":
            return one_line(text, where.path, where.pattern or "")
        case never:
            assert_never(never)


def _find_string(
    document: object, strings: Callable[[str], Iterator[StringAt]], text: str, where: VersionFile
) -> Place:
    problem = _absent(where)
    for key in keys_of(where):
        value = lookup(document, key)
        if value is ABSENT:
            continue
        if not isinstance(value, str):
            problem = usage(
                f"{where.path}: {spell_key(key)} is not a string", "put it in quotes, or name another key"
            )
            continue
        spans = [(start, end) for path, start, end in strings(text) if path == key]
        if len(spans) != 1:
            raise usage(
                f"{where.path}: {spell_key(key)} stands there {len(spans)} times", "remove all but one"
            )
        return _checked(Place(start=spans[0][0], end=spans[0][1], value=value, key=key), where)
    raise problem


def _find_scalar(text: str, where: VersionFile, stream: list[Any]) -> yaml_text.Scalar:
    for key in keys_of(where):
        hits = [scalar for scalar in yaml_text.scalars(text, stream) if scalar.path == key]
        if len(hits) > 1:
            raise usage(
                f"{where.path}: {spell_key(key)} stands there {len(hits)} times", "remove all but one"
            )
        for hit in hits:
            if hit.style in {"|", ">"}:
                raise usage(f"{where.path}: {spell_key(key)} is a block", "write the version on one line")
            if hit.anchor and hit.anchor in yaml_text.aliases(stream):
                raise usage(
                    f"{where.path}: {spell_key(key)} is also used as *{hit.anchor}", "write it out there"
                )
            _checked(Place(start=hit.start, end=hit.end, value=hit.value, key=key), where)
            return hit
    raise _absent(where)


def _checked(place: Place, where: VersionFile) -> Place:
    if is_version_text(place.value):
        return place
    raise usage(f"{where.path}: {spell_key(place.key)} holds {place.value!r}, which is no version")


def _absent(where: VersionFile) -> RelmanError:
    names = " or ".join(map(spell_key, keys_of(where)))
    return usage(
        f"{where.path} has no {names}", "add it there, or name another key or file in the configuration"
    )


def _write_place(text: str, where: VersionFile, new: str) -> str:
    place = _find(text, where)
    if place.value == new:
        return text
    edited = splice(text, [(place.start, place.end, new)])
    match format_of(where):
        case "toml":
            before, after = toml_text.parse(text, where.path), toml_text.parse(edited, where.path)
            prove(where.path, before, after, {place.key: new})
        case "json":
            before, after = json_text.parse(text, where.path), json_text.parse(edited, where.path)
            prove(where.path, before, after, {place.key: new})
        case "yaml" | "text" | "pattern":
            if _find(edited, where).value != new:
                raise RelmanError(
                    Kind.INTERNAL, f"{where.path}: {new!r} does not read back; nothing is written"
                )
        case never:
            assert_never(never)
    return edited


def _write_scalar(text: str, where: VersionFile, new: str) -> str:
    stream = yaml_text.events(text, where.path)
    old = _find_scalar(text, where, stream)
    if old.value == new:
        return text
    becomes_number = yaml_text.is_plain_string(old.value) and not yaml_text.is_plain_string(new)
    written = f'"{new}"' if not old.style and becomes_number else new
    edited = splice(text, [(old.start, old.end, written)])
    again = yaml_text.events(edited, where.path)
    before, after = yaml_text.shape(stream), yaml_text.shape(again)
    changed = [pair for pair in zip(before, after, strict=False) if pair[0] != pair[1]]
    if len(before) != len(after) or len(changed) != 1 or _find_scalar(edited, where, again).value != new:
        raise RelmanError(
            Kind.INTERNAL, f"{where.path}: the edit would have changed something else; nothing is written"
        )
    return edited
