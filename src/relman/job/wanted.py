"""The fixes on trunk that production lacks: what `hotfix` offers when nobody named one."""

import re

from msgspec import Struct

from relman.git.scratch import PickOf, Scratch
from relman.job.facts import Facts
from relman.job.standing import standing_changes
from relman.model import message
from relman.model.history import Commit
from relman.model.names import Oid
from relman.model.reverts import cancel
from relman.model.tags import Release
from relman.model.trees import Conflicted, Merged
from relman.plan.plan import Rung

_FIX = re.compile(r"(?:bug|hot)?fix|security", re.IGNORECASE)
_MOST = 20
"""How many fixes are offered, newest first; each is tried."""
_READ = 1000


class Wanted(Struct, frozen=True, kw_only=True):
    """One fix that a release lacks, and how its pick on it went."""

    commit: Oid
    subject: str
    rung: Rung


def wanted(facts: Facts, scratch: Scratch, release: Release) -> tuple[Wanted, ...]:
    """Gives the fixes on trunk that a release has in no form, newest first, at most 20, each tried on its own."""
    graph = facts.graph
    left = graph.between([facts.trunk.commit], [release.commit])[:_READ]
    gone = cancel(graph, left).removed
    commits = (graph.commit(oid) for oid in left if oid not in gone)
    fixes = [commit for commit in commits if len(commit.parents) == 1 and _is_fix(commit)]
    ports = standing_changes(facts, release.commit)
    missing = [fix for fix in fixes if ports.carries(fix.id) is None][:_MOST]
    scratch.aim(release.commit)
    tree = scratch.tree_of(release.commit)
    answers = scratch.pick_many([PickOf(commit=fix.id, onto=tree) for fix in missing])
    rungs = [_rung(answer, tree) for answer in answers]
    return tuple(
        Wanted(commit=fix.id, subject=fix.subject, rung=rung)
        for fix, rung in zip(missing, rungs, strict=True)
        if rung != "already-there"
    )


def _is_fix(commit: Commit) -> bool:
    read = message.parse(commit.message)
    return _FIX.match(read.type or read.subject) is not None


def _rung(answer: object, tree: Oid) -> Rung:
    match answer:
        case Merged(tree=after):
            return "already-there" if after == tree else "clean"
        case Conflicted():
            return "conflict"
        case _:
            return "unknown"
