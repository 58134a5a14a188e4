"""Debts that somebody knew of: named by an operation in this clone's journal, or accepted in a release's tag.

Neither makes a debt, and neither settles one. They answer a hook that asks why a release branch holds a commit
which trunk does not have, and a release that asks whether a person has said yes before.
"""

from collections.abc import Iterable, Mapping

from relman.job.facts import Facts
from relman.model.names import Oid, RefName, is_oid, tag_ref
from relman.model.trailers import values
from relman.plan.override import ACCEPTED
from relman.plan.plan import Debt
from relman.run.journal import Record

_TAGS = 100
"""How many releases, highest first, are asked what they accepted."""


def recorded_debts(records: Iterable[Record]) -> Mapping[Oid, Debt]:
    """Gives the debts that operations named which stand, by each commit that carries one: the fix and its ports.

    Operations that were taken back or aborted count for nothing; of two that name a commit the later one does.
    """
    found: dict[Oid, Debt] = {}
    for record in records:
        if record.undone_by is not None or record.state == "aborted":
            continue
        sealed = record.sealed
        owed = {debt.commit: debt for debt in sealed.plan.debts}
        found |= owed
        for target in sealed.plan.targets:
            for pick in target.picks:
                written = sealed.id_of(pick.commit)
                if written is not None and pick.source in owed:
                    found[written] = owed[pick.source]
    return found


def accepted_at(facts: Facts, commit: Oid) -> frozenset[Oid]:
    """Gives the debts that releases below a commit accepted (`--anyway debts`), as their tags say."""
    newest = {tag_ref(release.tag): release.commit for release in facts.releases[:_TAGS]}
    if not newest:
        return frozenset()
    told = facts.repo.looking.text("for-each-ref", "--format=%(refname)%00%(contents)%00", *newest)
    rows = told.split("\0")
    found: set[Oid] = set()
    for ref, text in zip(rows[::2], rows[1::2], strict=False):
        named = [Oid(value) for value in values(text, ACCEPTED) if is_oid(value)]
        if named and facts.graph.is_ancestor(newest[RefName(ref.strip())], commit):
            found.update(named)
    return frozenset(found)
