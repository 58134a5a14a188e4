import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from history_language import Repo


def offered(folder: Path, words: str, place: int) -> list[str]:
    """What bash gets for the word at `place`; nothing may go to stderr, which the person would see."""
    asked = {"_RELMAN_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(place)}
    done = subprocess.run(
        [sys.executable, "-c", "from relman.cli.app import main; main()"],
        cwd=folder,
        env=os.environ | asked,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.fixture
def repo(story: Callable[[str], Repo]) -> Repo:
    return story("incident")


def test_lines_and_their_branches_are_offered(repo: Repo) -> None:
    assert offered(repo.path, "relman next ", 2) == ["trunk", "1.4", "1.3", "release/1.4", "release/1.3"]
    assert offered(repo.path, "relman next r", 2) == ["release/1.4", "release/1.3"]


def test_targets_and_releases_are_offered_newest_first(repo: Repo) -> None:
    lines = ["trunk", "1.4", "1.3", "release/1.4", "release/1.3"]
    tags = ["v1.4.2", "v1.4.1", "v1.4.0", "v1.3.2", "v1.3.1", "v1.3.0"]
    assert offered(repo.path, "relman hotfix pr:123 --to ", 4) == ["production", *lines, *tags]
    assert offered(repo.path, "relman changelog ", 2) == [*lines, *tags]
    assert offered(repo.path, "relman release 1", 2) == ["1.4", "1.3"]
    assert offered(repo.path, "relman version --line 1", 3) == ["1.4", "1.3"]


def test_another_folder_is_read_where_the_words_name_one(repo: Repo, tmp_path: Path) -> None:
    assert offered(tmp_path, f"relman -C {repo.path} next 1", 4) == ["1.4", "1.3"]


def test_what_the_shell_would_expand_is_not_offered(repo: Repo) -> None:
    repo.git("branch", "release/1.5", "main")
    repo.git("branch", "$(touch-x)/release", "main")
    repo.write("relman.toml", '[lines]\npatterns = ["$(touch-y)-{line}"]\n')
    repo.git("branch", "$(touch-y)-1.6", "main")
    assert offered(repo.path, "relman next ", 2)[:4] == ["trunk", "1.6", "1.5", "1.4"]
    assert "touch" not in " ".join(offered(repo.path, "relman next ", 2))


def test_no_repository_and_a_broken_one_offer_nothing(repo: Repo, tmp_path: Path) -> None:
    assert offered(tmp_path, "relman next ", 2) == []
    repo.write("relman.toml", "trunk = [")
    assert offered(repo.path, "relman next ", 2) == []


def test_commands_are_offered(tmp_path: Path) -> None:
    assert "next" in offered(tmp_path, "relman ne", 1)


@pytest.mark.parametrize(
    ("shell", "line"),
    [
        ("bash", "complete -o default -F _relman_completion relman"),
        ("zsh", "compdef _relman_completion relman"),
        ("fish", "complete --command relman"),
    ],
)
def test_every_shell_gets_its_script(tmp_path: Path, shell: str, line: str) -> None:
    asked = os.environ | {"_RELMAN_COMPLETE": f"source_{shell}"}
    command = [sys.executable, "-c", "from relman.cli.app import main; main()"]
    done = subprocess.run(command, cwd=tmp_path, env=asked, capture_output=True, text=True, check=True)
    assert line in done.stdout
