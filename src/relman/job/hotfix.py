"""The incident: fixes get onto their targets, with version, notes and tag (`hotfix`) or without (`backport`)."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct, structs

from relman.errors import Kind, RelmanError
from relman.git.scratch import Scratch
from relman.job.claimed import free_version, held_already
from relman.job.cut import assumed
from relman.job.environments import PRODUCTION, named, running
from relman.job.facts import Facts, Production
from relman.job.finish import Ending, dragged, end_hotfix, is_mended
from relman.job.fix import find_fixes
from relman.job.landing import Landing, change_pages, expects, land, pushes, stand_in
from relman.job.line_state import state_warns
from relman.job.owed import debts, follow_up_warnings, left_out
from relman.job.reach import reach
from relman.job.shipping import Wishes, prove, read_own, write_release
from relman.job.standing import ground
from relman.job.strategy import off_strategy
from relman.job.target import Side, Spot, find_spots
from relman.model.history import Commit
from relman.model.names import Oid, short, tag_ref
from relman.model.trailers import picked
from relman.model.version import Version
from relman.plan.plan import Base, Debt, Expect, Pick, Plan, Proof, Warn
from relman.plan.ship import Change, Shipment, Shipped, ship
from relman.plan.steps import Picked, Step
from relman.render.environments import known
from relman.render.words import age
from relman.run.ladder import Fix, Port, climb


class HotfixAsk(Struct, frozen=True, kw_only=True):
    """What was asked for. `release` false: a backport, which writes no version and no tag.

    `with_prerequisites` and `past_not_affected` are what a person allows the ladder: see `run.rungs.Reach`.
    """

    fixes: tuple[str, ...]
    to: tuple[str, ...] = ()
    side: Side | None = None
    tag: bool = True
    mainline: int | None = None
    release: bool = True
    with_prerequisites: bool = False
    past_not_affected: bool = False


class Ported(Struct, frozen=True, kw_only=True):
    """One target with its ports, its steps and what is to be said about it."""

    spot: Spot
    ports: tuple[Port, ...]
    shipped: Shipped
    version: Version | None = None
    landing: Landing | None = None
    proofs: tuple[Proof, ...] = ()
    warnings: tuple[Warn, ...] = ()
    ending: Ending | None = None
    """What the strategy merges it into."""

    @property
    def stopped(self) -> bool:
        """Whether a person must resolve something on this target first."""
        return any(port.pick.needs_person for port in self.ports)


def plan_hotfix(facts: Facts, scratch: Scratch, ask: HotfixAsk, wishes: Wishes) -> Plan:
    """Plans a hotfix or a backport onto every target, newest line first.

    Where every fix is on every target already the plan has no step (`Plan.all_there`). Errors (usage): unknown
    fix or target.
    """
    facts.check_remote()
    facts.check_complete()
    words = ask.to or (PRODUCTION,)
    own = facts.config.production.environment
    where = dict.fromkeys(name for word in words if (name := named(facts, word)))
    production = running(facts, own) if own in where else None
    spots = find_spots(facts, scratch, words, release=ask.release, side=ask.side)
    fixes = find_fixes(facts, ask.fixes, [spot.start for spot in spots], ask.mainline)
    done = [_port(facts, scratch, spot, fixes, ask, wishes) for spot in spots]
    also = _dragged(facts, scratch, spots, fixes, ask, wishes)
    done += [d for d in also if not d.stopped]
    steps = tuple(step for d in done for step in d.shipped.steps)
    steps = (*steps, *pushes(facts, steps, wishes))
    operation = "hotfix" if ask.release else "backport"
    names = [d.shipped.target.tag or d.shipped.target.version or d.spot.line for d in done]
    commits = [fix.commit for fix in fixes]
    ends = {d.spot.line: d.spot.start for d in done}
    return Plan(
        operation="hotfix" if ask.release else "backport",
        title=f"{operation} {' '.join(names)}",
        targets=tuple(d.shipped.target for d in done),
        steps=steps,
        expects=_expects(facts, done, production, steps),
        production=_production_sentence(production, wishes.now) if production else None,
        facts=(*_facts(facts, done), *_elsewhere(facts, where, production, wishes.now)),
        debts=_debts(facts, done, also, commits, ask) if ask.release and steps else (),
        warnings=(
            *(w for d in done for w in d.warnings),
            *(w for d in done for w in state_warns(facts, d.spot.line, commits)),
            *(off_strategy(facts) if ask.release else ()),
            *follow_up_warnings(facts, commits, ends, ask.fixes, operation),
        ),
        assumptions=assumed(facts),
        proofs=tuple(p for d in done for p in d.proofs),
        afterwards=(
            *(s for d in done for s in _afterwards(d, ask)),
            *change_pages(
                facts, *(d.landing for d in done if not d.stopped and not _only_there(d.shipped.target.picks))
            ),
            *change_pages(facts, *(x for d in done if d.ending for x in d.ending.landings)),
        ),
    )


def _debts(
    facts: Facts, done: Sequence[Ported], also: Sequence[Ported], commits: Sequence[Commit], ask: HotfixAsk
) -> tuple[Debt, ...]:
    """What lacks the fixes afterwards. Production does not wait for an open release that a pick conflicts on."""
    endings = [d.ending for d in done if d.ending]
    reached = [*(d.spot.line for d in done), *(line for e in endings for line in e.reached(facts))]
    stuck = [
        Debt(
            commit=d.ports[0].fix.commit.id,
            subject=d.ports[0].fix.commit.subject,
            missing_on=(d.spot.branch,),
            settle=f"relman backport {d.ports[0].fix.commit.id[:10]} --to {d.spot.branch}",
        )
        for d in also
        if d.stopped
    ]
    left = (debt for ending in endings for debt in ending.debts)
    return (*debts(facts, commits, reached, _isolated(done), ask.fixes), *left, *stuck)


def _dragged(
    facts: Facts,
    scratch: Scratch,
    spots: Sequence[Spot],
    fixes: Sequence[Fix],
    ask: HotfixAsk,
    wishes: Wishes,
) -> tuple[Ported, ...]:
    """The open releases that the strategy wants the fixes on, and that a merge would bring other work to."""
    lines = {spot.line for spot in spots}
    found = (also for spot in spots if ask.release for also in dragged(facts, spot))
    backport = structs.replace(ask, release=False)
    return tuple(
        _port(facts, scratch, spot, fixes, backport, wishes) for spot in found if spot.line not in lines
    )


def _port(
    facts: Facts, scratch: Scratch, spot: Spot, fixes: Sequence[Fix], ask: HotfixAsk, wishes: Wishes
) -> Ported:
    scratch.aim(spot.start)
    tree = scratch.tree_of(spot.start)
    there = ground(facts, spot.start, tree, [f.commit for f in fixes])
    allowed = reach(
        facts,
        scratch,
        spot,
        with_prerequisites=ask.with_prerequisites,
        past_not_affected=ask.past_not_affected,
    )
    ports = climb(facts.graph, scratch, there, fixes, allowed)
    done = Ported(
        spot=spot,
        ports=ports,
        shipped=ship(_shipment(spot, tree, (), ports)),
        warnings=(*_suspicions(ports), *(w for port in ports for w in port.warnings)),
    )
    made = tuple(_change(port, wishes) for port in ports if port.pick.lands)
    if done.stopped or not made:
        return done
    if ask.release:
        return _release(facts, scratch, done, tree, made, ask, wishes)
    landing = land(facts, "backport", spot.branch, spot.tip, wishes, start=spot.start, takes=_taken(ports))
    shipment = structs.replace(_shipment(spot, tree, made, ports), branch=landing.move)
    return structs.replace(done, shipped=ship(shipment), landing=landing)


def _release(
    facts: Facts,
    scratch: Scratch,
    done: Ported,
    start_tree: Oid,
    made: tuple[Change, ...],
    ask: HotfixAsk,
    wishes: Wishes,
) -> Ported:
    spot, ports = done.spot, done.ports
    version, told = free_version(facts, scratch, spot)
    told += held_already(facts, spot, [p.fix.commit for p in ports if p.pick.lands])
    landing, tagged = _landing(facts, spot, ports, version, ask, wishes)
    behind = [r.commit for r in facts.releases if r.sound and r.version < version]
    commits = facts.graph.between([spot.start], behind)
    own = read_own(facts, scratch, spot.start, made[-1].tree)
    writing = write_release(
        facts,
        own,
        line=spot.line,
        version=version,
        base=spot.release,
        commits=commits,
        extra=tuple(p.fix.commit for p in reversed(ports) if p.pick.lands),
        wishes=wishes,
        prepared=not tagged,
    )
    fixes = [f"{p.pick.source[:10]} {p.pick.subject} is in it: {p.pick.evidence[0]}" for p in ports]
    proof, warns = prove(
        facts,
        version=version,
        tag=writing.tag.name,
        line=spot.line,
        base=spot.release,
        start=spot.start,
        merged=(),
        fixes=fixes,
        ships=commits,
        places=own.places,
        picked=[oid for p in ports for oid in (p.pick.source, p.pick.picked) if oid],
    )
    mended = [Warn(message=f"{s}; the hotfix mends it") for s in writing.out_of_step]
    shipment = structs.replace(
        _shipment(spot, start_tree, made, ports),
        stamp=writing.stamp,
        tag=writing.tag if tagged else None,
        branch=landing.move if landing else None,
        version=str(version),
        ships=commits,
        notes=writing.notes,
    )
    ending = end_hotfix(facts, scratch, shipment, spot, version, wishes)
    return structs.replace(
        done,
        shipped=ship(ending.shipment),
        ending=ending,
        version=version,
        landing=landing,
        proofs=(proof,) if tagged else (),
        warnings=(*done.warnings, *warns, *mended, *told),
    )


def _landing(
    facts: Facts, spot: Spot, ports: Sequence[Port], version: Version, ask: HotfixAsk, wishes: Wishes
) -> tuple[Landing | None, bool]:
    """Where the branch goes and whether it is tagged now.

    An isolated hotfix that is tagged needs no branch: the tag holds it. Prepared or proposed, it lives on
    `hotfix/X.Y.Z` until then.
    """
    own_name = f"hotfix/{version}"
    waits = not ask.tag and is_mended(facts, spot)
    if not spot.isolated and not waits:
        landing = land(
            facts,
            "hotfix",
            spot.branch,
            spot.tip,
            wishes,
            own_name,
            start=spot.start,
            takes=_taken(ports),
        )
        return landing, ask.tag and landing.instead_of is None
    if ask.tag and not wishes.as_branches:
        return None, True
    return Landing(move=stand_in(facts, own_name, spot.start, _taken(ports))), False


def _taken(ports: Sequence[Port]) -> tuple[Oid, ...]:
    """The commits that go along as they are: a branch that stands on one holds nothing else."""
    return tuple(p.fix.commit.id for p in ports if p.as_is)


def _shipment(spot: Spot, tree: Oid, made: tuple[Change, ...], ports: Sequence[Port]) -> Shipment:
    at_release = spot.release is not None and spot.start == spot.release.commit
    name = spot.release.tag if spot.release and at_release else spot.branch
    return Shipment(
        line=spot.line,
        base=Base(name=name, commit=spot.start),
        start=spot.start,
        start_tree=tree,
        changes=made,
        picks=tuple(port.pick for port in ports),
    )


def _change(port: Port, wishes: Wishes) -> Change:
    commit, tree = port.fix.commit, port.pick.tree
    if tree is None:
        raise RelmanError(Kind.INTERNAL, f"the pick of {commit.id} has no tree")
    return Change(
        tree=tree,
        message=picked(commit.message, commit.id, wishes.trailers),
        origin=Picked(source=port.pick.source, picked=port.pick.picked),
        author=commit.author,
        encoding=commit.encoding,
        taken=commit.id if port.as_is else None,
    )


def _suspicions(ports: Sequence[Port]) -> list[Warn]:
    return [
        Warn(
            message=f"{p.fix.commit.id[:10]} looks as if it were there already ({p.suspicion.commit[:10]}: "
            f"{p.suspicion.how}), and yet its pick changes something",
            rule="duplicate",
            hint=f"git show {p.suspicion.commit[:10]}",
        )
        for p in ports
        if p.suspicion is not None and p.pick.lands
    ]


def _isolated(done: Sequence[Ported]) -> tuple[tuple[str, str, str], ...]:
    """Line, branch and tag of every release that leaves its line's branch behind."""
    return tuple(
        (d.spot.line, d.spot.branch, d.shipped.target.tag)
        for d in done
        if d.spot.isolated and d.spot.tip and d.shipped.target.tag
    )


