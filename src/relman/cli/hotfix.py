"""`relman hotfix` and `relman backport`: a fix gets out."""

from typing import Annotated, Literal

import typer

from relman.cli.choose import chosen
from relman.cli.complete import complete_target
from relman.cli.context import Context
from relman.cli.how import How, mutating
from relman.cli.stage import NoTag
from relman.errors import Kind, usage

Side = Literal["isolate", "on-line"]
Fixes = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="FIX...", help="A commit, a range A..B, a branch, pr:123, or a change request's URL."
    ),
]
To = Annotated[
    list[str] | None,
    typer.Option(
        "--to",
        metavar="TARGET",
        help="A line, a release tag, or production; repeatable.",
        autocompletion=complete_target,
    ),
]
Mainline = Annotated[
    int | None, typer.Option("--mainline", help="The parent a merge is compared with.", metavar="N")
]

WithPrerequisites = Annotated[
    bool, typer.Option("--with-prerequisites", help="Pick the commits that a fix needs there before it.")
]

Forward = Annotated[
    bool, typer.Option("--forward", help="Carry the fix to trunk and newer lines too, each as its own push.")
]


@mutating
def hotfix(
    context: typer.Context,
    fixes: Fixes = None,
    to: To = None,
    isolate: Annotated[
        bool | None,
        typer.Option(
            "--isolate/--on-line", help="From the tag, or on the branch. [default: told by the line]"
        ),
    ] = None,
    no_tag: NoTag = False,
    forward: Forward = False,
    mainline: Mainline = None,
    with_prerequisites: WithPrerequisites = False,
    *,
    how: How,
) -> int:
    """Get a fix into production: pick, version, changelog, tag, in one step.

    Examples: relman hotfix pr:123 --dry-run · relman hotfix 3f1c9ab --push · relman hotfix fix/login --to 1.3
    """
    from relman.cli.carry import carry_out
    from relman.job.hotfix import HotfixAsk, plan_hotfix

    here: Context = context.obj
    fixes = fixes or chosen(here, split(to))
    if fixes is None:
        return Kind.USAGE
    side: Side | None = None if isolate is None else "isolate" if isolate else "on-line"
    ask = HotfixAsk(
        fixes=tuple(fixes),
        to=split(to),
        side=side,
        tag=not no_tag,
        mainline=mainline,
        with_prerequisites=with_prerequisites,
        past_not_affected=_past_not_affected(how),
    )
    if forward:
        from relman.job.onward import with_onward

        return carry_out(
            here,
            how,
            lambda facts, scratch, wishes: with_onward(
                facts, scratch, plan_hotfix(facts, scratch, ask, wishes), wishes
            ),
        )
    return carry_out(here, how, lambda facts, scratch, wishes: plan_hotfix(facts, scratch, ask, wishes))


@mutating
def backport(
    context: typer.Context,
    fixes: Fixes = None,
    to: To = None,
    release: Annotated[
        bool, typer.Option("--release", help="Release each target too, as hotfix FIX --to TARGET does.")
    ] = False,
    mainline: Mainline = None,
    with_prerequisites: WithPrerequisites = False,
    *,
    how: How,
) -> int:
    """Pick fixes onto a line without a release.

    Examples: relman backport pr:123 --to 1.3 · relman backport A..B --to 1.4,1.3 --dry-run --json
    """
    from relman.cli.carry import carry_out
    from relman.job.hotfix import HotfixAsk, plan_hotfix

    here: Context = context.obj
    if not fixes or not to:
        raise usage("a backport needs a fix and a line", "relman backport FIX --to 1.3")
    ask = HotfixAsk(
        fixes=tuple(fixes),
        to=split(to),
        mainline=mainline,
        release=release,
        with_prerequisites=with_prerequisites,
        past_not_affected=_past_not_affected(how),
    )
    return carry_out(here, how, lambda facts, scratch, wishes: plan_hotfix(facts, scratch, ask, wishes))


def _past_not_affected(how: How) -> bool:
    from relman.run.rungs import RULE

    return RULE in how.anyway


def split(words: list[str] | None) -> tuple[str, ...]:
    """Reads an option that may be repeated and may hold commas; each value once."""
    return tuple(dict.fromkeys(part for word in words or () for part in word.split(",") if part))
