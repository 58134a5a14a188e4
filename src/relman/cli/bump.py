"""`relman bump`: version files only."""

from typing import Annotated

import typer

from relman.cli.context import Context
from relman.cli.how import How, mutating


@mutating
def bump(
    context: typer.Context,
    version: Annotated[
        str | None, typer.Argument(help="1.5.0, or major, minor, patch; left out: computed.")
    ] = None,
    *,
    how: How,
) -> int:
    """Write the version files as one commit; `relman release` is the whole thing.

    Examples: relman bump · relman bump minor --dry-run
    """
    from relman.cli.carry import carry_out
    from relman.job.bump import plan_bump

    here: Context = context.obj
    return carry_out(here, how, lambda facts, scratch, wishes: plan_bump(facts, scratch, version, wishes))
