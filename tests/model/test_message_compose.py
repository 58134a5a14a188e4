from hypothesis import given
from hypothesis import strategies as st

from relman.model.message import parse
from relman.model.message_compose import Parts, compose, wrapped
from relman.model.message_lint import lint

WORDS = st.text("abcdefgh ", min_size=1, max_size=40).map(str.strip).filter(bool)


def test_the_parts_stand_in_the_specifications_order() -> None:
    parts = Parts(
        type="feat",
        scope="cart",
        description="show the tax",
        body="Shops asked for it.",
        breaking="prices are net",
        issues=("PAY-12", "#7"),
    )
    assert compose(parts) == (
        "feat(cart)!: show the tax\n\nShops asked for it.\n\nBREAKING CHANGE: prices are net\nRefs: PAY-12\nRefs: #7\n"
    )
    assert compose(Parts(type="fix", description="x")) == "fix: x\n"


def test_long_paragraphs_are_wrapped_and_lists_and_addresses_are_not() -> None:
    long = "word " * 30
    assert max(map(len, wrapped(f"short\nlines\n\n{long}").splitlines())) <= 72
    assert wrapped(f"- {long}".strip()) == f"- {long}".strip()
    assert wrapped("x" * 90) == "x" * 90


@given(
    description=WORDS,
    body=st.lists(WORDS, max_size=4).map("\n\n".join),
    breaking=st.none() | WORDS,
    issues=st.lists(st.sampled_from(["#1", "PAY-2"]), max_size=2, unique=True).map(tuple),
)
def test_what_is_composed_reads_back_and_is_in_order(
    description: str, body: str, breaking: str | None, issues: tuple[str, ...]
) -> None:
    text = compose(
        Parts(type="feat", scope="a", description=description, body=body, breaking=breaking, issues=issues)
    )
    read = parse(text)
    assert (read.type, read.scope, read.description) == ("feat", "a", description)
    assert read.breaking == (breaking is not None)
    assert [f.value for f in read.footers if f.token == "Refs"] == list(issues)
    assert lint(text) == ()
