"""Headings of Markdown and reStructuredText, and the version that a changelog's heading names."""

import re
from collections.abc import Iterator
from typing import Literal

import msgspec

_ATX = re.compile(r"[ ]{0,3}(#{1,6})(?=[ \t]|$)")
_UNDERLINE = re.compile(r"([=\-~^\"'*+#.:_`])\1{2,}[ \t]*")
_MARKDOWN_UNDERLINE = {"=": 1, "-": 2}
_FENCE = re.compile(r"[ ]{0,3}(`{3,}|~{3,})")

_MARKUP = re.compile(r"<[^<>]*>|\]\([^()]*\)|\]\[[^\[\]]*\]|[\[\]`*]|\\(?=[-_.\[\]])")
_NAME = r"[A-Za-z@][\w@./-]*?"
_NUMBER = r"(?P<version>\d+(?:\.\d+){1,3}(?:[-+.]?[A-Za-z][0-9A-Za-z.+-]*|[-+][0-9A-Za-z.+-]+)?)"
_DATE = r"(?:\(?\d{1,4}[-./]\d{1,2}[-./]\d{1,4}\)?|\([^()]*\)|unreleased|tbd|yanked|withdrawn)"
_DASH = r"(?:[-–—:,|/]+[ \t]*)?"
_TIDY_REST = rf"[ \t]*{_DASH}(?:{_DATE}[ \t]*)*"
_BARE = re.compile(rf"(?:(?:version|release)[ \t]+)?v?{_NUMBER}(?P<rest>$|[ \t(:,|/–—].*)", re.IGNORECASE)
_NAMED = re.compile(rf"(?:{_NAME}(?:@|[-_/]v?|[ \t]+v?)){_NUMBER}(?P<rest>$|[ \t(:,|/–—].*)")
_TIDY = re.compile(_TIDY_REST, re.IGNORECASE)
_UNRELEASED = re.compile(r"(?:unreleased|upcoming)\b.*|head", re.IGNORECASE)


class Heading(msgspec.Struct, frozen=True, kw_only=True):
    """A heading: character offset of its first line, level from 1, and its text without the marks."""

    start: int
    level: int
    text: str


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """What a heading names: a version (without `v`), or None for the unreleased section.

    `sure` is false where the words around the number could as well be those of a heading inside a section.
    """

    version: str | None
    sure: bool


def headings(text: str) -> Iterator[Heading]:
    """Every heading outside code blocks and HTML comments, in order.

    Where no `#` heading exists, underlines rank in order of appearance, as in reStructuredText.
    """
    lines = _lines(text)
    markdown = any(kind == "atx" for kind, _, _ in _raw(lines))
    ranks: dict[str, int] = {}
    for kind, start, (marks, words) in _raw(lines):
        if kind == "atx":
            yield Heading(start=start, level=len(marks), text=words)
        elif not markdown:
            yield Heading(start=start, level=ranks.setdefault(marks, len(ranks) + 1), text=words)
        elif marks in _MARKDOWN_UNDERLINE:
            yield Heading(start=start, level=_MARKDOWN_UNDERLINE[marks], text=words)


def named(text: str) -> Named | None:
    """What a changelog's heading names, or None where it is no version's.

    Reads `[1.2.3] - 2024-01-01`, `v1.2.3`, `[1.2.3](url) (date)`, `Version 1.2.3`, `name 1.2.3 (date)`,
    `pkg@1.2.3`, `[Unreleased]`, and markup around them.
    """
    plain = " ".join(_MARKUP.sub("", text).split())
    if _UNRELEASED.fullmatch(plain):
        return Named(version=None, sure=True)
    if found := _BARE.fullmatch(plain):
        return Named(version=found["version"], sure=_TIDY.fullmatch(found["rest"]) is not None)
    found = _NAMED.fullmatch(plain)
    if found and _TIDY.fullmatch(found["rest"]):
        return Named(version=found["version"], sure=False)
    return None


def _lines(text: str) -> list[tuple[int, str]]:
    """Offset and text of every line that is neither code nor comment; those come as blank lines."""
    out: list[tuple[int, str]] = []
    at = 1 if text.startswith("\ufeff") else 0
    fence = ""
    comment = False
    for line in text[at:].split("\n"):
        shown = "" if fence or comment else line.rstrip("\r")
        mark = _FENCE.match(line)
        if mark and mark[1][0] == "~" and not fence and out and out[-1][1].strip():
            mark = None  # below words it is a reStructuredText underline
        if comment:
            comment = "-->" not in line
        elif fence:
            closes = mark is not None and mark[1].startswith(fence) and not line[mark.end() :].strip()
            fence = "" if closes else fence
        elif mark:
            fence, shown = mark[1], ""
        elif line.lstrip().startswith("<!--"):
            comment, shown = "-->" not in line, ""
        out.append((at, shown))
        at += len(line) + 1
    return out


def _raw(lines: list[tuple[int, str]]) -> Iterator[tuple[Literal["atx", "line"], int, tuple[str, str]]]:
    before = ""
    for (start, line), (_, below) in zip(lines, [*lines[1:], (0, "")], strict=True):
        if atx := _ATX.match(line):
            yield "atx", start, (atx[1], _without_closing(line[atx.end() :].strip()))
        elif _is_underlined(line, below):
            over = _UNDERLINE.fullmatch(before)
            overlined = over is not None and before.rstrip() == below.rstrip()
            yield (
                "line",
                start - (len(before) + 1 if overlined else 0),
                (below[0] * (1 + overlined), line.strip()),
            )
        before = line


def _without_closing(words: str) -> str:
    bare = words.rstrip("#")
    return bare.rstrip() if not bare or bare[-1] in " \t" else words


def _is_underlined(line: str, below: str) -> bool:
    mark = _UNDERLINE.fullmatch(below)
    return bool(mark and line.strip() and not _UNDERLINE.fullmatch(line) and not line.startswith("    "))
