"""The next version of lines and trunk."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relman.model.bump import DEFAULT_BUMPS, Bump
from relman.model.count import Policy, newest_commits
from relman.model.lines import Line, Lines, find_lines
from relman.model.names import Oid
from relman.model.next import Next, next_on_line, next_on_trunk
from relman.model.tags import Release
from relman.model.version import Version, parse, under
from small_history import Small, oid, release, releases

FEAT, FIX, BREAK, CHORE = "feat: f", "fix: f", "feat!: b", "chore: c"


def lines_of(rows: tuple[Release, ...], *branches: str) -> Lines:
    return find_lines(["main", *branches], rows, trunk="main")


def trunk(
    small: Small,
    at: str,
    rows: tuple[Release, ...] = (),
    tips: dict[str, str] | None = None,
    policy: Policy | None = None,
    shipped: dict[Oid, str] | None = None,
    beside: str | None = None,
) -> Next:
    """Branches are called after their lines."""
    known = tips or {}
    lines = lines_of(rows, *known)

    def tip(line: Line) -> Oid | None:
        return oid(known[line.branch]) if line.branch else None

    home = oid(beside) if beside else None
    counts = policy or Policy()
    return next_on_trunk(small.graph, lines, tip, oid(at), rows, counts, lambda _: shipped or {}, beside=home)


def after(base: str, *messages: str, policy: Policy | None = None) -> str | None:
    """Trunk's next version where these messages came after a release."""
    small = Small()
    small.add("base")
    top = small.run("base", *messages, prefix="c")
    answer = trunk(small, top, releases((base, "base")), policy=policy)
    return str(answer.version) if answer.version else None


@pytest.mark.parametrize(
    ("base", "messages", "wanted"),
    [
        ("1.4.2", (FIX,), "1.4.3"),
        ("1.4.2", (FIX, FEAT, CHORE), "1.5.0"),
        ("1.4.2", (BREAK, FIX), "2.0.0"),
        ("1.4.2", ("perf: p",), "1.4.3"),
        ("1.4.2", ("chore: x\n\nBREAKING CHANGE: y",), "2.0.0"),
        ("1.4.2", (CHORE, "docs: d"), None),
        ("1.4.2", (), None),
        ("0.4.2", (BREAK,), "0.5.0"),
        ("0.4.2", (FEAT,), "0.5.0"),
        ("0.4.2", (FIX,), "0.4.3"),
    ],
)
def test_trunk_steps_by_what_is_there(base: str, messages: tuple[str, ...], wanted: str | None) -> None:
    assert after(base, *messages) == wanted


def test_one_switch_lets_a_breaking_change_leave_0_x() -> None:
    assert after("0.4.2", BREAK, policy=Policy(zero="major")) == "1.0.0"


def test_the_table_is_configurable() -> None:
    table = {**DEFAULT_BUMPS, "docs": Bump.MINOR, "feat": Bump.NONE}
    assert [after("1.0.0", m, policy=Policy(bumps=table)) for m in ("docs: d", FEAT)] == ["1.1.0", None]


def test_the_first_version_is_the_policys_unless_a_candidate_says_otherwise() -> None:
    small = Small()
    small.add("A")
    answer = trunk(small, "A")
    assert (answer.version, answer.base, answer.unreleased) == (
        Version(major=0, minor=1, patch=0),
        None,
        (oid("A"),),
    )
    assert str(trunk(small, "A", releases(("0.0.1-rc.1", "A"))).version) == "0.0.1"
    assert str(trunk(small, "A", releases(("2.0.0-beta.1", "A"))).version) == "2.0.0"


