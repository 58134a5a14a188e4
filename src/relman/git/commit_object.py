"""Takes a commit object apart, byte for byte.

libgit2 refuses commits that git shows (an author without an address, a time beyond 64 bits), and old
histories hold some; so the object is read here, leniently, the way git reads it.
"""

import codecs
import re

from relman.model.history import Commit, Person
from relman.model.names import Oid

_PERSON = re.compile(
    rb"(?P<name>[^<]*)<(?P<email>[^>]*)>[^0-9+-]*(?P<when>-?\d+)?(?: (?P<offset>[+-]\d{3,4}))?"
)
_WHO = r" ([^<>\n]*)<([^<>\n]*)> ([0-9]{1,18}) ([+-])([0-9]{2})([0-9]{2})\n"
_USUAL = re.compile(
    rf"tree ([0-9a-f]{{40}})\n(?:parent [0-9a-f]{{40}}\n)*author{_WHO}committer{_WHO}"
    r"(?:gpgsig [^\n]*\n(?: [^\n]*\n)*)?\n+"
)
"""How git writes commits today; what looks otherwise is read with more patience, and more slowly."""
_SPACE = " \t\n\r\x0b\x0c"
_NOT_FOR_TEXT = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "utf-7"})
_LONGEST = 18
"""Digits of a time that fits 63 bits; git takes a longer one for 0."""


def _one_by_one(error: UnicodeError) -> tuple[str, int]:
    """Reads bytes that are no UTF-8 as Latin-1, which is what git writes for them (commit.c, verify_utf8)."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


_ELSE_LATIN_1 = "relman-else-latin-1"
codecs.register_error(_ELSE_LATIN_1, _one_by_one)


def parents_of(data: bytes) -> tuple[Oid, ...]:
    """Gives the ids in the `parent` lines."""
    found: list[Oid] = []
    at = 46  # past "tree <40 digits>\n"
    while data.startswith(b"parent ", at):
        found.append(Oid(data[at + 7 : at + 47].decode("ascii")))
        at += 48
    return tuple(found)


def tree_of(data: bytes) -> Oid:
    """Gives the id in the `tree` line."""
    return Oid(data[5:45].decode("ascii"))


def committed_at(data: bytes) -> int:
    """Gives the committer's time in seconds since 1970; 0 where the line holds none.

    The hot path of every walk: no regular expression for the line as git writes it.
    """
    start = data.find(b"\ncommitter ")
    line = data[start + 11 : data.find(b"\n", start + 1)]
    words = line.rsplit(b" ", 2)
    if len(words) == 3 and words[1].isdigit() and len(words[1]) <= _LONGEST and words[0].endswith(b">"):
        return int(words[1])
    return _person(line, "utf-8").when


def parse_commit(oid: Oid, data: bytes, *, parents: tuple[Oid, ...]) -> Commit:
    """Reads a commit object; `parents` are those that the clone has."""
    text = data.decode("utf-8", _ELSE_LATIN_1)
    usual = _USUAL.match(text)
    if usual is not None:
        tree, *people = usual.groups()
        return Commit(
            id=oid,
            tree=Oid(tree),
            parents=parents,
            author=_usual_person(*people[:6]),
            committer=_usual_person(*people[6:]),
            message=text[usual.end() :],
        )
    head, _, body = data.partition(b"\n\n")
    fields: dict[bytes, bytes] = {}
    for line in head.split(b"\n"):
        key, _, value = line.partition(b" ")
        fields.setdefault(key, value)
    encoding = _encoding(fields.get(b"encoding", b""))
    return Commit(
        id=oid,
        tree=tree_of(data),
        parents=parents,
        author=_person(fields.get(b"author", b""), encoding),
        committer=_person(fields.get(b"committer", b""), encoding),
        message=_decode(body.lstrip(b"\n"), encoding),
        encoding=fields[b"encoding"].decode("ascii", "replace") if b"encoding" in fields else None,
    )


def _usual_person(name: str, email: str, when: str, sign: str, hours: str, minutes: str) -> Person:
    offset = int(hours) * 60 + int(minutes)
    return Person(
        name=name.strip(_SPACE),
        email=email.strip(_SPACE),
        when=int(when),
        offset=-offset if sign == "-" else offset,
    )


def _person(line: bytes, encoding: str) -> Person:
    found = _PERSON.match(line)
    if found is None:
        return Person(name=_decode(line.strip(), encoding), email="", when=0)
    when, offset = found["when"] or b"0", found["offset"]
    return Person(
        name=_decode(found["name"].strip(), encoding),
        email=_decode(found["email"].strip(), encoding),
        when=int(when) if len(when) <= _LONGEST else 0,
        offset=_minutes(offset.decode()) if offset else 0,
    )


def _minutes(offset: str) -> int:
    hours, minutes = int(offset[1:-2]), int(offset[-2:])
    return (hours * 60 + minutes) * (-1 if offset[0] == "-" else 1)


def _encoding(name: bytes) -> str:
    """Gives a codec that turns bytes into text; UTF-8 where Python knows none by the name."""
    try:
        found = codecs.lookup(name.decode("ascii")).name if name else "utf-8"
    except (LookupError, ValueError):
        return "utf-8"
    return "utf-8" if found.replace("-", "_") in _NOT_FOR_TEXT else found


def _decode(data: bytes, encoding: str) -> str:
    """Reads the bytes in their encoding; those that are wrong in it as git does, as if there were none."""
    try:
        return data.decode(encoding)
    except (LookupError, UnicodeError):
        return data.decode("utf-8", _ELSE_LATIN_1)
