"""Patch-ids: git's own are the judge; what is kept of them is never wrong, whatever happens to the file."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from relman.git.patch_id import patch_id
from relman.git.patch_ids import PatchIds
from relman.git.repo import open_repository
from relman.model.names import Oid
from yard import Yard


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    made = Yard(tmp_path / "yard")
    made.commit(f="1\n2\n3\n")
    return made


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Oid]:
    """The commits whose patch-id was computed."""
    done: list[Oid] = []

    def counted(*words: object) -> str | None:
        done.append(words[1])  # type: ignore[arg-type]
        return patch_id(*words)  # type: ignore[arg-type]

    monkeypatch.setattr("relman.git.patch_ids.patch_id", counted)
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
