"""`relman status`: trunk, production, every live line, what is open and what is owed."""

from typing import Annotated

import typer

from relman.cli.context import Context
from relman.errors import Kind, usage


def status(
    context: typer.Context,
    ready: Annotated[
        bool,
        typer.Option(
            "--ready",
            help="Exit code 1 where trunk could not be released now; and the evidence for it.",
        ),
    ] = False,
) -> int:
    """Say where the repository stands: trunk and whether it could be released now, production, lines, debts.

    Examples: relman status · relman status --ready · relman status --json · relman -C ../shop status
    """
    from relman.cli.options import trying
    from relman.job.status import READY, read_status
    from relman.render.status import status_document, status_page

    here: Context = context.obj
    with here.busy("trying a release of trunk"):
        answer = read_status(here.facts, trying(here))
    if ready and (gap := next((gap for gap in answer.gaps if READY in gap.about), None)):
        raise usage(gap.message, *gap.hints)
    here.document(status_document(answer))
    here.say(*status_page(answer, now=here.now, evidence=ready))
    return Kind.FINDINGS if ready and not (answer.ready and answer.ready.ready) else 0
