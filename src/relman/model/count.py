"""What a range of commits amounts to: which of them count, how much, and what they ask for."""

import heapq
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from relman.model import message
from relman.model.bump import DEFAULT_BUMPS, Bump, bump_of
from relman.model.history import Commit, Graph
from relman.model.names import Oid
from relman.model.reverts import cancel
from relman.model.version import Version, parse

UNCLASSIFIED = "unclassified"
"""The kind of a commit whose message has no type."""
SHOWN = 3
"""How many examples a sentence gives."""
_SAMPLE = 200
"""How many of the newest subjects decide whether a repository writes conventional commits."""


class Policy(Struct, frozen=True, kw_only=True):
    """What decides a bump: the table, what a breaking change is on 0.x, what an unparsable commit counts."""

    bumps: Mapping[str, Bump] = DEFAULT_BUMPS
    zero: Literal["minor", "major"] = "minor"
    unclassified: Literal["auto", "none", "patch"] = "auto"
    first: Version = Version(major=0, minor=1, patch=0)


class Because(Struct, frozen=True, kw_only=True):
    """One commit that counts: `kind` is its type, `breaking`, or `unclassified`."""

    commit: Oid
    kind: str
    subject: str
    bump: Bump


class Counted(Struct, frozen=True, kw_only=True):
    """What a range of commits amounts to."""

    bump: Bump
    because: tuple[Because, ...]
    quiet: tuple[Because, ...]
    """What is news and counts nothing."""
    forced: Version | None
    notes: tuple[str, ...]


Shipped = Callable[[Sequence[Oid]], Mapping[Oid, str]]
"""Says which of these commits shipped already under another id, and in which version."""


def nothing_shipped(_: Sequence[Oid]) -> Mapping[Oid, str]:
    """Knows of no ports."""
    return {}


def count(
    graph: Graph, commits: Sequence[Oid], policy: Policy, shipped: Shipped = nothing_shipped
) -> Counted:
    """Adds up a range: reverts cancel inside it, what shipped elsewhere does not count again."""
    cancelled = cancel(graph, commits)
    elsewhere = shipped(commits)
    free_form: bool | None = None
    counts: list[Because] = []
    forced: Version | None = None
    notes: list[str] = []
    for oid in commits:
        if oid in cancelled.removed:
            continue
        commit = graph.commit(oid)
        read = message.parse(commit.message)
        if oid in elsewhere:
            notes.append(
                f"{oid[:7]} {read.subject} shipped already in {elsewhere[oid]} and does not count again"
            )
            continue
        if forced is None and (wish := message.release_as(read)):
            forced = parse(wish.removeprefix("v"))
            if forced is None:
                notes.append(f"{oid[:7]} asks for Release-As: {wish}, which is no version")
        if read.type is None and not read.breaking:
            if len(commit.parents) > 1 or message.is_release_subject(read.subject):
                continue
            if free_form is None:
                free_form = _free_form(graph, commits[0], policy)
            bump, kind = Bump.PATCH if free_form else Bump.NONE, UNCLASSIFIED
        else:
            bump = bump_of(read, policy.bumps)
            kind = "breaking" if read.breaking else read.type or UNCLASSIFIED
        counts.append(Because(commit=oid, kind=kind, subject=read.subject, bump=bump))
    if cancelled.removed:
        notes.append(f"{len(cancelled.removed)} commits cancel out with their reverts")
    notes += _unclassified_sentence(counts)
    return Counted(
        bump=max((b.bump for b in counts), default=Bump.NONE),
        because=tuple(b for b in counts if b.bump is not Bump.NONE),
        quiet=tuple(b for b in counts if b.bump is Bump.NONE),
        forced=forced,
        notes=tuple(notes),
    )


def _unclassified_sentence(counts: Iterable[Because]) -> list[str]:
    rows = [b for b in counts if b.kind == UNCLASSIFIED]
    if not rows:
        return []
    shown = ", ".join(f"{b.commit[:7]} {b.subject}" for b in rows[:SHOWN])
    more = f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
    return [f"{commits_word(len(rows))} without a type count {rows[0].bump.word}: {shown}{more}"]


def commits_word(count: int) -> str:
    """Writes a number of commits."""
    return "1 commit" if count == 1 else f"{count} commits"


def _free_form(graph: Graph, tip: Oid, policy: Policy) -> bool:
    """Tells whether an unreadable commit counts: as configured, else where most of the newest are so."""
    if policy.unclassified != "auto":
        return policy.unclassified == "patch"
    types = [message.parse(commit.message).type for commit in newest_commits(graph, tip, _SAMPLE)]
    return sum(kind is not None for kind in types) * 2 < len(types)


def newest_commits(graph: Graph, tip: Oid, most: int) -> list[Commit]:
    """The newest commits below a tip that are no merges, by commit date; reads no more than four times as many."""
    waiting, seen = [(-graph.when(tip), tip)], {tip}
    found: list[Commit] = []
    for _ in range(most * 4):
        if not waiting or len(found) == most:
            break
        commit = graph.commit(heapq.heappop(waiting)[1])
        if len(commit.parents) < 2:
            found.append(commit)
        for parent in commit.parents:
            if parent not in seen:
                seen.add(parent)
                heapq.heappush(waiting, (-graph.when(parent), parent))
    return found
