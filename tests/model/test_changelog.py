"""Commits to sections: what is news, where it stands, and in what words."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from relman.model.changelog import Entry, Group, Layout, Section, build_sections, contributors
from relman.model.history import Commit, Person
from relman.model.names import Oid

ANN = Person(name="Ann Lee", email="ann@example.com", when=0)
BOT = Person(name="renovate[bot]", email="bot@example.com", when=0)
LAYOUT = Layout()


def oid(label: str) -> Oid:
    return Oid(label.encode().hex().ljust(40, "0"))


def commit(label: str, message: str, *parents: str, author: Person = ANN) -> Commit:
    return Commit(
        id=oid(label),
        tree=oid("tree"),
        parents=tuple(map(oid, parents)),
        author=author,
        committer=ANN,
        message=message,
    )


def shown(*commits: Commit, layout: Layout = LAYOUT) -> list[tuple[str, list[str]]]:
    sections = build_sections(commits, layout=layout)
    return [(s.title, [f"{e.scope or ''}: {e.description}" for e in s.entries]) for s in sections]


def test_a_commit_becomes_an_entry_with_all_its_parts() -> None:
    message = (
        "fix(auth)!: token expiry [skip ci] (#123)\n\nWhy it was wrong.\n\n"
        "BREAKING CHANGE: tokens end\nafter a day\nCloses: #7, PROJ-1\nRefs: #123\n"
        "Co-authored-by: Ben Ode <ben@example.com>\nCo-authored-by: Ann Lee <ann@example.com>"
    )
    assert build_sections([commit("A", message)], layout=LAYOUT) == (
        Section(
            title="Breaking changes",
            entries=(
                Entry(
                    commit=oid("A"),
                    type="fix",
                    scope="auth",
                    description="token expiry",
                    breaking=True,
                    breaking_notes=("tokens end\nafter a day",),
                    authors=("Ann Lee", "Ben Ode"),
                    references=("#7", "PROJ-1"),
                    pull_request=123,
                    subject="fix(auth)!: token expiry [skip ci] (#123)",
                ),
            ),
        ),
    )


def test_sections_stand_as_configured_with_the_breaking_one_first() -> None:
    assert shown(
        commit("A", "wip on the queue"),
        commit("B", "fix: b"),
        commit("C", "feat: c"),
        commit("D", "chore!: drop the old door"),
        commit("E", "perf: e"),
        commit("F", "docs: hidden"),
        commit("G", "security: a type of our own"),
        commit("H", 'Revert "feat: old"\n\nThis reverts commit 0123456.'),
    ) == [
        ("Breaking changes", [": drop the old door"]),
        ("Features", [": c"]),
        ("Bug fixes", [": b"]),
        ("Performance", [": e"]),
        ("Reverts", [": feat: old"]),
        ("Changes", [": wip on the queue", ": a type of our own"]),
    ]


def test_scopes_are_sorted_and_the_rest_keeps_its_order() -> None:
    assert shown(
        commit("A", "fix(ui): 1"),
        commit("B", "fix(API): 2"),
        commit("C", "fix: 3"),
        commit("D", "fix(ui): 4"),
        commit("E", "fix: 5"),
        commit("F", "fix(cli,api): 6"),
    ) == [("Bug fixes", [": 3", ": 5", "API: 2", "cli, api: 6", "ui: 1", "ui: 4"])]


def test_two_groups_of_one_title_are_one_section() -> None:
    layout = Layout(
        sections=(Group(title="Fixed", types=("fix",)), Group(title="Fixed", types=("perf", "fix"))),
        unclassified="Fixed",
    )
    assert shown(commit("A", "perf: a"), commit("B", "fix: b"), commit("C", "c"), layout=layout) == [
        ("Fixed", [": a", ": b", ": c"])
    ]


def test_a_type_that_has_a_section_is_shown_though_it_is_among_the_hidden() -> None:
    layout = Layout(sections=(Group(title="Documentation", types=("docs",)),))
    assert shown(commit("A", "docs: a"), layout=layout) == [("Documentation", [": a"])]


def test_release_commits_and_opted_out_ones_are_no_news() -> None:
    assert (
        shown(
            commit("A", "chore(release): 1.4.3"),
            commit("B", "1.4.3"),
            commit("C", "bump: version 1.4.2 → 1.4.3"),
            commit("D", "Version Packages"),
            commit("E", "feat: half a thing\n\nChangelog: ignore"),
        )
        == []
    )


def test_markers_for_the_build_are_no_news() -> None:
    assert shown(
        commit("A", "fix: a [skip ci]"),
        commit("B", "fix: b [CI SKIP] (#3)"),
        commit("C", "fix: c ***NO_CI***"),
        commit("D", "fix: keep (#9) inside"),
    ) == [("Bug fixes", [": a", ": b", ": c", ": keep (#9) inside"])]


def test_a_merge_is_not_listed_beside_what_it_brought() -> None:
    story = (
        commit("A", "feat: a", "Z"),
        commit("C", "chore: c", "Z"),
    )
    assert shown(commit("M", "Merge branch 'x'", "C", "A"), *story) == [("Features", [": a"])]
    assert shown(commit("M", "Merged PR 7: feat: a", "C", "A"), *story) == [("Features", [": a"])]


def test_a_merge_speaks_for_unconventional_commits() -> None:
    assert shown(
        commit("M", "Merged PR 7: feat: a", "C", "A"), commit("A", "wip", "Z"), commit("C", "fix: c", "Z")
    ) == [("Features", [": a"]), ("Bug fixes", [": c"]), ("Changes", [": wip"])]


def test_a_merge_that_alone_says_that_something_breaks_is_listed() -> None:
    said = "Merge pull request #7 from ann/x\n\nBREAKING CHANGE: no more x"
    sections = build_sections(
        [commit("M", said, "C", "A"), commit("A", "feat: a", "Z"), commit("C", "fix: c", "Z")], layout=LAYOUT
    )
    assert [(s.title, s.entries[0].breaking_notes) for s in sections] == [
        ("Breaking changes", ("no more x",)),
        ("Features", ()),
        ("Bug fixes", ()),
    ]


def test_what_cancelled_out_is_gone() -> None:
    commits = [commit("A", "feat: a"), commit("B", "feat: b")]
    sections = build_sections(commits, layout=LAYOUT, removed=frozenset({oid("A")}))
    assert [e.description for s in sections for e in s.entries] == ["b"]


def test_a_fix_that_shipped_on_a_line_is_hidden_or_mentioned() -> None:
    commits = [commit("A", "fix: a"), commit("B", "fix: b")]
    already = {oid("A"): "1.4.1"}
    hidden = build_sections(commits, layout=LAYOUT, already=already)
    assert [(e.description, e.also_in) for s in hidden for e in s.entries] == [("b", ())]
    mentioned = build_sections(commits, layout=Layout(repeats="mention"), already=already)
    assert [(e.description, e.also_in) for s in mentioned for e in s.entries] == [
        ("a", ("1.4.1",)),
        ("b", ()),
    ]


SQUASH = "chore: squash (#12)\n\n* feat(api): one\n* fix: two\n* not conventional\n* feat!: three"


def test_the_bullets_of_a_squash_are_prose_unless_asked_for_but_a_break_is_told() -> None:
    (section,) = build_sections([commit("A", SQUASH)], layout=LAYOUT)
    assert section.title == "Breaking changes"
    assert [(e.type, e.description, e.breaking_notes) for e in section.entries] == [
        ("chore", "squash", ("three",))
    ]


def test_the_bullets_of_a_squash_are_entries_when_asked_for() -> None:
    sections = build_sections([commit("A", SQUASH)], layout=Layout(squash_bullets=True))
    assert [(s.title, [(e.scope, e.description, e.pull_request) for e in s.entries]) for s in sections] == [
        ("Breaking changes", [(None, "three", 12)]),
        ("Features", [("api", "one", 12)]),
        ("Bug fixes", [(None, "two", 12)]),
    ]


def test_contributors_are_people_in_order_of_their_names() -> None:
    commits = [
        commit("A", "fix: a\n\nCo-authored-by: zoe <z@example.com>\nCo-authored-by: Ben <b@example.com>"),
        commit("B", "fix: b", author=BOT),
        commit("C", "Merge branch 'x'", "A", "B", author=structs.replace(ANN, name="Merger")),
        commit("D", "fix: d", author=structs.replace(ANN, name="Gone")),
    ]
    assert contributors(commits, removed=frozenset({oid("D")})) == ("Ann Lee", "Ben", "zoe")


TYPES = st.sampled_from(["feat", "fix", "docs", "odd", "feat!", "docs!"])


@given(st.lists(TYPES, max_size=12))
def test_every_commit_is_listed_once_or_hidden(kinds: list[str]) -> None:
    commits = [commit(f"c{n}", f"{kind}: {n}") for n, kind in enumerate(kinds)]
    sections = build_sections(commits, layout=LAYOUT)
    listed = sorted(e.commit for s in sections for e in s.entries)
    assert listed == sorted(c.id for c, kind in zip(commits, kinds, strict=True) if kind != "docs")
    assert all(s.entries for s in sections)
