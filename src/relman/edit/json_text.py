"""JSON: which characters of the file are which string."""

import json
import re
from collections.abc import Iterator

from relman.edit.document import Path, StringAt, number
from relman.errors import usage

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)


def parse(text: str, path: str) -> object:
    """The document, numbers as their text so that two readings compare; error (usage) when it is no JSON."""
    try:
        return json.loads(text, parse_float=number, parse_int=number, parse_constant=number)
    except RecursionError as error:
        raise usage(f"{path} is nested too deeply to be read") from error
    except ValueError as error:
        raise usage(f"{path} is not JSON: {error}") from error


def strings(text: str) -> Iterator[StringAt]:
    """Every string value of a valid document, in order; a doubled key gives its path twice."""
    keys: list[str | int] = []  # one per open container: the current key, or the current index
    is_key = False
    for token in _TOKEN.finditer(text):
        start, end = token.span()
        match text[start]:
            case '"' if is_key:
                key = text[start + 1 : end - 1]
                keys[-1] = json.loads(token[0]) if "\\" in key else key
            case '"':
                yield _path(keys), start + 1, end - 1
            case "{":
                keys.append("")
                is_key = True
            case "[":
                keys.append(0)
                is_key = False
            case "}" | "]":
                keys.pop()
                is_key = False
            case ",":
                here = keys[-1]
                is_key = isinstance(here, str)
                if isinstance(here, int):
                    keys[-1] = here + 1
            case ":":
                is_key = False


def _path(keys: list[str | int]) -> Path:
    return tuple(map(str, keys))
