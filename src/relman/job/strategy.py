"""What a strategy makes of a repository: which branches play its roles, and what it does not have."""

from relman.config.record import Config
from relman.config.strategy import strategy_of
from relman.errors import usage
from relman.job.facts import Facts
from relman.model.catalog import TRUNK
from relman.model.lines import branch_names
from relman.model.strategy import RoleName


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


def another_strategy(config: Config) -> str | None:
    """Says that the jobs do not carry out the configured strategy yet; nothing where they do."""
    named = strategy_of(config)
    if named.name == TRUNK.name:
        return None
    return f"strategy is {named.name}, and this relman only carries out {TRUNK.name}"


def check_strategy(config: Config) -> None:
    """Refuses (usage) another strategy: what relman would change follows the rules of the one it knows."""
    if said := another_strategy(config):
        raise usage(said, f'in relman.toml:  strategy = "{TRUNK.name}"')
