"""What reading a repository produces: its refs as one snapshot, and the commits behind them.

The refs are a value, read in one pass. The commits stand behind the narrow `Graph`, because a history of a
million commits is never read whole: the git floor reads what a rule asks for and remembers it, the tests
hold all of it in a dictionary (`Recorded`). Commits never change, so a rule over a `Graph` is as pure as one
over a list.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from msgspec import Struct

from relman.model.names import HEADS, REMOTES, Oid, RefName


class Person(Struct, frozen=True, kw_only=True):
    """Who, and when: seconds since 1970 and the offset from UTC in minutes."""

    name: str
    email: str
    when: int
    offset: int = 0


class Commit(Struct, frozen=True, kw_only=True):
    """One commit as it was read. `message` is decoded, undecodable bytes replaced."""

    id: Oid
    tree: Oid
    parents: tuple[Oid, ...]
    author: Person
    committer: Person
    message: str
    encoding: str | None = None
    """The commit header's own word for the message's encoding; absent: UTF-8."""

    @property
    def subject(self) -> str:
        """The first line that is not blank."""
        return next((line.strip() for line in self.message.splitlines() if line.strip()), "")


class Tag(Struct, frozen=True, kw_only=True):
    """A tag that leads to a commit. `object` is the tag object, or the commit itself when lightweight."""

    name: str
    object: Oid
    commit: Oid
    annotated: bool


class Branch(Struct, frozen=True, kw_only=True):
    """A branch, local (`refs/heads/…`) or remote-tracking (`refs/remotes/…`), symbolic ones resolved."""

    ref: RefName
    commit: Oid
    upstream: RefName | None = None
    """The remote-tracking ref that git is configured to compare a local branch with."""


class Head(Struct, frozen=True, kw_only=True):
    """Where HEAD points: a branch (which may be unborn: no commit), or a bare commit (detached: no ref)."""

    ref: RefName | None
    commit: Oid | None


class Refs(Struct, frozen=True, kw_only=True):
    """All refs of a repository at one moment."""

    head: Head
    branches: tuple[Branch, ...]
    tags: tuple[Tag, ...]
    remotes: tuple[str, ...] = ()
    default_branch: str | None = None
    """What `refs/remotes/<remote>/HEAD` says, without the remote: `main`."""
    shallow: frozenset[Oid] = frozenset()
    """Commits whose parents are missing here (a shallow clone's boundary)."""
    missing: Mapping[str, tuple[str, ...]] = {}
    """What this clone was told not to fetch, by remote: `tags`, `branches`; only remotes with anything are in it."""
    shared: Mapping[RefName, Oid] = {}
    """The chains that a team shares, here and as a remote had them (`relman.model.shared`)."""
    fetched_at: int | None = None
    """When something was last fetched, in seconds since 1970."""

    def local(self, name: str) -> Branch | None:
        """The local branch of that short name."""
        return next((b for b in self.branches if b.ref == HEADS + name), None)

    def tracking(self, remote: str, name: str) -> Branch | None:
        """The remote-tracking branch of that short name."""
        return next((b for b in self.branches if b.ref == f"{REMOTES}{remote}/{name}"), None)

    def tag(self, name: str) -> Tag | None:
        """The tag of that name."""
        return next((t for t in self.tags if t.name == name), None)


class Graph(Protocol):
    """Commits and how they hang together. Every method may raise `RelmanError` for an unknown id."""

    def commit(self, oid: Oid) -> Commit:
        """Gives one commit."""
        ...

    def when(self, oid: Oid) -> int:
        """Gives the commit date in seconds since 1970, without reading more than that."""
        ...

    def chain(self, tip: Oid) -> Iterator[Oid]:
        """Walks first parents, newest first, from the tip itself to the root or a shallow boundary."""
        ...

    def between(self, include: Iterable[Oid], exclude: Iterable[Oid]) -> tuple[Oid, ...]:
        """Gives the commits reachable from `include` and not from `exclude`, children before parents."""
        ...

    def is_ancestor(self, ancestor: Oid, descendant: Oid) -> bool:
        """Tells whether the one is reachable from the other; a commit is its own ancestor."""
        ...

    def paths(self, oid: Oid) -> frozenset[str]:
        """Gives the paths that differ from the first parent's tree (all of them for a root)."""
        ...


class Recorded:
    """A `Graph` that is all in memory."""

    def __init__(self, commits: Iterable[Commit], paths: Mapping[Oid, frozenset[str]] | None = None) -> None:
        self._commits = {c.id: c for c in commits}
        self._paths = dict(paths or {})

    def commit(self, oid: Oid) -> Commit:
        """Gives one commit; `KeyError` when it was not recorded."""
        return self._commits[oid]

    def when(self, oid: Oid) -> int:
        """Gives the commit date."""
        return self._commits[oid].committer.when

    def chain(self, tip: Oid) -> Iterator[Oid]:
        """Walks first parents."""
        at: Oid | None = tip
        while at is not None and at in self._commits:
            yield at
            parents = self._commits[at].parents
            at = parents[0] if parents else None

    def _ancestors(self, tips: Iterable[Oid]) -> set[Oid]:
        seen: set[Oid] = set()
        todo = list(tips)
        while todo:
            at = todo.pop()
            if at not in seen and at in self._commits:
                seen.add(at)
                todo.extend(self._commits[at].parents)
        return seen

    def between(self, include: Iterable[Oid], exclude: Iterable[Oid]) -> tuple[Oid, ...]:
        """Sorts topologically, newer commit dates first where the graph leaves a choice."""
        wanted = self._ancestors(include) - self._ancestors(exclude)
        children = dict.fromkeys(wanted, 0)
        for oid in wanted:
            for parent in self._commits[oid].parents:
                if parent in children:
                    children[parent] += 1
        ready = [(-self._commits[o].committer.when, o) for o, n in children.items() if n == 0]
        heapq.heapify(ready)
        order: list[Oid] = []
        while ready:
            _, oid = heapq.heappop(ready)
            order.append(oid)
            for parent in self._commits[oid].parents:
                if parent in children:
                    children[parent] -= 1
                    if children[parent] == 0:
                        heapq.heappush(ready, (-self._commits[parent].committer.when, parent))
        return tuple(order)

    def is_ancestor(self, ancestor: Oid, descendant: Oid) -> bool:
        """Walks everything below the descendant."""
        return ancestor in self._ancestors([descendant])

    def paths(self, oid: Oid) -> frozenset[str]:
        """Gives what was recorded, nothing where nothing was."""
        return self._paths.get(oid, frozenset())
