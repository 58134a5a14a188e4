"""Runs a command line in this process, and says whether it touched anything."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from msgspec import Struct

from history_language import Repo
from relman.cli.app import run


class Said(Struct, frozen=True, kw_only=True):
    """What a command wrote, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.out)


Look = Callable[..., Said]


def look_with(capsys: pytest.CaptureFixture[str]) -> Look:
    """Gives a function that looks at a repository and asserts that no byte, inode or time of it changed."""

    def look(repo: Repo, *words: str) -> Said:
        before = repo.snapshot()
        code = run(["-C", str(repo.path), *words])
        assert repo.snapshot() == before
        said = capsys.readouterr()
        return Said(code=code, out=said.out, err=said.err)

    return look
