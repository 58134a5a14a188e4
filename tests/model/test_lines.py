"""Lines: which branch names are release branches, and how branches and releases make lines."""

import pytest

from relman.model.history import Branch, Head, Refs
from relman.model.lines import find_lines, find_trunk, hotfix_version, line_numbers
from relman.model.names import RefName, branch_ref
from relman.model.version import Version
from small_history import oid, release, releases

NOT_LINES = [
    "main",
    "release",
    "release-cadence",
    "release-2.10-ghsa6v85",
    "7066-important-updates-from-v2.0",
    "release-20240101",
    "fix-1.4",
    "2024-05-01",
    "release/2024-05-01",
    "hotfix/1.4.3",
    "feature/1.4",
    "1",
    "release/1.4.5.6",
    "release/٣.1",
]


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        *((name, (1, 4)) for name in ("release/1.4", "release-1.4", "releases/1.4", "1.4", "v1.4", "1.4.x")),
        *(
            (name, (1, 4))
            for name in ("stable/1.4", "1-4-stable", "maint-1.4", "maintenance/1.4", "stable-1.4")
        ),
        *((name, (1, 4)) for name in ("1.4-stable", "release/v1.4", "release_1_4", "v1.4.x", "Release-1.4")),
        *((name, (1,)) for name in ("1.x", "support/1.x", "v1.x", "v1")),
        ("REL_14_STABLE", (14,)),
        ("release-v1.2.1", (1, 2, 1)),
        ("release1.5.0", (1, 5, 0)),
        ("branch-3.4", (3, 4)),
        ("release/24.5", (24, 5)),
    ],
)
def test_release_branches_in_the_wild(name: str, numbers: tuple[int, ...]) -> None:
    assert line_numbers(name) == numbers


@pytest.mark.parametrize("name", NOT_LINES)
def test_other_branches_are_no_lines(name: str) -> None:
    assert line_numbers(name) is None


def test_configured_names_come_first_and_the_usual_ones_still_count() -> None:
    assert line_numbers("prod-1.4-eu", ("prod-{line}-eu",)) == (1, 4)
    assert line_numbers("release/1.4", ("prod-{line}-eu",)) == (1, 4)
    assert line_numbers("prod-x-eu", ("prod-{line}-eu",)) is None


def test_a_hotfix_branch_names_its_version() -> None:
    assert [hotfix_version(n) for n in ("hotfix/1.4.3", "hotfixes/v1.4.3", "hotfix/1.4", "hotfix/x")] == [
        (1, 4, 3),
        (1, 4, 3),
        None,
        None,
    ]


def test_branches_and_releases_make_lines_highest_first() -> None:
    tags = releases(("1.4.0", "A"), ("1.4.1", "B"), ("1.5.0-rc.1", "C"), ("1.3.0", "D"))
    found = find_lines(["main", "release/1.4", "release/1.6"], tags, trunk="main")
    assert [(ln.name, ln.branch, [r.tag for r in ln.releases]) for ln in found.all] == [
        ("1.6", "release/1.6", []),
        ("1.5", None, ["v1.5.0-rc.1"]),
        ("1.4", "release/1.4", ["v1.4.1", "v1.4.0"]),
        ("1.3", None, ["v1.3.0"]),
    ]
    assert (found.parts, found.all[0].first) == (2, Version(major=1, minor=6, patch=0))


def test_a_release_belongs_to_the_longest_name_that_fits() -> None:
    tags = releases(("1.4.2", "A"), ("1.5.0", "B"), ("2.0.0", "C"))
    found = find_lines(["1.x", "2.x", "1.4.x", "3.x"], tags, trunk="main")
    assert [(ln.name, [r.tag for r in ln.releases]) for ln in found.all] == [
        ("3", []),
        ("2", ["v2.0.0"]),
        ("1", ["v1.5.0"]),
        ("1.4", ["v1.4.2"]),
    ]
    assert found.parts == 1
    line = found.of(Version(major=1, minor=4, patch=9))
    assert line is not None
    assert line.name == "1.4"


@pytest.mark.parametrize(
    ("tags", "held", "wanted"),
    [
        (("1.2.0", "1.3.0", "1.3.1"), (), ["1.4", "1.3", "1"]),
        (("1.2.0", "1.3.0", "1.3.1"), ("v1.3.0",), ["1.4", "1", "1.3"]),
        (("1.2.0", "1.4.0", "1.5.0", "1.3.0"), (), ["1", "1.4", "1.3"]),
        (("1.3.0", "1.4.0"), (), ["1", "1.4", "1.3"]),
        (("1.2.0",), (), ["1.4", "1.3", "1"]),
    ],
    ids=["left behind", "holds the line inside", "further", "no release", "inside without a release"],
)
def test_a_line_stands_where_it_produces(
    tags: tuple[str, ...], held: tuple[str, ...], wanted: list[str]
) -> None:
    rows = releases(*((tag, "A") for tag in tags))
    found = find_lines(
        ["1.x", "1.4.x", "1.3.x", "0.9.x", "2.x"],
        rows,
        trunk="main",
        holds=lambda branch, release: branch == "1.x" and release.tag in held,
    )
    assert [line.name for line in found.all] == ["2", *wanted, "0.9"]


