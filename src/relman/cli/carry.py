"""Show, ask, carry out, report: what every command does with its plan."""

import itertools
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone

from relman.cli.context import Context
from relman.cli.how import How
from relman.errors import Kind, RelmanError, usage
from relman.git.identity import read_identity, signing
from relman.git.repo import Repository, check_git
from relman.git.scratch import Scratch
from relman.job.facts import Facts
from relman.job.open import read_facts
from relman.job.refresh import refresh
from relman.job.shipping import Wishes
from relman.model.identity import Identity
from relman.model.names import Oid
from relman.plan.outcome import Outcome
from relman.plan.override import overridden
from relman.plan.plan import Plan, Sealed
from relman.render.plan_data import oid, outcome_document, plan_document
from relman.render.plan_text import conflict_rows, outcome_rows, plan_rows, row
from relman.run.execute import execute
from relman.run.journal import new_id, prune, read_all
from relman.run.recover import settle
from relman.run.seal import SHORT_HASH, Signing, matches, seal, sign, wants
from relman.run.trial import try_command

Make = Callable[[Facts, Scratch, Wishes], Plan]
"""Makes a command's plan from the facts, trying what must be tried in the scratch repository."""


def carry_out(here: Context, how: How, make: Make, *, redoes: str | None = None) -> int:
    """Takes one command from its plan to its outcome and gives the exit code."""
    if how.anyway and not how.reason:
        raise usage("--anyway needs a reason for the record", f"--anyway {how.anyway[0]} --reason TEXT")
    now, offset = clock(here, how)
    facts = here.facts
    check_git(facts.repo.looking)
    if not how.dry_run:
        facts = _settled(here, facts, now, offline=how.offline, push=how.push)
    identity = read_identity(facts.repo)
    if identity is None and not how.dry_run:
        raise no_identity()
    with Scratch.open(facts.repo, _any_tree(facts)) as scratch:
        wishes = _wishes(facts, how, identity, now, offset)
        with here.busy("trying it in a scratch repository"):
            plan = overridden(make(facts, scratch, wishes), how.anyway, how.reason or "")
            wanted = _signing(facts.repo, how)
            sealed = seal(plan, scratch, clock=now, offset=offset, identity=identity, signing=wanted)
        if how.expect and not matches(sealed, how.expect):
            raise _another_plan(sealed, how.expect)
        stopped = _show(here, sealed)
        if stopped or how.dry_run:
            here.document(plan_document(sealed))
            _close(here, sealed, stopped=stopped)
            return Kind.CONFLICT if stopped else 0
        _refuse(plan)
        _ask(here, how, sealed)
        for command in how.commands:
            for tip in _tips(sealed):
                try_command(scratch, tip, command, dict(here.environ))
        if identity is not None and wants(plan, wanted):
            sealed = sign(sealed, scratch, clock=now, offset=offset, identity=identity, signing=wanted)
        outcome = _execute(here, facts.repo, scratch, sealed, how, now, redoes)
    here.document(outcome_document(sealed, outcome))
    here.say(*outcome_rows(sealed, outcome))
    here.hint(f"take it back with: relman undo {outcome.id}")
    return 0


