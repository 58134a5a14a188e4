"""Whole teams under each strategy: see `tests/strategy_story.py` and `fixtures/strategies`."""

from pathlib import Path

import pytest

from strategy_story import Team, load, names


@pytest.mark.parametrize("name", names())
def test_the_story_ends_as_written(tmp_path: Path, name: str) -> None:
    spec = load(name)
    team = Team(tmp_path, spec.config)
    for line in spec.lines:
        team.tell(line)
    assert team.end() == spec.end
