"""`relman env`: what runs where, and the record of it."""

from typing import Annotated

import typer

from relman.cli.complete import complete_environment, complete_tag
from relman.cli.context import Context
from relman.cli.help import OneCommand
from relman.cli.how import How, check_no_trees, mutating

environments = typer.Typer(
    name="env",
    rich_markup_mode=None,
    invoke_without_command=True,
    help="Say what runs in production and every other environment: since when, by whom, and how that is known.",
)


@environments.callback()
def env(context: typer.Context) -> int:
    """Say what runs where."""
    if context.invoked_subcommand is not None:
        return 0
    from relman.job.environments import read_environments
    from relman.render.environments import environments_document, environments_page

    here: Context = context.obj
    found = read_environments(here.facts)
    fetched = here.facts.refs.fetched_at
    here.document(environments_document(found, fetched_at=fetched))
    remote = here.facts.remote if here.facts.refs.remotes else None
    here.say(*environments_page(found, now=here.now, fetched_at=fetched, remote=remote))
    return 0


@environments.command("record", cls=OneCommand)
@mutating
def record(
    context: typer.Context,
    environment: Annotated[
        str,
        typer.Argument(metavar="ENV", help="production, staging, ...", autocompletion=complete_environment),
    ],
    version: Annotated[
        str,
        typer.Argument(
            metavar="VERSION", help="A released version, or its tag.", autocompletion=complete_tag
        ),
    ],
    closed: Annotated[bool, typer.Option("--closed", help="Deployed, and not open to users yet.")] = False,
    *,
    how: How,
) -> int:
    """Record that a release runs in an environment; with --push, for the whole team.

    Examples: relman env record production 1.4.3 --push · relman env record staging 1.5.0-rc.1 ·
    relman env record production 1.5.0 --closed
    """
    from relman.cli.carry import carry_out
    from relman.job.record import plan_record

    here: Context = context.obj
    check_no_trees(how, f"relman env record {environment} {version}")
    return carry_out(
        here,
        how,
        lambda facts, _scratch, wishes: plan_record(facts, environment, version, wishes, closed=closed),
    )
