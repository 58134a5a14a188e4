import pytest
from hypothesis import given
from hypothesis import strategies as st

from relman.model.message_lint import lint
from relman.model.message_rules import DEFAULT_LEVELS, LintRules, Problem, Situation

messages = st.text(max_size=300) | st.lists(
    st.sampled_from(
        ["feat", "amend! x", "fix!", "(", ")", "!", ": ", " ", "\n", "\n\n", "BREAKING CHANGE", "\x1b[31m"]
    )
    | st.text(max_size=4)
).map("".join)


def test_a_problem_says_where_and_what_to_do() -> None:
    assert lint("feat!(api): x\n\nSigned-off-by: Z", LintRules(signed_off=True)) == (
        Problem(
            rule="header-syntax",
            level="error",
            message="the ! stands before the scope",
            line=1,
            column=5,
            hint="put the ! after the scope: feat(api)!:",
            spec=True,
        ),
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [("header-empty", 1, 1)]),
        (": m", [("type-empty", 1, 1)]),
        ("fix:", [("subject-empty", 1, 5)]),
        ("fix: m.", [("subject-full-stop", 1, 7)]),
        ("fix(s): Some message", [("subject-case", 1, 9)]),
        ("fix: HTTP keeps its case", []),
        ("foo: m", [("type-enum", 1, 1)]),
        ("FIX: m", [("type-case", 1, 1)]),
        ("\n\n fix: m ", [("header-leading-space", 3, 1), ("header-trim", 3, 8)]),
        ("fix: m\nbody", [("body-leading-blank", 2, 1)]),
        ("fix: m\n\nbody\nBREAKING CHANGE: x", [("footer-leading-blank", 4, 1)]),
        ("fix: m\n\n" + "word " * 21, [("body-max-line-length", 3, 101)]),
        ("fix: m\n\nhttps://example.com/" + "word " * 21, []),
        ("fix: m\n\nRefs: " + "word " * 21, [("footer-max-line-length", 3, 101)]),
        ("fix: m\n\nred \x1b[31m", [("control-character", 3, 5)]),
        ("fix: m\n\n**BREAKING CHANGE**: x", [("breaking-near-miss", 3, 3)]),
        ("fix: m\n\nbreaking changes are rare", []),
        ('Revert "Anything."\n\nThis reverts commit 0123456.', []),
        ('Revert "Anything."', [("revert-reference", 1, 1)]),
        ('Revert "x (#12)" (#15)\n\nReverts owner/name#12', []),
        ("revert: x\n\nRefs: 676104e, a215868", []),
        ("revert: x", [("revert-reference", 1, 1)]),
        ("Revert the last two", [("type-empty", 1, 1)]),
        ("Merge branch 'a'\nno gap", [("body-leading-blank", 2, 1)]),
        ("1.2.3\n\n" + "word " * 40, []),
        ("fix: SomeName", [("subject-case", 1, 6)]),
        ("fix: ConfigParser keeps order", []),
    ],
)
def test_lint_by_default(text: str, found: list[tuple[str, int, int]]) -> None:
    assert [(problem.rule, problem.line, problem.column) for problem in lint(text)] == found


@pytest.mark.parametrize(
    ("rules", "text", "found"),
    [
        (LintRules(types=("feat",)), "fix: m", [("type-enum", "error")]),
        (LintRules(types=("foo",)), "foo: m", []),
        (LintRules(scopes=("api",)), "fix(api, web): m", [("scope-enum", "error")]),
        (LintRules(scope_required=True), "fix: m", [("scope-required", "error")]),
        (LintRules(signed_off=True), "fix: m", [("signed-off-by", "error")]),
        (LintRules(trailers=("change-id",)), "fix: m\n\nChange-Id: I1", []),
        (LintRules(trailers=("Change-Id",)), "fix: m", [("trailer-exists", "error")]),
        (LintRules(header_max=5), "fix: m", [("header-max-length", "warning")]),
        (LintRules(scope_case=("lower-case", "camel-case")), "fix(Api, myApi): m", [("scope-case", "error")]),
        (LintRules(type_case="upper-case"), "FIX: m", []),
        (LintRules(subject_case=("sentence-case",), subject_case_never=()), "fix: Some", []),
        (
            LintRules(subject_case=("sentence-case",), subject_case_never=()),
            "fix: some",
            [("subject-case", "warning")],
        ),
        (LintRules(subject_min=5), "fix: abcd", [("subject-min-length", "error")]),
        (LintRules(subject_max=3), "fix: abcd", [("subject-max-length", "error")]),
        (LintRules(full_stop="!"), "fix: a!", [("subject-full-stop", "warning")]),
        (LintRules(full_stop=""), "fix: a.", []),
        (LintRules(body_required=True), "fix: a\n\nRefs: #1", [("body-required", "error")]),
        (LintRules(body_required=True), "fix: a\n\nwhy", []),
        (LintRules(breaking_both=True), "fix!: a", [("breaking-both", "error")]),
        (LintRules(breaking_both=True), "fix: a\n\nBREAKING CHANGE: b", [("breaking-both", "error")]),
        (LintRules(breaking_both=True), "fix!: a\n\nBREAKING CHANGE: b", []),
        (LintRules(issue_required=True), "fix: a", [("issue-required", "error")]),
        (LintRules(issue_required=True), "fix: a (#12)", []),
        (LintRules(issue_required=True, issue_prefixes=("PAY-",)), "fix: a\n\nRefs: PAY-1", []),
        (
            LintRules(issue_required=True, issue_prefixes=("PAY-",)),
            "fix: REPAY-1",
            [("issue-required", "error")],
        ),
        (LintRules(style="error"), "fix: a.", [("subject-full-stop", "error")]),
        (
            LintRules(style="error", enforce=False),
            "Fix: a.",
            [("type-case", "warning"), ("subject-full-stop", "warning")],
        ),
        (LintRules(release="ship {version} on {line}"), "ship 1.4.2 on 1.4", []),
        (LintRules(release="ship {version}"), "ship the thing", [("type-empty", "error")]),
        (LintRules(levels={"subject-full-stop": "off"}), "fix: m.", []),
        (LintRules(levels={"fixup": "warning"}), "fixup! a", [("fixup", "warning")]),
    ],
)
def test_lint_by_a_projects_rules(rules: LintRules, text: str, found: list[tuple[str, str]]) -> None:
    assert [(problem.rule, problem.level) for problem in lint(text, rules)] == found


