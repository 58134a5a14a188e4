"""Containment in one walk, with git's own answer beside it."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from history_language import Repo, build
from relman.git.holding import holding
from relman.git.reader import Reader
from relman.git.repo import open_repository
from relman.model.names import Oid

STORY = """
main: A -- B -- C -- D
one from B: E -- F
two from A: G -- H merge one
main: I merge two -- J
other: K -- L
"""
LABELS = ["A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L"]


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    return build(tmp_path_factory.mktemp("holding"), STORY)


@settings(max_examples=40)
@given(
    marks=st.lists(st.sampled_from(LABELS), max_size=4), tips=st.lists(st.sampled_from(LABELS), max_size=6)
)
def test_each_tip_holds_what_git_says(repo: Repo, marks: list[str], tips: list[str]) -> None:
    wanted = [Oid(repo.id(label)) for label in marks]
    ends = [Oid(repo.id(label)) for label in tips]
    below = {end: set(repo.git("rev-list", end).split()) for end in ends}
    opened = open_repository(repo.path)
    assert holding(opened, Reader(opened), wanted, ends) == {
        end: frozenset(mark for mark in wanted if mark in below[end]) for end in ends
    }


def test_a_tip_that_is_older_than_every_mark_is_not_asked(repo_from: Callable[..., Repo]) -> None:
    repo = repo_from("main: A at 2020-01-01T00:00:00Z -- B -- C at 2026-01-01T00:00:00Z")
    a, b, c = (Oid(repo.id(label)) for label in "ABC")
    opened = open_repository(repo.path)
    assert holding(opened, Reader(opened), [b], [a, b, c]) == {
        a: frozenset(),
        b: frozenset([b]),
        c: frozenset([b]),
    }
