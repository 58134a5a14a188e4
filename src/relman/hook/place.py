"""Where a hook runs, from what git leaves beside the message's file; asks git only for its settings."""

import os
import re
from collections.abc import Mapping

from msgspec import Struct

_SETTINGS = r"^(core\.comment(char|string)|commit\.cleanup|i18n\.commitencoding)$"


class Settings(Struct, frozen=True, kw_only=True):
    """How git will clean and read a message. `comment` is empty for `auto`; `cleanup` and `encoding` where set."""

    comment: str = "#"
    cleanup: str = "default"
    encoding: str = ""


def git_dir(file: str) -> str:
    """The git directory of the work tree that a commit is made in: git keeps the message there."""
    beside, _, _ = file.rpartition("/")
    given = os.environ.get("GIT_DIR") or ".git"
    return next((folder for folder in (beside or ".", given) if under_way(folder, "HEAD")), beside or ".")


def under_way(folder: str, name: str) -> bool:
    """Tells whether git is in the middle of something: `MERGE_HEAD`, `CHERRY_PICK_HEAD`."""
    return os.path.exists(f"{folder}/{name}")  # noqa: PTH110  pathlib costs a tenth of the hook's time


def branch(folder: str) -> str | None:
    """The branch that HEAD is on; nothing where it is on none."""
    try:
        with open(f"{folder}/HEAD", encoding="utf-8", errors="replace") as stream:  # noqa: PTH123
            match = re.fullmatch(r"ref: refs/heads/(\S+)\s*", stream.read(4096))
    except OSError:
        return None
    return match[1] if match else None


def settings() -> Settings:
    """Git's own settings, with those of this very command (`git -c`); the defaults where git cannot be asked."""
    found: dict[str, str] = {}
    for record in _git("config", "-z", "--get-regexp", _SETTINGS).split("\0"):
        key, _, value = record.partition("\n")
        found["core.commentchar" if key == "core.commentstring" else key] = value
    comment = found.get("core.commentchar") or "#"
    return Settings(
        comment="" if comment.lower() == "auto" else comment,
        cleanup=found.get("commit.cleanup") or "default",
        encoding=found.get("i18n.commitencoding") or "",
    )


def amends_merge() -> bool:
    """Tells whether HEAD is a merge, so that a message that reads like one may be its own, amended."""
    return len(_git("rev-list", "--parents", "-n", "1", "HEAD").split()) > 2


def _git(*words: str) -> str:
    import subprocess  # a good message needs no git

    environ: Mapping[str, str] = {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
    try:
        done = subprocess.run(["git", *words], capture_output=True, check=False, env=environ)
    except OSError:
        return ""
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""
