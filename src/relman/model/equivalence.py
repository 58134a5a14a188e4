"""c ≈ d: whether two commits carry the same change, by evidence with a name.

No single sign is enough: `-x` trailers cover 0-18 % of real ports, patch-ids 13-46 %, subjects 48-83 % with
collisions (research/branching-strategies.md 4.3). Each match says how it is known.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from itertools import islice, takewhile
from typing import Literal

from msgspec import Struct

from relman.model import message
from relman.model.history import Commit, Graph
from relman.model.names import Oid, is_oid
from relman.model.signs import Read, Signs, read_signs

Certainty = Literal["certain", "likely", "claimed"]

_ORDER: Mapping[Certainty, int] = {"certain": 0, "likely": 1, "claimed": 2}


class Evidence(Struct, frozen=True, kw_only=True):
    """Why `commit` counts as the same change, and how sure that is."""

    commit: Oid
    certainty: Certainty
    how: str


_REQUEST = re.compile(r"#[0-9]+")
_WORD = re.compile(r"\w+")
_ALIKE = 0.7
"""The share of the shorter subject's words that the longer one has where both are about one change."""

PatchId = Callable[[Oid], str | None]
"""Gives a commit's stable patch-id; nothing for merges and empty commits."""


class Changes:
    """Commits that were read once, ready to be asked which of them equals another.

    Cheap signs (trailer, author and date and subject, PR number) are indexed; a patch-id is computed only where
    the set of paths agrees. `signs` gives what was read before; without it each commit is read here.
    """

    def __init__(
        self, graph: Graph, commits: Iterable[Oid], patch_id: PatchId, signs: Read | None = None
    ) -> None:
        self._graph = graph
        self._patch_id = patch_id
        self._given = signs
        self._read: dict[Oid, Signs] = {}
        self.ids = tuple(commits)
        self._own = frozenset(self.ids)
        self._sorted: list[Oid] | None = None
        self._claimed: dict[str, list[Oid]] = defaultdict(list)
        self._authored: dict[tuple[str, int], list[Oid]] = defaultdict(list)
        self._requested: dict[int, list[Oid]] = defaultdict(list)
        self._ported: dict[int, list[Oid]] = defaultdict(list)
        for oid in self.ids:
            read = self._signs(oid)
            for origin in read.origins:
                self._claimed[origin[:7]].append(oid)
            self._authored[read.author, read.authored].append(oid)
            if read.request is not None:
                self._requested[read.request].append(oid)
            for ported in read.ported:
                self._ported[ported].append(oid)

    def _signs(self, oid: Oid) -> Signs:
        if self._given is not None:
            return self._given(oid)
        found = self._read.get(oid)
        if found is None:
            found = self._read[oid] = read_signs(self._graph.commit(oid))
        return found

    def like(self, oid: Oid) -> Evidence | None:
        """Gives the best evidence that one of these commits carries the same change as `oid`."""
        if oid in self._own:
            return Evidence(commit=oid, certainty="certain", how="the same commit")
        read = self._signs(oid)
        found = [
            *self._by_trailer(oid, read),
            *self._by_author(read),
            *self._by_request(oid, read),
            *self._by_mention(oid, read),
        ]
        return min(found, key=lambda e: _ORDER[e.certainty], default=None)

    def carries(self, oid: Oid, among: Container[Oid] | None = None) -> Evidence | None:
        """Gives evidence that is better than a claim, where there is any: the cheapest, patch-ids last.

        `among` narrows these commits down for one question.
        """
        wanted = self._own if among is None else among
        if oid in self._own and oid in wanted:
            return self.like(oid)
        read = self._signs(oid)
        ways = (
            self._by_author(read),
            self._by_request(oid, read),
            self._by_mention(oid, read),
            self._by_trailer(oid, read),
        )
        found = (e for way in ways for e in way if e.commit in wanted)
        return next((e for e in found if e.certainty != "claimed"), None)

    def _by_trailer(self, oid: Oid, read: Signs) -> Iterable[Evidence]:
        origins = read.origins
        if not origins and oid[:7] not in self._claimed:
            return
        mine = self._ids_meant(origins)
        named = [o for o in self._claimed.get(oid[:7], ()) if self._names(o, oid)]
        for other in dict.fromkeys((*mine, *named)):
            if self.same_patch(oid, other):
                yield Evidence(
                    commit=other, certainty="certain", how="cherry picked from it, with the same patch-id"
                )
            else:
                yield Evidence(
                    commit=other, certainty="claimed", how="says cherry picked from it; the content differs"
                )
        for origin in origins:
            for other in self._claimed.get(origin[:7], ()):
                if other in mine or not self._picked_too(other, origin):
                    continue
                yield Evidence(
                    commit=other,
                    certainty="certain" if self.same_patch(oid, other) else "claimed",
                    how="both cherry picked from one commit",
                )

    def _ids_meant(self, origins: Sequence[str]) -> list[Oid]:
        whole = [Oid(origin) for origin in origins if origin in self._own]
        short = [origin for origin in origins if not is_oid(origin)]
        return [*whole, *(o for origin in short for o in self._beginning(origin))]

    def _beginning(self, prefix: str) -> Iterable[Oid]:
        if self._sorted is None:
            self._sorted = sorted(self.ids)
        first = bisect_left(self._sorted, prefix)
        return takewhile(lambda o: o.startswith(prefix), islice(self._sorted, first, None))

    def compared(self, oid: Oid) -> list[Oid]:
        """The commits of these whose patch-id a question about `oid` may ask for, where the paths agree."""
        origins = self._signs(oid).origins
        kin = (o for origin in (oid, *origins) for o in self._claimed.get(origin[:7], ()))
        return list(dict.fromkeys((*self._ids_meant(origins), *kin)))

    def _picked_too(self, port: Oid, origin: str) -> bool:
        return any(o.startswith(origin) or origin.startswith(o) for o in self._signs(port).origins)

    def _names(self, port: Oid, origin: Oid) -> bool:
        return any(origin.startswith(o) for o in self._signs(port).origins)

    def _by_author(self, read: Signs) -> Iterable[Evidence]:
        for other in self._authored.get((read.author, read.authored), ()):
            if self._signs(other).subject == read.subject:
                yield Evidence(commit=other, certainty="likely", how="same author, author date and subject")

    def _by_request(self, oid: Oid, read: Signs) -> Iterable[Evidence]:
        request = read.request
        others = self._requested.get(request) if request is not None else None
        if not others:
            return
        mine = self._graph.paths(oid)
        for other in others:
            if mine and mine == self._graph.paths(other) and self._about_the_same(oid, read, other):
                yield Evidence(
                    commit=other, certainty="likely", how=f"same change request #{request} and paths"
                )

    def _by_mention(self, oid: Oid, read: Signs) -> Iterable[Evidence]:
        """A subject that says it is the port of a change request: likely where the paths agree too.

        The number alone is no sign: without a path or a subject in common it may be spoken of for any reason.
        """
        request, numbers = read.request, read.ported
        named = [(n, other) for n in numbers for other in self._requested.get(n, ())]
        named += [(request, other) for other in self._ported.get(request, ())] if request is not None else []
        both = [(n, other) for n in numbers for other in self._ported.get(n, ())]
        for number, other in dict.fromkeys((*named, *both)):
            alike = read.subject == self._signs(other).subject
            if (number, other) not in named and not alike:
                continue  # two commits may speak of one issue
            ours, others = self._graph.paths(oid), self._graph.paths(other)
            if not alike and ours.isdisjoint(others):
                continue
            same = ours == others and self._about_the_same(oid, read, other)
            how = f"names change request #{number}"
            yield Evidence(
                commit=other,
                certainty="likely" if same else "claimed",
                how=f"same subject, and {how}" if alike else how,
            )

    def _about_the_same(self, oid: Oid, read: Signs, other: Oid) -> bool:
        """Whether a request in common speaks for these two: it may have had several commits, and numbers be issues.

        Told by the words of the subjects, to which ports add; else by the change itself.
        """
        return _mostly_within(read.subject, self._signs(other).subject) or self.same_patch(oid, other)

    def same_patch(self, one: Oid, other: Oid) -> bool:
        """Tells whether two commits change the same paths in the same way; `other` need not be one of these."""
        if self._graph.paths(one) != self._graph.paths(other):
            return False
        mine = self._patch_id(one)
        return mine is not None and mine == self._patch_id(other)


def _mostly_within(one: str, other: str) -> bool:
    """Whether one subject has most words of the shorter one; a forge cuts long ones off."""
    few, many = sorted((_words(one), _words(other)), key=len)
    return len(few & many) >= _ALIKE * len(few)


def _words(subject: str) -> frozenset[str]:
    return frozenset(_WORD.findall(_REQUEST.sub(" ", subject.casefold())))


def signs(commit: Commit) -> tuple[str, ...]:
    """Words, lower case, of which a commit's object holds one wherever `Changes` finds it like this commit.

    Not where this commit says that it was picked from it: see `message.picked_from`.
    """
    read = message.parse(commit.message)
    request = message.pull_request(read)
    origins = (origin[:7] for origin in message.picked_from(read))
    return (
        commit.id[:7],
        f"> {commit.author.when} ",
        *origins,
        *((str(request),) if request is not None else ()),
        *(str(ported) for ported in message.ported_requests(read)),
    )