def test_the_answer_says_what_counts_and_why() -> None:
    small = Small()
    small.add("base")
    small.run("base", FIX, CHORE, prefix="c")
    answer = trunk(small, "c1", releases(("1.4.0", "base")))
    assert [(b.commit, b.kind, b.subject, b.bump) for b in answer.because] == [
        (oid("c0"), "fix", "fix: f", Bump.PATCH)
    ]
    assert (answer.line, answer.explain, answer.floor, answer.unreleased) == (
        "trunk",
        ("trunk stands on v1.4.0", "2 commits count patch: 1.4.1"),
        None,
        (oid("c1"), oid("c0")),
    )


def test_reverts_cancel_and_shipped_fixes_do_not_count_again() -> None:
    small = Small()
    small.add("base")
    small.run("base", FEAT, FIX, f'Revert "feat: f"\n\nThis reverts commit {oid("c0")}.', prefix="c")
    rows = releases(("1.4.0", "base"))
    assert str(trunk(small, "c2", rows).version) == "1.4.1"
    answer = trunk(small, "c2", rows, shipped={oid("c1"): "1.4.1"})
    assert (answer.version, answer.explain[1:]) == (
        None,
        (
            f"{oid('c1')[:7]} fix: f shipped already in 1.4.1 and does not count again",
            "2 commits cancel out with their reverts",
            "3 commits since v1.4.0, none of which counts",
        ),
    )


@pytest.mark.parametrize(
    ("wish", "wanted"),
    [("2.0.0", "2.0.0"), ("v2.0.0", "2.0.0"), ("1.4.0", "1.5.0"), ("1.0.0", "1.5.0"), ("soon", "1.5.0")],
)
def test_release_as_counts_only_upward(wish: str, wanted: str) -> None:
    assert after("1.4.0", FEAT, f"chore: x\n\nRelease-As: {wish}") == wanted


def test_release_as_counts_once_and_the_newest_wins() -> None:
    small = Small()
    small.add("base")
    small.run("base", "chore: x\n\nRelease-As: 2.0.0", "chore: x\n\nRelease-As: 1.9.0", FIX, prefix="c")
    assert str(trunk(small, "c2", releases(("1.4.0", "base"))).version) == "1.9.0"
    assert str(trunk(small, "c2", releases(("1.4.0", "base"), ("1.9.0", "c1"))).version) == "1.9.1"


@pytest.mark.parametrize(
    ("older", "setting", "wanted"),
    [
        (["feat: f"] * 10, "auto", None),
        (["free words"] * 10, "auto", "1.0.1"),
        ([*["feat: f"] * 5, *["free words"] * 4], "auto", None),
        ([*["feat: f"] * 4, *["free words"] * 4], "auto", "1.0.1"),
        (["feat: f"] * 10, "patch", "1.0.1"),
        (["free words"] * 10, "none", None),
    ],
)
def test_unreadable_messages_count_where_most_are(older: list[str], setting: str, wanted: str | None) -> None:
    small = Small()
    small.run("", *older, prefix="o")
    top = small.run(f"o{len(older) - 1}", "more words", prefix="c")
    policy = Policy(unclassified="auto" if setting == "auto" else "patch" if setting == "patch" else "none")
    answer = trunk(small, top, releases(("1.0.0", f"o{len(older) - 1}")), policy=policy)
    assert (str(answer.version) if answer.version else None) == wanted
    word = "patch" if wanted else "none"
    assert answer.explain[1] == f"1 commit without a type count {word}: {oid(top)[:7]} more words"


def test_only_the_last_two_hundred_subjects_are_asked() -> None:
    small = Small()
    small.run("", *["free words"] * 300, prefix="o")
    small.run("o299", *["docs: d"] * 100, "words", prefix="c")
    assert trunk(small, "c100", releases(("1.0.0", "o299"))).version is None
    assert len(newest_commits(small.graph, oid("c100"), 200)) == 200


