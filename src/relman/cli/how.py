"""The options that every command has that changes something, declared once."""

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer
from msgspec import Struct

from relman.errors import usage


class How(Struct, frozen=True, kw_only=True):
    """How a change is to be carried out."""

    dry_run: bool = False
    yes: bool = False
    expect: str | None = None
    push: bool = False
    offline: bool = False
    as_branches: bool = False
    sign: bool | None = None
    signoff: bool = False
    anyway: tuple[str, ...] = ()
    reason: str | None = None
    commands: tuple[str, ...] = ()
    date: str | None = None


def _options(
    dry_run: Annotated[bool, typer.Option("-n", "--dry-run", help="Show the plan; touch nothing.")] = False,
    yes: Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.")] = False,
    expect: Annotated[
        str | None, typer.Option(help="Refuse unless the plan has this hash.", metavar="HASH")
    ] = None,
    push: Annotated[bool, typer.Option("--push", help="Push what moved, all or nothing.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Do not ask the remote first.")] = False,
    as_branches: Annotated[
        bool, typer.Option("--as-branches", help="Move no branch: make one of its own for a change request.")
    ] = False,
    sign: Annotated[
        bool | None, typer.Option("--sign/--no-sign", help="Sign, or not. [default: as git does]")
    ] = None,
    signoff: Annotated[bool, typer.Option("--signoff", help="Add a Signed-off-by line.")] = False,
    anyway: Annotated[
        list[str] | None,
        typer.Option(help="Go on although this rule refuses; needs --reason.", metavar="RULE"),
    ] = None,
    reason: Annotated[
        str | None, typer.Option(help="Why; goes into journal and tag.", metavar="TEXT")
    ] = None,
    exec_: Annotated[
        list[str] | None,
        typer.Option("--exec", help="Run this on each result before refs move.", metavar="CMD"),
    ] = None,
    date: Annotated[str | None, typer.Option(hidden=True, metavar="ISO")] = None,
) -> How:
    return How(
        dry_run=dry_run,
        yes=yes,
        expect=expect,
        push=push,
        offline=offline,
        as_branches=as_branches,
        sign=sign,
        signoff=signoff,
        anyway=tuple(rule for word in anyway or () for rule in word.split(",") if rule),
        reason=reason,
        commands=tuple(exec_ or ()),
        date=date,
    )


def check_no_trees(how: How, job: str) -> None:
    """Refuses the options that speak of branches and of results: a record has neither."""
    if how.as_branches:
        raise usage("a record moves no branch, so it has no --as-branches", job)
    if how.commands:
        raise usage("a record has no files to run --exec on", job)


def mutating(command: Callable[..., int]) -> Callable[..., int]:
    """Gives a command the options of `How`; the command itself takes `how` as a keyword."""
    shared = inspect.signature(_options).parameters

    @functools.wraps(command)
    def run(*args: Any, **given: Any) -> int:  # noqa: ANN401  typer calls it by the signature below
        how = _options(**{name: given.pop(name) for name in shared})
        return command(*args, how=how, **given)

    own = [p for p in inspect.signature(command).parameters.values() if p.name != "how"]
    keyword = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in shared.values()]
    run.__signature__ = inspect.Signature([*own, *keyword], return_annotation=int)  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in (*own, *keyword)} | {"return": int}
    return run
