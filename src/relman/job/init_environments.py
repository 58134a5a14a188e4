"""How it is known what runs where, as far as branches and records of this clone show it."""

from collections.abc import Iterator

from relman.job.facts import Facts
from relman.job.setting import Setting, some
from relman.model.lines import branch_names
from relman.model.names import Oid
from relman.model.tags import Release

_PRODUCTION = ("production", "prod", "live")
_BESIDE = (
    *("staging", "stage", "pre-prod", "preprod", "pre-production", "preproduction"),
    *("acceptance", "uat", "qa", "testing"),
)


def environments(facts: Facts) -> Iterator[Setting]:
    """Production's source and the environments beside it; nothing where neither a record nor a branch tells.

    A branch of such a name is an environment where all that it has and trunk lacks are merges, and it holds a release:
    work that begins there makes it something else.
    """
    branches = {name: held for name in (*_PRODUCTION, *_BESIDE) if (held := _holds(facts, name))}
    own = facts.config.production.environment
    recorded = [each.entry for each in facts.deployments]
    newest = next((entry for entry in recorded if entry.environment == own), None)
    branch = next((name for name in _PRODUCTION if name in branches), None)
    if newest is not None:
        many = "1 deployment is" if len(recorded) == 1 else f"{len(recorded)} deployments are"
        why = f"{many} recorded, the newest of {own}: {newest.version}"
        yield Setting(key="production.source", value="record", evidence=why)
    elif branch is not None:
        why = f"all of {branch} is on {facts.trunk_name}, and {branches[branch].tag} is the newest release on it"
        yield Setting(key="production.source", value="branch", evidence=why)
        yield Setting(key="production.branch", value=branch, evidence="as it is called here")
    beside = [name for name in branches if name in _BESIDE]
    told = sorted({entry.environment for entry in recorded} - {own, *beside})
    rows = (
        *({"name": name, "source": "branch"} for name in beside),
        *({"name": name, "source": "record"} for name in told),
    )
    if rows:
        said = [f"{facts.trunk_name} has all of {some(beside)}"] if beside else []
        said += [f"deployments to {some(told)} are recorded"] if told else []
        yield Setting(key="environments", value=rows, evidence="; ".join(said))


def _holds(facts: Facts, name: str) -> Release | None:
    """The highest release on a branch that is kept for an environment; nothing where it is none."""
    if name not in branch_names(facts.refs, facts.remote) or name == facts.trunk_name:
        return None
    tip = facts.tip(name)
    if tip is None or facts.lines.named(name):
        return None
    own = facts.graph.between([tip.commit], [facts.trunk.commit])
    if any(len(facts.graph.commit(oid).parents) < 2 for oid in own):
        return None
    return _highest(facts, tip.commit)


def _highest(facts: Facts, tip: Oid) -> Release | None:
    usable = [release for release in facts.releases if not release.withdrawn]
    held = facts.graph.reachable_tags(tip, {release.tag: release.commit for release in usable})
    return next((release for release in usable if release.tag in held), None)
