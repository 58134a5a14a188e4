"""The changelog as values: which commits are news, in which section, and in what words.

No word of a template is here, nothing is escaped and nothing is linked; `notes` turns these values into text.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct

from relman.model import message
from relman.model.history import Commit
from relman.model.names import Oid


class Entry(Struct, frozen=True, kw_only=True):
    """One change. Texts are as the message has them: one line, or any number in `breaking_notes`.

    `type` is None for an unclassified commit, whose description is its subject. `authors` are names, the
    author's first, then those of `Co-authored-by`. `references` are issues as `message.references` gives
    them, without the change request itself. `also_in` are versions in which the same change shipped already.
    """

    commit: Oid
    type: str | None
    scope: str | None
    description: str
    breaking: bool = False
    breaking_notes: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    pull_request: int | None = None
    also_in: tuple[str, ...] = ()
    subject: str = ""


class Section(Struct, frozen=True, kw_only=True):
    """Entries under one title, by scope; those without a scope first."""

    title: str
    entries: tuple[Entry, ...]


class Release(Struct, frozen=True, kw_only=True):
    """What one release brings. `version`, `tag` and `date` (ISO, `2026-11-23`) are None while unreleased.

    `commit` is the tagged commit, or the tip that was asked about. `previous_tag` is what the release is
    compared with. `withdrawn` is the reason why nobody should use it.
    """

    version: str | None
    tag: str | None
    commit: Oid | None
    date: str | None
    previous_tag: str | None
    sections: tuple[Section, ...]
    contributors: tuple[str, ...] = ()
    withdrawn: str | None = None


class Group(Struct, frozen=True, kw_only=True):
    """A section's title and the lower-case commit types that belong there."""

    title: str
    types: tuple[str, ...]


class Layout(Struct, frozen=True, kw_only=True):
    """How a changelog is arranged.

    Types in `hidden` are not shown unless they break something; types that are nowhere go where unclassified
    commits go. `repeats` says what becomes of a change that another release had already. With
    `squash_bullets` the conventional bullets of a body are entries of their own.
    """

    breaking: str = "Breaking changes"
    sections: tuple[Group, ...] = (
        Group(title="Features", types=("feat",)),
        Group(title="Bug fixes", types=("fix",)),
        Group(title="Performance", types=("perf",)),
        Group(title="Reverts", types=("revert",)),
    )
    hidden: tuple[str, ...] = ("build", "chore", "ci", "docs", "refactor", "style", "test")
    unclassified: str = "Changes"
    repeats: Literal["hide", "mention"] = "hide"
    squash_bullets: bool = False


_SKIP_MARKER = re.compile(
    r"\s*(?:\[(?:skip[ -]ci|ci[ -]skip|no[ -]ci|skip[ -]actions)\]|\*\*\*NO_CI\*\*\*)", re.IGNORECASE
)
_REQUEST = re.compile(r"\((?:[#!]|(?:pull request|PR) [#!]?)([0-9]{1,12})\)\Z", re.IGNORECASE)
_BULLET = re.compile(r"[*+-][ \t]+(?=\S)")
_COAUTHOR = re.compile(r"(?P<name>[^<>]*?)\s*<[^<>]*>\s*")
_AUTOMATON = re.compile(r"\[bot\]\Z", re.IGNORECASE)
_IGNORE = frozenset({"ignore", "skip", "none", "no"})


def build_sections(
    commits: Sequence[Commit],
    *,
    layout: Layout,
    already: Mapping[Oid, str] | None = None,
    removed: frozenset[Oid] = frozenset(),
) -> tuple[Section, ...]:
    """Arranges a range of commits (newest first, as `Graph.between` gives it) in sections; none is empty.

    `already` maps commits to the version in which the same change shipped. `removed` is what cancels out
    with a revert (`reverts.cancel`). A breaking change stands in the breaking section only.
    """
    entries = _entries(commits, layout, already or {}, removed)
    by_title: dict[str, list[Entry]] = {layout.breaking: []}
    by_type: dict[str, str] = {}
    for group in layout.sections:
        by_title.setdefault(group.title, [])
        for kind in group.types:
            by_type.setdefault(kind, group.title)
    by_title.setdefault(layout.unclassified, [])
    for entry in entries:
        if entry.breaking:
            by_title[layout.breaking].append(entry)
        elif entry.type is None or entry.type in by_type or entry.type not in layout.hidden:
            by_title[by_type.get(entry.type or "", layout.unclassified)].append(entry)
    return tuple(
        Section(title=title, entries=tuple(sorted(found, key=_by_scope)))
        for title, found in by_title.items()
        if found
    )


