"""The words of the history language, text to a `Story`; `history_language` documents and builds it."""

import json
import re
import textwrap
from datetime import datetime
from typing import Literal

from msgspec import Struct


def seconds(moment: str) -> int:
    """Reads an ISO time with its offset, as seconds since 1970."""
    return int(datetime.fromisoformat(moment).timestamp())


class Write(Struct, frozen=True, kw_only=True):
    path: str
    content: bytes
    mode: Literal["100644", "100755", "120000"] = "100644"


class Append(Struct, frozen=True, kw_only=True):
    path: str
    content: bytes


class Replace(Struct, frozen=True, kw_only=True):
    path: str
    old: str
    new: str


class Delete(Struct, frozen=True, kw_only=True):
    path: str


class Move(Struct, frozen=True, kw_only=True):
    old: str
    new: str


Change = Write | Append | Replace | Delete | Move


class Tag(Struct, frozen=True, kw_only=True):
    name: str
    message: str | None
    """None: a lightweight tag."""


class Commit(Struct, frozen=True, kw_only=True):
    label: str
    kind: Literal["plain", "merge", "pick", "revert"] = "plain"
    sources: tuple[str, ...] = ()
    record_origin: bool = False
    message: str | None = None
    author: str | None = None
    at: int | None = None
    """Seconds since 1970."""
    changes: tuple[Change, ...] | None = None
    tags: tuple[Tag, ...] = ()


class Branch(Struct, frozen=True, kw_only=True):
    name: str
    start: str | None
    commits: tuple[Commit, ...]


class TagAt(Struct, frozen=True, kw_only=True):
    tag: Tag
    rev: str


class RefAt(Struct, frozen=True, kw_only=True):
    name: str
    rev: str


class Symref(Struct, frozen=True, kw_only=True):
    name: str
    target: str


class Head(Struct, frozen=True, kw_only=True):
    state: Literal["branch", "detached", "unborn"]
    name: str


class Drop(Struct, frozen=True, kw_only=True):
    branch: str


class Label(Struct, frozen=True, kw_only=True):
    name: str
    rev: str


Statement = Branch | TagAt | RefAt | Symref | Head | Drop | Label


class Story(Struct, frozen=True, kw_only=True):
    statements: tuple[Statement, ...]
    bare: bool = False
    demo: bool = False
    """Starts from the stream that `relman demo` ships."""
    clock: int = seconds("2026-01-01T00:00:00+00:00")
    """The time of the first commit, in seconds since 1970."""


class Token(Struct, frozen=True, kw_only=True):
    kind: Literal["text", "word", "mark", "line", "end"]
    value: str
    line: int


_TOKEN = re.compile(
    r'(?P<block>"""(?:.|\n)*?""")|(?P<text>"(?:[^"\\\n]|\\.)*")|(?P<comment>(?m:^)[ ]*#[^\n]*)'
    r'|(?P<newline>\n)|(?P<mark>[{}\[\],])|(?P<word>[^\s"{}\[\],]+)|(?P<space>[ \t]+)'
)
_WORDS = frozenset({"by", "at", "-x", "--"})


class SpecError(ValueError):
    """A story that does not parse, with its line."""


def tokens(text: str) -> list[Token]:
    """Splits a story; a newline outside brackets is `line` before an indented line, else `end`."""
    found: list[Token] = []
    place, line, depth = 0, 1, 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise SpecError(f"line {line}: cannot read {text[place : place + 30]!r}")
        kind, value = str(match.lastgroup), match.group()
        place = match.end()
        if kind == "block":
            content = textwrap.dedent(value[3:-3].removeprefix("\n"))
            found.append(Token(kind="text", value=re.sub(r"\n[ ]*\Z", "\n", content), line=line))
        elif kind == "text":
            found.append(Token(kind="text", value=json.loads(value, strict=False), line=line))
        elif kind == "word":
            found.append(Token(kind="word", value=value, line=line))
        elif kind == "mark":
            depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(value, 0)
            found.append(Token(kind="mark", value=value, line=line))
        elif kind == "newline" and depth == 0:
            follows = text[place : place + 1]
            found.append(Token(kind="line" if follows in {" ", "\n", "#"} else "end", value="", line=line))
        line += value.count("\n")
    return [*found, Token(kind="end", value="", line=line)]


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens = tokens(text)
        self.place = 0

    def peek(self) -> Token:
        return self.tokens[self.place]

    def take(self, *kinds: str) -> Token:
        token = self.tokens[self.place]
        if kinds and token.kind not in kinds:
            raise SpecError(
                f"line {token.line}: expected {' or '.join(kinds)}, got {token.kind} {token.value!r}"
            )
        self.place += 1
        return token

    def is_mark(self, value: str) -> bool:
        return self.peek().kind == "mark" and self.peek().value == value

    def expect(self, value: str) -> None:
        token = self.take("word", "mark")
        if token.value != value:
            raise SpecError(f"line {token.line}: expected {value!r}, got {token.value!r}")

    def text_if_any(self) -> str | None:
        return self.take().value if self.peek().kind == "text" else None


def parse(text: str) -> Story:
    """Reads a whole story; raises SpecError with the line."""
    reader = _Reader(text)
    statements: list[Statement] = []
    bare = demo = False
    clock = Story(statements=()).clock
    while reader.place < len(reader.tokens):
        token = reader.take()
        if token.kind in {"end", "line"}:
            continue
        if token.kind != "word":
            raise SpecError(f"line {token.line}: a statement begins with a word, not {token.value!r}")
        if token.value in {"bare", "demo"} and reader.peek().kind == "end":
            bare, demo = bare or token.value == "bare", demo or token.value == "demo"
            continue
        if token.value == "clock" and reader.peek().kind == "word":
            clock = seconds(reader.take("word").value)
            continue
        statements.append(_statement(reader, token))
    return Story(statements=tuple(statements), bare=bare, demo=demo, clock=clock)


