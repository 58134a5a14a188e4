from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relman.edit.version_file import VersionFile, read_version, write_version
from relman.errors import Kind, RelmanError

TOML = b"""# 1.4.2 is what production runs
[project]   # version = "1.4.2"
name = 'shop'
description = \"\"\"
[project]
version = "1.4.2"
\"\"\"
version   =   "1.4.2"  # bumped by a tool
dependencies = [
    "other==1.4.2", # ]
]
[tool.x]
version = "1.4.2"
inline = { version = '1.4.2', deep = [ { version = "1.4.2" } ] }
[[tool.x.items]]
version = "1.4.2"
"a.b".c = '''1.4.2'''
[[tool.x.items]]
version = "1.4.2"
"""
JSON = b"""{
\t"name": "shop", "note": "\\"version\\": \\"1.4.2\\"",
\t"scripts": {"version": "1.4.2"},
\t"list": ["1.4.2", {"version": "1.4.2"}, [], {}],
\t"version" : "1.4.2"
}"""
YAML = b"""# version: 1.4.2
apiVersion: v2
dependencies:
- name: x
  version: 1.4.2
version: 1.4.2 # the chart's
appVersion: "1.4.2"
quoted: {version: '1.4.2'}
"""

PLACES = [
    (TOML, VersionFile(path="pyproject.toml"), b'version   =   "1.4.2"'),
    (TOML, VersionFile(path="a/x.toml", key="tool.x.version"), b'[tool.x]\nversion = "1.4.2"'),
    (TOML, VersionFile(path="x.toml", key="tool.x.inline.version"), b"{ version = '1.4.2'"),
    (TOML, VersionFile(path="x.toml", key="tool.x.inline.deep.0.version"), b'[ { version = "1.4.2"'),
    (TOML, VersionFile(path="x.toml", key="tool.x.items.0.version"), b'items]]\nversion = "1.4.2"\n"a'),
    (TOML, VersionFile(path="x.toml", key='tool.x.items.0."a.b".c'), b"'''1.4.2'''"),
    (JSON, VersionFile(path="package.json", spelling="npm"), b'"version" : "1.4.2"'),
    (JSON, VersionFile(path="x", format="json", key="list.1.version"), b'{"version": "1.4.2"}, []'),
    (JSON, VersionFile(path="x.json", key="list.0"), b'["1.4.2"'),
    (YAML, VersionFile(path="Chart.yaml"), b"version: 1.4.2 # the"),
    (YAML, VersionFile(path="Chart.yaml", key="appVersion"), b'appVersion: "1.4.2"'),
    (YAML, VersionFile(path="Chart.yaml", key="quoted.version"), b"{version: '1.4.2'}"),
    (YAML, VersionFile(path="Chart.yml", key="dependencies.0.version"), b"x\n  version: 1.4.2"),
    (b"v1.4.2\n", VersionFile(path="VERSION", spelling="tag"), b"v1.4.2"),
    (b"\t1.4.2", VersionFile(path="VERSION"), b"1.4.2"),
    (
        b'{version}\n  __version__ = "1.4.2"\nx = "1.4.2" # caf\xe9\n',
        VersionFile(path="a.py", pattern='__version__ = "{version}"'),
        b'__version__ = "1.4.2"',
    ),
    (b'a\n{"v": "1.4.2"},\n', VersionFile(path="a.json", pattern='{"v": "{version}"},'), b'"1.4.2"'),
    (
        b"[metadata]\nversion = 1.4.2\n",
        VersionFile(path="setup.cfg", pattern="version = {version}"),
        b"1.4.2",
    ),
]
NUMBERS = st.tuples(*[st.integers(0, 10**6)] * 3).map(lambda n: ".".join(map(str, n)))
VERSIONS = st.builds(
    "{}{}".format, NUMBERS, st.sampled_from(["", "-rc.1", "rc1", "+g1a2b3c4", "-dev.3", ".post1"])
)


