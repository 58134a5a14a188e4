import pytest

from relman.model.bump import DEFAULT_BUMPS, Bump, bump_of, on_zero
from relman.model.message_grammar import parse


@pytest.mark.parametrize(
    ("subject", "bump"),
    [
        ("feat: x", Bump.MINOR),
        ("fix: x", Bump.PATCH),
        ("perf: x", Bump.PATCH),
        ("revert: x", Bump.PATCH),
        ('Revert "docs: x"', Bump.PATCH),
        ("docs: x", Bump.NONE),
        ("no header", Bump.NONE),
        ("docs!: x", Bump.MAJOR),
        ("no header\n\nBREAKING CHANGE: x", Bump.MAJOR),
    ],
)
def test_one_message_asks_for_its_bump(subject: str, bump: Bump) -> None:
    assert bump_of(parse(subject)) is bump


def test_a_configured_table_replaces_the_default_one() -> None:
    table = {"docs": Bump.PATCH}
    assert [bump_of(parse(subject), table) for subject in ("docs: x", "feat: x", "feat!: x")] == [
        Bump.PATCH,
        Bump.NONE,
        Bump.MAJOR,
    ]


def test_the_default_table_raises_nothing_for_other_types() -> None:
    assert {name: bump.word for name, bump in DEFAULT_BUMPS.items()} == {
        "feat": "minor",
        "fix": "patch",
        "perf": "patch",
        "revert": "patch",
    }


def test_on_zero_only_breaking_changes_shrink() -> None:
    assert [on_zero(bump) for bump in Bump] == [Bump.NONE, Bump.PATCH, Bump.MINOR, Bump.MINOR]


def test_the_larger_bump_wins() -> None:
    assert max(Bump.PATCH, Bump.MAJOR, Bump.NONE) is Bump.MAJOR
