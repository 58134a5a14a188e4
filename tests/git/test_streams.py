"""Objects come in the order asked for, however many, and who stops early leaves no child behind."""

import subprocess
from contextlib import closing
from pathlib import Path

from relman.git.repo import Repository, open_repository
from relman.git.streams import objects
from relman.model.names import Oid

ABSENT = Oid("1" * 40)


def blobs(folder: Path, contents: list[str]) -> tuple[Repository, list[Oid]]:
    folder.mkdir(exist_ok=True)
    subprocess.run(["git", "-C", str(folder), "init", "-q"], check=True)
    stream = "".join(f"blob\nmark :{n + 1}\ndata {len(c)}\n{c}\n" for n, c in enumerate(contents))
    marks = "".join(f"get-mark :{n + 1}\n" for n in range(len(contents)))
    done = subprocess.run(
        ["git", "-C", str(folder), "fast-import", "--quiet", "--cat-blob-fd=1"],
        input=stream + marks,
        capture_output=True,
        text=True,
        check=True,
    )
    return open_repository(folder), [Oid(line) for line in done.stdout.split()]


def test_more_objects_than_git_is_told_in_advance_come_in_order(tmp_path: Path) -> None:
    contents = [f"{n}\n\n" * (n % 50) for n in range(1000)]
    repo, oids = blobs(tmp_path, contents)
    assert list(objects(repo.looking, reversed(oids))) == [(b"blob", c.encode()) for c in reversed(contents)]


def test_what_is_not_here_is_an_empty_pair_in_its_place(tmp_path: Path) -> None:
    repo, (one, other) = blobs(tmp_path, ["one", "other"])
    found = list(objects(repo.looking, [one, ABSENT, other]))
    assert found == [(b"blob", b"one"), (b"", b""), (b"blob", b"other")]
    assert list(objects(repo.looking, [])) == []


def test_who_stops_early_is_not_held_up(tmp_path: Path) -> None:
    repo, oids = blobs(tmp_path, ["x" * 100_000 + str(n) for n in range(20)])
    with closing(objects(repo.looking, oids)) as stream:
        assert next(stream)[1][:1] == b"x"
    assert list(stream) == []
