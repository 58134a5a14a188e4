"""The next release of a line: what is there, or what was prepared, gets its version, its notes and its tag."""

from collections.abc import Sequence
from shlex import quote

from relman.errors import Kind, RelmanError, usage
from relman.git.scratch import Scratch
from relman.job.aim import (
    STEPS,
    ReleaseAsk,
    Where,
    check_twins,
    find_version,
    find_where,
    ground_rows,
    late_rows,
    needs_stage,
)
from relman.job.cut import assumed, out_of_step_warns, said_on_trunk
from relman.job.debts import debt_warns, final_debts
from relman.job.facts import Facts
from relman.job.finish import (
    Ending,
    comes_by_merge,
    end,
    ending_role,
    waits_for_merge,
)
from relman.job.held import held_release
from relman.job.isolated import isolated_releases, merge_isolated
from relman.job.landed import find_beside, find_merged
from relman.job.landing import change_pages, expects, land
from relman.job.line_state import state_warns
from relman.job.merge_pause import pause_merge
from relman.job.prepared import Prepared, find_prepared
from relman.job.promote import is_environment, plan_promotion
from relman.job.proposed import next_free, prepared_elsewhere, whose
from relman.job.shipping import Wishes, fitting_versions, prove, read_own, write_release
from relman.job.tag_prepared import find_waiting, meant, tag_prepared, tag_waiting, unsaid, with_push
from relman.job.works import unfinished_warns
from relman.model.bump import Bump
from relman.model.count import commits_word
from relman.model.lines import TRUNK
from relman.model.names import Oid, short
from relman.model.next import Next
from relman.model.tags import Release
from relman.model.version import Version
from relman.plan.plan import Base, Plan, Warn
from relman.plan.ship import Shipment, ship


def plan_release(facts: Facts, scratch: Scratch, ask: ReleaseAsk, wishes: Wishes) -> Plan:
    """Plans a release. Errors: nothing to release (nothing); no branch, a taken or too low version (usage)."""
    facts.check_complete()
    check_twins(facts)
    if ask.what is not None and is_environment(facts, ask.what):
        return plan_promotion(facts, scratch, ask.what, wishes)
    if (landed_there := find_merged(facts, scratch, ask) or find_beside(facts, scratch, ask)) is not None:
        return tag_prepared(facts, scratch, *landed_there, wishes)
    where = find_where(facts, ask.what)
    base = None if where.line == TRUNK else facts.line(where.line).newest
    numbers = () if where.line == TRUNK else facts.line(where.line).numbers
    low = base or facts.next(TRUNK).base
    prepared = find_prepared(facts, scratch, where.tip.commit, low, numbers)
    landed = prepared.version if prepared and meant(prepared.version, ask, where) else None
    waiting = find_waiting(facts, where, low, landed)
    if waiting and ask.tag and meant(waiting.version, ask, where):
        return tag_waiting(facts, scratch, where, waiting, wishes)
    if prepared and landed:
        if ask.tag:
            return tag_prepared(facts, scratch, where, prepared, wishes)
        _check_news(facts, scratch, where, prepared)
    if prepared:
        _check_candidate(prepared, ask, where)
    candidate = needs_stage(facts, ask, where)
    if candidate is not None and not (landed and ask.tag):
        raise usage(
            f"line {where.line} has the open candidate {candidate.tag}: say what comes next",
            f"relman release {where.line} --rc",
            f"relman release {where.line} --final",
        )
    return _write(facts, scratch, ask, where, wishes, prepared.version if prepared else None)


def _check_news(facts: Facts, scratch: Scratch, where: Where, prepared: Prepared) -> None:
    """To prepare the same version again there must be something new, or something wrong."""
    later = facts.graph.between([where.tip.commit], [prepared.commit])
    if not later and not unsaid(facts, scratch, prepared.version, prepared.commit):
        raise RelmanError(
            Kind.NOTHING,
            f"{prepared.version} is prepared on {where.branch} already, and nothing came after it",
            hints=(f"relman release {where.line}",),
        )


def _check_candidate(prepared: Prepared, ask: ReleaseAsk, where: Where) -> None:
    """A candidate must not ship the commit that says it is the final."""
    final = prepared.version
    if final.stable and ask.stage == "candidate" and where.given in (None, final):
        raise usage(
            f"{final} is prepared on {where.branch} as a final release, so a candidate of it comes too late",
            f"relman release {where.line}",
        )


def _check_claimed(facts: Facts, where: Where, version: Version) -> None:
    """A version that is prepared on a branch of its own is not given to something else."""
    for other in prepared_elsewhere(facts, where.tip.commit):
        if other.version.numbers == version.numbers:
            raise usage(
                f"{version} is prepared on {other.name} ({whose(facts, other.commit)}), and not from {where.branch}",
                f"relman release {other.version}",
                f"relman release {next_free(facts, where.tip.commit, version)}",
            )


