"""How keys, values and types of a configuration are said to people. All of them may come from a stranger."""

import re
from collections.abc import Iterable

_BARE = re.compile(r"[A-Za-z0-9_-]+\Z")
_LONGEST = 60


def quoted(text: str) -> str:
    """The text in TOML's double quotes, whatever it holds; what does not print is escaped."""
    return '"' + "".join(_escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    if char.isprintable():
        return char
    short = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(char)
    return short or (f"\\u{ord(char):04X}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08X}")


def dotted(path: Iterable[str | int]) -> str:
    """The path as people write it: `versions.files[0].path`, with quotes where TOML wants them."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + (part if _BARE.match(part) else quoted(part))
    return text


def toml(value: object) -> str:
    """The value as TOML on one line. Texts, numbers, truth values, and lists and tables of them."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return quoted(value)
        case list() | tuple():
            return "[" + ", ".join(toml(item) for item in value) + "]"
        case dict():
            inside = ", ".join(f"{dotted((str(key),))} = {toml(item)}" for key, item in value.items())
            return "{" + inside + "}"
        case _:
            return str(value)


def shown(value: object) -> str:
    """The value for an error: as TOML, and short."""
    text = toml(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def legal(kind: object) -> str:
    """The words for what a type takes: `true or false`, `"fold" or "keep"`, `a list of texts`."""
    import msgspec.inspect  # slow to import, and needed only where something is wrong

    return _words(msgspec.inspect.type_info(kind))


def _words(kind: object) -> str:
    import msgspec.inspect as types

    match kind:
        case types.Metadata(type=inner):
            return _words(inner)
        case types.UnionType(types=several):
            said = [_words(one) for one in several if not isinstance(one, types.NoneType)]
            return " or ".join(said)
        case types.LiteralType(values=values):
            return " or ".join(toml(value) for value in sorted(values, key=str))
        case types.BoolType():
            return "true or false"
        case types.IntType():
            return "a whole number" + (f" from {kind.ge} to {kind.le}" if kind.ge is not None else "")
        case types.StrType():
            return "a text"
        case types.VarTupleType(item_type=item):
            return "a list of " + {"a text": "texts", "a table": "tables"}.get(_words(item), _words(item))
        case types.DictType(value_type=item):
            return f"a table of names, each with {_words(item)}"
        case types.StructType():
            return "a table"
        case _:
            raise TypeError(kind)
