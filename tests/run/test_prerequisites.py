"""git is the judge: what is found must cherry-pick clean in a clone, and no member may be left out."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from history_language import Repo, build
from relman.git.reader import Reader
from relman.git.repo import open_repository
from relman.git.scratch import Scratch
from relman.model.names import Oid
from relman.model.trees import Conflicted, PathEdit
from relman.run.prerequisites import Found, NotFound, Onto, Prerequisites, find_prerequisites

RepoFrom = Callable[..., Repo]
SPACED = "a = 1\\nb = 2\\nc = 3\\nd = 4\\ne = 5\\n"


def sought(
    repo: Repo, *, present: Sequence[str] = (), most: int = 25, trials: int = 120, mainline: int | None = None
) -> Prerequisites:
    opened = open_repository(repo.path)
    target = Oid(repo.id("release/1.4"))
    there = {repo.id(label) for label in present}
    with Scratch.open(opened, target) as scratch:

        def settle(answer: Conflicted, ours: Oid) -> Oid:
            kept = [PathEdit(path=c.path, content=scratch.blob(ours, c.path)) for c in answer.conflicts]
            return scratch.edit_tree(answer.tree, kept)

        onto = Onto(
            target=target,
            tree=scratch.tree_of(target),
            present=lambda oid: oid in there,
            bookkeeping=lambda path: path == "CHANGELOG.md",
            settle=settle,
        )
        fix = Oid(repo.id("fix"))
        return find_prerequisites(
            opened, Reader(opened), scratch, fix, onto, mainline=mainline, most=most, trials=trials
        )


def cherry_picked(repo: Repo, commits: Sequence[str], place: Path) -> str | None:
    """Gives the tree that git's own picks make in a clone, absent where one of them stops."""
    clone = repo.clone(place)
    clone.git("checkout", "-q", "--detach", "origin/release/1.4")
    if clone.run("cherry-pick", "--allow-empty", "--keep-redundant-commits", *commits).returncode:
        return None
    return clone.id("HEAD^{tree}")


def proved(repo: Repo, found: Prerequisites, place: Path) -> tuple[str, ...]:
    """Asserts that git agrees in every point, and gives the labels of the prerequisites."""
    assert isinstance(found, Found)
    commits = [carried.commit for carried in found.sequence]
    assert commits[-1] == repo.id("fix")
    assert cherry_picked(repo, commits, place / "all") == found.tree
    for left_out in found.commits:
        rest = [oid for oid in commits if oid != left_out]
        assert cherry_picked(repo, rest, place / f"without-{left_out[:7]}") is None
    names = {oid: label for label, oid in repo.labels.items()}
    return tuple(names[oid] for oid in found.commits)


def test_one_commit_is_missing(repo_from: RepoFrom, tmp_path: Path) -> None:
    repo = repo_from("""
main: cut {f: "total = net\\n"} -- other {g: "x\\n"} -- tax {f: "total = net + tax\\n"} -- more {h: "y\\n"}
  fix {f: "total = net + vat\\n"}
release/1.4 from cut: own {}
""")

    found = sought(repo)

    assert proved(repo, found, tmp_path) == ("tax",)
    assert isinstance(found, Found)
    assert (found.tried, found.smallest) == (3, True)


def test_a_prerequisite_has_its_own(repo_from: RepoFrom, tmp_path: Path) -> None:
    repo = repo_from("""
main: cut {f: "zero\\n"} -- one {f: "one\\n"} -- two {f: "two\\n"} -- three {f: "three\\n"} -- fix {f: "four\\n"}
release/1.4 from cut: own {}
""")

    assert proved(repo, sought(repo), tmp_path) == ("one", "two", "three")


def test_a_file_that_the_target_lacks_comes_with_its_commit(repo_from: RepoFrom, tmp_path: Path) -> None:
    repo = repo_from(f"""
main: cut {{x: "x\\n"}} -- born {{f: "{SPACED}"}} -- apart {{y: "y\\n"}}
  grown {{f ~ "c = 3" => "c = 33"}} -- fix {{f ~ "c = 33" => "c = 34"}}
release/1.4 from cut: own {{}}
""")

    assert proved(repo, sought(repo), tmp_path) == ("born", "grown")


