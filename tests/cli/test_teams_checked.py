"""What relman itself did for whole teams holds against the strategy that they configured."""

from pathlib import Path

import pytest

from command import call
from strategy_story import Team, load


@pytest.mark.parametrize("name", ["avh", "gitflow-protected", "gitflow-squash", "toggles"])
def test_nothing_that_relman_did_is_a_finding(tmp_path: Path, name: str) -> None:
    spec = load(name)
    team = Team(tmp_path, spec.config)
    for line in spec.lines:
        team.tell(line)
    said = call(team.repo.path, "check", "--history")
    assert (said.code, said.out) == (0, "")
