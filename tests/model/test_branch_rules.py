import pytest

from relman.model.branch_rules import BranchRules, branch_findings

RULES = BranchRules(
    names=("feature/*", "fix/*"),
    standing=("main", "release/{line}", "{line}.x", "rel-{version}", "support/*"),
)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("feature/pay", None),
        ("main", None),
        ("release/1.4", None),
        ("4.x", None),
        ("rel-1.4.0-rc.1", None),
        ("support/old", None),
        ("hotfix/1.4.3", None),
        ("relman/release/main", None),
        ("pay", "branch-name"),
        ("release/pay", "branch-name"),
        ("pay.x", "branch-name"),
        ("Feature/pay", "branch-name"),
        ("a..b", "branch-syntax"),
        ("-rf", "branch-syntax"),
        ("", "branch-syntax"),
    ],
)
def test_a_name_is_held_against_the_teams_patterns(name: str, rule: str | None) -> None:
    assert [finding.rule for finding in branch_findings(name, RULES)] == ([rule] if rule else [])


def test_without_patterns_every_name_that_git_takes_is_fine() -> None:
    assert list(branch_findings("whatever", BranchRules())) == []
