"""`relman strategy`: the catalog, what each strategy means, and which one a history follows."""

from typing import TYPE_CHECKING, Annotated

import typer

from relman.cli.context import Context
from relman.cli.help import OneCommand

if TYPE_CHECKING:  # nothing heavy before the command is known
    from relman.model.strategy import Strategy

strategies = typer.Typer(
    name="strategy",
    rich_markup_mode=None,
    help="Say which branching strategies there are, what each means, and which one this history follows.",
)


@strategies.command("list", cls=OneCommand)
def list_(context: typer.Context) -> int:
    """List the strategies that relman carries out.

    Examples: relman strategy list · relman strategy list --json
    """
    from relman.errors import RelmanError
    from relman.render.strategy import list_document, list_rows

    here: Context = context.obj
    try:
        own = here.facts.strategy.name
    except RelmanError:  # the catalog is the same everywhere, also where there is no repository
        own = None
    here.document(list_document())
    here.say(*list_rows(own))
    return 0


@strategies.command("show", cls=OneCommand)
def show(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="A strategy; left out, this repository's.")] = None,
    *,
    mermaid: Annotated[bool, typer.Option("--mermaid", help="Only the picture, for Mermaid.")] = False,
) -> int:
    """Explain a strategy: its rules, a picture, a hotfix beside half a feature, and how to adopt it.

    Examples: relman strategy show gitflow/v1 · relman strategy show --mermaid
    """
    from relman.render.strategy import mermaid as drawn
    from relman.render.strategy import strategy_document, strategy_page

    here: Context = context.obj
    found = here.facts.strategy if name is None else _named(name)
    here.document(strategy_document(found))
    if mermaid and not here.json:
        here.plain(drawn(found).rstrip("\n"))
    else:
        here.say(*strategy_page(found))
    return 0


@strategies.command("detect", cls=OneCommand)
def detect_(context: typer.Context) -> int:
    """Say which strategy this history follows, rule by rule, with what speaks for it and against it.

    Examples: relman strategy detect · relman strategy detect --json
    """
    from relman.job.detect import detect
    from relman.render.detect import detect_document, detect_page

    here: Context = context.obj
    with here.busy("reading the history"):
        found = detect(here.facts)
    here.document(detect_document(found))
    here.say(*detect_page(found, here.facts.strategy.name))
    if found and found[0].score and found[0].strategy.name != here.facts.strategy.name:
        here.hint(f"relman strategy show {found[0].strategy.name}")
    return 0


@strategies.command("compare", cls=OneCommand)
def compare_(
    context: typer.Context,
    hotfixes: Annotated[
        int, typer.Option(help="How many of the newest hotfixes are shipped again.", min=0, max=100)
    ] = 3,
) -> int:
    """Hold the history against every strategy, and say how each would have shipped the newest hotfixes.

    Examples: relman strategy compare · relman strategy compare --hotfixes 10 --json
    """
    from relman.cli.check_history import recall
    from relman.job.compare import compare
    from relman.render.compare import compare_document, compare_page

    here: Context = context.obj
    own = here.facts.strategy.name
    with here.busy("trying every strategy"):
        found = compare(here.facts, recall(here), now=here.now, hotfixes=hotfixes)
    here.document(compare_document(found, own))
    here.say(*compare_page(found, own))
    return 0


def _named(name: str) -> "Strategy":
    """A strategy of the catalog; `trunk` alone is its newest version."""
    from relman.errors import usage
    from relman.model import catalog
    from relman.model.catalog import find

    versions = [s for s in catalog.CATALOG if s.name.partition("/")[0] == name]
    found = find(name) or (versions[-1] if versions else None)
    if found is None:
        known = ", ".join(s.name for s in catalog.CATALOG)
        raise usage(f"there is no strategy {name!r}; there are {known}", "relman strategy list")
    return found
