"""Features: which unreleased commits of trunk belong to one piece of work, and whether it is finished.

A feature is known by what messages say (a `Feature: X` trailer, a scope, an issue key) or by what git says (the
merges of a branch, a list of commits). Nothing here decides what becomes of it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from relman.model import message
from relman.model.history import Commit, Graph
from relman.model.names import Oid
from relman.model.trailers import values

TRAILER = "Feature"
"""The trailer that names the feature that a commit is a step of."""
DONE = "Feature-Done"
"""The trailer of the commit that finishes a feature."""
PARK, UNPARK = "Relman-Park", "Relman-Unpark"
"""The trailers of the commits that take a feature out of trunk and put it back: any clone can read them."""

_WIP = ("wip", "draft")
_MERGE = re.compile(
    r"Merge (?:(?:remote-tracking )?branch '([^']+)'|pull request #[0-9]+ from [^\s/]+/(\S+))"
)


def merged_branch(subject: str) -> str | None:
    """What the subject of a merge, as git or a forge writes it, calls the branch; nothing where it names none."""
    found = _MERGE.match(subject)
    return (found[1] or found[2]) if found else None


class Feature(Struct, frozen=True, kw_only=True):
    """A piece of work by name, and the ways to tell its commits. `Feature: NAME` trailers always count."""

    name: str
    scopes: tuple[str, ...] = ()
    trailers: tuple[str, ...] = ()
    """Whole trailers, `Key: value`."""
    issues: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    commits: tuple[str, ...] = ()
    done: bool = False


Switch = Literal["on", "off"]


class Work(Struct, frozen=True, kw_only=True):
    """A feature's unreleased commits on trunk, newest first, and what is known about its state.

    `toggle` names the switch that keeps it unreachable, `switch` is that switch's default there. `why` says how
    it is known to be unfinished; empty: it is finished.
    """

    name: str
    commits: tuple[Oid, ...]
    why: str = ""
    toggle: str | None = None
    switch: Switch | None = None

    @property
    def hidden(self) -> bool:
        """Whether a switch keeps it unreachable while its code ships."""
        return self.switch == "off"

    @property
    def blocks(self) -> bool:
        """Whether it must not ship: unfinished, and reachable."""
        return bool(self.why) and not self.hidden


def named_features(commit: Commit) -> tuple[str, ...]:
    """The features that a commit's own trailers name; what puts a feature back belongs to it."""
    return (*_values(commit.message, TRAILER), *_values(commit.message, UNPARK))


def _values(text: str, token: str) -> tuple[str, ...]:
    """The values of a trailer; most messages do not hold the word, and need not be read for it."""
    return values(text, token) if token.lower() in text.lower() else ()


def says(feature: Feature, commit: Commit) -> str | None:
    """How a commit's message says that it belongs to the feature: `trailer`, `scope`, `issue`; else nothing."""
    if feature.name in named_features(commit) or feature.name in _values(commit.message, DONE):
        return "trailer"
    for text in feature.trailers:
        token, _, value = text.partition(":")
        if value.strip() in _values(commit.message, token.strip()):
            return "trailer"
    read = message.parse(commit.message)
    if feature.scopes and set(feature.scopes) & set(message.scopes(read)):
        return "scope"
    if feature.issues and set(feature.issues) & set(message.references(read)):
        return "issue"
    return None


def finished(feature: Feature, commits: Iterable[Commit]) -> bool:
    """Whether somebody has said that the feature is done: the configuration, or a `Feature-Done` trailer."""
    return feature.done or any(feature.name in _values(c.message, DONE) for c in commits)


def half_done(commit: Commit) -> bool:
    """Whether a commit says itself that it is not finished: the type or the first word is `wip` or `draft`."""
    read = message.parse(commit.message)
    first = read.subject.replace("[", " ").replace("]", " ").replace(":", " ").split()
    return (read.type or (first[0] if first else "")).lower() in _WIP


class Unit(Struct, frozen=True, kw_only=True):
    """One step of taking a feature out: a commit, or a whole merge against its first parent."""

    commit: Oid
    mainline: int | None = None
    brings: tuple[Oid, ...] = ()
    """For a merge: the commits that it brought."""


class Trunk(Struct, frozen=True, kw_only=True):
    """Trunk's unreleased part: its commits, newest first, and those of them that cancel out.

    `chain` are those on trunk's own first-parent chain, oldest first; `came` says by which of them, counted from
    0, each one came in.
    """

    commits: tuple[Oid, ...]
    gone: frozenset[Oid]
    chain: tuple[Oid, ...]
    came: Mapping[Oid, int]

    def own(self, oid: Oid) -> bool:
        """Whether a commit stands on trunk's own chain."""
        at = self.came.get(oid)
        return at is not None and self.chain[at] == oid


def arrivals(graph: Graph, commits: Iterable[Oid], chain: Sequence[Oid]) -> Mapping[Oid, int]:
    """Says by which commit of the chain (oldest first) each of the commits came in, in one pass."""
    inside = frozenset(commits)
    came: dict[Oid, int] = {}
    for at, oid in enumerate(chain):
        todo = [oid]
        while todo:
            one = todo.pop()
            if one in inside and one not in came:
                came[one] = at
                todo += graph.commit(one).parents
    return came


def units(graph: Graph, trunk: Trunk, wanted: frozenset[Oid]) -> tuple[Unit, ...]:
    """Gives the steps that take `wanted` out, newest first as trunk's commits are.

    A merge on trunk's chain all of whose commits are wanted goes as one; of any other merge only the commits.
    """
    whole: dict[Oid, Unit] = {}
    covered: set[Oid] = set()
    for at in {trunk.came[oid] for oid in wanted if oid in trunk.came}:
        oid = trunk.chain[at]
        parents = graph.commit(oid).parents
        if len(parents) < 2:
            continue
        brought = graph.between(parents[1:], parents[:1])
        single = [o for o in brought if len(graph.commit(o).parents) < 2]
        if single and wanted.issuperset(single):
            whole[oid] = Unit(commit=oid, mainline=1, brings=brought)
            covered.update(brought)
    steps = []
    for oid in trunk.commits:
        if oid in whole:
            steps.append(whole[oid])
        elif oid in wanted and oid not in covered and len(graph.commit(oid).parents) < 2:
            steps.append(Unit(commit=oid))
    return tuple(steps)


def strangers(
    feature: Feature, commits: Iterable[Commit], known: Mapping[str, Feature]
) -> tuple[tuple[Commit, str], ...]:
    """Commits of a selection that say that they belong to another feature, with its name."""
    found = []
    for commit in commits:
        if says(feature, commit) == "trailer":
            continue
        claimed = [other for other in named_features(commit) if other != feature.name]
        claimed += [name for name, other in known.items() if name != feature.name and says(other, commit)]
        if claimed:
            found.append((commit, claimed[0]))
    return tuple(found)


class Parked(Struct, frozen=True, kw_only=True):
    """A feature that is out. `parks` are the commits that took it out, newest first, `commits` what they took.

    `again` are later merges of its work: they brought none of the parked commits back.
    """

    name: str
    parks: tuple[Oid, ...]
    commits: tuple[Oid, ...]
    again: tuple[Oid, ...] = ()

    @property
    def sentence(self) -> str:
        """What it comes to."""
        many = "1 commit" if len(self.commits) == 1 else f"{len(self.commits)} commits"
        return f"{self.name} is parked: {many} taken out by {self.parks[0][:10]}"
