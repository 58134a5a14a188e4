"""`relman undo` and `relman redo`."""

import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from relman.cli.context import Context
from relman.cli.how import How, mutating
from relman.errors import RelmanError, usage
from relman.model.names import TAGS

if TYPE_CHECKING:  # none of these is needed to print the help
    from relman.job.facts import Facts
    from relman.plan.plan import Plan
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
    from msgspec import structs

    from relman.cli.carry import carry_out
    from relman.job.operations import plan_undo

    here: Context = context.obj
    if how.as_branches:
        raise _no_branches("undo")
    if how.push:
        raise usage("undo takes back what was pushed only by name", "relman undo --remote")
    if operation is not None and of is not None:
        raise usage(f"{operation} and --release {of} both say what to undo", f"relman undo --release {of}")
    if not remote:
        return carry_out(
            here,
            how,
            lambda facts, _scratch, _wishes: plan_undo(
                facts, operation, remote=False, offline=how.offline, version=of
            ),
        )
    meant, named = _named(here, how, operation, of)

    def make(facts: "Facts", _scratch: object, _wishes: object) -> "Plan":
        plan = plan_undo(facts, meant, remote=True, offline=how.offline, version=None if meant else of)
        return plan if how.dry_run else _check_named(here, plan, named)

    return carry_out(here, structs.replace(how, push=True), make)


@mutating
def redo(context: typer.Context, *, how: How) -> int:
    """Carry out again what was undone last; a command that lost a race is planned anew.

    Examples: relman redo · relman redo --dry-run
    """
    from relman.cli.carry import carry_out
    from relman.job.operations import lost, plan_redo

    here: Context = context.obj
    if how.as_branches:
        raise _no_branches("redo")
    if (record := lost(here.facts.repo)) is not None:
        return _again(here, how, record)
    if how.push:
        raise usage("redo brings back here only; push it afterwards", "relman redo", "relman push")
    return carry_out(here, how, lambda facts, _scratch, _wishes: plan_redo(facts, offline=how.offline))


def _again(here: Context, how: How, record: "Record") -> int:
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
    return here.call.again([*place, *words], redoes=record.id)


def _no_branches(job: str) -> RelmanError:
    return usage(f"{job} moves the very refs of an operation, so it has no --as-branches", f"relman {job}")


def _named(here: Context, how: How, operation: str | None, of: str | None) -> tuple[str | None, set[str]]:
    """Gives the operation, and the tags that the person named: published ones are asked for twice.

    Who is asked sees the tags first, so the operation that is meant is settled then.
    """
    if how.dry_run or not here.asks:
        return operation, _words(how.reason or "")
    from relman.job.operations import plan_undo

    plan = plan_undo(here.facts, operation, remote=True, offline=False, version=of)
    tags = _tags(plan)
    if not tags:
        return plan.undoes, set()
    here.hint(f"others may have {', '.join(sorted(tags))} already. Type the tag to delete it everywhere:")
    return plan.undoes, _words(here.answer())


def _check_named(here: Context, plan: "Plan", named: set[str]) -> "Plan":
    """Refuses a plan that takes back a tag which was not named. What crashed was settled since it was shown."""
    tags = _tags(plan)
    if not tags or named == tags:
        return plan
    words = " ".join(sorted(tags))
    if here.asks:
        raise usage(f"that is not {words}; nothing was changed", "relman undo --remote")
    raise usage("a published tag is deleted only when it is named again", f"--reason {shlex.quote(words)}")


def _tags(plan: "Plan") -> set[str]:
    """The tags that are deleted or replaced, here or on a remote."""
    found = [m.ref for m in plan.moves() if m.old is not None]
    found += [m.ref for push in plan.pushes() for m in push.moves if m.expect is not None]
    return {ref.removeprefix(TAGS) for ref in found if ref.startswith(TAGS)}


def _words(text: str) -> set[str]:
    return set(text.replace(",", " ").split())
