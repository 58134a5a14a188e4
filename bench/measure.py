"""One program, run whole: wall time, processor time and peak memory, all of its children included."""

import contextlib
import os
import signal
import statistics
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

# Longer than this once, and once is enough: the spread of a ten-second run is small beside its length.
LONG = 10.0


@dataclass(frozen=True, kw_only=True)
class Run:
    """Seconds of wall clock and of processor, peak resident memory in MiB; `code` is None when cut off."""

    wall: float
    cpu: float
    peak: float
    code: int | None


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command of a row: who it is, and the words that start it."""

    who: str
    words: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The first run (cold for whoever keeps a cache) and the medians of those that followed it."""

    who: str
    first: Run
    wall: float
    cpu: float
    peak: float
    runs: int
    code: int | None


def once(words: tuple[str, ...], *, at: Path, env: dict[str, str], limit: float) -> Run:
    start = time.perf_counter()
    # A group of its own, so that a cut reaches the children of the program too.
    child = subprocess.Popen(
        words,
        cwd=at,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    cut = threading.Event()

    def kill() -> None:
        cut.set()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)

    timer = threading.Timer(limit, kill)
    timer.start()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    timer.cancel()
    # wait4 took the status away from Popen, which must not wait for it again.
    child.returncode = os.waitstatus_to_exitcode(status)
    code = None if cut.is_set() else child.returncode
    return Run(wall=wall, cpu=usage.ru_utime + usage.ru_stime, peak=usage.ru_maxrss / 1024, code=code)


def row(commands: list[Command], *, at: Path, env: dict[str, str], limit: float, runs: int) -> list[Figures]:
    """All commands of a row: each once to warm up, then in turns, so that a slow minute hits all of them."""
    first = [once(command.words, at=at, env=env, limit=limit) for command in commands]
    later: list[list[Run]] = [[] for _ in commands]
    for _ in range(runs):
        for command, warm, done in zip(commands, first, later, strict=True):
            if warm.wall < LONG and warm.code is not None:
                done.append(once(command.words, at=at, env=env, limit=limit))
    return [
        _figures(command.who, warm, done or [warm])
        for command, warm, done in zip(commands, first, later, strict=True)
    ]


def _figures(who: str, first: Run, runs: list[Run]) -> Figures:
    return Figures(
        who=who,
        first=first,
        wall=statistics.median(run.wall for run in runs),
        cpu=statistics.median(run.cpu for run in runs),
        peak=statistics.median(run.peak for run in runs),
        runs=len(runs),
        code=next((run.code for run in runs if run.code != 0), 0),
    )
