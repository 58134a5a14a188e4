"""Creates a repository from a `git fast-import` stream."""

import shutil
from pathlib import Path

from relman.errors import Kind, RelmanError, usage
from relman.git.program import Git
from relman.git.repo import Repository, check_git, open_repository
from relman.model.identity import Identity

_LIKE_EVERYWHERE = ("-c", "init.defaultRefFormat=files", "-c", "core.hooksPath=")
"""What a person set for new repositories must not make one that relman cannot read, or run a hook."""


def create_repository(folder: Path, stream: bytes, *, branch: str, identity: Identity) -> Repository:
    """Makes a repository of the stream in a folder that is absent or empty, and checks `branch` out.

    It has its own `user.name` and `user.email`, and signs nothing, so that it works on a machine where git
    knows nobody. Whatever fails, nothing stays behind.

    Errors: there is something already (usage); it cannot be written, or git refuses the stream (refused).
    """
    if folder.is_symlink() or (folder.exists() and (not folder.is_dir() or any(folder.iterdir()))):
        raise usage(f"{folder} exists and is not an empty folder", "relman demo OTHER-FOLDER")
    existed = folder.is_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _fill(folder.resolve(), stream, branch, identity)
    except BaseException as error:
        _remove(folder, existed=existed)
        if isinstance(error, OSError):
            raise RelmanError(Kind.REFUSED, f"{folder} cannot be written", cause=str(error)) from error
        raise
    return open_repository(folder)


def _fill(folder: Path, stream: bytes, branch: str, identity: Identity) -> None:
    git = Git(folder / ".git", folder, looking=False)
    check_git(git)
    init = ("init", "-q", "--template=", "--object-format=sha1", f"--initial-branch={branch}")
    git.run(*_LIKE_EVERYWHERE, *init)
    for key, value in (
        ("user.name", identity.name),
        ("user.email", identity.email),
        ("commit.gpgSign", "false"),
        ("tag.gpgSign", "false"),
    ):
        git.run("config", "--local", key, value)
    git.run(*_LIKE_EVERYWHERE, "fast-import", "--quiet", stdin=stream)
    git.run(*_LIKE_EVERYWHERE, "read-tree", "-m", "-u", "HEAD")


def _remove(folder: Path, *, existed: bool) -> None:
    if not existed:
        shutil.rmtree(folder, ignore_errors=True)
        return
    for each in folder.iterdir() if folder.is_dir() else ():
        if each.is_dir():
            shutil.rmtree(each, ignore_errors=True)
        else:
            each.unlink(missing_ok=True)
