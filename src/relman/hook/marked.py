"""A message's wrong lines with the places marked, and below each place what is wrong and what to write."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from unicodedata import combining, east_asian_width

from relman.model.message_rules import Problem

_WIDTH = 72
_BEFORE = 50
"""How much of a long line is shown before the place."""


def marked(text: str, problems: Sequence[Problem]) -> Iterator[str]:
    """Lines to print, each wrong line of the message once; may quote the message raw."""
    lines = [line.rstrip("\r") for line in text.split("\n")]
    for number, found in groupby(problems, key=lambda problem: problem.line):
        here = list(found)
        yield from _places(lines[number - 1], number, [problem.column for problem in here])
        for problem in here:
            hint = f": {problem.hint}" if problem.hint else ""
            yield f"      {problem.level}: {problem.message}{hint} [{problem.rule}]"


def _places(line: str, number: int, columns: Sequence[int]) -> Iterator[str]:
    """The line with a mark under each column; of a long one, what is around the last."""
    start = max(0, columns[-1] - 1 - _BEFORE) if len(line) > _WIDTH else 0
    before = "…" if start else ""
    behind = "…" if len(line) > start + _WIDTH else ""
    yield f"{number:>4}  {before}{line[start : start + _WIDTH]}{behind}".rstrip()
    marks = ""
    for column in dict.fromkeys(column for column in columns if column > start):
        width = len(before) + sum(map(_columns, line[start : column - 1]))
        marks = f"{marks:<{width}}^"
    yield f"      {marks}"


def _columns(char: str) -> int:
    if combining(char):
        return 0
    return 2 if east_asian_width(char) in {"W", "F"} else 1
