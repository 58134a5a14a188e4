"""The one error type. A kind decides the exit code; hints are commands that can be typed next."""

from enum import IntEnum


class Kind(IntEnum):
    """What sort of trouble it is; the value is the process's exit code."""

    FINDINGS = 1
    """A check found something."""
    USAGE = 2
    """A wrong word, a wrong configuration, or a repository that cannot be used."""
    CONFLICT = 3
    """A person is needed."""
    MOVED = 4
    """The repository moved since planning, or a race was lost."""
    NOTHING = 5
    """There is nothing to release."""
    REFUSED = 6
    """Refused by policy, by a guard, or by a hook."""
    INTERNAL = 70
    """A bug in relman."""
    INTERRUPTED = 130
    """Ctrl-C."""


class RelmanError(Exception):
    """Says what happened, to what, and what to type next.

    `message` is one sentence or a few lines without a final newline. `cause` is another program's own words
    (git's standard error, say). `hints` are commands or short sentences. `facts` is what a program needs
    to act on the error, and goes into `--json` as it is.
    """

    def __init__(
        self,
        kind: Kind,
        message: str,
        *,
        cause: str = "",
        hints: tuple[str, ...] = (),
        facts: dict[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.cause = cause
        self.hints = hints
        self.facts = facts or {}


def usage(message: str, *hints: str, cause: str = "") -> RelmanError:
    """Makes the commonest error: exit code 2."""
    return RelmanError(Kind.USAGE, message, cause=cause, hints=hints)
