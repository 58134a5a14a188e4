"""`relman hotfix` and `relman backport`: a fix gets out."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from relman.cli.choose import chosen
from relman.cli.complete import complete_target
from relman.cli.context import Context
from relman.cli.how import How, mutating
from relman.cli.stage import NoTag
from relman.errors import Kind, usage

if TYPE_CHECKING:  # none of it is needed to print the help
    from relman.job.porting import HotfixAsk

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


AllLines = Annotated[bool, typer.Option("--all-lines", help="To every live line, the newest first.")]
Together = Annotated[
    bool, typer.Option("--together", help="Ship nothing while any target conflicts. [default: ship the rest]")
]


@mutating
def hotfix(
    context: typer.Context,
    fixes: Fixes = None,
    to: To = None,
    all_lines: AllLines = False,
    isolate: Annotated[
        bool | None,
        typer.Option(
            "--isolate/--on-line", help="From the tag, or on the branch. [default: told by the line]"
        ),
    ] = None,
    no_tag: NoTag = False,
    forward: Forward = False,
    together: Together = False,
    start: Annotated[
        bool, typer.Option("--start", help="The fix is not written yet: a branch and a place for it.")
    ] = False,
    revert: Annotated[
        bool, typer.Option("--revert", help="Take these released commits back, instead of shipping them.")
    ] = False,
    mainline: Mainline = None,
    with_prerequisites: WithPrerequisites = False,
    *,
    how: How,
) -> int:
    """Get a fix into production: pick, version, changelog, tag, in one step.

    Examples: relman hotfix pr:123 --dry-run · relman hotfix 3f1c9ab --all-lines --push · relman hotfix --start ·
    relman hotfix --revert 8be01d2 · relman hotfix fix/login --to 1.3
    """
    from relman.cli.carry import carry_out
    from relman.job.hotfix import plan_hotfix
    from relman.job.porting import HotfixAsk
    from relman.job.starting import plan_start

    here: Context = context.obj
    if start and revert:
        raise usage(
            "--start and --revert are two ways", "relman hotfix --start", "relman hotfix --revert COMMIT"
        )
    if revert and not fixes:
        raise usage("--revert needs the commit to take back", "relman hotfix --revert COMMIT")
    if not start:
        fixes = fixes or chosen(here, split(to))
        if fixes is None:
            return Kind.USAGE
    side: Side | None = None if isolate is None else "isolate" if isolate else "on-line"
    ask = HotfixAsk(
        fixes=tuple(fixes or ()),
        to=split(to),
        side=side,
        tag=not no_tag,
        mainline=mainline,
        with_prerequisites=with_prerequisites,
        past_not_affected=_past_not_affected(how),
        all_lines=all_lines,
        together=together,
        revert=revert,
    )
    if start:
        name = _branch_name(ask, forward=forward)
        return carry_out(
            here, how, lambda facts, scratch, wishes: plan_start(facts, scratch, ask, name, wishes)
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


def _branch_name(ask: "HotfixAsk", *, forward: bool) -> str | None:
    """The name that `--start` was given, if any; refuses what it would not heed."""
    if len(ask.fixes) > 1:
        raise usage("--start takes one name", f"relman hotfix --start {ask.fixes[0]}")
    flags = {
        "--all-lines": ask.all_lines,
        "--together": ask.together,
        "--forward": forward,
        "--with-prerequisites": ask.with_prerequisites,
        "--mainline": ask.mainline is not None,
    }
    idle = [name for name, given in flags.items() if given]
    if idle:
        raise usage(f"--start begins one branch, so {idle[0]} says nothing", "relman hotfix --start")
    return ask.fixes[0] if ask.fixes else None


@mutating
def backport(
    context: typer.Context,
    fixes: Fixes = None,
    to: To = None,
    release: Annotated[
        bool, typer.Option("--release", help="Release each target too, as hotfix FIX --to TARGET does.")
    ] = False,
    all_lines: AllLines = False,
    together: Together = False,
    mainline: Mainline = None,
    with_prerequisites: WithPrerequisites = False,
    *,
    how: How,
) -> int:
    """Pick fixes onto a line without a release.

    Examples: relman backport pr:123 --to 1.3 · relman backport A..B --to 1.4,1.3 --dry-run --json
    """
    from relman.cli.carry import carry_out
    from relman.job.hotfix import plan_hotfix
    from relman.job.porting import HotfixAsk

    here: Context = context.obj
    if not fixes or not (to or all_lines):
        raise usage("a backport needs a fix and a line", "relman backport FIX --to 1.3")
    ask = HotfixAsk(
        fixes=tuple(fixes),
        to=split(to),
        mainline=mainline,
        release=release,
        with_prerequisites=with_prerequisites,
        past_not_affected=_past_not_affected(how),
        all_lines=all_lines,
        together=together,
    )
    return carry_out(here, how, lambda facts, scratch, wishes: plan_hotfix(facts, scratch, ask, wishes))


def _past_not_affected(how: How) -> bool:
    from relman.run.rungs import RULE

    return RULE in how.anyway


def split(words: list[str] | None) -> tuple[str, ...]:
    """Reads an option that may be repeated and may hold commas; each value once."""
    return tuple(dict.fromkeys(part for word in words or () for part in word.split(",") if part))
