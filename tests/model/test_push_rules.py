"""The rules of a push over values: no git, no clock."""

from typing import Any

import pytest
from msgspec import structs

from relman.model.branch_rules import BranchRules
from relman.model.catalog import GITFLOW, ONEFLOW, TRUNK, find
from relman.model.commit_rules import protected_branch, version_line
from relman.model.freeze import Freeze
from relman.model.lines import find_lines
from relman.model.message_rules import LintRules
from relman.model.names import RefName
from relman.model.push import Push, PushRules, Update
from relman.model.push_levels import LEVELS
from relman.model.push_rules import push_findings
from relman.model.strategy import Strategy
from relman.model.tags import Formats, Release, TagFormat
from relman.model.version import parse_strict
from small_history import Small, oid, release

V = Formats(write=TagFormat(), accept=(TagFormat(),), evidence="")


def history() -> Small:
    """Trunk t0 to t3, the line cut at t1 with r0 (the release 1.4.0)."""
    small = Small()
    small.run("", "feat: a", "feat: b", "fix: c", "feat: d", prefix="t")
    small.add("r0", "t1", message="chore(release): 1.4.0")
    return small


def update(ref: str, old: str | None, new: str | None, **more: Any) -> Update:
    commit = oid(new) if new else None
    return Update(ref=RefName(ref), old=oid(old) if old else None, new=commit, commit=commit, **more)


def judged(
    small: Small,
    *updates: Update,
    releases: tuple[Release, ...] = (release("1.4.0", "r0"),),
    **rules: Any,
) -> list[str]:
    before = {"main": oid("t3"), "release/1.4": oid("r0")}
    tips = before | {u.branch: u.commit for u in updates if u.branch and u.commit}
    push = Push(
        updates=updates,
        trunk="main",
        before=before,
        tips=tips,
        lines=find_lines(list(tips), releases, trunk="main"),
    )
    given = PushRules(strategy=TRUNK, formats=V, branches=BranchRules(), lint=LintRules())
    found = push_findings(push, small.graph, structs.replace(given, **rules), lambda _: None)
    return [f"{f.level} {f.rule}" for f in found]


def line(small: Small, *messages: str, **rules: Any) -> list[str]:
    at = small.run("r0", *messages, prefix="l")
    return judged(small, update("refs/heads/release/1.4", "r0", at), **rules)


@pytest.mark.parametrize(
    ("message", "found"),
    [
        (f"fix: c\n\n(cherry picked from commit {oid('t2')})", []),
        ("fix: only here", ["error upstream-first"]),
        ("feat: only here", ["error fixes-only", "error upstream-first"]),
        ("fix!: breaks", ["error fixes-only", "error upstream-first"]),
        (f"fix: c\n\n(cherry picked from commit {'f' * 40})", ["error upstream-first"]),
        ("chore(release): 1.4.1", []),
    ],
)
def test_what_may_come_to_a_line(message: str, found: list[str]) -> None:
    assert line(history(), message) == found


def test_a_port_without_a_trailer_is_known_by_its_author_and_subject() -> None:
    small = history()
    small.add("t4", "t3", message="fix: e", author="Ann")
    small.add("l0", "r0", message="fix: e", author="Ann")
    pushed = update("refs/heads/release/1.4", "r0", "l0")
    assert judged(small, update("refs/heads/main", "t3", "t4"), pushed) == []
    assert judged(small, pushed) == ["error upstream-first"]


@pytest.mark.parametrize(
    ("message", "paths", "found"),
    [
        ("fix: a", "app.py", ["error upstream-first"]),
        ("Fix a thing", "app.py", ["error upstream-first"]),
        ("fix: the notes", "CHANGELOG.md poetry.lock", []),
        ("fix: a test", "tests/test_app.py", []),
        ("chore: tidy", "app.py", []),
        ("Bump version to 1.4.1", "VERSION deploy.yaml", []),
        ("Bump the library to 2.0.0", "go.mod", ["error upstream-first"]),
    ],
)
def test_only_work_that_trunk_would_miss_needs_an_origin(message: str, paths: str, found: list[str]) -> None:
    small = history()
    small.add("l0", "r0", message=message, paths=paths)
    pushed = update("refs/heads/release/1.4", "r0", "l0")
    lint = LintRules(levels={"type-empty": "off"})
    assert judged(small, pushed, own=("CHANGELOG.md", "*.lock", "VERSION"), lint=lint) == found


