"""Which line of a TOML text a key stands on. The parser does not tell, so this reads headers and keys itself.

Good enough for pointing at: a key inside an inline table or a list is found on the line where that begins.
"""

import re
import tomllib

from relman.config.source import Path

_HEADER = re.compile(r"\s*(\[\[?)(.+?)\]\]?\s*(?:#.*)?\Z")
_KEY = re.compile(r"""\s*((?:"(?:[^"\\]|\\.)*"|'[^']*'|[^=#\[\]{}"'])+?)\s*=""")


def line_of(text: str, path: Path) -> int | None:
    """The line, from 1, of the longest beginning of the path that the text spells out, if any."""
    best, line = 0, None
    table: Path = ()
    rows: dict[Path, int] = {}
    closing = ""
    for number, row in enumerate(text.splitlines(), start=1):
        if closing:
            closing = "" if row.count(closing) % 2 else closing
            continue
        here: Path | None = None
        if header := _HEADER.match(row):
            table = here = _table(header, rows)
        elif key := _KEY.match(row):
            here = table + _keys(f"{key[1]} = 0")
            closing = next((mark for mark in ('"""', "'''") if row.count(mark) % 2), "")
        if here and len(here) > best and path[: len(here)] == here:
            best, line = len(here), number
    return line


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
