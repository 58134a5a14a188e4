"""An environment gets what the one above it runs: a release flows downstream, one branch at a time."""

from relman.errors import Kind, RelmanError, usage
from relman.git.scratch import Scratch
from relman.job.cut import assumed
from relman.job.facts import Facts
from relman.job.held import held_release
from relman.job.landing import change_pages, expects, land, pushes
from relman.job.merge_owned import LeftOpen, merge_owned
from relman.job.shipping import Wishes
from relman.job.strategy import environments
from relman.model.cut import Tip
from relman.model.names import Oid
from relman.model.tags import Release
from relman.plan.plan import Base, Plan
from relman.plan.ship import BranchMove, MergeInto, Shipment, ship


def is_environment(facts: Facts, name: str | None) -> bool:
    """Whether a word names an environment branch of the strategy, there or still to be made."""
    role = facts.strategy.role("environment")
    return role is not None and name in role.patterns


def plan_promotion(facts: Facts, scratch: Scratch, name: str, wishes: Wishes) -> Plan:
    """Moves an environment's branch to the release that the one above holds; a merge where it has work of its own.

    Errors: nothing new above (nothing); no release above (usage); a merge that needs a person (conflict).
    """
    facts.check_remote()
    above, source = _above(facts, name)
    release = held_release(facts, source.commit)
    if release is None:
        raise usage(f"{above} holds no release yet", f"relman release {above}")
    tip = facts.tip(name)
    if tip and facts.graph.is_ancestor(release.commit, tip.commit):
        raise RelmanError(
            Kind.NOTHING,
            f"{name} holds {release.tag} already, the newest release of {above}",
            hints=(f"relman release {above}",),
        )
    landing = land(facts, "release", name, tip, wishes, start=release.commit)
    ahead = tip is None or facts.graph.is_ancestor(tip.commit, release.commit)
    merges: tuple[MergeInto, ...] = ()
    if tip is not None and not ahead:
        merges = (_merge(facts, scratch, release, tip.commit, name, landing.move),)
    shipped = ship(
        Shipment(
            line=name,
            base=Base(name=release.tag, commit=release.commit),
            start=release.commit,
            start_tree=scratch.tree_of(release.commit),
            branch=None if merges else landing.move,
            merges=merges,
        )
    )
    steps = (*shipped.steps, *pushes(facts, shipped.steps, wishes))
    new = facts.graph.between([release.commit], [tip.commit] if tip else [])
    return Plan(
        operation="release",
        title=f"{release.tag} to {name}",
        targets=(shipped.target,),
        steps=steps,
        expects=expects(facts, steps, tips=[tip, source], tags=[release.tag]),
        facts=(("brings", f"{release.tag} from {above} to {name}: {len(new)} commits"),),
        assumptions=assumed(facts),
        afterwards=(*_onward(facts, name), *change_pages(facts, landing)),
    )


def _above(facts: Facts, name: str) -> tuple[str, Tip]:
    role = facts.strategy.role("environment")
    order = role.patterns if role else ()
    higher = [n for n in order[: order.index(name)] if n in environments(facts)]
    above = higher[-1] if higher else facts.trunk_name
    return above, facts.tip(above) or facts.trunk


def _merge(
    facts: Facts, scratch: Scratch, release: Release, onto: Oid, name: str, move: BranchMove
) -> MergeInto:
    scratch.aim(onto)
    tree = merge_owned(facts, scratch, onto, release.commit, start=release.commit, says="higher")
    if isinstance(tree, LeftOpen):
        raise RelmanError(
            Kind.CONFLICT,
            f"{release.tag} does not merge into {name}: conflicts in {', '.join(c.path for c in tree.conflicts)}",
            hints=(f"git switch {name} && git merge {release.tag}",),
            facts={"conflicts": [{"path": c.path, "kind": c.kind} for c in tree.conflicts]},
        )
    message = f"Merge tag '{release.tag}' into {name}\n"
    return MergeInto(branch=move, onto=onto, tree=tree, message=message)


def _onward(facts: Facts, name: str) -> tuple[str, ...]:
    known = environments(facts)
    below = known[known.index(name) + 1 :] if name in known else ()
    return tuple(f"when it runs well there: relman release {after}" for after in below[:1])
