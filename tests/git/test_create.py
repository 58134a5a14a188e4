import os
from pathlib import Path

import pytest

from relman.errors import Kind, RelmanError
from relman.git.create import create_repository
from relman.git.repo import Repository
from relman.model.identity import Identity

STREAM = b"""\
feature done
commit refs/heads/main
committer Ann <ann@example.com> 1700000000 +0000
data 4
one
M 100644 inline a b/c.txt
data 4
one
done
"""
ANN = Identity(name="Ann", email="ann@example.com")


def create(folder: Path, stream: bytes = STREAM) -> Repository:
    return create_repository(folder, stream, branch="main", identity=ANN)


def test_the_stream_is_checked_out(tmp_path: Path) -> None:
    repo = create(tmp_path / "new" / "shop")
    assert repo.work_tree is not None
    assert repo.work_tree.resolve() == (tmp_path / "new" / "shop").resolve()
    assert (repo.work_tree / "a b" / "c.txt").read_bytes() == b"one\n"
    assert repo.looking.text("status", "--porcelain", "--branch") == "## main\n"


def test_it_works_where_git_knows_nobody_and_other_ways_are_usual(tmp_path: Path) -> None:
    strange = tmp_path / "config"
    strange.write_text(
        "[init]\ndefaultBranch = x\ndefaultRefFormat = reftable\ndefaultObjectFormat = sha256\n"
        "[commit]\ngpgSign = true\n[tag]\ngpgSign = true\n"
        f"[core]\nhooksPath = {tmp_path}/hooks\n"
    )
    hook = tmp_path / "hooks" / "reference-transaction"
    hook.parent.mkdir()
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    os.environ["GIT_CONFIG_GLOBAL"] = str(strange)
    os.environ["HOME"] = str(tmp_path / "nobody")
    repo = create(tmp_path / "shop")
    assert repo.looking.text("rev-parse", "HEAD") == "8f34a52389d25b6240928b166050aefd0e6c0557\n"
    assert repo.looking.text("config", "--get-regexp", "^(user|commit|tag)\\.") == (
        "commit.gpgsign true\ntag.gpgsign true\n"
        "user.name Ann\nuser.email ann@example.com\ncommit.gpgsign false\ntag.gpgsign false\n"
    )


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    create(tmp_path / "shop")
    assert sorted(p.name for p in (tmp_path / "shop").iterdir()) == [".git", "a b"]


@pytest.mark.parametrize("kind", ["folder", "file", "link"])
def test_what_is_there_is_left_alone(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "shop"
    if kind == "folder":
        (place / "mine").mkdir(parents=True)
    elif kind == "file":
        place.write_text("mine")
    else:
        (tmp_path / "other").mkdir()
        place.symlink_to("other")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(RelmanError) as caught:
        create(place)
    assert caught.value.kind == Kind.USAGE
    assert caught.value.message == f"{place} exists and is not an empty folder"
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("existed", [True, False])
def test_a_failure_leaves_nothing_behind(tmp_path: Path, existed: bool) -> None:  # noqa: FBT001
    if existed:
        (tmp_path / "shop").mkdir()
    with pytest.raises(RelmanError, match="git fast-import failed"):
        create(tmp_path / "shop", b"nonsense\n")
    assert list(tmp_path.rglob("*")) == ([tmp_path / "shop"] if existed else [])
