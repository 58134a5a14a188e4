import os
import sys
from collections.abc import Callable

import pytest

from history_language import Repo

STORY = """
main:
  A "feat: one" {a.txt: "1\\n"}
  B "fix: two" {a.txt: "2\\n"}
side from A:
  C "feat: aside" {b.txt: "1\\n"}
HEAD = main
"""


def install(repo: Repo, *names: str) -> None:
    """Writes the hooks as a person would by hand."""
    folder = repo.path / ".git" / "hooks"
    folder.mkdir(exist_ok=True)
    for name in names or ("commit-msg",):
        hook = folder / name
        hook.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m relman.hook.entry {name} "$@"\n')
        hook.chmod(0o755)


def editor(repo: Repo, script: str) -> None:
    """Makes git's editor of a script that gets the file as its first word, until the test ends."""
    file = repo.path.parent / "editor.sh"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    os.environ["GIT_EDITOR"] = str(file)


@pytest.fixture
def hooked(repo_from: Callable[..., Repo]) -> Repo:
    """A repository with the commit-msg hook."""
    repo = repo_from(STORY)
    install(repo)
    return repo
