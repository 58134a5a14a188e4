import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from history_language import Repo
from looking import Look

STORY = """
main:
  A "feat: one" {a: "1\\n"}
  B "Bad Subject" {a: "2\\n"}
topic from B:
  C "feat(x): three." {a: "3\\n"}
  P "Odd words\\n\\n(cherry picked from commit 0123456789012345678901234567890123456789)" {b: "1\\n"}
HEAD = topic
"""


def test_a_range_names_each_commit_whose_message_is_wrong(repo_from: Callable[..., Repo], look: Look) -> None:
    repo = repo_from(STORY)
    said = look(repo, "check", "--range", "main~1..topic")
    assert said.code == 1
    assert said.out.splitlines() == [
        f"{repo.id('B')[:7]} Bad Subject",
        "  error    line 1: the header has no type [type-empty]",
        "           write it as type(scope): description, for example fix(parser): accept tabs",
        f"{repo.id('C')[:7]} feat(x): three.",
        "  warning  line 1: the description ends with a full stop [subject-full-stop]",
        "           remove it",
    ]
    assert said.err == "checked 3 commits of main~1..topic: 1 error, 1 warning\n"


def test_a_tip_alone_is_what_trunk_lacks_and_so_is_a_push_that_made_the_branch(
    repo_from: Callable[..., Repo], look: Look
) -> None:
    repo = repo_from(STORY)
    for words in ("topic", f"{'0' * 40}..topic"):
        said = look(repo, "check", "--range", words)
        assert (said.code, said.err) == (0, "checked 2 commits of main..topic: 0 errors, 1 warning\n")


def test_alone_it_checks_what_nobody_has_yet_and_the_branch(
    repo_from: Callable[..., Repo], look: Look
) -> None:
    repo = repo_from(STORY)
    (repo.path / "relman.toml").write_text('[branches]\nnames = ["feature/*"]\n')
    said = look(repo, "check", "--json").json
    assert said["checked"] == ["2 commits of HEAD, not shared yet", "the branch name topic"]
    assert [(f["rule"], f["level"], f["commit"]) for f in said["findings"]] == [
        ("subject-full-stop", "warning", repo.id("C")),
        ("branch-name", "error", None),
    ]


def test_a_symmetric_difference_and_unknown_names_are_refused(
    repo_from: Callable[..., Repo], look: Look
) -> None:
    repo = repo_from(STORY)
    said = look(repo, "check", "--range", "main...topic")
    assert (said.code, "relman check --range main..topic" in said.err) == (2, True)
    assert look(repo, "check", "--range", "main..nowhere").code == 2
    assert look(repo, "check", "--json", "--format", "sarif").code == 2


def test_a_shallow_clone_never_passes_for_a_clean_one(
    repo_from: Callable[..., Repo], look: Look, tmp_path: Path
) -> None:
    repo = repo_from(STORY)
    shallow = tmp_path / "shallow"
    repo.git("clone", "-q", "--depth", "2", "--no-single-branch", f"file://{repo.path}", str(shallow))
    there = Repo(shallow, {}, repo.clock)
    said = look(there, "check", "--range", "origin/main~1..origin/topic")
    assert said.code == 2
    assert "git fetch --unshallow" in said.err


def test_a_text_is_checked_outside_of_every_repository(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from relman.cli.app import run

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"fix: a\n\n# a heading\n")))
    assert run(["-C", str(nowhere), "check", "--message", "-"]) == 0
    text = nowhere.parent / "title"
    text.write_text("wrong")
    assert run(["-C", str(nowhere), "check", "--message", str(text), "--format", "gitlab"]) == 1
    assert json.loads(capsys.readouterr().out)[0]["check_name"] == "type-empty"
    assert run(["-C", str(nowhere), "check", "--message", str(nowhere)]) == 2
    assert run(["-C", str(nowhere), "check", "--branch", "-x"]) == 1
    assert run(["-C", str(nowhere), "check"]) == 2


def test_commits_from_before_the_rules_are_not_checked(repo_from: Callable[..., Repo], look: Look) -> None:
    repo = repo_from(STORY)
    (repo.path / "relman.toml").write_text(f'[messages]\nsince = "{repo.id("B")}"\nenforce = false\n')
    said = look(repo, "check", "--range", "main~1..topic")
    assert (said.code, said.err) == (0, "checked 2 commits of main~1..topic: 0 errors, 1 warning\n")
    (repo.path / "relman.toml").write_text(f'[messages]\nsince = "{"0" * 39}1"\n')
    assert look(repo, "check", "--range", "main~1..topic").code == 1
    (repo.path / "relman.toml").write_text('[messages]\nsince = "main"\n')
    assert look(repo, "check", "--range", "main~1..topic").code == 2
