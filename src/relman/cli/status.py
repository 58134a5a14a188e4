"""`relman status`: trunk, production, every live line, what is open and what is owed."""

import typer

from relman.cli.context import Context


def status(context: typer.Context) -> int:
    """Say where the repository stands: trunk, production, the live lines, debts, what is open.

    Examples: relman status · relman status --json · relman -C ../shop status
    """
    from relman.job.status import read_status
    from relman.render.status import status_document, status_page

    here: Context = context.obj
    answer = read_status(here.facts)
    here.document(status_document(answer))
    here.say(*status_page(answer, now=here.now))
    return 0
