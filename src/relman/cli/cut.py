"""`relman cut`: the end of the sprint."""

from typing import Annotated

import typer

from relman.cli.context import Context
from relman.cli.how import How, mutating
from relman.cli.stage import Candidate, Final, NoTag, Pre, stage_of


@mutating
def cut(
    context: typer.Context,
    version: Annotated[
        str | None, typer.Argument(help="1.5.0, or major, minor, patch; left out: computed.")
    ] = None,
    start: Annotated[str | None, typer.Option("--from", help="Cut from here instead of trunk's tip.")] = None,
    candidate: Candidate = False,
    pre: Pre = None,
    final: Final = False,
    no_tag: NoTag = False,
    *,
    how: How,
) -> int:
    """Cut a release branch from trunk: version files, changelog, commit, tag.

    Examples: relman cut · relman cut --dry-run · relman cut 2.0.0 --final --push · relman cut --no-tag
    """
    from relman.cli.carry import carry_out
    from relman.job.cut import CutAsk, plan_cut

    here: Context = context.obj
    stage, identifier = stage_of(candidate=candidate, pre=pre, final=final)
    ask = CutAsk(version=version, start=start, stage=stage, identifier=identifier, tag=not no_tag)
    return carry_out(here, how, lambda facts, scratch, wishes: plan_cut(facts, scratch, ask, wishes))
