"""How a release ends under the strategy: what it is merged into, where its tag stands, which branch goes."""

from collections.abc import Iterator, Mapping

from msgspec import Struct, structs

from relman.errors import Kind, RelmanError
from relman.git.scratch import Scratch
from relman.job.aim import Where
from relman.job.facts import Facts, line_branch
from relman.job.landing import Landing, protected
from relman.job.merge_back import Back, Stuck, drags, merge_back, result_of
from relman.job.proposed import Retired, retire
from relman.job.shipping import Wishes
from relman.job.strategy import (
    branch_in_role,
    landing_branch,
    mended_on,
    merged_at_release,
    open_releases,
    own_branch,
    passing,
    production_tip,
)
from relman.job.target import Spot
from relman.model.cut import Tip
from relman.model.history import Commit
from relman.model.lines import TRUNK
from relman.model.names import Oid, branch_ref
from relman.model.strategy import Role
from relman.model.version import Version
from relman.plan.plan import Debt
from relman.plan.ship import BranchMove, Shipment


class Ending(Struct, frozen=True, kw_only=True):
    """What follows from finishing: the shipment with its merges, the branch that goes, what is owed."""

    shipment: Shipment
    gone: Retired = Retired()
    tips: tuple[Tip, ...] = ()
    landings: tuple[Landing, ...] = ()
    debts: tuple[Debt, ...] = ()
    stuck: Stuck | None = None
    """The merge into production that needs a person: nothing is tagged before that."""
    along: tuple[Commit, ...] = ()
    """What stands on production alone, in no release yet: the tag on the merge ships it as well."""

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """What people want to see: where it goes, and what stays."""
        into = [("merges", merge.message.strip().removeprefix("Merge ")) for merge in self.shipment.merges]
        along = [("ships too", f"{c.id[:7]} {c.subject}, which is on production alone") for c in self.along]
        return (*into, *along, *((("stays", self.gone.stays),) if self.gone.stays else ()))

    def reached(self, facts: Facts) -> Iterator[str]:
        """The lines that have it afterwards, trunk among them."""
        for merge in self.shipment.merges:
            name = line_branch(merge.branch.ref, facts.lines)
            if name is not None:
                yield name


def ending_role(facts: Facts, where: Where, version: Version) -> Role | None:
    """The role whose landings finish a release: its branch goes, or it is made on production. Else nothing."""
    if where.line == TRUNK or not version.stable:
        return None
    if where.branch == branch_in_role(facts, "production"):
        return facts.strategy.role("hotfix")
    line = facts.line(where.line)
    return passing(facts, line) if line.branch == where.branch else None


def waits_for_merge(facts: Facts, role: Role | None, wishes: Wishes, line: str) -> str | None:
    """The protected production branch that a person must merge into first; nothing where relman may."""
    name = landing_branch(facts, line)
    if role is None or name is None or role.lands[:1] not in (("production",), ("environment",)):
        return None
    return name if wishes.as_branches or protected(facts, name) else None


def comes_by_merge(facts: Facts, role: Role | None, commit: Oid) -> bool:
    """Whether a release gets a commit by being merged into production, which holds it."""
    tip = production_tip(facts) if role and "production" in role.lands else None
    return tip is not None and facts.graph.is_ancestor(commit, tip.commit)


def end(
    facts: Facts,
    scratch: Scratch,
    shipment: Shipment,
    where: Where,
    role: Role,
    version: Version,
    wishes: Wishes,
) -> Ending:
    """Puts the landings of its role onto a shipment whose tag is written now."""
    tag = shipment.tag.name if shipment.tag else None
    own = None if where.branch == branch_in_role(facts, "production") else where.branch
    if merged_at_release(facts) and branch_in_role(facts, "production") is None:
        first = facts.strategy.role("production")
        if first is not None:
            shipment = structs.replace(
                shipment, branch=BranchMove(ref=branch_ref(first.patterns[0]), old=None)
            )
    result = result_of(scratch, shipment, version, own or f"hotfix {version}")
    back = merge_back(facts, scratch, result, role, wishes, job="release", tag=tag, own=own)
    return _ended(facts, shipment, back, own)


