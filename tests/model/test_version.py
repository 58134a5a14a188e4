"""Versions: reading, order, steps and spellings, against the `semver` and `packaging` libraries."""

import packaging.version
import pytest
import semver
from hypothesis import given
from hypothesis import strategies as st

from relman.errors import Kind, RelmanError
from relman.model.bump import Bump
from relman.model.version import Version, next_candidate, parse, parse_strict, spell, under

numbers = st.integers(min_value=0, max_value=30)
cores = st.tuples(numbers, numbers, numbers)
words = st.from_regex(r"[a-z]{1,4}", fullmatch=True).filter(lambda w: w != "dev")
strict_pre = st.lists(st.one_of(words, numbers.map(str)), min_size=1, max_size=4).map(".".join)
strict = st.builds(
    lambda core, pre, build: (
        ".".join(map(str, core)) + (f"-{pre}" if pre else "") + (f"+{build}" if build else "")
    ),
    cores,
    st.one_of(st.just(""), strict_pre),
    st.sampled_from(["", "g1a2b3c4", "5.x-1"]),
)
joints = st.sampled_from(["-rc.{}", "-rc{}", "rc{}", ".rc{}", "-rc-{}"])


def version(text: str) -> Version:
    found = parse(text)
    assert found is not None, text
    return found


@given(strict)
def test_a_strict_version_reads_alike_in_both_ways_and_writes_back(text: str) -> None:
    assert version(text) == parse_strict(text) == parse_strict(f"v{text}")
    assert str(version(text)) == text


@given(strict, strict)
def test_order_is_the_semver_librarys(one: str, other: str) -> None:
    wanted = semver.Version.parse(one).compare(other)
    mine, its = version(one), version(other)
    assert ((mine > its) - (mine < its), mine >= its, mine <= its) == (wanted, wanted >= 0, wanted <= 0)


@given(joints, joints, numbers, numbers)
def test_candidates_are_ordered_by_number_in_every_spelling(
    one: str, other: str, low: int, more: int
) -> None:
    lower, higher = version("1.5.0" + one.format(low)), version("1.5.0" + other.format(low + more + 1))
    assert lower < higher < version("1.5.0")


@pytest.mark.parametrize(
    "text", ["1.4.0rc1", "1.4.0.rc1", "1.4.0-rc1", "1.4.0--x", "1.4.0-a-", "1.4.0-5-g1a2b3c4"]
)
def test_spellings_in_the_wild_are_kept(text: str) -> None:
    assert str(version(text)) == text
    assert not version(text).stable


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "1.4",
            "1",
            "v1.4.0",
            "1.4.0.1",
            "01.4.0",
            "1.4.0-",
            "1.4.0rc..1",
            "1.4.0 ",
            "1.4.0\n",
            "1.4.٣",
        ),
        *("1.4.0.post1", "1.4.0post2", "1.4.0.post1.dev3"),
        *("1" * 19 + ".0.0", f"1.0.{'9' * 5000}", f"1.0.0-rc.{'9' * 5000}", f"1.0.0rc{'9' * 19}"),
    ],
)
def test_what_is_no_version_is_not_read(text: str) -> None:
    assert parse(text) is None


def test_numbers_of_18_digits_are_read_and_build_metadata_is_never_counted() -> None:
    assert str(version(f"1.0.{'9' * 18}-rc.1+{'1' * 40}")) == f"1.0.{'9' * 18}-rc.1+{'1' * 40}"


@pytest.mark.parametrize(
    "text", ["1.5", "x", "", "1.5.0rc1", "1.5.0\n", "1.٣.0", "vv1.5.0", "1.5." + "9" * 19]
)
def test_a_person_is_told_what_a_version_looks_like(text: str) -> None:
    with pytest.raises(RelmanError) as error:
        parse_strict(text)
    assert (error.value.kind, error.value.message) == (Kind.USAGE, f"{text!r} is not a version")


