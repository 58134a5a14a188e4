"""git itself is the judge: `git blame` line by line, and `git diff` for what a commit takes away."""

import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relman.errors import Kind, RelmanError
from relman.git.blame import BlamedLine, blame, touching
from relman.git.hunks import ChangedFile, Range, Region, added_lines, around, changed_files
from relman.git.repo import open_repository
from yard import Yard

TEN = "".join(f"line {n}\n" for n in range(1, 11))


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    return Yard(tmp_path / "yard")


def test_each_line_has_the_commit_that_git_names(yard: Yard) -> None:
    yard.commit(f=TEN)
    yard.commit(f=TEN.replace("line 4\n", "line four\n"))
    tip = yard.commit(f=TEN.replace("line 4\n", "line four\n").replace("line 9\n", "line nine\nmore\n"))
    told = yard.git("blame", "-l", "-s", "--root", tip, "--", "f").splitlines()
    rows = [(n + 1, line.split(" ")[0].lstrip("^")) for n, line in enumerate(told)]

    found = blame(open_repository(yard.path), tip, "f", [(3, 4), (8, 99)])

    assert [(row.line, row.commit) for row in found] == [
        row for row in rows if 3 <= row[0] <= 4 or row[0] >= 8
    ]


def test_history_that_is_held_below_is_not_told_apart(yard: Yard) -> None:
    first = yard.commit(f="a\nb\n")
    second = yard.commit(g="other\n")
    third = yard.commit(f="a\nB\n")

    found = blame(open_repository(yard.path), third, "f", [(1, 2)], below=[second])

    assert found[1] == BlamedLine(line=2, commit=third)
    assert found[0].old
    assert found[0].commit in (first, second)


@pytest.mark.parametrize("later", [False, True])
def test_what_is_wholly_held_below_is_old(yard: Yard, *, later: bool) -> None:
    asked = yard.commit(f="a\nb\n")
    below = yard.commit(g="x\n") if later else asked
    yard.commit(f="A\nB\n")

    found = blame(open_repository(yard.path), asked, "f", [(1, 1), (1, 2)], below=[below])

    assert [(row.line, row.commit, row.old) for row in found] == [(1, asked, True), (2, asked, True)]


def test_blame_follows_a_renamed_file(yard: Yard) -> None:
    first = yard.commit(f=TEN)
    yard.git("mv", "f", "sub dir")
    moved = yard.commit()

    assert blame(open_repository(yard.path), moved, "sub dir", [(5, 5)]) == (
        BlamedLine(line=5, commit=first),
    )


@pytest.mark.parametrize("path", ["absent", "binary", "empty", "folder"])
def test_there_is_nothing_to_blame(yard: Yard, path: str) -> None:
    tip = yard.commit(binary=b"a\0b\n", empty="", folder__f="1\n")

    assert blame(open_repository(yard.path), tip, path, [(1, 3)]) == ()


def test_lines_beyond_the_end_are_left_out(yard: Yard) -> None:
    tip = yard.commit(f="one\ntwo")

    assert blame(open_repository(yard.path), tip, "f", [(2, 9), (12, 14)]) == (
        BlamedLine(line=2, commit=tip),
    )


def test_any_number_of_ranges_may_be_asked_for(yard: Yard) -> None:
    tip = yard.commit(f="x\n" * 200_000)
    ranges = [(n, n) for n in range(1, 200_000, 2)]

    found = blame(open_repository(yard.path), tip, "f", ranges)

    assert [row.line for row in found] == [n for n, _ in ranges]
    assert {row.commit for row in found} == {tip}


def test_a_list_of_commits_to_look_through_changes_no_answer(yard: Yard) -> None:
    yard.commit(f="x = 'a'\n")
    style = yard.commit(f='x = "a"\n')
    yard.write("skip", style + "\n")
    yard.git("config", "blame.ignoreRevsFile", str(yard.path / "skip"))

    assert blame(open_repository(yard.path), style, "f", [(1, 1)]) == (BlamedLine(line=1, commit=style),)


