"""Looks for the configuration in a folder or a tree, and decides whose word counts.

The one place of this floor that reads files; what stands in a repository is a stranger's.
"""

import re
from collections.abc import Callable
from pathlib import Path

import msgspec

from relman.config.parse import parse
from relman.config.record import Config
from relman.config.source import LIMIT, Source
from relman.errors import usage

OWN = "relman.toml"
SHARED = "pyproject.toml"
TABLE = ("tool", "relman")

_HEADER = re.compile(rb"^[ \t]*\[+[ \t]*tool[ \t]*\.[ \t]*relman[ \t]*[\].]", re.MULTILINE)


def find_in_worktree(folder: Path) -> Source | None:
    """Gives the configuration at the top of a work tree.

    Errors (usage): both files have one; a link leads out of the repository.
    """
    return find_in_files(lambda name: _inside(folder, name))


def find_in_files(read: Callable[[str], bytes | None], at: str = "") -> Source | None:
    """The same for any tree: `read` gives a file's bytes or None; `at` names the tree (`main`) for people."""
    own, shared = read(OWN), read(SHARED)
    suffix = f" at {at}" if at else ""
    if shared is not None and not _has_table(shared):
        shared = None
    if own is not None and shared is not None:
        raise usage(
            f"both {OWN} and [tool.relman] in {SHARED} configure relman{suffix}",
            "keep one of them and delete the other",
        )
    if own is not None:
        return Source(name=OWN + suffix, data=own)
    if shared is not None:
        return Source(name=f"{SHARED} [tool.relman]{suffix}", data=shared, table=TABLE)
    return None


def read_given(file: Path) -> Source:
    """Reads the file that a person named with `--config`. Error (usage) where it cannot be read."""
    try:
        data = _bounded(file)
    except OSError as error:
        raise usage(f"{file} cannot be read", cause=error.strerror or str(error)) from error
    if data is None:
        raise usage(f"{file} is not a file", "name a TOML file with --config FILE")
    if file.name == SHARED:
        return Source(name=f"{file} [tool.relman]", data=data, table=TABLE)
    return Source(name=str(file), data=data)


def choose(*, given: Source | None, worktree: Source | None, trunk: Source | None) -> Source | None:
    """Whose policy counts: `--config`, else the work tree's, else that of trunk's tip; none is fine."""
    return given or worktree or trunk


def for_target(policy: Config, own: Config | None, exists: Callable[[str], bool]) -> Config:
    """The policy with the version files, release texts, changelog and bookkeeping that hold in a target's tree.

    `own` is what the target's tree itself configures; without it the policy's paths count where they
    exist, and its template as trunk has it.
    """
    if own is not None:
        return msgspec.structs.replace(
            policy,
            versions=msgspec.structs.replace(policy.versions, files=own.versions.files),
            release=own.release,
            changelog=own.changelog,
            picks=msgspec.structs.replace(policy.picks, bookkeeping=own.picks.bookkeeping),
        )
    files, notes = policy.versions.files, policy.changelog
    if files != "auto":
        files = tuple(file for file in files if exists(file.path))
    return msgspec.structs.replace(
        policy,
        versions=msgspec.structs.replace(policy.versions, files=files),
        changelog=msgspec.structs.replace(
            notes, path=notes.path if notes.path and exists(notes.path) else ""
        ),
    )


def _has_table(data: bytes) -> bool:
    if b"relman" not in data:
        return False
    try:
        value: object = parse(data)[0]
    except ValueError:
        # Broken by a merge, say: it stops relman only where it was meant for relman.
        return _HEADER.search(data) is not None
    for key in TABLE:
        if not isinstance(value, dict) or key not in value:
            return False
        value = value[key]
    return True


def _inside(folder: Path, name: str) -> bytes | None:
    file = folder / name
    if file.is_symlink() and not file.resolve().is_relative_to(folder.resolve()):
        raise usage(f"{file} is a link that leads out of the repository", "replace the link by a file")
    try:
        return _bounded(file)
    except OSError as error:
        raise usage(f"{file} cannot be read", cause=error.strerror or str(error)) from error


def _bounded(file: Path) -> bytes | None:
    if not file.is_file():
        return None
    with file.open("rb") as stream:
        return stream.read(LIMIT + 1)
