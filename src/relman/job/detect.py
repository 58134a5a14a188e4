"""Reads what a history shows of its strategy, once for every pair of branches that a strategy may mean."""

from collections.abc import Sequence

from relman.job.facts import Facts
from relman.model.catalog import CATALOG
from relman.model.course import Standing
from relman.model.detect import Candidate, candidates
from relman.model.observed import Observed, observe
from relman.model.strategy import Role, Strategy

_Roles = tuple[Standing, Standing | None, tuple[Standing, ...]]
_QUIET = 2 * 365 * 24 * 3600
"""A branch that stood still so long beside a living one has no role any more, in seconds."""


def detect(facts: Facts, catalog: Sequence[Strategy] = CATALOG) -> tuple[Candidate, ...]:
    """Holds every strategy of the catalog against the history, best first; nothing without a commit.

    Errors (usage): an incomplete clone; trunk cannot be told.
    """
    facts.check_complete()
    if facts.tip(facts.trunk_name) is None:
        return ()
    known: dict[_Roles, Observed] = {}
    paired = next((pair for each in catalog if (pair := _pair(facts, each))), None)
    beside = tuple(each.name for each in paired) if paired else ()

    def view(strategy: Strategy) -> Observed:
        which = roles(facts, strategy)
        if which not in known:
            trunk, production, environments = which
            known[which] = observe(
                facts.graph,
                trunk,
                production,
                facts.lines,
                facts.end,
                paired=beside,
                environments=environments,
                toggles=[toggle.name for toggle in facts.config.toggles],
            )
        return known[which]

    return candidates(catalog, view)


def roles(facts: Facts, strategy: Strategy) -> _Roles:
    """The branches with the roles of trunk, production and environments; without a pair the repository's trunk."""
    environment = strategy.role("environment")
    names = environment.patterns if environment else ()
    environments = tuple(found for name in names if (found := _standing(facts, name)))
    trunk = Standing(name=facts.trunk_name, tip=facts.trunk.commit)
    pair = _pair(facts, strategy)
    return (*pair, environments) if pair else (trunk, None, environments)


def _pair(facts: Facts, strategy: Strategy) -> tuple[Standing, Standing] | None:
    """The branch where work lands and the one that takes releases, where both are there and in use."""
    production = strategy.role("production")
    if production is None:
        return None
    work, main = _first(facts, strategy.trunk), _first(facts, production)
    if work is None or main is None:
        return None
    quiet = facts.graph.when(main.tip) - facts.graph.when(work.tip) > _QUIET
    return None if quiet else (work, main)


def _first(facts: Facts, role: Role) -> Standing | None:
    return next((found for name in role.patterns if (found := _standing(facts, name))), None)


def _standing(facts: Facts, name: str) -> Standing | None:
    tip = facts.tip(name)
    return Standing(name=name, tip=tip.commit) if tip else None
