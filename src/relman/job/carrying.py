"""Carries fixes to lines that lack them: picks on the branch, no release. A target that needs a person is left."""

from collections.abc import Iterator, Sequence
from shlex import quote

from msgspec import Struct

from relman.errors import Kind, RelmanError
from relman.git.scratch import Scratch
from relman.job.facts import Facts
from relman.job.isolated import merge_isolated
from relman.job.landing import Landing, change_pages, land
from relman.job.reach import reach
from relman.job.shipping import Wishes
from relman.job.standing import ground
from relman.job.target import Spot
from relman.model.cut import Tip
from relman.model.lines import TRUNK
from relman.model.names import Oid, short
from relman.model.tags import Release
from relman.model.trailers import picked
from relman.plan.plan import Base, Debt, TargetPlan, Warn
from relman.plan.ship import Change, Shipment, Shipped, ship
from relman.plan.steps import Picked, Step
from relman.run.ladder import Fix, Port, climb


class Place(Struct, frozen=True, kw_only=True):
    """A branch that lacks something: its line, the fixes in order, the isolated releases of the line."""

    line: str
    branch: str
    tip: Tip
    fixes: tuple[Fix, ...] = ()
    releases: tuple[Release, ...] = ()


class Carried(Struct, frozen=True, kw_only=True):
    """What became of one place. `stuck` are fixes that need a person, `unmerged` releases with the reason."""

    place: Place
    shipped: Shipped
    landing: Landing
    stuck: tuple[Port, ...] = ()
    unmerged: tuple[tuple[Release, str], ...] = ()
    warnings: tuple[Warn, ...] = ()


def carry_to(facts: Facts, scratch: Scratch, place: Place, job: str, wishes: Wishes) -> Carried:
    """Merges the isolated releases, then climbs the ladder with each fix, on top of the branch.

    What conflicts is left out, and the rest goes on without it. Error (usage): the branch of its own that a
    protected branch needs holds something else.
    """
    start = place.tip.commit
    scratch.aim(start)
    merges, tree, unmerged = _merges(facts, scratch, place)
    there = ground(facts, start, tree, [fix.commit for fix in place.fixes])
    spot = Spot(
        line=place.line, release=None, start=start, branch=place.branch, tip=place.tip, isolated=False
    )
    ports = climb(facts.graph, scratch, there, place.fixes, reach(facts, scratch, spot))
    landing = land(facts, job, place.branch, place.tip, wishes, start=start)
    done = [port for port in ports if not _doubtful(port)]
    changes = (*merges, *(_change(port, wishes) for port in done if port.pick.lands))
    shipment = Shipment(
        line=place.line,
        base=Base(name=place.branch, commit=start),
        start=start,
        start_tree=scratch.tree_of(start),
        changes=changes,
        picks=tuple(port.pick for port in done),
        ships=_brought(facts, place, len(merges)),
        branch=landing.move if changes else None,
    )
    return Carried(
        place=place,
        shipped=ship(shipment),
        landing=landing,
        stuck=tuple(port for port in ports if _doubtful(port)),
        unmerged=unmerged,
        warnings=tuple(warning for port in done for warning in port.warnings),
    )


def _merges(
    facts: Facts, scratch: Scratch, place: Place
) -> tuple[tuple[Change, ...], Oid, tuple[tuple[Release, str], ...]]:
    """Merges as many of the releases, lowest first, as go in by themselves; gives the tree after them."""
    ground = merge_isolated(facts, scratch, place.tip.commit, place.branch, place.releases)
    reason = ground.stuck.error().message if ground.stuck else ""
    rest = place.releases[len(ground.merges) :]
    return ground.merges, ground.tree, tuple((release, reason) for release in rest)


def _brought(facts: Facts, place: Place, merged: int) -> tuple[Oid, ...]:
    """The commits that merged releases bring along, oldest first."""
    ends = [release.commit for release in place.releases[:merged]]
    return tuple(reversed(facts.graph.between(ends, [place.tip.commit])))


def _doubtful(port: Port) -> bool:
    """Whether a person must look: a conflict, or a sign that it is there although the pick changes something."""
    return port.pick.needs_person or (port.pick.lands and port.suspicion is not None)


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
    )


class Carriage(Struct, frozen=True, kw_only=True):
    """All places together, ready for a plan. `left` are the debts that stay, with the command for each."""

    steps: tuple[Step, ...] = ()
    targets: tuple[TargetPlan, ...] = ()
    landings: tuple[Landing, ...] = ()
    left: tuple[Debt, ...] = ()
    warnings: tuple[Warn, ...] = ()
    afterwards: tuple[str, ...] = ()


def carry_all(facts: Facts, scratch: Scratch, places: Sequence[Place], job: str, wishes: Wishes) -> Carriage:
    """Carries to each place by itself, so that one that needs a person holds up no other."""
    return gathered(facts, [carry_to(facts, scratch, place, job, wishes) for place in places])


def gathered(facts: Facts, done: Sequence[Carried]) -> Carriage:
    """Puts together what became of the places."""
    moved = [d for d in done if d.shipped.steps]
    return Carriage(
        steps=tuple(step for d in moved for step in d.shipped.steps),
        targets=tuple(d.shipped.target for d in done if d.shipped.steps or d.shipped.target.picks),
        landings=tuple(d.landing for d in moved),
        left=tuple(debt for d in done for debt in _left(facts, d)),
        warnings=tuple(w for d in done for w in (*d.warnings, *_reasons(facts, d))),
        afterwards=(
            *(
                f"{d.landing.instead_of} is not moved: open a change request from {short(d.landing.move.ref)}"
                for d in moved
                if d.landing.instead_of
            ),
            *change_pages(facts, *(d.landing for d in moved)),
        ),
    )


def _left(facts: Facts, done: Carried) -> Iterator[Debt]:
    name = place_name(facts, done.place.line)
    for port in done.stuck:
        yield Debt(
            commit=port.fix.commit.id,
            subject=port.fix.commit.subject,
            missing_on=(name,),
            settle=f"relman backport {port.fix.commit.id[:10]} --to {name}",
        )
    for release, _ in done.unmerged:
        yield Debt(
            commit=release.commit,
            subject=f"release {release.tag}",
            missing_on=(done.place.branch,),
            settle=f"git switch {quote(done.place.branch)} && git merge {quote(release.tag)}",
        )


def _reasons(facts: Facts, done: Carried) -> Iterator[Warn]:
    name = place_name(facts, done.place.line)
    for port in done.stuck:
        why = port.pick.evidence[0] if port.pick.needs_person else None
        if why is None and port.suspicion is not None:
            like = f"{port.suspicion.commit[:10]} looks like it ({port.suspicion.how})"
            why = f"{like}, and yet its pick changes something"
        what = f"{port.fix.commit.id[:10]} {port.fix.commit.subject}"
        yield Warn(message=f"{what} is not carried to {name}: {why}")
    for release, reason in done.unmerged:
        yield Warn(message=f"{release.tag} is not merged: {reason}")


def place_name(facts: Facts, line: str) -> str:
    """A line as `--to` takes it; trunk by its own name."""
    return facts.trunk_name if line == TRUNK else line
