"""Weaker signs than `equivalence` takes, always two at a time, for a question that is asked the other way round.

"Is this fix there?" must not be answered with yes by mistake. "Does nothing at all say that it is there?" is what
a debt asks: a team that is told of debts which are none stops reading.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from relman.model import message
from relman.model.history import Commit, Graph
from relman.model.names import Oid

_NUMBER = re.compile(r"[#!]([0-9]{1,7})\b")
_PORTS = re.compile(r"\b(?:cherry[- ]?pick|back[- ]?port|forward[- ]?port)", re.IGNORECASE)
_FEWEST_WORDS = 3
"""A shorter subject ("fix typo") says nothing."""
_DISTINCT = 10
"""A shorter line stands in every file."""
_FEWEST_LINES = 5
_SHARE = 3, 4
"""How many of the lines that a commit adds must be there. Of 1,000 fixes of Argo CD, aiohttp, etcd and helm three
passed against their own parent, which lacks them; ports that were adapted mostly score above nine tenths."""
_COMMENT = ("//", "#", "*", "/*", "--", '"""', "'''")


class Hints:
    """Commits that a place has of its own, by what their subjects say."""

    def __init__(self, graph: Graph, commits: Iterable[Oid]) -> None:
        self._graph = graph
        self._subjects: dict[str, list[Oid]] = defaultdict(list)
        self._requests: dict[int, list[Oid]] = defaultdict(list)
        self._mentions: dict[int, list[Oid]] = defaultdict(list)
        for oid in commits:
            read = message.parse(graph.commit(oid).message)
            self._subjects[message.normalised_subject(read)].append(oid)
            own = message.pull_request(read)
            if own is not None:
                self._requests[own].append(oid)
            for number in _numbers(read.subject):
                self._mentions[number].append(oid)

    def about(self, commit: Commit) -> str | None:
        """Says which sign there is that the commit's change is there, always with files in common."""
        read = message.parse(commit.message)
        subject = message.normalised_subject(read)
        if len(subject.split()) >= _FEWEST_WORDS and self._alike(commit, self._subjects.get(subject, ())):
            return "same subject, and files in common"
        own = message.pull_request(read)
        named = [n for n in _numbers(read.subject) if n != own]
        # Only where the subject speaks of ports: else the number may be an issue that has many fixes.
        told = self._mentions if _PORTS.search(read.subject) else self._requests
        if named and all(self._alike(commit, told.get(n, ())) for n in named):
            return f"names change requests that are there: {', '.join(f'#{n}' for n in named)}"
        # What came with the same request is another part of it, not its port.
        ports = set(self._mentions.get(own, ())) - set(self._requests.get(own, ())) if own is not None else ()
        if self._alike(commit, tuple(ports)):
            return f"#{own} is named there, with files in common"
        return None

    def _alike(self, commit: Commit, others: Sequence[Oid]) -> bool:
        paths = self._graph.paths(commit.id) if others else frozenset()
        return any(paths & self._graph.paths(other) for other in others)


def _numbers(subject: str) -> tuple[int, ...]:
    return tuple(int(n) for n in _NUMBER.findall(subject))


def telling(line: str) -> str | None:
    """Gives a line without its indentation where it is long enough to be known again, and no comment."""
    plain = line.strip()
    return plain if len(plain) >= _DISTINCT and not plain.startswith(_COMMENT) else None


def lines_stand(added: Mapping[str, frozenset[str]], there: Mapping[str, frozenset[str]]) -> bool:
    """Tells whether most of what a commit adds stands in the files of the same paths; both are `telling` lines."""
    total = sum(len(lines) for lines in added.values())
    held = sum(len(lines & there.get(path, frozenset())) for path, lines in added.items())
    part, whole = _SHARE
    return total >= _FEWEST_LINES and held * whole >= total * part
