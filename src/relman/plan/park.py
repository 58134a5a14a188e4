"""What the commits say that take a feature out of trunk and put it back.

The messages are git's own (`This reverts commit …`), so that every rule about reverts, here and in other tools,
reads them: what is parked is neither news nor a bump.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from relman.model import message
from relman.model.bump import Bump, bump_of
from relman.model.feature import PARK, UNPARK, Unit
from relman.model.history import Commit
from relman.model.names import Oid
from relman.model.trailers import with_lines


class FeatureMove(Struct, frozen=True, kw_only=True):
    """A feature that leaves trunk or comes back: its commits, and trunk's tree before and after.

    `after` is absent where a person must resolve something first.
    """

    name: str
    commits: tuple[Oid, ...]
    before: Oid
    after: Oid | None


def park_message(name: str, steps: Sequence[tuple[Unit, Commit]], trailers: Sequence[str]) -> str:
    """The message of the commit that takes the steps out, newest first."""
    rows = [_reverts(unit, commit) for unit, commit in steps]
    named = [f"- {commit.subject}" for _, commit in steps]
    body = "\n".join([f"revert: park {name}", "", *named, "", *rows])
    return with_lines(body + "\n", (f"{PARK}: {name}", *trailers))


def _reverts(unit: Unit, commit: Commit) -> str:
    if unit.mainline is None:
        return f"This reverts commit {commit.id}."
    kept = commit.parents[unit.mainline - 1]
    return f"This reverts commit {commit.id}, reversing\nchanges made to {kept}."


def unpark_message(
    name: str,
    parks: Sequence[Oid],
    commits: Sequence[Commit],
    bumps: Mapping[str, Bump],
    trailers: Sequence[str],
) -> str:
    """The message of the commit that puts a feature back; its type is the strongest of the feature's commits.

    Where the park was released, this commit is the feature's news; where it was not, both cancel out.
    """
    read = [message.parse(commit.message) for commit in commits]
    strongest = max(read, key=lambda m: bump_of(m, bumps), default=None)
    kind = (strongest.type if strongest else None) or "feat"
    mark = "!" if any(m.breaking for m in read) else ""
    named = [f"- {commit.subject}" for commit in commits]
    rows = [f"This reverts commit {park}." for park in parks]
    body = "\n".join([f"{kind}{mark}: put {name} back", "", *named, *([""] if named else []), *rows])
    return with_lines(body + "\n", (f"{UNPARK}: {name}", *trailers))
