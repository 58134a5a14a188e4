"""Conventional Commits 1.0.0, read leniently: the text of a stored message to its parts.

Source: the specification's sixteen rules. Where it is silent: a breaking marker at the start of a line is
never lost, and none is inferred from prose. Every scan is one pass over the text, whatever the text holds.
"""

import re
from functools import lru_cache

from msgspec import Struct

from relman.model.message_subject import azure_prefix, quoted

BREAKING_TOKENS = ("BREAKING CHANGE", "BREAKING-CHANGE")
PICKED_TOKEN = "cherry picked from commit"  # noqa: S105  (a footer's token)

_HEADER = re.compile(r"(\w[^\s():!]*)(?:\((.*?)\))?(!)?:(?![/:\\])(\s*)(\S.*)?", re.DOTALL)
_FOOTER = re.compile(r"(\w[\w-]*)(?::[ \t]+| #)(?=\S)")
_BREAKING = re.compile(r"([*+-][ \t]+)?(BREAKING[ -]CHANGE):([ \t]*)")
_PICKED = re.compile(r"\(cherry picked from commit ([0-9a-f]{7,40})\)\s*")
_BULLET = re.compile(r"[*+-][ \t]")
_BANG = re.compile(r"(?:[*+-][ \t]+)?\w[^\s():!]*(?:\((?:[^()]|\([^()]*\))*\))?!:[ \t]+(\S.*)", re.DOTALL)
_NUMBERS = re.compile(r"[0-9]{1,12}(?:(?:,| and|,? &)? ?#[0-9]{1,12})*\.?\s*")
_TRAILER_WORDS = frozenset(
    {"refs", "ref", "references", "close", "closes", "closed", "fixes", "fixed", "resolves", "resolved"}
    | {"implements", "cc", "link", "bug", "issue"}
)
_REMEMBERED = 8192
"""Messages whose parts are kept: bumps, reverts, ports and notes each ask for those of the same range."""
_MARKS = "B*+-("
"""What a breaking marker, or git's line about a pick, begins with: most lines do not."""
_GIT_SPACE = " \t\n\r"
SCISSORS = " ------------------------ >8 ------------------------"


class Footer(Struct, frozen=True, kw_only=True):
    """A footer as written; compare tokens without case. A value may hold line breaks and blank lines."""

    token: str
    value: str


class Message(Struct, frozen=True, kw_only=True):
    """A commit message's parts. Values are as written, without white space at their ends, lines end in LF.

    `subject` is the first non-blank line. `type` is lower-case; None is unclassified, and then `scope` and
    `description` are None too. `breaking` is set by `!`, by a breaking footer, or by a header with `!` at
    the start of a body line or bullet.
    """

    subject: str
    type: str | None = None
    scope: str | None = None
    breaking: bool = False
    description: str | None = None
    body: str | None = None
    footers: tuple[Footer, ...] = ()


class Header(Struct, frozen=True, kw_only=True):
    """A header that parses, raw; `scope` is None without parentheses, `gap` is the space after the colon."""

    type: str
    scope: str | None
    bang: bool
    gap: str
    description: str


class Outline(Struct, frozen=True, kw_only=True):
    """Where a message's parts are. `head` is the header's index in `lines`, their number where all are blank.

    `places` holds the line index of each footer; `start` is where the footers begin, the number of lines
    without any. No line holds a line break; a CR at a line's end is gone.
    """

    lines: list[str]
    head: int
    body: str | None
    footers: tuple[Footer, ...]
    places: tuple[int, ...]
    start: int


@lru_cache(maxsize=_REMEMBERED)
def parse(text: str) -> Message:
    """Reads a stored message. Never raises; what is no conventional header is unclassified."""
    parts = outline(text)
    if parts.head == len(parts.lines):
        return Message(subject="")
    subject = parts.lines[parts.head].strip()
    header = read_header(subject[azure_prefix(subject) :])
    breaking = ("BREAKING" in text and any(footer.token in BREAKING_TOKENS for footer in parts.footers)) or (
        "!:" in text and any(bang_description(line) for line in parts.lines[parts.head + 1 :])
    )
    if header is None:
        # git's own wording of a revert counts as the type revert
        undone = quoted(subject)
        reverts = undone is not None and undone[0] == "Revert"
        return Message(
            subject=subject,
            type="revert" if reverts else None,
            description=undone[1] if undone and reverts else None,
            breaking=breaking,
            body=parts.body,
            footers=parts.footers,
        )
    return Message(
        subject=subject,
        type=header.type.lower(),
        scope=(header.scope or "").strip() or None,
        breaking=breaking or header.bang,
        description=header.description,
        body=parts.body,
        footers=parts.footers,
    )


def read_header(subject: str) -> Header | None:
    """`type(scope)!: description`, without white space at its ends; None if it does not parse."""
    match = _HEADER.fullmatch(subject)
    if match is None or match[5] is None or (match[2] and not _balanced(match[2])):
        return None
    return Header(
        type=match[1], scope=match[2], bang=match[3] is not None, gap=match[4], description=match[5]
    )


