"""What the jobs do under a strategy where something is in the way; whole teams are in `fixtures/strategies`."""

from pathlib import Path

import pytest

from command import Shop, sure

GITFLOW = r"""
main:
  A "feat: one" {
    pyproject.toml: "[project]\nname = \"shop\"\nversion = \"1.0.0\"\ndescription = \"d\"\n\n\n\n[tool.x]\ny = 1\n",
    CHANGELOG.md: "# Changelog\n\n## 1.0.0 - 2025-12-31\n\n- the beginning\n",
    relman.toml: "strategy = \"gitflow/v1\"\n",
    app.txt: "1\n2\n3\n4\n5\n6\n7\n8\n9\n"
  } [v1.0.0]
develop from A:
  B "feat: more" {more.txt: "more\n"}
release/1.1.0 from B:
  R "fix: nine (#7)" {app.txt ~ "9\n" => "nine\n"}
HEAD = develop
"""


def shop_of(folder: Path, story: str) -> Shop:
    return Shop(folder / "shop", story, remote=False)


def test_a_second_release_branch_is_refused_where_one_is_open(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, GITFLOW + 'develop:\n  C "feat: even more" {}\n')
    said = shop.refused(6, "cut", "1.2.0", "--yes")
    assert "release/1.1.0 is open, and gitflow/v1 has one release branch at a time" in said.err
    assert "--anyway one-at-a-time" in said.err
    shop.done(*sure(("cut", "1.2.0", "--anyway", "one-at-a-time", "--reason", "two teams")))
    assert shop.repo.git("branch", "--list", "release/*").split() == ["release/1.1.0", "release/1.2.0"]


def test_what_stands_on_production_alone_is_said_to_ship_too(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, GITFLOW + 'main:\n  D "fix: by hand" {hand.txt: "hand"}\n')
    said = shop.done(*sure(("release", "1.1.0", "--final")))
    assert f"ships too   {shop.repo.labels['D'][:7]} fix: by hand, which is on production alone" in said.out
    assert "3 commits go out that were there already" in said.out
    assert "hand.txt" in shop.repo.files("v1.1.0")


def test_production_does_not_wait_for_trunk(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, GITFLOW + 'develop:\n  D "feat: by hand" {app.txt ~ "9\\n" => "NINE\\n"}\n')
    outcome = shop.done(*sure(("release", "1.1.0", "--final", "--json"))).json
    assert shop.repo.git("rev-parse", "v1.1.0^{commit}") == shop.repo.git("rev-parse", "main")
    assert shop.repo.git("log", "-1", "--format=%s", "develop") == "feat: by hand"
    assert [(d["subject"], d["missing_on"]) for d in outcome["debts"]] == [("release v1.1.0", ["develop"])]


def test_a_hotfix_that_does_not_merge_into_trunk_is_owed_once_and_forward_knows_when_it_is_paid(
    tmp_path: Path,
) -> None:
    story = GITFLOW.replace("release/1.1.0 from B:", "topic from A:").replace("(#7)", "")
    shop = shop_of(tmp_path, story + 'develop:\n  D "feat: by hand" {app.txt ~ "9\\n" => "NINE\\n"}\n')
    said = shop.done(*sure(("hotfix", "topic", "--json"))).json
    owed = [(d["subject"], d["missing_on"], d["settle"]) for d in said["debts"]]
    assert owed == [("release v1.0.1", ["develop"], "git switch develop && git merge v1.0.1")]
    assert shop.repo.git("rev-parse", "v1.0.1^{commit}") == shop.repo.git("rev-parse", "main")
    assert owed[0][2] in shop.refused(3, "forward", "--yes").err
    assert shop.repo.run("merge", "-q", "v1.0.1").returncode == 1
    shop.repo.git("checkout", "--theirs", "--", "app.txt")
    shop.repo.git("commit", "-qam", "Merge tag 'v1.0.1' into develop")
    assert "nothing is owed" in shop.refused(5, "forward", "--yes").err