def clock(here: Context, how: How) -> tuple[int, int]:
    """The time as seconds since 1970 and the offset from UTC in minutes: `--date`, else the clock."""
    if how.date is None:
        return here.now, here.offset
    try:
        given = datetime.fromisoformat(how.date)
    except ValueError:
        raise usage(f"--date {how.date!r} is no ISO date", "--date 2026-11-23T03:00:00+00:00") from None
    zone = given.tzinfo or UTC
    moved = given.replace(tzinfo=zone).utcoffset() or timedelta()
    return int(given.replace(tzinfo=zone).timestamp()), int(moved.total_seconds() // 60)


def no_identity() -> RelmanError:
    """Says that git does not know who commits."""
    return usage(
        "git does not know who you are, and the commits and tags carry your name",
        'git config --global user.name "Your Name"',
        "git config --global user.email you@example.com",
    )


def _settled(here: Context, facts: Facts, now: int, *, offline: bool, push: bool) -> Facts:
    """Settles what a crash left, then looks at the remote, and reads again what either changed."""
    done = settle(facts.repo, now=now, argv=sys.argv)
    for each in done:
        way = "finished" if each.way == "forward" else "taken back"
        here.hint(row("recovered", f"{each.title} ({each.id}) was interrupted and is now {way}"))
    prune(facts.repo, now=now)
    if not offline:
        with here.busy(f"asking {facts.remote}"):
            changed, warning = refresh(facts, push=push)
        if warning:
            here.hint(row("warning", warning, "yellow"))
        if not changed and not done:
            return facts
    elif not done:
        return facts
    return read_facts(facts.repo, config=here.options.config)


def _any_tree(facts: Facts) -> Oid:
    commit = facts.refs.head.commit or next((b.commit for b in facts.refs.branches), None)
    if commit is None:
        raise usage("this repository has no commit yet", "git commit")
    return commit


def _wishes(facts: Facts, how: How, identity: Identity | None, now: int, offset: int) -> Wishes:
    signed = how.signoff or facts.config.picks.signoff
    who = f"Signed-off-by: {identity.name} <{identity.email}>" if identity and signed else ""
    day = datetime.fromtimestamp(now, tz=timezone(timedelta(minutes=offset))).date().isoformat()
    return Wishes(
        day=day,
        as_branches=how.as_branches,
        push=how.push,
        trailers=(*facts.config.picks.trailers, *((who,) if who else ())),
    )


def _signing(repo: Repository, how: How) -> Signing:
    configured = signing(repo)
    if how.sign is not None:
        return Signing(commits=how.sign, tags=how.sign)
    return Signing(commits=configured.commits, tags=configured.tags)


def _another_plan(sealed: Sealed, expected: str) -> RelmanError:
    return RelmanError(
        Kind.MOVED,
        f"the plan is now {sealed.hash[:SHORT_HASH]}, not {expected}: something moved since it was shown",
        hints=("look at the new plan with --dry-run",),
        facts={"hash": sealed.hash},
    )


def _show(here: Context, sealed: Sealed) -> bool:
    """Shows the plan; tells whether it needs a person before anything can be carried out."""
    here.say(*plan_rows(sealed))
    conflicts = list(conflict_rows(sealed.plan))
    here.say(*conflicts)
    return bool(conflicts)


def _close(here: Context, sealed: Sealed, *, stopped: bool) -> None:
    short = sealed.hash[:SHORT_HASH]
    if stopped:
        here.say(row("", f"plan {short} · nothing was changed: a person must resolve this first"))
        return
    note = " · ids are provisional" if sealed.provisional else ""
    here.say(row("", f"plan {short} · a dry run: nothing was changed{note}"))
    here.hint(f"carry out exactly this with: --yes --expect {short}")


def _refuse(plan: Plan) -> None:
    refused = [w for w in plan.warnings if w.rule]
    if refused:
        rules = " ".join(f"--anyway {w.rule}" for w in {w.rule: w for w in refused}.values())
        raise RelmanError(
            Kind.REFUSED,
            "\n".join(f"{w.rule}: {w.message}" for w in refused),
            hints=(*(w.hint for w in refused if w.hint), f"{rules} --reason TEXT"),
            facts={"rules": [w.rule for w in refused]},
        )


def _ask(here: Context, how: How, sealed: Sealed) -> None:
    if how.yes:
        return
    short = sealed.hash[:SHORT_HASH]
    if not here.asks:
        raise usage(
            f"plan {short} was not carried out: there is no terminal to ask on",
            f"--yes --expect {short}",
            "--dry-run, to look only",
        )
    if not here.confirm(f"plan {short} · carry it out?"):
        raise RelmanError(Kind.INTERRUPTED, "nothing was changed")


def _tips(sealed: Sealed) -> Sequence[Oid]:
    found = (oid(sealed, target.tip) for target in sealed.plan.targets)
    return [tip for tip in found if tip is not None]


def _execute(
    here: Context, repo: Repository, scratch: Scratch, sealed: Sealed, how: How, now: int, redoes: str | None
) -> Outcome:
    import relman

    identifier = _new_id(repo, now, sealed.hash[:SHORT_HASH])
    made = [i for i in (oid(sealed, move.new) for move in sealed.plan.moves()) if i is not None]
    git = repo.looking.text("version").strip()
    with here.busy("carrying it out"):
        return execute(
            repo,
            sealed,
            lambda fds: scratch.pack(made, into=repo, keep=f"relman operation {identifier}", fds=fds),
            operation_id=identifier,
            now=now,
            push=how.push,
            changed=scratch.changed,
            argv=sys.argv,
            reason=how.reason or "",
            relman=relman.__version__,
            git=git,
            redoes=redoes,
        )


def _new_id(repo: Repository, now: int, token: str) -> str:
    """An id that no operation has; the same plan twice in a second (undo, redo, undo) gets a number."""
    known = {r.id for r in read_all(repo).records}
    first = new_id(now, token)
    numbered = (f"{first}-{n}" for n in itertools.count(2))
    return first if first not in known else next(i for i in numbered if i not in known)
