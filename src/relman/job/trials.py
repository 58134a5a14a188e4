"""A scratch repository for a command that looks, made only when something has to be tried after all."""

from contextlib import ExitStack
from typing import Self

from relman.git.scratch import Scratch
from relman.job.facts import Facts


class Trials:
    """A scratch repository that is made when it is asked for, and goes with the block. A context manager."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._made: Scratch | None = None
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def __call__(self) -> Scratch:
        """Gives it, the same one every time."""
        if self._made is None:
            self._made = self._stack.enter_context(Scratch.open(self._facts.repo, self._facts.trunk.commit))
        return self._made
