"""Small words: what may go to a terminal, ages, counts, short ids."""

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]|[\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def printable(text: str) -> str:
    """Makes a text from the repository safe for a terminal: no escapes, no direction marks, one line."""
    return _CONTROL.sub("�", text.replace("\r\n", "\n")).replace("\n", " ")


def printable_lines(text: str) -> str:
    """The same for a text of many lines."""
    return "\n".join(printable(line) for line in text.replace("\r\n", "\n").split("\n"))


def age(then: int, now: int) -> str:
    """Says how long ago something was: `just now`, `6 minutes ago`, `2 days ago`."""
    passed = max(0, now - then)
    for size, word in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        if passed >= size:
            return f"{counted(passed // size, word)} ago"
    return "just now"


def counted(number: int, noun: str, many: str | None = None) -> str:
    """Says `1 commit`, `3 commits`; `many` where an s does not do."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {many or f'{noun}s'}"


def listed(words: list[str]) -> str:
    """Says `a`, `a and b`, `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""
