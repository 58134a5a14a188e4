"""Where lines leave trunk, and where branches stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from relman.errors import Kind, RelmanError
from relman.model.cut import (
    belongs_to,
    find_tip,
    head_line,
    is_cut,
    meet,
    nearest_release,
    standing_alike,
)
from relman.model.history import Branch, Head, Recorded, Refs
from relman.model.lines import find_lines
from relman.model.names import Oid, RefName, branch_ref
from small_history import Small, oid, release, releases


@st.composite
def graphs(draw: st.DrawFn) -> tuple[Recorded, Oid, Oid]:
    """Trees of first parents, with commit dates that have nothing to do with them."""
    small, count = Small(), draw(st.integers(2, 25))
    for at in range(count):
        parent = draw(st.one_of(st.none(), st.integers(0, at - 1))) if at else None
        when = draw(st.integers(0, 50))
        small.add(f"c{at}", *([] if parent is None else [f"c{parent}"]), when=when)
    ends = [oid(f"c{draw(st.integers(0, count - 1))}") for _ in range(2)]
    return small.graph, ends[0], ends[1]


@given(graphs())
def test_chains_meet_where_brute_force_says(case: tuple[Recorded, Oid, Oid]) -> None:
    graph, one, other = case
    held = set(graph.chain(other))
    assert meet(graph, one, other) == next((o for o in graph.chain(one) if o in held), None)


def test_a_line_that_was_merged_back_was_cut_where_it_left() -> None:
    small = Small()
    small.run("", "a", "b", prefix="t")
    small.run("t0", "x", "y", prefix="r")
    small.add("M", "t1", "r1")
    assert meet(small.graph, oid("r1"), oid("M")) == oid("t0")
    assert belongs_to(small.graph, release("1.4.0", "r1"), oid("M"))


def test_looking_for_the_cut_does_not_list_trunk() -> None:
    small = Small()
    small.run("", *["a"] * 200, prefix="t")
    small.add("R", "t190")
    seen: list[Oid] = []

    class Watched(Recorded):
        def when(self, oid: Oid) -> int:
            seen.append(oid)
            return super().when(oid)

    assert meet(Watched(small.commits), oid("R"), oid("t199")) == oid("t190")
    assert len(set(seen)) <= 12


def refs(*rows: tuple[str, str, str | None], head: str | None = None, at: str | None = None) -> Refs:
    return Refs(
        head=Head(ref=branch_ref(head) if head else None, commit=oid(at) if at else None),
        branches=tuple(
            Branch(ref=RefName(ref), commit=oid(label), upstream=RefName(up) if up else None)
            for ref, label, up in rows
        ),
        tags=(),
        remotes=("origin",),
    )


LOCAL, REMOTE = "refs/heads/main", "refs/remotes/origin/main"


@pytest.mark.parametrize(
    ("local", "remote", "state", "stands"),
    [
        ("c1", None, "local", "c1"),
        ("c1", "c1", "same", "c1"),
        ("c2", "c1", "ahead", "c2"),
        ("c1", "c2", "behind", "c2"),
        (None, "c2", "absent", "c2"),
    ],
)
def test_a_branch_stands_where_it_holds_both(
    local: str | None, remote: str | None, state: str, stands: str
) -> None:
    small = Small()
    small.run("", "a", "b", "c", prefix="c")
    rows = [(ref, label, None) for ref, label in ((LOCAL, local), (REMOTE, remote)) if label]
    tip = find_tip(refs(*rows), small.graph, "origin", "main")
    assert tip is not None
    assert (tip.state, tip.commit, tip.local, tip.remote, tip.tracking) == (
        state,
        oid(stands),
        oid(local) if local else None,
        oid(remote) if remote else None,
        REMOTE if remote else None,
    )


FORK = "refs/remotes/fork/main"


def standing(*rows: tuple[str, str, str | None]) -> tuple[RefName | None, Oid]:
    """What `main` is compared with, and where it stands."""
    small = Small()
    small.run("", "a", "b", "c", prefix="c")
    known = structs.replace(refs(*rows), remotes=("origin", "fork"))
    tip = find_tip(known, small.graph, "origin", "main")
    assert tip is not None
    return tip.tracking, tip.commit


def test_the_remotes_branch_of_that_name_goes_before_a_configured_upstream() -> None:
    assert standing((LOCAL, "c0", FORK), (REMOTE, "c1", None), (FORK, "c2", None)) == (REMOTE, oid("c1"))
    assert standing((LOCAL, "c0", FORK), (FORK, "c2", None)) == (FORK, oid("c2"))


@pytest.mark.parametrize("other", ["refs/remotes/origin/trunk", "refs/remotes/origin/feature/main"])
def test_an_upstream_of_another_name_says_nothing(other: str) -> None:
    assert standing((LOCAL, "c0", other), (other, "c2", None)) == (None, oid("c0"))


def test_diverged_branches_are_an_error_with_both_counts() -> None:
    small = Small()
    small.run("", "a", prefix="c")
    small.run("c0", "x", "y", prefix="l")
    small.run("c0", "z", prefix="r")
    with pytest.raises(RelmanError) as error:
        find_tip(refs((LOCAL, "l1", None), (REMOTE, "r0", None)), small.graph, "origin", "main")
    assert (error.value.kind, error.value.message) == (
        Kind.MOVED,
        "main and origin/main have diverged: 2 commits only here, 1 only there",
    )


def test_there_is_no_tip_where_there_is_no_branch() -> None:
    assert find_tip(refs(), Small().graph, "origin", "main") is None


def two_lines() -> Small:
    small = Small()
    small.run("", *["a"] * 4, prefix="t")
    small.run("t1", "x", "y", prefix="r4")
    small.run("t2", "x", prefix="r5")
    small.add("hot", "r40")
    small.add("feature", "r41")
    small.add("topic", "t3")
    return small


@pytest.mark.parametrize(
    ("branch", "at", "line"),
    [
        ("main", "t3", "trunk"),
        ("release/1.4", "r41", "1.4"),
        ("hotfix/1.4.3", "t3", "1.4"),
        ("v1.4.9", "t3", "1.4"),
        ("feature/x", "feature", "1.4"),
        ("feature/y", "topic", "trunk"),
        (None, "r40", "1.4"),
        (None, "hot", "1.4"),
        (None, "t1", "trunk"),
        (None, "r50", "1.5"),
        ("unborn", None, "trunk"),
    ],
)
def test_heads_line(branch: str | None, at: str | None, line: str) -> None:
    graph = two_lines().graph
    lines = find_lines(["main", "release/1.4", "release/1.5"], releases(("1.4.0", "r40")), trunk="main")
    ends = {"1.4": oid("r41"), "1.5": oid("r50")}
    tips = [(ln, ends[ln.name]) for ln in lines.all]
    assert head_line(refs(head=branch, at=at), graph, lines, tips, oid("t3")) == line


def test_a_tag_off_the_branch_still_has_its_line() -> None:
    small = Small()
    small.run("", "a", "b", prefix="t")
    small.add("hot", "t0")
    small.add("rel", "t0")
    lines = find_lines(["release/1.4"], releases(("1.4.3", "hot"), ("1.4.2", "t0")), trunk="main")
    tips = [(lines.all[0], oid("rel"))]
    assert head_line(refs(at="hot"), small.graph, lines, tips, oid("t1")) == "1.4"


def test_a_tie_names_both_lines_unless_a_tag_stands_there() -> None:
    small = Small()
    small.run("", "a", "b", prefix="t")
    small.run("t0", "x", "y", prefix="r")
    lines = find_lines(["release/1.4", "release/1.5"], (), trunk="main")
    tips = [(line, oid("r1")) for line in lines.all]
    with pytest.raises(RelmanError) as error:
        head_line(refs(at="r0"), small.graph, lines, tips, oid("t1"))
    assert (error.value.message, error.value.hints) == (
        "HEAD stands on lines 1.4 and 1.5 alike",
        ("relman next 1.4", "relman next 1.5"),
    )
    tagged = find_lines(["release/1.4", "release/1.5"], releases(("1.4.0", "r0")), trunk="main")
    assert (
        head_line(refs(at="r0"), small.graph, tagged, [(ln, oid("r1")) for ln in tagged.all], oid("t1"))
        == "1.4"
    )


def test_a_line_is_cut_by_what_lies_off_trunks_chain() -> None:
    small = two_lines()
    lines = find_lines([], releases(("1.4.0", "r40"), ("1.3.0", "t1")), trunk="main").all
    on_trunk = [is_cut(small.graph, line, None, oid("t3")) for line in lines]
    assert (on_trunk, is_cut(small.graph, lines[1], oid("r50"), oid("t3"))) == ([True, False], True)


def test_the_nearest_release_is_the_first_on_the_chain_and_the_highest_there() -> None:
    small = two_lines()
    rows = (
        *releases(("1.4.1", "t1"), ("1.4.2", "t1"), ("9.0.0", "t0")),
        release("1.5.0", "t2", withdrawn=True),
    )
    assert nearest_release(small.graph, oid("t3"), rows) == rows[1]
    assert nearest_release(small.graph, oid("t3"), ()) is None


def test_branches_without_a_release_on_one_commit_stand_alike() -> None:
    lines = find_lines(["3.11", "3.12", "3.13", "3.10"], releases(("3.13.0", "t0")), trunk="main")
    at = {"3.11": "t1", "3.12": "t1", "3.13": "t1", "3.10": "t2"}
    alike = {ln.name: standing_alike(lines, lambda line: oid(at[line.name]), ln) for ln in lines.all}
    assert alike == {"3.11": ("3.12", "3.11"), "3.12": ("3.12", "3.11"), "3.13": (), "3.10": ()}
