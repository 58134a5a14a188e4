"""The message of a port is git's: `git cherry-pick -x` is the judge, on messages of every shape."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relman.model.names import Oid
from relman.model.trailers import picked, values, with_lines

SIGNED = "Signed-off-by: Ann <ann@example.com>"
SHAPES = [
    "fix: one\n",
    "fix: one",
    "fix: one\n\nbody\n",
    "fix: one\n\nCloses: #7\n",
    "fix: one\n\nbody\n\nCloses: #7\nRefs: #8\n",
    f"fix: one\n\nbody\n\n{SIGNED}\n",
    f"fix: one\n\nbody that goes on\nCloses: #7\n{SIGNED}\n",
    f"fix: one\n\none\ntwo\nthree\nfour\n{SIGNED}\n",
    "fix: one\n\nbody\nCloses: #7\n",
    "Closes: #7\n",
    f"{SIGNED}\n",
    "fix: one\n\nReviewed-by: Ann,\n  and by Bob\n",
    "fix: one\n\nReviewed by: Ann\n",
    "fix: one\n\nFixes #7\n",
    "fix: one\n\nBREAKING CHANGE: gone\n",
    "fix: one\n\nBREAKING-CHANGE: gone\n",
    "fix: one\n\nbody\n# a heading\nmore\n",
    "fix: one\n\nCloses: #7\n# not stripped\n",
    "fix: one\n\nCloses: #7\n\n# not stripped\n",
    "# a heading first\n\nbody\n",
    "fix: one\r\n\r\nbody\r\n\r\nCloses: #7\r\n",
    "fix: one\n\n\n\nbody\n\n\nCloses: #7\n\n\n",
    "\n\nfix: one\n",
    "fix: one  \n\nspace at the ends \t\n",
    "fix: one\n\nbody\n\n(cherry picked from commit 1111111111111111111111111111111111111111)\n",
    "fix: one\n\nhttps://example.com/pull/7\n",
    "fix: one\n\n* a\n* b\n\nPR-URL: https://example.com/pull/7\n",
    "fix: one\n\nCloses: #7\n\nConflicts:\n\ta.txt\n\tb.txt\n",
    "fix: one\n\n : no token\n",
    "fix: one\n\n\tCloses: #7\n",
    "fix: one\nsecond line of the title\nCloses: #7\n",
    "fix: one\n\nbody\n---\nCloses: #7\n",
    "fix: one\n\nbody\n\n# ------------------------ >8 ------------------------\nCloses: #7\n",
    "fix: ünï\n\nCo-authored-by: Zoë <z@example.com>\n",
]


class Oracle:
    """A repository in which one commit after the other is picked, by git."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.git("init", "-q", "-b", "main", str(path))
        self.base = self._commit("base\n", b"0\n")

    def git(self, *args: str, stdin: bytes = b"") -> str:
        done = subprocess.run(
            ["git", "-C", str(self.path), *args], input=stdin, capture_output=True, check=True
        )
        return done.stdout.decode().strip()

    def _commit(self, message: str, content: bytes, *parents: str) -> Oid:
        blob = self.git("hash-object", "-w", "--stdin", stdin=content)
        tree = self.git("mktree", stdin=f"100644 blob {blob}\tfile\n".encode())
        head = f"tree {tree}\n" + "".join(f"parent {p}\n" for p in parents)
        who = "Ann <ann@example.com> 1767225600 +0000"
        raw = f"{head}author {who}\ncommitter {who}\n\n{message}".encode()
        return Oid(self.git("hash-object", "-w", "-t", "commit", "--literally", "--stdin", stdin=raw))

    def pick(self, message: str, *options: str) -> tuple[Oid, str]:
        fix = self._commit(message, b"1\n", self.base)
        self.git("reset", "-q", "--hard", self._commit("elsewhere\n", b"0\n", self.base))
        self.git("cherry-pick", "-x", *options, fix)
        raw = subprocess.run(
            ["git", "-C", str(self.path), "cat-file", "commit", "HEAD"], capture_output=True, check=True
        ).stdout
        return fix, raw.partition(b"\n\n")[2].decode()


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Oracle:
    return Oracle(tmp_path_factory.mktemp("oracle"))


@pytest.mark.parametrize("message", SHAPES)
def test_the_message_is_what_cherry_pick_writes(oracle: Oracle, message: str) -> None:
    fix, written = oracle.pick(message)
    assert picked(message.lstrip("\n"), fix) == written


@pytest.mark.parametrize("message", [SHAPES[0], SHAPES[2], SHAPES[5], SHAPES[6], SHAPES[24]])
def test_a_sign_off_goes_where_git_puts_it(oracle: Oracle, message: str) -> None:
    fix, written = oracle.pick(message, "--signoff")
    assert picked(message, fix, ("Signed-off-by: Ada Tester <ada@example.com>",)) == written


ROWS = st.sampled_from(
    [
        "fix: one",
        "body",
        "",
        "",
        "Closes: #7",
        SIGNED,
        "  goes on",
        "# comment",
        "Conflicts:",
        "\ta",
        "a b: c",
        " ",
    ]
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROWS, max_size=9))
def test_no_shape_of_message_is_written_otherwise(oracle: Oracle, rows: list[str]) -> None:
    message = "\n".join(["fix: title", *rows]) + "\n"
    fix, written = oracle.pick(message)
    assert picked(message, fix) == written


def test_a_line_that_ends_the_message_is_not_added_again() -> None:
    assert with_lines(f"fix: one\n\n{SIGNED}\n", (SIGNED,)) == f"fix: one\n\n{SIGNED}\n"


def test_lines_without_a_message_are_the_message() -> None:
    assert with_lines("", ("One: 1", "Two: 2")) == "One: 1\n\nTwo: 2\n"


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ("a\n\nPrepared: 1\nSigned-off-by: A <a@x>\n", ("1",)),
        ("a\n\nprepared : 1\nPrepared: 2\n\n", ("1", "2")),
        ("a\n\nPrepared: 1\n\nSigned-off-by: A <a@x>\n", ()),
        ("a\n\nas in\nPrepared: 1\n", ()),
        ("Prepared: 1\n", ()),
        ("", ()),
    ],
)
def test_only_the_last_paragraph_has_trailers(message: str, found: tuple[str, ...]) -> None:
    assert values(message, "Prepared") == found
