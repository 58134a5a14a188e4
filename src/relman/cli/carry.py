"""Show, ask, carry out, report: what every command does with its plan."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone

from msgspec import structs

from relman.cli.ask import another_plan, ask, close, refuse
from relman.cli.context import Context
from relman.cli.how import How
from relman.errors import Kind, RelmanError, usage
from relman.git.identity import Signing, read_identity, signing
from relman.git.repo import Repository, check_git
from relman.git.scratch import Scratch
from relman.job.facts import Facts
from relman.job.open import read_facts
from relman.job.operations import release_pages, waiting
from relman.job.refresh import Looked, differing, refresh
from relman.job.shipping import Wishes
from relman.model.identity import Identity
from relman.model.names import Oid
from relman.plan.outcome import Outcome
from relman.plan.override import overridden
from relman.plan.plan import Plan, Sealed, Warn
from relman.render.conflict_text import conflict_rows, wait_rows
from relman.render.plan_data import outcome_document, plan_document
from relman.render.plan_text import outcome_rows, plan_rows
from relman.run.execute import execute
from relman.run.journal import Record, next_id, prune, read_all
from relman.run.operation import nothing
from relman.run.recover import settle
from relman.run.seal import SHORT_HASH, matches, seal, sign, wants
from relman.run.trial import try_command

_FIRST_YEAR, _LAST_YEAR = 1971, 2099
"""git's dates begin with 1970 in UTC, and are safe everywhere until 2100."""

Make = Callable[[Facts, Scratch, Wishes], Plan]
"""Makes a command's plan from the facts, trying what must be tried in the scratch repository."""


def carry_out(
    here: Context,
    how: How,
    make: Make,
    *,
    redoes: str | None = None,
    continues: Record | None = None,
) -> int:
    """Takes one command from its plan to its outcome and gives the exit code.

    `continues` is the paused operation that goes on. What a person must do first is left in places of its own
    (`Plan.pause`), and the rest is carried out.
    """
    if how.anyway and not (how.reason or "").strip():
        raise usage("--anyway needs a reason for the record", f"--anyway {how.anyway[0]} --reason TEXT")
    now, offset = clock(here, how)
    facts = here.facts
    check_git(facts.repo.looking)
    warnings = _open(facts.repo) if how.dry_run else ()
    differ: tuple[str, ...] = ()
    if not how.dry_run:
        facts, warnings, differ = _settled(here, facts, offline=how.offline, push=how.push)
    identity = read_identity(facts.repo)
    with Scratch.open(facts.repo, _any_tree(facts)) as scratch:
        wishes = _wishes(facts, how, identity, now, offset)
        with here.busy("trying it in a scratch repository"):
            plan = make(facts, scratch, wishes)
            more = (*warnings, *differing(facts, plan, differ))
            plan = structs.replace(plan, warnings=(*more, *plan.warnings))
            plan = overridden(plan, how.anyway, how.reason or "")
            if identity is None and not how.dry_run and any(plan.objects()):
                raise no_identity()
            wanted = _signing(facts.repo, how)
            sealed = seal(plan, scratch, clock=now, offset=offset, identity=identity, signing=wanted)
        if how.expect is not None and not matches(sealed, how.expect):
            raise another_plan(here, sealed, how.expect)
        _show(here, sealed, how)
        stuck = any(plan.conflicts()) and plan.pause is None and not plan.steps
        if stuck or plan.all_there() or how.dry_run:
            here.document(plan_document(sealed))
            return close(here, sealed, stopped=any(plan.conflicts()))
        refuse(here, plan)
        ask(here, how, sealed)
        for command in how.commands:
            for tip in _tips(sealed):
                try_command(scratch, tip, command, dict(here.environ))
        if identity is not None and wants(plan, wanted):
            sealed = sign(sealed, scratch, clock=now, offset=offset, identity=identity, signing=wanted)
        try:
            outcome = _execute(here, facts.repo, scratch, sealed, how, now, redoes, continues)
        except KeyboardInterrupt as stop:
            raise _interrupted(facts.repo) from stop
    return _report(here, facts, sealed, outcome)


