"""Patch-ids: git's own are the judge; what is kept of them is never wrong, whatever happens to the file."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from relman.git.patch_id import patch_id, patch_ids
from relman.git.patch_ids import PatchIds
from relman.git.raw_object import CommitText
from relman.git.repo import Repository, borrowing, open_repository
from relman.model.history import Person
from relman.model.names import Oid
from relman.model.trees import PathEdit
from yard import Yard

ANN = Person(name="Ann", email="ann@example.com", when=1_800_000_000)


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    made = Yard(tmp_path / "yard")
    made.commit(f="1\n2\n3\n")
    return made


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Oid]:
    """The commits whose patch-id was computed."""
    done: list[Oid] = []

    def one(repo: Repository, commit: Oid) -> str | None:
        done.append(commit)
        return patch_id(repo, commit)

    def many(repo: Repository, commits: list[Oid]) -> dict[Oid, str]:
        done.extend(commits)
        return patch_ids(repo, commits)

    monkeypatch.setattr("relman.git.patch_ids.patch_id", one)
    monkeypatch.setattr("relman.git.patch_ids.patch_ids", many)
    return done


def kept(cache: Path) -> Path:
    (file,) = cache.glob("*/patch-ids-*")
    return file


def by_git(yard: Yard, commit: Oid) -> str:
    diff = subprocess.run(["git", "show", commit], cwd=yard.path, capture_output=True, check=True).stdout
    return yard.git("patch-id", "--stable", stdin=diff).split()[0]


def test_it_is_what_git_says_whatever_the_checkout_says(yard: Yard) -> None:
    fix = yard.commit(f="1\n2!\n3\n")
    wanted = by_git(yard, fix)
    assert patch_id(open_repository(yard.path), fix) == wanted
    yard.write(".gitattributes", "* binary\n")
    yard.git("config", "core.attributesFile", str(yard.path / ".gitattributes"))
    yard.git("config", "diff.indentHeuristic", "false")
    assert patch_id(open_repository(yard.path), fix) == wanted


def test_a_commit_is_asked_about_once_by_all_processes(yard: Yard, tmp_path: Path, asked: list[Oid]) -> None:
    fix, empty = yard.commit(f="1\n2!\n3\n"), yard.commit()
    repo, cache = open_repository(yard.path), tmp_path / "cache" / "relman"
    first = PatchIds(repo, cache)
    assert [first(fix), first(empty), first(fix)] == [by_git(yard, fix), None, by_git(yard, fix)]
    later = PatchIds(repo, cache)
    assert [later(fix), later(empty)] == [by_git(yard, fix), None]
    assert asked == [fix, empty]


def test_many_at_once_are_those_of_one_by_one(yard: Yard, tmp_path: Path, asked: list[Oid]) -> None:
    known, fix, empty = yard.commit(f="1\n2!\n3\n"), yard.commit(f="1\n2!\n3!\n"), yard.commit()
    repo, cache = open_repository(yard.path), tmp_path / "cache"
    many = PatchIds(repo, cache)
    many(known)
    many.load([fix, known, empty, fix])
    later = PatchIds(repo, cache)
    later.load([empty, fix])
    for ids in (many, later):
        assert [ids(each) for each in (known, fix, empty)] == [by_git(yard, known), by_git(yard, fix), None]
    assert asked == [known, fix, empty]


def test_what_is_only_tried_is_known_and_not_kept(yard: Yard, tmp_path: Path, asked: list[Oid]) -> None:
    fix = yard.commit(f="1\n2!\n3\n")
    repo = open_repository(yard.path)
    ids = PatchIds(repo, tmp_path / "cache")
    ids(fix)
    with yard.scratch("main") as scratch:
        tree = scratch.edit_tree(yard.tree("main"), [PathEdit(path="f", content=b"1\n2!\n3!\n")])
        made = CommitText(tree=tree, parents=(fix,), message="tried", author=ANN, committer=ANN)
        tried = scratch.write_commit(made)
        over = ids.over(borrowing(repo, scratch.root / ".git" / "objects"))
        over.load([fix, tried])
        found = [over(fix), over(tried)]
    assert asked == [fix, tried]
    assert found == [by_git(yard, fix), by_git(yard, yard.commit(f="1\n2!\n3!\n"))]
    assert kept(tmp_path / "cache").read_text() == f"{fix} {by_git(yard, fix)}.\n"


def test_what_is_torn_or_deleted_is_asked_again(yard: Yard, tmp_path: Path, asked: list[Oid]) -> None:
    fix, other = yard.commit(f="1\n2!\n3\n"), yard.commit(f="1\n2!\n3!\n")
    repo, cache = open_repository(yard.path), tmp_path / "cache"
    wanted = [by_git(yard, fix), by_git(yard, other)]
    ids = PatchIds(repo, cache)
    assert [ids(fix), ids(other)] == wanted
    whole = kept(cache).read_bytes()
    for end in range(len(whole)):
        kept(cache).write_bytes(whole[:end] + whole[: len(whole) // 2])
        again = PatchIds(repo, cache)
        assert [again(fix), again(other)] == wanted
    kept(cache).write_bytes(b"\xff" * 200 + b"\n" + whole.replace(b" ", b"  "))
    assert [PatchIds(repo, cache)(fix)] == wanted[:1]
    kept(cache).unlink()
    asked.clear()
    assert [PatchIds(repo, cache)(fix), *asked] == [wanted[0], fix]


def test_many_write_at_once(yard: Yard, tmp_path: Path) -> None:
    fixes = [yard.commit(f=f"{n}\n") for n in range(5)]
    repo, cache = open_repository(yard.path), tmp_path / "cache"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda ids: [ids(oid) for oid in fixes], [PatchIds(repo, cache) for _ in range(8)]))
    lines = kept(cache).read_text().splitlines()
    assert set(lines) == {f"{fix} {by_git(yard, fix)}." for fix in fixes}


def test_a_root_that_was_cut_off_is_not_kept(yard: Yard, tmp_path: Path) -> None:
    fix = yard.commit(f="1\n2!\n3\n")
    yard.git("clone", "-q", "--depth=1", f"file://{yard.path}", str(tmp_path / "shallow"))
    whole, cache = by_git(yard, fix), tmp_path / "cache"
    assert PatchIds(open_repository(tmp_path / "shallow"), cache)(fix) != whole
    subprocess.run(["git", "fetch", "-q", "--unshallow"], cwd=tmp_path / "shallow", check=True)
    assert PatchIds(open_repository(tmp_path / "shallow"), cache)(fix) == whole


def test_attributes_of_this_clone_alone_and_a_folder_that_cannot_be_written_keep_nothing(
    yard: Yard, tmp_path: Path
) -> None:
    fix = yard.commit(f="1\n2!\n3\n")
    repo = open_repository(yard.path)
    (tmp_path / "file").write_text("")
    wanted = by_git(yard, fix)
    assert PatchIds(repo, tmp_path / "file")(fix) == wanted
    (yard.path / ".git" / "info" / "attributes").write_text("f binary\n")
    assert PatchIds(repo, tmp_path / "cache")(fix) != wanted
    assert not (tmp_path / "cache").exists()
