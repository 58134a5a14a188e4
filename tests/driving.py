"""Runs a relman command line inside the test's own process, on a repository, with the clock fixed."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from msgspec import Struct

from relman.cli.app import run

MUTATING = frozenset({"cut", "release", "hotfix", "backport", "forward", "bump", "undo", "redo"})
DATE = "2026-11-23T03:00:00+00:00"


class Said(Struct, frozen=True, kw_only=True):
    """What a command answered: exit code, results, hints."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def relman(path: Path, *words: str) -> Said:
    """Runs one command; a mutating one is not asked and dated by the clock of the tests."""
    fixed = ["--date", DATE] if words[0] in MUTATING else []
    sure = ["--yes"] if fixed and "-n" not in words else []
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in "oe")
    with redirect_stdout(out), redirect_stderr(err):
        code = run(["-C", str(path), *words, *fixed, *sure])
    texts = [stream.buffer.getvalue().decode() for stream in (out, err)]
    return Said(code=code, out=texts[0], err=texts[1])


def done(path: Path, *words: str) -> Said:
    """Runs one command that must succeed."""
    said = relman(path, *words)
    assert said.code == 0, f"relman {' '.join(words)}: {said.code}\n{said.out}{said.err}"
    return said
