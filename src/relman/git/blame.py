"""Asks git which commit each line came from: one process for a file.

libgit2's blame is slower than git's, which uses the commit-graph file and its Bloom filters
(research/backport-engines.md 4.1).
"""

from collections.abc import Sequence

from msgspec import Struct

from relman.errors import RelmanError
from relman.git.hunks import Range
from relman.git.program import UNREACHABLE
from relman.git.repo import Repository
from relman.git.trees import absent, blob, is_partial
from relman.model.names import Oid

_LOOKED_AT = 8000
"""Bytes in which git looks for a NUL to tell binary files (xdiff-interface.c)."""

_MOST_RANGES = 2000
"""More would not fit on a command line everywhere; then all the lines between are asked for."""


class BlamedLine(Struct, frozen=True, kw_only=True):
    """One line, counted from 1, and the commit that it came from.

    `old`: the search ended there, at a commit that `below` holds, and the line may be older still.
    """

    line: int
    commit: Oid
    old: bool = False


def blame(
    repo: Repository, rev: Oid, path: str, ranges: Sequence[Range], *, below: Sequence[Oid] = ()
) -> tuple[BlamedLine, ...]:
    """Gives the lines of the ranges, in order, each with its commit; nothing for a binary or absent file.

    History that the commits `below` hold is not searched, which makes blame fast where only newer commits count.
    The user's list of commits to look through is not used: two people must get one answer. Error (usage): this
    partial clone lacks what blame needs.
    """
    held = _clipped(blob(repo, rev, path), ranges)
    if not held:
        return ()
    if rev in below:  # git would take the checkout for what was asked, since nothing is left of the range
        return tuple(BlamedLine(line=n, commit=rev, old=True) for n in _numbers(held))
    args = ["blame", "--incremental", "--root", "--no-textconv", "--ignore-revs-file="]
    asked = held if len(held) <= _MOST_RANGES else ((held[0][0], max(last for _, last in held)),)
    args += [word for first, last in asked for word in ("-L", f"{first},{last}")]
    args += [rev, *("^" + oid for oid in below), "--", path]
    try:
        told = repo.looking.run(*args, env=UNREACHABLE).stdout
    except RelmanError as e:
        if is_partial(repo):
            raise absent(repo, rev, f"the history of {path}") from e
        raise
    wanted = frozenset(_numbers(held))
    return tuple(row for row in _read(told.splitlines()) if row.line in wanted)


def _numbers(ranges: Sequence[Range]) -> list[int]:
    return sorted({n for first, last in ranges for n in range(first, last + 1)})


def touching(repo: Repository, rev: Oid, path: str, *, below: Sequence[Oid]) -> tuple[Oid, ...]:
    """Gives the commits, newest first, that `rev` holds and `below` do not and that change a file; renames end it."""
    args = ("--literal-pathspecs", "rev-list", rev, *("^" + oid for oid in below), "--", path)
    return tuple(
        Oid(line) for line in repo.looking.run(*args, env=UNREACHABLE).stdout.decode("ascii").split()
    )


def _clipped(data: bytes | None, ranges: Sequence[Range]) -> tuple[Range, ...]:
    if not data or b"\0" in data[:_LOOKED_AT]:
        return ()
    count = data.count(b"\n") + (not data.endswith(b"\n"))
    return tuple(sorted((first, min(last, count)) for first, last in ranges if first <= min(last, count)))


def _read(told: Sequence[bytes]) -> tuple[BlamedLine, ...]:
    """Reads entries: `id original-line line count`, then headers up to `filename`, told once a commit."""
    rows: list[tuple[int, Oid]] = []
    ends: set[Oid] = set()
    commit: Oid | None = None
    for row in told:
        if commit is None:
            oid, _, first, count = row.split(b" ")[:4]
            commit = Oid(oid.decode("ascii"))
            rows += [(int(first) + n, commit) for n in range(int(count))]
        elif row == b"boundary":
            ends.add(commit)
        elif row.startswith(b"filename "):
            commit = None
    return tuple(BlamedLine(line=line, commit=oid, old=oid in ends) for line, oid in sorted(rows))
