"""Ports of a fix on other lines: which are found, in which order, and what becomes of picking them."""

from collections.abc import Callable

import pytest

from history_language import Repo
from relman.config.record import Picks
from relman.git.patch_id import patch_id
from relman.git.reader import Reader
from relman.git.repo import open_repository
from relman.git.scratch import Scratch
from relman.git.trees import tree_of
from relman.model.names import Oid
from relman.model.trees import Conflicted
from relman.run.bookkeeping import keep_target
from relman.run.siblings import LineEnd, Sibling, find_siblings, nearness, try_siblings

Build = Callable[..., Repo]

LINES = """
main: A "feat: count" {f: "1\\n2\\n3\\n", CHANGES: "-\\n"}
release/1.1 from A: R11 "chore: 1.1" {CHANGES: "1.1\\n"}
release/1.2 from A: R12 "chore: 1.2" {v: "1.2\\n"}
main: B "refactor: other words" {f: "one\\ntwo\\nthree\\n"}
release/1.3 from B: R13 "chore: 1.3" {v: "1.3\\n"}
main:
  C "refactor: more words" {f: "one!\\ntwo!\\nthree!\\n"}
  fix "fix: two is too much (#7)" by Bo {f: "one!\\n2.5!\\nthree!\\n", CHANGES: "main\\n"}
"""
PORTS = (
    LINES
    + """
release/1.2:
  P12 "fix: two is too much\\n\\n(cherry picked from commit FIX)" by Bo {f: "1\\n2.5\\n3\\n", CHANGES: "1.2\\n"}
release/1.3:
  P13 "[1.3] fix: two is too much (#7) (#9)" by Cy {f: "one\\n2.5\\nthree\\n", CHANGES: "1.3\\n"}
"""
)


def told(repo_from: Build, story: str) -> Repo:
    """Builds twice: ids are the same on every machine, so the fix's own can stand in a port's message."""
    if "FIX" not in story:
        return repo_from(story)
    fix = repo_from(LINES, "before").id("fix")
    return repo_from(story.replace("FIX", fix))


def found(repo: Repo, target: tuple[int, ...] = (1, 1), fix: str = "fix") -> list[tuple[str, str, str]]:
    return [(label(repo, s.commit), s.line, s.evidence.how) for s in siblings(repo, target, fix)]


def siblings(repo: Repo, target: tuple[int, ...], fix: str = "fix") -> tuple[Sibling, ...]:
    opened = open_repository(repo.path)
    lines = [
        LineEnd(name=name, numbers=tuple(map(int, name.split("."))), end=Oid(repo.id(f"release/{name}")))
        for name in ("1.1", "1.2", "1.3")
    ]
    graph = Reader(opened)
    return find_siblings(opened, graph, Oid(repo.id(fix)), lines, target, lambda oid: patch_id(opened, oid))


def label(repo: Repo, oid: str) -> str:
    return next(name for name, known in repo.labels.items() if known == oid)


def test_the_nearest_newer_line_comes_first(repo_from: Build) -> None:
    repo = told(repo_from, PORTS)
    by_trailer = ("P12", "1.2", "says cherry picked from it; the content differs")
    by_request = ("P13", "1.3", "same subject, and names change request #7")
    assert found(repo) == [by_trailer, by_request]
    assert found(repo, (1, 3)) == [by_request, by_trailer]
    assert found(repo, (1, 4)) == [by_request, by_trailer]
    order = sorted([(1, 5), (2,), (1, 2), (1, 4), (1, 3, 1), (1, 3)], key=lambda n: nearness(n, (1, 3)))
    assert order == [(1, 3), (1, 3, 1), (1, 4), (1, 5), (2,), (1, 2)]


MORE = [
    pytest.param(LINES, [], id="nobody ported it"),
    pytest.param(
        PORTS + "release/1.2: X revert P12\n",
        [("P13", "1.3", "same subject, and names change request #7")],
        id="reverted on its line",
    ),
    pytest.param(
        PORTS + "release/1.2: X revert P12\n  Y revert X\n",
        [
            ("P12", "1.2", "says cherry picked from it; the content differs"),
            ("P13", "1.3", "same subject, and names change request #7"),
        ],
        id="reverted and put back",
    ),
    pytest.param(
        LINES + 'release/1.2: P "fix: two is too much" by Cy {v: "2"}\n',
        [],
        id="the subject alone is no sign",
    ),
    pytest.param(
        LINES
        + 'release/1.2: P "fix: two\\n\\n(cherry picked from commit FIX)\\n(cherry picked from commit BBB)" {f: "x"}\n',
        [],
        id="a squash of several picks",
    ),
]


@pytest.mark.parametrize(("story", "expected"), MORE)
def test_what_counts(repo_from: Build, story: str, expected: list[tuple[str, str, str]]) -> None:
    other = repo_from(LINES, "other").id("B")
    assert found(told(repo_from, story.replace("BBB", other))) == expected


def test_a_port_of_a_port_leads_to_the_fix(repo_from: Build) -> None:
    first = told(repo_from, PORTS)
    port = first.id("P12")
    story = (
        PORTS
        + f'release/1.1: P11 "fix: it\\n\\n(cherry picked from commit {port})" {{f: "1\\n2.6\\n3\\n"}}\n'
    )
    fix = first.id("fix")
    repo = repo_from(story.replace("FIX", fix), "chain")
    assert found(repo, (1, 2)) == [
        ("P12", "1.2", "says cherry picked from it; the content differs"),
        ("P13", "1.3", "same subject, and names change request #7"),
        ("P11", "1.1", f"cherry picked from {port[:10]}, which carries it"),
    ]
    # Asked about the port, its origin's other ports are siblings as well.
    assert [name for name, *_ in found(repo, (1, 3), "P12")] == ["P13", "P11"]


def tried(repo: Repo, onto: str, target: tuple[int, ...], *, keeping: bool) -> tuple[str, str] | None:
    opened = open_repository(repo.path)
    ours = tree_of(opened, Oid(repo.id(onto)))
    with Scratch.open(opened, Oid(repo.id(onto))) as scratch:
        assert isinstance(scratch.pick(Oid(repo.id("fix")), ours), Conflicted)

        def settle(conflicted: Conflicted) -> Oid | None:
            kept = keep_target(scratch, conflicted, ours, Picks().bookkeeping)
            return kept.tree if kept else None

        ways = siblings(repo, target)
        answer = try_siblings(scratch, ways, ours, settle) if keeping else try_siblings(scratch, ways, ours)
        if answer is None:
            return None
        data = scratch.blob(answer[1], "f"), scratch.blob(answer[1], "CHANGES")
        return label(repo, answer[0].commit), b"".join(each or b"?" for each in data).decode()


def test_the_sibling_goes_on_where_the_fix_conflicts(repo_from: Build) -> None:
    repo = told(repo_from, PORTS)
    assert tried(repo, "release/1.1", (1, 1), keeping=True) == ("P12", "1\n2.5\n3\n1.1\n")
    assert tried(repo, "release/1.1", (1, 1), keeping=False) is None
