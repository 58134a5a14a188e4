import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from history_repo import Repo
from relman.errors import Kind
from relman.hook.entry import main


def test_a_good_message_passes_in_silence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "COMMIT_EDITMSG"
    file.write_text("feat(cart): count every piece\n\n# Please enter the commit message\n")
    assert main(["commit-msg", str(file)]) == 0
    assert capsys.readouterr().err == ""


def test_a_bad_message_is_refused_with_its_place_and_a_way_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "COMMIT_EDITMSG"
    file.write_text("Feat: count\n")
    assert main(["commit-msg", str(file)]) == Kind.FINDINGS
    assert capsys.readouterr().err == (
        "relman: the message is refused\n"
        "   1  Feat: count\n"
        "      ^\n"
        "      error: the type Feat is not in lower case: write feat [type-case]\n"
        "write instead: feat: count\n"
        f"the text is kept: git commit -e -F {file}\n"
    )


def test_the_teams_own_types_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "relman.toml").write_text('[messages]\ntypes = ["feat"]\n')
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "m"
    file.write_text("fix: a\n")
    assert main(["commit-msg", str(file)]) == Kind.FINDINGS


def test_its_own_trouble_says_how_to_get_past(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["commit-msg", str(tmp_path / "absent")]) == Kind.USAGE
    assert "git commit --no-verify" in capsys.readouterr().err
    assert main(["who-knows"]) == Kind.USAGE


def test_git_itself_calls_it(story: Callable[[str], Repo]) -> None:
    repo = story("first_release")
    hook = repo.path / ".git" / "hooks" / "commit-msg"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m relman.hook.entry commit-msg "$1"\n')
    hook.chmod(0o755)
    refused = repo.run("commit", "--allow-empty", "-m", "no type here")
    assert refused.returncode == 1
    assert "[type-empty]" in str(refused.stderr)
    assert repo.run("commit", "--allow-empty", "-m", "chore: tidy").returncode == 0


def test_it_stays_light() -> None:
    heavy = "typer", "rich", "jinja2", "pygit2"
    code = f"import sys, relman.hook.entry; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
