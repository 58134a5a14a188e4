"""From "these changes on that base, with this version" to steps.

`cut`, `release`, `hotfix`, `backport` and `bump` differ in what they put into a `Shipment`; the steps that come
out are made here, once: the changes as commits, the release commit, the tag, the refs.
"""

from msgspec import Struct, structs

from relman.model.history import Person
from relman.model.names import Oid, RefName, short, tag_ref
from relman.plan.plan import Base, Pick, TargetPlan
from relman.plan.steps import (
    Id,
    Label,
    Merged,
    MoveRef,
    Origin,
    PathEdit,
    Step,
    Target,
    WriteCommit,
    WriteTag,
    Written,
)


class Change(Struct, frozen=True, kw_only=True):
    """One commit that goes on top: its tree was tried before (a pick, a revert, a merge)."""

    tree: Oid
    message: str
    origin: Origin
    author: Person | None = None
    encoding: str | None = None
    merges: Oid | None = None
    taken: Oid | None = None
    """A commit that stands there already and goes along as it is; nothing is written for it."""


class Stamp(Struct, frozen=True, kw_only=True):
    """The release commit: relman's own edits. Without edits it is written only where `always` says so."""

    message: str
    edits: tuple[PathEdit, ...]
    always: bool = False


class TagText(Struct, frozen=True, kw_only=True):
    """The tag to write; it must not exist."""

    name: str
    message: str
    annotated: bool = True


class BranchMove(Struct, frozen=True, kw_only=True):
    """The branch that ends on the result; `old` absent where it is created."""

    ref: RefName
    old: Oid | None


class MergeInto(Struct, frozen=True, kw_only=True):
    """The result goes into another branch, by a merge that was tried: `onto` was its tip, `tree` is what came.

    `tagged`: the tag stands on this merge and not on the result; what follows merges this one.
    """

    branch: BranchMove
    onto: Oid
    tree: Oid
    message: str
    edits: tuple[PathEdit, ...] = ()
    tagged: bool = False


class Shipment(Struct, frozen=True, kw_only=True):
    """Everything that happens on one line."""

    line: str
    base: Base
    start: Oid
    start_tree: Oid
    changes: tuple[Change, ...] = ()
    picks: tuple[Pick, ...] = ()
    stamp: Stamp | None = None
    tag: TagText | None = None
    branch: BranchMove | None = None
    merges: tuple[MergeInto, ...] = ()
    """What the result is merged into afterwards, in order."""
    version: str | None = None
    ships: tuple[Oid, ...] = ()
    notes: str = ""


class Shipped(Struct, frozen=True, kw_only=True):
    """The steps of one shipment and what the plan says about it."""

    steps: tuple[Step, ...]
    target: TargetPlan
    end: Target
    """The last commit, also of a shipment that a conflict stops."""


def ship(shipment: Shipment) -> Shipped:
    """Makes the steps. Labels are unique within a plan because they start with the line's name."""
    steps: list[Step] = []
    at: Target = Id(oid=shipment.start)
    tree = shipment.start_tree
    written: dict[int, Target] = {}
    for number, change in enumerate(shipment.changes, 1):
        if change.taken:
            written[number - 1] = at = Id(oid=change.taken)
            tree = change.tree
            continue
        label = Label(name=f"{shipment.line}/{number}")
        more = (Id(oid=change.merges),) if change.merges else ()
        steps.append(
            WriteCommit(
                label=label.name,
                tree=change.tree,
                parents=(at, *more),
                message=change.message,
                origin=change.origin,
                author=change.author,
                encoding=change.encoding,
            )
        )
        written[number - 1] = at = label
        tree = change.tree
    stamp = shipment.stamp
    if stamp and (stamp.edits or stamp.always):
        label = Label(name=f"{shipment.line}/release")
        steps.append(
            WriteCommit(
                label=label.name,
                tree=tree,
                parents=(at,),
                message=stamp.message,
                origin=Written(),
                edits=stamp.edits,
            )
        )
        at = label
    tagged, merging = _merges(shipment, at)
    steps += (step for step in merging if isinstance(step, WriteCommit))
    steps += _refs(shipment, at, tagged)
    steps += (step for step in merging if isinstance(step, MoveRef))
    return Shipped(steps=tuple(steps), target=_target(shipment, tagged, written), end=at)


def _merges(shipment: Shipment, tip: Target) -> tuple[Target, list[Step]]:
    """Gives what the tag stands on, and the merges with their branches."""
    steps: list[Step] = []
    tagged = tip
    for merge in shipment.merges:
        label = Label(name=f"{shipment.line}/into/{short(merge.branch.ref)}")
        steps.append(
            WriteCommit(
                label=label.name,
                tree=merge.tree,
                parents=(Id(oid=merge.onto), tagged),
                message=merge.message,
                origin=Merged(commit=shipment.start),
                edits=merge.edits,
            )
        )
        steps.append(MoveRef(ref=merge.branch.ref, old=merge.branch.old, new=label))
        tagged = label if merge.tagged else tagged
    return tagged, steps


def _refs(shipment: Shipment, tip: Target, tagged: Target) -> list[Step]:
    steps: list[Step] = []
    new_tag: Target | None = None
    if shipment.tag and not shipment.tag.annotated:
        new_tag = tagged
    elif shipment.tag:
        new_tag = Label(name=f"{shipment.line}/tag")
        steps.append(
            WriteTag(label=new_tag.name, name=shipment.tag.name, target=tagged, message=shipment.tag.message)
        )
    branch = shipment.branch
    if branch and tip != (Id(oid=branch.old) if branch.old else None):
        steps.append(MoveRef(ref=branch.ref, old=branch.old, new=tip))
    if shipment.tag:
        steps.append(MoveRef(ref=tag_ref(shipment.tag.name), old=None, new=new_tag))
    return steps


def _target(shipment: Shipment, tagged: Target, written: dict[int, Target]) -> TargetPlan:
    """Puts the label of each change on the pick that it came from, in order; one that has its commit keeps it.

    The branch is the one that moves; where the tag stands on a merge, the one that is merged into.
    """
    carrier = next((m.branch.ref for m in shipment.merges if m.tagged), None)
    own = shipment.branch.ref if shipment.branch else None
    own_commits = {pick.commit for pick in shipment.picks}
    changes = iter(
        n
        for n in sorted(written)
        if not isinstance(shipment.changes[n].origin, Merged) and written[n] not in own_commits
    )
    picks = []
    for pick in shipment.picks:
        took = pick.lands and pick.commit is None
        place = next(changes, None) if took else None
        picks.append(pick if place is None else structs.replace(pick, commit=written[place]))
    stopped = any(pick.needs_person for pick in picks)
    return TargetPlan(
        line=shipment.line,
        base=shipment.base,
        branch=carrier or own,
        version=shipment.version,
        tag=shipment.tag.name if shipment.tag else None,
        tip=None if stopped else tagged,
        picks=tuple(picks),
        ships=shipment.ships,
        notes=shipment.notes,
    )
