"""TOML from a stranger: parsed within bounds of size, depth and time, or refused in words."""

import tomllib

from relman.config.source import LIMIT

_DEEPEST = 32
_MOST_DOTS = 500
"""On one line. The parser's time grows with the square of a dotted key's parts."""


def parse(data: bytes) -> tuple[dict[str, object], str]:
    """Gives the document and its text. ValueError, with words that follow the file's name."""
    if len(data) > LIMIT:
        raise ValueError(f"is larger than {LIMIT} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError("is not UTF-8") from error
    if any(line.count(".") > _MOST_DOTS for line in text.split("\n")):
        raise ValueError(f"has a line with more than {_MOST_DOTS} dots")
    try:
        document: dict[str, object] = tomllib.loads(text)
    except RecursionError as error:
        raise ValueError("is nested too deeply") from error
    except ValueError as error:
        # The parser's words may quote the file.
        said = "".join(char if char.isprintable() else "?" for char in str(error))
        raise ValueError(f"is not TOML: {said}") from error
    if _depth(document) > _DEEPEST:
        raise ValueError("is nested too deeply")
    return document, text


def _depth(document: object) -> int:
    """How many tables and lists lie inside each other; counted in a loop, since that may be very many."""
    depth, level = 0, [document]
    while level := [item for value in level for item in _items(value)]:
        depth += 1
    return depth


def _items(value: object) -> list[object]:
    match value:
        case dict():
            return list(value.values())
        case list():
            return value
        case _:
            return []