def test_a_release_on_a_line_cut_from_trunk_is_trunks_base_and_floor() -> None:
    small = Small()
    small.run("", CHORE, FIX, FIX, prefix="t")
    small.add("r", "t0", message=FIX)
    answer = trunk(small, "t2", releases(("1.4.1", "r"), ("1.4.0", "t0")), {"1.4": "r"})
    assert answer.base is not None
    assert (answer.base.tag, str(answer.version), answer.floor) == (
        "v1.4.1",
        "1.5.0",
        "line 1.4 is cut and may still produce 1.4.x, so trunk goes on at 1.5.0",
    )


@pytest.mark.parametrize(
    ("tips", "wanted"),
    [
        ({}, "1.4.1"),
        ({"1.4": "t0"}, "1.5.0"),  # a branch that trunk has left behind
        ({"1.4": "t2"}, "1.4.1"),
        ({"release/1.5": "t1"}, "1.6.0"),
        ({"release/1.5": "t2"}, "1.4.1"),
        ({"release/1.5": "t1", "release/1.6": "t1"}, "1.4.1"),  # they say nothing
        ({"release/1.5.0": "r"}, "1.6.0"),
        ({"release/1.5.2": "r"}, "1.5.3"),
        ({"1.x": "r"}, "2.0.0"),
    ],
)
def test_the_floor_stands_above_lines_that_were_cut(tips: dict[str, str], wanted: str) -> None:
    small = Small()
    small.run("", CHORE, FIX, FIX, prefix="t")
    small.add("r", "t1")
    assert str(trunk(small, "t2", releases(("1.4.0", "t0")), tips).version) == wanted


@pytest.mark.parametrize(
    ("tips", "wanted"),
    [
        ({}, "1.5.0"),  # no branch is left: trunk itself goes on to the candidate's final
        ({"release/1.5": "r1"}, "1.6.0"),  # the branch may still release it
    ],
)
def test_a_candidate_that_was_merged_back_is_trunks_to_finish_where_no_branch_is_left(
    tips: dict[str, str], wanted: str
) -> None:
    small = Small()
    small.run("", CHORE, FIX, prefix="t")
    small.run("t1", FIX, FIX, prefix="r")
    small.add("merge", "t1", "r0", message=CHORE)
    small.run("merge", FIX, prefix="on")
    rows = releases(("1.5.0-rc.1", "r0"), ("1.4.0", "t0"))
    assert str(trunk(small, "on0", rows, tips).version) == wanted


def test_a_candidate_that_trunk_lacks_keeps_its_line_cut_without_a_branch_too() -> None:
    small = Small()
    small.run("", CHORE, FIX, prefix="t")
    small.run("t1", FIX, prefix="r")
    small.run("t1", FIX, prefix="on")
    rows = releases(("1.5.0-rc.1", "r0"), ("1.4.0", "t0"))
    assert str(trunk(small, "on0", rows).version) == "1.6.0"


def test_what_stands_on_trunk_has_not_left_it_for_a_branch_that_took_it_by_a_merge() -> None:
    small = Small()
    small.run("", CHORE, FIX, prefix="t")
    small.run("t0", FIX, prefix="topic")
    small.add("merge", "topic0", "t1", message=CHORE)
    small.run("merge", FIX, prefix="more")
    rows = releases(("1.4.1", "t1"), ("1.4.0", "t0"))
    assert str(trunk(small, "more0", rows, beside="t1").version) == "1.4.2"
    assert str(trunk(small, "more0", rows).version) == "1.5.0"


def test_a_trunk_that_is_a_line_itself_stays_below_the_lines_above_it() -> None:
    small = Small()
    small.run("", CHORE, FIX, FIX, prefix="t")
    small.run("t1", FEAT, prefix="up")
    rows = releases(("3.4.0", "t0"))
    lines = find_lines(["3.x", "4.x"], rows, trunk="3.x")
    tips = {"4.x": oid("up0")}
    found = next_on_trunk(
        small.graph, lines, lambda line: tips.get(line.branch or ""), oid("t2"), rows, Policy()
    )
    assert str(found.version) == "3.4.1"


