"""`relman strategy detect`: which strategy a history follows, from refs and commits alone."""

from collections.abc import Callable
from pathlib import Path

import pytest

from command import call
from history_language import Repo
from looking import Look


@pytest.mark.parametrize(
    ("name", "best"),
    [("incident", "trunk/v1"), ("merged_back", "oneflow/v1"), ("trunk_tags", "github-flow/v1")],
)
def test_stories_are_recognised(story: Callable[[str], Repo], look: Look, name: str, best: str) -> None:
    said = look(story(name), "strategy", "detect", "--json")
    assert (said.code, said.json["best"]) == (0, best)
    assert len(said.json["candidates"]) == 9


def test_the_page_names_what_speaks_for_it_and_against_it(story: Callable[[str], Repo], look: Look) -> None:
    said = look(story("merged_back"), "strategy", "detect")
    assert said.out.startswith(
        """\
oneflow/v1  90%
  + G1  releases are tags on branches that left main: 4 of 4 · v3.8.2
  + B2  a release branch is finished with its release: 2 of 2 · 3.9
  + C1  lines are cut from main: 2 of 2 · 3.9
"""
    )
    assert "  - B3  one line at a time: 0 of 1 · not 3.8\n" in said.out
    assert said.err == "relman strategy show oneflow/v1\n"


def test_what_refs_and_commits_cannot_tell_is_said(story: Callable[[str], Repo], look: Look) -> None:
    repo = story("trunk_tags")
    said = look(repo, "strategy", "detect")
    assert said.out.startswith(
        "github-flow/v1 and toggles/v1 have the same branches and tags: commits that name the switch (Feature: NAME), "
        "or toggles in the configuration, would tell; there are none\n"
    )
    assert look(repo, "strategy", "detect", "--json").json["alike"] == ["toggles/v1"]


def test_a_history_without_a_release_says_nothing(story: Callable[[str], Repo], look: Look) -> None:
    repo = story("first_release")
    said = look(repo, "strategy", "detect")
    assert said.out == "the history shows no strategy yet: there is no stable release\n"
    assert look(repo, "strategy", "detect", "--json").json["best"] is None


def test_two_families_of_tags_are_asked_about(story: Callable[[str], Repo], look: Look) -> None:
    said = look(story("families"), "strategy", "detect")
    assert said.code == 2
    assert "families of release tags" in said.err


def test_a_shallow_clone_is_refused_with_the_fetch(story: Callable[[str], Repo], tmp_path: Path) -> None:
    clone = story("incident").clone(tmp_path / "clone", depth=3)
    said = call(clone.path, "strategy", "detect")
    assert said.code == 2
    assert "git fetch --unshallow" in said.err
