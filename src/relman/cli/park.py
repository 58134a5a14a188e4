"""`relman park` and `relman unpark`: a half-done feature leaves trunk, and comes back."""

from typing import Annotated

import typer

from relman.cli.context import Context
from relman.cli.how import How, mutating


@mutating
def park(
    context: typer.Context,
    feature: Annotated[
        str,
        typer.Argument(
            metavar="FEATURE",
            help="A name (trailer, scope, table), an issue key, a branch, a merge, pr:12, or commits with commas.",
        ),
    ],
    *,
    how: How,
) -> int:
    """Take a half-done feature's unreleased commits out of trunk, as one commit that `unpark` takes back.

    Examples: relman park checkout --dry-run · relman park branch:feature/checkout · relman park SHOP-12
    """
    from relman.cli.carry import carry_out
    from relman.job.park import plan_park

    here: Context = context.obj
    return carry_out(here, how, lambda facts, scratch, wishes: plan_park(facts, scratch, feature, wishes))


@mutating
def unpark(
    context: typer.Context,
    feature: Annotated[
        str,
        typer.Argument(
            metavar="FEATURE",
            help="The name that it was parked under (see relman status), or the words that park took.",
        ),
    ],
    *,
    how: How,
) -> int:
    """Put a parked feature back into trunk, as one commit; what others did meanwhile stays.

    Where they changed its very lines, it makes a place to resolve that in, and `resume` goes on.

    Examples: relman unpark checkout --dry-run · relman unpark checkout --push
    """
    from relman.cli.carry import carry_out
    from relman.job.unpark import plan_unpark

    here: Context = context.obj
    return carry_out(here, how, lambda facts, scratch, wishes: plan_unpark(facts, scratch, feature, wishes))
