"""`relman init`: what the history shows, written down as relman.toml."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from relman.cli.context import Context
from relman.errors import Kind, RelmanError, usage

if TYPE_CHECKING:
    from relman.job.facts import Facts
    from relman.plan.plan import Plan


def init(
    context: typer.Context,
    trunk: Annotated[
        str | None, typer.Option(help="The branch where all work lands.", metavar="NAME")
    ] = None,
    tag_format: Annotated[
        str | None, typer.Option(help="How releases are tagged, as in v{version}.", metavar="FORMAT")
    ] = None,
    from_: Annotated[
        Path | None,
        typer.Option("--from", help="Carry over another tool's configuration.", metavar="FILE"),
    ] = None,
    dry_run: Annotated[bool, typer.Option("-n", "--dry-run", help="Only show it.")] = False,
    yes: Annotated[bool, typer.Option("-y", "--yes", help="Write it without asking.")] = False,
) -> int:
    """Write relman.toml from what the history shows, and from the settings of another tool.

    Examples: relman init -n · relman init --yes · relman init --tag-format 'api-v{version}' ·
    relman init --from .commitlintrc.json · relman init --from pyproject.toml · relman init --from .git/config
    """
    from relman.job.init import configured, init_plan, open_families, propose, told
    from relman.job.init_import import carried, read_import
    from relman.render.setup import init_document
    from relman.render.words import printable, printable_lines

    here: Context = context.obj
    facts = here.facts
    if source := configured(facts):
        here.document(init_document(source, (), "", written=False))
        here.say(f"{printable(source)} configures this repository already; nothing was changed")
        return 0
    carry = read_import(facts, from_) if from_ else None
    if carry:
        trunk = trunk or carried(carry, "trunk")
        tag_format = tag_format or carried(carry, "tags.format")
    if tag_format is None and here.asks and not yes and (open_ := open_families(facts)):
        tag_format = f"{_choose(here, [family.prefix for family in open_])}{{version}}"
    if trunk is not None or tag_format is not None:
        facts = told(facts, trunk=trunk, tag_format=tag_format)
    proposal = propose(facts, carry)
    here.say(
        f"{proposal.path}:", "", *(f"  {line}" for line in printable_lines(proposal.text).splitlines()), ""
    )
    here.hint(*(f"note: {printable(note)}" for note in proposal.notes))
    left = carry.left if carry else []
    if left:
        here.say(f"not carried over from {printable(str(from_))}:")
        here.say(*(f"  {printable(each.key)}: {printable(each.why)}" for each in left), "")
    if facts.repo.work_tree is None:
        raise _bare(facts, proposal.path, proposal.text)
    if not dry_run:
        if not yes:
            _ask(here, proposal.path)
        write_plan(here, facts, init_plan(proposal))
        # Undo tries its plan in a scratch repository, which needs a commit to stand on.
        back = " relman undo takes it back" if facts.refs.branches else ""
        here.say(f"wrote {facts.repo.work_tree / proposal.path}; commit it.{back}")
        here.hint("git hooks that hold to it, here and on a server: relman hooks install")
    rows = ((s.key, s.value, s.evidence) for s in proposal.settings)
    here.document(init_document(proposal.path, rows, proposal.text, written=not dry_run, left=left))
    return 0


def write_plan(here: Context, facts: "Facts", plan: "Plan") -> None:
    """Carries out a plan that only edits files: it has no objects, and so nothing to seal."""
    import secrets

    import relman
    from relman.plan.plan import Sealed
    from relman.run.execute import execute
    from relman.run.journal import next_id
    from relman.run.seal import plan_hash

    execute(
        facts.repo,
        Sealed(plan=plan, ids={}, hash=plan_hash(plan, {}), provisional=False),
        lambda _fds: None,
        operation_id=next_id(facts.repo, here.now, secrets.token_hex(2)),
        now=here.now,
        push=False,
        argv=sys.argv[1:],
        relman=relman.__version__,
    )


def _choose(here: Context, prefixes: list[str]) -> str:
    from relman.render.words import printable

    here.hint("this repository has several families of release tags; which one is meant?")
    here.hint(*(f"  {number}  {printable(prefix)}{{version}}" for number, prefix in enumerate(prefixes, 1)))
    number: int = typer.prompt("number", type=int, err=True)
    if not 1 <= number <= len(prefixes):
        raise usage(f"there is no family {number}", "relman init")
    return prefixes[number - 1]


def _ask(here: Context, path: str) -> None:
    if not here.asks:
        raise usage(f"{path} was not written: there is no terminal to ask on", "relman init --yes")
    if not here.confirm(f"write {path}?"):
        raise RelmanError(Kind.INTERRUPTED, "nothing was changed")


def _bare(facts: "Facts", path: str, text: str) -> RelmanError:
    error = usage(
        f"{facts.repo.common_dir.name.removesuffix('.git')} is a bare repository: "
        f"commit this as {path} on {facts.trunk_name}, in a clone of it",
        f"git clone {shlex.quote(str(facts.repo.common_dir))} DIR",
    )
    error.facts |= {"path": path, "text": text}
    return error
