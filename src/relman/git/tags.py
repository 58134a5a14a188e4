"""When tags were made, and by whom: what a deployment tag says beside its name."""

from collections.abc import Sequence

from msgspec import Struct

from relman.git.repo import Repository
from relman.model.names import TAGS

_FORMAT = "%(refname)%00%(creatordate:unix)%00%(taggername)%(committername)"
_BATCH = 400
"""Refs per child: argument lists are bounded."""


class Made(Struct, frozen=True, kw_only=True):
    """A tag with the time at which it was made (seconds since 1970), or its commit was where it is just a name."""

    name: str
    when: int
    by: str


def made(repo: Repository, names: Sequence[str]) -> tuple[Made, ...]:
    """Reads when each of these tags was made, and by whom; one that is gone by now is left out."""
    found: list[Made] = []
    for at in range(0, len(names), _BATCH):
        batch = [f"{TAGS}{name}" for name in names[at : at + _BATCH]]
        for row in repo.looking.text("for-each-ref", f"--format={_FORMAT}", *batch).splitlines():
            name, when, by = row.split("\0")
            found.append(Made(name=name.removeprefix(TAGS), when=int(when or 0), by=by))
    return tuple(found)
