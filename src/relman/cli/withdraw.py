"""`relman withdraw`: a release that nobody should use."""

from typing import Annotated

import typer

from relman.cli.complete import complete_tag
from relman.cli.context import Context
from relman.cli.how import How, check_no_trees, mutating


@mutating
def withdraw(
    context: typer.Context,
    version: Annotated[
        str,
        typer.Argument(
            metavar="VERSION", help="A released version, or its tag.", autocompletion=complete_tag
        ),
    ],
    rollback_to: Annotated[
        str | None,
        typer.Option(
            "--rollback-to",
            metavar="VERSION",
            help="Also record that production is back on this release.",
            autocompletion=complete_tag,
        ),
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="The release may be used again.")] = False,
    *,
    how: How,
) -> int:
    """Take a release out of service: it keeps its tag and number, and nothing is built on it any more.

    Examples: relman withdraw 1.4.3 --reason "loses orders" --rollback-to 1.4.2 --push ·
    relman withdraw 1.4.3 --undo
    """
    from relman.cli.carry import carry_out
    from relman.job.withdraw import WithdrawAsk, plan_withdraw

    here: Context = context.obj
    check_no_trees(how, f"relman withdraw {version}")
    ask = WithdrawAsk(version=version, reason=how.reason or "", rollback_to=rollback_to, undo=undo)
    return carry_out(
        here,
        how,
        lambda facts, _scratch, wishes: plan_withdraw(facts, ask, wishes),
    )
