"""Which rung holds, and on what evidence; git's own `cherry-pick` is the judge of every tree."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relman.git.reader import Reader
from relman.git.repo import open_repository
from relman.job.open import open_facts
from relman.job.reach import reach
from relman.job.standing import changes_on, ground
from relman.job.target import Spot
from relman.model.equivalence import Changes
from relman.model.names import Oid
from relman.run.ladder import Fix, Port, climb
from yard import Yard


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    """Trunk and a release that left it after one commit."""
    made = Yard(tmp_path / "yard")
    made.commit("feat: one", a="1\n2\n3\n4\n5\n")
    made.git("branch", "rel")
    made.git("tag", "v1.0.0")
    return made


def climbed(
    yard: Yard, *commits: str, branch: str | None = None, mainline: int | None = None
) -> tuple[Port, ...]:
    facts = open_facts(yard.path)
    read = [facts.graph.commit(Oid(oid)) for oid in commits]
    fixes = [Fix(commit=commit, branch=branch, mainline=mainline) for commit in read]
    with yard.scratch() as scratch:
        tip = yard.tip("rel")
        spot = Spot(line="trunk", release=None, start=tip, branch="rel", tip=None, isolated=False)
        there = ground(facts, tip, yard.tree("rel"), read)
        return climb(facts.graph, scratch, there, fixes, reach(facts, scratch, spot))


def rungs(ports: Sequence[Port]) -> list[tuple[str, str]]:
    return [(port.pick.rung, port.pick.evidence[0]) for port in ports]


def test_a_pick_that_applies_is_clean(yard: Yard) -> None:
    fix = yard.commit("fix: three", a="1\n2\n3!\n4\n5\n")
    (port,) = climbed(yard, fix)
    yard.on("rel")
    yard.git("cherry-pick", fix)
    assert rungs([port]) == [("clean", "clean pick")]
    assert (port.pick.tree, port.suspicion, port.as_is) == (yard.tree("rel"), None, False)


def test_each_fix_stands_on_the_one_before(yard: Yard) -> None:
    one = yard.commit("fix: three", a="1\n2\n3!\n4\n5\n")
    two = yard.commit("fix: three again", a="1\n2\n3!!\n4\n5\n")
    assert rungs(climbed(yard, one, two)) == [("clean", "clean pick")] * 2
    assert rungs(climbed(yard, two)) == [("not-affected", "content conflict in a")]


def test_what_the_target_contains_is_there(yard: Yard) -> None:
    first = yard.tip("rel")
    assert rungs(climbed(yard, first)) == [("already-there", f"the same commit ({first[:10]})")]


def test_a_port_with_its_line_is_there(yard: Yard) -> None:
    fix = yard.commit("fix: three", a="1\n2\n3!\n4\n5\n")
    yard.on("rel")
    yard.git("cherry-pick", "-x", fix)
    port = yard.tip()
    yard.commit("feat: goes on", a="1\n2\n3?\n4\n5\n")
    assert rungs(climbed(yard, fix)) == [
        ("already-there", f"cherry picked from it, with the same patch-id ({port[:10]})")
    ]


def test_a_port_that_was_taken_back_does_not_count(yard: Yard) -> None:
    fix = yard.commit("fix: three", a="1\n2\n3!\n4\n5\n")
    yard.on("rel")
    yard.git("cherry-pick", "-x", fix)
    yard.git("revert", "--no-edit", "HEAD")
    (port,) = climbed(yard, fix)
    assert (rungs([port]), port.suspicion) == ([("clean", "clean pick")], None)
    yard.git("revert", "--no-edit", "HEAD")
    assert [rung for rung, _ in rungs(climbed(yard, fix))] == ["already-there"]


def test_the_second_port_counts_where_the_first_was_taken_back(yard: Yard) -> None:
    fix = yard.commit("fix: three", a="1\n2\n3!\n4\n5\n")
    yard.on("rel")
    yard.git("cherry-pick", "-x", fix)
    yard.git("revert", "--no-edit", "HEAD")
    yard.git("cherry-pick", "-x", fix)
    assert [rung for rung, _ in rungs(climbed(yard, fix))] == ["already-there"]


def test_a_fix_that_was_taken_back_before_the_cut_is_picked_again(yard: Yard) -> None:
    fix = yard.commit("fix: three", a="1\n2\n3!\n4\n5\n")
    yard.git("revert", "--no-edit", "HEAD")
    yard.git("branch", "-f", "rel")
    assert rungs(climbed(yard, fix)) == [("clean", "clean pick")]
    yard.git("revert", "--no-edit", "HEAD")
    yard.git("branch", "-f", "rel")
    assert [rung for rung, _ in rungs(climbed(yard, fix))] == ["already-there"]


def test_a_pick_that_changes_nothing_is_there(yard: Yard) -> None:
    fix = yard.commit("fix: three", a="1\n2\n3!\n4\n5\n")
    yard.on("rel")
    yard.commit("chore: all at once", a="1\n2\n3!\n4\n5\n", b="other\n")
    (port,) = climbed(yard, fix)
    assert rungs([port]) == [("already-there", "the pick changes nothing")]
    assert port.pick.tree == yard.tree("rel")


def test_a_port_brings_along_what_it_came_from(yard: Yard) -> None:
    fix = yard.commit("fix: three", a="1\n2\n3!\n4\n5\n")
    yard.git("checkout", "-q", "-b", "old", "rel")
    yard.git("cherry-pick", "-x", fix)
    port = yard.tip()
    yard.git("branch", "-f", "rel", "main")
    yard.on("main")
    assert rungs(climbed(yard, port)) == [
        ("already-there", f"cherry picked from it, with the same patch-id ({fix[:10]})")
    ]


def test_weak_evidence_beside_a_changing_pick_is_suspicious(yard: Yard) -> None:
    fix = yard.commit("fix: three", a="1\n2\n3!\n4\n5\n")
    when = yard.git("log", "-1", "--format=%ad", "--date=raw")
    yard.on("rel")
    yard.write("b", "other\n")
    yard.git("add", "b")
    yard.git("commit", "-q", f"--date={when}", "-m", "fix: three")
    (port,) = climbed(yard, fix)
    assert port.pick.rung == "clean"
    assert port.suspicion is not None
    assert (port.suspicion.certainty, port.suspicion.commit) == ("likely", yard.tip("rel"))


def test_a_conflict_keeps_its_hunks_and_the_rest_is_tried(yard: Yard) -> None:
    hard = yard.commit("fix: three", a="1\n2\n3!\n4\n5\n")
    easy = yard.commit("fix: else", b="1\n")
    yard.on("rel")
    yard.commit("feat: otherwise", a="1\n2\n3?\n4\n5\n")
    one, two = climbed(yard, hard, easy)
    assert rungs([one, two]) == [("conflict", "content conflict in a"), ("clean", "clean pick")]
    assert (one.pick.tree, one.pick.commit) == (None, None)
    (conflict,) = one.pick.conflicts
    assert [(h.ours, h.base, h.theirs) for h in conflict.hunks] == [("3?\n", "3\n", "3!\n")]


def test_a_branch_on_the_target_is_taken_as_it_is(yard: Yard) -> None:
    yard.git("checkout", "-q", "-b", "hotfix/1.0.1", "rel")
    one, two = yard.commit("fix: one", b="1\n"), yard.commit("fix: two", b="2\n")
    ports = climbed(yard, one, two, branch="hotfix/1.0.1")
    assert [(p.as_is, p.pick.rung, p.pick.tree) for p in ports] == [
        (True, "clean", yard.tree(one)),
        (True, "clean", yard.tree(two)),
    ]
    assert [p.as_is for p in climbed(yard, one, two)] == [False, False]
    yard.on("rel")
    yard.commit("fix: in between", c="1\n")
    assert [p.as_is for p in climbed(yard, one, two, branch="hotfix/1.0.1")] == [False, False]


def test_a_driver_that_dies_leaves_it_unknown(yard: Yard) -> None:
    fix = yard.commit("fix: three", a="1\n2\n3!\n4\n5\n")
    yard.on("rel")
    yard.commit("feat: otherwise", a="1\n2\n3\n4\n5?\n", _dot_gitattributes="a merge=dies\n")
    yard.git("config", "merge.dies.driver", "kill -9 $PPID; kill -9 $$")
    (port,) = climbed(yard, fix)
    assert (port.pick.rung, port.pick.tree) == ("unknown", None)
    assert "signal 9" in port.pick.evidence[0]


LINE = st.sampled_from(["1", "1!", "2", "3", "3!", "4", "5", ""])


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.lists(LINE, min_size=1, max_size=6), min_size=3, max_size=3))
def test_a_pick_is_what_cherry_pick_makes(
    tmp_path_factory: pytest.TempPathFactory, texts: list[list[str]]
) -> None:
    base, theirs, ours = ("".join(f"{row}\n" for row in rows) for rows in texts)
    yard = Yard(tmp_path_factory.mktemp("law") / "yard")
    yard.commit("feat: one", a=base)
    yard.git("branch", "rel")
    fix = yard.commit("fix: a", a=theirs)
    yard.on("rel")
    yard.commit("feat: here", a=ours)
    (port,) = climbed(yard, fix)
    before = yard.tree("rel")
    done = subprocess.run(["git", "cherry-pick", fix], cwd=yard.path, capture_output=True, check=False)
    if port.pick.rung == "conflict":
        assert b"CONFLICT" in done.stdout + done.stderr
    elif port.pick.rung == "already-there":
        assert port.pick.tree == before == yard.tree("HEAD")
    else:
        assert (done.returncode, port.pick.tree) == (0, yard.tree("HEAD"))


def test_looking_at_signs_finds_what_reading_everything_finds(yard: Yard) -> None:
    fixes = [
        yard.commit("fix: by trailer", a="1\n2\n3!\n4\n5\n"),
        yard.commit("fix: by number (#77)", b="1\n"),
        yard.commit("fix: by author", c="1\n"),
        yard.commit("fix: not there", d="1\n"),
    ]
    when = yard.git("log", "-1", "--format=%ad", "--date=raw", fixes[2])
    yard.on("rel")
    yard.git("cherry-pick", "-x", fixes[0])
    yard.commit("[1.0] by number (#77)", b="another\n")
    yard.write("c", "another\n")
    yard.git("add", "c")
    yard.git("commit", "-q", f"--date={when}", "-m", "fix: by author")
    yard.commit("fix: else", e="1\n")
    facts = open_facts(yard.path)
    graph = Reader(open_repository(yard.path))
    whole = Changes(graph, graph.between([yard.tip("rel")], [yard.tip("v1.0.0^{}")]), facts.patch_id)
    near = changes_on(facts, yard.tip("rel"), [graph.commit(oid) for oid in fixes])
    assert [near.like(oid) for oid in fixes] == [whole.like(oid) for oid in fixes]
    assert [e.certainty if (e := near.like(oid)) else None for oid in fixes] == [
        "certain",
        "likely",
        "likely",
        None,
    ]
    assert set(near.ids) <= set(whole.ids)
