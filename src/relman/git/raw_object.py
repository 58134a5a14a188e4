"""The bytes of commits and tags, written and read as git keeps them.

What is written passes `git fsck --strict`: no brackets, line ends or NUL in names, dates from 1970 on, a zone
of four digits, no NUL in messages.
"""

import re
from collections.abc import Sequence

from msgspec import Struct

from relman.model.history import Person
from relman.model.names import Oid

_UNFIT = re.compile(r"[<>\n\r\0]")
_ENCODING = re.compile(r"[A-Za-z0-9._:+-]{1,40}\Z")
_UTF8 = frozenset({"utf-8", "utf8"})
_LARGEST_ZONE = 99 * 60 + 99
"""Minutes in `+9999`, the most that four digits say."""


class CommitText(Struct, frozen=True, kw_only=True):
    """Everything that a commit object holds. `encoding` absent: UTF-8."""

    tree: Oid
    parents: tuple[Oid, ...]
    message: str
    author: Person
    committer: Person
    encoding: str | None = None


class TagText(Struct, frozen=True, kw_only=True):
    """Everything that a tag object holds."""

    name: str
    target: Oid
    message: str
    tagger: Person


def zone(offset: int) -> str:
    """Writes an offset from UTC in minutes as git does: `+0130`."""
    size = min(abs(offset), _LARGEST_ZONE)
    hours = min(size // 60, 99)
    return f"{'-' if offset < 0 else '+'}{hours:02}{size - hours * 60:02}"


def usable_encoding(text: CommitText) -> str | None:
    """Gives the encoding for the header; absent where it is UTF-8, unknown, or cannot hold the text."""
    name = text.encoding
    if name is None or name.lower() in _UTF8 or not _ENCODING.match(name):
        return None
    try:
        held = f"{text.author}{text.committer}{text.message}".replace("\0", "").encode(name)
        # git reads the lines of a commit as ASCII whatever the encoding is.
        ascii_alike = "a <b>\n".encode(name) == b"a <b>\n"
    except (LookupError, UnicodeError):
        return None
    return name if ascii_alike and b"\0" not in held else None


def message_bytes(message: str, encoding: str | None) -> bytes:
    """Encodes a message and ends its last line."""
    clean = message.replace("\0", "")
    data = clean.encode(encoding) if encoding else clean.encode("utf-8", "replace")
    return data if data.endswith(b"\n") else data + b"\n"


def ident(person: Person, encoding: str | None = None) -> bytes:
    """Writes a person as a commit or tag does: `name <email> seconds zone`."""
    name = _UNFIT.sub("", person.name)
    email = _UNFIT.sub("", person.email)
    text = f"{name} <{email}> {max(person.when, 0)} {zone(person.offset)}"
    return text.encode(encoding or "utf-8", "replace")


def commit_bytes(text: CommitText) -> bytes:
    """Writes a commit object."""
    encoding = usable_encoding(text)
    lines = [b"tree " + text.tree.encode(), *_parent_lines(text.parents)]
    lines += [b"author " + ident(text.author, encoding), b"committer " + ident(text.committer, encoding)]
    if encoding:
        lines.append(b"encoding " + encoding.encode())
    return b"\n".join(lines) + b"\n\n" + message_bytes(text.message, encoding)


def _parent_lines(parents: Sequence[Oid]) -> list[bytes]:
    return [b"parent " + parent.encode() for parent in parents]


def tag_bytes(text: TagText) -> bytes:
    """Writes a tag object on a commit."""
    head = f"object {text.target}\ntype commit\ntag {text.name}\n".encode()
    return head + b"tagger " + ident(text.tagger) + b"\n\n" + message_bytes(text.message, None)
