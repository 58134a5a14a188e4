"""The seventeen rules of a history, each on a history of a few commits in memory."""

from collections.abc import Iterable

import pytest
from msgspec import structs

from relman.model.catalog import GITFLOW, GITLAB_ENVIRONMENTS, ONEFLOW, TOGGLES, TRUNK
from relman.model.course import Standing, Stem, courses
from relman.model.lines import find_lines
from relman.model.rules import branches, cuts, environments, fixes, incidents, tags, versions
from relman.model.rules.every import findings
from relman.model.rules.seen import DAY, Breach, Disagreement, Seen
from relman.model.signs import read_signs
from relman.model.strategy import Strategy
from small_history import Small, oid, release, releases


def seen(
    small: Small,
    *,
    trunk: str,
    lines: dict[str, str] | None = None,
    tagged: dict[str, str] | None = None,
    strategy: Strategy = TRUNK,
    looked_at: Iterable[str] | None = None,
) -> Seen:
    """What the rules see; `lines` are branches to labels, `tagged` versions to labels."""
    graph = small.graph
    known = find_lines(lines or {}, releases(*(tagged or {}).items()), trunk="main")
    stem = Stem(graph, oid(trunk))
    ends = [(line, oid((lines or {})[line.branch])) for line in known.all if line.branch]
    followed = courses(graph, stem, ends)
    chosen = None if looked_at is None else set(looked_at)
    return Seen(
        graph=graph,
        signs=lambda each: read_signs(graph.commit(each)),
        patch_id=lambda _each: None,
        strategy=strategy,
        now=0,
        trunk=Standing(name="main", tip=oid(trunk)),
        stem=stem,
        lines=known,
        courses=tuple(c for c in followed if chosen is None or c.line.name in chosen),
        others=tuple(c for c in followed if chosen is not None and c.line.name not in chosen),
        branches=(Standing(name="main", tip=oid(trunk)),),
    )


def places(found: Iterable[Breach]) -> list[str]:
    return [each.where for each in found]


def one_line() -> Small:
    """Trunk t0 t1 t2 t3; a line from t1 with r0 r1 r2."""
    small = Small()
    small.run("", "feat: a", "feat: b", "fix: c", "feat: d", prefix="t")
    small.run("t1", "fix: e", "chore(release): 1.4.1", "fix: f", prefix="r")
    return small


LINE = {"release/1.4": "r2"}


def test_b1_names_what_no_kind_of_branch_is_called() -> None:
    here = seen(one_line(), trunk="t3", lines=LINE)
    names = ("main", "release/1.4", "feature/x", "relman/op", "odd", "mine/y")
    here = structs.replace(
        here,
        branches=tuple(Standing(name=name, tip=oid("t3")) for name in names),
        allowed=lambda name: name.startswith("mine/"),
    )
    found = list(branches.declared(here))
    assert places(found) == ["branch odd"]
    assert found[0].hint == "relman strategy show trunk/v1"


def test_b2_counts_days_and_steps_of_trunk() -> None:
    small = one_line()
    small.run("t0", "feat: x", prefix="old")
    small.run("t3", "feat: y", prefix="new")
    here = seen(small, trunk="t3")
    topics = (("feature/old", "old0"), ("feature/new", "new0"), ("feature/landed", "t2"))
    here = structs.replace(
        here,
        now=40 * DAY,
        branches=tuple(Standing(name=name, tip=oid(label)) for name, label in topics),
        limits=structs.replace(here.limits, behind=2),
    )
    found = list(branches.short_lived(here))
    assert [(b.where, b.message) for b in found] == [
        (
            "branch feature/old",
            "its newest commit is 39 days old and main is 3 steps ahead of where it left; such a branch lives for days",
        ),
        ("branch feature/new", "its newest commit is 39 days old; such a branch lives for days"),
    ]
    assert next(iter(branches.short_lived(structs.replace(here, now=DAY)))).where == "branch feature/old"


def test_b3_counts_what_is_still_open() -> None:
    small = one_line()
    small.run("t3", "fix: x", prefix="a")
    small.run("t3", "fix: y", prefix="b")
    here = seen(small, trunk="t3", tagged={"1.4.0": "t1"}, strategy=GITFLOW)
    names = (("release/1.4.0", "a0"), ("release/1.5.0", "a0"), ("release/1.6.0", "b0"))
    here = structs.replace(here, branches=tuple(Standing(name=n, tip=oid(at)) for n, at in names))
    found = list(branches.one_at_a_time(here))
    assert [(b.where, b.message) for b in found] == [
        ("branch release/1.6.0", "a second release branch is open beside release/1.5.0")
    ]


