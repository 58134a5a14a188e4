"""Versions that merge messages name: `Merge branch 'release/1.5.0'` says what came onto a production branch."""

import re
from collections.abc import Iterable

from relman.model.history import Commit
from relman.model.strategy import Strategy
from relman.model.version import Version, parse

_WORD = re.compile(r"[^\s'\"]*[0-9]+\.[0-9]+(?:\.[0-9]+)?")
_NUMBERS = re.compile(r"[0-9]+\.[0-9]+(?:\.[0-9]+)?\Z")


def merged_versions(strategy: Strategy, commits: Iterable[Commit]) -> tuple[Version, ...]:
    """The versions of the release and hotfix branches that merges among some commits brought, by their messages."""
    merges = (c for c in commits if len(c.parents) > 1)
    words = (word for c in merges for word in _WORD.findall(c.subject))
    return tuple(version for word in words if (version := _version(strategy, word)) is not None)


def _version(strategy: Strategy, word: str) -> Version | None:
    """Reads a branch's name, also behind a remote's or a fork's; a word that names no such branch is nothing."""
    parts = word.split("/")
    names = ("/".join(parts[at:]) for at in range(len(parts)))
    roles = (strategy.role_of(name) for name in names)
    named = any(role is not None and role.name in ("release", "hotfix") for role in roles)
    found = _NUMBERS.search(word) if named else None
    numbers = found[0] if found else ""
    return parse(f"{numbers}.0" if numbers.count(".") == 1 else numbers) if numbers else None
