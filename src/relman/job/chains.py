"""The chains of records that a team shares, as this clone and its remote have them (`model/shared`)."""

from collections.abc import Mapping

from relman.model.history import Graph, Refs
from relman.model.names import Oid, RefName
from relman.model.shared import (
    DEPLOYMENTS,
    WITHDRAWALS,
    Deployed,
    Withdrawn,
    fetched_ref,
    read_deployment,
    read_withdrawal,
    refspec,
    standing,
)


def own_end(refs: Refs, ref: RefName) -> Oid | None:
    """Where this clone's own chain ends."""
    return refs.shared.get(ref)


def remote_end(refs: Refs, remote: str, ref: RefName) -> Oid | None:
    """Where the remote's chain ended at the last look."""
    return refs.shared.get(fetched_ref(remote, ref))


def ends(refs: Refs, graph: Graph, remote: str, ref: RefName) -> tuple[Oid, ...]:
    """The ends of a chain: one, or two where this clone and the remote have entries that the other lacks."""
    own, theirs = own_end(refs, ref), remote_end(refs, remote, ref)
    if own is None or theirs is None:
        return tuple(oid for oid in (own, theirs) if oid)
    if graph.is_ancestor(own, theirs):
        return (theirs,)
    return (own,) if graph.is_ancestor(theirs, own) else (own, theirs)


def fetch_line(remote: str) -> str:
    """What to type so that this clone has the remote's records."""
    return f"git fetch {remote} '{refspec(remote)}'"


def read_deployments(refs: Refs, graph: Graph, remote: str) -> tuple[Deployed, ...]:
    """Reads every recorded deployment, newest first; what is no entry is passed over."""
    entries = (graph.commit(oid) for oid in _entries(refs, graph, remote, DEPLOYMENTS))
    return tuple(each for entry in entries if (each := read_deployment(entry)))


def read_withdrawals(refs: Refs, graph: Graph, remote: str) -> Mapping[str, Withdrawn]:
    """Reads the withdrawals that stand, by version."""
    entries = (graph.commit(oid) for oid in _entries(refs, graph, remote, WITHDRAWALS))
    return standing(each for entry in entries if (each := read_withdrawal(entry)))


def _entries(refs: Refs, graph: Graph, remote: str, ref: RefName) -> tuple[Oid, ...]:
    tips = ends(refs, graph, remote, ref)
    return graph.between(tips, ()) if tips else ()