def test_a_line_cut_a_moment_ago_takes_its_version_away_from_trunk() -> None:
    small = Small()
    small.run("", CHORE, FEAT, prefix="t")
    assert str(trunk(small, "t1", releases(("1.4.0", "t0")), {"release/1.5": "t1"}).version) == "1.6.0"


def test_what_is_withdrawn_is_no_base_and_its_number_is_not_used_again() -> None:
    small = Small()
    small.run("", CHORE, FIX, FIX, prefix="t")
    answer = trunk(small, "t2", (release("1.4.1", "t1", withdrawn=True), release("1.4.0", "t0")))
    assert (str(answer.version), answer.explain[-1]) == ("1.4.2", "1.4.1 is taken")


def test_an_open_candidate_on_trunk_leads_to_its_final_or_higher() -> None:
    small = Small()
    small.run("", CHORE, FIX, FIX, prefix="t")
    rows = releases(("1.4.0", "t0"), ("2.0.0-rc.1", "t1"))
    assert str(trunk(small, "t2", rows).version) == "2.0.0"
    small.add("t3", "t2", message=BREAK)
    assert str(trunk(small, "t3", releases(("1.4.0", "t0"), ("1.4.1-rc.1", "t1"))).version) == "2.0.0"


def test_a_type_that_made_releases_of_its_own_counts() -> None:
    small = Small()
    tidy = "refactor: tidy"
    small.run("", FEAT, tidy, tidy, FEAT, tidy, FIX, tidy, "docs: d", prefix="t")
    names = ["1.0.0", "1.0.1", "1.0.2", "1.1.0", "1.1.1", "1.1.2"]
    rows = releases(*((name, f"t{n}") for n, name in enumerate(names)))
    answer = trunk(small, "t7", rows)
    assert (str(answer.version), answer.bump, answer.explain[1]) == (
        "1.1.3",
        Bump.PATCH,
        "refactor made releases of its own here: v1.1.1, v1.0.2, v1.0.1; it counts patch",
    )
    assert [b.subject for b in answer.because] == [tidy]
    assert (
        trunk(small, "t7", rows, policy=Policy(bumps={**DEFAULT_BUMPS, "docs": Bump.PATCH})).version
        is not None
    )
    assert trunk(small, "t7", rows, policy=Policy(bumps={**DEFAULT_BUMPS, "ci": Bump.PATCH})).version is None
    few = tuple(r for r in rows if r.tag != "v1.0.1")
    assert trunk(small, "t7", few).version is None
    small.add("t8", "t5", message="docs: d")
    assert trunk(small, "t8", rows).version is None


def line(small: Small, at: str, name: str, rows: tuple[Release, ...], policy: Policy | None = None) -> Next:
    found = lines_of(rows, name).named(name)
    assert found is not None
    return next_on_line(small.graph, found, oid(at), rows, policy or Policy())


@pytest.mark.parametrize(
    ("name", "message", "wanted"),
    [
        ("1.4", CHORE, "1.4.3"),
        ("1.4", FEAT, "1.4.3"),
        ("1.x", CHORE, "1.4.3"),
        ("1.x", FEAT, "1.5.0"),
        ("1.x", BREAK, "1.5.0"),
    ],
)
def test_a_line_steps_inside_its_name(name: str, message: str, wanted: str) -> None:
    small = Small()
    small.run("", CHORE, message, prefix="r")
    assert str(line(small, "r1", name, releases(("1.4.2", "r0"))).version) == wanted


def test_more_than_a_line_allows_is_a_warning() -> None:
    small = Small()
    small.run("", CHORE, FEAT, prefix="r")
    answer = line(small, "r1", "1.4", releases(("1.4.2", "r0")))
    assert answer.explain == (
        "line 1.4 stands on v1.4.2",
        "1 commit count minor, at least a patch on a line",
        "warning: line 1.4 allows no more than a patch step, and minor changes are on it",
    )


