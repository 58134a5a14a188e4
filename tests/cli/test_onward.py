"""`hotfix --forward`: the fix goes on to trunk and newer lines in the same operation; what does not go stays owed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from driving import done, relman
from history_language import Repo

Build = Callable[..., Repo]

STORY = """
main:
  A "feat: one" {VERSION: "1.3.0\\n", app.txt: "1\\n2\\n3\\n4\\n5\\n"} [v1.3.0]
release/1.3 from A:
main:
  B "feat: two" {b.txt: "b\\n"} [v1.4.0]
release/1.4 from B:
main:
  C "feat: three" {app.txt ~ "1\\n" => "one\\n"}
hotfix/1.3.1 from A:
  easy "fix: five" {app.txt ~ "5\\n" => "five\\n"}
  hard "fix: one" {app.txt ~ "1\\n" => "uno\\n"}
HEAD = main
"""


@pytest.fixture
def repo(repo_from: Build) -> Repo:
    return repo_from(STORY)


def added(repo: Repo, before: dict[str, str], branch: str) -> list[str]:
    return repo.git(
        "log", "--reverse", "--format=%s", f"{before[f'refs/heads/{branch}']}..{branch}"
    ).splitlines()


def test_a_fix_goes_on_and_what_conflicts_stays_owed(repo: Repo) -> None:
    before = repo.refs()
    said = done(repo.path, "hotfix", "hotfix/1.3.1", "--to", "1.3", "--forward", "--json")
    assert repo.git("tag", "--list", "v1.3.1")
    assert added(repo, before, "main") == ["fix: five"]
    assert added(repo, before, "release/1.4") == ["fix: five", "fix: one"]
    assert [(d["subject"], d["missing_on"], d["settle"]) for d in said.json["debts"]] == [
        ("fix: one", ["main"], f"relman backport {repo.id('hard')[:10]} --to main")
    ]
    assert [t["line"] for t in said.json["targets"]] == ["1.3", "trunk", "1.4"]
    done(repo.path, "undo")
    assert repo.refs() == before


def test_an_older_line_is_not_forward(repo: Repo) -> None:
    before = repo.refs()
    said = done(repo.path, "hotfix", repo.id("easy"), "--to", "1.4", "--forward", "--json")
    assert added(repo, before, "main") == ["fix: five"]
    assert repo.refs()["refs/heads/release/1.3"] == before["refs/heads/release/1.3"]
    assert [(d["missing_on"], d["settle"]) for d in said.json["debts"]] == [
        (["1.3"], f"relman backport {repo.id('easy')[:10]} --to 1.3")
    ]


def test_without_it_nothing_else_moves(repo: Repo) -> None:
    before = repo.refs()
    said = done(repo.path, "hotfix", repo.id("easy"), "--to", "1.3", "--json")
    assert repo.refs()["refs/heads/main"] == before["refs/heads/main"]
    assert [d["missing_on"] for d in said.json["debts"]] == [["main", "1.4"]]


def test_a_trunk_that_cannot_move_holds_nothing_up(repo: Repo) -> None:
    repo.git("branch", "relman/forward/main", "main")
    repo.git("switch", "-q", "relman/forward/main")
    repo.commit("chore: something else", {"x.txt": "x\n"})
    repo.git("switch", "-q", "main")
    repo.commit("chore: protect", {"relman.toml": '[branches]\nprotected = ["main"]\n'})
    before = repo.refs()
    said = done(repo.path, "hotfix", repo.id("easy"), "--to", "1.3", "--forward", "--json")
    assert repo.git("tag", "--list", "v1.3.1")
    assert repo.refs()["refs/heads/main"] == before["refs/heads/main"]
    assert [d["missing_on"] for d in said.json["debts"]] == [["main"]]
    (warning,) = [w["message"] for w in said.json["warnings"] if "not carried" in w["message"]]
    assert warning.startswith("not carried to main: branch relman/forward/main exists already")


def test_each_place_is_a_push_of_its_own(repo: Repo, tmp_path: Path) -> None:
    clone = repo.clone(tmp_path / "clone")
    repo.git("switch", "-q", "--detach")
    hook = repo.path / ".git" / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\ntest "$1" != refs/heads/main\n')
    hook.chmod(0o755)
    clone.git("fetch", "-q")
    easy = repo.id("easy")
    said = relman(clone.path, "hotfix", easy, "--to", "1.3", "--forward", "--push", "--json")
    assert [(p["refs"][0]["ref"], p["result"]) for p in said.json["pushes"]] == [
        ("refs/heads/release/1.3", "pushed"),
        ("refs/heads/main", "refused"),
        ("refs/heads/release/1.4", "pushed"),
    ]
    assert "fix: five" in repo.git("log", "--format=%s", "release/1.4")
    assert repo.git("tag", "--list", "v1.3.1")
