"""One target of a hotfix or a backport: what became of each fix there, and the release that comes of it."""

from collections.abc import Mapping, Sequence

from msgspec import Struct, structs

from relman.errors import Kind, RelmanError
from relman.git.scratch import Scratch
from relman.job.claimed import free_version, held_already
from relman.job.facts import Facts
from relman.job.finish import Ending, end_hotfix, is_mended
from relman.job.landing import Landing, land, stand_in
from relman.job.reach import reach
from relman.job.shipping import Wishes, prove, read_own, write_release
from relman.job.standing import ground
from relman.job.target import Side, Spot
from relman.model.history import Commit
from relman.model.names import Oid
from relman.model.strategy import hotfix_branch
from relman.model.trailers import picked, reverted
from relman.model.version import Version
from relman.plan.plan import Base, Pick, Proof, Warn
from relman.plan.ship import Change, Shipment, Shipped, ship
from relman.plan.steps import Id, Picked, Reverted
from relman.run.ladder import Fix, Port, climb
from relman.run.reverting import take_back
from relman.run.rungs import Reach


class HotfixAsk(Struct, frozen=True, kw_only=True):
    """What was asked for. `release` false: a backport, which writes no version and no tag.

    `with_prerequisites` and `past_not_affected` are what a person allows the ladder: see `run.rungs.Reach`.
    `all_lines`: every live line instead of `to`. `together`: nothing ships while anything conflicts. `revert`: the
    fixes are commits to take back.
    """

    fixes: tuple[str, ...]
    to: tuple[str, ...] = ()
    side: Side | None = None
    tag: bool = True
    mainline: int | None = None
    release: bool = True
    with_prerequisites: bool = False
    past_not_affected: bool = False
    all_lines: bool = False
    together: bool = False
    revert: bool = False

    @property
    def job(self) -> str:
        """The command's name."""
        return "hotfix" if self.release else "backport"


class Resolved(Struct, frozen=True, kw_only=True):
    """What a person made of a target that had stopped: a straight line of commits that ends on `head`.

    `picks` are those up to and with the one that was resolved, as they were planned, with their commits.
    """

    head: Oid
    picks: tuple[Pick, ...]


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
    def stop(self) -> Port | None:
        """The first fix that needs a person."""
        return next((port for port in self.ports if port.pick.needs_person), None)

    @property
    def stopped(self) -> bool:
        """Whether a person must do something on this target first."""
        return self.stop is not None

    @property
    def only_there(self) -> bool:
        """Whether every fix is on the target already."""
        return bool(self.ports) and all(port.pick.rung == "already-there" for port in self.ports)


def port(
    facts: Facts,
    scratch: Scratch,
    spot: Spot,
    fixes: Sequence[Fix],
    ask: HotfixAsk,
    wishes: Wishes,
    *,
    resolved: Resolved | None = None,
    ends: Mapping[str, Oid] | None = None,
) -> Ported:
    """Tries every fix on a target and, where none needs a person, makes the steps of its release.

    `ends` says where other lines end now, if not where their branches do: what was resolved there is a port that
    may be picked here.
    """
    scratch.aim(spot.start)
    tree = scratch.tree_of(spot.start)
    reaching = reach(
        facts,
        scratch,
        spot,
        ends=ends,
        with_prerequisites=ask.with_prerequisites,
        past_not_affected=ask.past_not_affected,
    )
    ports = _ports(facts, scratch, spot, tree, fixes, resolved, reaching)
    before = [p for p in _until_stop(ports) if p.pick.lands]
    made = tuple(_change(p, wishes, resolved) for p in before if _is_written(p, resolved))
    done = Ported(
        spot=spot,
        ports=ports,
        shipped=ship(_shipment(spot, tree, made if any(p.pick.needs_person for p in ports) else (), ports)),
        warnings=(*_suspicions(ports), *(w for p in ports for w in p.warnings)),
    )
    if done.stopped or not made:
        return done
    if ask.release:
        return _release(facts, scratch, done, tree, made, ask, wishes)
    landing = land(facts, "backport", spot.branch, spot.tip, wishes, start=spot.start, takes=_taken(ports))
    shipment = structs.replace(_shipment(spot, tree, made, ports), branch=landing.move)
    return structs.replace(done, shipped=ship(shipment), landing=landing)


