"""`relman release`: the next release of a line."""

from typing import Annotated

import typer

from relman.cli.complete import complete_line
from relman.cli.context import Context
from relman.cli.how import How, mutating
from relman.cli.stage import Candidate, Final, NoTag, Pre, stage_of


@mutating
def release(
    context: typer.Context,
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="[LINE|VERSION]",
            help="1.4, a branch, trunk, or 1.4.3; left out: HEAD's line.",
            autocompletion=complete_line,
        ),
    ] = None,
    candidate: Candidate = False,
    pre: Pre = None,
    final: Final = False,
    no_tag: NoTag = False,
    *,
    how: How,
) -> int:
    """Release what is on a line, or tag what was prepared there.

    Examples: relman release 1.4 · relman release 1.5 --rc · relman release 1.5 --final --push
    """
    from relman.cli.carry import carry_out
    from relman.job.aim import ReleaseAsk, find_where, needs_stage
    from relman.job.release import plan_release

    here: Context = context.obj
    stage, identifier = stage_of(candidate=candidate, pre=pre, final=final)
    ask = ReleaseAsk(what=what, stage=stage, identifier=identifier, tag=not no_tag)
    if here.asks and not how.yes and (opened := needs_stage(here.facts, ask, find_where(here.facts, what))):
        final = here.confirm(f"{opened.tag} is open: make the final release (no: another candidate)?")
        ask = ReleaseAsk(what=what, stage="final" if final else "candidate", tag=not no_tag)
    return carry_out(here, how, lambda facts, scratch, wishes: plan_release(facts, scratch, ask, wishes))