def _write(
    facts: Facts,
    scratch: Scratch,
    ask: ReleaseAsk,
    where: Where,
    wishes: Wishes,
    prepared: Version | None,
) -> Plan:
    coming = facts.next(where.line)
    isolated = () if where.line == TRUNK else isolated_releases(facts, facts.line(where.line))
    version = find_version(facts, ask, where, coming)
    if version != prepared:
        _check_claimed(facts, where, version)
    start = where.tip.commit
    ground = merge_isolated(facts, scratch, start, where.branch, isolated)
    if ground.stuck is not None:
        raise ground.stuck.error()
    behind = [r for r in facts.releases if r.version < version and (r.sound or not version.stable)]
    commits = facts.graph.between([start], [r.commit for r in behind])
    landing = land(facts, "release", where.branch, where.tip, wishes)
    role = ending_role(facts, where, version)
    merging = waits_for_merge(facts, role, wishes, where.line)
    tagged = ask.tag and merging is None and (landing.instead_of is None or role is not None)
    own = read_own(facts, scratch, start, ground.tree)
    writing = write_release(
        facts,
        own,
        line=where.line,
        version=version,
        base=coming.base,
        commits=commits,
        extra=(),
        wishes=wishes,
        prepared=not tagged,
        may_say=_may_say(facts, where, version, coming.base, prepared),
    )
    shipment = Shipment(
        line=where.line,
        base=Base(name=where.branch, commit=start),
        start=start,
        start_tree=ground.tree if not ground.merges else scratch.tree_of(start),
        changes=ground.merges,
        stamp=writing.stamp,
        tag=writing.tag if tagged else None,
        branch=None if role and tagged else landing.move,
        version=str(version),
        ships=commits,
        notes=writing.notes,
    )
    ending = Ending(shipment=shipment)
    if role and tagged:
        ending = end(facts, scratch, shipment, where, role, version, wishes)
    shipped = ship(ending.shipment)
    proof, warns = prove(
        facts,
        version=version,
        tag=writing.tag.name,
        line=where.line,
        base=held_release(facts, start, version),
        start=start,
        merged=isolated,
        fixes=tuple(f"{r.tag} is in it: its tag is merged first" for r in isolated),
        ships=ending.shipment.ships,
        places=own.places,
    )
    steps = with_push(facts, (*shipped.steps, *ending.gone.moves), ending.gone, wishes)
    owed = final_debts(facts, lambda: scratch, where, version, start)
    debts = tuple(d for d in owed if not comes_by_merge(facts, role, d.commit))
    plan = Plan(
        operation="release",
        title=f"release {writing.tag.name}" if tagged else f"release {version} prepared",
        targets=(shipped.target,),
        steps=steps,
        expects=expects(
            facts,
            steps,
            tips=[where.tip, *ending.tips],
            tags=[r.tag for r in (*isolated, *_some(coming.base))],
        ),
        facts=(*ground_rows(facts, where, isolated), *late_rows(facts, where, version), *ending.rows),
        debts=(*debts, *ending.debts),
        warnings=(
            *warns,
            *_left_out(facts, ask, where),
            *(unfinished_warns(facts) if where.line == TRUNK else ()),
            *debt_warns(debts),
            *out_of_step_warns(writing.out_of_step),
            *_capped(coming, where),
            *_state_warns(facts, where, commits),
        ),
        assumptions=assumed(facts),
        proofs=(proof,) if tagged else (),
        afterwards=(
            *_afterwards(where, tagged=tagged, instead_of=landing.instead_of, merging=merging),
            *change_pages(facts, *((landing,) if not tagged else ending.landings)),
        ),
    )
    return pause_merge(facts, plan, shipment, ending.stuck, where, wishes) if ending.stuck else plan


def _may_say(
    facts: Facts, where: Where, version: Version, base: Release | None, prepared: Version | None
) -> tuple[Version, ...]:
    """What version files may say before the release: what was prepared too, though it was not tagged."""
    start = where.tip.commit
    trunk = where.line == TRUNK
    known = said_on_trunk(facts, start, version) if trunk else fitting_versions(facts, version, base)
    return (*known, prepared) if known and prepared else known


def _left_out(facts: Facts, ask: ReleaseAsk, where: Where) -> tuple[Warn, ...]:
    """Commits under HEAD that the line lacks, where HEAD alone said which line is meant."""
    head = facts.refs.head
    named = ask.what is not None and ask.what not in STEPS
    if named or head.commit is None or head.ref == where.tip.ref:
        return ()
    own = facts.graph.between([head.commit], [where.tip.commit, *(r.commit for r in facts.releases)])
    name = short(head.ref) if head.ref else head.commit[:10]
    said = f"{name} has {commits_word(len(own))} that {where.branch} lacks, and they stay out"
    return (Warn(message=said, hint=f"relman hotfix {quote(name)} --to {quote(where.line)}"),) if own else ()


def _some(base: Release | None) -> tuple[Release, ...]:
    return (base,) if base else ()


def _state_warns(facts: Facts, where: Where, commits: Sequence[Oid]) -> tuple[Warn, ...]:
    """What the state of a line keeps out; its first release is what it begins with."""
    begun = where.line != TRUNK and facts.line(where.line).stable is not None
    return state_warns(facts, where.line, map(facts.graph.commit, commits)) if begun else ()


def _capped(coming: Next, where: Where) -> tuple[Warn, ...]:
    if where.line == TRUNK or coming.bump <= Bump.PATCH or coming.version is None or coming.base is None:
        return ()
    if coming.version == coming.base.version.step(coming.bump):
        return ()
    return (
        Warn(
            message=f"a {coming.bump.word} change goes out as {coming.version}, which is what the line allows"
        ),
    )


def _afterwards(
    where: Where, *, tagged: bool, instead_of: str | None, merging: str | None
) -> tuple[str, ...]:
    if merging and not instead_of:
        return (f"open a change request from {where.branch} to {merging}; then: relman release {where.line}",)
    if instead_of and not tagged:
        return (f"open a change request to {instead_of}; when it is merged: relman release {where.line}",)
    return () if tagged else (f"when CI has passed: relman release {where.line}",)
