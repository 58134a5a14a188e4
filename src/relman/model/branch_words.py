"""What a branch's name says about the commits on it: their type, their scope, their issue."""

import re
from collections.abc import Sequence

from msgspec import Struct

from relman.model.message_rules import CONVENTIONAL_TYPES

_USUAL = {
    "feature": "feat",
    "features": "feat",
    "bugfix": "fix",
    "bug": "fix",
    "hotfix": "fix",
    "fixes": "fix",
    "doc": "docs",
    "documentation": "docs",
    "tests": "test",
    "performance": "perf",
    "refactoring": "refactor",
    "release": "chore",
}
_KEY = re.compile(r"(?<![A-Za-z0-9])([A-Z][A-Z0-9_]{1,20}-[0-9]{1,9})(?![0-9A-Za-z])")
_NUMBER = re.compile(r"(?:gh-|issue-?|#)?([0-9]{1,9})(?:[-_]|\Z)", re.IGNORECASE)
_SCOPE = re.compile(r"[a-z][a-z0-9._-]{0,40}")


class BranchWords(Struct, frozen=True, kw_only=True):
    """What was found; `issue` with its prefix, as it stands in a message: `PAY-12`, `#12`."""

    type: str | None = None
    scope: str | None = None
    issue: str | None = None


def branch_words(name: str, *, types: Sequence[str] = (), scopes: Sequence[str] = ()) -> BranchWords:
    """Reads `feature/cart/PAY-12-tax`: the first part is the type, one between it and the last the scope.

    Empty `types` and `scopes` allow the conventional types and every scope.
    """
    parts = name.split("/")
    if len(parts) < 2 or (kind := _type(parts[0], types or CONVENTIONAL_TYPES)) is None:
        key = _KEY.search(name)
        return BranchWords(issue=key[1] if key else None)
    middle = parts[1] if len(parts) > 2 else ""
    scope = middle if _SCOPE.fullmatch(middle) and (not scopes or middle in scopes) else None
    return BranchWords(type=kind, scope=scope, issue=_issue(parts))


def _type(word: str, types: Sequence[str]) -> str | None:
    said = word.lower()
    if said in types:
        return said
    usual = _USUAL.get(said)
    return usual if usual in types else None


def _issue(parts: Sequence[str]) -> str | None:
    if key := _KEY.search("/".join(parts[1:])):
        return key[1]
    number = _NUMBER.match(parts[-1])
    return f"#{number[1]}" if number else None
