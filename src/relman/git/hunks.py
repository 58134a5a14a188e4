"""Reads what a commit takes away or replaces: the lines of the old side, for blame to look at."""

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from relman.git.program import UNREACHABLE
from relman.git.repo import EMPTY_TREE, Repository
from relman.model.names import Oid

_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@")
_ID = re.compile(rb"[0-9a-f]{40}")
_PLAIN = ("--no-color", "--no-ext-diff", "--no-textconv", "--src-prefix=a/", "--dst-prefix=b/")

Range = tuple[int, int]
"""First and last line, counted from 1, both within."""


class Region(Struct, frozen=True, kw_only=True):
    """One place that a commit changes, in its parent's file.

    `start` is the first line that goes away; where nothing does (`removed` is empty), new lines come in below
    it, and 0 is the top of the file. `removed` has no line ends; undecodable bytes are replaced.
    """

    start: int
    removed: tuple[str, ...]


class ChangedFile(Struct, frozen=True, kw_only=True):
    """One file that a commit changes. `old` is its path in the parent: absent for a new file."""

    old: str | None
    new: str | None
    """Absent where the file goes away."""
    regions: tuple[Region, ...] = ()
    """Empty where only the name or the mode changes, and in binary files."""

    @property
    def path(self) -> str:
        """The new path, or the old one where the file goes away."""
        return self.new or self.old or ""


def changed_files(repo: Repository, parent: Oid | None, commit: Oid) -> tuple[ChangedFile, ...]:
    """Gives the files with changed content between two commits, renames followed, in git's order.

    Absent parent: the empty tree. Where only a mode or a name changes, nothing is said.
    """
    args = (
        "diff-tree",
        "-r",
        "-p",
        "-U0",
        "-M",
        "--inter-hunk-context=0",
        *_PLAIN,
        parent or EMPTY_TREE,
        commit,
    )
    patch = repo.looking.run(*args, env=UNREACHABLE).stdout
    return tuple(_files(patch.split(b"\n")))


def added_lines(repo: Repository, commits: Sequence[Oid]) -> Mapping[Oid, Mapping[str, tuple[str, ...]]]:
    """Gives the lines that each commit brings that its first parent lacks, by path; merges bring nothing here.

    Lines have no ends; undecodable bytes are replaced. Renames are new files. Error: a blob is not in this clone.
    """
    words = ("diff-tree", "--stdin", "-r", "-p", "-U0", "--root", "--always", "--no-renames", *_PLAIN)
    asked = "".join(f"{oid}\n" for oid in commits).encode()
    patch = repo.looking.run(*words, stdin=asked, env=UNREACHABLE).stdout if commits else b""
    found: dict[Oid, dict[str, list[str]]] = {oid: {} for oid in commits}
    here: dict[str, list[str]] = {}
    path: str | None = None
    lines, at = patch.split(b"\n"), 0
    while at < len(lines):
        line = lines[at]
        if hunk := _HUNK.match(line):
            gone, come = (1 if n is None else int(n) for n in (hunk[2], hunk[3]))
            length = _length(lines, at + 1, gone + come)
            body = lines[at + 1 : at + 1 + length]
            if path is not None:
                here.setdefault(path, []).extend(
                    text[1:].decode("utf-8", "replace") for text in body if text.startswith(b"+")
                )
            at += length
        elif line.startswith(b"+++ "):
            path = _path(line)
        elif _ID.fullmatch(line):
            here, path = found.get(Oid(line.decode("ascii")), {}), None
        at += 1
    return {oid: {name: tuple(texts) for name, texts in by_path.items()} for oid, by_path in found.items()}


def around(regions: Sequence[Region], context: int) -> tuple[Range, ...]:
    """Gives the regions' lines with that many neighbours on each side, sorted, joined where they touch.

    Without context a pure addition has no lines. The last line may lie beyond the end of the file.
    """
    found: list[Range] = []
    for first, last in sorted(_widened(region, context) for region in regions):
        if last < first:
            continue
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return tuple(found)


def _widened(region: Region, context: int) -> Range:
    # New lines stand between `start` and the line after it.
    first = region.start if region.removed else region.start + 1
    return max(first - context, 1), first + len(region.removed) - 1 + context


def _files(lines: Sequence[bytes]) -> Iterator[ChangedFile]:
    old: str | None = None
    new: str | None = None
    regions: list[Region] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        hunk = _HUNK.match(line)
        if hunk:
            gone, come = (1 if n is None else int(n) for n in (hunk[2], hunk[3]))
            texts = tuple(text[1:].decode("utf-8", "replace") for text in lines[at + 1 : at + 1 + gone])
            regions.append(Region(start=int(hunk[1]), removed=texts))
            # A line that is taken away may itself begin with "-- a/", which then looks like a header.
            at += _length(lines, at + 1, gone + come)
        elif line.startswith(b"--- "):
            old = _path(line)
        elif line.startswith(b"+++ "):
            new = _path(line)
        elif line.startswith(b"diff --git ") and regions:
            yield ChangedFile(old=old, new=new, regions=tuple(regions))
            regions = []
        at += 1
    if regions:
        yield ChangedFile(old=old, new=new, regions=tuple(regions))


def _length(lines: Sequence[bytes], start: int, wanted: int) -> int:
    r"""Counts the lines of a hunk's body; "\ No newline at end of file" is one that its header does not count."""
    at = start
    while wanted and at < len(lines):
        wanted -= not lines[at].startswith(b"\\")
        at += 1
    return at - start


def _path(line: bytes) -> str | None:
    name = line[4:].rstrip(b"\t")
    if name == b"/dev/null":
        return None
    if name.startswith(b'"'):
        name = name[1:-1].decode("unicode_escape").encode("latin-1")
    return name[2:].decode("utf-8", "surrogateescape")
