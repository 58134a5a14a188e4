import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from command import Said, call
from history_language import Repo
from hook.conftest import install

STORY = """
main:
  A "feat(cart): one" {a: "1\\n"}
  B "fix(cart): two" {a: "2\\n"}
  C "fix(mail): three" {a: "3\\n"}
  D "fix(mail): four" {a: "4\\n"}
HEAD = main
"""


@pytest.fixture
def repo(repo_from: Callable[..., Repo]) -> Repo:
    made = repo_from(STORY)
    (made.path / "b").write_text("new\n")
    made.git("add", "b")
    return made


def test_by_flags_it_commits_and_says_what(repo: Repo) -> None:
    words = ("--scope", "cart", "--breaking", "prices are net", "--issue", "PAY-12", "--body", "why " * 40)
    said = call(repo.path, "commit", "-t", "feat", *words, "show the tax")
    assert (said.code, said.out) == (0, f"{repo.id('HEAD')[:7]} feat(cart)!: show the tax\n")
    message = repo.git("log", "-1", "--format=%B")
    assert message.startswith("feat(cart)!: show the tax\n\nwhy why")
    assert message.endswith("BREAKING CHANGE: prices are net\nRefs: PAY-12\n")
    assert repo.git("show", "--name-only", "--format=").split() == ["b"]


def test_a_dry_run_prints_the_message_and_commits_nothing(repo: Repo) -> None:
    said = call(repo.path, "commit", "-t", "fix", "count every piece", "-n")
    assert (said.code, said.out) == (0, "fix: count every piece\n")
    assert call(repo.path, "commit", "-t", "fix", "x", "-n", "--json").json == {
        "schema": "relman/commit/v1",
        "package": None,
        "commit": None,
        "message": "fix: x\n",
    }
    assert repo.git("log", "-1", "--format=%s") == "fix(mail): four"


def test_a_message_against_the_rules_is_not_committed(repo: Repo) -> None:
    said = call(repo.path, "commit", "-t", "fxi", "--scope", "a(b)", "Count.")
    assert (said.code, "[scope-parentheses]" in said.err) == (1, True)
    assert repo.git("log", "-1", "--format=%s") == "fix(mail): four"


@pytest.mark.parametrize("words", [("count",), ("--type", "fix"), ()])
def test_without_a_terminal_what_is_missing_is_named(repo: Repo, words: tuple[str, ...]) -> None:
    said = call(repo.path, "commit", *words)
    assert (said.code, "missing" in said.err) == (2, True)


def test_the_branch_may_say_the_type(repo: Repo) -> None:
    repo.git("checkout", "-q", "-b", "feature/x")
    assert call(repo.path, "commit", "count").out.endswith(" feat: count\n")


def test_with_nothing_staged_nobody_is_asked(repo: Repo) -> None:
    repo.git("reset", "-q")
    said = call(repo.path, "commit", "-t", "fix", "x")
    assert (said.code, "git add -p" in said.err) == (2, True)
    (repo.path / "a").write_text("5\n")
    assert call(repo.path, "commit", "-t", "fix", "x", "--all", "--signoff").code == 0
    assert "Signed-off-by" in repo.git("log", "-1", "--format=%B")
    assert call(repo.path, "commit", "-t", "fix", "y", "--amend").code == 0
    assert repo.git("log", "--format=%s", "-2").splitlines() == ["fix: y", "fix(mail): four"]


def test_the_repositorys_hooks_run_and_may_refuse(repo: Repo) -> None:
    install(repo)
    hook = repo.path / ".git" / "hooks" / "pre-commit"
    hook.write_text("#!/bin/sh\necho no >&2\nexit 1\n")
    hook.chmod(0o755)
    said = call(repo.path, "commit", "-t", "fix", "x")
    assert (said.code, "git commit -e -F" in said.err) == (6, True)
    hook.unlink()
    assert call(repo.path, "commit", "-t", "fix", "x").code == 0


def test_the_very_first_commit(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    assert call(tmp_path, "commit", "-t", "feat", "x").code == 2
    (tmp_path / "a").write_text("1")
    subprocess.run(["git", "-C", str(tmp_path), "add", "a"], check=True)
    assert call(tmp_path, "commit", "-t", "feat", "x").code == 0


def asked(repo: Repo, answers: str) -> Said:
    """Runs the command on a terminal on which somebody types."""
    ours, theirs = pty.openpty()
    words = [sys.executable, "-m", "relman", "-C", str(repo.path), "commit"]
    with subprocess.Popen(words, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, text=True) as child:
        os.close(theirs)
        os.write(ours, answers.encode())
        out = child.stdout.read() if child.stdout else ""
        child.wait()
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    return Said(code=child.returncode, out=out, err=shown)


def test_a_person_is_asked_in_the_order_of_what_is_used(repo: Repo) -> None:
    repo.git("checkout", "-q", "-b", "work/PAY-12")
    said = asked(repo, "1\n1\ncount every piece\n\n\n\n")
    assert said.code == 0, said.err
    assert " 1  fix" in said.err
    assert repo.git("log", "-1", "--format=%B") == "fix(mail): count every piece\n\nRefs: PAY-12\n"


def test_no_words_no_commit(repo: Repo) -> None:
    assert asked(repo, "fix\n\n\n").code == 130
    assert repo.git("log", "-1", "--format=%s") == "fix(mail): four"