def contributors(commits: Sequence[Commit], removed: frozenset[Oid] = frozenset()) -> tuple[str, ...]:
    """The people behind a range, by name, each once; automata and authors of mere merges are left out."""
    names = {
        name
        for commit in commits
        if commit.id not in removed and len(commit.parents) < _MERGE
        for name in _authors(commit, message.parse(commit.message))
        if not _AUTOMATON.search(name)
    }
    return tuple(sorted(names, key=lambda name: (name.casefold(), name)))


_MERGE = 2
"""How many parents make a merge."""


def _entries(
    commits: Sequence[Commit], layout: Layout, already: Mapping[Oid, str], removed: frozenset[Oid]
) -> list[Entry]:
    entries: list[Entry] = []
    messages = {commit.id: message.parse(commit.message) for commit in commits}
    for commit in commits:
        read = messages[commit.id]
        shipped = already.get(commit.id)
        if commit.id in removed or (shipped is not None and layout.repeats == "hide") or _silent(read):
            continue
        if len(commit.parents) >= _MERGE and not _speaks(commit, commits, messages):
            continue
        also_in = () if shipped is None else (shipped,)
        entries += _entries_of(commit, read, also_in, squash_bullets=layout.squash_bullets)
    return entries


def _silent(read: message.Message) -> bool:
    return message.is_release_subject(read.subject) or any(
        footer.token.lower() == "changelog" and footer.value.lower() in _IGNORE for footer in read.footers
    )


def _speaks(merge: Commit, commits: Sequence[Commit], messages: Mapping[Oid, message.Message]) -> bool:
    """Tells whether a merge says itself what the commits that it brought do not say."""
    read = messages[merge.id]
    if read.type is None and not read.breaking:
        return False
    brought = [messages[oid] for oid in _brought(merge, commits)]
    if read.breaking and not any(other.breaking for other in brought):
        return True
    return not any(other.type is not None or other.breaking for other in brought)


def _brought(merge: Commit, commits: Sequence[Commit]) -> set[Oid]:
    """What of the range a merge brought to its first parent."""
    parents = {commit.id: commit.parents for commit in commits}

    def reach(tips: Sequence[Oid]) -> set[Oid]:
        seen: set[Oid] = set()
        todo = list(tips)
        while todo:
            at = todo.pop()
            if at in parents and at not in seen:
                seen.add(at)
                todo.extend(parents[at])
        return seen

    return reach(merge.parents[1:]) - reach(merge.parents[:1])


def _entries_of(
    commit: Commit, read: message.Message, also_in: tuple[str, ...], *, squash_bullets: bool
) -> list[Entry]:
    if not squash_bullets:
        return [_entry(commit, read, read, also_in)]
    kept, bullets = _without_bullets(commit.message)
    if not bullets:
        return [_entry(commit, read, read, also_in)]
    return [_entry(commit, each, read, also_in) for each in (message.parse(kept), *bullets)]


def _without_bullets(text: str) -> tuple[str, list[message.Message]]:
    """Splits a message into what is no conventional bullet, and the bullets, each read as a message."""
    kept: list[str] = []
    bullets: list[message.Message] = []
    for line in text.split("\n"):
        match = _BULLET.match(line)
        bullet = message.parse(line[match.end() :]) if match else None
        if bullet is not None and bullet.type is not None:
            bullets.append(bullet)
        else:
            kept.append(line)
    return "\n".join(kept), bullets


def _entry(commit: Commit, read: message.Message, whole: message.Message, also_in: tuple[str, ...]) -> Entry:
    request = message.pull_request(whole)
    description = _plain(read.subject if read.description is None else read.description, request)
    notes = tuple(_plain(note, request) for note in message.breaking_notes(read))
    return Entry(
        commit=commit.id,
        type=read.type,
        scope=", ".join(message.scopes(read)) or None,
        description=description,
        breaking=read.breaking,
        breaking_notes=tuple(note for note in notes if note != description),
        authors=_authors(commit, whole),
        references=tuple(r for r in message.references(read) if r != f"#{request}"),
        pull_request=request,
        also_in=also_in,
        subject=whole.subject,
    )


def _plain(text: str, request: int | None) -> str:
    """Takes off the CI markers, and the number of the change request, which is linked beside the text."""
    bare = (_SKIP_MARKER.sub("", text) if "[" in text or "*" in text else text).strip()
    at = bare.rfind("(") if bare.endswith(")") else -1
    match = _REQUEST.match(bare, at) if at >= 0 else None
    if match and int(match[1]) == request:
        bare = bare[:at].rstrip()
    return bare or text.strip()


def _authors(commit: Commit, read: message.Message) -> tuple[str, ...]:
    names = [commit.author.name.strip()]
    for footer in read.footers:
        if footer.token.lower() == "co-authored-by":
            match = _COAUTHOR.match(footer.value)
            names.append((match["name"] if match else footer.value).strip())
    return tuple(dict.fromkeys(name for name in names if name))


def _by_scope(entry: Entry) -> tuple[bool, str]:
    return (entry.scope is not None, (entry.scope or "").casefold())
