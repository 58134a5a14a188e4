"""Compares a parsed table with a record: unknown keys, missing keys and wrong types, all of them."""

import types
import typing
from collections.abc import Iterable, Iterator, Mapping

import msgspec
from msgspec import Struct

from relman.config import words
from relman.config.source import Path

Fault = tuple[Path, str, str]
"""Where, what is wrong there, and what would be legal."""


def faults(kind: type[Struct], table: Mapping[str, object], at: Path = ()) -> Iterator[Fault]:
    """Gives what is wrong with the table as a `kind`; nothing means that `msgspec.convert` takes it."""
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for key, value in table.items():
        if key in fields:
            yield from _value(fields[key].type, value, (*at, key))
        else:
            yield unknown((*at, key), fields, "key")
    for key, field in fields.items():
        if field.required and key not in table:
            yield (*at, key), "is missing", words.legal(field.type)


def unknown(path: Path, names: Iterable[str], noun: str) -> Fault:
    """Says that the last part of the path is no such name, and which name may be meant."""
    import difflib  # needed only where something is wrong

    known = list(names)
    near = difflib.get_close_matches(str(path[-1]).replace("-", "_"), known, n=1)
    near = near or difflib.get_close_matches(str(path[-1]), known, n=1)
    return path, f"no such {noun}" + (f"; did you mean {near[0]}?" if near else ""), ", ".join(known)


def texts(value: object, at: Path) -> Iterator[tuple[Path, str]]:
    """Gives every text inside a value, however deep."""
    match value:
        case str():
            yield at, value
        case dict():
            for key, item in value.items():
                yield from texts(item, (*at, key))
        case list():
            for index, item in enumerate(value):
                yield from texts(item, (*at, index))
        case _:
            pass


def _value(kind: object, value: object, at: Path) -> Iterator[Fault]:
    for one in _alternatives(kind):
        origin, inner = typing.get_origin(one), typing.get_args(one)
        if isinstance(value, dict) and isinstance(one, type) and issubclass(one, Struct):
            yield from faults(one, value, at)
            return
        if isinstance(value, dict) and origin is dict:
            names = typing.get_args(inner[0])  # of a Literal; a free table has none
            for key, item in value.items():
                if names and key not in names:
                    yield unknown((*at, key), names, "name")
                else:
                    yield from _value(inner[1], item, (*at, key))
            return
        if isinstance(value, list) and origin is tuple:
            for index, item in enumerate(value):
                yield from _value(inner[0], item, (*at, index))
            return
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        may = words.legal(kind)
        yield at, f"{words.shown(value)} is not {may}", may


def _alternatives(kind: object) -> tuple[object, ...]:
    origin = typing.get_origin(kind)
    if origin is typing.Annotated:
        return _alternatives(typing.get_args(kind)[0])
    if origin in {typing.Union, types.UnionType}:
        return tuple(one for several in typing.get_args(kind) for one in _alternatives(several))
    return (kind,)