def test_c1_a_line_that_hangs_off_another_one() -> None:
    small = one_line()
    small.run("r0", "fix: x", prefix="s")
    here = seen(small, trunk="t3", lines={**LINE, "release/1.5": "s0"})
    found = list(cuts.cut_from_trunk(here))
    assert [(b.where, b.commit) for b in found] == [("branch release/1.5", oid("r0"))]
    only = seen(small, trunk="t3", lines={**LINE, "release/1.5": "s0"}, looked_at=["1.5"])
    assert places(cuts.cut_from_trunk(only)) == ["branch release/1.5"]


def test_c1_a_line_without_a_common_history() -> None:
    small = one_line()
    small.run("", "fix: x", prefix="alone")
    here = seen(small, trunk="t3", lines={"release/2.0": "alone0"})
    assert [b.message for b in cuts.cut_from_trunk(here)] == [
        "its first-parent chain never meets that of main"
    ]


def test_c2_a_release_of_another_line_and_a_strange_name() -> None:
    here = seen(one_line(), trunk="t3", lines={"maint-1.4": "r2"}, tagged={"1.4.0": "r0", "1.5.0": "r2"})
    assert places(cuts.one_version_each(here)) == ["branch maint-1.4", "tag v1.5.0"]


def test_c3_trunk_merged_into_a_line() -> None:
    small = one_line()
    small.add("m", "r2", "t3", message="Merge branch 'main' into release/1.4")
    here = seen(small, trunk="t3", lines={"release/1.4": "m"})
    assert [b.commit for b in cuts.trunk_stays_out(here)] == [oid("m")]
    small.run("t0", "fix: old", prefix="o")
    small.add("n", "r2", "o0")
    assert list(cuts.trunk_stays_out(seen(small, trunk="t3", lines={"release/1.4": "n"}))) == []


def upstream() -> Small:
    small = Small()
    small.run("", "feat: a", prefix="t")
    small.add("fix", "t0", message="fix: token (#7)", paths="a.py")
    small.add("p", "t0", message=f"fix: token (#9)\n\n(cherry picked from commit {oid('fix')})", paths="a.py")
    return small


def test_f1_a_port_of_trunk_is_no_finding_and_work_without_a_trace_is() -> None:
    small = upstream()
    small.add("q", "p", message="fix: only here", paths="b.py")
    here = seen(small, trunk="fix", lines={"release/1.4": "q"})
    found = list(fixes.upstream_first(here))
    assert [(b.commit, b.hint) for b in found] == [(oid("q"), f"relman backport {oid('q')[:10]} --to main")]
    assert found[0].message == "on release/1.4 first: nothing shows that main has it"


def test_f1_a_port_that_was_reverted_on_trunk_does_not_count() -> None:
    small = upstream()
    small.add("rev", "fix", message=f'Revert "fix: token"\n\nThis reverts commit {oid("fix")}.', paths="a.py")
    here = seen(small, trunk="rev", lines={"release/1.4": "p"})
    assert [b.commit for b in fixes.upstream_first(here)] == [oid("p")]
    small.add("again", "rev", message="fix: token (#7)", paths="a.py")
    assert [
        b.message for b in fixes.upstream_first(seen(small, trunk="again", lines={"release/1.4": "p"}))
    ] == [f"on release/1.4 first: main has it as {oid('again')[:10]}, later (likely: same subject and paths)"]


def test_f1_what_the_line_took_back_itself_is_not_asked() -> None:
    small = Small()
    small.run("", "feat: a", prefix="t")
    small.add("x", "t0", message="fix: wrong", paths="a.py")
    small.add("y", "x", message=f'Revert "fix: wrong"\n\nThis reverts commit {oid("x")}.', paths="a.py")
    assert list(fixes.upstream_first(seen(small, trunk="t0", lines={"release/1.4": "y"}))) == []


def test_f1_what_came_by_a_merge_was_not_first() -> None:
    small = Small()
    small.run("", "feat: a", prefix="t")
    small.add("x", "t0", message="fix: b", paths="a.py")
    small.add("m", "t0", "x")
    found = list(fixes.upstream_first(seen(small, trunk="m", lines={"release/1.4": "x"})))
    assert [b.message for b in found] == ["on release/1.4 first: it came to main only by a merge"]


