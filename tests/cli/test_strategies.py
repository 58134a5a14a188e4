"""Whole teams under each strategy: see `tests/strategy_story.py` and `fixtures/strategies`."""

from pathlib import Path

import pytest

from relman.model.catalog import find
from strategy_story import Team, load, names
from version_views import check_views


@pytest.mark.parametrize("name", names())
def test_the_story_ends_as_written(tmp_path: Path, name: str) -> None:
    spec = load(name)
    team = Team(tmp_path, spec.config)
    for line in spec.lines:
        team.tell(line)
    assert team.end() == spec.end
    if find(f"{name}/v1"):  # the variants of a story add nothing to ask
        assert check_views(team.repo.path, tmp_path / "views") > 5
