import pytest
from hypothesis import given
from hypothesis import strategies as st

from relman.model.placeholder import fill, places


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("v{version}", ("version",)),
        ("{line}/{version}-{line}", ("line", "version", "line")),
        ("plain", ()),
        ("{}", ("",)),
        ("{version.major}", None),
        ("{version!r}", None),
        ("{{version}}", None),
        ("}{", None),
    ],
)
def test_places_are_named_in_order_and_stray_braces_are_refused(
    text: str, names: tuple[str, ...] | None
) -> None:
    assert places(text) == names


def test_a_value_is_put_in_and_an_unknown_place_stays() -> None:
    assert fill("{a}-{b}-{a}", {"a": "1"}) == "1-{b}-1"


@given(st.text())
def test_a_value_is_never_read_as_a_text_with_places(value: str) -> None:
    assert fill("<{notes}>", {"notes": value, "version": "1.0.0"}) == f"<{value}>"