@pytest.mark.parametrize("name", ["v2", "branch-2", "version2"])
def test_a_bare_number_needs_a_release_to_be_a_line(name: str) -> None:
    assert find_lines([name], releases(("1.0.0", "A")), trunk="main").named(name) is None
    assert find_lines([name], releases(("2.0.0", "A")), trunk="main").named(name) is not None


def test_of_two_branches_for_one_line_the_configured_one_is_taken() -> None:
    names = ["1.4", "old-1.4", "release/1.4"]
    taken = [
        find_lines(names, (), trunk="main", patterns=patterns).all[0]
        for patterns in (("old-{line}",), ("release/{line}",), ("release/{line}", "old-{line}"))
    ]
    assert [(line.branch, line.rivals) for line in taken] == [
        ("old-1.4", ()),
        ("release/1.4", ()),
        ("release/1.4", ()),
    ]


@pytest.mark.parametrize(
    ("more", "published", "holding", "branch", "rivals"),
    [
        ([], [], [], "1.4", ("1.4", "branch-1.4", "release/1.4")),
        ([], ["release/1.4"], ["1.4"], "release/1.4", ()),
        ([], [], ["branch-1.4"], "branch-1.4", ()),
        ([], ["1.4", "release/1.4"], ["branch-1.4"], "1.4", ("1.4", "release/1.4")),
        ([], ["1.4", "release/1.4"], ["branch-1.4", "release/1.4"], "release/1.4", ()),
        (["release/1.5", "release/1.6", "1.7"], [], [], "release/1.4", ()),
        (["release/1.5", "1.7"], [], [], "1.4", ("1.4", "release/1.4")),
    ],
)
def test_of_two_branches_for_one_line_evidence_tells_which_one_counts(
    more: list[str], published: list[str], holding: list[str], branch: str, rivals: tuple[str, ...]
) -> None:
    found = find_lines(
        ["1.4", "branch-1.4", "release/1.4", *more],
        releases(("1.4.1", "B"), ("1.4.0", "A")),
        trunk="main",
        published=published,
        holds=lambda name, newest: name in holding and newest.tag == "v1.4.1",
    ).named("1.4")
    assert found is not None
    assert (found.branch, found.rivals) == (branch, rivals)


@pytest.mark.parametrize("name", ["1.4", "v1.4", "1.4.x", "release/1.4"])
def test_a_line_is_found_by_its_names(name: str) -> None:
    found = find_lines(["release/1.4"], (), trunk="main").named(name)
    assert found is not None
    assert found.name == "1.4"


def test_what_is_withdrawn_is_neither_stable_nor_newest() -> None:
    tags = (release("1.4.2", "C", withdrawn=True), release("1.4.1", "B"), release("1.4.0", "A"))
    line = find_lines([], tags, trunk="main").all[0]
    assert (line.stable, line.newest, line.open_candidate) == (tags[1], tags[1], None)


def test_a_newest_pre_release_is_an_open_candidate() -> None:
    tags = releases(("1.4.0", "A"), ("1.4.1-rc.2", "B"))
    line = find_lines([], tags, trunk="main").all[0]
    assert (line.stable, line.newest, line.open_candidate) == (tags[1], tags[0], tags[0])


def refs(*names: str, head: str = "topic", default: str | None = None) -> Refs:
    return Refs(
        head=Head(ref=branch_ref(head), commit=None),
        branches=tuple(Branch(ref=RefName(name), commit=oid("A")) for name in names),
        tags=(),
        default_branch=default,
    )


def test_trunk_is_the_remotes_default_then_a_usual_name_then_the_only_one_that_is_no_line() -> None:
    both = ("refs/heads/main", "refs/remotes/origin/develop", "refs/remotes/fork/trunk")
    assert find_trunk(refs(*both, default="develop"), "origin") == "develop"
    assert find_trunk(refs(*both), "origin") == "main"
    assert find_trunk(refs("refs/heads/work", "refs/heads/1.4", head="1.4"), "origin") == "work"
    assert find_trunk(refs("refs/heads/a", "refs/heads/b", head="b"), "origin") == "b"
    assert find_trunk(refs("refs/heads/1.4", head="1.4"), "origin") is None
