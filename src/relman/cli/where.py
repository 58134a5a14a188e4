"""`relman where`: which releases, lines and environments have a fix."""

from typing import Annotated

import typer

from relman.cli.context import Context


def where(
    context: typer.Context,
    fix: Annotated[
        str, typer.Argument(help="A commit, a range, a branch, pr:123, a change request's URL, an issue key.")
    ],
) -> int:
    """Say where a fix is: releases, lines and production, by which evidence; who lacks it, what followed it.

    Examples: relman where pr:123 · relman where 1a2b3c4 · relman where 1a2b3c4 --json
    """
    from relman.job.where import read_where
    from relman.render.where import where_document, where_page

    here: Context = context.obj
    with here.busy("looking for the fix"):
        answer = read_where(here.facts, fix)
    here.document(where_document(answer))
    here.say(*where_page(answer))
    return 0
