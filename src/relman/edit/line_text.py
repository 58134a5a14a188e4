"""Files without structure: the whole content is the version, or one line holds it."""

import re

from relman.edit.document import Place
from relman.errors import usage

_WHITE = " \t\r\n\f\v"
_VERSION = re.compile(r"(?=[^0-9]*[0-9])[0-9A-Za-z.+!_~@/-]+")
SLOT = "{version}"


def is_version_text(text: str) -> bool:
    """Whether it could be a version in any spelling: one word with a digit, no quotes or escapes."""
    return _VERSION.fullmatch(text) is not None


def whole_content(text: str, path: str) -> Place:
    """The version is the file's whole content but for white space around it."""
    value = text.strip(_WHITE)
    if not value:
        raise usage(f"{path} is empty; a version should stand there")
    if not is_version_text(value):
        raise usage(f"{path} holds more than one version", "name the line that holds it with a pattern")
    start = text.index(value)
    return Place(start=start, end=start + len(value), value=value)


def check_pattern(pattern: str, path: str) -> tuple[str, str]:
    """The literal texts before and after the version; error (usage) when the pattern is no template."""
    before, slot, after = pattern.strip(_WHITE).partition(SLOT)
    if not slot or SLOT in after:
        raise usage(f"{path}: the pattern {pattern!r} must hold {SLOT} exactly once")
    if "\n" in pattern.strip(_WHITE) or "\r" in pattern.strip(_WHITE):
        raise usage(f"{path}: the pattern {pattern!r} must be one line")
    return before, after


def one_line(text: str, path: str, pattern: str) -> Place:
    """The version stands in the only line that is the pattern, but for white space around it.

    The pattern is literal; nothing in it is a regular expression, since configuration is untrusted.
    """
    before, after = check_pattern(pattern, path)
    hits: list[Place] = []
    at = 0
    for line in text.split("\n"):
        bare = line.strip(_WHITE)
        if len(bare) > len(before) + len(after) and bare.startswith(before) and bare.endswith(after):
            value = bare[len(before) : len(bare) - len(after)]
            if is_version_text(value):
                start = at + line.index(bare) + len(before)
                hits.append(Place(start=start, end=start + len(value), value=value))
        at += len(line) + 1
    if not hits:
        raise usage(f"{path} has no line {pattern!r}")
    if len(hits) > 1:
        numbers = ", ".join(str(text.count("\n", 0, hit.start) + 1) for hit in hits)
        raise usage(f"{path} has {len(hits)} lines {pattern!r}: {numbers}", "make the pattern longer")
    return hits[0]