def test_new_lines_need_what_stands_around_them(repo_from: RepoFrom, tmp_path: Path) -> None:
    repo = repo_from(f"""
main: cut {{f: "{SPACED}"}} -- end {{f += "f = 6\\n"}} -- fix {{f += "g = 7\\n"}}
release/1.4 from cut: own {{}}
""")

    assert proved(repo, sought(repo), tmp_path) == ("end",)


def test_a_commit_that_the_blame_names_but_nothing_needs_is_left_out(
    repo_from: RepoFrom, tmp_path: Path
) -> None:
    # Line a conflicts; the neighbour b is new too, but in a commit that the pick does without.
    repo = repo_from("""
main: cut {f: "a = 0\\nq = 0\\nb = 0\\nr = 0\\nc = 0\\n", g: "1\\n"}
  near {f ~ "b = 0" => "b = 1"} -- needed {f ~ "a = 0" => "a = 1"}
  fix {f: "a = 2\\nq = 2\\nb = 1\\nr = 0\\nc = 0\\n"}
release/1.4 from cut: own {}
""")

    assert proved(repo, sought(repo), tmp_path) in (("needed",), ("near", "needed"))


def test_bookkeeping_keeps_the_targets_side_and_wants_nothing(repo_from: RepoFrom) -> None:
    repo = repo_from("""
main: cut {f: "zero\\n", CHANGELOG.md: "# 1.4\\n"} -- news {CHANGELOG.md: "# 1.5\\n"}
  one {f: "one\\n", CHANGELOG.md: "# 1.5\\n- one\\n"} -- fix {f: "two\\n", CHANGELOG.md: "# 1.5\\n- one\\n- fix\\n"}
release/1.4 from cut: own {CHANGELOG.md: "# 1.4.1\\n"}
wanted from own: want {f: "two\\n"}
""")

    found = sought(repo)

    assert isinstance(found, Found)
    assert found.commits == (repo.id("one"),)
    assert [carried.settled for carried in found.sequence] == [True, True]
    assert found.tree == repo.id(repo.id("want") + "^{tree}")
    assert (found.tried, found.smallest) == (3, True)


def test_what_the_target_has_in_its_own_words_is_never_taken(repo_from: RepoFrom) -> None:
    repo = repo_from("""
main: cut {f: "zero\\n"} -- one {f: "one\\n"} -- fix {f: "two\\n"}
release/1.4 from cut: port {f: "one, adapted\\n"}
""")

    assert sought(repo, present=["one"]) == NotFound(
        reason="no candidate", causes=(), tried=1, detail="no commit explains the conflict"
    )


def test_the_target_went_another_way(repo_from: RepoFrom) -> None:
    repo = repo_from("""
main: cut {f: "zero\\n"} -- one {f: "one\\n"} -- fix {f: "two\\n"}
release/1.4 from cut: own {f: "another\\n"}
""")

    found = sought(repo)

    assert isinstance(found, NotFound)
    assert (found.reason, found.causes) == ("no candidate", (Oid(repo.id("one")),))


def test_a_hopeless_prerequisite_does_not_end_the_search(repo_from: RepoFrom, tmp_path: Path) -> None:
    # `wide` brought a neighbour of the fix, and cannot be picked; `needed` is all that it takes.
    repo = repo_from("""
main: cut {f: "a = 0\\nm = 0\\nb = 0\\n", g: "zero\\n"}
  wide {f: "a = 0\\nm = 0\\nb = 0\\nn = 0\\n", g: "one\\n"} -- needed {f ~ "a = 0\\n" => "a = 1\\n"}
  fix {f: "a = 2\\nm = 0\\nb = 0\\nn = 0\\no = 0\\n"}
release/1.4 from cut: own {f: "a = 0\\nm = 0\\nb = 0\\nn = 0\\n", g: "another\\n"}
""")

    assert proved(repo, sought(repo), tmp_path) == ("needed",)


