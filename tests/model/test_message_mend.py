import pytest
from hypothesis import given
from hypothesis import strategies as st

from relman.model.message import parse
from relman.model.message_lint import lint
from relman.model.message_mend import mended
from relman.model.message_rules import DEFAULT, LintRules


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("Feat: Count every piece.", "feat: count every piece"),
        ("feat:x", "feat: x"),
        ("Feature(api) : add a thing", "feat(api): add a thing"),
        ("feta: x", "feat: x"),
        ("feat!(api): y", "feat(api)!: y"),
        ("feat!!: y", "feat!: y"),
        ("Fix - the thing", "fix: the thing"),
        ("feat( a ): THE END", "feat(a): the end"),
        ("feat(): x", "feat: x"),
    ],
)
def test_what_follows_from_the_line_is_offered(wrong: str, right: str) -> None:
    assert mended(wrong, DEFAULT) == right


@pytest.mark.parametrize(
    "line", ["foo: x", "HTTP: x", "see: https://x", "just words", "", "feat:", "feat: README Is"]
)
def test_what_only_a_person_can_tell_or_what_is_right_is_left(line: str) -> None:
    assert mended(line, DEFAULT) is None


def test_the_projects_own_rules_count() -> None:
    rules = LintRules(types=("feature",), scope_case=("lower-case",), trailers=("Ticket",))
    assert mended("Featur(API): x", rules) == "feature(api): x"


@given(
    st.from_regex(r"[a-zA-Z]{1,8}!?(\([a-z ,A]{0,9}\))?!{0,2} ?:? {0,2}[^\n]{0,20}", fullmatch=True)
    | st.text(max_size=40)
)
def test_an_offer_is_in_order_and_keeps_breaking_markers(line: str) -> None:
    offer = mended(line, DEFAULT)
    if offer is not None:
        assert lint(offer) == ()
        assert parse(offer).breaking == ("!" in line.partition(":")[0])