def test_f1_releases_and_routine_are_nobodys_fix() -> None:
    small = Small()
    small.run("", "feat: a", prefix="t")
    small.run("t0", "chore(release): 1.4.0", "Bump version to 1.4.1 on release-1.4", "fix: lock", prefix="r")
    here = structs.replace(
        seen(small, trunk="t0", lines={"release/1.4": "r2"}), routine=lambda each: each == oid("r2")
    )
    assert list(fixes.upstream_first(here)) == []


def test_f2_only_wants_it_on_trunk_in_the_end() -> None:
    small = Small()
    small.run("", "feat: a", prefix="t")
    small.add("x", "t0", message="fix: b", paths="a.py")
    small.add("later", "t0", message="fix: b", paths="a.py")
    here = seen(small, trunk="later", lines={"release/1.4": "x"})
    assert list(fixes.downstream_first(here)) == []
    assert [
        b.commit for b in fixes.downstream_first(seen(small, trunk="t0", lines={"release/1.4": "x"}))
    ] == [oid("x")]


def test_f3_what_was_released_comes_back() -> None:
    small = one_line()
    here = seen(small, trunk="t3", lines=LINE, tagged={"1.4.1": "r1"}, strategy=ONEFLOW)
    assert [(b.where, b.hint) for b in fixes.merged_back(here)] == [("tag v1.4.1", "relman forward 1.4")]
    small.add("m", "t3", "r1")
    assert (
        list(fixes.merged_back(seen(small, trunk="m", lines=LINE, tagged={"1.4.1": "r1"}, strategy=ONEFLOW)))
        == []
    )


@pytest.mark.parametrize(
    ("strategy", "label", "said"),
    [
        (TOGGLES, "r1", "it is not on main, where releases are tagged"),
        (TOGGLES, "t2", ""),
        (GITFLOW, "r1", "there is no production branch to tag"),
        (ONEFLOW, "t2", "it is on main and not on release/1.4"),
        (ONEFLOW, "r1", ""),
        (ONEFLOW, "beside", "release/1.4 does not contain it"),
    ],
)
def test_g1_where_a_tag_stands(strategy: Strategy, label: str, said: str) -> None:
    small = one_line()
    small.run("t0", "fix: x", prefix="beside")
    at = "beside0" if label == "beside" else label
    here = seen(small, trunk="t3", lines=LINE, tagged={"1.4.0": at}, strategy=strategy)
    assert [b.message for b in tags.right_commit(here)] == ([said] if said else [])


def test_g1_a_merge_into_production() -> None:
    small = one_line()
    small.add("m0", "t0")
    small.add("m1", "m0", "r1", message="Merge branch 'release/1.4.1'")
    small.add("m2", "m1", message="fix: straight on main")
    here = seen(
        small, trunk="t3", lines=LINE, tagged={"1.4.0": "m0", "1.4.1": "m1", "1.4.2": "m2"}, strategy=GITFLOW
    )
    here = structs.replace(here, production=Standing(name="main", tip=oid("m2")))
    assert [(b.where, b.message) for b in tags.right_commit(here)] == [
        ("tag v1.4.2", "its commit is no merge, and does not say that it is the release")
    ]


def test_g1_a_squashed_merge_says_which_release_it_is() -> None:
    small = one_line()
    small.add("m0", "t0")
    small.add("m1", "m0", message="Release 1.4.1 (#7)")
    here = seen(small, trunk="t3", tagged={"1.4.0": "m0", "1.4.1": "m1"}, lines=LINE, strategy=GITFLOW)
    here = structs.replace(here, production=Standing(name="main", tip=oid("m1")))
    assert list(tags.right_commit(here)) == []


def test_an_isolated_hotfix_is_well_placed_and_owed_to_its_line() -> None:
    small = one_line()
    small.run("r1", "fix: now", prefix="alone")
    here = seen(small, trunk="t3", lines=LINE, tagged={"1.4.1": "r1", "1.4.2": "alone0"})
    assert list(tags.right_commit(here)) == []
    owed = [b for b in incidents.fix_everywhere(here) if b.where == "tag v1.4.2"]
    assert [(b.message, b.hint) for b in owed] == [
        ("released beside release/1.4, which does not contain it", "relman forward 1.4")
    ]


