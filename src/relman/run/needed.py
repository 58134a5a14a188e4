"""Rung 6 in words: which commits a fix needs on a target, how large they are, and which are half of a feature.

A search that finds nothing says so as well: why, and which commits the conflict comes from.
"""

from collections.abc import Mapping, Sequence
from typing import assert_never

from msgspec import Struct

from relman.errors import RelmanError
from relman.git.reader import Reader
from relman.git.repo import Repository
from relman.git.scratch import Scratch
from relman.model import message
from relman.model.names import Oid
from relman.plan.plan import Pick
from relman.run.affected import first_affected
from relman.run.causes import Causes
from relman.run.prerequisites import MOST, Carried, Found, NotFound, Onto, find_prerequisites

_TRIALS = 60
"""Picks that the search may try while a person waits."""
_MOST_CAUSES = 12
"""Files of a conflict whose causes are asked for one by one."""


class Needed(Struct, frozen=True, kw_only=True):
    """What the search found.

    `sequence` is what picks clean, the prerequisites oldest first and then the fix; empty where there is none.
    `said` are sentences about it, `unfinished` names what belongs to work that no release has, `causes` gives per
    path the commits that its conflict comes from.
    """

    sequence: tuple[Carried, ...]
    said: tuple[str, ...]
    unfinished: tuple[str, ...] = ()
    causes: Mapping[str, tuple[Oid, ...]] = {}


def find_needed(
    repo: Repository,
    graph: Reader,
    scratch: Scratch,
    pick: Pick,
    onto: Onto,
    releases: Sequence[tuple[str, Oid]],
) -> Needed:
    """Searches what the pick needs on a target where it conflicts; `releases` as in `first_affected`."""
    found = find_prerequisites(
        repo, graph, scratch, pick.source, onto, mainline=pick.mainline, trials=_TRIALS
    )
    causes = _causes(repo, graph, pick, onto)
    match found:
        case Found(commits=commits, sequence=sequence):
            rows = tuple(_row(graph, oid, releases) for oid in commits)
            what = "one commit that it needs" if len(rows) == 1 else f"{len(rows)} commits that it needs"
            return Needed(
                sequence=sequence,
                said=(f"goes on cleanly after {what}", *(f"needs {words}" for words, _ in rows)),
                unfinished=tuple(words for words, unfinished in rows if unfinished),
                causes=causes,
            )
        case NotFound(reason=reason, detail=detail, tried=tried):
            why = f"{reason}: {detail}" if detail else reason
            many = "one pick was tried" if tried == 1 else f"{tried} picks were tried"
            said = f"no set of up to {MOST} commits was found that makes it apply ({why}; {many})"
            return Needed(sequence=(), said=(said,), causes=causes)
        case _:
            assert_never(found)


def _row(graph: Reader, oid: Oid, releases: Sequence[tuple[str, Oid]]) -> tuple[str, bool]:
    """Describes a prerequisite; tells whether it is part of a feature that no release has yet."""
    commit = graph.commit(oid)
    first = first_affected(graph, oid, releases)
    unfinished = first is None and message.parse(commit.message).type == "feat"
    many = len(graph.paths(oid))
    size = f"{many} file" if many == 1 else f"{many} files"
    since = f"in {first}" if first else "of a feature that no release has" if unfinished else "in no release"
    return f"{oid[:10]} {commit.subject} ({size}, {since})", unfinished


def _causes(repo: Repository, graph: Reader, pick: Pick, onto: Onto) -> Mapping[str, tuple[Oid, ...]]:
    """Gives per conflicting path the commits that brought what the pick expects to find there, oldest first."""
    causes = Causes(repo, graph, pick.source, onto.target, onto.present, mainline=pick.mainline)
    found: dict[str, tuple[Oid, ...]] = {}
    for conflict in pick.conflicts[:_MOST_CAUSES]:
        try:
            sets = causes.of(pick.source, [conflict])
            found[conflict.path] = causes.ordered(next((c for c in sets if c), set()))
        except RelmanError:  # a partial clone: the conflict itself is shown all the same
            return found
    return found