def _ports(
    facts: Facts,
    scratch: Scratch,
    spot: Spot,
    tree: Oid,
    fixes: Sequence[Fix],
    resolved: Resolved | None,
    reaching: Reach,
) -> tuple[Port, ...]:
    picks = resolved.picks if resolved else ()
    asked = {fix.commit.id: fix for fix in fixes}
    held = tuple(
        Port(fix=asked.get(pick.source) or Fix(commit=facts.graph.commit(pick.source)), pick=pick)
        for pick in picks
    )
    done = {pick.source for pick in picks}
    rest = [fix for fix in fixes if fix.commit.id not in done]
    at = scratch.tree_of(resolved.head) if resolved else tree
    there = ground(facts, spot.start, at, [f.commit for f in rest])
    if rest and rest[0].reverts:
        return (*held, *take_back(facts.graph, scratch, there, rest, reaching))
    return (*held, *climb(facts.graph, scratch, there, rest, reaching))


def _until_stop(ports: Sequence[Port]) -> Sequence[Port]:
    first = next((at for at, p in enumerate(ports) if p.pick.needs_person), len(ports))
    return ports[:first]


def _is_written(p: Port, resolved: Resolved | None) -> bool:
    """Whether a port brings a change of its own: a resolved chain is one change, that of its last pick."""
    return resolved is None or p.pick not in resolved.picks or p.pick is resolved.picks[-1]


def _change(p: Port, wishes: Wishes, resolved: Resolved | None) -> Change:
    commit, tree = p.fix.commit, p.pick.tree
    if tree is None:
        raise RelmanError(Kind.INTERNAL, f"the pick of {commit.id} has no tree")
    by_hand = resolved.head if resolved and p.pick is resolved.picks[-1] else None
    origin = (
        Reverted(commit=p.pick.picked)
        if p.pick.reverts
        else Picked(source=p.pick.source, picked=p.pick.picked)
    )
    return Change(
        tree=tree,
        message=message_of(p, wishes.trailers),
        origin=origin,
        author=None if p.pick.reverts else commit.author,
        encoding=commit.encoding,
        taken=by_hand or (commit.id if p.as_is else None),
    )


def message_of(p: Port, trailers: Sequence[str]) -> str:
    """The message of a port, or of a revert."""
    if p.pick.reverts:
        return reverted(p.pick.subject, p.pick.picked, trailers)
    return picked(p.fix.commit.message, p.fix.commit.id, trailers)


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
    told += held_already(facts, spot, [p.fix.commit for p in ports if p.pick.lands and not p.pick.reverts])
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
        extra=tuple(_news(p) for p in reversed(ports) if p.pick.lands),
        wishes=wishes,
        prepared=not tagged,
    )
    proof, warns = prove(
        facts,
        version=version,
        tag=writing.tag.name,
        line=spot.line,
        base=spot.release,
        start=spot.start,
        merged=(),
        fixes=[_said(p.pick) for p in ports],
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
        version=version,
        landing=landing,
        ending=ending,
        proofs=(proof,) if tagged else (),
        warnings=(*done.warnings, *warns, *mended, *told),
    )


def _news(p: Port) -> Commit:
    """What the notes list: the fix as trunk has it; of a revert the revert, which is not written yet."""
    if not p.pick.reverts:
        return p.fix.commit
    return structs.replace(p.fix.commit, message=message_of(p, ()), parents=p.fix.commit.parents[:1])


def _said(pick: Pick) -> str:
    what = "is taken back" if pick.reverts else "is in it"
    return f"{pick.source[:10]} {pick.subject} {what}: {pick.evidence[0]}"


def _landing(
    facts: Facts, spot: Spot, ports: Sequence[Port], version: Version, ask: HotfixAsk, wishes: Wishes
) -> tuple[Landing | None, bool]:
    """Where the branch goes and whether it is tagged now.

    An isolated hotfix that is tagged needs no branch: the tag holds it. Prepared or proposed, it lives on
    `hotfix/X.Y.Z` until then.
    """
    own_name = hotfix_branch(facts.strategy, str(version))
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
        picks=tuple(p.pick for p in ports),
    )


def resolved_pick(pick: Pick, head: Oid, tree: Oid, commits: int) -> Pick:
    """A pick that a person carried through by hand: still a conflict, but with a tree and a commit."""
    how = "1 commit" if commits == 1 else f"{commits} commits"
    said = f"resolved by hand in {how} up to {head[:10]}"
    return structs.replace(
        pick, rung="conflict", tree=tree, commit=Id(oid=head), prerequisites=(), evidence=(said,)
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
