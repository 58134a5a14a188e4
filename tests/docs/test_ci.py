"""The jobs of `docs/ci.md`, their lines run as the forges' shells run them."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from history_language import Repo

PAGE = Path(__file__).parents[2] / "docs" / "ci.md"
GITHUB, GITLAB = (
    YAML(typ="safe").load(text) for text in re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)
)
GOOD = {"range": ("v1.0.0", "main"), "branch": "feature/pay", "title": "fix: pay", "body": ""}


def github_lines() -> list[str]:
    return [step["run"] for step in GITHUB["jobs"]["check"]["steps"] if "relman check" in step.get("run", "")]


def gitlab_lines() -> list[str]:
    return [line for line in GITLAB["relman"]["script"] if "relman check" in line]


def variables(forge: str, said: dict[str, Any]) -> dict[str, str]:
    base, head = said["range"]
    if forge == "github":
        wanted = {
            "BASE": base,
            "HEAD": head,
            "BRANCH": said["branch"],
            "TITLE": said["title"],
            "BODY": said["body"],
        }
        assert set(wanted) <= set(GITHUB["jobs"]["check"]["env"])
        return wanted
    return {
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": base,
        "CI_COMMIT_SHA": head,
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": said["branch"],
        "CI_MERGE_REQUEST_TITLE": said["title"],
        "CI_MERGE_REQUEST_DESCRIPTION": said["body"],
    }


def run(forge: str, repo: Repo, **other: Any) -> list[int]:
    lines = github_lines() if forge == "github" else gitlab_lines()
    assert len(lines) == 3
    said = GOOD | other
    said["range"] = tuple(repo.id(rev) for rev in said["range"])
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = os.environ | variables(forge, said) | {"PATH": path}
    return [
        subprocess.run(
            ["bash", "-eo", "pipefail", "-c", line], cwd=repo.path, env=env, check=False
        ).returncode
        for line in lines
    ]


@pytest.fixture
def repo(repo_from: Callable[..., Repo]) -> Repo:
    made = repo_from(
        'main:\n  A "feat: one" {a.txt: "1\\n"} [v1.0.0]\n  B "fix: two" {a.txt: "2\\n"}\nHEAD = main\n'
    )
    made.write("relman.toml", '[branches]\nnames = ["feature/*"]\n')
    return made


@pytest.mark.parametrize("forge", ["github", "gitlab"])
def test_the_lines_pass_what_is_good_and_stop_the_rest(forge: str, repo: Repo) -> None:
    assert run(forge, repo) == [0, 0, 0]
    assert sum(run(forge, repo, title="Pay")) == 1
    assert sum(run(forge, repo, branch="wild")) == 1
    repo.commit("no type", {"a.txt": "3\n"})
    assert sum(run(forge, repo)) == 1


@pytest.mark.parametrize("forge", ["github", "gitlab"])
def test_a_hostile_change_request_runs_nothing(forge: str, repo: Repo) -> None:
    hostile = "fix: $(touch gone) `touch gone`; touch gone #\n'\"%n%s"
    codes = run(forge, repo, title=hostile, body=hostile, branch="feature/$(touch${IFS}gone)")
    assert set(codes) <= {0, 1}
    assert not (repo.path / "gone").exists()


def test_no_line_holds_a_strangers_words() -> None:
    lines = [*github_lines(), *gitlab_lines()]
    assert not any("${{" in line for line in lines)
    bare = [re.sub("""'[^']*'|"[^"]*\"""", "", line) for line in lines]
    assert not any("$" in line for line in bare)