def bang_description(line: str) -> str | None:
    """The description of a line or bullet that is a header with `!`, as squashing leaves them in bodies."""
    match = _BANG.match(line) if "!:" in line else None
    return match[1].strip() if match else None


def outline(text: str) -> Outline:
    """Finds header, body and footers."""
    lines = text.split("\n")
    if "\r" in text:
        lines = [line.rstrip("\r") for line in lines]
    head = 0
    while head < len(lines) and _blank(lines[head]):
        head += 1
    if not any(lines[head + 1 :]):
        return Outline(lines=lines, head=head, body=None, footers=(), places=(), start=len(lines))
    start = _footer_start(lines, head + 1)
    orphans, footers, places = _footers(lines, start)
    body = "\n".join(lines[head + 1 : start] + orphans).strip()
    return Outline(lines=lines, head=head, body=body or None, footers=footers, places=places, start=start)


def clean(text: str, comment: str = "#") -> str:
    """What `git commit` keeps of its editor's file: no comments, nothing behind scissors, no blank runs.

    `comment` is `core.commentString`; empty keeps every line. Source: git-commit(1), `--cleanup`.
    """
    kept: list[str] = []
    for line in text.split("\n"):
        if comment and line.startswith(comment):
            if line[len(comment) :].rstrip(_GIT_SPACE) == SCISSORS:
                break
            continue
        stripped = line.rstrip(_GIT_SPACE)
        if stripped or (kept and kept[-1]):
            kept.append(stripped)
    while kept and not kept[-1]:
        kept.pop()
    return "\n".join([*kept, ""]) if kept else ""


def _blank(line: str) -> bool:
    return not line or line.isspace()


def _balanced(scope: str) -> bool:
    depth = 0
    for char in scope:
        depth += (char == "(") - (char == ")")
        if depth < 0:
            return False
    return depth == 0


def _footer_start(lines: list[str], first: int) -> int:
    """Where the footers begin: by the letter at the first paragraph that opens with token and separator.

    A single word and a colon ("Note: ...") opens prose as often, so it needs a paragraph, and all behind
    it, of nothing but footers. A breaking marker and git's line about a pick begin them anywhere.
    """
    start = len(lines)
    opening = True
    for index in range(first, len(lines)):
        line = lines[index]
        if not line or line.isspace():
            opening = True
            continue
        marked = line[0] in _MARKS and (_breaking(lines, index) or _PICKED.fullmatch(line))
        if marked or (opening and _opens(line)):
            start = index
            break
        opening = False
    end = start
    while True:
        while end > first and _blank(lines[end - 1]):
            end -= 1
        top = end
        while top > first and not _blank(lines[top - 1]):
            top -= 1
        if top == end or not _only_footers(lines, top, end):
            return start
        start = end = top


def _opens(line: str) -> bool:
    match = _FOOTER.match(line)
    if match is None:
        return False
    if line[match.end() - 1] == "#":
        return _NUMBERS.fullmatch(line, match.end()) is not None
    return "-" in match[1] or match[1].lower() in _TRAILER_WORDS


def _only_footers(lines: list[str], top: int, end: int) -> bool:
    return _FOOTER.match(lines[top]) is not None and all(
        _FOOTER.match(lines[index]) or lines[index][0] in " \t" for index in range(top, end)
    )


def _breaking(lines: list[str], index: int) -> re.Match[str] | None:
    """A breaking marker on this line, whose text may begin on the next."""
    line = lines[index]
    match = _BREAKING.match(line)
    if match is None or not _blank(line[match.end() :]):
        return match
    text = next((other for other in range(index + 1, len(lines)) if not _blank(lines[other])), None)
    if (
        text is None
        or _FOOTER.match(lines[text])
        or _BREAKING.match(lines[text])
        or _PICKED.fullmatch(lines[text])
    ):
        return None
    return match


def _footers(lines: list[str], start: int) -> tuple[list[str], tuple[Footer, ...], tuple[int, ...]]:
    """Reads the footers from `start` on; lines that belong to none come first in the answer."""
    orphans: list[str] = []
    found: list[tuple[str, list[str]]] = []
    places: list[int] = []
    open_value: list[str] | None = None
    bullet = False
    for index in range(start, len(lines)):
        line = lines[index]
        value: list[str] | None
        if not line or line.isspace():
            (orphans if open_value is None else open_value).append(line)
            continue
        marked = line[0] in _MARKS
        if marked and (picked := _PICKED.fullmatch(line)):
            token, value, open_value = PICKED_TOKEN, [picked[1]], None
        elif marked and (match := _breaking(lines, index)):
            token, value, bullet = match[2], [line[match.end() :]], match[1] is not None
            open_value = value
        elif match := _FOOTER.match(line):
            token, value, bullet = match[1], [line[match.end() :]], False
            open_value = value
        else:
            if open_value is not None and bullet and _BULLET.match(line):
                # the next item of the list is not part of the marker's text
                open_value = None
            if open_value is None and not orphans:
                orphans.append("")
            (orphans if open_value is None else open_value).append(line)
            continue
        found.append((token, value))
        places.append(index)
    footers = tuple(Footer(token=token, value="\n".join(value).strip()) for token, value in found)
    return orphans, footers, tuple(places)
