import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from relman.model.bump import bump_of, on_zero
from relman.model.message import (
    Message,
    Reverted,
    breaking_notes,
    clean,
    fixes,
    is_release_subject,
    normalised_subject,
    parse,
    picked_from,
    pull_request,
    references,
    release_as,
    reverted,
    scopes,
)
from relman.model.message_grammar import Footer
from relman.model.message_lint import lint
from relman.model.message_subject import is_fixup, is_merge_subject

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent.parent / "data" / "commit_messages.json").read_text(encoding="utf-8")
)
ID = "0123456789abcdef0123456789abcdef01234567"
OTHER = "89abcdef0123456789abcdef0123456789abcdef"

anything = st.text(max_size=300)
pieces = st.lists(
    st.sampled_from(
        [
            "feat",
            "fix!",
            "(",
            ")",
            "api",
            "!",
            ": ",
            ":",
            " ",
            "\n",
            "\n\n",
            "* ",
            "BREAKING CHANGE",
            "Refs",
            " #1",
            "Merge branch '",
            'Revert "',
            '"',
            "(cherry picked from commit " + ID + ")",
            "\x1b[31m",
            "\x00",
            "{{ x }}",
            "[1.4]",
            "Fixes",
            ID,
            "This reverts commit ",
            "breaking change",
            "Note: ",
            "\t",
            "1.2.3",
            "\r\n",
        ]
    ),
    max_size=25,
).map("".join)
messages = anything | pieces


def stored(vector: dict[str, Any]) -> str:
    text: str = vector["message"]
    return clean(text) if vector["id"].startswith("editor-") else text


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_vector_is_read_as_the_law_says(vector: dict[str, Any]) -> None:
    message = parse(stored(vector))
    assert {
        "type": message.type,
        "scope": message.scope,
        "breaking": message.breaking,
        "description": message.description,
        "body": message.body,
        "footers": [[footer.token, footer.value] for footer in message.footers],
        "bump_from_1": bump_of(message).word,
        "bump_from_0": on_zero(bump_of(message)).word,
    } == {
        key: vector[key]
        for key in (
            "type",
            "scope",
            "breaking",
            "description",
            "body",
            "footers",
            "bump_from_1",
            "bump_from_0",
        )
    }


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_vector_breaks_the_specification_or_not(vector: dict[str, Any]) -> None:
    problems = lint(stored(vector))
    assert any(problem.spec for problem in problems) != vector["lint_ok"]
    assert all((problem.level == "error") == problem.spec for problem in problems)


@pytest.mark.parametrize(
    ("text", "body", "footers"),
    [
        ("fix: a\n\nFirst line\nIMPORTANT: see x\nAnother", "First line\nIMPORTANT: see x\nAnother", []),
        (
            "fix: a\n\nbody\n\nNote: no footer\nmore body\n\nSigned-off-by: A <a@b.c>",
            "body\n\nNote: no footer\nmore body",
            [("Signed-off-by", "A <a@b.c>")],
        ),
        (
            "feat: t\n\nbody\n\ncloses #1234\n\n\nBREAKING CHANGE: broke",
            "body",
            [("closes", "1234"), ("BREAKING CHANGE", "broke")],
        ),
        ("fix: a\nBREAKING CHANGE: first\n second", None, [("BREAKING CHANGE", "first\n second")]),
        ("fix: a\n\nBREAKING CHANGE:\n\n* one\n* two", None, [("BREAKING CHANGE", "* one\n* two")]),
        ("fix: a\n\nBREAKING CHANGE:", "BREAKING CHANGE:", []),
        ("fix: a\n\nfoo:", "foo:", []),
        ("fix: a\n\nIssue #12 hit us.\nWe mended it.", "Issue #12 hit us.\nWe mended it.", []),
        ("fix: a\n\n* BREAKING CHANGE: x\n* fix: y", "* fix: y", [("BREAKING CHANGE", "x")]),
        (
            f"fix: a\n\nbody\n(cherry picked from commit {ID})\n\nConflicts:\n\ta.c",
            "body\n\nConflicts:\n\ta.c",
            [("cherry picked from commit", ID)],
        ),
    ],
)
def test_body_and_footers(text: str, body: str | None, footers: list[tuple[str, str]]) -> None:
    message = parse(text)
    assert (message.body, [(footer.token, footer.value) for footer in message.footers]) == (body, footers)