@pytest.mark.parametrize(("data", "where", "around"), PLACES)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_a_write_changes_the_place_of_the_version_and_no_other_byte(
    data: bytes, where: VersionFile, around: bytes, mark: bytes, line_end: bytes
) -> None:
    data = mark + data.replace(b"\n", line_end)
    around = around.replace(b"\n", line_end)
    assert data.count(around) == 1
    assert read_version(data, where).removeprefix("v") == "1.4.2"
    new = "v2.0.0-rc.1" if where.spelling == "tag" else "2.0.0-rc.1"
    old = b"v1.4.2" if where.spelling == "tag" else b"1.4.2"
    assert write_version(data, where, new) == data.replace(around, around.replace(old, new.encode()))


@given(place=st.sampled_from(PLACES), new=VERSIONS)
def test_a_write_reads_back_repeats_and_is_undone_by_writing_the_old_one(
    place: tuple[bytes, VersionFile, bytes], new: str
) -> None:
    data, where, _ = place
    written = write_version(data, where, new)
    assert read_version(written, where) == new
    assert write_version(written, where, new) == written
    assert write_version(written, where, read_version(data, where)) == data


@pytest.mark.parametrize(
    ("data", "where", "message"),
    [
        (
            b"[project]\nname = 'x'\n",
            VersionFile(path="pyproject.toml"),
            "no project.version or tool.poetry.version",
        ),
        (
            b"[package]\nversion.workspace = true\n",
            VersionFile(path="Cargo.toml"),
            "package.version is not a string",
        ),
        (b"version = 1.4\n", VersionFile(path="a.toml"), "version is not a string"),
        (b"a = 1\na = 2\n", VersionFile(path="a.toml"), "a.toml is not TOML"),
        (b"x = " + b"[" * 100_000, VersionFile(path="a.toml"), "a.toml is"),
        (b'{"version": "1.0.0", "version": "1.0.1"}', VersionFile(path="a.json"), "stands there 2 times"),
        (b"[" * 100_000, VersionFile(path="a.json"), "a.json is"),
        (b"{", VersionFile(path="a.json"), "a.json is not JSON"),
        (b'{"version": "workspace:*"}', VersionFile(path="a.json"), "which is no version"),
        (b'{"version": ""}', VersionFile(path="a.json"), "which is no version"),
        (b"[1]", VersionFile(path="a.json"), "a.json has no version"),
        (b"version: 1.0.0\nversion: 1.0.1\n", VersionFile(path="a.yml"), "stands there 2 times"),
        (b"version: 1.0.0\n---\nversion: 1.0.0\n", VersionFile(path="a.yml"), "stands there 2 times"),
        (b"version: &v 1.0.0\nother: *v\n", VersionFile(path="a.yml"), "also used as *v"),
        (b"v: &v 1.0.0\nversion: *v\n", VersionFile(path="a.yml"), "has no version"),
        (b"version: |\n  1.0.0\n", VersionFile(path="a.yml"), "is a block"),
        (b"a: [\n", VersionFile(path="a.yml"), "a.yml is not YAML"),
        (b"\x00", VersionFile(path="a.yml"), "a.yml is not YAML"),
        (b"\xff\xfe1\x00", VersionFile(path="VERSION"), "VERSION is not UTF-8"),
        (b" \n", VersionFile(path="VERSION"), "VERSION is empty"),
        (b"1.0.0\n1.0.1\n", VersionFile(path="VERSION"), "more than one version"),
        (b"v = 1\nv = 1\n", VersionFile(path="a", pattern="v = {version}"), "2 lines 'v = {version}': 1, 2"),
        (b"v = 1 + 1\n", VersionFile(path="a", pattern="v = {version}"), "has no line 'v = {version}'"),
        (b"vX1\n", VersionFile(path="a", pattern="v.{version}"), "has no line"),
        (b"v = 1\n", VersionFile(path="a", pattern="v = 1"), "exactly once"),
        (b"v = 1\n", VersionFile(path="a", pattern="{version}{version}"), "exactly once"),
        (b"v = 1\n", VersionFile(path="a", pattern="v =\n{version}"), "must be one line"),
        (b"v = 1\n", VersionFile(path="a", format="pattern"), "disagree"),
        (b"v = 1\n", VersionFile(path="a", format="toml", pattern="{version}"), "disagree"),
        (b"v = 1\n", VersionFile(path="a", key="version"), "needs a TOML, JSON or YAML file"),
        (b"v = 1\n", VersionFile(path="a.toml", key="a..b"), "is not a dotted key"),
        (b"v = 1\n", VersionFile(path="a.toml", key='a."b'), "is not a dotted key"),
        (b"v = 1\n", VersionFile(path="../a.toml"), "climbs with .."),
    ],
)
def test_what_cannot_be_read_is_named(data: bytes, where: VersionFile, message: str) -> None:
    with pytest.raises(RelmanError) as caught:
        read_version(data, where)
    assert (caught.value.kind, message in caught.value.message) == (Kind.USAGE, True), caught.value.message