def test_a_debt_that_is_written_down_needs_no_origin() -> None:
    small = history()
    small.add("l0", "r0", message="fix: owed")
    small.add("l1", "l0", message=f"fix: its port\n\n(cherry picked from commit {oid('gone')})")
    pushed = update("refs/heads/release/1.4", "r0", "l1")
    assert judged(small, pushed) == ["error upstream-first"] * 2
    assert judged(small, pushed, owed=frozenset({oid("l0"), oid("gone")})) == []


@pytest.mark.parametrize("strategy", [GITFLOW, ONEFLOW])
def test_where_work_is_merged_back_nothing_needs_to_be_on_trunk_first(strategy: Strategy) -> None:
    assert line(history(), "fix: only here", strategy=strategy) == []


def test_trunk_is_not_merged_into_a_line_and_a_hotfix_is() -> None:
    small = history()
    small.add("m", "r0", "t3", message="Merge branch 'main'")
    assert judged(small, update("refs/heads/release/1.4", "r0", "m")) == ["error merge-from-trunk"]
    small.add("h", "r0", message=f"fix: c\n\n(cherry picked from commit {oid('t2')})")
    small.add("n", "r0", "h", message="Merge tag 'v1.4.1'")
    assert judged(small, update("refs/heads/release/1.4", "r0", "n")) == []


@pytest.mark.parametrize(("base", "found"), [("t1", []), ("t2", ["error merge-from-trunk"])])
def test_a_branch_that_trunk_merged_too_is_judged_by_what_it_brings(base: str, found: list[str]) -> None:
    small = Small()
    small.run("", "feat: a", "feat: b", "fix: c", prefix="t")
    small.add("r0", "t1", message="chore(release): 1.4.0")
    small.add("h", base, message="fix: urgent")
    small.add("t3", "t2", "h", message="Merge branch 'hotfix/1.4.1'")
    small.add("n", "r0", "h", message="Merge branch 'hotfix/1.4.1' into release/1.4")
    assert judged(small, update("refs/heads/release/1.4", "r0", "n")) == found


@pytest.mark.parametrize(
    ("branch", "rules", "found"),
    [
        ("main", {}, ["error force-push"]),
        ("release/1.4", {}, ["error force-push"]),
        ("topic", {}, []),
        ("topic", {"protected": ("t*c",)}, ["error force-push"]),
        ("support/1", {"strategy": GITFLOW}, ["error force-push"]),
        ("main", {"levels": {"force-push": "warning"}}, ["warning force-push"]),
        ("main", {"levels": {"force-push": "off"}}, []),
    ],
)
def test_what_lasts_is_not_rewritten(branch: str, rules: dict[str, Any], found: list[str]) -> None:
    forced = update(f"refs/heads/{branch}", "t3", "t2", forced=True)
    assert judged(history(), forced, **rules) == found
    gone = judged(history(), update(f"refs/heads/{branch}", "t3", None))
    assert (gone == ["error branch-deleted"]) == (branch in ("main", "release/1.4"))


@pytest.mark.parametrize(
    ("tag", "at", "found"),
    [
        ("v1.4.1", "r0", []),
        ("v1.4.1", "t3", ["error tag-place"]),
        ("v1.5.0", "t3", []),
        ("v1.3.9", "t0", []),
        ("1.5.0", "t3", ["error tag-format"]),
        ("release-1.5.0", "t3", ["error tag-format"]),
        ("api-v1.5.0", "t3", []),
        ("nightly", "r0", []),
        ("v1", "t3", []),
    ],
)
def test_a_release_tag_has_a_form_and_a_place(tag: str, at: str, found: list[str]) -> None:
    assert judged(history(), update(f"refs/tags/{tag}", None, at, annotated=True)) == found


def test_a_release_is_annotated_unless_the_team_says_not() -> None:
    light = update("refs/tags/v1.5.0", None, "t3")
    assert judged(history(), light) == ["warning tag-annotated"]
    assert judged(history(), light, annotated=False) == []


def test_without_a_format_no_tag_is_a_release() -> None:
    assert judged(history(), update("refs/tags/1.5.0", None, "t3"), formats=None) == []


def test_a_released_version_stays() -> None:
    assert judged(history(), update("refs/tags/v1.4.0", "r0", None)) == ["error tag-deleted"]
    assert judged(history(), update("refs/tags/v1.4.0", "r0", "t3")) == ["error tag-moved"]