@pytest.mark.parametrize(
    "subject",
    [
        "foo(: bar",
        "foo): bar",
        "foo(bar) :baz",
        "foo (bar): baz",
        "foo bar(baz): q",
        "feat add x",
        "feat(foo: x",
        "my type: x",
        "https://example.com",
        "std::vector grows",
        ": x",
        "",
        "feat(a) and b(c): x",
        "*: x",
    ],
)
def test_no_header(subject: str) -> None:
    assert parse(subject) == Message(subject=subject)


@pytest.mark.parametrize("scope", ["api/v2", "@org/pkg", "größe", "a:b", "a(b(c))"])
def test_scope_as_written(scope: str) -> None:
    assert parse(f"feat({scope}): x").scope == scope


def test_scopes_are_a_list() -> None:
    assert [scopes(parse(text)) for text in ("feat(api, cli,api,): x", "feat(a/b): x", "feat: x")] == [
        ("api", "cli"),
        ("a/b",),
        (),
    ]


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ("feat!: a\n\nBREAKING CHANGE: text", ("text",)),
        ("feat!: a", ("a",)),
        ("chore: squash\n\n* feat!: one\n* fix: two\n* fix(x)!: three", ("one", "three")),
        ("feat: a", ()),
    ],
)
def test_breaking_notes(text: str, notes: tuple[str, ...]) -> None:
    assert breaking_notes(parse(text)) == notes


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        (f"fix: a\n\n(cherry picked from commit {ID})\n(cherry picked from commit {OTHER})", (ID, OTHER)),
        (f"a\n\ncommit {ID} upstream.\n\nText.", (ID,)),
        (f"a\n\n[ Upstream commit {ID} ]\n\nText.\n\nSigned-off-by: Z", (ID,)),
        (f"a\n\n(cherry picked from commit {ID} of fork)", (ID,)),
        ("a\n\nBackport-of: 0123456", ("0123456",)),
        (f"a\n\nSee commit {ID} for more.", ()),
        (f"a\n\n(cherry picked from commit {ID}00)", ()),
    ],
)
def test_picked_from(text: str, ids: tuple[str, ...]) -> None:
    assert picked_from(parse(text)) == ids


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f'Revert "feat: x"\n\nThis reverts commit {ID}.', Reverted(commits=(ID,), subject="feat: x")),
        (
            f'Revert "Merge x"\n\nThis reverts commit {ID}, reversing\nchanges made to {OTHER}.',
            Reverted(commits=(ID,), mainline=OTHER, subject="Merge x"),
        ),
        (
            f'Reapply "feat: x"\n\nThis reverts commit {ID}.',
            Reverted(commits=(ID,), subject="feat: x", reapply=True),
        ),
        ('Revert "Revert "x""', Reverted(subject='Revert "x"', reapply=True)),
        ('Revert "Reapply "x""', Reverted(subject='Reapply "x"')),
        ('Revert "x (#12)" (#15)\n\nReverts org/repo#12', Reverted(subject="x (#12)", pull_requests=(12,))),
        ('Revert "x"\n\nReverts #12', Reverted(subject="x", pull_requests=(12,))),
        ('Revert "x"\n\nThis reverts merge request !9', Reverted(subject="x", pull_requests=(9,))),
        ("revert: two\n\nRefs: 676104e, a215868", Reverted(commits=("676104e", "a215868"))),
        ("fix: two\n\nRefs: 676104e", Reverted()),
        (f"a\n\nThis reverts commits 676104e and {ID}.", Reverted(commits=("676104e", ID))),
        ("feat: x", Reverted()),
    ],
)
def test_reverted(text: str, expected: Reverted) -> None:
    assert reverted(parse(text)) == expected


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ('a\n\nFixes: 1a2b3c4 ("some subject")\nFixes: 676104e', ("1a2b3c4", "676104e")),
        ('a\n\nFixes 1a2b3c4d5e6f ("some subject")', ("1a2b3c4d5e6f",)),
        ('a\n\nFixes: 1234567 ("digits only")', ("1234567",)),
        ("a\n\nFixes: 1234567", ()),
        ("a\n\nFixes: #12", ()),
        ("fixes 1a2b3c4", ()),
    ],
)
def test_fixes(text: str, ids: tuple[str, ...]) -> None:
    assert fixes(parse(text)) == ids


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fix: a\n\nCloses #1, #2\nFixes: #3\nRefs: #1, PROJ-4", ("#1", "#2", "#3", "PROJ-4")),
        ("fix: a\n\nThis fixes #12 and #13, see UTF-8.", ("#12", "#13")),
        ("fix(PROJ-7): a (#12)", ("PROJ-7",)),
        ("fix: a\n\nBREAKING CHANGE: gone. This fixes #1476.", ("#1476",)),
        (
            "fix: a\n\nCloses: https://example.com/org/repo/issues/5, org/other#6",
            ("org/repo#5", "org/other#6"),
        ),
        ("fix: a\n\nReviewed-by: #12\n\nprose #13", ()),
        ("fix: a\n\nFixes: 1a2b3c4 (no issue)", ()),
    ],
)
def test_references(text: str, expected: tuple[str, ...]) -> None:
    assert references(parse(text)) == expected


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("feat: a (#12)", 12),
        ("feat: a (#12) (#15) [skip ci]", 15),
        ("feat: a (!7)", 7),
        ("Merge pull request #3 from u/b", 3),
        ("Merged PR 7: fix: a", 7),
        ("Merged in topic (pull request #8)", 8),
        ("feat: a\n\nPR-URL: https://example.com/o/r/pull/123", 123),
        ("Merge branch 'f' into 'main'\n\nfeat: a\n\nSee merge request group/proj!12", 12),
        ('Revert "a (#12)"', None),
        ("feat: a (#12) more", None),
        ("fix: a\n\nCloses #4", None),
    ],
)
def test_pull_request(text: str, number: int | None) -> None:
    assert pull_request(parse(text)) == number


