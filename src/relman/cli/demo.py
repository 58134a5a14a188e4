"""`relman demo`: a repository that stands in the incident."""

import os
from pathlib import Path
from typing import Annotated

import typer

from relman.cli.context import Context

_NEXT = (
    ("status", "where everything stands"),
    ("next", "the version that trunk would get"),
    ("options pr:123", "every way to get the fix out, tried and compared"),
    ("hotfix pr:123 -n", "the plan that ships only the fix; changes nothing"),
    ("hotfix pr:123", "carries it out"),
    ("changelog v1.4.3", "the notes of what went out"),
    ("log", "what was done here"),
    ("undo", "takes it back"),
    ("park X -n", "the other way: take half a feature out of trunk, and put it back later"),
)
"""What to type there, in the order of the incident."""


def demo(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A new or empty folder.", show_default=True)
    ] = Path("relman-demo"),
) -> int:
    """Make a repository that stands in an incident, to try relman on.

    Examples: relman demo · relman demo /tmp/shop
    """
    from relman.job.demo import create_demo
    from relman.job.open import read_facts
    from relman.render.setup import demo_document
    from relman.render.words import counted

    here: Context = context.obj
    place = here.options.start / folder
    facts = read_facts(create_demo(place))
    production = facts.production().release
    ahead = facts.graph.between([facts.trunk.commit], [production.commit])
    half = sum("feat(x)" in facts.graph.commit(oid).subject for oid in ahead)
    line = facts.lines.of(production.version)
    cut = line.name if line else str(production.version)
    commands = [f"relman {words}" for words, _ in _NEXT]
    here.document(demo_document(str(place), head=facts.trunk.commit, commands=commands))
    here.say(
        f"{place} is a small shop at three at night.",
        "",
        f"  production  {production.tag}, where a token is good for forty days instead of an hour",
        f"  the fix     pr:123 on {facts.trunk_name}, among the {counted(len(ahead), 'commit')} since {cut} was cut, "
        f"{half} of them of half-done feature X",
        f"  lines       {', '.join(line.name for line in facts.lines.all)}",
        "",
        f"Type there (cd {os.fspath(place)}):",
        "",
        *(f"  {command:<26}{why}" for command, (_, why) in zip(commands, _NEXT, strict=True)),
    )
    return 0