@given(messages)
def test_lint_never_fails_and_never_prints_raw(text: str) -> None:
    lines = len(text.split("\n"))
    for problem in lint(text, LintRules(signed_off=True, scopes=("a",))):
        assert 1 <= problem.line <= lines
        assert problem.column >= 1
        assert (problem.message + problem.hint).isprintable()


def test_a_merges_subject_on_a_commit_that_is_none_is_noticed() -> None:
    text = "Merge branch 'a' into b"
    assert [p.rule for p in lint(text, situation=Situation(merge=False))] == ["merge-subject"]
    assert lint(text) == lint(text, situation=Situation(merge=True)) == ()


def test_a_merge_may_be_told_in_any_words_but_a_type_is_held_to_its_grammar() -> None:
    merge = Situation(merge=True)
    assert lint("Bring in the new parser", situation=merge) == ()
    assert [p.rule for p in lint("Feat: bring it in", situation=merge)] == ["type-case"]
    assert [p.rule for p in lint("x\x1b", situation=merge)] == ["control-character"]


def test_a_fixup_is_fine_until_it_is_shared_and_what_replaces_a_message_is_checked() -> None:
    here = Situation(local=True)
    assert lint("fixup! Any Thing." + "x" * 200, situation=here) == ()
    assert lint("squash! feat: x\n\nmore words", situation=here) == ()
    assert [(p.rule, p.line) for p in lint("amend! feat: x\n\nFeat: y\n", situation=here)] == [
        ("type-case", 3)
    ]
    assert lint("amend! Feat: x\n\nfeat: y\n", situation=here) == ()


@pytest.mark.parametrize("rule", DEFAULT_LEVELS)
def test_every_rule_can_be_set_to_every_level(rule: str) -> None:
    for level in ("error", "warning", "off"):
        assert LintRules(levels={rule: level}).level(rule) == level


BROKEN = {
    "header-empty": "",
    "header-syntax": "feat!!: x",
    "header-leading-space": " feat: x",
    "fixup": "fixup! x",
    "type-empty": "x",
    "type-case": "Feat: x",
    "subject-empty": "feat:",
    "subject-leading-blank": "feat:x",
    "scope-empty": "feat(): x",
    "scope-trim": "feat( a): x",
    "scope-parentheses": "feat(a(b)): x",
    "body-leading-blank": "feat: x\ny",
    "footer-leading-blank": "feat: x\n\ny\nBREAKING CHANGE: z",
    "breaking-form": "feat: x\n\nBREAKING CHANGE:y",
    "breaking-near-miss": "feat: x\n\nBREAKING CHANGES: y",
    "breaking-in-body": "feat: x\n\n* fix!: y",
    "commit-in-body": "feat: x\n\nfix: y",
    "type-enum": "foo: x",
    "subject-space": "feat:  x",
    "subject-case": "feat: The x",
    "subject-full-stop": "feat: x.",
    "header-trim": "feat: x ",
    "header-max-length": "feat: " + "x" * 100,
    "body-max-line-length": "feat: x\n\n" + "x " * 60,
    "footer-max-line-length": "feat: x\n\nRefs: " + "x " * 60,
    "control-character": "feat: x\x07",
    "revert-reference": 'Revert "x"',
}


@pytest.mark.parametrize("rule", BROKEN)
def test_every_rule_that_needs_no_setting_is_broken_by_its_example_and_can_be_turned_off(rule: str) -> None:
    assert rule in [p.rule for p in lint(BROKEN[rule])]
    assert rule not in [p.rule for p in lint(BROKEN[rule], LintRules(levels={rule: "off"}))]


def test_the_other_rules_ask_for_a_setting_or_know_what_the_commit_is() -> None:
    assert set(DEFAULT_LEVELS) - set(BROKEN) == {
        "merge-subject",
        "scope-enum",
        "scope-required",
        "scope-case",
        "subject-min-length",
        "subject-max-length",
        "body-required",
        "breaking-both",
        "issue-required",
        "signed-off-by",
        "trailer-exists",
    }
