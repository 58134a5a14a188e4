"""Commit objects as they really lie in old repositories: what git shows is what is read."""

import subprocess
from pathlib import Path

import pytest

from relman.git.commit_object import committed_at, parse_commit
from relman.model.history import Commit, Person
from relman.model.names import Oid

TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
OID = Oid("1" * 40)


def raw(author: bytes, committer: bytes, rest: bytes = b"\nmessage\n") -> bytes:
    return b"tree " + TREE.encode() + b"\nauthor " + author + b"\ncommitter " + committer + b"\n" + rest


def read(data: bytes) -> Commit:
    return parse_commit(OID, data, parents=())


def test_a_whole_commit() -> None:
    data = raw(b"Ann <ann@x> 100 +0530", b"Bo <bo@x> 200 -0730", b"gpgsig a\n b\n\nfeat: x\n\nbody\n")
    assert read(data) == Commit(
        id=OID,
        tree=Oid(TREE),
        parents=(),
        author=Person(name="Ann", email="ann@x", when=100, offset=330),
        committer=Person(name="Bo", email="bo@x", when=200, offset=-450),
        message="feat: x\n\nbody\n",
    )
    assert committed_at(data) == 200


@pytest.mark.parametrize(
    ("encoding", "body", "message"),
    [
        (b"", "café".encode(), "café"),
        (b"", b"caf\xe9", "café"),
        (b"", b"\xe2\x82 \xed\xa0\x80 \xc3\xa9", "â\x82 í\xa0\x80 é"),
        (b"encoding ISO-8859-1\n", b"caf\xe9", "café"),
        (b"encoding latin1\n", b"caf\xe9", "café"),
        (b"encoding no-such-thing\n", b"caf\xe9", "café"),
        (b"encoding us-ascii\n", b"caf\xe9", "café"),
        (b"encoding rot13\n", b"abc", "abc"),
        (b"encoding unicode_escape\n", b"\\x41", "\\x41"),
        (b"encoding \xff\n", b"abc", "abc"),
        (b"encoding cp1251\n", "привет".encode("cp1251"), "привет"),
    ],
)
def test_the_message_is_decoded(encoding: bytes, body: bytes, message: str) -> None:
    assert read(raw(b"A <a> 1 +0000", b"A <a> 1 +0000", encoding + b"\n" + body)).message == message


@pytest.mark.parametrize(
    "author",
    [
        b"Ann <ann@x> 100 +0000",
        b" <> 5 +0000",
        b"A < a@b > 7 +0530",
        b"Ann <ann@x>",
        b"A <a> 99999999999999999999 +0000",
        b"A. B. (C) <a@b@c> 12 -0100",
    ],
)
def test_people_are_read_as_git_shows_them(tmp_path: Path, author: bytes) -> None:
    def git(*args: str, stdin: bytes = b"") -> bytes:
        return subprocess.run(
            ["git", "-C", str(tmp_path), *args], input=stdin, capture_output=True, check=True
        ).stdout

    git("init", "-q")
    data = raw(b"N <n> 1 +0000", author)
    git("hash-object", "-t", "tree", "-w", "--stdin")
    oid = git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=data).decode().strip()
    name, email = git("log", "-1", "--format=%cn%x00%ce", oid).decode().rstrip("\n").split("\0")
    person = read(data).committer
    assert (person.name, person.email) == (name.strip(), email.strip())
    # git prints a time that overflows as it stands, or as nothing; it sorts by 0.
    when = git("log", "-1", "--format=%ct", oid).decode().strip()
    assert person.when == (int(when) if when and len(when) < 19 else 0)


def test_a_line_without_an_address_is_a_name() -> None:
    assert read(raw(b"Nobody 123", b"A <a> 1 +0000")).author == Person(name="Nobody 123", email="", when=0)