def test_versions_of_a_line_rise() -> None:
    known = (release("1.4.3", "r0"), release("1.4.0", "r0"))
    lower = update("refs/tags/v1.4.2", None, "r0", annotated=True)
    assert judged(history(), lower, releases=known) == ["error version-backwards"]
    candidate = (release("1.5.0-rc.1", "r0"), release("1.4.0", "r0"))
    assert judged(history(), lower, releases=candidate) == []
    withdrawn = (structs.replace(known[0], withdrawn=True), known[1])
    assert judged(history(), lower, releases=withdrawn) == []


def test_a_version_file_does_not_go_back() -> None:
    def said(before: str, after: str) -> list[str]:
        versions = (("VERSION", parse_strict(before), parse_strict(after)),)
        return judged(history(), update("refs/heads/main", "t2", "t3", versions=versions))

    assert said("1.5.0", "1.4.9") == ["error version-backwards"]
    assert said("1.5.0-rc.1", "1.5.0") == []


@pytest.mark.parametrize(
    ("ref", "now", "found"),
    [
        ("refs/heads/main", 99, []),
        ("refs/heads/main", 100, ["error freeze"]),
        ("refs/heads/main", 200, []),
        ("refs/heads/topic", 150, []),
        ("refs/tags/nightly", 150, ["error freeze"]),
        ("refs/notes/x", 150, []),
    ],
)
def test_a_freeze_holds_from_its_first_second_to_its_last(ref: str, now: int, found: list[str]) -> None:
    window = Freeze(begins=100, ends=200, branches=("main",), tags=("*",), reason="", said="x")
    assert judged(history(), update(ref, "t2", "t3"), freezes=(window,), now=now) == found


def test_messages_are_read_where_they_come_to_stay_and_once() -> None:
    small = history()
    small.add("t4", "t3", message="no type")
    assert judged(small, update("refs/heads/topic", "t3", "t4")) == []
    assert judged(small, update("refs/heads/main", "t3", "t4")) == ["error type-empty"]
    assert judged(small, update("refs/heads/main", "t2", "t3")) == []


def test_a_new_branch_has_a_name_of_the_team() -> None:
    named = BranchRules(names=("feature/*",), standing=("main", "release/{line}"))
    assert judged(history(), update("refs/heads/wild", None, "t3"), branches=named) == ["error branch-name"]
    for name in ("feature/a", "release/1.9", "hotfix/1.4.1"):
        assert judged(history(), update(f"refs/heads/{name}", None, "t1"), branches=named) == []


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        (None, "t1", []),
        ("t1", "t2", []),
        ("t2", "t1", ["error shared-record"]),
        ("t2", None, ["error shared-record"]),
    ],
)
def test_a_shared_record_only_grows(old: str | None, new: str | None, found: list[str]) -> None:
    rewound = (old, new) == ("t2", "t1")
    for name in ("deployments", "of/another/kind"):
        assert judged(history(), update(f"refs/relman/shared/{name}", old, new, forced=rewound)) == found
    assert judged(history(), update("refs/relman/else", old, new, forced=rewound)) == []


def test_every_rule_can_be_named() -> None:
    assert all(level in ("error", "warning") for level in LEVELS.values())


# Commits.


def test_protected_by_the_team_or_by_the_strategy() -> None:
    def refused(branch: str, strategy: Strategy) -> bool:
        return bool(list(protected_branch(branch, ("stable", "v?"), strategy)))

    assert [refused(b, TRUNK) for b in ("stable", "v1", "main", "release/1.4")] == [True, True, False, False]
    assert [refused(b, GITFLOW) for b in ("main", "develop")] == [True, False]
    environments = find("gitlab-environments/v1")
    assert environments is not None
    assert [refused(b, environments) for b in ("production", "main")] == [True, False]


def test_a_version_changes_by_hand_only_where_a_merge_brings_it() -> None:
    def found(before: str, after: str, *others: str) -> int:
        one, two = parse_strict(before), parse_strict(after)
        return len(list(version_line("VERSION", one, two, map(parse_strict, others))))

    assert found("1.0.0", "1.0.0") == 0
    assert found("1.0.0", "1.0.1") == 1
    assert found("1.0.0", "1.0.1", "1.0.1") == 0
