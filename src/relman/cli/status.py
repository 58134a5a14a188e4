"""`relman status`: trunk, production, every live line, what is open and what is owed."""

from typing import TYPE_CHECKING, Annotated

import typer

from relman.cli.context import Context
from relman.errors import Kind

if TYPE_CHECKING:
    from relman.render.ready import Ready


def status(
    context: typer.Context,
    ready: Annotated[
        bool,
        typer.Option(
            "--ready",
            help="Whether trunk could be released now, and what stands in the way; exit code 1: no.",
        ),
    ] = False,
) -> int:
    """Say where the repository stands: trunk, production, the live lines, debts, what is open.

    Examples: relman status · relman status --ready · relman status --json · relman -C ../shop status
    """
    from msgspec.structs import replace

    from relman.job.status import read_status
    from relman.render.status import status_document, status_page

    here: Context = context.obj
    answer = read_status(here.facts)
    if ready:
        answer = replace(answer, ready=_ready(here))
    here.document(status_document(answer))
    here.say(*status_page(answer, now=here.now))
    return Kind.FINDINGS if answer.ready and not answer.ready.ready else 0


def _ready(here: Context) -> "Ready":
    from relman.cli.options import trying
    from relman.git.scratch import Scratch
    from relman.job.future import lend
    from relman.job.ready import read_ready

    facts = here.facts
    with (
        Scratch.open(facts.repo, facts.trunk.commit) as scratch,
        here.busy("trying a release of trunk"),
    ):
        return read_ready(lend(facts, scratch), scratch, trying(here))
