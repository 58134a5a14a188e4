"""`relman check`: the rules of the hooks, for CI and for whoever wants to know before the push."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from relman.cli.context import Context
from relman.errors import Kind, RelmanError, usage
from relman.render.form import Form

if TYPE_CHECKING:
    from relman.config.record import Config
    from relman.model.finding import Check

_LIMIT = 1 << 20
"""The longest text that is checked, in bytes."""


def check(
    context: typer.Context,
    commits: Annotated[
        str | None,
        typer.Option(
            "--range", help="The messages of these commits; B alone: what trunk lacks.", metavar="A..B"
        ),
    ] = None,
    message: Annotated[
        Path | None,
        typer.Option(
            help="A text: title and body of a change request; - reads standard input.", metavar="FILE/-"
        ),
    ] = None,
    branch: Annotated[str | None, typer.Option(help="A branch's name.", metavar="NAME")] = None,
    history: Annotated[
        bool, typer.Option("--history", help="The history, by the rules of the strategy.")
    ] = False,
    line: Annotated[
        list[str] | None,
        typer.Option("--line", help="Only these lines of the history; else the live ones.", metavar="LINE"),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(help="A file of findings that are known, and not reported.", metavar="FILE"),
    ] = None,
    write_baseline: Annotated[
        bool, typer.Option("--write-baseline", help="Write all findings of the history to the baseline.")
    ] = False,
    form: Annotated[
        Form, typer.Option("--format", help="How findings are written: for people, or for a forge.")
    ] = "text",
) -> int:
    """Check messages, branch names, the history; exit code 1 where something is wrong. Alone: what was not shared yet.

    Examples: relman check · relman check --range origin/main..HEAD --format github ·
    relman check --message title.txt · relman check --branch feature/pay · relman check --history --line 1.4
    """
    from relman.job.check import check_branch, check_head, check_range, check_text
    from relman.model.finding import failed
    from relman.render.findings import check_document, findings_text, summary

    here: Context = context.obj
    if here.json and form != "text":
        raise usage(f"--json and --format {form} are two answers", f"relman check --format {form}")
    if not history and (line or baseline or write_baseline):
        raise usage("--line and a baseline are for the history", "relman check --history")
    checks: list[Check] = []
    if commits is not None:
        with here.busy("reading messages"):
            checks.append(check_range(here.facts, commits))
    if message is not None:
        checks.append(check_text(_config(here), *_text(message)))
    if branch is not None:
        checks.append(check_branch(_config(here), branch, _trunk(here)))
    sifted = None
    if history:
        from msgspec import structs

        from relman.cli.check_history import known_findings, look_back, record_baseline
        from relman.model.baseline import sift

        checked = look_back(here, line or [])
        if write_baseline:
            return record_baseline(here, checked, baseline)
        sifted = sift(checked.findings, known_findings(here, baseline))
        checks.append(structs.replace(checked, findings=sifted.new))
    if not checks:
        checks += check_head(here.facts)
    here.document(check_document(checks, sifted))
    if not here.json and (found := findings_text(checks, form)):
        here.plain(found)
    here.hint(summary(checks, sifted))
    return Kind.FINDINGS if failed(checks) else 0


def _config(here: Context) -> "Config":
    """The configuration that counts; the folder's own where this is no repository."""
    from relman.job.check import nearby_config

    try:
        return here.facts.config
    except RelmanError:
        if _in_repository(here):
            raise
        return nearby_config(here.options.start, here.options.config)


def _trunk(here: Context) -> str | None:
    try:
        return here.facts.trunk_name
    except RelmanError:
        return None


def _in_repository(here: Context) -> bool:
    start = here.options.start.resolve()
    return any((folder / ".git").exists() for folder in (start, *start.parents))


def _text(file: Path) -> tuple[str, str]:
    """A text and what it is called; undecodable bytes are replaced."""
    try:
        if str(file) == "-":
            return _decoded(sys.stdin.buffer.read(_LIMIT + 1)), "standard input"
        with file.open("rb") as stream:
            return _decoded(stream.read(_LIMIT + 1)), str(file)
    except OSError as error:
        raise usage(
            f"{file} cannot be read", "relman check --message -", cause=error.strerror or str(error)
        ) from error


def _decoded(data: bytes) -> str:
    if len(data) > _LIMIT:
        raise usage(f"a message of more than {_LIMIT} bytes is none", "relman check --message FILE")
    return data.decode("utf-8-sig", "replace")
