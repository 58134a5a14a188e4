"""Release tags that stand elsewhere than they did: what the journal, the team's records and merges say of them."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from relman.job.facts import Facts
from relman.model.history import Graph
from relman.model.names import Oid, tag_ref
from relman.run.journal import read_all

_MOST = 500
"""How many commits of each branch are looked at for merges of tags."""
_MERGED_TAG = re.compile(r"Merge tag '([^']+)'")


def moved_tags(facts: Facts, graph: Graph, tips: Iterable[Oid]) -> dict[str, str]:
    """Says for each such tag how that is known; the first that says so counts. `tips` are the branches to read."""
    found: dict[str, str] = {}
    for name, how in (*_by_journal(facts), *_by_records(facts), *_by_merges(facts, graph, tips)):
        found.setdefault(name, how)
    return found


def _by_journal(facts: Facts) -> Iterator[tuple[str, str]]:
    """Tags that relman made in this clone."""
    if not (facts.repo.common_dir / "relman").is_dir():
        return
    made: dict[str, tuple[str | None, str]] = {}
    for record in sorted(read_all(facts.repo).records, key=lambda record: record.stamp):
        if record.state == "done":
            made |= {change.ref: (change.new, record.id) for change in record.refs}
    for tag in facts.refs.tags:
        new, operation = made.get(tag_ref(tag.name), (tag.object, ""))
        if new is not None and new != tag.object:
            yield tag.name, f"operation {operation} made it at {new[:10]}, and it is {tag.object[:10]} now"


def _by_records(facts: Facts) -> Iterator[tuple[str, str]]:
    """Releases that somebody recorded as deployed or withdrawn, with the commit that the tag led to then."""
    deployed = ((d.entry.version, d.entry.commit, f"{d.by} deployed it") for d in facts.deployments)
    withdrawn = ((w.entry.version, w.entry.commit, f"{w.by} withdrew it") for w in facts.withdrawals.values())
    for version, commit, who in (*deployed, *withdrawn):
        release = facts.release(version)
        if release is not None and release.commit != commit:
            yield release.tag, f"{who} at {commit[:10]}, and it leads to {release.commit[:10]} now"


def _by_merges(facts: Facts, graph: Graph, tips: Iterable[Oid]) -> Iterator[tuple[str, str]]:
    """Tags that a merge names: what it merged is what the tag led to."""
    commits = {release.tag: release.commit for release in facts.releases}
    for tip in tips:
        for oid in islice(graph.chain(tip), _MOST):
            commit = graph.commit(oid)
            named = _MERGED_TAG.match(commit.subject)
            at = commits.get(named[1]) if named and len(commit.parents) > 1 else None
            if named and at and at != commit.parents[1]:
                merged = f"{oid[:10]} merged it at {commit.parents[1][:10]}"
                yield named[1], f"{merged}, and it leads to {at[:10]} now"
