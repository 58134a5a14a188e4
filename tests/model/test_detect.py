"""Strategies held against what a history shows, without git and without anybody's name for it."""

from collections.abc import Iterable, Sequence

from msgspec import structs

from relman.model.catalog import CATALOG, GITFLOW, TRUNK
from relman.model.course import Standing, Stem, own_part
from relman.model.detect import Candidate, alike, candidates
from relman.model.lines import find_lines
from relman.model.observed import Observed, observe
from small_history import Small, oid, releases


def best(found: Iterable[Candidate]) -> str:
    return next(iter(found)).strategy.name


def watch(
    small: Small,
    tip: str,
    tags: dict[str, str],
    branches: dict[str, str],
    trunk: str = "main",
    toggles: Sequence[str] = (),
) -> Observed:
    """One reading; `tags` are versions to labels, `branches` names to labels."""
    lines = find_lines(branches, releases(*tags.items()), trunk=trunk)
    ends = {
        line.name: oid(branches[line.branch]) if line.branch else line.releases[0].commit
        for line in lines.all
    }
    return observe(
        small.graph,
        Standing(name=trunk, tip=oid(tip)),
        None,
        lines,
        lambda line: ends[line.name],
        toggles=toggles,
    )


def test_tags_on_trunk_and_no_branch_beside_it() -> None:
    small = Small()
    small.run("", *["feat: x"] * 6, prefix="t")
    seen = watch(small, "t5", {"1.0.0": "t1", "1.1.0": "t3", "1.2.0": "t5"}, {})
    assert [p.place for p in seen.placed] == ["trunk"] * 3
    assert best(candidates(CATALOG, lambda _strategy: seen)) == "github-flow/v1"


def test_features_that_name_their_switch_make_it_trunk_with_toggles() -> None:
    small = Small()
    small.run("", *["feat: x\n\nFeature: search"] * 6, prefix="t")
    seen = watch(small, "t5", {"1.0.0": "t1", "1.1.0": "t3"}, {})
    found = candidates(CATALOG, lambda _strategy: seen)
    scores = {each.strategy.name: each.score for each in found}
    assert scores["toggles/v1"] == scores["github-flow/v1"] == 1.0
    assert best(found) == "toggles/v1"


def test_switches_in_the_configuration_speak_where_commits_do_not() -> None:
    small = Small()
    small.run("", *["feat: x"] * 6, prefix="t")
    tags = {"1.0.0": "t1", "1.1.0": "t3"}
    silent = candidates(CATALOG, lambda _strategy: watch(small, "t5", tags, {}))
    assert (best(silent), [c.strategy.name for c in alike(silent)]) == ("github-flow/v1", ["toggles/v1"])
    spoken = candidates(CATALOG, lambda _strategy: watch(small, "t5", tags, {}, toggles=["search"]))
    assert best(spoken) == "toggles/v1"
    (trait,) = (t for t in spoken[0].traits if t.rule == "B2")
    assert (trait.says, trait.for_it) == ("switches that hide features are configured", ("search",))


def test_commits_that_name_no_switch_beside_some_that_do_tell_the_two_apart() -> None:
    small = Small()
    small.run("", *["feat: x"] * 5, "feat: x\n\nFeature: search", prefix="t")
    found = candidates(CATALOG, lambda _strategy: watch(small, "t5", {"1.0.0": "t1", "1.1.0": "t3"}, {}))
    assert (best(found), alike(found)) == ("github-flow/v1", ())


