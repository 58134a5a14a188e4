"""A Markdown section as plain text, for the tag of a release whose commits say less than its notes do."""

import re

from relman.notes.text import one_line

_HEADING = re.compile(r"#{1,6}[ \t]+")
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()\s]*\)")
_STRONG = re.compile(r"\*\*([^*]+)\*\*")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_HEADED = re.compile(r"^((?!- )\S.*\n)\n(?=- )", re.MULTILINE)
"""A heading and the blank line before its list, which plain notes do not have."""


def unmarked(section: str) -> str:
    """Takes the section's own heading and all marks away; words, bullets and blocks stay."""
    lines = section.strip().splitlines()[1:]
    plain = "\n".join(_line(line) for line in lines).strip()
    return re.sub(r"\n{3,}", "\n\n", _HEADED.sub(r"\1", plain)) + "\n"


def _line(line: str) -> str:
    margin = line[: len(line) - len(line.lstrip(" "))]
    text = _HEADING.sub("", one_line(line), count=1)
    text = _STRONG.sub(r"\1", _LINK.sub(r"\1", text))
    return margin + _ESCAPED.sub(r"\1", text).replace("&lt;", "<").replace("&amp;", "&")
