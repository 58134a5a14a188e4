"""`relman next`: the next version, alone on stdout."""

from typing import Annotated

import typer

from relman.cli.complete import complete_line
from relman.cli.context import Context
from relman.errors import Kind
from relman.model.version import Spelling


def next_(
    context: typer.Context,
    line: Annotated[
        str | None,
        typer.Argument(
            help="1.4, a release branch, or trunk; left out: HEAD's line.", autocompletion=complete_line
        ),
    ] = None,
    pre: Annotated[
        str | None, typer.Option(help="The next pre-release with this identifier.", metavar="ID")
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say why.")] = False,
    tag: Annotated[bool, typer.Option("--tag", help="Print the tag instead of the version.")] = False,
    if_needed: Annotated[bool, typer.Option("--if-needed", help="Nothing to release is no failure.")] = False,
    spelling: Annotated[Spelling, typer.Option("--format", help="How other ecosystems write it.")] = "semver",
) -> int:
    """Print the next version of a line.

    Examples: relman next · relman next 1.4 --explain · relman next trunk --pre rc --tag
    """
    from relman.job.next import read_next
    from relman.model.version import spell
    from relman.render.data import next_document

    here: Context = context.obj
    answer = read_next(here.facts, line, pre)
    here.remind()
    facts = here.facts
    named = facts.formats.write.write(answer.version) if answer.version else None
    line_branch = facts.trunk_name if answer.line == "trunk" else facts.line(answer.line).branch
    here.document(next_document(answer, branch=line_branch, tag=named))
    if not here.json and answer.version is not None:
        here.plain(named if tag and named else spell(answer.version, spelling))
    if explain:
        here.say(*(f"  {sentence}" for sentence in answer.explain))
    if answer.version is None:
        here.hint(f"nothing to release on {answer.line}: {answer.explain[-1]}")
        return 0 if if_needed else Kind.NOTHING
    return 0
