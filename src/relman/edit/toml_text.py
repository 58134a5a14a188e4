"""TOML 1.0: which characters of the file are which string."""

import re
import tomllib
from collections.abc import Generator, Iterator

from relman.edit.document import Path, StringAt, number
from relman.errors import usage

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_KEY = re.compile(r"""("[^"\\\n]*(?:\\.[^"\\\n]*)*")|'([^'\n]*)'|([A-Za-z0-9_-]+)""")
_DOT = re.compile(r"[ \t]*\.[ \t]*")
_LONG = re.compile(r'"""(?:[^\\]|\\.)*?"""(?!")|\'\'\'.*?\'\'\'(?!\')', re.DOTALL)
_SHORT = re.compile(r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"' + r"|'[^'\n]*'")
_SCALAR = re.compile(r"[^,\]}#\r\n]+")


def parse(text: str, path: str) -> object:
    """The document, floats as their text so that two readings compare; error (usage) when it is no TOML."""
    try:
        return tomllib.loads(text, parse_float=number)
    except RecursionError as error:
        raise usage(f"{path} is nested too deeply to be read") from error
    except ValueError as error:
        raise usage(f"{path} is not TOML: {error}") from error


def strings(text: str) -> Iterator[StringAt]:
    """Every string value of a valid document, in order. An array of tables counts like an array."""
    sizes: dict[Path, int] = {}
    table: Path = ()
    at = _after(_BLANK, text, 0)
    while at < len(text):
        if text.startswith("[[", at):
            key, at = _key(text, _after(_SPACE, text, at + 2))
            array = (*_resolve(key[:-1], sizes), key[-1])
            sizes[array] = sizes.get(array, 0) + 1
            table = (*array, str(sizes[array] - 1))
            at = text.index("]]", at) + 2
        elif text[at] == "[":
            key, at = _key(text, _after(_SPACE, text, at + 1))
            table = _resolve(key, sizes)
            at = text.index("]", at) + 1
        else:
            at = yield from _pair(text, at, table)
        at = _after(_BLANK, text, at)


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def _resolve(key: Path, sizes: dict[Path, int]) -> Path:
    path: Path = ()
    for part in key:
        path = (*path, part)
        if path in sizes:
            path = (*path, str(sizes[path] - 1))
    return path


def _key(text: str, at: int) -> tuple[Path, int]:
    parts: list[str] = []
    while found := _KEY.match(text, at):
        quoted, literal, bare = found.groups()
        parts.append(tomllib.loads(f"k={quoted}")["k"] if quoted else literal if bare is None else bare)
        at = found.end()
        dot = _DOT.match(text, at)
        if not dot:
            break
        at = dot.end()
    return tuple(parts), at


def _pair(text: str, at: int, table: Path) -> Generator[StringAt, None, int]:
    key, at = _key(text, at)
    at = _after(_SPACE, text, text.index("=", at) + 1)
    return (yield from _value(text, at, table + key))


def _value(text: str, at: int, path: Path) -> Generator[StringAt, None, int]:
    if text[at] == "[":
        return (yield from _array(text, at, path))
    if text[at] == "{":
        at = _after(_BLANK, text, at + 1)
        while text[at] != "}":
            at = _after(_BLANK, text, (yield from _pair(text, at, path)))
            if text[at] == ",":
                at = _after(_BLANK, text, at + 1)
        return at + 1
    if found := _LONG.match(text, at):
        yield path, at + 3, found.end() - 3
        return found.end()
    if found := _SHORT.match(text, at):
        yield path, at + 1, found.end() - 1
        return found.end()
    return _after(_SCALAR, text, at)


def _array(text: str, at: int, path: Path) -> Generator[StringAt, None, int]:
    index = 0
    at = _after(_BLANK, text, at + 1)
    while text[at] != "]":
        at = _after(_BLANK, text, (yield from _value(text, at, (*path, str(index)))))
        index += 1
        if text[at] == ",":
            at = _after(_BLANK, text, at + 1)
    return at + 1