def test_a_partial_clone_names_the_fetch_and_asks_no_remote(yard: Yard, tmp_path: Path) -> None:
    yard.commit(f=TEN)
    tip = yard.commit(f=TEN.replace("line 4\n", "line four\n"))
    yard.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    words = ["git", "clone", "-q", "--filter=blob:none", f"file://{yard.path}", str(clone)]
    subprocess.run(words, check=True)

    with pytest.raises(RelmanError) as told:
        blame(open_repository(clone), tip, "f", [(1, 4)])

    assert (told.value.kind, told.value.hints) == (Kind.USAGE, ("git fetch --refetch --no-filter",))


def test_who_touched_a_file_newest_first(yard: Yard) -> None:
    below = yard.commit(f="1\n")
    one = yard.commit(f="2\n")
    yard.commit(**{"f*": "not this one\n"})
    two = yard.commit(f="3\n")
    repo = open_repository(yard.path)

    assert touching(repo, two, "f", below=[below]) == (two, one)
    assert touching(repo, two, "*", below=[below]) == ()


def test_what_a_commit_takes_away(yard: Yard) -> None:
    first = yard.commit(f=TEN, gone="last\n")
    changed = TEN.replace("line 2\n", "").replace("line 5\n", "line five\nand more\n") + "tail"
    second = yard.commit(f=changed, gone=None, come="new\n")

    assert changed_files(open_repository(yard.path), first, second) == (
        ChangedFile(old=None, new="come", regions=(Region(start=0, removed=()),)),
        ChangedFile(
            old="f",
            new="f",
            regions=(
                Region(start=2, removed=("line 2",)),
                Region(start=5, removed=("line 5",)),
                Region(start=10, removed=()),
            ),
        ),
        ChangedFile(old="gone", new=None, regions=(Region(start=1, removed=("last",)),)),
    )


def test_a_moved_file_is_looked_for_under_its_old_name(yard: Yard) -> None:
    first = yard.commit(**{'a "b\té': TEN})
    yard.git("mv", 'a "b\té', "c d")
    second = yard.commit(**{"c d": TEN.replace("line 5\n", "")})

    assert changed_files(open_repository(yard.path), first, second) == (
        ChangedFile(old='a "b\té', new="c d", regions=(Region(start=5, removed=("line 5",)),)),
    )


def test_text_that_looks_like_a_diff_is_only_text(yard: Yard) -> None:
    first = yard.commit(f="-- a/x\n@@ -1 +1 @@\ndiff --git a/x b/x")
    second = yard.commit(f="++ b/y\n")

    assert changed_files(open_repository(yard.path), first, second) == (
        ChangedFile(
            old="f",
            new="f",
            regions=(Region(start=1, removed=("-- a/x", "@@ -1 +1 @@", "diff --git a/x b/x")),),
        ),
    )


@pytest.mark.parametrize(
    ("context", "ranges"),
    [(0, ((3, 4),)), (1, ((2, 5), (9, 10))), (4, ((1, 13),))],
)
def test_neighbours_are_looked_at_too(context: int, ranges: tuple[Range, ...]) -> None:
    regions = (Region(start=9, removed=()), Region(start=3, removed=("a", "b")))

    assert around(regions, context) == ranges


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 5))), st.integers(0, 4))
def test_ranges_hold_exactly_the_lines_near_a_region(places: list[tuple[int, int]], context: int) -> None:
    regions = [Region(start=max(at, 1) if size else at, removed=("x",) * size) for at, size in places]
    near = set()
    for region in regions:
        if region.removed:
            near |= set(range(region.start - context, region.start + len(region.removed) + context))
        else:
            near |= set(range(region.start + 1 - context, region.start + 1 + context))

    ranges = around(regions, context)

    assert {n for first, last in ranges for n in range(first, last + 1)} == {n for n in near if n > 0}
    assert all(one[1] + 1 < two[0] for one, two in pairwise(ranges))


def test_what_commits_add_by_path(yard: Yard) -> None:
    first = yard.commit(**{"a": "1\n2\n", "gone": "x\n", "odd \u00e9": "+++ b/a\n"})
    second = yard.commit(a="1\n3\n++ 4\n", gone=None, b="no end")
    found = added_lines(open_repository(yard.path), [second, first])
    assert found == {
        second: {"a": ("3", "++ 4"), "b": ("no end",)},
        first: {"a": ("1", "2"), "gone": ("x",), "odd \u00e9": ("+++ b/a",)},
    }
    assert added_lines(open_repository(yard.path), []) == {}
