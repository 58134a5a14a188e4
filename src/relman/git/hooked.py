"""A repository as git shows it to a hook: opened by the git program alone.

The door of the hooks starts without pygit2, and libgit2 would not see what a push has in quarantine: git names
that in variables which are passed on to every child here, and nowhere else.
"""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from relman.errors import usage
from relman.git.program import Git, environment, missing

_GIVEN = ("GIT_INDEX_FILE", "GIT_QUARANTINE_PATH", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES")
"""What git tells a hook about the index of a partial commit, and about the objects of a push."""
_WHERE = ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR")


class Hooked(Struct, frozen=True, kw_only=True):
    """Where the repository is. `work_tree` is absent in a bare one, and while something is pushed into it."""

    git: Git
    git_dir: Path
    common_dir: Path
    work_tree: Path | None


def open_hooked(environ: Mapping[str, str], folder: Path) -> Hooked:
    """Asks git where it is, with the variables that git set for its hook. Error (usage): no repository."""
    outer = environment(environ, looking=True) | {k: environ[k] for k in _WHERE if k in environ}
    words = ("--path-format=absolute", "--git-dir", "--git-common-dir", "--show-toplevel")
    try:
        done = subprocess.run(
            ["git", "rev-parse", *words], capture_output=True, env=outer, cwd=folder, check=False
        )
    except FileNotFoundError as e:
        raise missing() from e
    rows = [Path(os.fsdecode(line)) for line in done.stdout.split(b"\n")[:-1]]
    if len(rows) < 2:
        words_of_git = done.stderr.decode("utf-8", "replace").strip()
        raise usage(f"{folder} is not in a git repository", cause=words_of_git)
    given = {k: environ[k] for k in _GIVEN if k in environ}
    work_tree = rows[2] if len(rows) > 2 and done.returncode == 0 else None
    # Without a work tree git is started in the git directory, which names of quarantines are relative to.
    always = {k: v if k == "GIT_QUARANTINE_PATH" else _absolute(v, folder) for k, v in given.items()}
    return Hooked(
        git=Git(rows[0], work_tree, always=always), git_dir=rows[0], common_dir=rows[1], work_tree=work_tree
    )


def _absolute(paths: str, folder: Path) -> str:
    """The same list of folders, wherever a child is started; quoted ones are git's own affair."""
    parts = paths.split(os.pathsep)
    return os.pathsep.join(p if p.startswith(('"', "/")) or not p else str(folder / p) for p in parts)
