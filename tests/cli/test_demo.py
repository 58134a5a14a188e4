import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from relman.cli.app import run
from relman.job.demo import fast_import_stream


def git(folder: Path, *args: str, stdin: bytes | None = None) -> str:
    done = subprocess.run(["git", *args], cwd=folder, input=stdin, capture_output=True, check=True)
    return done.stdout.decode()


def test_it_says_what_stands_there_and_what_to_type(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.chdir(tmp_path)
    assert run(["demo", "shop"]) == 0
    assert capsys.readouterr().out == (
        """\
shop is a small shop at three at night.

  production  v1.4.2, where a token is good for forty days instead of an hour
  the fix     pr:123 on main, among the 40 commits since 1.4 was cut, 5 of them of half-done feature X
  lines       1.4, 1.3

Type there (cd shop):

  relman status             where everything stands
  relman next               the version that trunk would get
  relman options pr:123     every way to get the fix out, tried and compared
  relman hotfix pr:123 -n   the plan that ships only the fix; changes nothing
  relman hotfix pr:123      carries it out
  relman changelog v1.4.3   the notes of what went out
  relman log                what was done here
  relman undo               takes it back
  relman park X -n          the other way: take half a feature out of trunk, and put it back later
"""
    )


def test_the_ids_are_those_of_the_stream(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--initial-branch=main", "oracle")
    git(tmp_path / "oracle", "fast-import", "--quiet", stdin=fast_import_stream())
    assert run(["-C", str(tmp_path), "demo", "shop"]) == 0
    refs = "--format=%(refname) %(objectname)"
    assert git(tmp_path / "shop", "for-each-ref", refs) == git(tmp_path / "oracle", "for-each-ref", refs)
    assert git(tmp_path / "shop", "status", "--porcelain", "--branch") == "## main\n"


def test_the_document_names_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", str(tmp_path / "shop"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "schema": "relman/demo/v1",
        "package": None,
        "path": str(tmp_path / "shop"),
        "head": git(tmp_path / "shop", "rev-parse", "HEAD").strip(),
        "commands": [
            "relman status",
            "relman next",
            "relman options pr:123",
            "relman hotfix pr:123 -n",
            "relman hotfix pr:123",
            "relman changelog v1.4.3",
            "relman log",
            "relman undo",
            "relman park X -n",
        ],
    }


def test_a_second_run_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "shop"
    assert run(["demo", str(place)]) == 0
    before = git(place, "for-each-ref")
    capsys.readouterr()
    assert run(["demo", str(place)]) == 2
    assert capsys.readouterr().err == (
        f"error: {place} exists and is not an empty folder\nhint:  relman demo OTHER-FOLDER\n"
    )
    assert git(place, "for-each-ref") == before


def test_it_needs_neither_home_nor_identity(tmp_path: Path) -> None:
    bare = {"PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1"}
    command = [sys.executable, "-m", "relman", "demo", "shop"]
    subprocess.run(command, cwd=tmp_path, env=bare, capture_output=True, check=True)
    who = subprocess.run(
        ["git", "var", "GIT_COMMITTER_IDENT"],
        cwd=tmp_path / "shop",
        env=bare,
        capture_output=True,
        check=True,
    )
    assert who.stdout.startswith(b"On Call <on-call@shop.example> ")
