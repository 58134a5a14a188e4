"""One thing that a history shows about how its team works."""

from collections.abc import Sequence

from msgspec import Struct

from relman.config.write import Value

NAMED = 3
"""How many branches or tags are named as examples."""


class Setting(Struct, frozen=True, kw_only=True):
    """One key with the value that the history shows, and how it shows it (one or more lines)."""

    key: str
    value: Value
    evidence: str


def some(names: Sequence[str]) -> str:
    """Names a few of them: `a, b, c and 4 more`."""
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
