"""`relman resume` and `relman abort`: after a crash."""

import typer

from relman.cli.context import Context
from relman.errors import Kind


def resume(context: typer.Context) -> int:
    """Settle what an interrupted operation left: finish it where anything has moved, else take it back.

    Examples: relman resume
    """
    from relman.git.repo import open_repository
    from relman.render.data import document
    from relman.render.rows import row
    from relman.run.journal import read_all
    from relman.run.operation import nothing
    from relman.run.recover import settle

    here: Context = context.obj
    repo = open_repository(here.options.start)  # a broken configuration must not stand in the way
    done = settle(repo, now=here.now, argv=here.call.argv, checkpoint=here.call.checkpoint or nothing)
    here.document(
        document(
            "relman/settled/v1",
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
    still = [r.id for r in read_all(repo).open_operations() if r.state != "paused"]
    return Kind.CONFLICT if still else 0


def abort(context: typer.Context) -> int:
    """Take back an interrupted operation; one that has moved refs is finished, and then undone by `undo`.

    Examples: relman abort
    """
    from relman.git.repo import open_repository
    from relman.job.operations import abort_open
    from relman.render.data import document
    from relman.render.rows import row

    here: Context = context.obj
    told = abort_open(open_repository(here.options.start), now=here.now, argv=here.call.argv)
    here.document(document("relman/aborted/v1", aborted=[{"id": i, "words": words} for i, words in told]))
    for identifier, words in told or (("", "no operation is open"),):
        here.say(row("aborted" if identifier else "nothing", f"{identifier} {words}".strip()))
    return 0