def _production_sentence(production: Production, now: int) -> str:
    return f"{production.release.tag} ({known(production.source, production.since, now)})"


def _elsewhere(
    facts: Facts, names: Iterable[str], production: Production | None, now: int
) -> Iterator[tuple[str, str]]:
    """What runs in the other environments that were named, and what waits in production."""
    own = facts.config.production.environment
    for name in names:
        if name != own:
            yield name, _production_sentence(running(facts, name), now)
    closed = production.closed if production else None
    if closed is not None:
        told = f"{closed.entry.version} is in {own} too, not open to users yet"
        yield "deployed", f"{told} (recorded {age(closed.when, now)})"


def _facts(facts: Facts, done: Sequence[Ported]) -> tuple[tuple[str, str], ...]:
    rows = [("target", d.spot.why) for d in done if d.spot.why]
    rows += [row for d in done if d.ending for row in d.ending.rows]
    released = next((d for d in done if d.version), None)
    if released:
        left = left_out(facts, released.spot, {p.fix.commit.id for p in released.ports})
        rows.append(("leaves out", f"{left} commits on trunk" if left != 1 else "1 commit on trunk"))
    return tuple(rows)


def _expects(
    facts: Facts, done: Sequence[Ported], production: Production | None, steps: Sequence[Step]
) -> tuple[Expect, ...]:
    tags = [d.spot.release.tag for d in done if d.spot.release]
    tags += [production.release.tag] if production else []
    tips = [d.spot.tip for d in done]
    tips += [tip for d in done if d.ending for tip in d.ending.tips]
    found = expects(facts, steps, tips=[facts.trunk, *tips], tags=tags)
    prepared = [d for d in done if d.version and d.shipped.target.tag is None]
    known = {e.ref for e in found}
    free = [
        Expect(ref=ref, value=None)
        for d in prepared
        if d.version and (ref := tag_ref(facts.formats.write.write(d.version))) not in known
    ]
    return (*found, *free)


def _afterwards(done: Ported, ask: HotfixAsk) -> tuple[str, ...]:
    target = done.shipped.target
    if _only_there(target.picks) and done.spot.release and done.spot.start != done.spot.release.commit:
        return (f"{done.spot.line} has it, not yet released: relman release {done.spot.line}",)
    if done.landing and done.landing.instead_of:
        name = short(done.landing.move.ref)
        follow = f", then relman release {done.spot.line}" if ask.release else ""
        return (f"{done.landing.instead_of} is not moved: open a change request from {name}{follow}",)
    if ask.release and done.version and target.tag is None and not done.stopped:
        # The line's own name may mean its unreleased work.
        what = done.version if done.spot.isolated else done.spot.line
        return (f"when CI has passed: relman release {what}",)
    return ()


def _only_there(picks: Sequence[Pick]) -> bool:
    return bool(picks) and all(pick.rung == "already-there" for pick in picks)
