"""The one branching strategy that is carried out, and what is said about any other."""

from relman.config.record import Config
from relman.errors import usage

CARRIED_OUT = "trunk/v1"


def another_strategy(config: Config) -> str | None:
    """Says that the configuration names a strategy that relman does not know; nothing where it knows it."""
    if config.strategy == CARRIED_OUT:
        return None
    return f"strategy is {config.strategy}, and this relman only carries out {CARRIED_OUT}"


def check_strategy(config: Config) -> None:
    """Refuses (usage) another strategy: what relman would change follows the rules of the one it knows."""
    if said := another_strategy(config):
        raise usage(said, f'in relman.toml:  strategy = "{CARRIED_OUT}"')
