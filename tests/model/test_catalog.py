"""The catalog, whole: every strategy is consistent, and what each is about stands here once."""

import re

import pytest

from relman.model.catalog import CATALOG, DEFAULT, find
from relman.model.strategy import Strategy, faults

GOLDEN = {
    "trunk/v1": "tip upstream-first · release→- hotfix→release topic→trunk",
    "toggles/v1": "trunk upstream-first · topic→trunk",
    "github-flow/v1": "trunk upstream-first · topic→trunk",
    "gitlab-environments/v1": "trunk downstream-first · environment→- hotfix→environment,trunk topic→trunk",
    "gitlab-release/v1": "tip upstream-first · release→- hotfix→release topic→trunk",
    "gitflow/v1": "merge merge-back · production→- release→production,trunk "
    "hotfix→production,release,trunk support→- topic→trunk",
    "oneflow/v1": "tip merge-back · release→trunk hotfix→release,trunk topic→trunk",
    "release-flow/v1": "tip upstream-first · release→- hotfix→release topic→trunk",
    "maintenance/v1": "tip upstream-first · release→- hotfix→release topic→trunk",
}


def told(strategy: Strategy) -> str:
    rest = [role for role in strategy.roles if role.name != "trunk"]
    landings = " ".join(f"{role.name}→{','.join(role.lands) or '-'}" for role in rest)
    return f"{strategy.tag} {strategy.direction} · {landings}"


def test_the_whole_catalog() -> None:
    assert {strategy.name: told(strategy) for strategy in CATALOG} == GOLDEN
    assert find(DEFAULT) is CATALOG[0]
    assert find("trunk") is None


@pytest.mark.parametrize("strategy", CATALOG, ids=lambda s: s.name)
def test_each_is_consistent_and_explains_itself(strategy: Strategy) -> None:
    assert list(faults(strategy)) == []
    assert re.fullmatch(r"[a-z0-9-]+/v[0-9]+", strategy.name)
    assert strategy.rules.endswith(".")
    assert strategy.incident.endswith(".")
