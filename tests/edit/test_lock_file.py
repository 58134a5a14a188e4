import pytest
from hypothesis import given
from hypothesis import strategies as st

from relman.edit.lock_file import lock_paths, lock_spelling, project_name, write_lock
from relman.edit.version_file import VersionFile
from relman.errors import RelmanError

UV = b"""version = 1
requires-python = ">=3.11"

[[package]]
name = "other"
version = "1.4.2"
source = { registry = "https://example.invalid/simple" }
dependencies = [
    { name = "my-shop", version = "1.4.2", source = { editable = "." } },
]

[[package]]
name = "my-shop"
version = "1.4.2" # own
source = { editable = "." }

[[package]]
name = "my-shop"
version = "1.4.2"
source = { registry = "https://example.invalid/simple" }

[[package]]
name = "member"
version = "1.4.2"
source = { virtual = "packages/member" }

[[package]]
name = "dynamic"
source = { editable = "packages/dynamic" }
"""
CARGO = b"""# generated
version = 4

[[package]]
name = "shop"
version = "1.4.2"
dependencies = [
 "other 1.4.2",
 "shop 1.4.2 (registry+https://example.invalid/index)",
]

[[package]]
name = "shop"
version = "1.4.2"
source = "registry+https://example.invalid/index"

[[package]]
name = "other"
version = "1.4.2"
dependencies = ["a", "shop 1.4.2"]
"""
NPM = b"""{
  "name": "shop",
  "version": "1.4.2",
  "lockfileVersion": 3,
  "packages": {
    "": {
      "name": "shop",
      "version": "1.4.2",
      "dependencies": {"other": "1.4.2"}
    },
    "node_modules/other": {"version": "1.4.2"},
    "node_modules/shop": {"name": "shop", "version": "1.4.2"},
    "node_modules/@x/ui": {"resolved": "packages/ui", "link": true},
    "packages/cart": {"version": "1.4.2"},
    "packages/ui": {"name": "@x/ui", "version": "1.4.2"}
  },
  "dependencies": {"other": {"version": "1.4.2"}}
}
"""


def changed_lines(before: bytes, after: bytes) -> list[int]:
    pairs = zip(before.split(b"\n"), after.split(b"\n"), strict=True)
    numbers = [number for number, (old, new) in enumerate(pairs, 1) if old != new]
    assert after.replace(b"1.5.0", b"1.4.2") == before
    return numbers


@pytest.mark.parametrize(
    ("path", "data", "package", "lines"),
    [
        ("uv.lock", UV, "My_Shop", [14]),
        ("uv.lock", UV, "member", [24]),
        ("uv.lock", UV, "dynamic", []),
        ("uv.lock", UV, "other", []),
        ("uv.lock", UV, None, [14, 24]),
        ("a/Cargo.lock", CARGO, "shop", [6, 20]),
        ("a/Cargo.lock", CARGO, None, [6, 8, 19, 20]),
        ("a/Cargo.lock", CARGO, "absent", []),
        ("package-lock.json", NPM, "shop", [3, 8]),
        ("npm-shrinkwrap.json", NPM, "shop", [3, 8]),
        ("package-lock.json", NPM, None, [3, 8]),
        ("package-lock.json", NPM, "cart", [14]),
        ("package-lock.json", NPM, "@x/ui", [15]),
        ("package-lock.json", NPM, "other", []),
        ("poetry.lock", UV, "my-shop", []),
    ],
)
def test_only_the_own_version_moves(path: str, data: bytes, package: str | None, lines: list[int]) -> None:
    for each in (data, b"\xef\xbb\xbf" + data, data.replace(b"\n", b"\r\n")):
        after = write_lock(path, each, package, "1.4.2", "1.5.0")
        assert changed_lines(each, after) == lines
        assert write_lock(path, after, package, "1.4.2", "1.5.0") == after


def test_a_lock_that_was_left_behind_is_mended_when_the_project_is_known() -> None:
    behind = UV.replace(b'"1.4.2" # own', b'"1.4.0" # own')
    expected = UV.replace(b'"1.4.2" # own', b'"1.5.0" # own')
    assert write_lock("uv.lock", behind, "my-shop", "1.4.2", "1.5.0") == expected
    nameless = b'{"version": "1.4.0", "packages": {"": {"version": "1.4.0"}}}'
    assert write_lock("package-lock.json", nameless, None, "1.4.2", "1.5.0") == nameless


@given(new=st.tuples(*[st.integers(0, 999)] * 3).map(lambda n: ".".join(map(str, n))))
def test_moving_back_restores_the_bytes(new: str) -> None:
    for path, data, name in (
        ("uv.lock", UV, "my-shop"),
        ("Cargo.lock", CARGO, "shop"),
        ("package-lock.json", NPM, "shop"),
    ):
        assert write_lock(path, write_lock(path, data, name, "1.4.2", new), name, new, "1.4.2") == data


@pytest.mark.parametrize(
    ("path", "data"), [("uv.lock", b"["), ("package-lock.json", b"[" * 99_999), ("Cargo.lock", b"\xff")]
)
def test_a_broken_lock_is_an_error_that_names_it(path: str, data: bytes) -> None:
    with pytest.raises(RelmanError, match=path):
        write_lock(path, data, "shop", "1.4.2", "1.5.0")


@pytest.mark.parametrize("data", [b"{}", b"[]", b'{"packages": [], "version": 1}', b'{"packages": {"a": 1}}'])
def test_a_lock_of_another_shape_stays(data: bytes) -> None:
    assert write_lock("package-lock.json", data, "shop", "1.4.2", "1.5.0") == data


def test_locks_are_looked_for_upwards() -> None:
    assert lock_paths(VersionFile(path="pyproject.toml")) == ("uv.lock",)
    assert lock_paths(VersionFile(path="a/b/Cargo.toml")) == ("a/b/Cargo.lock", "a/Cargo.lock", "Cargo.lock")
    assert lock_paths(VersionFile(path="package.json")) == ("package-lock.json", "npm-shrinkwrap.json")
    assert lock_paths(VersionFile(path="VERSION")) == ()
    assert [lock_spelling(path) for path in ("a/uv.lock", "Cargo.lock", "package-lock.json")] == [
        *("pep440", "semver", "npm")
    ]


@pytest.mark.parametrize(
    ("path", "data", "name"),
    [
        ("pyproject.toml", b'[project]\nname = "a"\nversion = "1.0.0"\n', "a"),
        ("pyproject.toml", b'[project]\nname = "a"\n[tool.poetry]\nname = "b"\nversion = "1.0.0"\n', "b"),
        ("Cargo.toml", b'[workspace.package]\nversion = "1.0.0"\n[package]\nname = "a"\n', None),
        ("package.json", b'{"name": "@x/a", "version": "1.0.0"}', "@x/a"),
        ("package.json", b'{"name": 1, "version": "1.0.0"}', None),
        ("VERSION", b"1.0.0", None),
    ],
)
def test_the_name_stands_beside_the_version(path: str, data: bytes, name: str | None) -> None:
    assert project_name(data, VersionFile(path=path)) == name
