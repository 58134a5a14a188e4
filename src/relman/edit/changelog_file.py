"""The changelog file as text with sections: one per version, newest first, everything else left as it is."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from relman.edit.heading import headings, named
from relman.edit.link_reference import foot, put_reference, references
from relman.errors import RelmanError, usage

Order = Callable[[str], Any]
"""The sort key of a version's text; a ValueError or RelmanError says that the text is no version."""

PREAMBLE = """# Changelog

All notable changes to this project will be documented in this file.

The format is based on [Keep a Changelog](https://keepachangelog.com/en/1.1.0/),
and this project adheres to [Semantic Versioning](https://semver.org/spec/v2.0.0.html).
"""

_MARKER = re.compile(r"^(?:<!-- version list -->|.*towncrier release notes start.*)[ \t]*\r?$", re.MULTILINE)
_ANCHOR = re.compile(r"^(?:<a [^<>\n]*>(?:</a>)?|\.\. _[^\n]*:)[ \t]*\r?\n(?:[ \t]*\r?\n)?\Z", re.MULTILINE)
_HASHES = re.compile(r"^#{1,6}[ \t][^\r\n]*[^\s#]", re.MULTILINE)
_LONGEST_ANCHOR = 300
_CONVENTIONAL_LEVEL = 3


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A version's part of the file; `version` is without `v`, None for the unreleased changes.

    `[start, end)` are character offsets; the part runs from its heading (or the anchor above it) up to the
    next section, with the blank lines between. `heading` is the heading's text without its marks.
    """

    version: str | None
    start: int
    end: int
    heading: str


def text_of(data: bytes | None) -> str:
    """The file as text, empty when missing; bytes that are no UTF-8 survive the way back by `bytes_of`."""
    return (data or b"").decode("utf-8", "surrogateescape")


def bytes_of(text: str) -> bytes:
    """The way back from `text_of`."""
    return text.encode("utf-8", "surrogateescape")


def sections(text: str) -> tuple[Section, ...]:
    """The file's sections in file order.

    A heading that names no version belongs to its section, unless it is of the highest level that versions
    have here. That level may hold the groups of a version too where it is 3 or deeper, since
    conventional-changelog writes patches as `### 1.2.1` with `### Bug Fixes` below.
    """
    found = [(heading, named(heading.text)) for heading in headings(text)]
    top = min((heading.level for heading, name in found if name and name.sure), default=None)
    if top is None:
        top = min((heading.level for heading, name in found if name), default=0)
    out: list[Section] = []
    end = foot(text)
    for heading, name in reversed(found):
        if heading.start >= end:
            continue
        if name and (name.sure or heading.level <= top):
            start = _with_anchor(text, heading.start)
            out.append(Section(version=name.version, start=start, end=end, heading=heading.text))
            end = start
        elif heading.level < top or (heading.level == top and top < _CONVENTIONAL_LEVEL):
            end = heading.start
    return tuple(reversed(out))


def section_text(text: str, version: str) -> str | None:
    """The section of a version with its heading, without blank lines around it; None where there is none."""
    wanted = _plain(version)
    if wanted not in text.replace("\\", ""):  # a heading may write 1\.2\.3
        return None
    return next(
        (_strip(text[each.start : each.end]) for each in sections(text) if each.version == wanted), None
    )


def insert(
    text: str,
    version: str,
    section: str,
    *,
    order: Order,
    replaces: tuple[str, ...] = (),
) -> str:
    """Puts a section (Markdown with its heading) in version order: newest first, or as the file has it.

    The sections of the same version and those in `replaces` go; every other character stays. Unreleased
    stays first and keeps what was written by hand. Line ends follow the file's. An empty file gets a
    preamble. Link reference definitions at the section's own end go to the file's foot, and an `[unreleased]`
    one among them updates the file's. Inserting the same section again changes nothing.

    Error (usage) where the section's heading does not name the version, or a heading inside it would end it.
    """
    version = _plain(version)
    text = text if text.strip("\ufeff \t\r\n") else PREAMBLE
    newline = "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"
    body = _strip(section[: foot(section)])
    body = body.replace("\r\n", "\n").replace("\n", newline)
    names = [each.version for each in sections(body)]
    if names != [version]:
        given = ", ".join(map(str, names)) or "no version"
        raise usage(
            f"the changelog section for {version} has headings for {given}",
            "make the template's one version heading name the version, like: ## [1.2.3] - 2024-01-31",
        )
    gone = {version, *map(_plain, replaces)}
    out = _placed(text, version, body, gone, order, newline)
    if section_text(out, version) != body:
        raise usage(
            f"the changelog section for {version} does not read back from the file",
            "make the headings inside the section deeper than its own, and close comments and code blocks",
        )
    return _linked(out, version, references(section), order)


def merge_sections(text: str, others: Sequence[tuple[str, str]], *, order: Order) -> str:
    """Inserts the `(version, section)` pairs that the file lacks; never changes a section that is there."""
    there = {each.version for each in sections(text)}
    for version, section in others:
        if _plain(version) not in there:
            text = insert(text, version, section, order=order)
            there.add(_plain(version))
    return text


def mark_withdrawn(text: str, version: str, reason: str) -> str:
    """Adds `[YANKED]` to a version's heading, as Keep a Changelog has it, and the reason (Markdown) below it.

    Only a heading that begins with `#` is marked; a section that is marked already, or is not there, stays.
    """
    each = next((s for s in sections(text) if s.version == _plain(version)), None)
    if each is None or "[YANKED]" in each.heading.upper():
        return text
    heading = _HASHES.search(text, each.start, each.end)
    if heading is None:
        return text
    newline = "\r\n" if text[heading.end() : heading.end() + 1] == "\r" else "\n"
    at = heading.end()
    return f"{text[:at]} [YANKED]{newline * 2}Withdrawn: {reason}{text[at:]}"


def _placed(text: str, version: str, body: str, gone: set[str], order: Order, newline: str) -> str:
    all_sections = sections(text)
    removed = [each for each in all_sections if each.version in gone]
    same = next((each for each in removed if each.version == version), None)
    at = same.start if same else _position(text, version, all_sections, removed, order)
    before = _without(text, removed, 0, at)
    after = _without(text, removed, at, len(text))
    if before.strip("\ufeff \t\r\n") and not re.search(r"\n[ \t]*\r?\n[ \t]*\Z", before):
        before += newline if before.endswith("\n") else newline * 2
    if same:
        old = text[same.start : same.end]
        gap = old[len(old.rstrip()) :]
    else:
        gap = newline * 2 if after.strip() else newline
    if after.strip() and "\n" not in gap:
        gap = newline * 2
    return before + body + gap + after


def _position(
    text: str, version: str, every: tuple[Section, ...], removed: list[Section], order: Order
) -> int:
    key = order(version)
    ranked = [(rank, each) for each, rank in _ranked(every, order) if each not in removed]
    ranks = [rank for rank, _ in ranked]
    older = [each for rank, each in ranked if rank < key]
    if len(ranks) > 1 and ranks[0] < ranks[-1] and ranks == sorted(ranks):
        return older[-1].end if older else ranked[0][1].start
    if older:
        return older[0].start
    if ranked:
        return ranked[-1][1].end
    if removed:
        return removed[0].start
    if every:
        return every[-1].end if every[-1].version is None else every[0].start
    return _first_place(text)


def _first_place(text: str) -> int:
    marker = _MARKER.search(text)
    starts = [heading.start for heading in headings(text)]
    below = [start for start in starts if start > marker.end()] if marker else starts[1:]
    return below[0] if below else foot(text)


def _ranked(every: Sequence[Section], order: Order) -> Iterator[tuple[Section, Any]]:
    for each in every:
        if each.version is not None:
            try:
                yield each, order(each.version)
            except (ValueError, RelmanError):
                continue  # a heading of another scheme is no neighbour to compare with


def _without(text: str, removed: Sequence[Section], start: int, end: int) -> str:
    out: list[str] = []
    for each in removed:
        if start <= each.start and each.end <= end:
            out.append(text[start : each.start])
            start = each.end
    return "".join((*out, text[start:end]))


def _linked(text: str, version: str, own: tuple[tuple[str, str], ...], order: Order) -> str:
    key = order(version)

    def is_older(label: str) -> bool:
        try:
            return bool(order(_plain(label)) < key)
        except (ValueError, RelmanError):
            return False

    for name, target in own:
        text = put_reference(text, name, target, is_older)
    return text


def _with_anchor(text: str, start: int) -> int:
    anchor = _ANCHOR.search(text, max(0, start - _LONGEST_ANCHOR), start)
    return anchor.start() if anchor else start


def _strip(text: str) -> str:
    return text.rstrip().lstrip("\ufeff\r\n")


def _plain(version: str) -> str:
    return version[1:] if version[:1] in {"v", "V"} and version[1:2].isdecimal() else version
