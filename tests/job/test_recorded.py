"""Debts that an operation named are found again by the commits that carry them."""

from collections.abc import Callable

from driving import done
from history_language import Repo
from relman.git.repo import open_repository
from relman.job.recorded import recorded_debts
from relman.run.journal import read_all

Build = Callable[..., Repo]

STORY = """
main:
  A "feat: one" {VERSION: "1.4.0\\n"} [v1.4.0]
release/1.4 from A:
main:
  B "feat: two" {b.txt: "b\\n"}
fix/night from B:
  night "fix: at night" {night.txt: "n\\n"}
HEAD = main
"""


def recorded(repo: Repo) -> dict[str, tuple[str, ...]]:
    found = recorded_debts(read_all(open_repository(repo.path)).records)
    return {oid: debt.missing_on for oid, debt in found.items()}


def test_a_hotfix_from_a_branch_is_known_by_the_fix_and_by_its_port(repo_from: Build) -> None:
    repo = repo_from(STORY)
    done(repo.path, "hotfix", "fix/night", "--to", "1.4")
    port = repo.git("rev-list", "--grep", "cherry picked", "v1.4.1")
    assert recorded(repo) == {repo.id("night"): ("main",), port: ("main",)}


def test_what_was_taken_back_is_no_record(repo_from: Build) -> None:
    repo = repo_from(STORY)
    done(repo.path, "hotfix", "fix/night", "--to", "1.4")
    done(repo.path, "undo")
    assert recorded(repo) == {}
