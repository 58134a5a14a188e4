"""Who commits here is what git says, and nobody where git would make an address up."""

import os
import subprocess
from pathlib import Path

import pytest

from relman.errors import RelmanError
from relman.git.identity import Signing, read_identity, signing
from relman.git.repo import Repository, open_repository
from relman.model.identity import Identity


def git(folder: Path, *args: str) -> None:
    subprocess.run(["git", "-C", str(folder), *args], capture_output=True, check=True)


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    git(tmp_path, "init", "-q")
    return open_repository(tmp_path)


def test_the_configuration_names_the_committer(repo: Repository) -> None:
    git(repo.git_dir, "config", "user.name", "Ann Ä. <Lead>")
    git(repo.git_dir, "config", "user.email", "ann@example.com")
    assert read_identity(repo) == Identity(name="Ann Ä. Lead", email="ann@example.com")


def test_the_environment_comes_first(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    git(repo.git_dir, "config", "user.name", "Ann")
    git(repo.git_dir, "config", "user.email", "ann@example.com")
    monkeypatch.setenv("GIT_COMMITTER_NAME", "Bot")
    monkeypatch.setenv("GIT_COMMITTER_EMAIL", "bot@example.com")
    assert read_identity(repo) == Identity(name="Bot", email="bot@example.com")


def test_committer_settings_come_before_user_settings(repo: Repository) -> None:
    for key, value in [("user.name", "A"), ("user.email", "a@x"), ("committer.email", "c@x")]:
        git(repo.git_dir, "config", key, value)
    assert read_identity(repo) == Identity(name="A", email="c@x")


def test_nobody_is_configured(repo: Repository) -> None:
    assert read_identity(repo) is None


def test_a_name_alone_is_not_enough(repo: Repository) -> None:
    git(repo.git_dir, "config", "user.name", "Ann")
    assert read_identity(repo) is None


def test_the_email_variable_counts_as_git_counts_it(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(repo.git_dir, "config", "user.name", "Ann")
    monkeypatch.setenv("EMAIL", "ann@home.example")
    assert read_identity(repo) == Identity(name="Ann", email="ann@home.example")
    git(repo.git_dir, "config", "user.useConfigOnly", "true")
    assert read_identity(repo) is None


def test_signing_is_read_with_gits_spellings(repo: Repository) -> None:
    assert signing(repo) == Signing(commits=False, tags=False)
    git(repo.git_dir, "config", "commit.gpgSign", "yes")
    git(repo.git_dir, "config", "tag.gpgSign", "0")
    assert signing(repo) == Signing(commits=True, tags=False)
    git(repo.git_dir, "config", "tag.forceSignAnnotated", "on")
    assert signing(repo) == Signing(commits=True, tags=True)


def test_a_setting_that_is_no_boolean_is_an_error(repo: Repository) -> None:
    git(repo.git_dir, "config", "commit.gpgSign", "perhaps")
    with pytest.raises(RelmanError) as caught:
        signing(repo)
    assert "perhaps" in caught.value.cause
