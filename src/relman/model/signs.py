"""What one commit says of itself, read once: all that rules over many commits ask a message for.

Small enough to be kept between two runs (`relman.run.recall`): a commit never changes, so neither does this.
"""

import re
from collections.abc import Callable

from msgspec import Struct

from relman.model import message
from relman.model.history import Commit
from relman.model.names import Oid

_BUMPED = re.compile(
    r"\b(?:bump|set|update|change|increment)\w*(?: the)? version\b.*\b\d+\.\d+\.\d+"
    r"|(?:bump|increment)\w*(?: the)? version(?: \(#\d+\))?\Z",
    re.IGNORECASE,
)
"""A commit that says of itself that it moves the project's own version: `Bump version to 3.4.5 on release-3.4`."""


class Signs(Struct, frozen=True, kw_only=True, array_like=True):
    """The signs of a commit. `authored` and `committed` are seconds since 1970, `author` the mail in lower case.

    `subject` is normalised as ports keep it; `origins` are the ids that it says it was picked from; `release`: it
    makes or numbers a release; `reverts`: the message has the word.
    """

    author: str
    authored: int
    committed: int
    parents: int
    subject: str
    origins: tuple[str, ...]
    request: int | None
    ported: tuple[int, ...]
    type: str | None
    breaking: bool
    release: bool
    reverts: bool


Read = Callable[[Oid], Signs]
"""Gives the signs of a commit."""


def read_signs(commit: Commit) -> Signs:
    """Reads a commit's message for its signs."""
    read = message.parse(commit.message)
    return Signs(
        author=commit.author.email.lower(),
        authored=commit.author.when,
        committed=commit.committer.when,
        parents=len(commit.parents),
        subject=message.normalised_subject(read),
        origins=message.picked_from(read),
        request=message.pull_request(read),
        ported=message.ported_requests(read),
        type=read.type,
        breaking=read.breaking,
        release=message.is_release_subject(commit.subject) or _BUMPED.search(commit.subject) is not None,
        reverts="revert" in commit.message.lower(),
    )