@pytest.mark.parametrize("new", ["", "1.0 0", '1"', "1\n2", "1\\", "{{1}}", "'1'", "none"])
def test_only_a_version_is_written(new: str) -> None:
    with pytest.raises(RelmanError, match="cannot be written as a version"):
        write_version(b"1.0.0\n", VersionFile(path="VERSION"), new)


def test_poetry_and_workspace_keys_are_found_without_a_key() -> None:
    poetry = b'[project]\nname = "x"\ndynamic = ["version"]\n[tool.poetry]\nversion = "1.0.0"\n'
    assert write_version(poetry, VersionFile(path="pyproject.toml"), "1.0.1") == poetry.replace(
        b"1.0.0", b"1.0.1"
    )
    cargo = b'[package]\nversion = { workspace = true }\n[workspace.package]\nversion = "1.0.0"\n'
    assert write_version(cargo, VersionFile(path="Cargo.toml"), "1.0.1") == cargo.replace(b"1.0.0", b"1.0.1")


@pytest.mark.parametrize(
    ("data", "new", "expected"),
    [
        (b"version: 1.4.0\n", "1.5", b'version: "1.5"\n'),
        (b"version: 1.4\n", "1.5", b"version: 1.5\n"),
        (b"version: !!str 1.4\n", "1.5", b"version: !!str 1.5\n"),
        (b"? [a, b]\n: x\nversion: &v '1.4'\nz: {}\n", "1.5", b"? [a, b]\n: x\nversion: &v '1.5'\nz: {}\n"),
    ],
)
def test_yaml_keeps_the_kind_of_the_value(data: bytes, new: str, expected: bytes) -> None:
    assert write_version(data, VersionFile(path="a.yaml"), new) == expected


def test_aliases_are_not_expanded() -> None:
    bomb = b"a0: &a0 x\n" + b"".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n".encode() for n in range(1, 30)
    )
    data = bomb + b"loop: &l [*l]\nversion: 1.0.0\n"
    expected = data.replace(b"1.0.0", b"1.0.1")
    assert write_version(data, VersionFile(path="a.yaml"), "1.0.1") == expected


def attempt(call: Callable[[], bytes]) -> bytes | Kind:
    try:
        return call()
    except RelmanError as error:
        return error.kind


@given(data=st.binary(max_size=200), name=st.sampled_from(["a.toml", "a.json", "a.yaml", "VERSION"]))
def test_no_bytes_surprise_the_readers(data: bytes, name: str) -> None:
    where = VersionFile(path=name)
    assert attempt(lambda: write_version(data, where, read_version(data, where))) in (Kind.USAGE, data)


@given(
    text=st.text(alphabet="ab.\"'[]{}=:,#\\ \n-&*|1", max_size=60),
    name=st.sampled_from(["a.toml", "a.json", "a.yaml"]),
)
def test_whatever_stands_before_the_version_stays(text: str, name: str) -> None:
    body = {
        "a.toml": f"{text}\n[t]\nversion = '1.0.0'\n",
        "a.json": f'{{"a": [{text}], "t": {{"version": "1.0.0"}}}}',
        "a.yaml": f"{text}\nt:\n  version: 1.0.0\n",
    }[name]
    where = VersionFile(path=name, key="t.version")
    expected = body.replace("1.0.0", "1.0.1").encode()
    assert attempt(lambda: write_version(body.encode(), where, "1.0.1")) in (Kind.USAGE, expected)