def rolling() -> Observed:
    """Trunk is `3.3.x`; 2.20 goes on and is merged into it, and it into `3.4.x`, which has no release yet."""
    small = Small()
    small.run("", "feat: a", "feat: b", prefix="t")
    small.run("t0", "fix: c", prefix="lts")
    small.add("line", "t1", message="feat: d")
    small.add("t2", "t1", "lts0")
    small.run("lts0", "fix: e", "fix: f", prefix="late")
    small.add("t3", "t2", "late1", message="Merge branch '2.20.x' into 3.3.x")
    small.add("next", "line", "t3", message="Merge branch '3.3.x' into 3.4.x")
    small.add("t4", "t3", message="fix: waits for the next merge")
    tags = {"2.20.0": "lts0", "3.3.0": "t2", "2.20.1": "late0", "2.20.2": "late1"}
    return watch(small, "t4", tags, {"2.20.x": "late1", "3.4.x": "next"}, trunk="3.3.x")


def test_a_trunk_that_is_a_line_itself_rolls_on_and_takes_what_older_lines_get() -> None:
    seen = rolling()
    assert seen.rolling
    assert [(u.older, u.newer, u.held, u.of) for u in seen.upward] == [("2.20.x", "3.3.x", 2, 2)]
    assert [(u.older, u.newer, u.held, u.of) for u in seen.onward] == [("3.3.x", "3.4.x", 2, 2)]
    found = {c.strategy.name: c for c in candidates(CATALOG, lambda _strategy: seen)}
    assert best(found.values()) == "maintenance/v1"
    assert "one branch is trunk for ever" in {t.says for t in found["oneflow/v1"].breaks}


def test_a_line_above_that_took_nothing_since_it_left_is_not_merged_upward_into() -> None:
    small = Small()
    small.run("", "feat: a", "feat: b", "feat: c", prefix="t")
    small.run("t0", "feat: x", prefix="next")
    seen = watch(small, "t2", {"3.3.0": "t1"}, {"3.4.x": "next0"}, trunk="3.3.x")
    assert [(u.newer, u.held, u.of, u.kept) for u in seen.onward] == [("3.4.x", 0, 2, False)]


def test_releases_of_a_trunk_that_is_a_line_are_one_line() -> None:
    lines = find_lines(
        ["12.x", "5.8"], releases(("13.1.0", "b"), ("13.0.0", "a"), ("12.9.0", "c")), trunk="13.x"
    )
    assert [(line.name, len(line.releases)) for line in lines.all] == [("13", 2), ("12", 1), ("5.8", 0)]


def test_a_line_that_ended_is_passed_over_on_the_way_up() -> None:
    small = Small()
    small.run("", "feat: a", "feat: b", "feat: c", prefix="t")
    small.run("t0", "fix: a", prefix="one")
    small.run("t1", "fix: b", prefix="two")
    small.run("one0", "fix: late", prefix="late")
    small.run("t2", "fix: c", prefix="three")
    small.add("up", "three0", "late0", message="Merge branch '1.1'")
    small.add("tip", "t2", "up")
    tags = {"1.1.0": "one0", "1.2.0": "two0", "1.3.0": "three0", "1.1.1": "late0"}
    branches = {"1.1": "late0", "1.2": "two0", "1.3": "up"}
    seen = watch(small, "tip", tags, branches)
    assert [(u.older, u.newer, u.held, u.of) for u in seen.upward] == [("1.1", "1.3", 1, 1)]


def test_a_release_branch_that_trunk_holds_whole_is_finished_though_nobody_deleted_it() -> None:
    small = Small()
    small.run("", "feat: x", prefix="t")
    small.run("t0", "fix: a", "fix: b", prefix="r")
    small.add("tip", "t0", "r1")
    small.run("r1", "fix: more", prefix="more")
    assert watch(small, "tip", {"1.0.0": "r0"}, {"release-1.0": "r1"}).finished == ("release-1.0",)
    assert watch(small, "tip", {"1.0.0": "r0"}, {"release-1.0": "more0"}).finished == ()


def test_a_line_with_two_releases_of_its_own_had_a_branch() -> None:
    small = Small()
    small.run("", "feat: x", prefix="t")
    small.run("t0", "fix: a", "fix: b", prefix="r")
    small.add("tip", "t0")
    assert watch(small, "tip", {"1.0.0": "r0", "1.0.1": "r1"}, {}).outlived == ("v1.0.1",)
    assert watch(small, "tip", {"1.0.0": "t0", "1.0.1": "r1"}, {}).outlived == ()


