"""Tags: formats, families, releases."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relman.errors import Kind, RelmanError
from relman.model.history import Tag
from relman.model.tags import (
    Family,
    Release,
    TagFormat,
    detect_formats,
    families,
    read_releases,
    tag_format,
    twins,
)
from relman.model.version import Version
from small_history import oid


def tag(name: str, label: str = "A") -> Tag:
    return Tag(name=name, object=oid(label), commit=oid(label), annotated=False)


@given(st.sampled_from(["v", "", "api-v", "release/"]), st.sampled_from(["", "-final"]), st.integers(0, 99))
def test_a_format_reads_what_it_wrote(prefix: str, suffix: str, minor: int) -> None:
    form = tag_format(f"{prefix}{{version}}{suffix}")
    version = Version(major=1, minor=minor, patch=0)
    assert (form.read(form.write(version)), str(form)) == (version, f"{prefix}{{version}}{suffix}")


@pytest.mark.parametrize("text", ["v1", "{version}{version}", ""])
def test_a_format_holds_the_version_once(text: str) -> None:
    with pytest.raises(RelmanError, match="exactly once"):
        tag_format(text)


def test_other_tags_are_not_read() -> None:
    form = TagFormat(prefix="v", suffix="v")
    assert [form.read(name) for name in ("v", "1.0.0", "v1.0.0", "v1.0", "v1.0.0v")] == [
        None,
        None,
        None,
        None,
        Version(major=1, minor=0, patch=0),
    ]


def test_families_are_what_stands_before_a_version() -> None:
    names = ["v1.0.0", "v1.1.0-rc.1", "api-v1.0.0", "nightly", "v1", "v1.2", "web@2.0.0", "v1.2.3.4"]
    assert families(names) == (
        Family(prefix="v", releases=("v1.0.0", "v1.1.0-rc.1")),
        Family(prefix="api-v", releases=("api-v1.0.0",)),
        Family(prefix="web@", releases=("web@2.0.0",)),
    )


@pytest.mark.parametrize(
    ("names", "write", "accept"),
    [
        ((), "v{version}", ["v{version}"]),
        (("v1.0.0",), "v{version}", ["v{version}"]),
        (("1.0.0", "1.1.0", "v2.0.0"), "v{version}", ["v{version}", "{version}"]),
        (("release-2.0.0", "v1.0.0"), "release-{version}", ["release-{version}", "v{version}"]),
        (("v1.0.0", "api-v9.0.0"), "v{version}", ["v{version}"]),
        (("api-v1.0.0", "api-v1.1.0"), "api-v{version}", ["api-v{version}"]),
    ],
)
def test_the_format_is_found_in_the_tags(names: tuple[str, ...], write: str, accept: list[str]) -> None:
    found = detect_formats(names)
    assert (str(found.write), [str(f) for f in found.accept]) == (write, accept)


def test_several_packages_are_asked_about() -> None:
    with pytest.raises(RelmanError) as error:
        detect_formats(["api-v1.2.3", "api-v1.3.0", "web@2.0.0"])
    assert (error.value.kind, error.value.message, error.value.hints) == (
        Kind.USAGE,
        (
            "this repository has 2 families of release tags, and relman must know which one is meant:\n"
            "  api-v{version}  2 tags, like api-v1.3.0\n"
            "  web@{version}  1 tags, like web@2.0.0"
        ),
        ('in relman.toml:  [tags] format = "api-v{version}"', "relman init"),
    )


def test_releases_are_the_tags_that_parse_highest_first() -> None:
    tags = [tag("v1.0.0"), tag("v1.1.0-rc10", "B"), tag("v1.1.0-rc2", "B"), tag("stable"), tag("v1")]
    found = read_releases(tags, detect_formats([t.name for t in tags]), frozenset({"1.0.0"}))
    assert [(r.tag, r.commit, r.withdrawn) for r in found] == [
        ("v1.1.0-rc10", oid("B"), False),
        ("v1.1.0-rc2", oid("B"), False),
        ("v1.0.0", oid("A"), True),
    ]


def test_of_two_tags_for_one_version_the_written_format_wins() -> None:
    tags = [tag("1.0.0", "A"), tag("v1.0.0", "B"), tag("v2.0.0", "C"), tag("2.0.0", "C")]
    formats = detect_formats([t.name for t in tags])
    found = read_releases(tags, formats)
    assert found[1] == Release(
        version=Version(major=1, minor=0, patch=0),
        tag="v1.0.0",
        commit=oid("B"),
        object=oid("B"),
        annotated=False,
    )
    assert [r.tag for r in found] == ["v2.0.0", "v1.0.0"]
    assert twins(tags, formats) == ((tags[0], tags[1]),)
