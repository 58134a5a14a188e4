"""What is remembered of commits between runs: by id, never stale, and nobody's error when it cannot be."""

from collections.abc import Callable
from pathlib import Path

import pytest

from history_language import Repo
from relman.git.reader import Reader
from relman.git.repo import open_repository
from relman.model.history import Commit
from relman.model.names import Oid
from relman.run.recall import Recall

STORY = 'main: A "feat: one" {a: "1\\n"} -- B "fix: two (#7)" {a: "2\\n", b: "1\\n"}'


class Watched(Reader):
    """Counts what is read."""

    def __init__(self, repo: Repo) -> None:
        super().__init__(open_repository(repo.path))
        self.read = 0

    def commit(self, oid: Oid) -> Commit:
        self.read += 1
        return super().commit(oid)


def recall(repo: Repo, folder: Path | None, *, version: str = "1") -> tuple[Recall, Watched]:
    graph = Watched(repo)
    return Recall(open_repository(repo.path), graph, folder, version), graph


def test_the_second_run_reads_nothing_again(repo_from: Callable[..., Repo], tmp_path: Path) -> None:
    repo = repo_from(STORY)
    oid = Oid(repo.id("B"))
    first, graph = recall(repo, tmp_path / "c")
    answer = (first.signs(oid), first.paths(oid))
    assert (answer[0].request, answer[1]) == (7, frozenset({"a", "b"}))
    assert graph.read == 1
    first.write_note("k", "v")
    first.save()
    second, graph = recall(repo, tmp_path / "c")
    assert (second.signs(oid), second.paths(oid)) == answer
    assert (second.note("k"), second.when(oid), graph.read) == ("v", answer[0].committed, 0)


def test_another_version_reads_anew(repo_from: Callable[..., Repo], tmp_path: Path) -> None:
    repo = repo_from(STORY)
    first, _ = recall(repo, tmp_path / "c")
    first.read([Oid(repo.id("A"))])
    first.save()
    second, graph = recall(repo, tmp_path / "c", version="2")
    second.signs(Oid(repo.id("A")))
    assert graph.read == 1


@pytest.mark.parametrize("data", [b"", b"\x00garbage", b"\x93\x80\x80\x01"])
def test_a_broken_file_is_left_out_and_replaced(
    repo_from: Callable[..., Repo], tmp_path: Path, data: bytes
) -> None:
    repo = repo_from(STORY)
    first, _ = recall(repo, tmp_path / "c")
    first.signs(Oid(repo.id("A")))
    first.save()
    (file,) = (tmp_path / "c").iterdir()
    good = file.read_bytes()
    file.write_bytes(data)
    again, _ = recall(repo, tmp_path / "c")
    again.signs(Oid(repo.id("A")))
    again.save()
    assert file.read_bytes() == good


def test_a_folder_that_cannot_be_made_is_no_error(repo_from: Callable[..., Repo], tmp_path: Path) -> None:
    repo = repo_from(STORY)
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file" / "below", None):
        remembering, _ = recall(repo, folder)
        remembering.signs(Oid(repo.id("A")))
        remembering.save()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "repo"]


def test_a_shallow_boundary_is_not_kept(repo_from: Callable[..., Repo], tmp_path: Path) -> None:
    repo = repo_from(STORY)
    clone = repo.clone(tmp_path / "clone", depth=1)
    oid = Oid(repo.id("B"))
    first, _ = recall(clone, tmp_path / "cache")
    assert first.paths(oid) == frozenset({"a", "b"})
    first.signs(oid)
    first.save()
    assert not (tmp_path / "cache").exists()