def _statement(reader: _Reader, first: Token) -> Statement:
    word = first.value
    if word == "delete":
        return Drop(branch=reader.take("word").value)
    if word == "HEAD":
        reader.expect("=")
        name = reader.take("word").value
        if name in {"detached", "unborn"} and reader.peek().kind == "word":
            state: Literal["detached", "unborn"] = "detached" if name == "detached" else "unborn"
            return Head(state=state, name=reader.take("word").value)
        return Head(state="branch", name=name)
    if word in {"tag", "ref", "symref", "label"} and reader.peek().kind in {"word", "text"}:
        name = reader.take().value
        reader.expect("=")
        rev = reader.take("word", "text").value
        match word:
            case "tag":
                return TagAt(tag=Tag(name=name, message=reader.text_if_any()), rev=rev)
            case "ref":
                return RefAt(name=name, rev=rev)
            case "symref":
                return Symref(name=name, target=rev)
            case _:
                return Label(name=name, rev=rev)
    return _branch(reader, first)


def _branch(reader: _Reader, first: Token) -> Branch:
    name, start = first.value, None
    if not name.endswith(":"):
        reader.expect("from")
        start = reader.take("word").value
        if not start.endswith(":"):
            raise SpecError(f"line {first.line}: a colon is missing after {start!r}")
        start = start[:-1]
    commits: list[Commit] = []
    while reader.peek().kind != "end":
        if reader.peek().kind == "line" or reader.peek().value == "--":
            reader.take()
        else:
            commits.append(_commit(reader))
    return Branch(name=name.removesuffix(":"), start=start, commits=tuple(commits))


def _commit(reader: _Reader) -> Commit:
    label = reader.take("word").value
    kind: Literal["plain", "merge", "pick", "revert"] = "plain"
    sources: list[str] = []
    message = author = None
    at, record_origin = None, False
    changes: tuple[Change, ...] | None = None
    tags: tuple[Tag, ...] = ()
    while reader.peek().kind not in {"line", "end"} and reader.peek().value != "--":
        token = reader.take()
        if token.kind == "text":
            message = token.value
        elif token.value == "{":
            changes = _changes(reader)
        elif token.value == "[":
            tags = _tags(reader)
        elif token.value == "by":
            author = _author(reader.take("word", "text").value)
        elif token.value == "at":
            at = seconds(reader.take("word").value)
        elif token.value == "-x":
            record_origin = True
        elif token.value in {"merge", "pick", "revert"}:
            kind = "merge" if token.value == "merge" else "pick" if token.value == "pick" else "revert"
            while reader.peek().kind == "word" and reader.peek().value not in _WORDS:
                sources.append(reader.take().value)
        else:
            raise SpecError(f"line {token.line}: commit {label} does not know {token.value!r}")
    return Commit(
        label=label,
        kind=kind,
        sources=tuple(sources),
        record_origin=record_origin,
        message=message,
        author=author,
        at=at,
        changes=changes,
        tags=tags,
    )


def _author(words: str) -> str:
    return words if "<" in words else f"{words.capitalize()} <{words.lower()}@example.com>"


def _tags(reader: _Reader) -> tuple[Tag, ...]:
    tags: list[Tag] = []
    while not reader.is_mark("]"):
        name = reader.take("word").value
        message = None if name.startswith("~") else reader.text_if_any() or name
        tags.append(Tag(name=name.removeprefix("~"), message=message))
        if reader.is_mark(","):
            reader.take()
    reader.take()
    return tuple(tags)


def _changes(reader: _Reader) -> tuple[Change, ...]:
    changes: list[Change] = []
    while not reader.is_mark("}"):
        changes.append(_change(reader))
        if reader.is_mark(","):
            reader.take()
    reader.take()
    return tuple(changes)


def _change(reader: _Reader) -> Change:
    first = reader.take("word", "text")
    name = first.value
    if first.kind == "word" and name.startswith("-"):
        return Delete(path=name[1:] or reader.take("text").value)
    # A quoted path is followed by its sign as a word of its own; a bare one carries `:` or `*:` at its end.
    if first.kind == "word" and name.endswith(":"):
        sign = "*:" if name.endswith("*:") else ":"
        name = name.removesuffix(sign)
    else:
        sign = reader.take("word").value
    match sign:
        case ":" | "*:":
            mode: Literal["100644", "100755"] = "100755" if sign == "*:" else "100644"
            return Write(path=name, content=_content(reader), mode=mode)
        case "->":
            return Write(path=name, content=reader.take("text", "word").value.encode(), mode="120000")
        case "=>":
            return Move(old=name, new=reader.take("text", "word").value)
        case "+=":
            return Append(path=name, content=_content(reader))
        case "~":
            old = reader.take("text").value
            reader.expect("=>")
            return Replace(path=name, old=old, new=reader.take("text").value)
        case _:
            raise SpecError(f"line {first.line}: {name!r} is followed by {sign!r}")


def _content(reader: _Reader) -> bytes:
    if reader.peek().kind == "word":
        reader.expect("hex")
        return bytes.fromhex(reader.take("text").value)
    return reader.take("text").value.encode()
