"""What sort of commit a message is for: programs write some of them, and those are read by rules of their own."""

import re
from collections.abc import Iterator
from typing import Literal

from relman.model.message_subject import (
    azure_prefix,
    is_fixup,
    is_merge_subject,
    is_release_subject,
    quoted,
    without_skip_marker,
)

Kind = Literal["plain", "merge", "revert", "release", "fixup"]
AMENDS = "amend!"


def kind_of(subject: str, *, merge: bool | None, release: str) -> Kind:
    """The kind, from the first line, which has no white space at its ends.

    `merge` is whether the commit is one, where that is known; `release` is the project's own wording of a
    release commit. A merge that says `feat: ...` is held to that, and so is a forge's `Merged PR 7: feat: ...`.
    """
    if quoted(subject):
        return "revert"
    if is_fixup(subject):
        return "fixup"
    if is_release_subject(subject) or _is_own_release(subject, release):
        return "release"
    if is_merge_subject(subject) and not azure_prefix(subject):
        return "merge"
    if merge and ": " not in subject:
        return "merge"
    return "plain"


def unquoted_revert(subject: str) -> bool:
    """True for "Revert x" by hand, which no tool can tell from prose."""
    return subject.startswith(("Revert ", "revert ", "Reapply ", "reapply ")) and quoted(subject) is None


def amended(lines: list[str], head: int) -> Iterator[str]:
    """The lines of a message that will replace another one: what follows the header of `amend! ...`.

    Everything before is blank, so that lines keep their numbers.
    """
    for index, line in enumerate(lines):
        yield "" if index <= head else line


def _is_own_release(subject: str, release: str) -> bool:
    first = release.split("\n", 1)[0]
    if "{" not in first:
        return False
    places = {"version": r"v?[0-9][\w.+-]{0,60}", "tag": r"[\w./@+-]{1,80}", "line": r"[\w.]{1,20}"}
    pattern = "".join(
        places.get(part[1:-1], re.escape(part)) for part in re.split(r"(\{[a-z]+\})", first.strip())
    )
    return re.fullmatch(pattern, without_skip_marker(subject)) is not None