def test_a_merge_is_never_taken_but_what_it_brought(repo_from: RepoFrom) -> None:
    repo = repo_from("""
main: cut {f: "zero\\n"}
topic from cut: one {f: "one\\n"}
main: two {g: "x\\n"} -- merged merge topic {f: "one, by the merge\\n"} -- fix {f: "three\\n"}
release/1.4 from cut: own {}
""")

    found = sought(repo)

    # The merge's own change is in neither parent: no sequence of plain commits makes it.
    assert isinstance(found, NotFound)
    assert found.causes == (Oid(repo.id("one")),)


def test_the_fix_may_be_a_merge(repo_from: RepoFrom) -> None:
    repo = repo_from("""
main: cut {f: "zero\\n"} -- one {f: "one\\n"}
topic from one: two {f: "two\\n"}
main: apart {g: "x\\n"} -- fix merge topic
release/1.4 from cut: own {}
""")

    found = sought(repo, mainline=1)

    assert isinstance(found, Found)
    assert found.commits == (repo.id("one"),)


def test_bounds_hold(repo_from: RepoFrom) -> None:
    repo = repo_from("""
main: cut {f: "zero\\n"} -- one {f: "one\\n"} -- two {f: "two\\n"} -- three {f: "three\\n"} -- fix {f: "four\\n"}
release/1.4 from cut: own {}
""")
    three = Oid(repo.id("three"))

    crowded, poor = sought(repo, most=1), sought(repo, trials=2)

    assert isinstance(crowded, NotFound)
    assert isinstance(poor, NotFound)
    assert (crowded.reason, crowded.causes) == ("too many", (three,))
    assert (poor.reason, poor.causes, poor.tried) == ("budget", (three,), 2)


def test_picks_that_run_out_late_leave_a_set_that_is_clean(repo_from: RepoFrom, tmp_path: Path) -> None:
    repo = repo_from("""
main: cut {f: "zero\\n"} -- one {f: "one\\n"} -- two {f: "two\\n"} -- fix {f: "three\\n"}
release/1.4 from cut: own {}
""")

    found, thorough = sought(repo, trials=5), sought(repo)

    assert proved(repo, found, tmp_path) == ("one", "two")
    assert isinstance(found, Found)
    assert isinstance(thorough, Found)
    assert found.sequence == thorough.sequence
    assert (found.tried, found.smallest, thorough.tried, thorough.smallest) == (5, False, 6, True)


def test_a_shallow_clone_cannot_answer(repo_from: RepoFrom, tmp_path: Path) -> None:
    repo = repo_from("""
main: cut {f: "zero\\n"} -- one {f: "one\\n"} -- fix {f: "two\\n"}
release/1.4 from cut: own {f: "own\\n"} -- later {}
""")
    clone = repo.clone(tmp_path / "clone", depth=2, branch="main")
    clone.git("branch", "release/1.4", "origin/release/1.4")

    found = sought(clone)

    assert isinstance(found, NotFound)
    assert found.reason == "unreadable"
    assert "shallow" in found.detail


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    edits=st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=6),
    last=st.integers(0, 5),
)
def test_whatever_is_found_picks_clean(
    edits: list[tuple[int, bool]], last: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = tmp_path_factory.mktemp("any")
    lines = [f"line {n}" for n in range(6)]
    story = ["main: cut {f: " + _text(lines) + "}"]
    for n, (at, doubles) in enumerate([*edits, (last, False)]):
        lines[at] += f" and {n}"
        lines[at + 1 : at + 1] = [f"new {n}"] if doubles else []
        label = "fix" if n == len(edits) else f"c{n}"
        story.append(f"  {label} {{f: {_text(lines)}}}")
    repo = build(place / "repo", "\n".join([*story, "release/1.4 from cut: own {}"]))

    found = sought(repo)

    assert isinstance(found, Found), found
    proved(repo, found, place)


def _text(lines: Sequence[str]) -> str:
    return '"' + "".join(line + "\\n" for line in lines) + '"'