def end_prepared(
    facts: Facts,
    scratch: Scratch,
    shipment: Shipment,
    where: Where,
    version: Version,
    wishes: Wishes,
    resolved: Mapping[str, Oid] | None = None,
) -> Ending:
    """The same for a release that was prepared: on a branch of its own, or merged into production by somebody.

    Error (refused): production is protected, and does not hold it yet.
    """
    role = facts.strategy.role("hotfix" if version.patch else "release")
    line = facts.lines.named(str(version))
    own = line.branch if line and line.branch and passing(facts, line) else None
    landed = where.branch == landing_branch(facts, where.line)
    mine = landed or where.branch == own or facts.strategy.role_of(where.branch) == role
    if role is None or not mine or not role.brings_back or not version.stable:
        return Ending(shipment=shipment)
    waits = None if landed else waits_for_merge(facts, role, wishes, where.line)
    if waits:
        raise not_merged(where, version, waits)
    tag = shipment.tag.name if shipment.tag else ""
    name = f"tag '{tag}'" if landed or not merged_at_release(facts) else where.branch
    result = result_of(scratch, shipment, version, name)
    back = merge_back(
        facts,
        scratch,
        result,
        role,
        wishes,
        job="release",
        tag=tag,
        own=own,
        done=(where.branch,),
        resolved=resolved,
    )
    ended = _ended(facts, shipment, back, own)
    tip = facts.tip(own) if own else None
    if tip is None or facts.graph.is_ancestor(tip.commit, shipment.start):
        return ended
    if not scratch.changed(tip.commit, shipment.start):
        return ended
    return structs.replace(
        ended, gone=Retired(stays=f"{own} holds more than {version}, so it is not deleted")
    )


def is_mended(facts: Facts, spot: Spot) -> bool:
    """Whether a hotfix starts where the strategy says, so that its landings follow: production, or its tag."""
    role = facts.strategy.role("hotfix")
    if role is None or not role.brings_back or spot.release is None or spot.line == TRUNK:
        return False
    line = facts.line(spot.line)
    if role.starts[:1] == ("tag",):
        newest = next((r for r in facts.releases if r.version.stable and not r.withdrawn), None)
        return own_branch(facts, line) is None and spot.release == newest
    return not spot.isolated and own_branch(facts, line) is None and spot.branch == mended_on(facts, line)


def end_hotfix(
    facts: Facts, scratch: Scratch, shipment: Shipment, spot: Spot, version: Version, wishes: Wishes
) -> Ending:
    """The same for a hotfix that is made and tagged now."""
    role = facts.strategy.role("hotfix")
    if role is None or shipment.tag is None or not is_mended(facts, spot):
        return Ending(shipment=shipment)
    tag = shipment.tag.name
    name = f"hotfix {version}" if merged_at_release(facts) else f"tag '{tag}'"
    result = result_of(scratch, shipment, version, name)
    back = merge_back(facts, scratch, result, role, wishes, job="hotfix", tag=tag)
    return _ended(facts, structs.replace(shipment, branch=None), back, None)


def dragged(facts: Facts, spot: Spot) -> Iterator[Spot]:
    """The open releases that get a hotfix by a pick, since a merge would bring other work along."""
    role = facts.strategy.role("hotfix")
    if role is None or "release" not in role.lands or not is_mended(facts, spot):
        return
    for branch in open_releases(facts):
        tip, line = facts.tip(branch), facts.lines.named(branch)
        if tip and line and drags(facts, spot.start, tip.commit):
            yield Spot(line=line.name, release=None, start=tip.commit, branch=branch, tip=tip, isolated=False)


def _ended(facts: Facts, shipment: Shipment, back: Back, own: str | None) -> Ending:
    gone = Retired()
    if own and protected(facts, own):
        gone = Retired(stays=f"{own} is protected, so it is not deleted")
    elif own:
        gone = retire(facts, own)
    onto = [merge.onto for merge in back.merges if merge.tagged]
    held = (shipment.start, *(r.commit for r in facts.releases))
    alone = facts.graph.between(onto, held) if onto else ()
    along = tuple(c for oid in alone if len((c := facts.graph.commit(oid)).parents) < 2)
    ships = (*shipment.ships, *(c.id for c in along))
    return Ending(
        shipment=structs.replace(shipment, merges=back.merges, ships=ships),
        along=along,
        gone=gone,
        tips=back.tips,
        landings=back.landings,
        debts=back.debts,
        stuck=back.stuck,
    )


def not_merged(where: Where, version: Version, production: str) -> RelmanError:
    """Says that a person must merge first."""
    return RelmanError(
        Kind.REFUSED,
        f"{version} is prepared on {where.branch}, and {production} does not hold it yet: it is protected, so it "
        "is merged by a change request, and then tagged there",
        hints=(f"git log --oneline {production}..{where.branch}", f"relman release {version}"),
    )
