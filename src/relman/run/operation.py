"""An operation under way: its record, the lock's descriptors, and what every phase of it shares."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from types import FrameType

from relman.git.repo import Repository
from relman.run import journal
from relman.run.journal import Record

Checkpoint = Callable[[str], None]
"""Called after every single write with its name; tests kill the process there."""


def nothing(name: str, /) -> None:
    """Takes no notice of a checkpoint."""


class Running:
    """One operation being carried out by this process, which holds the lock."""

    def __init__(
        self, repo: Repository, record: Record, fds: Sequence[int], checkpoint: Checkpoint = nothing
    ) -> None:
        self.repo = repo
        self.record = record
        """As it was last written."""
        self.fds = fds
        self.checkpoint = checkpoint
        self.committing = False
        """Whether git was told to move the refs. Until then nothing of ours can have moved."""

    def write(self, record: Record, name: str) -> None:
        """Makes a new state durable, then passes the checkpoint of that name."""
        self.record = journal.write(self.repo, record)
        self.checkpoint(name)


@contextlib.contextmanager
def held_signals() -> Iterator[None]:
    """Keeps Ctrl-C and a polite kill until the end of the block, and then lets the last one act.

    Handlers, not a mask: a mask would be inherited by git and by the user's hooks.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        came.append(number)

    watched = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    # One that is ignored (nohup) stays ignored, in the children too; absent is one that Python did not set.
    found = {number: signal.getsignal(number) for number in watched}
    before = {number: handler for number, handler in found.items() if handler not in (None, signal.SIG_IGN)}
    try:
        for number in before:
            signal.signal(number, note)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[-1])
