"""What relman itself did for whole teams holds against the strategy that they configured."""

from pathlib import Path

import pytest

from command import call
from strategy_story import Team, load


def team(folder: Path, name: str) -> Team:
    spec = load(name)
    made = Team(folder, spec.config)
    for line in spec.lines:
        made.tell(line)
    return made


@pytest.mark.parametrize("name", ["avh", "gitflow-squash", "toggles"])
def test_nothing_that_relman_did_is_a_finding(tmp_path: Path, name: str) -> None:
    said = call(team(tmp_path, name).repo.path, "check", "--history")
    assert (said.code, said.out) == (0, "")


def test_a_merge_that_nobody_has_accepted_yet_is_one(tmp_path: Path) -> None:
    made = team(tmp_path, "gitflow-protected")
    said = call(made.repo.path, "check", "--history", "--json")
    found = [(f["rule"], f["where"], f["hint"]) for f in said.json["findings"]]
    assert (said.code, found) == (1, [("F3", "tag v1.1.1", "relman forward 1.1")])
    made.tell('merge relman/release/develop into develop as "Merge pull request #6 from team/back"')
    assert call(made.repo.path, "check", "--history").code == 0
