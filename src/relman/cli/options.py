"""`relman options`: every way to get a fix out, evaluated."""

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Annotated

import typer

from relman.cli.context import Context
from relman.errors import Kind

if TYPE_CHECKING:
    from relman.job.shipping import Wishes


def options(
    context: typer.Context,
    fixes: Annotated[
        list[str] | None,
        typer.Argument(metavar="FIX...", help="As for hotfix; left out: the ways that need no fix."),
    ] = None,
    bad: Annotated[
        str | None,
        typer.Option("--bad", metavar="COMMIT", help="The commit that broke it. [default: by blame]"),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="TAG", help="The release to mend. [default: production]")
    ] = None,
    feature: Annotated[
        list[str] | None,
        typer.Option("--feature", metavar="X", help="Work that is not finished, as for park; repeatable."),
    ] = None,
    date: Annotated[str | None, typer.Option(hidden=True, metavar="ISO")] = None,
) -> int:
    """Evaluate every way to get a fix out: what ships besides, what is unfinished of it, which debts stay.

    Examples: relman options pr:123 · relman options 3f1c9ab --feature checkout · relman options --bad 1a2b3c4
    """
    from relman.git.scratch import Scratch
    from relman.job.options import OptionsAsk, read_options
    from relman.render.options import options_document, options_page

    here: Context = context.obj
    ask = OptionsAsk(fixes=tuple(fixes or ()), bad=bad, since=since, features=tuple(feature or ()))
    facts = here.facts
    with Scratch.open(facts.repo, facts.trunk.commit) as scratch, here.busy("trying every way"):
        answer = read_options(facts, scratch, ask, trying(here, date))
    here.document(options_document(answer))
    here.say(*options_page(answer))
    return 0 if answer.any_clean else Kind.FINDINGS


def trying(here: Context, date: str | None = None) -> "Wishes":
    """What a plan that is only tried wishes: the day of the clock, or of `--date`, which goes into notes."""
    from relman.cli.carry import clock
    from relman.cli.how import How
    from relman.job.shipping import Wishes

    now, offset = clock(here, How(date=date))
    day = datetime.fromtimestamp(now, tz=timezone(timedelta(minutes=offset))).date().isoformat()
    return Wishes(day=day, now=now, trailers=here.facts.config.picks.trailers)
