import pytest
from hypothesis import given
from hypothesis import strategies as st

from relman.config.load import load
from relman.config.record import Config, Section, Tags
from relman.config.source import LIMIT, Loaded, Source
from relman.edit.version_file import VersionFile
from relman.errors import Kind, RelmanError
from relman.model.message_rules import DEFAULT_LEVELS

EVERYTHING = """
strategy = "trunk/v1"
trunk = "main"
remote = "upstream"
[tags]
format = "v{version}"
accept = ["{version}", "release-{version}"]
[lines]
branch = "stable/{line}"
patterns = ["{line}.x"]
live = ["1.4", "2"]
parts = 1
[versions]
bumps = {docs = "patch"}
zero = "major"
unclassified = "none"
prerelease = "beta"
first = "1.0.0"
squash_bullets = true
[[versions.files]]
path = "pyproject.toml"
key = "project.version"
spelling = "pep440"
[[versions.files]]
path = "src/app.py"
pattern = '__version__ = "{version}"'
[cut]
candidate = false
next_development = true
[release]
message = "release {tag} of {line}"
tag_message = "{title}"
annotated = false
[changelog]
path = ""
template = "docs/notes.j2"
prereleases = "keep"
repeats = "mention"
sections = [{title = "New", types = ["feat", "perf"]}]
hidden = ["ci"]
unclassified = "Rest"
links = false
contributors = true
[branches]
protected = ["main", "release/*"]
[picks]
bookkeeping = ["docs/changes/*.md"]
trailers = ["Team: payments"]
signoff = true
[production]
source = "tags"
branch = "live"
environment = "eu-1"
tags = "live-{version}"
[messages]
types = ["feat", "fix"]
header_max = 72
[messages.levels]
subject-case = "off"
"""


def read(text: str, name: str = "relman.toml") -> Loaded:
    return load(Source(name=name, data=text.encode()))


def problems(text: str | bytes, table: tuple[str, ...] = ()) -> list[str]:
    data = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(RelmanError) as caught:
        load(Source(name="relman.toml", data=data, table=table))
    assert caught.value.kind is Kind.USAGE
    return [line.removeprefix("  ") for line in caught.value.message.splitlines()[1:]]


def test_no_source_gives_the_defaults() -> None:
    assert load(None) == Loaded(config=Config(), source="defaults")


def test_every_key_arrives_in_the_record() -> None:
    loaded = read(EVERYTHING)
    config = loaded.config
    assert (config.trunk, config.remote, config.strategy) == ("main", "upstream", "trunk/v1")
    assert (config.tags.format, config.tags.accept) == ("v{version}", ("{version}", "release-{version}"))
    assert (config.lines.branch, config.lines.patterns) == ("stable/{line}", ("{line}.x",))
    assert (config.lines.live, config.lines.parts) == (("1.4", "2"), 1)
    assert config.versions.bumps == {"docs": "patch"}
    assert config.versions.files == (
        VersionFile(path="pyproject.toml", key="project.version", spelling="pep440"),
        VersionFile(path="src/app.py", pattern='__version__ = "{version}"'),
    )
    assert (config.cut.candidate, config.cut.next_development) == (False, True)
    assert config.release.message == "release {tag} of {line}"
    assert config.changelog.sections == (Section(title="New", types=("feat", "perf")),)
    assert config.branches.protected == ("main", "release/*")
    assert (config.picks.trailers, config.picks.signoff) == (("Team: payments",), True)
    assert (config.production.source, config.production.tags) == ("tags", "live-{version}")
    assert (config.messages.header_max, config.messages.levels) == (72, {"subject-case": "off"})


def test_only_the_table_of_relman_is_read() -> None:
    data = b'[project]\nname = "x"\n[tool.other]\ntrunk = 1\n[tool.relman.tags]\nformat = "{version}"\n'
    loaded = load(Source(name="pyproject.toml [tool.relman]", data=data, table=("tool", "relman")))
    assert loaded == Loaded(
        config=Config(tags=Tags(format="{version}")), source="pyproject.toml [tool.relman]"
    )


def test_a_table_that_is_no_table_is_refused() -> None:
    assert problems("[tool]\nrelman = 3\n", ("tool", "relman")) == ["relman.toml: is not a table"]


def test_all_problems_are_told_at_once_with_line_key_and_legal_values() -> None:
    assert problems(
        'trunk = "ma in"\n'
        "[tags]\n"
        'fromat = "v{version}"\n'
        'accept = ["{versio}", 3]\n'
        "[changelog]\n"
        'prereleases = "fld"\n'
        'sections = [{titel = "B", types = []}]\n'
        "[versions]\n"
        'bumps = {feat = "huge", Fix = "patch"}\n'
        "[[versions.files]]\n"
        'path = "a.toml"\n'
        "[[versions.files]]\n"
        'path = "../x"\n'
        "[messages]\n"
        "header_max = -1\n"
        "[messages.levels]\n"
        'subject-cas = "off"\n'
    ) == [
        'relman.toml, line 1: trunk: "ma in" is not a name that git takes',
        "relman.toml, line 3: tags.fromat: no such key; did you mean format? (legal: format, accept)",
        "relman.toml, line 4: tags.accept[1]: 3 is not a text",
        'relman.toml, line 4: tags.accept[0]: "{versio}" is not a tag\'s name with {version} exactly once',
        'relman.toml, line 6: changelog.prereleases: "fld" is not "fold" or "keep"',
        (
            "relman.toml, line 7: changelog.sections[0].titel: no such key; did you mean title? "
            "(legal: title, types)"
        ),
        "relman.toml, line 7: changelog.sections[0].title: is missing (legal: a text)",
        'relman.toml, line 9: versions.bumps.feat: "huge" is not "major" or "minor" or "none" or "patch"',
        'relman.toml, line 9: versions.bumps.Fix: "Fix" is not a type in lower case, as in feat',
        'relman.toml, line 13: versions.files[1].path: "../x" is not a path inside the repository',
        "relman.toml, line 15: messages.header_max: -1 is not a whole number from 0 to 1000",
        "relman.toml, line 17: messages.levels.subject-cas: no such rule; did you mean subject-case? "
        "(legal: " + ", ".join(DEFAULT_LEVELS) + ")",
    ]


