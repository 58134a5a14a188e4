"""`relman strategy compare`: every strategy over one history, and its hotfixes shipped again in memory."""

from collections.abc import Callable

import pytest

from history_language import Repo
from looking import Look

STORY = """
main:
  A "feat: one" {VERSION: "1.4.0\\n", a: "1\\n2\\n3\\n", b: "1\\n"} [v1.4.0]
  B "feat: half of X" {b: "X\\n"}
  C "fix: token (#7)" {a: "1\\n2\\nfixed\\n"}
release/1.4 from A:
  D pick C -x
  E "chore(release): 1.4.1" {VERSION: "1.4.1\\n"} [v1.4.1]
  F "fix: only on the line" {b: "line\\n"}
  G "chore(release): 1.4.2" {VERSION: "1.4.2\\n"} [v1.4.2]
main: H "docs: later" {c: "1\\n"}
"""


@pytest.fixture
def repo(repo_from: Callable[..., Repo]) -> Repo:
    return repo_from(STORY)


def ways(hotfix: dict[str, object]) -> dict[str, tuple[object, ...]]:
    rows = hotfix["ways"]
    assert isinstance(rows, list)
    return {row["way"]: tuple(row[key] for key in list(row)[1:]) for row in rows}


def test_each_hotfix_is_shipped_in_every_way(repo: Repo, look: Look) -> None:
    said = look(repo, "strategy", "compare", "--json")
    assert said.code == 0
    second, first = said.json["hotfixes"]
    assert (first["tag"], first["base"]) == ("v1.4.1", "v1.4.0")
    assert [(f["commit"], f["on_trunk"]) for f in first["fixes"]] == [(repo.id("D"), repo.id("C"))]
    # extra, features, conflicts, brings, debts
    assert ways(first) == {
        "trunk": (1, 1, 0, 0, []),
        "pick": (0, 0, 0, 0, []),
        "merge": (0, 0, 0, 0, []),
    }
    assert second["fixes"][0]["on_trunk"] is None
    assert ways(second) == {
        "trunk": (1, 1, 1, 0, []),
        "pick": (0, 0, 0, 0, ["main"]),
        "merge": (0, 0, 1, 1, []),
    }


def test_every_strategy_is_held_against_the_same_history(repo: Repo, look: Look) -> None:
    rows = {s["name"]: s for s in look(repo, "strategy", "compare", "--json").json["strategies"]}
    assert len(rows) == 9
    broken = {name: {c["id"]: c["findings"] for c in row["checks"]} for name, row in rows.items()}
    assert broken["trunk/v1"]["F1"] == 1
    assert broken["trunk/v1"]["G1"] == 0
    assert broken["github-flow/v1"]["G1"] == 2
    assert broken["oneflow/v1"]["F3"] == 2
    assert "F1" not in broken["github-flow/v1"]
    assert any(
        change.startswith("releases are tags on main (") for change in rows["github-flow/v1"]["changes"]
    )
    # What a table says is what the check itself says.
    found = look(repo, "check", "--history", "--json").json["findings"]
    assert sum(f["rule"] == "F1" for f in found) == broken["trunk/v1"]["F1"]


def test_the_page(repo: Repo, look: Look) -> None:
    out = look(repo, "strategy", "compare", "--hotfixes", "1").out
    assert "· used here\n" in out
    assert out.endswith(
        """\
v1.4.2  above v1.4.1: fix: only on the line
  trunk as it is     ships 1 other commit, 1 feature among them · 1 file in conflict
  picked from trunk  ships nothing else · no conflict · main would lack it
  merged back        ships nothing else · 1 file in conflict · the merge brings 1 other commit into trunk
"""
    )
    assert "v1.4.1  above" not in out


def test_a_history_without_hotfixes_says_so(story: Callable[[str], Repo], look: Look) -> None:
    said = look(story("first_release"), "strategy", "compare")
    assert said.code == 0
    assert said.out.endswith("no hotfix: no stable patch release of a few commits above another release\n")


def test_what_development_had_before_the_release_is_no_debt_of_it(
    repo_from: Callable[..., Repo], look: Look
) -> None:
    """GitFlow that nobody configured: trunk is develop, and the fix came from there by a merge."""
    repo = repo_from("""
main:
  A "feat: one" {a: "1\\n"} [v1.0.0]
develop from A:
  B "docs: two" {b: "1\\n"}
topic from B:
  C "fix: three" {c: "1\\n"}
develop:
  M1 merge topic "Merge branch 'topic'"
release/1.0.1 from M1:
  D "Bump version (#4)" {v: "1\\n"}
main:
  M2 merge release/1.0.1 "Merge branch 'release/1.0.1'" [v1.0.1]
develop:
  M3 merge main "Merge tag 'v1.0.1' into develop"
  E "feat: later" {e: "1\\n"}
""")
    said = look(repo, "strategy", "compare", "--json")
    assert said.json["strategies"][0]["name"] == "gitflow/v1"
    (hotfix,) = said.json["hotfixes"]
    assert [f["on_trunk"] for f in hotfix["fixes"]] == [repo.id("B"), repo.id("C")]
    assert ways(hotfix)["pick"] == (0, 0, 0, 0, [])
    page = look(repo, "strategy", "compare").out
    assert "v1.0.1  above v1.0.0: fix: three and 1 more\n" in page


def test_a_negative_number_is_refused(repo: Repo, look: Look) -> None:
    assert look(repo, "strategy", "compare", "--hotfixes", "-1").code == 2
