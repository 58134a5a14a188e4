"""What a check found, whatever it looked at: messages, branch names, tags, the shape of the history."""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from relman.model.message_rules import Level
from relman.model.names import Oid


class Finding(Struct, frozen=True, kw_only=True):
    """One thing that breaks a rule. Texts may hold what strangers wrote, and so are not safe to print raw.

    Only an error fails a check. `where` names the thing for people: a commit with its subject, a branch, a tag, a
    line. `line` counts from 1, in the file `path` where there is one, else in the message of `commit`, else in the
    given text.
    """

    rule: str
    level: Level | Literal["note"]
    where: str
    message: str
    hint: str = ""
    commit: Oid | None = None
    path: str | None = None
    line: int | None = None


class Check(Struct, frozen=True, kw_only=True):
    """One part of a check: what was looked at, in words that follow "checked", and what was found."""

    what: str
    findings: tuple[Finding, ...]
    says: tuple[str, ...] = ()
    """Sentences about how sure the answer is."""


def failed(checks: Iterable[Check]) -> bool:
    """Tells whether anything found is an error."""
    return any(finding.level == "error" for check in checks for finding in check.findings)
