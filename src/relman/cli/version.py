"""`relman version`: the version of any commit, alone on stdout."""

from typing import Annotated, Literal

import typer

from relman.cli.complete import complete_line
from relman.cli.context import Context

Form = Literal["semver", "pep440", "npm", "env"]


def version(
    context: typer.Context,
    rev: Annotated[str | None, typer.Argument(help="Any revision; left out: HEAD.")] = None,
    line: Annotated[
        str | None,
        typer.Option(
            help="Take the commit for one of this line.", metavar="LINE", autocompletion=complete_line
        ),
    ] = None,
    form: Annotated[
        Form, typer.Option("--format", help="How other ecosystems write it; env: KEY=value lines for CI.")
    ] = "semver",
) -> int:
    """Print the version of a commit: its release's, or 1.5.0-dev.37+g1a2b3c4.

    Examples: relman version · relman version v1.4.2~3 · relman version --format env >> "$GITHUB_ENV"
    """
    from relman.job.version import read_version
    from relman.model.version import spell
    from relman.render.data import env_lines, version_document

    here: Context = context.obj
    at = read_version(here.facts, rev, line)
    here.remind()
    values = version_document(
        at.version, line=at.line, distance=at.distance, commit=at.commit, dirty=at.dirty
    )
    here.document(values)
    if not here.json:
        here.plain(env_lines(values) if form == "env" else spell(at.version, form))
    return 0
