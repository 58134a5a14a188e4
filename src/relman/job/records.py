"""The chains of records that a team shares: reading them, and a plan's steps that write the next entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relman.git.repo import EMPTY_TREE
from relman.model.names import Oid, RefName
from relman.model.shared import (
    DEPLOYMENTS,
    SHARED,
    WITHDRAWALS,
    Deployed,
    Entry,
    Withdrawn,
    fetched_ref,
    read_deployment,
    read_withdrawal,
    refspec,
    standing,
    written,
)
from relman.model.trailers import with_lines
from relman.plan.plan import Expect
from relman.plan.steps import Id, Label, MoveRef, Step, WriteCommit, Written

if TYPE_CHECKING:  # facts ask here, and what is asked for is read from them
    from collections.abc import Mapping, Sequence

    from relman.job.facts import Facts
    from relman.model.history import Commit


def read_deployments(facts: Facts) -> tuple[Deployed, ...]:
    """Reads every recorded deployment, newest first; what is no entry is passed over."""
    return tuple(each for oid in _entries(facts, DEPLOYMENTS) if (each := read_deployment(_read(facts, oid))))


def read_withdrawals(facts: Facts) -> Mapping[str, Withdrawn]:
    """Reads the withdrawals that stand, by version."""
    return standing(
        each for oid in _entries(facts, WITHDRAWALS) if (each := read_withdrawal(_read(facts, oid)))
    )


def _read(facts: Facts, oid: Oid) -> Commit:
    return facts.graph.commit(oid)


def _entries(facts: Facts, ref: RefName) -> tuple[Oid, ...]:
    tips = ends(facts, ref)
    return facts.graph.between(tips, ()) if tips else ()


def here(facts: Facts, ref: RefName) -> Oid | None:
    """Where this clone's own chain ends."""
    return facts.refs.shared.get(ref)


def there(facts: Facts, ref: RefName) -> Oid | None:
    """Where the remote's chain ended at the last look."""
    return facts.refs.shared.get(fetched_ref(facts.remote, ref))


def ends(facts: Facts, ref: RefName) -> tuple[Oid, ...]:
    """The ends of a chain: one, or two where this clone and the remote have entries that the other lacks."""
    own, theirs = here(facts, ref), there(facts, ref)
    if own is None or theirs is None:
        return tuple(oid for oid in (own, theirs) if oid)
    if facts.graph.is_ancestor(own, theirs):
        return (theirs,)
    return (own,) if facts.graph.is_ancestor(theirs, own) else (own, theirs)


def entry_steps(facts: Facts, entry: Entry, ref: RefName, lines: Sequence[str]) -> tuple[Step, ...]:
    """The steps that write an entry after all that is known of its chain; `lines` are configured trailers."""
    label = f"entry {ref.removeprefix(SHARED)}"
    return _on_top(facts, ref, label, with_lines(written(entry), lines))


def join_steps(facts: Facts, ref: RefName) -> tuple[Step, ...]:
    """The steps that join a chain which two people wrote at the same time; none where it has one end."""
    if len(ends(facts, ref)) < 2:
        return ()
    name = ref.removeprefix(SHARED)
    return _on_top(facts, ref, f"joined {name}", f"join the {name} of two clones\n")


def _on_top(facts: Facts, ref: RefName, label: str, message: str) -> tuple[Step, ...]:
    return (
        WriteCommit(
            label=label,
            tree=Oid(EMPTY_TREE),
            parents=tuple(Id(oid=oid) for oid in ends(facts, ref)),
            message=message,
            origin=Written(),
        ),
        MoveRef(ref=ref, old=here(facts, ref), new=Label(name=label)),
    )


def fetch_line(facts: Facts) -> str:
    """What to type so that this clone has the remote's records."""
    return f"git fetch {facts.remote} '{refspec(facts.remote)}'"


def relied_on(facts: Facts) -> tuple[Expect, ...]:
    """The chains as they were read: what production is, and which releases count, rests on them."""
    return tuple(Expect(ref=ref, value=oid) for ref, oid in facts.refs.shared.items())
