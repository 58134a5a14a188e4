"""Opening real repositories of every shape, and the words for those that cannot be opened."""

import os
import subprocess
from pathlib import Path

import pygit2
import pytest

from relman.errors import Kind, RelmanError
from relman.git.program import Git
from relman.git.repo import check_git, open_repository

FOREIGN = 4321


def git(folder: Path, *args: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *args], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def make(folder: Path, *options: str) -> Path:
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main", *options)
    return folder


def commit(folder: Path) -> str:
    (folder / "a").write_text("a\n")
    git(folder, "add", "a")
    git(folder, "commit", "-q", "-m", "one")
    return git(folder, "rev-parse", "HEAD")


def refused(folder: Path) -> RelmanError:
    with pytest.raises(RelmanError) as caught:
        open_repository(folder)
    assert caught.value.kind is Kind.USAGE
    return caught.value


def test_opens_from_a_folder_below_the_work_tree(tmp_path: Path) -> None:
    root = make(tmp_path / "app")
    (root / "src" / "deep").mkdir(parents=True)
    repo = open_repository(root / "src" / "deep")
    assert (repo.git_dir, repo.common_dir, repo.work_tree, repo.name) == (
        root / ".git",
        root / ".git",
        root,
        "app",
    )


def test_opens_a_bare_repository_from_inside(tmp_path: Path) -> None:
    root = make(tmp_path / "app.git", "--bare")
    repo = open_repository(root / "refs")
    assert (repo.git_dir, repo.common_dir, repo.work_tree, repo.name) == (root, root, None, "app")


def test_a_linked_worktree_has_its_own_git_directory(tmp_path: Path) -> None:
    root = make(tmp_path / "app")
    commit(root)
    git(root, "worktree", "add", "-q", str(tmp_path / "side"))
    repo = open_repository(tmp_path / "side")
    assert (repo.git_dir, repo.common_dir, repo.work_tree) == (
        root / ".git/worktrees/side",
        root / ".git",
        tmp_path / "side",
    )


def test_a_symlinked_git_directory_keeps_its_work_tree(tmp_path: Path) -> None:
    root = make(tmp_path / "app")
    tip = commit(root)
    (root / ".git").rename(tmp_path / "elsewhere")
    (root / ".git").symlink_to(tmp_path / "elsewhere")
    (root / "src").mkdir()
    repo = open_repository(root / "src")
    assert (repo.work_tree, repo.looking.text("rev-parse", "HEAD").strip()) == (root, tip)
    assert repo.looking.text("status", "--porcelain") == ""


def test_alternates_lend_their_objects(tmp_path: Path) -> None:
    tip = commit(make(tmp_path / "app"))
    git(tmp_path, "clone", "-q", "--shared", "app", "borrower")
    assert tip in open_repository(tmp_path / "borrower").pygit


def test_the_extensions_of_partial_clones_and_worktree_settings_are_known(tmp_path: Path) -> None:
    root = make(tmp_path / "app")
    tip = commit(root)
    git(root, "config", "core.repositoryFormatVersion", "1")
    git(root, "config", "extensions.partialClone", "origin")
    git(root, "config", "extensions.worktreeConfig", "true")
    assert tip in open_repository(root).pygit


def test_outside_a_repository(tmp_path: Path) -> None:
    error = refused(tmp_path)
    assert error.message == f"{tmp_path} is not in a git repository"
    assert error.hints == ("cd into one, or name it: relman -C DIR status",)


def test_no_such_folder(tmp_path: Path) -> None:
    assert refused(tmp_path / "gone").message == f"there is no folder {tmp_path / 'gone'}"


def test_sha256_is_refused_with_the_reason(tmp_path: Path) -> None:
    root = make(tmp_path / "app", "--object-format=sha256")
    error = refused(root)
    assert error.message == (
        f"{root} uses SHA-256 object ids, which relman cannot read yet (libgit2 has them only as an "
        "experiment); a SHA-1 repository is needed"
    )
    assert error.hints == ("git init --object-format=sha1 DIR",)


def test_reftable_is_refused_with_the_way_back(tmp_path: Path) -> None:
    root = make(tmp_path / "app")
    git(root, "config", "core.repositoryFormatVersion", "1")
    git(root, "config", "extensions.refStorage", "reftable")
    error = refused(root)
    assert error.message == f"{root} keeps its refs as reftable, which relman cannot read yet"
    assert error.hints == ("git refs migrate --ref-format=files",)


def own_by_somebody_else(root: Path) -> None:
    for path in [root, *root.rglob("*")]:
        os.lchown(path, FOREIGN, FOREIGN)


def as_git_sees_it(root: Path) -> bool:
    done = subprocess.run(
        ["git", "-C", str(root), "rev-parse", "--git-dir"], capture_output=True, check=False
    )
    return done.returncode == 0


def test_a_foreign_owner_is_trusted_exactly_when_git_trusts_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make(tmp_path / "our app")
    commit(root)
    # Only root may give files away; whoever else runs this asks git to assume another owner.
    if os.geteuid() == 0:
        own_by_somebody_else(root)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    pygit2.settings.owner_validation = True
    if os.geteuid() == 0:
        error = refused(root)
        assert error.message == f"{root} belongs to another user, so git does not trust it"
        assert error.hints == (f"git config --global --add safe.directory '{root}'",)
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "safe.directory")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(root))
    assert as_git_sees_it(root)
    assert open_repository(root).work_tree == root
    assert pygit2.settings.owner_validation is True


def test_this_git_is_new_enough(tmp_path: Path) -> None:
    root = make(tmp_path / "app")
    assert check_git(Git(root / ".git"))[:2] >= (2, 39)


def test_an_old_git_is_refused_with_its_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "bin" / "git"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\necho git version 2.34.1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(fake.parent), prepend=os.pathsep)
    with pytest.raises(RelmanError) as caught:
        check_git(Git(tmp_path))
    assert caught.value.message == "relman needs git 2.39 or newer, and this is 2.34.1"


def test_a_failure_carries_the_verb_and_gits_words(tmp_path: Path) -> None:
    root = make(tmp_path / "app")
    with pytest.raises(RelmanError) as caught:
        Git(root / ".git").run("-c", "a.b=c", "rev-parse", "--verify", "nothing")
    assert caught.value.message == "git rev-parse failed with exit code 128"
    assert caught.value.cause == "fatal: Needed a single revision"


def test_a_git_directory_that_does_not_say_what_it_is_is_bare_as_for_git(tmp_path: Path) -> None:
    root = make(tmp_path / "app", "--bare")
    (root / "config").unlink()
    assert git(root, "rev-parse", "--is-bare-repository") == "true"
    assert open_repository(root).work_tree is None
    (tmp_path / "plain").mkdir()
    plain = make(tmp_path / "plain" / "app")
    (plain / ".git" / "config").unlink()
    assert open_repository(plain).work_tree == plain