def test_a_line_without_a_release_is_named_by_its_branch_and_one_without_news_has_no_next() -> None:
    small = Small()
    small.run("", CHORE, CHORE, prefix="r")
    assert str(line(small, "r1", "1.5", releases(("1.4.0", "r0"))).version) == "1.5.0"
    assert line(small, "r1", "1.4", releases(("1.4.0", "r1"))).version is None


def test_an_open_candidate_of_a_line_becomes_final_or_more() -> None:
    small = Small()
    small.run("", CHORE, FIX, FEAT, prefix="r")
    assert (
        str(line(small, "r2", "1.4", releases(("1.4.0-rc.10", "r1"), ("1.4.0-rc.2", "r0"))).version)
        == "1.4.0"
    )
    assert str(line(small, "r2", "1.x", releases(("1.4.1-rc.1", "r1"), ("1.4.0", "r0"))).version) == "1.5.0"
    assert str(line(small, "r2", "1.4", releases(("1.4.1-rc.1", "r1"), ("1.4.0", "r0"))).version) == "1.4.1"


@pytest.mark.parametrize(
    ("wish", "wanted"), [("1.4.9", "1.4.9"), ("1.5.0", "1.4.3"), ("1.4.2", "1.4.3"), ("1.4.1", "1.4.3")]
)
def test_release_as_stays_inside_a_line(wish: str, wanted: str) -> None:
    small = Small()
    small.run("", CHORE, f"fix: x\n\nRelease-As: {wish}", prefix="r")
    assert str(line(small, "r1", "1.4", releases(("1.4.2", "r0"))).version) == wanted


def test_a_line_never_uses_a_taken_number_and_may_run_out() -> None:
    small = Small()
    small.run("", CHORE, FIX, prefix="r")
    gone = release("1.4.3", "r1", withdrawn=True)
    answer = line(small, "r1", "1.4", (gone, release("1.4.2", "r0")))
    assert (str(answer.version), answer.explain[-1]) == ("1.4.4", "1.4.3 is taken")
    asked = Small()
    asked.run("", CHORE, "fix: x\n\nRelease-As: 1.4.3", prefix="r")
    assert str(line(asked, "r1", "1.4", (gone, release("1.4.2", "r0"))).version) == "1.4.4"
    out = line(small, "r1", "release/1.2.1", releases(("1.2.1", "r0")))
    assert (out.version, out.explain[-1]) == (None, "line 1.2.1 has no free version left")


kinds = st.lists(
    st.sampled_from([FEAT, FIX, BREAK, CHORE, "words", "fix: x\n\nRelease-As: 9.9.9"]), min_size=1, max_size=5
)
cores = st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 3))


@given(st.lists(cores, min_size=1, max_size=6, unique=True), kinds, st.sampled_from([1, 2]))
def test_next_is_new_above_its_base_and_inside_its_line(
    taken: list[tuple[int, int, int]], messages: list[str], parts: int
) -> None:
    small = Small()
    small.add("base")
    small.run("base", *messages, prefix="t")
    small.run("base", *messages, prefix="r")
    last = len(messages) - 1
    rows = releases(*((".".join(map(str, core)), "base") for core in taken))
    top = rows[0].version
    name = f"{top.major}.x" if parts == 1 else f"{top.major}.{top.minor}"
    on_line = line(small, f"r{last}", name, rows)
    assert on_line.base is not None
    assert on_line.version is not None
    found = parse(str(on_line.version))
    assert found == on_line.version
    assert on_line.version > on_line.base.version
    assert under(on_line.version, top.numbers[:parts])
    assert on_line.version not in {r.version for r in rows}
    on_trunk = trunk(small, f"t{last}", rows, {name: f"r{last}"})
    if on_trunk.version is not None:
        assert on_trunk.version > on_line.version
        assert not under(on_trunk.version, top.numbers[:parts])
