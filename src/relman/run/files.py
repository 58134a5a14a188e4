"""Edits files that are not history (configuration, hook scripts): whole, or not at all."""

import os
import stat
from pathlib import Path, PurePosixPath

from relman.errors import Kind, RelmanError
from relman.git.durable import flush
from relman.plan.steps import EditFile

EXECUTABLE = 0o777
PLAIN = 0o666
"""Modes of new files before the process's mask."""


def root(work_tree: str | None, step: EditFile) -> Path:
    """Gives the folder that the step's path starts from; refused where it is a work tree that is not there."""
    if step.folder is not None:
        return Path(step.folder)
    if work_tree is None:
        raise RelmanError(Kind.REFUSED, f"{step.path} needs a work tree, and this repository has none")
    return Path(work_tree)


def place(root: Path, step: EditFile) -> Path:
    """Gives the file's path; refuses one that leaves the root or goes through a symbolic link."""
    parts = PurePosixPath(step.path)
    if parts.is_absolute() or ".." in parts.parts or not parts.parts:
        raise RelmanError(Kind.REFUSED, f"{step.path!r} is not a path inside {root}")
    at = root
    for part in parts.parts:
        at /= part
        if at.is_symlink():
            raise RelmanError(Kind.REFUSED, f"{at} is a symbolic link, and relman does not write through one")
        if at != root / step.path and at.exists() and not at.is_dir():
            raise RelmanError(Kind.REFUSED, f"{at} is a file, so {step.path} cannot be below it")
    return at


def holds(root: Path, step: EditFile, content: bytes | None) -> bool:
    """Tells whether the file has exactly these bytes (absent: does not exist)."""
    file = place(root, step)
    try:
        regular = stat.S_ISREG(file.lstat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return content is None
    return content is not None and regular and file.read_bytes() == content


def check(root: Path, step: EditFile) -> None:
    """Refuses where the file is not what the plan saw."""
    if not holds(root, step, step.before):
        raise RelmanError(
            Kind.MOVED,
            f"{step.path} changed since the plan was made",
            hints=("run the command again: it plans on what is there now",),
        )


def edit(root: Path, step: EditFile) -> None:
    """Brings the file to `after`; one that is there already is left alone, one that is neither is refused.

    A file keeps its mode unless the step gives one; a new one that begins with `#!` is executable.
    """
    file = place(root, step)
    if holds(root, step, step.after) and (step.after is None or _has_mode(file, step.mode_after)):
        return
    check(root, step)
    try:
        if step.after is None:
            file.unlink()
        else:
            _replace(file, step.after, step.mode_after)
        flush(file.parent)
    except OSError as e:
        raise RelmanError(Kind.REFUSED, f"{file} cannot be written", cause=str(e)) from e


def _has_mode(file: Path, wanted: int | None) -> bool:
    return wanted is None or stat.S_IMODE(file.stat().st_mode) == wanted


def _replace(file: Path, content: bytes, wanted: int | None) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name}.relman-tmp")
    # Left by a run that was killed here; the lock says that it is not in use.
    temporary.unlink(missing_ok=True)
    mode = EXECUTABLE if content.startswith(b"#!") else PLAIN
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    try:
        with os.fdopen(fd, "wb") as f:
            if wanted is not None:
                os.fchmod(f.fileno(), wanted)
            elif file.exists():
                os.fchmod(f.fileno(), stat.S_IMODE(file.stat().st_mode))
            f.write(content)
            f.flush()
            os.fsync(f.fileno())
        temporary.replace(file)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
