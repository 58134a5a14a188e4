import tomllib

from hypothesis import given
from hypothesis import strategies as st

from relman.config.load import load
from relman.config.source import Source
from relman.config.write import Entry, render
from relman.edit.version_file import VersionFile


def test_only_the_given_keys_are_written_each_below_its_evidence() -> None:
    text = render(
        [
            Entry(table=("tags",), key="format", value="v{version}", evidence="41 of 43 tags, newest v1.4.2"),
            Entry(table=(), key="trunk", value="main", evidence="origin/HEAD"),
            Entry(
                table=("versions",), key="files", value=({"path": "a.toml", "key": "version"}, {"path": "V"})
            ),
            Entry(table=("versions",), key="squash_bullets", value=True),
            Entry(table=("lines",), key="live", value=("1.4", "1.3"), evidence="two\nlines"),
            Entry(table=("lines",), key="parts", value=2),
            Entry(table=("messages", "levels"), key="type-enum", value="off"),
        ],
        title="Written by relman init.",
    )
    assert (
        text
        == """\
# Written by relman init.

# origin/HEAD
trunk = "main"

[tags]
# 41 of 43 tags, newest v1.4.2
format = "v{version}"

[versions]
squash_bullets = true

[[versions.files]]
path = "a.toml"
key = "version"

[[versions.files]]
path = "V"

[lines]
# two
# lines
live = ["1.4", "1.3"]
parts = 2

[messages.levels]
type-enum = "off"
"""
    )
    loaded = load(Source(name="relman.toml", data=text.encode()))
    assert loaded.config.versions.files == (VersionFile(path="a.toml", key="version"), VersionFile(path="V"))


def test_nothing_to_write_is_an_empty_text() -> None:
    assert render([]) == ""


def test_an_empty_list_is_written_as_a_value() -> None:
    assert render([Entry(table=("versions",), key="files", value=())]) == "[versions]\nfiles = []\n"


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(key=WORDS, value=WORDS, evidence=WORDS, several=st.lists(WORDS, max_size=3))
def test_whatever_was_found_is_read_back_as_it_was(
    key: str, value: str, evidence: str, several: list[str]
) -> None:
    text = render(
        [
            Entry(table=(), key="a", value=value, evidence=evidence),
            Entry(table=("t",), key=key, value=tuple(several), evidence=evidence),
            Entry(table=("m", key), key="rows", value=({"k": value},), evidence=evidence),
        ],
        title=evidence,
    )
    assert tomllib.loads(text) == {"a": value, "t": {key: several}, "m": {key: {"rows": [{"k": value}]}}}
