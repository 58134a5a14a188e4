"""What a look at the remote fetches: what differs, and no more than the clone was made for."""

from collections.abc import Callable
from pathlib import Path

import pytest

from history_language import Repo
from relman.job import refresh as refreshing
from relman.job.open import open_facts
from relman.job.refresh import Looked, refresh

Build = Callable[..., Repo]

TWO_LINES = """
main: A "feat: one" [v1.4.0] -- B "feat: two"
release/1.4 from A: R "fix: r"
"""


def cloned(there: Repo, folder: Path, *how: str) -> Repo:
    there.git("clone", "-q", *how, f"file://{there.path}", str(folder))
    return Repo(folder, {}, there.clock)


def tracked(repo: Repo) -> dict[str, str]:
    prefix = "refs/remotes/origin/"
    return {r: oid for r, oid in repo.refs().items() if r.startswith(prefix) and r != f"{prefix}HEAD"}


def test_a_clone_of_one_branch_stays_one(repo_from: Build, tmp_path: Path) -> None:
    there = repo_from(TWO_LINES)
    here = cloned(there, tmp_path / "clone", "--single-branch", "--branch=main")
    there.git("switch", "-q", "main")
    new = there.commit("feat: three", {"three.txt": "3\n"})
    assert refresh(open_facts(here.path), push=False) == Looked(fetched=True)
    assert tracked(here) == {"refs/remotes/origin/main": new}


@pytest.mark.parametrize("many", [200, 0])
def test_a_whole_clone_gets_every_branch_and_loses_no_tag(
    repo_from: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    monkeypatch.setattr(refreshing, "_MANY", many)
    there = repo_from(TWO_LINES)
    here = cloned(there, tmp_path / "clone")
    here.git("config", "fetch.prune", "true")
    here.git("tag", "mine")
    there.git("branch", "hotfix/1.4.1", "release/1.4")
    there.git("tag", "v1.4.1", "release/1.4")
    assert refresh(open_facts(here.path), push=False) == Looked(fetched=True)
    assert set(tracked(here)) >= {"refs/remotes/origin/hotfix/1.4.1", "refs/remotes/origin/release/1.4"}
    assert here.git("tag").split() == ["mine", "v1.4.0", "v1.4.1"]