def test_lines_that_relman_owns_never_conflict_and_the_rest_of_their_files_is_merged(tmp_path: Path) -> None:
    shop = shop_of(
        tmp_path,
        GITFLOW
        + r"""
release/1.1.0:
  R2 "chore: version" {pyproject.toml ~ "1.0.0" => "1.1.0"}
main:
  H "fix: hotfix" {
    pyproject.toml ~ "1.0.0" => "1.0.1",
    CHANGELOG.md ~ "## 1.0.0" => "## 1.0.1 - 2026-01-01\n\n- a hotfix\n\n## 1.0.0"
  } [v1.0.1]
develop:
  D "chore: development" {pyproject.toml ~ "1.0.0" => "1.2.0.dev0"}
  E "chore: tool" {pyproject.toml ~ "y = 1" => "y = 2"}
""",
    )
    shop.done(*sure(("release", "1.1.0", "--final")))
    released, trunk = (shop.repo.git("show", f"{rev}:pyproject.toml") for rev in ("v1.1.0", "develop"))
    assert ('version = "1.1.0"' in released, "y = 1" in released) == (True, True)
    assert ('version = "1.2.0.dev0"' in trunk, "y = 2" in trunk) == (True, True)
    for log in (shop.repo.git("show", f"{rev}:CHANGELOG.md") for rev in ("v1.1.0", "develop")):
        assert [line.split()[1].strip("[]") for line in log.splitlines() if line.startswith("## ")] == [
            "1.1.0",
            "1.0.1",
            "1.0.0",
        ]
        assert "- a hotfix" in log


@pytest.mark.parametrize("strategy", ["toggles/v1", "github-flow/v1", "gitlab-environments/v1"])
def test_a_strategy_without_release_branches_cuts_none(tmp_path: Path, strategy: str) -> None:
    shop = Shop(tmp_path / "shop", remote=False)
    shop.repo.write("relman.toml", f'strategy = "{strategy}"\n')
    assert shop.refused(2, "cut", "--yes").err == (
        f"error: {strategy} has no release branches: a release is made on main\n"
        "hint:  relman release trunk\n"
        "hint:  relman strategy show\n"
    )


def test_trunk_is_not_released_where_the_strategy_releases_elsewhere(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, GITFLOW)
    said = shop.refused(2, "release", "trunk", "--yes")
    assert said.err == "error: gitflow/v1 makes no release on develop\nhint:  relman cut\n"


STATES = """
[lines.states]
"1.0" = "{state}"
"""


@pytest.mark.parametrize(
    ("state", "code", "why"),
    [
        ("current", 0, ""),
        ("maintenance", 0, ""),
        ("security", 6, "line 1.0 is security only, so only what mends security lands there"),
        ("end-of-life", 6, "line 1.0 is at its end of life, so nothing lands there any more"),
    ],
)
def test_the_state_of_a_line_narrows_what_is_released_there(
    tmp_path: Path, state: str, code: int, why: str
) -> None:
    shop = Shop(tmp_path / "shop", remote=False)
    shop.repo.write("relman.toml", STATES.format(state=state))
    said = shop(*sure(("release", "1.0")))
    assert (said.code, why in said.err) == (code, True), said.err


def test_forward_merges_back_where_the_strategy_does(tmp_path: Path) -> None:
    shop = shop_of(
        tmp_path,
        GITFLOW
        + r"""
main:
  H "fix: crash" {crash.txt: "mended\n", pyproject.toml ~ "1.0.0" => "1.0.1"} [v1.0.1]
develop:
  D "chore: development" {pyproject.toml ~ "1.0.0" => "1.2.0.dev0"}
""",
    )
    shop.done(*sure(("forward",)))
    assert shop.repo.git("log", "-1", "--format=%s", "develop") == "Merge tag 'v1.0.1' into develop"
    assert shop.repo.git("merge-base", "--is-ancestor", "v1.0.1", "develop") == ""
    assert 'version = "1.2.0.dev0"' in shop.repo.git("show", "develop:pyproject.toml")
    assert shop.repo.git("show", "develop:crash.txt") == "mended"
