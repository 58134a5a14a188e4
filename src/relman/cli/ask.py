"""Before a plan is carried out: what it is called, what stops it, and the question."""

import shlex
from collections.abc import Iterator

from relman.cli.argv import repeated
from relman.cli.context import Context
from relman.cli.how import How
from relman.errors import Kind, RelmanError, usage
from relman.job.unpublished import unpublished
from relman.plan.plan import Plan, Sealed
from relman.render.rows import row
from relman.render.words import age
from relman.run.seal import SHORT_HASH


def another_plan(here: Context, sealed: Sealed, expected: str) -> RelmanError:
    """Says that the plan is not the one that was shown."""
    return RelmanError(
        Kind.MOVED,
        f"the plan is now {sealed.hash[:SHORT_HASH]}, not {expected}: something moved since it was shown",
        hints=(_typed(here, "--dry-run"),),
        facts={"hash": sealed.hash},
    )


def close(here: Context, sealed: Sealed, *, stopped: bool) -> int:
    """Ends what is not carried out: a dry run, or a plan that needs a person; gives the exit code."""
    short = sealed.hash[:SHORT_HASH]
    if stopped:
        here.hint(*(f"{words}: {_typed(here, *more)}" for words, more in _ways_on(here, sealed.plan)))
    if stopped and sealed.plan.pause is None:
        here.say(row("", f"plan {short} · nothing was changed: a person must decide this first"))
        return Kind.CONFLICT
    if sealed.plan.all_there():
        here.say(row("", "nothing to do: every fix is there already"))
        for record in unpublished(here.facts):
            here.hint(f"{record.sealed.plan.title} is not published yet: relman push {record.id}")
        return Kind.NOTHING
    note = " · ids are provisional" if sealed.provisional else ""
    seen = here.facts.refs.fetched_at
    looked = f" · on what was fetched {age(seen, here.now)}" if seen else ""
    here.say(row("", f"plan {short} · a dry run: nothing was changed{looked}{note}"))
    rules = _rules(sealed.plan)
    if rules:
        here.hint(f"the real run is refused; this overrides it: {_typed(here, *rules)}")
    else:
        here.hint(f"carry out exactly this with: {_typed(here, '--yes', '--expect', short)}")
    if stopped:
        return Kind.CONFLICT
    return Kind.REFUSED if rules else 0


def _ways_on(here: Context, plan: Plan) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Options that take a stopped plan further without resolving anything."""
    rungs = {pick.rung for _, pick in plan.conflicts()}
    if "prerequisites" in rungs:
        yield "take them along", ("--with-prerequisites",)
    if "not-affected" in rungs:
        reasoned = any(word.partition("=")[0] == "--reason" for word in here.call.argv)
        yield "go on all the same", ("--anyway", "not-affected", *(() if reasoned else ("--reason", "TEXT")))


def refuse(here: Context, plan: Plan) -> None:
    """Stops a plan that a rule refuses."""
    refused = [w for w in plan.warnings if w.rule]
    if refused:
        raise RelmanError(
            Kind.REFUSED,
            "\n".join(f"{w.rule}: {w.message}" for w in refused),
            hints=(*(w.hint for w in refused if w.hint), _typed(here, *_rules(plan))),
            facts={"rules": [w.rule for w in refused]},
        )


def _rules(plan: Plan) -> list[str]:
    rules = dict.fromkeys(w.rule for w in plan.warnings if w.rule)
    return [word for rule in rules for word in ("--anyway", rule)] + (["--reason", "TEXT"] if rules else [])


def ask(here: Context, how: How, sealed: Sealed) -> None:
    """Asks a person, unless `--yes` was given; returns only after a yes."""
    if how.yes:
        return
    short = sealed.hash[:SHORT_HASH]
    if not here.asks:
        raise usage(
            f"plan {short} was not carried out: there is no terminal to ask on",
            _typed(here, "--yes", "--expect", short),
            _typed(here, "--dry-run"),
        )
    try:
        sure = here.confirm(f"plan {short} · {_question(sealed.plan)}")
    except KeyboardInterrupt:
        here.hint("")
        sure = False
    if not sure:
        raise RelmanError(Kind.INTERRUPTED, "not carried out; nothing was changed")


def _question(plan: Plan) -> str:
    waiting = [w.line for w in plan.pause.waits if not w.branch] if plan.pause else []
    if not waiting:
        return "carry it out?"
    nothing = "ship nothing yet" if plan.feature is None else "move nothing yet"
    shipped = "ship the rest now" if plan.moves() else nothing
    return f"{shipped}, and make a place to resolve {', '.join(waiting)}?"


def _typed(here: Context, *more: str) -> str:
    """The very command with other options, to be typed or pasted."""
    return shlex.join(["relman", *repeated(here.call.argv[1:], more, here=True)])
