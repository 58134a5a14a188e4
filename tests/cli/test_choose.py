"""`hotfix` without a fix: the list of what production lacks, each fix with the rung that holds it."""

from collections.abc import Callable

import pytest

from driving import relman
from history_language import Repo
from relman.cli.context import Context

Build = Callable[..., Repo]

STORY = """
main:
  A "feat: one" {VERSION: "1.0.0\\n", app.txt: "1\\n2\\n3\\n4\\n5\\n6\\n7\\n8\\n9\\n"} [v1.0.0]
release/1.0 from A:
  nine "fix: the line's nine" {app.txt ~ "9\\n" => "IX\\n"} [v1.0.1]
main:
  ported "fix: ported already" {ported.txt: "p\\n"}
  both "feat: another file" {feature.txt: "f\\n"}
  clean "fix: goes on cleanly (#7)" {app.txt ~ "1\\n" => "one\\n"}
  later "fix: of the feature only" {feature.txt: "F\\n"}
  clash "fix: nine" {app.txt ~ "9\\n" => "nine\\n"}
  mark "perf: of a test" {tests/test_app.py: "x\\n"}
  gone "fix: taken back" {gone.txt: "g\\n"}
  G revert gone
  words "docs: fix a typo" {README: "x\\n"}
release/1.0:
  P pick ported -x [v1.0.2]
HEAD = main
"""


@pytest.fixture
def repo(repo_from: Build) -> Repo:
    return repo_from(STORY)


def test_without_a_terminal_it_is_a_list(repo: Repo) -> None:
    before = repo.snapshot()
    said = relman(repo.path, "hotfix")
    assert said.code == 2
    assert [row.split(None, 2)[2] for row in said.out.splitlines()[1:]] == [
        "conflict             fix: nine",
        "needs 1 commit more  fix: of the feature only",
        "clean pick           fix: goes on cleanly (#7)",
    ]
    assert said.out.startswith("v1.0.2 lacks 3 fixes of trunk\n")
    assert said.err == f"name the fix: relman hotfix {repo.id('clean')[:10]}\n"
    assert repo.snapshot() == before


def test_for_programs(repo: Repo) -> None:
    said = relman(repo.path, "hotfix", "--json")
    assert (said.code, said.err) == (2, "")
    assert said.json["schema"] == "relman/lacking/v1"
    assert (said.json["line"], said.json["more"]) == ("1.0", 0)
    assert said.json["base"] == {"name": "v1.0.2", "commit": repo.id("v1.0.2^{}")}
    assert [(f["commit"], f["rung"], f["prerequisites"]) for f in said.json["fixes"]] == [
        (repo.id("clash"), "conflict", []),
        (repo.id("later"), "prerequisites", [repo.id("both")]),
        (repo.id("clean"), "clean", []),
    ]
    assert said.json["fixes"][0]["evidence"][0] == "content conflict in app.txt"


def test_a_person_chooses_by_number(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Context, "asks", property(lambda _: True))
    monkeypatch.setattr(Context, "answer", lambda _: "3")
    said = relman(repo.path, "hotfix")
    assert said.code == 0, said.err
    assert repo.git("show", "v1.0.3:app.txt").startswith("one\n")


@pytest.mark.parametrize(("answer", "code"), [("", 130), ("9", 2), ("x", 2)])
def test_other_answers_change_nothing(
    repo: Repo, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    monkeypatch.setattr(Context, "asks", property(lambda _: True))
    monkeypatch.setattr(Context, "answer", lambda _: answer)
    before = repo.refs()
    said = relman(repo.path, "hotfix")
    assert (said.code, repo.refs()) == (code, before)
    assert "nothing was c" in said.err


def test_another_target_is_asked_about_where_one_is_named(repo: Repo) -> None:
    repo.git("tag", "v1.1.0", "main")
    said = relman(repo.path, "hotfix", "--to", "1.0", "--json")
    assert said.json["base"]["name"] == "v1.0.2"


def test_production_lacks_nothing(repo_from: Build) -> None:
    repo = repo_from('main:\n  A "feat: one" {VERSION: "1.0.0\\n"} [v1.0.0]\n  B "feat: two"\n')
    said = relman(repo.path, "hotfix")
    assert said.code == 5
    assert said.err.startswith("error: v1.0.0 has every fix that trunk has")