def _interrupted(repo: Repository) -> RelmanError:
    """What Ctrl-C left: it is held until the refs have moved, so an open operation has moved them."""
    left = waiting(repo)
    if not left:
        return RelmanError(Kind.INTERRUPTED, "interrupted; nothing was moved")
    published = any(p.result == "pushed" for r in read_all(repo).open_operations() for p in r.pushes)
    where = "here and on the remote" if published else "here"
    return RelmanError(
        Kind.INTERRUPTED,
        f"interrupted after the refs had moved {where}:\n" + "\n".join(left),
        hints=("relman resume", "relman status"),
    )


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
    if not _FIRST_YEAR <= given.year <= _LAST_YEAR:
        raise usage(f"--date {how.date!r} is a time that git cannot hold", "--date 2026-11-23T03:00:00+00:00")
    return int(given.replace(tzinfo=zone).timestamp()), int(moved.total_seconds() // 60)


def no_identity() -> RelmanError:
    """Says that git does not know who commits."""
    return usage(
        "git does not know who you are, and the commits and tags carry your name",
        'git config --global user.name "Your Name"',
        "git config --global user.email you@example.com",
    )


def _open(repo: Repository) -> tuple[Warn, ...]:
    """What a real run would settle first; a dry run only says so."""
    return tuple(Warn(message=sentence, hint="relman resume") for sentence in waiting(repo))


def _settled(
    here: Context, facts: Facts, *, offline: bool, push: bool
) -> tuple[Facts, tuple[Warn, ...], tuple[str, ...]]:
    """Settles what a crash left, then looks at the remote, and reads again what either changed.

    Gives the warnings, and the tags that differ there.
    """
    done = settle(facts.repo, now=here.now, argv=here.call.argv, checkpoint=here.call.checkpoint or nothing)
    ways = {"forward": "finished", "back": "taken back"}
    said = [f"{d.title} ({d.id}) was interrupted and is now {ways[d.way]}" for d in done]
    prune(facts.repo, now=here.now)
    looked = Looked()
    if not offline:
        with here.busy(f"asking {facts.remote}"):
            looked = refresh(facts, push=push)
    said += [looked.warning] if looked.warning else []
    warnings = tuple(Warn(message=words) for words in said)
    if done or looked.fetched:
        facts = read_facts(facts.repo, config=here.options.config, patch_id=facts.patch_id)
    return facts, warnings, looked.differ


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
        now=now,
        as_branches=how.as_branches,
        push=how.push,
        trailers=(*facts.config.picks.trailers, *((who,) if who else ())),
    )


def _signing(repo: Repository, how: How) -> Signing:
    if how.sign is not None:
        return Signing(commits=how.sign, tags=how.sign)
    return signing(repo)


def _show(here: Context, sealed: Sealed, how: How) -> None:
    """Shows the plan, and what of it needs a person."""
    here.say(*plan_rows(sealed))
    here.say(*conflict_rows(sealed.plan, dry=how.dry_run))


def _tips(sealed: Sealed) -> Sequence[Oid]:
    found = (sealed.id_of(target.tip) for target in sealed.plan.targets)
    return [tip for tip in found if tip is not None]


def _execute(
    here: Context,
    repo: Repository,
    scratch: Scratch,
    sealed: Sealed,
    how: How,
    now: int,
    redoes: str | None,
    continues: Record | None,
) -> Outcome:
    import relman

    identifier = continues.id if continues else next_id(repo, now, sealed.hash[:SHORT_HASH])
    waits = sealed.plan.pause.waits if sealed.plan.pause else ()
    places = (end for wait in waits for end in (wait.onto, wait.merges))
    ends = [*(move.new for move in sealed.plan.moves()), *places]
    made = [i for i in map(sealed.id_of, ends) if i is not None]
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
            argv=here.call.argv,
            reason=how.reason or "",
            relman=relman.__version__,
            git=git,
            redoes=redoes or here.call.redoes,
            continues=continues,
            checkpoint=here.call.checkpoint or nothing,
        )


def _report(here: Context, facts: Facts, sealed: Sealed, outcome: Outcome) -> int:
    """Says what was done and what may follow; a person is needed where the operation stayed open."""
    config = here.options.config
    now = read_facts(facts.repo, config=config, patch_id=facts.patch_id) if outcome.pushes else facts
    pages = release_pages(now, outcome.pushes) if outcome.pushes else ()
    here.document(outcome_document(sealed, outcome, pages))
    here.say(*outcome_rows(sealed, outcome, pages))
    here.say(*wait_rows(sealed.plan))
    left = read_all(facts.repo).find(outcome.id)
    if left.open:
        started = sealed.plan.pause and all(wait.branch for wait in sealed.plan.pause.waits)
        return 0 if left.state == "paused" and started else Kind.CONFLICT
    if sealed.plan.moves():
        published = any(push.result == "pushed" for push in outcome.pushes)
        here.hint(f"take it back with: relman undo {outcome.id}{' --remote' if published else ''}")
        if not outcome.pushes and facts.remote in facts.refs.remotes and sealed.plan.operation != "undo":
            here.hint(f"publish it with: relman push {outcome.id}")
    return 0
