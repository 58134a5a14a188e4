from collections.abc import Callable

import pytest

from history_language import Repo
from planning import STORY, moved, planned
from relman.errors import Kind, RelmanError
from relman.job.bump import plan_bump
from relman.plan.plan import Plan
from relman.plan.steps import PathEdit, WriteCommit

Build = Callable[..., Repo]


def bump(repo: Repo, version: str | None = None) -> Plan:
    return planned(repo, lambda facts, scratch, wishes: plan_bump(facts, scratch, version, wishes))


@pytest.mark.parametrize(
    ("version", "written"),
    [(None, "1.5.0"), ("minor", "1.5.0"), ("major", "2.0.0"), ("1.4.7-rc.1", "1.4.7-rc.1")],
)
def test_one_commit_that_holds_the_version_files(repo_from: Build, version: str | None, written: str) -> None:
    plan = bump(repo_from(STORY), version)
    [commit] = [step for step in plan.steps if isinstance(step, WriteCommit)]
    assert commit.message == f"chore: set the version to {written}\n"
    assert commit.edits == (PathEdit(path="VERSION", content=f"{written}\n".encode()),)
    assert moved(plan) == {"refs/heads/main": False}


def test_on_a_line_it_is_the_lines_next_version(repo_from: Build) -> None:
    repo = repo_from(STORY)
    repo.git("switch", "-q", "release/1.4")
    plan = bump(repo)
    assert (plan.title, moved(plan)) == ("bump to 1.4.1", {"refs/heads/release/1.4": False})


@pytest.mark.parametrize(
    ("branch", "version", "message"),
    [
        ("main", "0.0.1", "0.0.1 is below v1.4.0, the newest release of trunk"),
        ("main", "1.4.0-rc.1", "1.4.0-rc.1 is below v1.4.0, the newest release of trunk"),
        ("release/1.4", "1.3.9", "1.3.9 is below v1.4.0, the newest release of 1.4"),
        ("release/1.4", "1.5.0", "1.5.0 does not belong to line 1.4"),
    ],
)
def test_a_version_that_the_line_cannot_have_is_refused(
    repo_from: Build, branch: str, version: str, message: str
) -> None:
    repo = repo_from(STORY)
    repo.git("switch", "-q", branch)
    with pytest.raises(RelmanError) as error:
        bump(repo, version)
    assert (error.value.kind, error.value.message) == (Kind.USAGE, message)


@pytest.mark.parametrize("version", [None, "minor", "1.6.0"])
def test_no_branch_moves_but_heads(repo_from: Build, version: str | None) -> None:
    repo = repo_from(STORY)
    repo.git("switch", "-q", "-c", "feature/x")
    with pytest.raises(RelmanError) as error:
        bump(repo, version)
    assert (error.value.kind, error.value.message, error.value.hints) == (
        Kind.USAGE,
        "HEAD is on feature/x, which is neither trunk nor a release branch, and a bump is a commit on it",
        ("git switch main", "git switch release/1.4"),
    )
    repo.git("switch", "-q", "--detach")
    with pytest.raises(RelmanError) as error:
        bump(repo, version)
    assert (error.value.kind, error.value.message) == (
        Kind.USAGE,
        "HEAD is on no branch, and a bump is a commit on HEAD's branch",
    )


def test_files_that_say_it_already_are_left_alone(repo_from: Build) -> None:
    with pytest.raises(RelmanError) as error:
        bump(repo_from(STORY), "1.4.0")
    assert (error.value.kind, error.value.message) == (
        Kind.NOTHING,
        "every version file says 1.4.0 already",
    )


def test_without_version_files_there_is_nothing_to_write(repo_from: Build) -> None:
    with pytest.raises(RelmanError) as error:
        bump(repo_from('main: A "feat: one" {a: "a"}'))
    assert (error.value.kind, error.value.message) == (Kind.USAGE, "there is no version file here")


def test_files_that_are_configured_and_not_there_are_no_version_files(repo_from: Build) -> None:
    repo = repo_from(
        """
main:
  A "feat: one" {relman.toml: "[[versions.files]]\\npath = \\"gone/VERSION\\"\\n", gone -> "/etc"}
"""
    )
    with pytest.raises(RelmanError) as error:
        bump(repo, "1.0.0")
    assert error.value.message == "there is no version file here"
