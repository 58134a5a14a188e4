import pytest

from relman.edit.version_file import VersionFile
from relman.model.version import Version, parse
from relman.plan.stamp import (
    Changelog,
    OutOfStep,
    out_of_step,
    write_changelog,
    write_versions,
)
from relman.plan.steps import PathEdit


def version(text: str) -> Version:
    found = parse(text)
    assert found is not None
    return found


PYTHON = VersionFile(path="pyproject.toml", key="project.version", spelling="pep440")
NODE = VersionFile(path="package.json", key="version", spelling="npm")
PLAIN = VersionFile(path="VERSION")
TAGGED = VersionFile(path="TAG", spelling="tag")


@pytest.mark.parametrize(
    ("given", "python", "node", "plain"),
    [
        ("1.5.0-rc.1", "1.5.0rc1", "1.5.0-rc.1", "1.5.0-rc.1"),
        ("1.5.0-rc1", "1.5.0rc1", "1.5.0-rc.1", "1.5.0-rc1"),
        ("1.5.0rc1", "1.5.0rc1", "1.5.0-rc.1", "1.5.0-rc.1"),
        ("1.6.0-dev.0", "1.6.0.dev0", "1.6.0-dev.0", "1.6.0-dev.0"),
        ("1.5.0", "1.5.0", "1.5.0", "1.5.0"),
    ],
)
def test_every_file_has_its_own_spelling(given: str, python: str, node: str, plain: str) -> None:
    files = {
        "pyproject.toml": b'[project]\nname = "x"\nversion = "1.4.0"  # kept\n',
        "package.json": b'{"version": "1.4.0"}\n',
        "VERSION": b"1.4.0\n",
        "TAG": b"v1.4.0\n",
    }
    assert write_versions(files, (PYTHON, NODE, PLAIN, TAGGED), version(given), f"v{given}") == (
        PathEdit(
            path="pyproject.toml",
            content=f'[project]\nname = "x"\nversion = "{python}"  # kept\n'.encode(),
        ),
        PathEdit(path="package.json", content=f'{{"version": "{node}"}}\n'.encode()),
        PathEdit(path="VERSION", content=f"{plain}\n".encode()),
        PathEdit(path="TAG", content=f"v{given}\n".encode()),
    )


def test_a_lock_file_beside_moves_along() -> None:
    own = '[[package]]\nname = "x"\nversion = "{}"\nsource = {{ editable = "." }}\n\n'
    lock = own + '[[package]]\nname = "y"\nversion = "1.4.0"\n'
    files = {
        "pyproject.toml": b'[project]\nname = "x"\nversion = "1.4.0"\n',
        "uv.lock": lock.format("1.4.0").encode(),
    }
    edits = write_versions(files, (PYTHON,), version("1.5.0-rc.1"), "v1.5.0-rc.1")
    assert {e.path: e.content for e in edits}["uv.lock"] == lock.format("1.5.0rc1").encode()


def test_files_that_say_it_already_and_files_that_are_gone_are_no_edits() -> None:
    assert write_versions({"VERSION": b"1.5.0\n"}, (PLAIN, NODE), version("1.5.0"), "v1.5.0") == ()


@pytest.mark.parametrize(
    ("says", "found"),
    [
        (b"1.4.2\n", ()),
        (b"1.5.0\n", ()),
        (b"1.5.0-dev.3\n", ()),
        (b"1.5.0-SNAPSHOT\n", ()),
        (b"1.4.1\n", (OutOfStep(path="VERSION", found="1.4.1", wanted="1.4.2"),)),
    ],
)
def test_a_file_is_out_of_step_unless_it_says_one_of_these(says: bytes, found: tuple[OutOfStep]) -> None:
    allowed = (version("1.4.2"), version("1.5.0"))
    assert out_of_step({"VERSION": says}, (PLAIN,), allowed, lambda v: f"v{v}") == found


def test_nothing_is_out_of_step_where_no_release_shows_what_should_be_there() -> None:
    assert out_of_step({"VERSION": b"7.0.0\n"}, (PLAIN,), (), str) == ()


OLD = "# Changelog\n\nOur own words.\n\n## [1.4.0] - 2026-01-01\n\n- one, *by hand*\n"


def changelog(text: str, after: Changelog, to: str) -> str:
    edits = write_changelog({"CHANGELOG.md": text.encode()}, after, version(to))
    return edits[0].content.decode() if edits and edits[0].content else text


def test_sections_go_in_version_order_and_old_words_stay() -> None:
    new = Changelog(
        path="CHANGELOG.md",
        section="## [1.5.0] - 2026-11-23\n\n- new\n",
        earlier=(("1.4.1", "## [1.4.1] - 2026-02-01\n\n- mended"),),
    )
    assert changelog(OLD, new, "1.5.0") == (
        "# Changelog\n\nOur own words.\n\n"
        "## [1.5.0] - 2026-11-23\n\n- new\n\n"
        "## [1.4.1] - 2026-02-01\n\n- mended\n\n"
        "## [1.4.0] - 2026-01-01\n\n- one, *by hand*\n"
    )


def test_a_final_takes_the_place_of_its_candidates_and_a_second_run_changes_nothing() -> None:
    text = OLD.replace("## [1.4.0]", "## [1.5.0-rc.1] - 2026-11-20\n\n- tried\n\n## [1.4.0]")
    final = Changelog(
        path="CHANGELOG.md", section="## [1.5.0] - 2026-11-23\n\n- new\n", replaces=("1.5.0-rc.1",)
    )
    once = changelog(text, final, "1.5.0")
    assert once == OLD.replace("## [1.4.0]", "## [1.5.0] - 2026-11-23\n\n- new\n\n## [1.4.0]")
    assert write_changelog({"CHANGELOG.md": once.encode()}, final, version("1.5.0")) == ()
