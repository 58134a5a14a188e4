"""Whole command lines in this process, on a small repository with a remote, a release line and a fix to ship."""

import io
import json
import shutil
import subprocess
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from msgspec import Struct

import history_language
from history_language import Repo, Restorable
from relman.cli.app import run

DATE = "2026-11-23T03:00:00+00:00"
STORY = r"""
main:
  A "feat: one" {
    pyproject.toml: "[project]\nname = \"shop\"\nversion = \"1.0.0\"\n",
    app.txt: "1\n2\n3\n4\n5\n6\n7\n8\n9\n"
  }
  B "chore(release): 1.0.0" {} [v1.0.0]
release/1.0 from B:
  L "fix: the line's own" {line.txt: "line\n"}
main:
  fix "fix: nine (#7)" {app.txt ~ "9\n" => "nine\n"}
  C "feat: more" {more.txt: "more\n"}
HEAD = release/1.0
"""


class Said(Struct, frozen=True, kw_only=True):
    """What a command wrote, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class State(Struct, frozen=True, kw_only=True):
    """What an operation may change, here and on the remote."""

    here: Restorable
    there: str


def call(path: Path, *words: str, checkpoint: Callable[[str], None] | None = None) -> Said:
    """Runs one command line as it is."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in "oe")
    with redirect_stdout(out), redirect_stderr(err):
        code = run(["-C", str(path), *words], checkpoint=checkpoint)
    texts = [stream.buffer.getvalue().decode() for stream in (out, err)]
    return Said(code=code, out=texts[0], err=texts[1])


class Shop:
    """The repository `repo`, on its release branch, and the bare `remote`, which has its branches and tags."""

    def __init__(self, folder: Path, story: str = STORY, *, remote: bool = True) -> None:
        self.folder = folder
        self.bare = folder / "remote.git"
        self.repo = history_language.build(folder / "repo", story)
        if remote:
            self.bare.mkdir()
            self.there("init", "-q", "--bare")
            self.repo.git("remote", "add", "origin", f"file://{self.bare}")
            self.repo.git("push", "-q", "origin", "--all")
            self.repo.git("push", "-q", "origin", "--tags")

    @property
    def path(self) -> Path:
        return self.repo.path

    def there(self, *words: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(self.bare), *words], capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def __call__(self, *words: str, checkpoint: Callable[[str], None] | None = None) -> Said:
        return call(self.path, *words, checkpoint=checkpoint)

    def done(self, *words: str) -> Said:
        """Runs one command that must succeed."""
        said = self(*words)
        assert said.code == 0, f"relman {' '.join(words)}: {said.code}\n{said.out}{said.err}"
        return said

    def refused(self, code: int, *words: str) -> Said:
        """Runs one command that must fail so, say why, and leave refs, files and the remote as they were."""
        before = self.state()
        said = self(*words)
        assert (said.code, said.out.count("Traceback")) == (code, 0), f"{said.code}\n{said.out}{said.err}"
        assert said.err.startswith("error: ") or "\nerror: " in said.err or "relman/error/v1" in said.out
        assert self.state() == before
        return said

    def state(self) -> State:
        there = self.there("for-each-ref", "--format=%(refname) %(objectname)") if self.bare.exists() else ""
        return State(here=self.local(), there=there)

    def local(self) -> Restorable:
        found = self.repo.restorable()
        refs = {ref: oid for ref, oid in found.refs.items() if not ref.startswith("refs/remotes/")}
        return Restorable(head=found.head, refs=refs, files=found.files, status=found.status)

    def save(self) -> None:
        shutil.copytree(self.folder, self.folder.with_name("saved"), symlinks=True)

    def restore(self) -> None:
        shutil.rmtree(self.folder)
        shutil.copytree(self.folder.with_name("saved"), self.folder, symlinks=True)

    def hook(self, name: str, script: str, *, there: bool = False) -> None:
        file = (self.bare if there else self.path / ".git") / "hooks" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)

    def operations(self) -> list[tuple[str, str]]:
        return [(o["title"], o["state"]) for o in self.done("log", "--json").json["operations"]]


def other(shop: Shop, branch: str = "release/1.0") -> Shop:
    """A colleague's clone of the same remote."""
    clone = object.__new__(Shop)
    clone.folder, clone.bare = shop.folder.with_name("other"), shop.bare
    shop.repo.git("clone", "-q", f"file://{shop.bare}", str(clone.folder / "repo"))
    clone.repo = type(shop.repo)(clone.folder / "repo", {}, shop.repo.clock + 6000)
    clone.repo.git("switch", "-q", branch)
    return clone


def sure(words: Sequence[str]) -> tuple[str, ...]:
    """A real run, dated by the clock of the tests."""
    return (*words, "--yes", "--date", DATE)


__all__ = ["DATE", "STORY", "Repo", "Said", "Shop", "State", "call", "other", "sure"]
