"""Files at a commit, as `git ls-tree` and `git cat-file` give them."""

import subprocess
from pathlib import Path

import pytest

from relman.errors import RelmanError
from relman.git.repo import Repository, open_repository
from relman.git.trees import blob, is_partial, mode, tree_of, tree_paths
from relman.model.names import Oid


def git(folder: Path, *args: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *args], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    (folder / "src").mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    (folder / "src/a.py").write_bytes(b"one\r\n")
    (folder / "run").write_text("#!/bin/sh\n")
    (folder / "run").chmod(0o755)
    (folder / "link").symlink_to("src/a.py")
    (folder / "caf\udce9 x").write_text("latin\n")
    git(folder, "add", "-A")
    git(folder, "update-index", "--add", "--cacheinfo", "160000," + "1" * 40 + ",sub")
    git(folder, "commit", "-q", "-m", "one")
    git(folder, "tag", "-a", "-m", "x", "v1")
    return folder


@pytest.fixture
def repo(root: Path) -> Repository:
    return open_repository(root)


@pytest.fixture
def tip(root: Path) -> Oid:
    return Oid(git(root, "rev-parse", "HEAD"))


def test_the_tree_of_a_commit_a_tag_and_a_tree(repo: Repository, root: Path, tip: Oid) -> None:
    tree = git(root, "rev-parse", "HEAD^{tree}")
    assert {tree_of(repo, Oid(o)) for o in (tip, git(root, "rev-parse", "v1"), tree)} == {tree}


@pytest.mark.parametrize(
    ("path", "content", "bits"),
    [
        ("src/a.py", b"one\r\n", 0o100644),
        ("run", b"#!/bin/sh\n", 0o100755),
        ("link", b"src/a.py", 0o120000),
        ("caf\udce9 x", b"latin\n", 0o100644),
        ("src", None, 0o40000),
        ("sub", None, 0o160000),
        ("gone", None, None),
        ("src/a.py/x", None, None),
        ("link/x", None, None),
        ("../app/run", None, None),
        ("/run", None, None),
        ("", None, None),
    ],
)
def test_what_stands_at_a_path(
    repo: Repository, tip: Oid, path: str, content: bytes | None, bits: int | None
) -> None:
    assert (blob(repo, tip, path), mode(repo, tip, path)) == (content, bits)


def test_all_paths_also_from_a_folder_below(root: Path, tip: Oid) -> None:
    repo = open_repository(root / "src")
    assert tree_paths(repo, tip) == ("caf\udce9 x", "link", "run", "src/a.py", "sub")


def test_a_commit_that_is_not_here(repo: Repository) -> None:
    with pytest.raises(RelmanError) as caught:
        blob(repo, Oid("1" * 40), "a")
    assert caught.value.message == f"{'1' * 40} is not in this repository"
    assert caught.value.hints == ("git fetch --all --tags",)


def test_a_blob_is_not_a_tree(repo: Repository, root: Path) -> None:
    oid = Oid(git(root, "rev-parse", "HEAD:run"))
    with pytest.raises(RelmanError) as caught:
        tree_of(repo, oid)
    assert caught.value.message == f"{oid[:10]} is neither a commit nor a tree"


def test_the_command_for_a_partial_clone_brings_the_file(root: Path, tmp_path: Path, tip: Oid) -> None:
    git(root, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{root}", "clone")
    clone = open_repository(tmp_path / "clone")
    assert (is_partial(clone), is_partial(open_repository(root))) == (True, False)
    assert mode(clone, tip, "run") == 0o100755
    with pytest.raises(RelmanError) as caught:
        blob(clone, tip, "run")
    name = git(root, "rev-parse", "HEAD:run")[:10]
    assert caught.value.message == f"run ({name}) is not in this clone: it was made with --filter"
    (hint,) = caught.value.hints
    git(tmp_path / "clone", *hint.split()[1:])
    assert blob(open_repository(tmp_path / "clone"), tip, "run") == b"#!/bin/sh\n"
