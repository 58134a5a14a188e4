"""Writing the chains of records that a team shares: a plan's steps, and what to fetch."""

from collections.abc import Sequence

from relman.git.repo import EMPTY_TREE
from relman.job.chains import ends, own_end
from relman.job.facts import Facts
from relman.model.names import Oid, RefName
from relman.model.shared import SHARED, Entry, written
from relman.model.trailers import with_lines
from relman.plan.steps import Id, Label, MoveRef, Step, WriteCommit, Written


def entry_steps(facts: Facts, entry: Entry, ref: RefName, lines: Sequence[str]) -> tuple[Step, ...]:
    """The steps that write an entry after all that is known of its chain; `lines` are configured trailers."""
    label = f"entry {ref.removeprefix(SHARED)}"
    return _on_top(facts, ref, label, with_lines(written(entry), lines))


def join_steps(facts: Facts, ref: RefName) -> tuple[Step, ...]:
    """The steps that join a chain which two people wrote at the same time; none where it has one end."""
    if len(_ends(facts, ref)) < 2:
        return ()
    name = ref.removeprefix(SHARED)
    return _on_top(facts, ref, f"joined {name}", f"join the {name} of two clones\n")


def _on_top(facts: Facts, ref: RefName, label: str, message: str) -> tuple[Step, ...]:
    return (
        WriteCommit(
            label=label,
            tree=Oid(EMPTY_TREE),
            parents=tuple(Id(oid=oid) for oid in _ends(facts, ref)),
            message=message,
            origin=Written(),
        ),
        MoveRef(ref=ref, old=own_end(facts.refs, ref), new=Label(name=label)),
    )


def _ends(facts: Facts, ref: RefName) -> tuple[Oid, ...]:
    return ends(facts.refs, facts.graph, facts.remote, ref)
