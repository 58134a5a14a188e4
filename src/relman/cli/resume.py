"""`relman resume` and `relman abort`: after a crash."""

import sys
from typing import Annotated

import typer

from relman.cli.context import Context


def resume(
    context: typer.Context,
    line: Annotated[str | None, typer.Argument(help="The line whose conflict was resolved.")] = None,
) -> int:
    """Settle what an interrupted operation left: finish it where anything has moved, else take it back.

    Examples: relman resume
    """
    from relman.render.data import document
    from relman.render.plan_text import row
    from relman.run.recover import settle

    here: Context = context.obj
    done = settle(here.facts.repo, now=here.now, argv=sys.argv)
    here.document(
        document(
            "relman/settled/v1",
            line=line,
            settled=[
                {"id": s.id, "title": s.title, "way": s.way, "left": list(s.outcome.left)} for s in done
            ],
        )
    )
    if not done:
        here.say(row("nothing", "no operation is open"))
    for each in done:
        way = "finished" if each.way == "forward" else "taken back: nothing had moved"
        here.say(row("settled", f"{each.title} ({each.id}) {way}"))
        for left in (*each.outcome.left, *(f"removed the lock {path}" for path in each.unlocked)):
            here.say(row("", left))
    return 0


def abort(context: typer.Context) -> int:
    """Take back an interrupted operation; one that has moved refs is finished, and then undone by `undo`.

    Examples: relman abort
    """
    from relman.job.operations import abort_open
    from relman.render.data import document
    from relman.render.plan_text import row

    here: Context = context.obj
    told = abort_open(here.facts, now=here.now, argv=sys.argv)
    here.document(document("relman/aborted/v1", aborted=[{"id": i, "words": words} for i, words in told]))
    for identifier, words in told or (("", "no operation is open"),):
        here.say(row("aborted" if identifier else "nothing", f"{identifier} {words}".strip()))
    return 0
