"""docs/checks.md is held to the code: every check with what it asks, and which strategy has it at which level."""

from pathlib import Path

import pytest

from relman.model.catalog import CATALOG
from relman.model.rules.every import CHECKS
from relman.model.strategy import CHECK_IDS, Strategy

PAGE = (Path(__file__).parents[2] / "docs" / "checks.md").read_text(encoding="utf-8")


def test_there_are_seventeen_and_each_is_on_the_page() -> None:
    assert tuple(check.id for check in CHECKS) == CHECK_IDS
    rows = [f"| {check.id} | {check.title} | {check.asks} |" for check in CHECKS]
    assert [
        line for line in PAGE.splitlines() if line.startswith(tuple(f"| {i} |" for i in CHECK_IDS))
    ] == rows


@pytest.mark.parametrize("strategy", CATALOG, ids=lambda strategy: strategy.name)
def test_the_levels_are_those_of_the_catalog(strategy: Strategy) -> None:
    letters = [
        {"error": "E", "warning": "W", "note": "N", None: "·"}[strategy.checks.get(c.id)] for c in CHECKS
    ]
    assert f"| {strategy.name} | {' | '.join(letters)} |" in PAGE.splitlines()
