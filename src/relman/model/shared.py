"""What a team shares beside its history: which release runs where, and which one nobody should use.

Each record is a chain of commits without files, under a ref of its own. A commit's message is one entry; who
wrote it and when is the commit's own. Chains that two people wrote at the same time are merged: what counts
is the set of their entries, children before parents, newer ones first where the chain leaves a choice.
"""

import re
from collections.abc import Iterable, Mapping
from typing import assert_never

from msgspec import Struct

from relman.model.history import Commit
from relman.model.names import Oid, RefName, is_branch_name, is_oid
from relman.model.trailers import values
from relman.model.version import parse

SHARED = "refs/relman/shared/"
"""Where the chains are, here and on the remote."""
FETCHED = "refs/relman/fetched/"
"""Where a clone keeps what a remote's chains were at the last look; never pushed."""

DEPLOYMENTS = RefName(f"{SHARED}deployments")
WITHDRAWALS = RefName(f"{SHARED}withdrawals")

_ENVIRONMENT = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9._/-]{0,60}\Z", re.ASCII)
_OPEN, _CLOSED = "open", "closed"
_WITHDRAWN, _RESTORED = "withdrawn", "restored"


class Deployment(Struct, frozen=True, kw_only=True, tag="deployment"):
    """A release came to run in an environment. `open` false: deployed, and not yet open to users."""

    environment: str
    version: str
    commit: Oid
    """Where the release's tag led."""
    open: bool = True


class Withdrawal(Struct, frozen=True, kw_only=True, tag="withdrawal"):
    """A release is not to be used. `withdrawn` false: that was taken back, and it may be used again."""

    version: str
    commit: Oid
    reason: str = ""
    withdrawn: bool = True


Entry = Deployment | Withdrawal


class Deployed(Struct, frozen=True, kw_only=True):
    """A deployment as it was read: with who recorded it, and when (seconds since 1970)."""

    id: Oid
    entry: Deployment
    by: str
    when: int


class Withdrawn(Struct, frozen=True, kw_only=True):
    """A withdrawal as it was read: with who recorded it, and when (seconds since 1970)."""

    id: Oid
    entry: Withdrawal
    by: str
    when: int


def is_environment(name: str) -> bool:
    """Tells whether a text may name an environment: letters, digits, `.`, `_`, `-`, `/`, no number alone."""
    fits = _ENVIRONMENT.match(name) is not None and is_branch_name(name)
    return fits and parse(name.removeprefix("v")) is None


def fetched_ref(remote: str, ref: RefName) -> RefName:
    """Gives where a clone keeps what a remote has of a chain."""
    return RefName(f"{FETCHED}{remote}/{ref.removeprefix(SHARED)}")


def refspec(remote: str) -> str:
    """Gives what `git fetch` takes to bring every chain of a remote."""
    return f"+{SHARED}*:{FETCHED}{remote}/*"


def one_line(text: str) -> str:
    """Makes one line of a text that goes into an entry, without what moves a cursor."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def written(entry: Entry) -> str:
    """Gives the message of an entry: a line for people, then trailers."""
    match entry:
        case Deployment(environment=name, version=version, commit=commit, open=is_open):
            state = _OPEN if is_open else _CLOSED
            subject = f"{name}: {version}{'' if is_open else ', not open to users yet'}"
            rows = (("Environment", name), ("Version", version), ("Commit", commit), ("State", state))
        case Withdrawal(version=version, commit=commit, reason=reason, withdrawn=is_withdrawn):
            state = _WITHDRAWN if is_withdrawn else _RESTORED
            subject = f"{'withdraw' if is_withdrawn else 'restore'} {version}"
            told = (("Reason", one_line(reason)),) if one_line(reason) else ()
            rows = (("Version", version), ("Commit", commit), ("State", state), *told)
        case _:
            assert_never(entry)
    return subject + "\n\n" + "".join(f"{key}: {value}\n" for key, value in rows)


def read_deployment(commit: Commit) -> Deployed | None:
    """Reads a commit of the deployments; nothing where it is no entry (a merge, somebody's own commit)."""
    name, version, oid, state = (_only(commit.message, key) for key in _DEPLOYED)
    if not (is_environment(name) and is_oid(oid) and state in (_OPEN, _CLOSED) and parse(version)):
        return None
    entry = Deployment(environment=name, version=version, commit=Oid(oid), open=state == _OPEN)
    return Deployed(id=commit.id, entry=entry, by=commit.author.name, when=commit.author.when)


_DEPLOYED = ("Environment", "Version", "Commit", "State")


def read_withdrawal(commit: Commit) -> Withdrawn | None:
    """Reads a commit of the withdrawals; nothing where it is no entry."""
    version, oid, state = (_only(commit.message, key) for key in ("Version", "Commit", "State"))
    if not (is_oid(oid) and state in (_WITHDRAWN, _RESTORED) and parse(version)):
        return None
    reason = _only(commit.message, "Reason")
    entry = Withdrawal(version=version, commit=Oid(oid), reason=reason, withdrawn=state == _WITHDRAWN)
    return Withdrawn(id=commit.id, entry=entry, by=commit.author.name, when=commit.author.when)


def _only(message: str, key: str) -> str:
    found = values(message, key)
    return found[0] if len(found) == 1 else ""


def standing(entries: Iterable[Withdrawn]) -> Mapping[str, Withdrawn]:
    """Gives the withdrawals that stand, by version; `entries` come newest first, and the newest word counts."""
    last: dict[str, Withdrawn] = {}
    for each in entries:
        last.setdefault(each.entry.version, each)
    return {version: each for version, each in last.items() if each.entry.withdrawn}
