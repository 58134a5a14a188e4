"""`relman resume` and `relman abort`: after a crash, and after a conflict."""

from typing import TYPE_CHECKING, Annotated

import typer
from msgspec import structs

from relman.cli.context import Context
from relman.cli.hotfix import WithPrerequisites
from relman.cli.how import How, mutating
from relman.errors import Kind

if TYPE_CHECKING:  # the help needs none of it
    from relman.git.repo import Repository
    from relman.job.waiting import Allowed
    from relman.run.journal import Record
    from relman.run.recover import Settled


@mutating
def resume(
    context: typer.Context,
    line: Annotated[
        str | None, typer.Argument(metavar="LINE", help="The line that was resolved. [default: all that are]")
    ] = None,
    with_prerequisites: WithPrerequisites = False,
    *,
    how: How,
) -> int:
    """Go on: settle what a crash left, and ship what was resolved by hand or written on a started branch.

    A crashed operation is finished where anything has moved, else taken back.

    Examples: relman resume · relman resume 1.3 --yes · relman resume 1.3 --with-prerequisites
    """
    from relman.job.waiting import Allowed, paused
    from relman.run.journal import read_all
    from relman.run.operation import nothing
    from relman.run.recover import settle

    here, repo = _at_home(context.obj)
    done = (
        ()
        if how.dry_run
        else settle(repo, now=here.now, argv=here.call.argv, checkpoint=here.call.checkpoint or nothing)
    )
    journal = read_all(repo)
    waiting = paused(journal.records, line)
    if waiting is None or (done and line is None and not _ready(here, waiting)):
        return _settled(here, done)
    _tell(here, done)
    allowed = Allowed(
        line=None if line == waiting.id else line,
        with_prerequisites=with_prerequisites,
        past_not_affected="not-affected" in how.anyway,
    )
    return _go_on(here, how, waiting, allowed)


def _at_home(here: Context) -> "tuple[Context, Repository]":
    """The repository without its configuration, which may be broken; the main one where a place is stood in."""
    from relman.git.repo import open_repository
    from relman.git.workplace import main_of

    own = open_repository(here.options.start)
    repo = main_of(own)
    if repo is own:
        return here, repo
    start = repo.work_tree or repo.git_dir
    return Context(structs.replace(here.options, start=start), here.call), repo


def _ready(here: Context, record: "Record") -> bool:
    """Whether anything that waits can be taken: a crash that was settled just now is an answer by itself."""
    from relman.job.waiting import read_waiting

    return any(w.ready and w.look for w in read_waiting(here.facts, record))


def _go_on(here: Context, how: How, record: "Record", allowed: "Allowed") -> int:
    from relman.cli.carry import carry_out
    from relman.job.resumed import plan_resumed

    pause = record.sealed.plan.pause
    if pause is not None:
        how = structs.replace(
            how, push=how.push or pause.push, as_branches=how.as_branches or pause.as_branches
        )
    trailers = pause.trailers if pause else ()
    return carry_out(
        here,
        how,
        lambda facts, scratch, wishes: plan_resumed(
            facts, scratch, record, allowed, structs.replace(wishes, trailers=trailers or wishes.trailers)
        ),
        continues=record,
    )


def _settled(here: Context, done: "tuple[Settled, ...]") -> int:
    from relman.git.repo import open_repository
    from relman.render.data import document
    from relman.render.rows import row
    from relman.run.journal import read_all

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
    _tell(here, done)
    still = [
        r.id
        for r in read_all(open_repository(here.options.start)).open_operations()
        if r.state != "paused" or r.id in {s.id for s in done}
    ]
    return Kind.CONFLICT if still else 0


def _tell(here: Context, done: "tuple[Settled, ...]") -> None:
    from relman.render.rows import row

    for each in done:
        way = "finished" if each.way == "forward" else "taken back: nothing had moved"
        here.say(row("settled", f"{each.title} ({each.id}) {way}"))
        for left in (*each.outcome.left, *(f"removed the lock {path}" for path in each.unlocked)):
            here.say(row("", left))


def abort(
    context: typer.Context,
    line: Annotated[
        str | None, typer.Argument(metavar="LINE", help="A line of the operation. [default: the only one]")
    ] = None,
) -> int:
    """Give an open operation up: its places go, and what had not moved never does.

    What had moved its refs is finished, and then taken back by `undo`.

    Examples: relman abort · relman abort 1.3
    """
    from relman.job.operations import abort_open
    from relman.render.data import document
    from relman.render.rows import row
    from relman.run.operation import nothing

    here, repo = _at_home(context.obj)
    told = abort_open(
        repo,
        line,
        now=here.now,
        argv=here.call.argv,
        checkpoint=here.call.checkpoint or nothing,
    )
    here.document(document("relman/aborted/v1", aborted=[{"id": i, "words": words} for i, words in told]))
    for identifier, words in told or (("", "no operation is open"),):
        here.say(row("aborted" if identifier else "nothing", f"{identifier} {words}".strip()))
    return 0
