"""`relman hooks`: puts relman's git hooks there, takes them away, and says which stand."""

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from relman.cli.context import Context
from relman.errors import Kind, RelmanError, usage

if TYPE_CHECKING:
    from relman.git.repo import Repository
    from relman.job.hooks import Hooks
    from relman.model.hooks import Hook
    from relman.plan.plan import Plan


class Action(StrEnum):
    """What to do with the hooks."""

    install = "install"
    uninstall = "uninstall"
    status = "status"


def hooks(
    context: typer.Context,
    action: Annotated[Action, typer.Argument(help="install, uninstall or status.", metavar="ACTION")],
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Only these hooks; left out: the usual ones.", metavar="[HOOK...]"),
    ] = None,
    dry_run: Annotated[bool, typer.Option("-n", "--dry-run", help="Only show it.")] = False,
    yes: Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.")] = False,
) -> int:
    """Git hooks that check messages, branches, tags and pushes; keeps and calls hooks that were there.

    Examples: relman hooks status · relman hooks install --dry-run · relman hooks install --yes ·
    relman hooks install commit-msg pre-push · relman hooks uninstall --yes
    """
    from relman.git.repo import open_repository
    from relman.job.hooks import install_plan, read_hooks, uninstall_plan

    here: Context = context.obj
    repo = open_repository(here.options.start)
    wanted = _known(names or ())
    found = read_hooks(repo)
    match action:
        case Action.status:
            return _status(here, found)
        case Action.install:
            fills = not (wanted or found.bare) and bool(here.facts.config.messages.fill)
            plan = install_plan(found, wanted, sys.executable, fills=fills)
        case Action.uninstall:
            plan = uninstall_plan(found, wanted)
    _say_plan(here, found, plan)
    if action is Action.install:
        here.hint(*_notes(here, repo, found))
    if plan.steps and not dry_run:
        if not yes:
            _ask(here, action)
        _carry_out(here, repo, plan)
    _document(here, read_hooks(repo), plan, written=bool(plan.steps) and not dry_run)
    return 0


def _known(names: list[str] | tuple[str, ...]) -> tuple["Hook", ...]:
    from relman.model.hooks import HOOKS

    strange = [name for name in names if name not in HOOKS]
    if strange:
        raise usage(
            f"relman serves no hook {strange[0]!r}; it knows {', '.join(HOOKS)}", "relman hooks status"
        )
    return tuple(hook for hook in HOOKS if hook in names)


def _status(here: Context, found: "Hooks") -> int:
    from relman.model.hooks import KEPT
    from relman.render.words import printable

    scope = f" (core.hooksPath, a {found.folder.scope} setting)" if found.folder.scope else ""
    here.say(f"folder      {printable(str(found.folder.path))}{scope}")
    if found.owner:
        here.say(f"owner       {found.owner}: {printable(found.evidence)}")
    said = {
        "absent": "none",
        "relman": "relman",
        "other": "not relman's",
        "link": "a symbolic link, not relman's",
        "off": "relman's, but not executable, so git passes it over: relman hooks install",
    }
    for row in found.all:
        kept = f", after {row.hook}{KEPT}" if row.kept and row.state == "relman" else ""
        here.say(f"{row.hook:<19} {said[row.state]}{kept}")
    _document(here, found, None, written=False)
    return 0


def _say_plan(here: Context, found: "Hooks", plan: "Plan") -> None:
    from relman.render.words import printable

    here.say(f"folder      {printable(str(found.folder.path))}")
    if not plan.files():
        here.say("nothing to change: it is so already")
    for step in plan.files():
        word = "writes" if step.before is None else "removes" if step.after is None else "replaces"
        here.say(f"{word:<11} {printable(step.path)}")


def _notes(here: Context, repo: "Repository", found: "Hooks") -> list[str]:
    """What a person should know who puts hooks here."""
    from relman.job.hooks import free_form, is_in_work_tree
    from relman.render.words import printable

    rows = []
    if is_in_work_tree(repo, found.folder.path):
        rows.append(
            "note: the folder is part of the work tree: where others have no relman at the same place, "
            "relman-hook from their PATH is called"
        )
    if found.bare:
        if not repo.looking.text("config", "--get", "relman.policy", ok=(0, 1)):
            rows.append(
                "note: without a policy only relman's own rules hold; a file that no push can change: "
                "git config relman.policy /etc/relman/policy.toml"
            )
        return rows
    share = free_form(here.facts)
    if share is not None:
        rows.append(
            f"note: {printable(share)}; the message rules start as warnings where relman.toml says so: relman init"
        )
    return rows


def _ask(here: Context, action: Action) -> None:
    if not here.asks:
        raise usage(
            "no hook was changed: there is no terminal to ask on", f"relman hooks {action.value} --yes"
        )
    if not here.confirm(f"{action.value} these hooks?"):
        raise RelmanError(Kind.INTERRUPTED, "nothing was changed")


def _carry_out(here: Context, repo: "Repository", plan: "Plan") -> None:
    import secrets

    import relman
    from relman.plan.plan import Sealed
    from relman.run.execute import execute
    from relman.run.journal import next_id
    from relman.run.operation import nothing
    from relman.run.seal import plan_hash

    outcome = execute(
        repo,
        Sealed(plan=plan, ids={}, hash=plan_hash(plan, {}), provisional=False),
        lambda _fds: None,
        operation_id=next_id(repo, here.now, secrets.token_hex(2)),
        now=here.now,
        push=False,
        argv=here.call.argv,
        relman=relman.__version__,
        checkpoint=here.call.checkpoint or nothing,
    )
    here.say(*outcome.left)
    here.hint(f"take it back with: relman undo {outcome.id}")


def _document(here: Context, found: "Hooks", plan: "Plan | None", *, written: bool) -> None:
    from relman.render.setup import hooks_document

    rows = ((row.hook, row.state, row.kept) for row in found.all)
    changes = [step.path for step in plan.files()] if plan else []
    here.document(hooks_document(str(found.folder.path), found.owner, rows, changes, written=written))
