"""What a strategy makes of a repository: which branches play its roles, and what it refuses."""

from relman.errors import usage
from relman.job.facts import Facts
from relman.job.held import held_release
from relman.model.cut import Tip, meet
from relman.model.lines import Line, branch_names
from relman.model.names import Oid
from relman.model.strategy import Role, RoleName
from relman.plan.plan import Warn

RULE = "one-at-a-time"


def branch_in_role(facts: Facts, name: RoleName) -> str | None:
    """The branch that plays a role of one branch (production), where this clone has it: local or the remote's."""
    role = facts.strategy.role(name)
    known = branch_names(facts.refs, facts.remote)
    return next((pattern for pattern in role.patterns if pattern in known), None) if role else None


def environments(facts: Facts) -> tuple[str, ...]:
    """The environment branches that are there, from the one below trunk down to production."""
    role = facts.strategy.role("environment")
    known = branch_names(facts.refs, facts.remote)
    return tuple(pattern for pattern in role.patterns if pattern in known) if role else ()


def production_tip(facts: Facts) -> Tip | None:
    """Where the branch stands that releases are merged into; nothing where the strategy has none."""
    name = branch_in_role(facts, "production")
    return facts.tip(name) if name else None


def production_branch(facts: Facts, line: Line) -> str | None:
    """The production branch, where it is on this line: the newest release that it holds says so."""
    tip = production_tip(facts)
    held = held_release(facts, tip.commit) if tip else None
    mine = held is not None and facts.lines.of(held.version) == line
    return branch_in_role(facts, "production") if mine else None


def on_production(facts: Facts, commit: Oid) -> bool:
    """Whether a commit is on the production branch's own chain: merges into it, and what trunk was made from."""
    tip = production_tip(facts)
    return tip is not None and meet(facts.graph, tip.commit, commit) == commit


def on_trunk(facts: Facts, commit: Oid) -> bool:
    """Whether a commit is on trunk's own chain, with everything that trunk had before it."""
    return meet(facts.graph, facts.trunk.commit, commit) == commit


def mended_on(facts: Facts, line: Line) -> str | None:
    """The branch that a hotfix of a line without a release branch starts from: production, the last environment."""
    role = facts.strategy.role("hotfix")
    match role.starts[:1] if role else ():
        case ("production",):
            return production_branch(facts, line)
        case ("environment",):
            known = environments(facts)[-1:]
            held = [held_release(facts, tip.commit) for name in known if (tip := facts.tip(name))]
            return known[0] if held and held[0] and facts.lines.of(held[0].version) == line else None
        case _:
            return None


def landing_branch(facts: Facts, line: str) -> str | None:
    """The branch that a finished release or hotfix of a line is merged into, and tagged on: production."""
    known = facts.lines.named(line)
    return branch_in_role(facts, "production") or (mended_on(facts, known) if known else None)


def merged_at_release(facts: Facts) -> bool:
    """Whether a release is made by merging it into a production branch."""
    return facts.strategy.tag == "merge"


def passing(facts: Facts, line: Line) -> Role | None:
    """The role of a line's branch where that goes once it is released: then the release finishes it."""
    role = facts.strategy.role_of(line.branch) if line.branch else None
    finished = role is not None and role.name == "release" and role.lifetime == "release"
    return role if finished else None


def own_branch(facts: Facts, line: Line) -> str | None:
    """A line's branch; none where it was finished and is only still there, as on somebody's checkout."""
    return None if passing(facts, line) and line.stable else line.branch


def open_releases(facts: Facts) -> tuple[str, ...]:
    """The release branches that are still to be released and then go, newest first."""
    return tuple(
        line.branch
        for line in facts.lines.all
        if line.branch and line.stable is None and passing(facts, line) is not None
    )


def check_cuts(facts: Facts) -> Role:
    """The role of release branches; an error (usage) where the strategy has none."""
    role = facts.strategy.role("release")
    if role is None:
        raise usage(
            f"{facts.strategy.name} has no release branches: a release is made on {facts.trunk_name}",
            "relman release trunk",
            "relman strategy show",
        )
    return role


def one_at_a_time(facts: Facts) -> tuple[Warn, ...]:
    """Refuses a further release branch beside an open one, where the strategy has one at a time."""
    opened = open_releases(facts) if "release" in facts.strategy.one_at_a_time else ()
    return tuple(
        Warn(
            message=f"{branch} is open, and {facts.strategy.name} has one release branch at a time",
            rule=RULE,
            hint=f"relman release {branch} --final",
        )
        for branch in opened[:1]
    )


def only_released(facts: Facts, line: Line) -> bool:
    """Whether a fix reaches a line by a release alone: no branch of it stays, where a fix could wait for the next."""
    role = facts.strategy.role("release")
    return own_branch(facts, line) is None and (role is None or role.lifetime == "release")


def off_strategy_port(facts: Facts, name: str, fixes: str) -> tuple[Warn, ...]:
    """Refuses a backport to a line that takes releases only: the fix would stand in production without one."""
    line = facts.lines.named(name)
    if line is None or not only_released(facts, line):
        return ()
    branch = mended_on(facts, line)
    where = (
        f"{branch} takes merges" if branch else f"line {name} has no branch that stays, and takes hotfixes"
    )
    return (
        Warn(
            message=f"{facts.strategy.name}: {where}, and a backport would put a commit there without a release",
            rule="off-strategy",
            hint=f"relman hotfix {fixes} --to {name}",
        ),
    )


def off_strategy(facts: Facts) -> tuple[Warn, ...]:
    """Refuses a hotfix where the strategy has none: the next release of trunk is the fix."""
    if facts.strategy.role("hotfix") is not None:
        return ()
    return (
        Warn(
            message=f"{facts.strategy.name} has no hotfixes: a fix goes out with the next release of "
            f"{facts.trunk_name}",
            rule="off-strategy",
            hint="relman release trunk",
        ),
    )
