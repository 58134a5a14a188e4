"""The list of commands, in the four groups that `--help` shows. One file per job holds them."""

import sys
import time
from functools import cache
from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperGroup

import relman
from relman.cli.bump import bump
from relman.cli.changelog import changelog
from relman.cli.check import check
from relman.cli.commit import commit
from relman.cli.context import Call, Context, Options
from relman.cli.cut import cut
from relman.cli.demo import demo
from relman.cli.env import environments
from relman.cli.forward import forward
from relman.cli.help import Groups, OneCommand
from relman.cli.hooks import hooks
from relman.cli.hotfix import backport, hotfix
from relman.cli.init import init
from relman.cli.log import log
from relman.cli.next import next_
from relman.cli.options import options
from relman.cli.park import park, unpark
from relman.cli.push import push
from relman.cli.release import release
from relman.cli.resume import abort, resume
from relman.cli.status import status
from relman.cli.strategy import strategies
from relman.cli.undo import redo, undo
from relman.cli.version import version
from relman.cli.where import where
from relman.cli.withdraw import withdraw

FIRST, LOOK, DO, MORE = "The five that matter", "Look", "Do", "Set up"

ROWS = (
    (FIRST, "status", status),
    (FIRST, "hotfix", hotfix),
    (FIRST, "cut", cut),
    (FIRST, "release", release),
    (FIRST, "undo", undo),
    (LOOK, "next", next_),
    (LOOK, "version", version),
    (LOOK, "where", where),
    (LOOK, "options", options),
    (LOOK, "changelog", changelog),
    (LOOK, "check", check),
    (LOOK, "log", log),
    (DO, "backport", backport),
    (DO, "forward", forward),
    (DO, "park", park),
    (DO, "unpark", unpark),
    (DO, "resume", resume),
    (DO, "abort", abort),
    (DO, "redo", redo),
    (DO, "push", push),
    (DO, "withdraw", withdraw),
    (DO, "bump", bump),
    (DO, "commit", commit),
    (MORE, "init", init),
    (MORE, "hooks", hooks),
    (MORE, "demo", demo),
)
"""Every command: its group, its name, its function. A row is all that a new command needs here."""

FAMILIES = ((LOOK, "strategy", strategies), (LOOK, "env", environments))
"""Commands that have commands of their own."""


@cache
def command() -> TyperGroup:
    """Builds the command line; once, since a process may run several (`redo`, the tests)."""
    app = typer.Typer(
        name="relman",
        cls=Groups,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
        help="Releases from git: a fix into production in one atomic, undoable step; the cut; the changelog.",
        epilog="Global options may stand anywhere: relman next --json. At three at night: relman demo, relman undo.",
    )
    app.callback()(_globals)
    for panel, name, function in ROWS:
        app.command(name, cls=OneCommand, rich_help_panel=panel)(function)
    for panel, name, family in FAMILIES:
        app.add_typer(family, name=name, rich_help_panel=panel)
    made = typer.main.get_command(app)  # with the options that install shell completion
    assert isinstance(made, TyperGroup)  # noqa: S101  (it has a callback)
    return made


def _print_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"relman {relman.__version__}\n")
        raise typer.Exit


def _globals(
    context: typer.Context,
    start: Annotated[
        Path, typer.Option("-C", help="Run as if started in this folder.", metavar="DIR")
    ] = Path(),
    config: Annotated[
        Path | None, typer.Option("--config", help="Use this configuration file.", metavar="FILE")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")] = False,
    color: Annotated[str, typer.Option("--color", help="auto, always or never.")] = "auto",
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="Say what configures relman, and how long it took.")
    ] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No hints, no progress.")] = False,
    _version: Annotated[
        bool,
        typer.Option(
            "-V", "--version", help="Print relman's version.", is_eager=True, callback=_print_version
        ),
    ] = False,
) -> None:
    if color not in ("auto", "always", "never"):
        raise typer.BadParameter(f"{color!r} is not auto, always or never", param_hint="--color")
    given = context.obj if isinstance(context.obj, Call) else Call()
    here = context.obj = Context(
        Options(start=start, config=config, json=json, color=color, verbose=verbose, quiet=quiet), given
    )
    began = time.monotonic()
    context.call_on_close(lambda: here.detail(f"took {time.monotonic() - began:.2f} s"))