def test_a_program_gets_the_problems_as_records() -> None:
    with pytest.raises(RelmanError) as caught:
        load(Source(name="a.toml", data=b"cut.candidate = 1\nx = 1"))
    assert caught.value.message.startswith("2 problems in the configuration:")
    assert [p["key"] for p in caught.value.facts["problems"]] == ["cut.candidate", "x"]  # type: ignore[attr-defined]
    assert caught.value.facts["problems"][0] == {  # type: ignore[index]
        "source": "a.toml",
        "key": "cut.candidate",
        "line": 1,
        "message": "1 is not true or false",
        "legal": "true or false",
    }


@pytest.mark.parametrize(
    "line",
    [
        'strategy = "gitflow"',
        'remote = "ext::sh -c true"',
        'remote = "--upload-pack=x"',
        'trunk = "-D"',
        'tags.format = "v1"',
        'tags.format = "{version}{version}"',
        'tags.format = "{version.major}"',
        'tags.format = "{line}"',
        'tags.format = "v {version}"',
        'lines.branch = "release"',
        'lines.branch = "refs//{line}"',
        'lines.live = ["1.4.2"]',
        'lines.live = ["trunk"]',
        "lines.parts = 3",
        'versions.prerelease = "1"',
        'versions.prerelease = "rc.1"',
        'versions.first = "one"',
        'versions.first = "1.0.0-rc.1"',
        'versions.files = [{path = "x", key = "version"}]',
        'versions.files = [{path = "x.py", pattern = "no place"}]',
        'versions.files = [{path = "x.py", format = "pattern"}]',
        'versions.files = [{path = ".GIT/config"}]',
        'versions.files = [{path = ""}]',
        'versions.files = "none"',
        'release.message = "{secret}"',
        'release.message = "{version!r}"',
        'release.message = " "',
        'changelog.path = "/etc/passwd"',
        'changelog.template = ""',
        'changelog.unclassified = "a\\nb"',
        'changelog.hidden = ["ci", "ci"]',
        'changelog.sections = [{title = "A", types = ["x"]}, {title = "B", types = ["x"]}]',
        'branches.protected = ["refs/heads/main"]',
        'picks.bookkeeping = ["../*.lock"]',
        'picks.trailers = ["no trailer"]',
        'picks.trailers = ["A: b\\n\\nc"]',
        'production.tags = "live"',
        'production.environment = "a b"',
        'messages.types = ["Feat"]',
        "trunk = 2020-01-01",
    ],
)
def test_a_value_that_is_not_legal_is_one_problem(line: str) -> None:
    key = line.partition(" ")[0]
    (said,) = problems(line)
    assert said.startswith(f"relman.toml, line 1: {key}")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xff", "is not UTF-8"),
        (b"x = " + b"[" * 100_000, "is nested too deeply"),
        (b"a." * 40 + b"b = 1", "is nested too deeply"),
        (b"x = " + b"[" * 40 + b"]" * 40, "is nested too deeply"),
        (b"a." * 100_000 + b"b = 1", "has a line with more than 500 dots"),
        (b"#" * (LIMIT + 1), f"is larger than {LIMIT} bytes"),
        (b"x = 1\nx = 2\n", "is not TOML: Cannot overwrite a value (at line 2, column 6)"),
    ],
)
def test_what_cannot_be_read_at_all_is_told(data: bytes, said: str) -> None:
    assert problems(data) == [f"relman.toml: {said}"]


def test_a_byte_order_mark_is_no_trouble() -> None:
    assert load(Source(name="relman.toml", data=b'\xef\xbb\xbftrunk = "main"')).config.trunk == "main"


def test_nothing_from_the_file_reaches_a_terminal_raw() -> None:
    assert problems('trunk = "\\u001b[2J\\u009b"\n"\\u001b]0;x" = 1\n') == [
        'relman.toml, line 1: trunk: "\\u001B[2J\\u009B" is not a name that git takes',
        'relman.toml, line 2: "\\u001B]0;x": no such key (legal: '
        + ", ".join(Config.__struct_fields__)
        + ")",
    ]


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_in_words(data: bytes) -> None:
    try:
        load(Source(name="relman.toml", data=data))
    except RelmanError as error:
        assert error.kind is Kind.USAGE  # noqa: PT017  (both outcomes are legal)
