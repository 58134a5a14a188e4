"""`relman undo` and `relman redo`."""

import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from relman.cli.context import Context
from relman.cli.how import How, mutating
from relman.errors import usage

if TYPE_CHECKING:  # the journal is not needed to print the help
    from relman.run.journal import Record


@mutating
def undo(
    context: typer.Context,
    operation: Annotated[
        str | None, typer.Argument(help="From `relman log`; left out: the newest that stands.")
    ] = None,
    remote: Annotated[bool, typer.Option("--remote", help="Also take back what was pushed.")] = False,
    of: Annotated[
        str | None, typer.Option("--release", help="The operation that made this release.", metavar="V")
    ] = None,
    *,
    how: How,
) -> int:
    """Take an operation back: every ref and file as before, or nothing at all.

    Examples: relman undo · relman undo --dry-run · relman undo 20261123T031500-8c41e07
    """
    from relman.cli.carry import carry_out
    from relman.job.operations import plan_undo

    here: Context = context.obj
    if remote:
        _typed_back(here, how, operation, of)
        how = _pushing(how)
    return carry_out(
        here,
        how,
        lambda facts, _scratch, _wishes: plan_undo(
            facts, operation, remote=remote, offline=how.offline, version=of
        ),
        any_strategy=True,
    )


@mutating
def redo(context: typer.Context, *, how: How) -> int:
    """Carry out again what was undone last; a command that lost a race is planned anew.

    Examples: relman redo · relman redo --dry-run
    """
    from relman.cli.carry import carry_out
    from relman.job.operations import lost, plan_redo

    here: Context = context.obj
    if (record := lost(here.facts.repo)) is not None:
        return _again(here, how, record)
    return carry_out(
        here, how, lambda facts, _scratch, _wishes: plan_redo(facts, offline=how.offline), any_strategy=True
    )


def _again(here: Context, how: How, record: "Record") -> int:
    from relman.cli.app import run
    from relman.cli.argv import repeated

    given = (("--dry-run", how.dry_run), ("--yes", how.yes), ("--push", how.push), ("--offline", how.offline))
    more = [word for word, wanted in given if wanted]
    more += [
        word
        for name, text in (("--expect", how.expect), ("--date", how.date))
        if text
        for word in (name, text)
    ]
    words = repeated(record.argv[1:], more)
    here.hint(
        f"{record.id} was not carried out; again, on the repository of today: relman {shlex.join(words)}"
    )
    place = ["-C", str(here.options.start), *(["--json"] if here.json else [])]
    return run([*place, *words], checkpoint=here.call.checkpoint, redoes=record.id)


def _pushing(how: How) -> How:
    from msgspec import structs

    return structs.replace(how, push=True)


def _typed_back(here: Context, how: How, operation: str | None, of: str | None) -> None:
    """Deleting a published tag is asked for twice: the person types its name (or passes it with --reason)."""
    if how.dry_run:
        return
    from relman.job.operations import plan_undo

    plan = plan_undo(here.facts, operation, remote=True, offline=False, version=of)
    tags = [m.ref.removeprefix("refs/tags/") for m in plan.moves() if m.ref.startswith("refs/tags/")]
    if not tags:
        return
    if here.asks:
        here.hint(f"others may have {', '.join(tags)} already. Type the tag to delete it everywhere:")
        if set(here.answer().replace(",", " ").split()) != set(tags):
            raise usage(f"that is not {' '.join(tags)}; nothing was changed", "relman undo --remote")
    elif set((how.reason or "").replace(",", " ").split()) != set(tags):
        named = shlex.quote(" ".join(tags))
        raise usage("a published tag is deleted only when it is named again", f"--reason {named}")
