"""Merges a finished release or hotfix into the branches that its strategy names, in their order."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from relman.errors import Kind, RelmanError
from relman.git.scratch import Scratch
from relman.job.facts import Facts
from relman.job.landing import Landing, land
from relman.job.merge_owned import LeftOpen, Side, merge_owned
from relman.job.shipping import Wishes, read_own
from relman.job.strategy import branch_in_role, environments, open_releases
from relman.model.cut import Tip
from relman.model.message import is_release_subject
from relman.model.names import Oid
from relman.model.strategy import Role, RoleName
from relman.model.trees import PathEdit
from relman.model.version import Version
from relman.plan.plan import Debt
from relman.plan.ship import MergeInto, Shipment
from relman.plan.stamp import write_versions


class Result(Struct, frozen=True, kw_only=True):
    """What is merged: how people call it, its twin in the scratch repository, where it started, its version."""

    name: str
    commit: Oid
    start: Oid
    version: Version


class Stuck(Struct, frozen=True, kw_only=True):
    """A merge into production that needs a person, and before which nothing else can happen."""

    branch: str
    onto: Oid
    message: str
    open: LeftOpen


class Back(Struct, frozen=True, kw_only=True):
    """The merges that succeeded, the branches they moved, what could not be merged and is owed, or what stops all."""

    merges: tuple[MergeInto, ...] = ()
    tips: tuple[Tip, ...] = ()
    landings: tuple[Landing, ...] = ()
    debts: tuple[Debt, ...] = ()
    stuck: Stuck | None = None


def result_of(scratch: Scratch, shipment: Shipment, version: Version, name: str) -> Result:
    """The result of a shipment's changes and stamp; its own start where nothing is written."""
    tree = shipment.changes[-1].tree if shipment.changes else shipment.start_tree
    stamp = shipment.stamp
    if stamp and stamp.edits:
        tree = scratch.edit_tree(tree, stamp.edits)
    written = bool(shipment.changes) or bool(stamp and (stamp.edits or stamp.always))
    merged = [change.merges for change in shipment.changes if change.merges]
    commit = scratch.throw_away(tree, shipment.start, *merged) if written else shipment.start
    return Result(name=name, commit=commit, start=shipment.start, version=version)


def merge_back(
    facts: Facts,
    scratch: Scratch,
    result: Result,
    role: Role,
    wishes: Wishes,
    *,
    job: str,
    tag: str | None,
    own: str | None = None,
    done: Sequence[str] = (),
    resolved: Mapping[str, Oid] | None = None,
) -> Back:
    """Merges a result into everything where branches of its role land; `own` is its own branch, `done` have it.

    `tag` is written on the merge into production where the strategy wants it there. A merge into production
    that conflicts stops everything; production waits for no other branch, so elsewhere it is a debt. A release
    branch that would get other work along is left to a pick. `resolved` are trees that people made of such merges,
    by branch.
    """
    back = Back()
    at = result
    for name, branch in _targets(facts, role, own):
        tip = facts.tip(branch)
        if tip is None or branch in done or (facts.graph.has(at.commit) and _holds(facts, at, tip)):
            continue
        if name == "release" and drags(facts, result.start, tip.commit):
            continue
        carries = name == "production" and facts.strategy.tag == "merge"
        says: Side = "theirs" if carries else "higher"
        by_hand = (resolved or {}).get(branch)
        tree = by_hand or _merged(facts, scratch, at, tip.commit, says=says)
        message = f"Merge {at.name} into {branch}\n"
        if isinstance(tree, LeftOpen):
            if carries and not tree.resolvable:
                raise _no_answer(at.name, branch, tree)
            if carries:
                return Back(
                    stuck=Stuck(branch=branch, onto=tip.commit, message=message, open=tree), tips=(tip,)
                )
            back = _owe(back, at, branch, tag)
            continue
        landing = land(facts, job, branch, tip, wishes, start=tip.commit)
        edits = _stamped(facts, scratch, at, tree, tip.commit) if carries else ()
        merge = MergeInto(
            branch=landing.move,
            onto=tip.commit,
            tree=tree,
            message=message,
            edits=edits,
            tagged=carries and tag is not None,
        )
        back = Back(
            merges=(*back.merges, merge),
            tips=(*back.tips, tip),
            landings=(*back.landings, landing),
            debts=back.debts,
        )
        if merge.tagged:
            commit = scratch.throw_away(scratch.edit_tree(tree, edits), tip.commit, at.commit)
            at = Result(name=f"tag '{tag}'", commit=commit, start=result.start, version=result.version)
    return back


def _no_answer(name: str, branch: str, left: LeftOpen) -> RelmanError:
    """Says that git failed, which no place to merge in would change."""
    return RelmanError(
        Kind.CONFLICT,
        f"git gave no answer when {name} was merged into {branch}",
        cause="\n".join(conflict.message for conflict in left.conflicts),
        hints=("relman status",),
    )


def drags(facts: Facts, start: Oid, onto: Oid) -> bool:
    """Whether merging what was made from `start` would bring along work that a release branch lacks."""
    brought = (facts.graph.commit(oid) for oid in facts.graph.between([start], [onto]))
    return any(len(c.parents) < 2 and not is_release_subject(c.subject) for c in brought)


def _holds(facts: Facts, result: Result, tip: Tip) -> bool:
    return facts.graph.is_ancestor(result.commit, tip.commit)


def _targets(facts: Facts, role: Role, own: str | None) -> Iterator[tuple[RoleName, str]]:
    """The branches, in the order of the strategy; environments from production upward."""
    for name in role.lands:
        match name:
            case "trunk":
                yield name, facts.trunk_name
            case "release":
                yield from ((name, branch) for branch in open_releases(facts) if branch != own)
            case "environment":
                yield from ((name, branch) for branch in reversed(environments(facts)))
            case _:
                found = branch_in_role(facts, name)
                if found:
                    yield name, found


def _merged(facts: Facts, scratch: Scratch, result: Result, onto: Oid, *, says: Side) -> Oid | LeftOpen:
    scratch.aim(onto)
    return merge_owned(facts, scratch, onto, result.commit, start=result.start, says=says)


def _stamped(facts: Facts, scratch: Scratch, result: Result, tree: Oid, onto: Oid) -> tuple[PathEdit, ...]:
    """What makes the version files of a merge say the version that is tagged there."""
    own = read_own(facts, scratch, onto, tree)
    return write_versions(own.files, own.places, result.version, facts.formats.write.write(result.version))


def _owe(back: Back, result: Result, branch: str, tag: str | None) -> Back:
    what = tag or str(result.version)
    debt = Debt(
        commit=result.start,
        subject=f"release {what}",
        missing_on=(branch,),
        settle=f"git switch {branch} && git merge {tag}" if tag else "relman forward",
    )
    return Back(merges=back.merges, tips=back.tips, landings=back.landings, debts=(*back.debts, debt))