def test_lines_named_by_one_number_are_not_those_of_minor_versions() -> None:
    small = Small()
    small.run("", *["feat: x"] * 4, prefix="t")
    small.run("t1", "fix: a", prefix="old")
    small.run("t2", "fix: b", prefix="new")
    tags = {"7.0.0": "t1", "8.0.0": "t2", "7.0.1": "old0", "8.0.1": "new0"}
    seen = watch(small, "t3", tags, {"v7.x": "old0", "v8.x": "new0"})
    assert best(candidates(CATALOG, lambda _strategy: seen)) == "maintenance/v1"


def lines_beside(*, merged: bool, upward: bool) -> Observed:
    """Lines 1.3 and 1.4, cut from trunk; 1.3 went on after 1.4.0."""
    small = Small()
    small.run("", *["feat: x"] * 3, prefix="t")
    small.run("t1", "fix: a", "fix: b", prefix="old")
    small.run("t2", "fix: c", "fix: d", prefix="new")
    small.add("late", "old1")
    small.add("up", "new1", "late") if upward else small.add("up", "new1")
    small.add("tip", "t2", "up") if merged else small.add("tip", "t2")
    tags = {"1.3.0": "old0", "1.3.1": "late", "1.4.0": "new0", "1.4.1": "up"}
    return watch(small, "tip", tags, {"release/1.3": "late", "release/1.4": "up"})


def test_lines_beside_each_other_that_nothing_is_merged_from() -> None:
    seen = lines_beside(merged=False, upward=False)
    assert [c.name for c in seen.courses] == ["release/1.4", "release/1.3"]
    assert (seen.beside, [p.back for p in seen.placed]) == (("release/1.3",), [False] * 4)
    assert best(candidates(CATALOG, lambda _strategy: seen)) == "trunk/v1"


def test_lines_that_are_merged_upward() -> None:
    seen = lines_beside(merged=True, upward=True)
    assert [(u.older, u.newer, u.held, u.of) for u in seen.upward] == [("release/1.3", "release/1.4", 1, 1)]
    assert best(candidates(CATALOG, lambda _strategy: seen)) == "maintenance/v1"


def test_one_line_after_another_and_all_of_it_merged_back() -> None:
    small = Small()
    small.run("", "feat: x", prefix="t")
    at = "t0"
    tags = {}
    for number in range(4):
        small.run(at, "fix: a", "fix: b", prefix=f"r{number}.")
        small.add(f"m{number}", at, f"r{number}.1")
        at = f"m{number}"
        tags[f"1.{number}.0"] = f"r{number}.1"
    seen = watch(small, at, tags, {})
    assert [p.back for p in seen.placed] == [True] * 4
    assert best(candidates(CATALOG, lambda _strategy: seen)) == "oneflow/v1"


def test_a_commit_beside_the_line_that_was_merged_counts_as_merged() -> None:
    small = Small()
    small.run("", "feat: x", prefix="t")
    small.run("t0", "fix: a", prefix="r")
    small.add("tagged", "r0", message="Release v1.0.0")
    small.add("tip", "t0", "r0")
    assert [p.back for p in watch(small, "tip", {"1.0.0": "tagged"}, {}).placed] == [True]


def test_a_change_request_that_only_numbers_the_release_is_no_branch_that_it_is_made_on() -> None:
    small = Small()
    small.run("", "feat: x", prefix="t")
    small.add("number", "t0", message="version 1.0.0")
    small.add("tip", "t0", "number", message="Merge pull request #4 from ann/number")
    assert [p.place for p in watch(small, "tip", {"1.0.0": "number"}, {}).placed] == ["beside"]
    small.run("t0", "fix: work", "version 1.1.0", prefix="r")
    small.add("top", "tip", "r1")
    assert [p.place for p in watch(small, "top", {"1.1.0": "r1"}, {}).placed] == ["off"]
    small.add("lost", "t0", message="version 1.2.0")
    assert [p.place for p in watch(small, "top", {"1.2.0": "lost"}, {}).placed] == ["off"]


