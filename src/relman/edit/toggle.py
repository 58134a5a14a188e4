"""Toggles: which default a switch has in a file. Read only; relman never flips a switch."""

from typing import Literal, assert_never

import msgspec

from relman.edit import json_text, toml_text, yaml_text
from relman.edit.document import ABSENT, decode, lookup
from relman.edit.dotted_key import parse_key, spell_key
from relman.edit.safe_path import safe_path
from relman.errors import RelmanError, usage

Format = Literal["toml", "json", "yaml", "pattern"]

SLOT = "{value}"
_BY_SUFFIX: dict[str, Format] = {".toml": "toml", ".json": "json", ".yaml": "yaml", ".yml": "yaml"}
_OFF = ("false", "off", "no", "0", "disabled", "none", "null", "")


class Toggle(msgspec.Struct, frozen=True, kw_only=True):
    """A switch that keeps a feature unreachable while its code ships.

    `name` is the feature's. `path` is POSIX, relative to the repository's root. `key` is dotted, for TOML, JSON
    and YAML; `pattern` is a literal template of a whole line with `{value}` once. `off` are the values that mean
    off, in any case; empty: the usual ones.
    """

    name: str
    path: str
    key: str | None = None
    pattern: str | None = None
    off: tuple[str, ...] = ()


def format_of(toggle: Toggle) -> Format:
    """How the file is read; error (usage) where neither a key nor a pattern says so, or both do."""
    if (toggle.key is None) == (toggle.pattern is None):
        raise usage(
            f"{toggle.path}: a toggle needs a key or a pattern, and not both", f'key = "{toggle.name}"'
        )
    if toggle.pattern is not None:
        _template(toggle.pattern, toggle.path)
        return "pattern"
    suffix = "." + toggle.path.rpartition("/")[2].rpartition(".")[2].lower()
    if suffix not in _BY_SUFFIX:
        raise usage(f"{toggle.path}: a key needs a TOML, JSON or YAML file", 'pattern = "FLAG = {value}"')
    return _BY_SUFFIX[suffix]


def read_default(data: bytes, toggle: Toggle) -> str:
    """The value that stands there, as a text; error (usage) with path and key: absent, ambiguous, unreadable."""
    safe_path(toggle.path)
    kind = format_of(toggle)
    _, text = decode(data, toggle.path)
    match kind:
        case "json":
            return _value(json_text.parse(text, toggle.path), toggle)
        case "toml":
            return _value(toml_text.parse(text, toggle.path), toggle)
        case "yaml":
            return _scalar(text, toggle)
        case "pattern":
            return _line(text, toggle)
        case never:
            assert_never(never)


def is_off(value: str, toggle: Toggle) -> bool:
    """Whether a default means off."""
    return value.strip().lower() in tuple(word.lower() for word in toggle.off or _OFF)


def _value(document: object, toggle: Toggle) -> str:
    found = lookup(document, parse_key(toggle.key or ""))
    match found:
        case bool():
            return "true" if found else "false"
        case str():
            return found
        case int():
            return str(found)
        case ("number", str(digits)):
            return digits
        case None:
            return "null"
        case _ if found is ABSENT:
            raise _absent(toggle)
        case _:
            raise usage(
                f"{toggle.path}: {toggle.key} is no single value", "name the key that holds the switch"
            )


def _scalar(text: str, toggle: Toggle) -> str:
    wanted = parse_key(toggle.key or "")
    hits = [s for s in yaml_text.scalars(text, yaml_text.events(text, toggle.path)) if s.path == wanted]
    if not hits:
        raise _absent(toggle)
    if len(hits) > 1:
        raise usage(
            f"{toggle.path}: {spell_key(wanted)} stands there {len(hits)} times", "remove all but one"
        )
    return hits[0].value


def _line(text: str, toggle: Toggle) -> str:
    before, after = _template(toggle.pattern or "", toggle.path)
    bare = (line.strip() for line in text.split("\n"))
    hits = [
        line[len(before) : len(line) - len(after)]
        for line in bare
        if len(line) >= len(before) + len(after) and line.startswith(before) and line.endswith(after)
    ]
    if not hits:
        raise usage(f"{toggle.path} has no line {toggle.pattern!r}", "correct the pattern of the toggle")
    if len(hits) > 1:
        raise usage(f"{toggle.path} has {len(hits)} lines {toggle.pattern!r}", "make the pattern longer")
    return hits[0].strip().strip("\"'")


def _template(pattern: str, path: str) -> tuple[str, str]:
    before, slot, after = pattern.strip().partition(SLOT)
    if not slot or SLOT in after or "\n" in pattern.strip():
        raise usage(f"{path}: the pattern {pattern!r} must be one line that holds {SLOT} exactly once")
    return before, after


def _absent(toggle: Toggle) -> RelmanError:
    return usage(f"{toggle.path} has no {toggle.key}", "correct the key of the toggle in the configuration")
