"""What a person types for a commit, and what is said where it names none or several."""

import subprocess
from pathlib import Path

import pytest

from relman.errors import Kind, RelmanError
from relman.git.repo import Repository, open_repository
from relman.git.revision import resolve


def git(folder: Path, *args: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *args], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    for message in ("feat: one", "fix: two"):
        (folder / "a").write_text(message)
        git(folder, "add", "a")
        git(folder, "commit", "-q", "-m", message)
    git(folder, "tag", "-a", "-m", "x", "v1.4.2")
    git(folder, "branch", "release/1.4", "HEAD~1")
    return folder


@pytest.fixture
def repo(root: Path) -> Repository:
    return open_repository(root)


def refused(repo: Repository, rev: str) -> RelmanError:
    with pytest.raises(RelmanError) as caught:
        resolve(repo, rev)
    assert caught.value.kind is Kind.USAGE
    return caught.value


@pytest.mark.parametrize(
    "rev",
    [
        "HEAD",
        "main",
        "v1.4.2",
        "HEAD~1",
        "v1.4.2^",
        "release/1.4",
        "refs/heads/main",
        ":/feat",
        "@",
        "main@{0}",
    ],
)
def test_every_spelling_of_git_is_taken(repo: Repository, root: Path, rev: str) -> None:
    assert resolve(repo, rev) == git(root, "rev-list", "-1", rev)


def test_ids_may_be_whole_or_short_or_a_tag_objects(repo: Repository, root: Path) -> None:
    tip = git(root, "rev-parse", "HEAD")
    assert {resolve(repo, rev) for rev in (tip, tip[:9], git(root, "rev-parse", "v1.4.2"))} == {tip}


@pytest.mark.parametrize("rev", ["-x", "--all", "", "a\nb", "a\0b"])
def test_what_could_be_an_option_is_never_passed_on(repo: Repository, rev: str) -> None:
    assert refused(repo, rev).message == f"{rev!r} is not a revision"


def test_an_unknown_name_offers_those_that_are_like_it(repo: Repository) -> None:
    error = refused(repo, "v1.4.3")
    assert error.message == "no branch, tag or commit here is called v1.4.3"
    assert error.hints == ("did you mean v1.4.2?",)


def test_nothing_like_it(repo: Repository) -> None:
    assert refused(repo, "zzzzzzzz").hints == ("git fetch --all --tags",)


def test_an_id_that_is_not_here(repo: Repository) -> None:
    assert refused(repo, "1" * 40).message == f"no branch, tag or commit here is called {'1' * 40}"


@pytest.mark.usefixtures("root")
def test_a_branch_that_only_the_remote_has_comes_first(tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "app", "clone")
    error = refused(open_repository(tmp_path / "clone"), "release/1.4")
    assert error.hints == ("did you mean origin/release/1.4?",)


def test_a_shallow_clone_may_lack_it(root: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{root}", "clone")
    error = refused(open_repository(tmp_path / "clone"), "zzzzzzzz")
    assert error.hints == ("git fetch --all --tags", "git fetch --unshallow --tags")


def test_what_is_no_commit(repo: Repository) -> None:
    error = refused(repo, "HEAD^{tree}")
    assert error.message == "HEAD^{tree} is there, but it is not a commit"
    assert refused(repo, "HEAD:a").hints == ("git cat-file -t HEAD:a",)


def test_a_branch_and_a_tag_of_one_name_are_two_things(repo: Repository, root: Path) -> None:
    git(root, "branch", "v1.4.2", "HEAD~1")
    error = refused(repo, "v1.4.2~0")
    assert error.message == "v1.4.2 means several things: refs/tags/v1.4.2, refs/heads/v1.4.2"
    assert error.hints == ("git log -1 refs/tags/v1.4.2", "git log -1 refs/heads/v1.4.2")
    git(root, "config", "core.warnAmbiguousRefs", "false")
    assert refused(repo, "v1.4.2").message == error.message


def test_two_names_for_the_same_commit_are_one_meaning(repo: Repository, root: Path) -> None:
    git(root, "branch", "v1.4.2", "HEAD")
    assert resolve(repo, "v1.4.2") == git(root, "rev-parse", "HEAD")


def test_the_beginning_of_several_ids(repo: Repository, root: Path) -> None:
    ids: dict[str, str] = {}
    tree, number = git(root, "rev-parse", "HEAD^{tree}"), 0
    while True:
        oid = git(root, "commit-tree", "-m", f"{number}", tree)
        if oid[:4] in ids:
            break
        ids[oid[:4]] = oid
        number += 1
    error = refused(repo, oid[:4])
    count = len(git(root, "rev-parse", f"--disambiguate={oid[:4]}").split())
    assert error.message == f"{oid[:4]} is the beginning of {count} ids; type more of it"
    assert f"git show -s {oid}" in error.hints
