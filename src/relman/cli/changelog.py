"""`relman changelog`: the notes of a release, of all of them, or of what is unreleased."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from relman.cli.complete import complete_release
from relman.cli.context import Context
from relman.render.words import printable_lines


def changelog(
    context: typer.Context,
    what: Annotated[
        str | None,
        typer.Argument(
            help="A line, or a released version; left out: HEAD's line.",
            metavar="[LINE/VERSION]",
            autocompletion=complete_release,
        ),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="What is unreleased, then every release, newest first.")
    ] = False,
    values: Annotated[bool, typer.Option("--context", help="Print what a template sees, as JSON.")] = False,
    template: Annotated[
        Path | None, typer.Option(help="Use this Jinja2 template.", metavar="FILE", dir_okay=False)
    ] = None,
) -> int:
    """Print release notes: what is unreleased on a line, or what a release brought.

    Examples: relman changelog · relman changelog v1.4.2 · relman changelog --all > CHANGELOG.md
    """
    from relman.errors import usage
    from relman.job.changelog import forge, read_notes, section, template_for
    from relman.job.every_release import every_release
    from relman.render.data import changelog_document, json_text

    here: Context = context.obj
    if every and what:
        raise usage(f"--all is every release, and {what} is one", f"relman changelog {what}")
    facts = here.facts
    releases = every_release(facts) if every else iter((read_notes(facts, what),))
    where = forge(facts, facts.config)
    here.remind()
    if values or here.json:
        here.plain(json_text(changelog_document(releases, where)))
        return 0
    used = template_for(facts, template)
    for index, release in enumerate(releases):
        here.plain(_shown(("\n" if index else "") + section(release, where, used).rstrip("\n")))
    return 0


def _shown(text: str) -> str:
    """A file gets what the template wrote; a terminal gets nothing that could steer it."""
    return printable_lines(text) if sys.stdout.isatty() else text
