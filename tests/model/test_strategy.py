import pytest
from msgspec import structs

from relman.model.catalog import GITFLOW, TOGGLES, TRUNK
from relman.model.strategy import Flow, Role, Strategy, faults, pattern_fits


@pytest.mark.parametrize(
    ("pattern", "branch", "fits"),
    [
        ("main", "main", True),
        ("main", "mainly", False),
        ("release/{version}", "release/1.5.0", True),
        ("release/{version}", "release/1.5", False),
        ("release/{line}", "release/1.5", True),
        ("{line}-stable", "2-3-stable", True),
        ("{line}.x", "4.x", True),
        ("releases/M{line}", "releases/M129", True),
        ("releases/M{line}", "releases/Mx", False),
        ("feature/*", "feature/one/two", True),
        ("feature/*", "feature/", False),
        ("a.b", "axb", False),
    ],
)
def test_patterns(pattern: str, branch: str, *, fits: bool) -> None:
    assert pattern_fits(pattern, branch) is fits


def test_a_branch_has_one_role_and_plain_names_come_first() -> None:
    names = {
        branch: role.name if (role := GITFLOW.role_of(branch)) else None
        for branch in ("develop", "main", "release/1.5.0", "hotfix/1.4.3", "support/1.x", "feature/x", "wip")
    }
    assert names == {
        "develop": "trunk",
        "main": "production",
        "release/1.5.0": "release",
        "hotfix/1.4.3": "hotfix",
        "support/1.x": "support",
        "feature/x": "topic",
        "wip": None,
    }
    anything = structs.replace(TRUNK, roles=(Role(name="topic", patterns=("*",)), *TRUNK.roles))
    assert (anything.role_of("main") or anything.roles[0]).name == "trunk"


def said(strategy: Strategy) -> list[str]:
    return [f"{'.'.join(map(str, place))}: {message}" for place, message in faults(strategy)]


def test_everything_that_is_wrong_is_said_at_once() -> None:
    trunk = Role(name="trunk", patterns=("main", "re lease", "{line}-{line}", "{nonsense}"))
    release = Role(name="release", patterns=(), starts=("production",), lands=("release", "production"))
    wrong = Strategy(
        name="own/v1",
        title="Own",
        roles=(trunk, release),
        direction="upstream-first",
        tag="trunk",
        checks={"F2": "error", "M1": "error"},
        rules="",
        incident="",
        flows=(Flow(source="trunk", target="environment", by="merge", carries="everything"),),
        one_at_a_time=("hotfix",),
    )
    assert said(wrong) == [
        "roles.trunk.patterns.1: is no branch's name with {line} or {version} at most once, or *",
        "roles.trunk.patterns.2: is no branch's name with {line} or {version} at most once, or *",
        "roles.trunk.patterns.3: is no branch's name with {line} or {version} at most once, or *",
        "roles.release.patterns: no name is given",
        "roles.release.lands.0: release cannot land on itself",
        "roles.release.lands.1: there is no role production here",
        "roles.release.starts.0: there is no role production here",
        "flows.0: there is no role environment here",
        "one_at_a_time.0: there is no role hotfix here",
        "checks.M1: M1 is about environment branches, and there are none here",
        "checks.F2: F2 wants downstream-first, and fixes travel upstream-first",
    ]


@pytest.mark.parametrize(
    ("strategy", "sentence"),
    [
        (structs.replace(TRUNK, roles=TRUNK.roles[1:]), "roles: there is no trunk"),
        (
            structs.replace(TRUNK, tag="merge"),
            "tag: tags stand on merges into production, and no release lands there",
        ),
        (
            structs.replace(TOGGLES, tag="tip"),
            "tag: tags stand on release branches, and there are none here",
        ),
        (
            structs.replace(TOGGLES, direction="merge-back", roles=(TOGGLES.trunk,)),
            "direction: merge-back, and nothing is merged back: no role lands anywhere",
        ),
    ],
)
def test_contradictions(strategy: Strategy, sentence: str) -> None:
    assert sentence in said(strategy)
