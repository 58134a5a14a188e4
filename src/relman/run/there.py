"""Has it been ported? What a target has of a fix, by evidence with a name (DESIGN 2, 6): the ladder's first rung."""

from msgspec import Struct

from relman.git.reader import Reader
from relman.model import message
from relman.model.equivalence import Changes, Evidence
from relman.model.history import Commit
from relman.model.names import Oid, is_oid


class Ground(Struct, frozen=True, kw_only=True):
    """A target before the climb: its commit and its tree, and what it has beyond trunk.

    `changes` are the target's own commits that stand, ready to be compared with; `gone` says which of the
    fixes it holds although they were reverted since.
    """

    commit: Oid
    tree: Oid
    changes: Changes
    gone: frozenset[Oid] = frozenset()


def evidence_of(graph: Reader, ground: Ground, commit: Commit) -> Evidence | None:
    """The best evidence that the target has the fix: itself, what it was picked from, or a port of it."""
    if commit.id not in ground.gone and graph.is_ancestor(commit.id, ground.commit):
        return Evidence(commit=commit.id, certainty="certain", how="the same commit")
    found = ground.changes.like(commit.id)
    if found is None or found.certainty != "certain":
        for origin in message.picked_from(message.parse(commit.message)):
            oid = Oid(origin)
            if not is_oid(origin) or oid in ground.gone or not graph.has(oid):
                continue
            if graph.is_ancestor(oid, ground.commit) and ground.changes.same_patch(commit.id, oid):
                return Evidence(
                    commit=oid, certainty="certain", how="cherry picked from it, with the same patch-id"
                )
    return found
