"""Withdrawing a release: it stays tagged and is never again base, production or newest; its number stays taken."""

from collections.abc import Iterator

from msgspec import Struct

from relman.errors import Kind, RelmanError, usage
from relman.job.facts import Facts
from relman.job.landing import expects, pushes
from relman.job.record import deployment, last_open, recorded, rows
from relman.job.records import entry_steps
from relman.job.rollback import check_usable, find_release, rolled_back
from relman.job.shipping import Wishes
from relman.model.shared import DEPLOYMENTS, WITHDRAWALS, Withdrawal, Withdrawn, one_line
from relman.model.tags import Release
from relman.plan.plan import Plan
from relman.plan.steps import Step
from relman.render.words import age


class WithdrawAsk(Struct, frozen=True, kw_only=True):
    """What was asked for. `undo`: the release may be used again."""

    version: str
    reason: str = ""
    rollback_to: str | None = None
    undo: bool = False


def plan_withdraw(facts: Facts, ask: WithdrawAsk, wishes: Wishes) -> Plan:
    """Plans the entry that withdraws a release, or takes that back, and with `rollback_to` the deployment too.

    Errors: no such release, no reason (usage); it is withdrawn already, or was not (nothing); going back to a
    withdrawn release (refused).
    """
    facts.check_remote()
    release = find_release(facts, ask.version, "relman withdraw")
    known = facts.withdrawals.get(str(release.version))
    if ask.undo:
        return _taken_back(facts, ask, release, known, wishes)
    _check(release, known, ask)
    back_to = _back_to(facts, ask, release)
    entry = Withdrawal(version=str(release.version), commit=release.commit, reason=one_line(ask.reason))
    name = facts.config.production.environment
    before = recorded(facts, name)
    running = last_open(facts, before)
    deployed = deployment(name, back_to) if back_to else None
    if before and before[0].entry == deployed:
        deployed = None  # the record says so already
    steps: tuple[Step, ...] = entry_steps(facts, entry, WITHDRAWALS, wishes.trailers)
    if deployed:
        steps = (*steps, *entry_steps(facts, deployed, DEPLOYMENTS, wishes.trailers))
    steps = (*steps, *pushes(facts, steps, wishes))
    since = running or release
    return Plan(
        operation="withdraw",
        title=f"withdraw {release.tag}" + (f", back to {back_to.tag}" if back_to else ""),
        steps=steps,
        expects=expects(facts, steps, tips=(), tags=(release.tag, *((back_to.tag,) if back_to else ()))),
        facts=(
            ("withdraws", f"{release.tag} ({release.commit[:7]}): {entry.reason}"),
            *(rows(facts, deployed, before, wishes.now) if deployed else ()),
        ),
        records=(entry, *((deployed,) if deployed else ())),
        warnings=rolled_back(facts, back_to, since) if back_to else (),
        afterwards=tuple(_afterwards(facts, release, back_to, running)),
    )


def _check(release: Release, known: Withdrawn | None, ask: WithdrawAsk) -> None:
    if known is not None:
        raise RelmanError(
            Kind.NOTHING,
            f"{release.tag} was withdrawn already, by {known.by}: {known.entry.reason}",
            hints=(f"relman withdraw {release.version} --undo", "relman env"),
        )
    if not one_line(ask.reason):
        raise usage(
            f"why is {release.tag} withdrawn? the reason goes into the notes",
            f"relman withdraw {release.version} --reason TEXT",
        )


def _back_to(facts: Facts, ask: WithdrawAsk, release: Release) -> Release | None:
    if ask.rollback_to is None:
        return None
    again = f"relman withdraw {release.version} --reason TEXT --rollback-to"
    found = find_release(facts, ask.rollback_to, again)
    if found == release:
        raise usage(f"{release.tag} is the release that is withdrawn; name an older one", f"{again} VERSION")
    check_usable(found)
    how = facts.config.production.source
    if how not in (None, "record"):
        raise usage(
            f"what runs in {facts.config.production.environment} is not recorded, so going back cannot be either",
            f"relman withdraw {release.version} --reason TEXT",
            'in relman.toml, below [production]:  source = "record"',
        )
    if found.version > release.version:
        raise usage(
            f"{found.tag} is above {release.tag}: that is no way back",
            f"relman withdraw {release.version} --reason TEXT",
            f"relman env record {facts.config.production.environment} {found.version}",
        )
    return found


def _taken_back(
    facts: Facts, ask: WithdrawAsk, release: Release, known: Withdrawn | None, wishes: Wishes
) -> Plan:
    if ask.rollback_to is not None:
        raise usage(
            "--undo makes a release usable again, and deploys nothing",
            f"relman withdraw {release.version} --undo",
            f"relman env record {facts.config.production.environment} {ask.rollback_to}",
        )
    if known is None:
        raise RelmanError(
            Kind.NOTHING, f"{release.tag} was not withdrawn", hints=("relman env", "relman status")
        )
    entry = Withdrawal(
        version=known.entry.version, commit=release.commit, reason=one_line(ask.reason), withdrawn=False
    )
    steps: tuple[Step, ...] = entry_steps(facts, entry, WITHDRAWALS, wishes.trailers)
    steps = (*steps, *pushes(facts, steps, wishes))
    return Plan(
        operation="withdraw",
        title=f"restore {release.tag}",
        steps=steps,
        expects=expects(facts, steps, tips=(), tags=(release.tag,)),
        facts=(
            ("restores", f"{release.tag} ({release.commit[:7]}): it may be base and production again"),
            ("before", f"withdrawn {age(known.when, wishes.now)} by {known.by}: {known.entry.reason}"),
        ),
        records=(entry,),
    )


def _afterwards(
    facts: Facts, release: Release, back_to: Release | None, running: Release | None
) -> Iterator[str]:
    name = facts.config.production.environment
    if back_to is None and running == release:
        below = next(
            (r for r in facts.releases if r.sound and r.version < release.version),
            None,
        )
        yield f"{name} still runs it: relman env record {name} {below.version if below else 'VERSION'}"
    line = facts.lines.of(release.version)
    if line and line.branch:
        tip = facts.line_end(line)
        if tip and facts.graph.is_ancestor(release.commit, tip):
            yield f"{line.branch} contains it: a hotfix starts from the tag of the release below"