def test_the_last_release_as_counts() -> None:
    assert release_as(parse("feat: a\n\nRelease-As: 1.0.0\nrelease-as: v2.0.0-rc.1")) == "v2.0.0-rc.1"
    assert release_as(parse("feat: a")) is None


@pytest.mark.parametrize(
    "subject",
    [
        "fix: Bound the loop",
        "fix: bound the loop (#12)",
        "[1.4] fix: bound the loop",
        "[v1.x] fix: bound the loop",
        "[PR #12/0123abc backport][3.13] fix: bound the loop (#13)",
        "fix: bound the loop (backport #12) (#15)",
        "Backport PR #12 on branch 1.4.x (fix: bound the loop) (#13)",
        "Backport #12: fix:  bound the loop",
        "Automated cherry pick of #12: fix: bound the loop",
        "[release/1.4] fix: bound the loop [skip ci]",
        "[backport 1.4] fix: bound the loop",
        "Merged PR 3: fix: bound the loop",
        "backport: fix: bound the loop",
    ],
)
def test_ports_have_one_normalised_subject(subject: str) -> None:
    assert normalised_subject(parse(subject)) == "fix: bound the loop"


@pytest.mark.parametrize("subject", ["[core] add x", "fix: y (see docs)", "[1.4]", "backport things"])
def test_normalising_keeps_what_is_no_decoration(subject: str) -> None:
    assert normalised_subject(parse(subject)) == subject


