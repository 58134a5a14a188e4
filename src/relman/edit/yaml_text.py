"""YAML: which characters of the file are which scalar, from the parser's events; aliases stay unexpanded."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from relman.edit.document import Path
from relman.errors import usage

_PROPERTIES = re.compile(r"(?:[!&]\S*\s+)*")


class Scalar(msgspec.Struct, frozen=True, kw_only=True):
    """A scalar value: character offsets without quotes; `style` is `'`, `"`, `|`, `>`, or empty for plain."""

    path: Path
    start: int
    end: int
    value: str
    style: str
    anchor: str


class _Open(msgspec.Struct, kw_only=True):
    """A container whose end has not come yet."""

    mapping: bool
    key: str = ""
    index: int = 0
    is_key: bool = True


def events(text: str, path: str) -> list[Any]:
    """The parser's events, of all documents in the file; error (usage) when it is no YAML."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return list(YAML(typ="safe", pure=True).parse(text))
    except RecursionError as error:
        raise usage(f"{path} is nested too deeply to be read") from error
    except (YAMLError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise usage(f"{path} is not YAML: {reason}") from error


def scalars(text: str, stream: list[Any]) -> Iterator[Scalar]:
    """Every scalar that is a value, in order; a doubled key, or a second document, gives a path twice."""
    stack: list[_Open] = []
    for event in stream:
        match type(event).__name__:
            case "MappingStartEvent" | "SequenceStartEvent" as name:
                if stack and stack[-1].mapping and stack[-1].is_key:
                    stack[-1].key = ""
                stack.append(_Open(mapping=name == "MappingStartEvent"))
            case "MappingEndEvent" | "SequenceEndEvent":
                stack.pop()
                _step(stack)
            case "AliasEvent":
                _step(stack)
            case "ScalarEvent":
                if stack and stack[-1].mapping and stack[-1].is_key:
                    stack[-1].key = event.value
                else:
                    yield _scalar(text, event, stack)
                _step(stack)
            case _:
                pass


def _step(stack: list[_Open]) -> None:
    if not stack:
        return
    top = stack[-1]
    top.is_key = not top.is_key
    top.index += 1


def _scalar(text: str, event: Any, stack: list[_Open]) -> Scalar:  # noqa: ANN401  the library has no types for it
    path = tuple(each.key if each.mapping else str(each.index) for each in stack)
    start, end = event.start_mark.index, event.end_mark.index
    before = _PROPERTIES.match(text, start, end)
    start = before.end() if before else start
    style = event.style or ""
    quote = 1 if style in ("'", '"') and style else 0
    return Scalar(
        path=path,
        start=start + quote,
        end=end - quote,
        value=event.value,
        style=style,
        anchor=event.anchor or "",
    )


def aliases(stream: list[Any]) -> frozenset[str]:
    """The anchors that something refers to."""
    return frozenset(event.anchor for event in stream if type(event).__name__ == "AliasEvent")


def shape(stream: list[Any]) -> list[tuple[str, ...]]:
    """The events without their places, so that two readings compare."""
    return [
        (type(event).__name__, *(str(getattr(event, name, None)) for name in ("anchor", "tag", "value")))
        for event in stream
    ]


def is_plain_string(value: str) -> bool:
    """Whether YAML reads the bare word as this very string, not as a number, a date or syntax."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return bool(YAML(typ="safe", pure=True).load(value) == value)
    except (YAMLError, ValueError):
        return False
