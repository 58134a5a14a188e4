"""What a command is given: where it runs, how it talks, and the one reading of clock and terminal."""

import contextlib
import os
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from relman.errors import usage

if TYPE_CHECKING:  # rich costs 30 ms and is not needed to print one version
    from rich.console import Console, RenderableType

    from relman.job.facts import Facts


class Options(Struct, frozen=True, kw_only=True):
    """The global options."""

    start: Path
    config: Path | None
    json: bool
    color: str
    verbose: bool
    quiet: bool


def _alone(argv: Sequence[str], **_more: object) -> int:
    """What a call does that nobody gave a way to run another command line: it leaves that to the person."""
    raise usage("this command cannot start another one; nothing was changed", f"relman {shlex.join(argv)}")


class Call(Struct, frozen=True, kw_only=True):
    """What the caller of `relman.cli.app.run` gives along with the words."""

    argv: tuple[str, ...] = ()
    """The command as it was typed, for the journal."""
    redoes: str | None = None
    """The aborted operation that this call carries out again."""
    documents: list[str] = field(default_factory=list)
    """What `--json` answers. Printed at the end, so that an error is the one document, not a second one."""
    checkpoint: Callable[[str], None] | None = None
    """Called after every single write; tests kill the process there."""
    again: Callable[..., int] = _alone
    """Runs another command line in this call's place and gives its exit code; takes `redoes`, too."""


class Context:
    """The clock, the terminal and the repository of one call."""

    def __init__(self, options: Options, call: Call) -> None:
        self.options = options
        self.call = call

    @property
    def json(self) -> bool:
        """Whether the answer is one JSON document."""
        return self.options.json

    @cached_property
    def now(self) -> int:
        """The clock, read once: seconds since 1970."""
        return int(time.time())

    @cached_property
    def offset(self) -> int:
        """The local time's offset from UTC in minutes."""
        return time.localtime(self.now).tm_gmtoff // 60

    @cached_property
    def environ(self) -> Mapping[str, str]:
        """The environment, read once."""
        return dict(os.environ)

    @cached_property
    def facts(self) -> "Facts":
        """The repository, its refs and its configuration."""
        from relman.job.open import open_facts

        facts = open_facts(self.options.start, config=self.options.config, cache=cache_folder(self.environ))
        self.detail(f"configuration: {facts.source}")
        return facts

    @cached_property
    def out(self) -> "Console":
        """Results."""
        return self._console(stderr=False)

    @cached_property
    def err(self) -> "Console":
        """Progress and hints."""
        return self._console(stderr=True)

    def _console(self, *, stderr: bool) -> "Console":
        from rich.console import Console

        stream = sys.stderr if stderr else sys.stdout
        forced = {"always": True, "never": False}.get(self.options.color)
        plain = forced is False or (forced is None and bool(self.environ.get("NO_COLOR")))
        wide = None if stream.isatty() else 10_000
        return Console(
            stderr=stderr,
            force_terminal=forced,
            no_color=plain,
            highlight=False,
            soft_wrap=True,
            width=wide,
            markup=False,
            emoji=False,
        )

    @property
    def asks(self) -> bool:
        """Whether there is a person to ask."""
        return sys.stdin.isatty() and sys.stderr.isatty() and not self.json

    def confirm(self, question: str) -> bool:
        """Asks a person; anything but y or yes is no."""
        self.err.print(f"{question} [y/N] ", end="")
        return self.answer().lower() in ("y", "yes")

    def answer(self) -> str:
        """Reads one line from a person."""
        return sys.stdin.readline().strip()

    @contextlib.contextmanager
    def busy(self, doing: str) -> Iterator[None]:
        """Shows on a terminal that something is under way; nothing elsewhere."""
        with self.progress(doing):
            yield

    @contextlib.contextmanager
    def progress(self, doing: str) -> Iterator[Callable[[str], None]]:
        """The same, and gives a function that says what is under way now."""
        if self.json or self.options.quiet or not sys.stderr.isatty():
            yield lambda _: None
            return
        from relman.render.words import printable

        with self.err.status(doing) as status:
            yield lambda now: status.update(printable(now))

    def say(self, *lines: "RenderableType") -> None:
        """Prints results for people; nothing with `--json`."""
        if not self.json:
            for line in lines:
                self.out.print(line)

    def hint(self, *lines: "RenderableType") -> None:
        """Prints what is no result to stderr; nothing with `--quiet` or `--json`."""
        if not self.json and not self.options.quiet:
            for line in lines:
                self.err.print(line)

    def detail(self, line: str) -> None:
        """Tells stderr, with `-v`, what happens; it is no part of a result, with `--json` neither."""
        if self.options.verbose:
            from relman.render.words import printable

            sys.stderr.write(f"{printable(line)}\n")

    def remind(self) -> None:
        """Says, whatever was asked, what may make the answer wrong: an open operation."""
        if not (self.facts.repo.common_dir / "relman").is_dir():
            return  # the journal's code is not even loaded
        from relman.job.operations import waiting

        for sentence in waiting(self.facts.repo):
            self.hint(f"{sentence}: relman resume")

    def plain(self, text: str) -> None:
        """Prints one bare result, for `$(relman next)`; no colour, no wrapping, no rich."""
        sys.stdout.write(text + "\n")

    def document(self, value: object) -> None:
        """Gives the JSON document, where one was asked for."""
        if self.json:
            from relman.render.data import json_text

            self.call.documents.append(json_text(value) + "\n")


def cache_folder(environ: Mapping[str, str]) -> Path | None:
    """The folder for what may be deleted at any time, by the rules of the XDG base directories."""
    given = Path(environ.get("XDG_CACHE_HOME", ""))
    home = Path(environ.get("HOME", ""))
    places = (given, home / ".cache")
    return next((place / "relman" for place in places if place.is_absolute()), None)
