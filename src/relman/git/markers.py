"""Reads the conflicting regions of a file that git has marked."""

import re

from relman.model.trees import Hunk

MOST_BYTES = 1 << 20
"""A marked file longer than this is not read for hunks."""
MOST_HUNKS = 50
MOST_TEXT = 10_000
"""Characters that are kept of each side."""


def hunks(marked: bytes, ours: str, theirs: str) -> tuple[Hunk, ...]:
    """Gives the regions between markers that carry the labels `ours` and `theirs` (what was merged).

    The base is empty where the style shows none. Text that only looks like markers has other labels.
    """
    if len(marked) > MOST_BYTES:
        return ()
    lines = marked.decode("utf-8", "replace").splitlines(keepends=True)
    opening = re.compile(rf"(<+) {re.escape(ours)}(?:[:\s]|\Z)")
    found: list[Hunk] = []
    at = 0
    while at < len(lines) and len(found) < MOST_HUNKS:
        start = opening.match(lines[at])
        end = _end(lines, at, len(start[1]), theirs) if start else None
        if start and end:
            found.append(_hunk(lines[at + 1 : end], at + 1, len(start[1])))
            at = end
        at += 1
    return tuple(found)


def _end(lines: list[str], at: int, width: int, theirs: str) -> int | None:
    closing = re.compile(rf"{'>' * width} {re.escape(theirs)}(?:[:\s]|\Z)")
    return next((n for n in range(at + 1, len(lines)) if closing.match(lines[n])), None)


def _hunk(region: list[str], line: int, width: int) -> Hunk:
    bare = [text.rstrip("\r\n") for text in region]
    base = next((n for n, text in enumerate(bare) if text.startswith("|" * width + " ")), None)
    split = next((n for n, text in enumerate(bare) if text == "=" * width and n > (base or -1)), len(bare))
    return Hunk(
        line=line,
        ours="".join(region[: base if base is not None else split])[:MOST_TEXT],
        base="".join(region[base + 1 : split])[:MOST_TEXT] if base is not None else "",
        theirs="".join(region[split + 1 :])[:MOST_TEXT],
    )
