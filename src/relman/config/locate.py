"""Which line of a TOML text a key stands on. The parser does not tell, so this reads headers and keys itself.

Good enough for pointing at: a key inside an inline table or a list is found on the line where that begins.
"""

import re
import tomllib
from collections.abc import Mapping

from relman.config.source import Path

_HEADER = re.compile(r"\s*(\[\[?)(.+?)\]\]?\s*(?:#.*)?\Z")
_KEY = re.compile(r"""\s*((?:"(?:[^"\\]|\\.)*"|'[^']*'|[^=#\[\]{}"'])+?)\s*=""")


def lines(text: str) -> dict[Path, int]:
    """The line, from 1, of every header and key that the text spells out; the first, where there are two."""
    found: dict[Path, int] = {}
    table: Path = ()
    rows: dict[Path, int] = {}
    closing = ""
    for number, row in enumerate(text.split("\n"), start=1):
        if closing:
            closing = "" if row.count(closing) % 2 else closing
        elif header := _HEADER.match(row):
            table = _table(header, rows)
            found.setdefault(table, number)
        elif key := _KEY.match(row):
            path = table + _keys(f"{key[1]} = 0")
            for length in range(len(table) + 1, len(path) + 1):
                found.setdefault(path[:length], number)
            closing = next((mark for mark in ('"""', "'''") if row.count(mark) % 2), "")
    return found


def line_of(found: Mapping[Path, int], path: Path) -> int | None:
    """The line of the longest beginning of the path that stands there, if any."""
    for length in range(len(path), 0, -1):
        if path[:length] in found:
            return found[path[:length]]
    return None


def _table(header: re.Match[str], rows: dict[Path, int]) -> Path:
    at: Path = ()
    for key in (keys := _keys(f"[{header[2]}]")):
        at += (key,)
        if at in rows and len(at) < len(keys) + sum(isinstance(part, int) for part in at):
            at += (rows[at],)
    if header[1] == "[[":
        rows[at] = rows.get(at, -1) + 1
        at += (rows[at],)
    return at


def _keys(text: str) -> tuple[str, ...]:
    try:
        value: object = tomllib.loads(text)
    except ValueError:
        return ()
    keys: tuple[str, ...] = ()
    while isinstance(value, dict) and value:
        key = next(iter(value))
        keys += (key,)
        value = value[key]
    return keys
