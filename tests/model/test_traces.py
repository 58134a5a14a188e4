"""What one commit has to do with a fix, told from messages, authors and paths alone."""

import re

import pytest

from relman.model.equivalence import Evidence
from relman.model.names import Oid
from relman.model.traces import FollowUp, follow_up, pattern, port_of
from small_history import Small, oid

FIX = "fix(api): two (and a half) is too much (#7)"


def small(message: str, *, paths: str = "a b", author: str = "bo") -> Small:
    """A fix, another fix of a common subject, and one candidate."""
    history = Small()
    history.add("root", paths="a")
    history.add("fix", "root", message=FIX, paths="a b", author="ann")
    history.add("typo", "fix", message="fix typo", paths="a")
    history.add("other", "typo", message=message, paths=paths, author=author)
    return history


def evidence(history: Small, patches: dict[Oid, str] | None = None, **ports: Evidence) -> Evidence | None:
    known = {oid(label): each for label, each in ports.items()}
    return port_of(history.graph, oid("fix"), oid("other"), known, (patches or {}).get)


def known(certainty: str, how: str) -> Evidence:
    return Evidence(commit=oid("other"), certainty=certainty, how=how)  # type: ignore[arg-type]  # checked by msgspec


NAMES = "same subject, and names change request #7"


@pytest.mark.parametrize(
    ("message", "paths", "expected"),
    [
        (
            f"x\n\n(cherry picked from commit {oid('fix')})",
            "a",
            "says cherry picked from it; the content differs",
        ),
        (f"[1.4] {FIX} (#9)", "a b", NAMES),
        (f"[1.4] {FIX} (#9)", "a", NAMES),
        ("fix(api): two (and a half) is too much\n\nBackport of !7.", "a", NAMES),
        ("fix(api): two (and a half) is too much (#77)", "a b", None),
        ("fix: three is too much (#8)\n\nSee #7", "a b", None),
    ],
)
def test_the_signs_of_a_port(message: str, paths: str, expected: str | None) -> None:
    found = evidence(small(message, paths=paths))
    assert (found.how if found else None) == expected


def test_paths_decide_how_sure_a_subject_makes() -> None:
    port = "fix(api): two (and a half) is too much\n\nFor #7"
    assert evidence(small(port)) == known("likely", NAMES)
    assert evidence(small(port, paths="a b c")) == known("claimed", NAMES)


def test_a_subject_counts_with_the_same_patch() -> None:
    bare = small("fix(api): two (and a half) is too much")
    same = {oid("fix"): "p", oid("other"): "p"}
    assert evidence(bare, same) == known("likely", "same subject and patch-id")
    assert evidence(bare, same | {oid("other"): "q"}) is None


def test_a_port_of_a_port_is_no_surer_than_the_first() -> None:
    history = small(f"x\n\n(cherry picked from commit {oid('typo')})", paths="a")
    first = Evidence(commit=oid("typo"), certainty="likely", how="seen")
    through = f"cherry picked from {oid('typo')[:10]}, which carries it"
    same = {oid("typo"): "p", oid("other"): "p"}
    assert evidence(history, same, typo=first) == known("likely", through)
    assert evidence(history, {}, typo=first) == known("claimed", through)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (f'Revert "fix"\n\nThis reverts commit {oid("fix")}.', ("revert", "fix")),
        ('Revert "fix(api)"\n\nReverts acme/shop#7', ("revert", "fix")),
        (f'Reapply "fix"\n\nThis reverts commit {oid("typo")}.', ("reapply", "typo")),
        (f'fix: half\n\nFixes: {oid("fix")[:12]} ("two")', ("fixes", "fix")),
        (f"fixup! {FIX}", ("fixup", "fix")),
        (f"x\n\n(cherry picked from commit {oid('typo')})", ("port", "typo")),
        (f"x\n\n(cherry picked from commit {oid('fix')})", None),
        ("Reverts acme/shop#8", None),
        (f"This reverts commit {oid('root')}.", None),
    ],
)
def test_what_follows_a_fix(message: str, expected: tuple[str, str] | None) -> None:
    graph = small(message).graph
    found = follow_up(graph, oid("other"), [oid("fix"), oid("typo")], [oid("typo")])
    wanted = expected and FollowUp(commit=oid("other"), kind=expected[0], about=oid(expected[1]))  # type: ignore[arg-type]  # words of the table
    assert found == wanted


def test_the_search_finds_what_the_rules_want_and_little_else() -> None:
    origin = "1a2b3c4" * 5 + "12345"
    history = small(f"{FIX}\n\n(cherry picked from commit {origin})")
    search = re.compile(pattern(history.graph, [oid("fix"), oid("other")]), re.IGNORECASE)
    spoken = [
        f"(cherry picked from commit {oid('fix')})",
        f"Fixes: {oid('fix')[:7]}",
        f"upstream commit {origin[:9]}",
        "Backport PR #7 to 1.4",
        "https://example.com/acme/shop/pull/7",
        "[1.4] Fix(api): Two (and a half) is too much",
    ]
    silent = ["see #77", f"id 9{oid('fix')[:7]}", "fix(api): two", "two and a half is too much"]
    assert [bool(search.search(text)) for text in spoken] == [True] * 6
    assert [bool(search.search(text)) for text in silent] == [False] * 4


def test_a_port_is_searched_for_by_the_request_that_it_ports() -> None:
    search = re.compile(pattern(small(f"[1.4] {FIX} (#9)").graph, [oid("other")]), re.IGNORECASE)
    assert [bool(search.search(text)) for text in ("see #7", "see #9", "see #8")] == [True, True, False]
