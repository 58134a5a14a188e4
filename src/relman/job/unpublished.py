"""Operations that were not pushed from here, as far as this clone knows: what a forgotten `--push` leaves."""

from relman.job.chains import remote_end
from relman.job.facts import Facts
from relman.model.names import HEADS, REMOTES, TAGS, Oid, RefName, short
from relman.model.shared import SHARED
from relman.run.journal import Record, read_all

_NEWEST = 5
"""How many operations are looked at: an old one that somebody pushed by hand is no news every day."""
_MAKES = ("cut", "release", "hotfix", "backport", "bump", "record", "withdraw")


def unpublished(facts: Facts) -> tuple[Record, ...]:
    """Gives the newest operations that stand and were not pushed, oldest first.

    Judged without the network: by what was pushed from here, and by the remote-tracking branches. A tag that went
    out by hand with no branch is not noticed, nor one that stayed here when its branch went out. What is gone here
    cannot be pushed: a branch that went with a later release is out where that is.
    """
    if facts.remote not in facts.refs.remotes:
        return ()
    records = read_all(facts.repo).records
    sent = {
        (move.ref, move.new)
        for record in records
        for push in record.pushes
        if push.result == "pushed"
        for move in push.moves
    }
    return tuple(r for r in records[-_NEWEST:] if _stands(r) and not _published(facts, r, sent))


def _stands(record: Record) -> bool:
    plain = record.state == "done" and record.undone_by is None
    return plain and record.sealed.plan.operation in _MAKES


def _published(facts: Facts, record: Record, sent: set[tuple[RefName, Oid | None]]) -> bool:
    public = (HEADS, TAGS, SHARED)
    made = [(c.ref, c.new) for c in record.refs if c.new is not None and c.ref.startswith(public)]
    if all(change in sent for change in made if not _gone(facts, change[0])):
        return True
    told = [_has(facts, ref, new) for ref, new in made if not ref.startswith(TAGS)]
    return bool(told) and all(told)


def _gone(facts: Facts, ref: RefName) -> bool:
    name = short(ref)
    return (ref.startswith(HEADS) and facts.refs.local(name) is None) or (
        ref.startswith(TAGS) and facts.refs.tag(name) is None
    )


def _has(facts: Facts, ref: RefName, made: Oid) -> bool:
    """Whether the remote has what was made, on the branch of that name; where that is gone here, on any branch."""
    if ref.startswith(SHARED):
        there = [remote_end(facts.refs, facts.remote, ref)]
    elif _gone(facts, ref):
        own = f"{REMOTES}{facts.remote}/"
        there = [branch.commit for branch in facts.refs.branches if branch.ref.startswith(own)]
    else:
        tracked = facts.refs.tracking(facts.remote, short(ref))
        there = [tracked.commit if tracked else None]
    return any(tip is not None and facts.graph.is_ancestor(made, tip) for tip in there)
