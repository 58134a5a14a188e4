import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from history_language import Repo
from relman.cli.app import run
from relman.git.repo import open_repository
from relman.plan.plan import Sealed
from relman.run import journal
from relman.run.execute import execute
from relman.run.seal import plan_hash
from relman.run.undo import undo_plan

TEXT = """\
# What relman found in this history. Each key stands below its evidence; any may be changed or left out.

# releases are tags on main: v1.1.0
strategy = "trunk/v1"
# the only branch
trunk = "main"

[tags]
# 3 releases, newest v1.1.0
format = "v{version}"

[lines]
# no release branch yet; the usual form
branch = "release/{line}"

# on main it says 1.1.0
[[versions.files]]
path = "pyproject.toml"
key = "project.version"
spelling = "pep440"

[changelog]
# none yet; the first release begins it
path = "CHANGELOG.md"
"""
SHOWN = "relman.toml:\n\n" + "".join(f"  {line}\n" for line in TEXT.splitlines()) + "\n"


@pytest.fixture
def repo(story: Callable[[str], Repo]) -> Repo:
    return story("trunk_tags")


def test_yes_writes_what_was_shown_at_the_root(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-C", str(repo.path / "src"), "init", "--yes"]) == 0
    wrote = f"wrote {repo.path}/relman.toml; commit it. relman undo takes it back\n"
    assert capsys.readouterr().out == SHOWN + wrote
    assert (repo.path / "relman.toml").read_text() == TEXT
    assert repo.git("status", "--porcelain") == "?? relman.toml"


def test_undo_takes_it_back(repo: Repo) -> None:
    before = repo.restorable()
    run(["-C", str(repo.path), "init", "--yes"])
    opened = open_repository(repo.path)
    done = journal.read_all(opened).newest_undoable()
    assert done is not None
    assert done.sealed.plan.title == "init relman.toml"
    plan = undo_plan(done, {})
    sealed = Sealed(plan=plan, ids={}, hash=plan_hash(plan, {}), provisional=False)
    execute(opened, sealed, lambda _: None, operation_id="back", now=done.started, push=False)
    assert repo.restorable() == before
    assert not (repo.path / "relman.toml").exists()


def test_the_command_for_that_is_undo(repo: Repo) -> None:
    run(["-C", str(repo.path), "init", "--yes"])
    assert run(["-C", str(repo.path), "undo", "--yes"]) == 0
    assert not (repo.path / "relman.toml").exists()


def test_a_dry_run_shows_it_and_touches_nothing(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    before = repo.snapshot()
    assert run(["-C", str(repo.path), "init", "-n"]) == 0
    assert capsys.readouterr().out == SHOWN
    assert repo.snapshot() == before


def test_without_a_terminal_it_asks_for_yes(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    before = repo.snapshot()
    assert run(["-C", str(repo.path), "init"]) == 2
    said = capsys.readouterr()
    assert said.out == SHOWN
    assert said.err == (
        "error: relman.toml was not written: there is no terminal to ask on\nhint:  relman init --yes\n"
    )
    assert repo.snapshot() == before


def test_the_document_has_every_setting(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-C", str(repo.path), "init", "--yes", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found) == ["schema", "package", "path", "written", "settings", "left", "text"]
    assert (found["schema"], found["path"], found["written"]) == ("relman/init/v1", "relman.toml", True)
    assert found["text"] == TEXT == (repo.path / "relman.toml").read_text()
    assert found["settings"][2:5] == [
        {"key": "tags.format", "value": "v{version}", "evidence": "3 releases, newest v1.1.0"},
        {
            "key": "lines.branch",
            "value": "release/{line}",
            "evidence": "no release branch yet; the usual form",
        },
        {
            "key": "versions.files",
            "value": [{"path": "pyproject.toml", "key": "project.version", "spelling": "pep440"}],
            "evidence": "on main it says 1.1.0",
        },
    ]


@pytest.mark.parametrize(
    ("file", "text", "named"),
    [
        ("relman.toml", "", "relman.toml"),
        ("pyproject.toml", "[tool.relman]\n", "pyproject.toml [tool.relman]"),
    ],
)
def test_a_configured_repository_stays_as_it_is(
    repo: Repo, capsys: pytest.CaptureFixture[str], file: str, text: str, named: str
) -> None:
    repo.write(file, text)
    before = repo.snapshot()
    assert run(["-C", str(repo.path), "init", "--yes"]) == 0
    assert capsys.readouterr().out == f"{named} configures this repository already; nothing was changed\n"
    assert run(["-C", str(repo.path), "init", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "schema": "relman/init/v1",
        "package": None,
        "path": named,
        "written": False,
        "settings": [],
        "left": [],
        "text": "",
    }
    assert repo.snapshot() == before


def test_a_configuration_on_trunk_counts_on_an_old_branch(
    repo: Repo, capsys: pytest.CaptureFixture[str]
) -> None:
    repo.commit("chore: configure", {"relman.toml": ""})
    repo.git("checkout", "-q", "v1.0.0")
    assert run(["-C", str(repo.path), "init", "--yes"]) == 0
    assert capsys.readouterr().out == (
        "relman.toml at main configures this repository already; nothing was changed\n"
    )


def test_something_in_its_place_is_not_overwritten(repo: Repo) -> None:
    (repo.path / "relman.toml").mkdir()
    (repo.path / "relman.toml" / "mine").touch()
    assert run(["-C", str(repo.path), "init", "--yes"]) == 4
    assert (repo.path / "relman.toml" / "mine").exists()


def test_a_bare_repository_is_told_what_to_commit(
    repo: Repo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bare = tmp_path / "shop.git"
    repo.clone(bare, bare=True)
    assert run(["-C", str(bare), "init", "--yes"]) == 2
    said = capsys.readouterr()
    assert 'format = "v{version}"' in said.out
    assert said.err == (
        "error: shop is a bare repository: commit this as relman.toml on main, in a clone of it\n"
        f"hint:  git clone {bare} DIR\n"
    )
    assert run(["-C", str(bare), "init", "--json"]) == 2
    found = json.loads(capsys.readouterr().out)
    assert (found["schema"], found["path"]) == ("relman/error/v1", "relman.toml")
    assert 'format = "v{version}"' in found["text"]


def test_an_empty_repository_is_served(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    assert run(["-C", str(tmp_path), "init", "--yes"]) == 0
    assert 'trunk = "main"' in (tmp_path / "relman.toml").read_text()
    assert capsys.readouterr().out.endswith(f"\nwrote {tmp_path}/relman.toml; commit it.\n")


def test_a_family_of_tags_is_said_on_the_command_line(
    story: Callable[[str], Repo], capsys: pytest.CaptureFixture[str]
) -> None:
    place = story("families").path
    assert run(["-C", str(place), "init", "--yes"]) == 2
    said = capsys.readouterr().err
    assert "  web@{version}  1 tags, like web@2.0.0" in said
    assert said.endswith("hint:  relman init --tag-format 'api-v{version}'\n")
    assert run(["-C", str(place), "init", "--yes", "--tag-format", "web@{version}"]) == 0
    assert 'format = "web@{version}"' in (place / "relman.toml").read_text()


def typed(place: Path, answers: bytes) -> tuple[int, str]:
    """Runs init at a terminal; gives the exit code and what went to stdout."""
    master, slave = pty.openpty()
    os.write(master, answers)
    command = [sys.executable, "-c", "from relman.cli.app import main; main()", "-C", str(place), "init"]
    try:
        done = subprocess.run(
            command, stdin=slave, stderr=slave, stdout=subprocess.PIPE, text=True, check=False, timeout=60
        )
    finally:
        os.close(slave)
        os.close(master)
    return done.returncode, done.stdout


def test_at_a_terminal_it_asks_which_family_and_whether(story: Callable[[str], Repo]) -> None:
    place = story("families").path
    assert typed(place, b"2\nn\n")[0] == 130
    assert not (place / "relman.toml").exists()
    code, out = typed(place, b"2\ny\n")
    assert code == 0
    assert out.endswith(f"wrote {place}/relman.toml; commit it. relman undo takes it back\n")
    assert 'format = "web@{version}"' in (place / "relman.toml").read_text()
