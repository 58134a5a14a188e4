import pytest

from relman.model.letter_case import Case, has_case, opens_in


@pytest.mark.parametrize(
    ("text", "cases"),
    [
        ("some message", {"lower-case"}),
        ("SOME MESSAGE", {"upper-case", "sentence-case", "start-case"}),
        ("Some message", {"sentence-case"}),
        ("Some Message", {"sentence-case", "start-case"}),
        ("SomeMessage", {"pascal-case", "sentence-case"}),
        ("someMessage", {"camel-case"}),
        ("some-message", {"kebab-case", "lower-case"}),
        ("some_message", {"snake-case", "lower-case"}),
        ("`Eslint` configuration", {"lower-case", "camel-case", "kebab-case", "snake-case"}),
    ],
)
def test_each_case_is_told_from_the_others(text: str, cases: set[Case]) -> None:
    every: tuple[Case, ...] = (
        "lower-case",
        "upper-case",
        "sentence-case",
        "start-case",
        "pascal-case",
        "camel-case",
        "kebab-case",
        "snake-case",
    )
    assert {case for case in every if has_case(text, case)} == cases


@pytest.mark.parametrize("text", ["", "  ", "12 things", '"Quoted"'])
def test_what_has_no_letters_to_judge_is_in_every_case(text: str) -> None:
    assert has_case(text, "lower-case")
    assert has_case(text, "upper-case")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Some message", "sentence-case"),
        ("SOME MESSAGE", "upper-case"),
        ("SomeMessage", "pascal-case"),
        ("HTTP keeps its case", None),
        ("ConfigParser keeps order", None),
        ("README.md says so", None),
        ("Makefile: add a target", None),
    ],
)
def test_names_and_acronyms_at_the_front_are_not_the_case_of_a_sentence(text: str, found: str | None) -> None:
    assert opens_in(text, ("sentence-case", "start-case", "pascal-case", "upper-case")) == found
    assert opens_in(text, ()) is None
