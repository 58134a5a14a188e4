"""`relman forward`: what lines owe is carried to those that lack it."""

from typing import Annotated

import typer

from relman.cli.complete import complete_line
from relman.cli.context import Context
from relman.cli.how import How, mutating
from relman.errors import Kind


@mutating
def forward(
    context: typer.Context,
    lines: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[LINE...]",
            help="Only debts in which these lines have a part; left out: all.",
            autocompletion=complete_line,
        ),
    ] = None,
    *,
    how: How,
) -> int:
    """Settle debts: carry fixes and isolated releases to trunk and the lines that lack them.

    Examples: relman forward --dry-run · relman forward 1.4 · relman forward --push --as-branches
    """
    from relman.cli.carry import carry_out
    from relman.git.scratch import Scratch
    from relman.job.facts import Facts
    from relman.job.forward import plan_forward
    from relman.job.shipping import Wishes
    from relman.plan.plan import Plan

    here: Context = context.obj
    left: list[bool] = []

    def make(facts: Facts, scratch: Scratch, wishes: Wishes) -> Plan:
        plan = plan_forward(facts, scratch, tuple(lines or ()), wishes)
        left.append(bool(plan.debts))
        return plan

    code = carry_out(here, how, make)
    return Kind.CONFLICT if code == 0 and any(left) else code