def test_a_production_branch_takes_the_releases() -> None:
    small = Small()
    small.run("", "feat: x", "feat: y", prefix="d")
    small.add("m0", "d0")
    small.run("d1", "fix: a", prefix="r")
    small.add("m1", "m0", "r0", message="Merge branch 'release/1.1.0'")
    small.add("d2", "d1", "m1", message="Merge tag 'v1.1.0' into develop")
    lines = find_lines({}, releases(("1.1.0", "m1")), trunk="develop")
    seen = observe(
        small.graph,
        Standing(name="develop", tip=oid("d2")),
        Standing(name="main", tip=oid("m1")),
        lines,
        lambda line: line.releases[0].commit,
        paired=("develop", "main"),
    )
    assert [(p.place, p.merged, p.back) for p in seen.placed] == [("production", "release/1.1.0", True)]
    assert seen.ahead == 0
    assert best(candidates(CATALOG, lambda _strategy: seen)) == "gitflow/v1"


def test_a_tenth_strategy_needs_no_code() -> None:
    seen = lines_beside(merged=False, upward=False)
    own = structs.replace(TRUNK, name="ours/v1")
    found = candidates((GITFLOW, own), lambda _strategy: seen)
    assert [each.strategy.name for each in found] == ["ours/v1", "gitflow/v1"]


def test_what_the_history_says_nothing_about_has_no_score() -> None:
    small = Small()
    small.run("", "feat: x", prefix="t")
    seen = watch(small, "t0", {}, {})
    assert {each.score for each in candidates(CATALOG, lambda _strategy: seen)} == {0.0}


def test_every_rule_counts_what_holds_and_names_what_does_not() -> None:
    seen = lines_beside(merged=False, upward=False)
    found = {c.strategy.name: c for c in candidates(CATALOG, lambda _strategy: seen)}
    broken = next(t for t in found["github-flow/v1"].breaks if t.rule == "G1")
    assert (broken.holds, broken.of, broken.says) == (0, 4, "releases are tags on main")
    assert set(broken.against) <= {"v1.3.0", "v1.3.1", "v1.4.0", "v1.4.1"}
    for each in found.values():
        assert all(0 <= t.holds <= t.of and t.kept for t in each.holds)
        assert not any(t.kept for t in each.breaks)


def test_a_course_is_what_a_chain_has_after_the_cut() -> None:
    small = Small()
    small.run("", "a", "b", "c", prefix="t")
    small.run("t1", "x", "y", prefix="r")
    stem = Stem(small.graph, oid("t2"))
    assert own_part(small.graph, stem, oid("r1")) == (oid("t1"), (oid("r1"), oid("r0")))
    assert own_part(small.graph, stem, oid("t0")) == (oid("t0"), ())


def test_dates_that_run_against_the_graph_do_not_move_the_cut() -> None:
    small = Small()
    day = 24 * 3600
    small.add("t0", when=100 * day)
    small.add("t1", "t0", when=10 * day)  # the cut: far older than its parent says
    small.add("t2", "t1", when=120 * day)
    small.add("r0", "t1", when=110 * day)
    assert own_part(small.graph, Stem(small.graph, oid("t2")), oid("r0")) == (oid("t1"), (oid("r0"),))


def test_unrelated_histories_have_no_cut() -> None:
    small = Small()
    small.run("", "a", prefix="t")
    small.run("", "x", prefix="r")
    assert own_part(small.graph, Stem(small.graph, oid("t0")), oid("r0")) == (None, (oid("r0"),))