python = st.builds(
    lambda core, pre, n, dev: (
        ".".join(map(str, core)) + pre.format(n) + (f".dev.{dev}" if pre and dev else "")
    ),
    st.tuples(st.just(1), numbers, st.just(0)),
    st.sampled_from(["", "-alpha.{}", "-beta{}", "-rc.{}", "-a.{}"]),
    numbers,
    st.one_of(st.none(), st.integers(1, 20)),
)
developed = st.builds("1.{}.0-dev.{}+g1a2b3c4".format, numbers, numbers)
either = st.one_of(python, developed)


@given(either, either)
def test_pep_440_spelling_keeps_the_order(one: str, other: str) -> None:
    mine, its = version(one), version(other)
    a, b = (packaging.version.Version(spell(v, "pep440")) for v in (mine, its))
    if _phase(mine) == _phase(its):
        assert (mine < its, mine > its) == (a < b, a > b)


def _phase(read: Version) -> tuple[str, ...]:
    """`a` and `alpha` are one phase for PEP 440, and two identifiers for SemVer."""
    return ("a",) if read.pre.startswith("a.") else ("other",)


@pytest.mark.parametrize(
    ("text", "python", "node"),
    [
        ("1.5.0", "1.5.0", "1.5.0"),
        ("1.5.0-rc.1", "1.5.0rc1", "1.5.0-rc.1"),
        ("1.5.0rc01", "1.5.0rc1", "1.5.0-rc.1"),
        ("1.5.0-rc", "1.5.0rc0", "1.5.0-rc"),
        ("1.5.0-preview.2", "1.5.0rc2", "1.5.0-preview.2"),
        ("1.5.0-beta.2.dev.7", "1.5.0b2.dev7", "1.5.0-beta.2.dev.7"),
        ("1.5.0-dev.37+g1a2b3c4", "1.5.0.dev37+g1a2b3c4", "1.5.0-dev.37+g1a2b3c4"),
    ],
)
def test_one_version_in_other_ecosystems(text: str, python: str, node: str) -> None:
    assert (spell(version(text), "pep440"), spell(version(text), "npm")) == (python, node)


@given(cores, st.one_of(st.just(""), strict_pre), st.sampled_from(["major", "minor", "patch"]))
def test_steps_are_the_semver_librarys(core: tuple[int, int, int], pre: str, part: str) -> None:
    text = ".".join(map(str, core)) + (f"-{pre}" if pre else "")
    wanted = str(semver.Version.parse(text).next_version(part))
    assert str(version(text).step(Bump[part.upper()])) == wanted


def test_no_step_finalises() -> None:
    assert version("1.5.0-rc.3").step(Bump.NONE) == version("1.5.0")


@pytest.mark.parametrize(
    ("existing", "wanted"),
    [
        ((), "1.5.0-rc.1"),
        (("1.4.0-rc1",), "1.5.0-rc1"),
        (("1.4.0rc3",), "1.5.0rc1"),
        (("1.5.0-rc.2", "1.5.0-rc.10", "1.5.0-beta.30"), "1.5.0-rc.11"),
        (("1.5.0-RC1",), "1.5.0-RC2"),
        (("1.4.0", "1.5.0-nightly"), "1.5.0-rc.1"),
    ],
)
def test_candidates_count_from_one_as_the_others_are_spelled(existing: tuple[str, ...], wanted: str) -> None:
    assert str(next_candidate(version("1.5.0"), "rc", tuple(map(version, existing)))) == wanted


def test_build_metadata_takes_no_part_in_the_order() -> None:
    one, other = version("1.5.0+a"), version("1.5.0+b")
    assert (one < other, one <= other, one >= other, one == other) == (False, True, True, False)


def test_under_compares_the_leading_numbers() -> None:
    assert [under(version("1.4.2"), p) for p in ((1,), (1, 4), (1, 4, 2), (1, 5), (2,), ())] == [
        True,
        True,
        True,
        False,
        False,
        True,
    ]