def test_g2_tags_in_order_and_files_in_step() -> None:
    here = seen(one_line(), trunk="t3", lines=LINE, tagged={"1.4.1": "r2", "1.4.2": "r0"})
    wrong = Disagreement(release=release("1.4.2", "r0"), path="VERSION", says="VERSION says 1.4.1")
    found = list(tags.in_order(structs.replace(here, disagreements=(wrong,))))
    assert [(b.where, b.message, b.path) for b in found] == [
        ("tag v1.4.2", "it stands below v1.4.1 on release/1.4", None),
        ("tag v1.4.2", "VERSION says 1.4.1", "VERSION"),
    ]


def test_g3_light_moved_copied_and_double_tags() -> None:
    here = seen(one_line(), trunk="t3", lines=LINE, tagged={"1.4.0": "r0"})
    here = structs.replace(
        here,
        misnamed={"v1.4.0": "v1.3.9"},
        twins=(("1.4.0", "v1.4.0"),),
        moved={"v1.4.0": "operation X made it elsewhere"},
    )
    assert [b.message for b in tags.well_made(here)] == [
        "it is a name only: nobody says who made it, when and why",
        "the tag object was made as v1.3.9",
        "1.4.0 names the same version and leads elsewhere",
        "operation X made it elsewhere",
    ]
    assert len(list(tags.well_made(structs.replace(here, annotated=False)))) == 3


def test_v1_trunk_took_a_version_that_its_line_may_produce() -> None:
    here = seen(one_line(), trunk="t3", lines=LINE, tagged={"1.4.0": "r0", "1.4.7": "t3", "1.5.0": "t2"})
    assert places(versions.trunk_above(here)) == ["tag v1.4.7"]


def test_v2_a_hole_in_the_patch_numbers() -> None:
    here = seen(one_line(), trunk="t3", lines=LINE, tagged={"1.4.0": "r0", "1.4.3": "r1", "1.4.4": "r2"})
    assert [(b.where, b.message) for b in versions.next_patch(here)] == [
        ("tag v1.4.3", "it follows v1.4.0, and there is no 1.4.1, 1.4.2")
    ]


def test_h1_a_patch_release_contains_the_one_before_and_no_feature() -> None:
    small = one_line()
    small.run("r0", "fix: x", prefix="side")
    small.run("r2", "feat: y", "fix!: z", prefix="s")
    here = seen(
        small,
        trunk="t3",
        lines={"release/1.4": "s1"},
        tagged={"1.4.0": "r2", "1.4.1": "side0", "1.4.2": "s1"},
    )
    found = list(incidents.only_the_fix(here))
    assert [(b.where, b.message) for b in found] == [
        ("tag v1.4.1", "it does not contain v1.4.0"),
        ("tag v1.4.2", "it does not contain v1.4.1"),
    ]
    here = seen(small, trunk="t3", lines={"release/1.4": "s1"}, tagged={"1.4.1": "r2", "1.4.2": "s1"})
    assert [b.message for b in incidents.only_the_fix(here)] == [
        "a breaking change went out in v1.4.2, a patch release",
        "a feature went out in v1.4.2, a patch release",
    ]


def test_h2_who_lacks_what_was_released() -> None:
    small = one_line()
    small.run("t2", "fix: n", prefix="n")
    tagged = {"1.4.1": "r1", "1.5.0": "n0"}
    here = seen(small, trunk="t3", lines={**LINE, "release/1.5": "n0"}, tagged=tagged)
    found = {b.commit: b.hint for b in incidents.fix_everywhere(here)}
    assert found == {
        oid("n0"): f"relman backport {oid('n0')[:10]} --to main",
        oid("r0"): f"relman backport {oid('r0')[:10]} --to main --to release/1.5",
    }


def test_m1_a_commit_made_downstream() -> None:
    small = Small()
    small.run("", "feat: a", "feat: b", prefix="t")
    small.add("pre", "t1", message="fix: straight here")
    small.add("live", "t0", "t1", message="Merge main")
    here = structs.replace(
        seen(small, trunk="t1", strategy=GITLAB_ENVIRONMENTS),
        environments=(
            Standing(name="pre-prod", tip=oid("pre")),
            Standing(name="production", tip=oid("live")),
        ),
    )
    found = list(environments.downstream_only(here))
    assert [(b.commit, b.message) for b in found] == [(oid("pre"), "on pre-prod and not on main")]


def test_only_checks_with_a_level_are_asked_and_a_finding_carries_it() -> None:
    here = seen(one_line(), trunk="t3", lines=LINE, tagged={"1.4.0": "r0", "1.4.3": "r1"})
    assert [(f.rule, f.level) for f in findings(here, {"V2": "note"})] == [("V2", "note")]
    assert list(findings(here, {})) == []
