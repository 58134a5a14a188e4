"""`relman push`: what an operation made goes to the remote."""

from typing import Annotated

import typer

from relman.cli.context import Context
from relman.cli.how import How, mutating


@mutating
def push(
    context: typer.Context,
    operation: Annotated[
        str | None, typer.Argument(help="From `relman log`; left out: the newest that stands.")
    ] = None,
    *,
    how: How,
) -> int:
    """Push what an operation made, atomically, and print the forge's command for the release page.

    Examples: relman push · relman push --dry-run
    """
    from msgspec import structs

    from relman.cli.carry import carry_out
    from relman.job.operations import plan_push

    here: Context = context.obj
    how = structs.replace(how, push=True)
    return carry_out(here, how, lambda facts, _scratch, _wishes: plan_push(facts, operation))