def test_subjects_that_programs_write() -> None:
    releases = ["1.2.3", "v1.2.3-rc.1", "chore(release): 1.2.3 [skip ci]", "chore(main): release pkg 1.2.3"]
    releases += [
        "bump: version 1.2.3 → 1.3.0",
        "Bump version: 1.2.3 → 1.3.0",
        "Release v1.2",
        "Version Packages",
    ]
    releases += ["chore: prepare release 1.2.3", "chore(version): 1.2.3", "chore: release 1.2.3"]
    others = ["chore: python 3.12", "feat: 1.2.3", "Release the kraken", "1.2.3 is out", "fix: x"]
    assert [subject for subject in releases + others if is_release_subject(subject)] == releases
    merges = ["Merge branch 'a'", "Merge tag 'v1' into b", "Merge pull request #1 from a/b", "Merged PR 1: x"]
    merges += [
        "Merge remote-tracking branch 'o/a'",
        "Merge 0123456 into 89abcde",
        "Merged in topic (pull request #1)",
    ]
    assert [
        subject for subject in [*merges, "Merge the two parsers", "merge: x"] if is_merge_subject(subject)
    ] == merges
    fixups = ["fixup! feat: a", "squash! a", "amend! a"]
    assert [subject for subject in [*fixups, "fixup: a", "fix!: a"] if is_fixup(subject)] == fixups


def test_clean_does_what_git_does() -> None:
    text = (
        "\n\nfix: a  \n\n\n\n; note\nbody\t\n\n; ------------------------ >8 ------------------------\ndiff\n"
    )
    assert clean(text, ";") == "fix: a\n\nbody\n"
    assert clean("# kept\n", "") == "# kept\n"
    assert clean("# only\n\n") == ""
    assert clean("a\r\n\x0b\n") == "a\n\x0b\n"


@given(messages)
def test_reading_never_fails(text: str) -> None:
    message = parse(text)
    for read in (scopes, breaking_notes, picked_from, reverted, fixes, references, pull_request, release_as):
        read(message)
    assert normalised_subject(message) == normalised_subject(message).strip().lower()
    assert (message.type is None) == (message.description is None)


@given(messages)
def test_cr_lf_reads_as_lf(text: str) -> None:
    plain = text.replace("\r", "")
    windows = plain.replace("\n", "\r\n")
    assert parse(windows) == parse(plain)
    assert lint(windows) == lint(plain)


@given(messages)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(
    head=st.sampled_from(["feat!: x", "feat: x", "plain", "Merge branch 'a'"]),
    marker=st.sampled_from(
        ["BREAKING CHANGE: gone", "BREAKING-CHANGE: gone", "* feat!: gone", "BREAKING CHANGE:\ngone"]
    ),
    before=messages,
    after=messages,
)
@example(head="feat: x", marker="BREAKING CHANGE: gone", before="Note: a\nb", after="")
def test_a_marker_is_never_lost_among_other_text(head: str, marker: str, before: str, after: str) -> None:
    assert parse(f"{head}\n\n{before}\n{marker}\n{after}").breaking


@given(messages, messages)
def test_a_bang_in_the_header_is_never_lost(body: str, more: str) -> None:
    assert parse(f"feat(api)!: x\n{body}\n\n{more}").breaking


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "(",
        "a(",
        "((a)",
        ")",
        " ",
        "\t",
        "\r",
        "!",
        "-",
        "* ",
        "[1",
        "[1.2]",
        "(#1)",
        "#1 ",
        " (#1) ",
        '"',
        "0",
        "BREAKING CHANGE:\n",
        "Refs: #1\n",
        "a: b\n\n",
        "1.2.",
        "fixes #1, ",
        "a/",
        "\n",
        "0123456 and ",
        "\x00",
        "é",
    ],
)
@pytest.mark.parametrize(
    "lead", ["", "feat(", "feat: ", 'Revert "', "x\n\n", "x\n\nRefs: ", "x\n\nThis reverts commit 0123456 "]
)
def test_a_large_message_costs_one_pass(lead: str, unit: str) -> None:
    # catastrophic backtracking would hang the suite rather than fail an assertion
    text = lead + unit * (60_000 // len(unit))
    message = parse(text)
    for read in (breaking_notes, picked_from, reverted, fixes, references, pull_request, normalised_subject):
        read(message)
    assert isinstance(lint(text), tuple)
    assert parse("feat: x\n\nRefs: #1").footers == (Footer(token="Refs", value="#1"),)
