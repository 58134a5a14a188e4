"""One operation at a time: an advisory lock in the common git directory, shared by all linked worktrees.

Every child that writes inherits the descriptor, so the lock is held until the last of them has ended, even
when relman itself was killed. Where a file system cannot lock, the old value of every ref is the real guard.
"""

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from relman.errors import Kind, RelmanError
from relman.git.repo import Repository

_TRIES = 40
_PAUSE = 0.05
"""How long children of a killed run get to end (2 seconds); a living run is not waited for."""


class Holder(Struct, frozen=True, kw_only=True):
    """Who holds the lock; `start` is seconds since 1970."""

    pid: int
    host: str
    command: str
    start: int


def path(repo: Repository) -> Path:
    """Gives the lock's file."""
    return repo.common_dir / "relman" / "lock"


@contextlib.contextmanager
def hold(repo: Repository, *, argv: Sequence[str], now: int) -> Iterator[tuple[int, ...]]:
    """Holds the lock and gives the descriptors that writing children must inherit.

    Errors (refused): another run holds it, named as far as it can be; the folder cannot be written.
    """
    place = path(repo)
    try:
        place.parent.mkdir(exist_ok=True)
        fd = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as e:
        raise RelmanError(Kind.REFUSED, f"relman cannot write {place}", cause=str(e)) from e
    try:
        _acquire(fd, place)
        holder = Holder(pid=os.getpid(), host=os.uname().nodename, command=" ".join(argv), start=now)
        # The contents only serve the message; a full disk must not be reported from here.
        with contextlib.suppress(OSError):
            os.ftruncate(fd, 0)
            os.pwrite(fd, msgspec.json.encode(holder), 0)
        yield (fd,)
    finally:
        os.close(fd)


def _acquire(fd: int, place: Path) -> None:
    for turn in range(_TRIES):
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as e:
            if e.errno in (errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS):
                return
            if e.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise
            holder = read_holder(place)
            if turn == _TRIES - 1 or holder is None or _alive(holder):
                raise _busy(holder) from e
            time.sleep(_PAUSE)
        else:
            return


def read_holder(place: Path) -> Holder | None:
    """Reads who took the lock last, whether or not it is held still."""
    try:
        return msgspec.json.decode(place.read_bytes(), type=Holder)
    except (OSError, msgspec.MsgspecError):
        return None


def _alive(holder: Holder) -> bool:
    if holder.host != os.uname().nodename:
        return True
    try:
        os.kill(holder.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _busy(holder: Holder | None) -> RelmanError:
    if holder is None:
        return RelmanError(Kind.REFUSED, "another relman is at work in this repository", hints=("wait",))
    since = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(holder.start))
    who = f"process {holder.pid} on {holder.host}, since {since} UTC: {holder.command}"
    facts: dict[str, object] = {"holder": msgspec.to_builtins(holder)}
    if _alive(holder):
        return RelmanError(
            Kind.REFUSED,
            f"another relman is at work in this repository ({who})",
            hints=("wait until it is done",),
            facts=facts,
        )
    return RelmanError(
        Kind.REFUSED,
        f"a program that a killed relman started is still at work in this repository ({who})",
        hints=("wait until it is done",),
        facts=facts,
    )
