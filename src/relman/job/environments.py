"""The environments of a team, and what runs in each: production, those that are configured, those recorded."""

from relman.errors import RelmanError, usage
from relman.job import strategy
from relman.job.chains import remote_end
from relman.job.facts import Facts
from relman.job.production import RECORDED, Production, of_branch, of_record, of_tags
from relman.model.lines import TRUNK
from relman.model.names import Oid
from relman.model.shared import DEPLOYMENTS, Deployed, is_environment
from relman.render.environments import Environment, Running

PRODUCTION = "production"
"""What `--to` takes for production, whatever it is called."""


def names(facts: Facts) -> tuple[str, ...]:
    """Every environment: production, then those of the configuration and the strategy, then recorded ones."""
    recorded = sorted({each.entry.environment for each in facts.deployments})
    given = (each.name for each in facts.config.environments)
    branches = (name for name in strategy.environments(facts) if name != facts.config.production.branch)
    return tuple(dict.fromkeys((facts.config.production.environment, *given, *branches, *recorded)))


def named(facts: Facts, word: str) -> str | None:
    """The environment that a word names, if it names one; a line or trunk of that name comes first."""
    if facts.lines.named(word) or word in (TRUNK, facts.trunk_name):
        return None
    own = facts.config.production.environment
    return own if word == PRODUCTION else word if word in names(facts) else None


def source_of(facts: Facts, name: str) -> str:
    """How it is known what runs in an environment: `record`, `branch`, `tags`, `assumed`."""
    if name == facts.config.production.environment:
        return facts.config.production.source or "record"
    given = next((each for each in facts.config.environments if each.name == name), None)
    return given.source if given else "branch" if name in strategy.environments(facts) else "record"


def running(facts: Facts, name: str) -> Production:
    """What runs in an environment. Error (usage): nobody knows, or nothing does."""
    if name == facts.config.production.environment:
        return facts.production()
    given = next((each for each in facts.config.environments if each.name == name), None)
    match source_of(facts, name):
        case "branch":
            return of_branch(facts, name, (given and given.branch) or name)
        case "tags":
            return of_tags(facts, name, (given and given.tags) or f"{name}/{{version}}")
        case _:
            return of_record(facts, name)


def read_environments(facts: Facts) -> tuple[Environment, ...]:
    """Reads every environment; what cannot be told about one leaves a gap."""
    ours = _only_here(facts)
    return tuple(_read(facts, name, ours) for name in names(facts))


def _read(facts: Facts, name: str, ours: frozenset[Oid]) -> Environment:
    own = name == facts.config.production.environment
    newest = next((each for each in facts.deployments if each.entry.environment == name), None)
    closed = newest if newest and not newest.entry.open and source_of(facts, name) == "record" else None
    waiting = _waiting(facts, closed, ours) if closed else None
    try:
        found = _found(facts, name)
    except RelmanError as error:  # one environment that nobody knows is one row, not the whole answer
        return Environment(name=name, production=own, closed=waiting, gap=error.message, hints=error.hints)
    return Environment(
        name=name, production=own, running=_shown(found, ours) if found else None, closed=waiting
    )


def _found(facts: Facts, name: str) -> Production | None:
    """What runs there; nothing where production has no release to run, which an incomplete clone cannot tell."""
    if name == facts.config.production.environment and not facts.releases:
        facts.check_complete()
        return None
    return running(facts, name)


def _shown(found: Production, ours: frozenset[Oid]) -> Running:
    return Running(
        version=str(found.release.version),
        tag=found.release.tag,
        commit=found.release.commit,
        source=found.source,
        since=found.since,
        by=found.by,
        only_here=found.entry in ours,
    )


def _waiting(facts: Facts, closed: Deployed, ours: frozenset[Oid]) -> Running:
    release = facts.release(closed.entry.version)
    return Running(
        version=closed.entry.version,
        tag=release.tag if release else None,
        commit=release.commit if release else None,
        source=RECORDED,
        since=closed.when,
        by=closed.by,
        only_here=closed.id in ours,
    )


def _only_here(facts: Facts) -> frozenset[Oid]:
    """The recorded deployments that the remote did not have at the last look."""
    if facts.remote not in facts.refs.remotes:
        return frozenset()
    theirs = remote_end(facts.refs, facts.remote, DEPLOYMENTS)
    held = frozenset(facts.graph.between([theirs], ())) if theirs else frozenset()
    return frozenset(each.id for each in facts.deployments) - held


def check_environment(facts: Facts, name: str) -> str:
    """The environment that a person names to record something; an error (usage) where it cannot be meant."""
    own = facts.config.production.environment
    name = own if name == PRODUCTION else name
    if not is_environment(name) or facts.lines.named(name) or name in (TRUNK, facts.trunk_name):
        raise usage(f"{name!r} is no name of an environment", f"relman env record {own} VERSION")
    known = names(facts)
    if facts.config.environments and name not in known:
        raise usage(
            f"there is no environment {name}; environments: {', '.join(known)}",
            *(f"relman env record {each} VERSION" for each in known),
        )
    how = source_of(facts, name)
    if how != "record":
        table = "[production]" if name == own else f"[[environments]] with the name {name}"
        told = {"branch": "read from its branch", "tags": "read from its tags", "assumed": "assumed"}[how]
        raise usage(
            f"what runs in {name} is {told}, so a record would not count",
            f'in relman.toml, below {table}:  source = "record"',
        )
    return name
