"""What the formats share: where a text stands, how it is replaced, and proof that nothing else moved."""

from collections.abc import Iterable, Iterator

import msgspec

from relman.errors import Kind, RelmanError, usage

Path = tuple[str, ...]
"""The way to a value: table and object keys, and the decimal index of array elements."""

StringAt = tuple[Path, int, int]
"""A string value: its path, and the character offsets of its content without the quotes."""


class Absent:
    """Stands for "there is no such key", because `None` is a legal JSON value."""


ABSENT = Absent()

BOM = "\ufeff"


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a version stands: character offsets into the text, its value, and its key for messages."""

    start: int
    end: int
    value: str
    key: Path = ()


def number(digits: str) -> tuple[str, str]:
    """A number as its digits: two readings compare (also of `nan`), and no number passes for a string."""
    return ("number", digits)


def decode(data: bytes, path: str) -> tuple[str, str]:
    """Splits a file into its byte order mark (or nothing) and its text; error when it is not UTF-8."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise usage(f"{path} is not UTF-8: byte {error.start} cannot be read") from error
    return (BOM, text[1:]) if text.startswith(BOM) else ("", text)


def splice(text: str, pieces: Iterable[tuple[int, int, str]]) -> str:
    """Replaces each `[start, end)` by its new text; the pieces must not overlap."""
    out: list[str] = []
    at = 0
    for start, end, new in sorted(pieces):
        out += (text[at:start], new)
        at = end
    out.append(text[at:])
    return "".join(out)


def lookup(document: object, key: Path) -> object:
    """The value at the path, or `ABSENT`."""
    value = document
    for part in key:
        if isinstance(value, dict):
            value = value.get(part, ABSENT)
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return ABSENT
    return value


def differences(old: object, new: object) -> Iterator[Path]:
    """The paths where two documents differ; a difference in shape counts as one at the container."""
    # Not recursive: a document may lie deeper than Python's stack.
    todo: list[tuple[object, object, Path]] = [(old, new, ())]
    while todo:
        one, other, at = todo.pop()
        if isinstance(one, dict) and isinstance(other, dict) and list(one) == list(other):
            todo += [(one[key], other[key], (*at, key)) for key in one]
        elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
            pairs = enumerate(zip(one, other, strict=True))
            todo += [(*pair, (*at, str(index))) for index, pair in pairs]
        elif type(one) is not type(other) or one != other:
            yield at


def prove(path: str, old: object, new: object, wanted: dict[Path, str]) -> None:
    """Error unless `new` is `old` with the wanted values at the wanted paths: a slip here would ship."""
    right = all(lookup(new, key) == value for key, value in wanted.items())
    if not right or not set(differences(old, new)) <= set(wanted):
        raise RelmanError(
            Kind.INTERNAL, f"{path}: the edit would have changed something else; nothing is written"
        )
