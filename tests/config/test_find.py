import os
from pathlib import Path

import msgspec
import pytest

from relman.config.find import choose, find_in_files, find_in_worktree, for_target, read_given
from relman.config.record import Config
from relman.config.source import LIMIT, Source
from relman.edit.version_file import VersionFile
from relman.errors import Kind, RelmanError

OWN = b'trunk = "main"\n'
SHARED = b'[tool.relman]\ntrunk = "main"\n'


def refused(folder: Path) -> str:
    with pytest.raises(RelmanError) as caught:
        find_in_worktree(folder)
    assert caught.value.kind is Kind.USAGE
    return caught.value.message


def test_a_folder_without_a_configuration_has_no_source(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b'[project]\ndependencies = ["relman"]\n')
    assert find_in_worktree(tmp_path) is None


def test_its_own_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "relman.toml").write_bytes(OWN)
    (tmp_path / "pyproject.toml").write_bytes(b"[tool.other]\n")
    assert find_in_worktree(tmp_path) == Source(name="relman.toml", data=OWN)


def test_the_table_in_pyproject_is_found(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(SHARED)
    assert find_in_worktree(tmp_path) == Source(
        name="pyproject.toml [tool.relman]", data=SHARED, table=("tool", "relman")
    )


def test_two_configurations_are_refused(tmp_path: Path) -> None:
    (tmp_path / "relman.toml").write_bytes(OWN)
    (tmp_path / "pyproject.toml").write_bytes(SHARED)
    assert refused(tmp_path) == "both relman.toml and [tool.relman] in pyproject.toml configure relman"


@pytest.mark.parametrize(
    ("broken", "found"),
    [
        (b"<<<<<<< ours\n[tool.relman.tags]\n", True),
        (b"<<<<<<< ours\n[[ tool . relman.versions.files]]\n", True),
        (b'<<<<<<< ours\ndependencies = ["relman"]\n[tool.relmanx]\n', False),
    ],
)
def test_a_broken_pyproject_counts_only_where_it_was_meant_for_relman(
    tmp_path: Path, broken: bytes, *, found: bool
) -> None:
    (tmp_path / "pyproject.toml").write_bytes(broken)
    assert (find_in_worktree(tmp_path) is not None) is found


def test_a_link_inside_the_repository_is_followed_and_one_that_leads_out_is_not(tmp_path: Path) -> None:
    top = tmp_path / "top"
    (top / "config").mkdir(parents=True)
    (top / "config" / "r.toml").write_bytes(OWN)
    (top / "relman.toml").symlink_to("config/r.toml")
    assert find_in_worktree(top) == Source(name="relman.toml", data=OWN)
    (top / "relman.toml").unlink()
    (tmp_path / "secret.toml").write_bytes(OWN)
    (top / "relman.toml").symlink_to("../secret.toml")
    assert refused(top) == f"{top}/relman.toml is a link that leads out of the repository"


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "relman.toml")
    (tmp_path / "pyproject.toml").mkdir()
    assert find_in_worktree(tmp_path) is None


def test_no_more_than_the_limit_is_read(tmp_path: Path) -> None:
    (tmp_path / "relman.toml").write_bytes(b"#" * (LIMIT + 10))
    source = find_in_worktree(tmp_path)
    assert source is not None
    assert len(source.data) == LIMIT + 1


def test_a_tree_is_named_for_people() -> None:
    assert find_in_files({"relman.toml": OWN}.get, "main") == Source(name="relman.toml at main", data=OWN)
    assert find_in_files({"pyproject.toml": SHARED}.get, "main") == Source(
        name="pyproject.toml [tool.relman] at main", data=SHARED, table=("tool", "relman")
    )


def test_a_given_file_is_read_by_its_name(tmp_path: Path) -> None:
    other, shared = tmp_path / "other.toml", tmp_path / "pyproject.toml"
    other.write_bytes(OWN)
    shared.write_bytes(SHARED)
    assert read_given(other) == Source(name=str(other), data=OWN)
    assert read_given(shared) == Source(name=f"{shared} [tool.relman]", data=SHARED, table=("tool", "relman"))


def test_a_given_file_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RelmanError, match="is not a file") as caught:
        read_given(tmp_path / "absent.toml")
    assert caught.value.kind is Kind.USAGE


def test_the_given_file_comes_before_the_work_tree_and_that_before_trunk() -> None:
    one, two, three = (Source(name=name, data=b"") for name in ("given", "worktree", "trunk"))
    assert choose(given=one, worktree=two, trunk=three) == one
    assert choose(given=None, worktree=two, trunk=three) == two
    assert choose(given=None, worktree=None, trunk=three) == three
    assert choose(given=None, worktree=None, trunk=None) is None


POLICY = msgspec.convert(
    {
        "trunk": "main",
        "versions": {"zero": "major", "files": [{"path": "a.toml"}, {"path": "b.toml"}]},
        "changelog": {"path": "NEWS.md", "template": "notes.j2"},
        "picks": {"signoff": True},
    },
    Config,
)


def test_a_target_with_a_configuration_names_its_own_files() -> None:
    own = msgspec.convert(
        {
            "trunk": "old",
            "versions": {"files": [{"path": "VERSION"}]},
            "changelog": {"path": "OLD.md"},
            "release": {"annotated": False},
            "picks": {"bookkeeping": ["x.lock"]},
        },
        Config,
    )
    both = for_target(POLICY, own, lambda _: False)
    assert (both.trunk, both.versions.zero, both.picks.signoff) == ("main", "major", True)
    assert both.versions.files == (VersionFile(path="VERSION"),)
    assert (both.changelog, both.release, both.picks.bookkeeping) == (own.changelog, own.release, ("x.lock",))


def test_a_target_without_one_gets_the_files_of_the_policy_that_it_has() -> None:
    some = for_target(POLICY, None, {"b.toml"}.__contains__)
    assert some.versions.files == (VersionFile(path="b.toml"),)
    assert (some.changelog.path, some.changelog.template) == ("", "notes.j2")
    assert for_target(POLICY, None, lambda _: True) == POLICY
    assert for_target(Config(), None, lambda _: True) == Config()
