"""The doors see the trunk and the lines that the team's strategy makes, as every command does."""

from pathlib import Path

import pytest

from command import Shop
from pushing import configure, goes, guarded_by, on, refused

NUMBERED = """
main:
  A "feat: one" [v128.0.0]
  B "feat: two"
releases/M129 from B:
  L "fix: two" {l.txt: "1\\n"} [v129.0.0]
main:
  C "feat: three"
HEAD = main
"""
GITFLOW = """
main: A "feat: one" [v1.0.0]
develop from A:
  B "feat: two"
release/1.1 from B:
  R "fix: two" {r.txt: "1\\n"}
develop:
  C "feat: three"
HEAD = develop
"""


@pytest.fixture(params=["pre-push", "pre-receive"])
def hook(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def team(tmp_path: Path, hook: str, story: str, policy: str) -> Shop:
    """A guarded shop whose remote has its trunk for the default branch."""
    shop = Shop(tmp_path / "shop", story)
    configure(shop, policy)
    shop.there("symbolic-ref", "HEAD", "refs/heads/main")
    shop.repo.git("fetch", "-q")
    return guarded_by(shop, hook)


def test_release_branches_with_a_letter_are_lines(tmp_path: Path, hook: str) -> None:
    named = 'strategy = "release-flow/v1"\n[branches]\nnames = ["topic/*"]\n'
    shop = team(tmp_path, hook, NUMBERED, named)
    git = shop.repo.git
    git("switch", "-q", "releases/M129")
    git("merge", "-q", "--no-ff", "-m", "Merge branch 'main' into releases/M129", "main")
    assert refused(shop, "releases/M129") == ["merge-from-trunk"]
    git("reset", "-q", "--hard", "origin/releases/M129")
    on(shop, "releases/M129", "fix: only here")
    assert refused(shop, "releases/M129") == ["upstream-first"]
    git("tag", "-a", "-m", "x", "v129.0.1", "main")
    assert refused(shop, "v129.0.1") == ["tag-place"]
    assert refused(shop, ":releases/M129") == ["branch-deleted"]
    goes(shop, "main:refs/heads/releases/M130")
    assert refused(shop, "main:refs/heads/wild") == ["branch-name"]


def test_work_in_gitflow_lands_on_develop(tmp_path: Path, hook: str) -> None:
    shop = team(tmp_path, hook, GITFLOW, 'strategy = "gitflow/v1"\n')
    git = shop.repo.git
    git("switch", "-q", "release/1.1")
    git("merge", "-q", "--no-ff", "-m", "Merge branch 'develop' into release/1.1", "develop")
    assert refused(shop, "release/1.1") == ["merge-from-trunk"]


def test_a_hotfix_of_gitflow_goes_wherever_it_lands(tmp_path: Path, hook: str) -> None:
    shop = team(tmp_path, hook, GITFLOW, 'strategy = "gitflow/v1"\n')
    git = shop.repo.git
    git("switch", "-q", "-c", "hotfix/1.0.1", "main")
    shop.repo.commit("fix: now", {"now.txt": "n\n"})
    for branch in ("main", "release/1.1", "develop"):
        git("switch", "-q", branch)
        git("merge", "-q", "--no-ff", "-m", f"Merge branch 'hotfix/1.0.1' into {branch}", "hotfix/1.0.1")
    git("tag", "-a", "-m", "x", "v1.0.1", "main")
    goes(shop, "--atomic", "main", "v1.0.1", "release/1.1", "develop")
