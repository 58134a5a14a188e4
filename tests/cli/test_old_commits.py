"""Fixes whose commit objects are as odd as old programs wrote them; `git cherry-pick` is the judge."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from driving import done, relman
from history_language import Repo

LINES = """
main:
  A "feat: one" {a: "1\\n2\\n3\\n4\\n5\\n"} [v1.0.0 "1.0.0"]
release/1.0 from A:
  L1 "fix: line" {l: "1\\n"}
main:
  fix "fix: first" {a ~ "3\\n" => "3!\\n"}
"""
ANN = b"Ann <ann@x> 1700000000 +0100"


@pytest.fixture
def repo(repo_from: Callable[..., Repo]) -> Repo:
    return repo_from(LINES)


def raw_git(repo: Repo, *args: str, stdin: bytes = b"") -> bytes:
    return subprocess.run(
        ["git", "-C", repo.path, *args], input=stdin, capture_output=True, check=True
    ).stdout


def rewritten(repo: Repo, author: bytes, committer: bytes, rest: bytes) -> str:
    """Puts a commit with the fix's content, and lines like these, in the fix's place."""
    tree, parent = (repo.git("rev-parse", rev).encode() for rev in ("main^{tree}", "main^"))
    head = b"tree %s\nparent %s\nauthor %s\ncommitter %s\n" % (tree, parent, author, committer)
    oid = raw_git(repo, "hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=head + rest)
    repo.git("update-ref", "refs/heads/main", oid.decode().strip())
    return oid.decode().strip()


def author_and_message(repo: Repo, rev: str) -> list[bytes]:
    """Every line but the ones that tell where the commit stands and when it was made."""
    data = raw_git(repo, "cat-file", "commit", rev)
    return [line for line in data.split(b"\n") if not line.startswith((b"tree ", b"parent ", b"committer "))]


@pytest.mark.parametrize(
    ("author", "rest"),
    [
        (b"J\xf6rg <j\xf6@x> 1700000000 +0100", b"\nfix: gr\xf6\xdfer\n"),
        (b"J\xf6rg <j@x> 1700000000 +0100", "\nfix: größer\n\n".encode() + b"\xe2\x82 \xed\xa0\x80\n"),
        (ANN, b"encoding no-such-thing\n\nfix: gr\xf6\xdfer\n"),
    ],
)
def test_bytes_that_are_no_utf_8_become_what_git_makes_of_them(
    repo: Repo, tmp_path: Path, author: bytes, rest: bytes
) -> None:
    fix = rewritten(repo, author, ANN, rest)
    clone = repo.clone(tmp_path / "clone")
    clone.git("switch", "-q", "--detach", repo.id("release/1.0"))
    clone.git("cherry-pick", "-x", fix)
    done(repo.path, "backport", fix, "--to", "1.0")
    assert author_and_message(repo, "release/1.0") == author_and_message(clone, "HEAD")


@pytest.mark.parametrize(
    ("when", "written"),
    [
        (b"99999999999999999999 +0000", b"0 +0000"),
        (b"-5 +0000", b"0 +0000"),
        (b"5 +9999", b"5 +9999"),
        (b"abc +0000", b"0 +0000"),
    ],
)
def test_dates_that_libgit2_refuses_are_written_as_git_can_keep_them(
    repo: Repo, when: bytes, written: bytes
) -> None:
    fix = rewritten(repo, b"Ann <ann@x> " + when, b"Ann <ann@x> " + when, b"\nfix: odd\n")
    # git tag would stop at the commit's date.
    tag = f"object {fix}\ntype commit\ntag v1.1.0\ntagger T <t@x> 1 +0000\n\nv1.1.0\n".encode()
    oid = raw_git(repo, "hash-object", "-t", "tag", "-w", "--stdin", stdin=tag).decode().strip()
    repo.git("update-ref", "refs/tags/v1.1.0", oid)
    assert relman(repo.path, "next", "trunk", "--json").json["current"] == "1.1.0"
    done(repo.path, "backport", fix, "--to", "1.0")
    assert author_and_message(repo, "release/1.0")[0] == b"author Ann <ann@x> " + written
