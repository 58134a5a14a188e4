"""The strategy that a configuration names or varies, and everything that is wrong with it."""

from collections.abc import Iterator, Mapping

import msgspec
from msgspec import structs

from relman.config import words
from relman.config.record import Config, RoleChange, StrategyChange
from relman.config.shape import Fault, unknown
from relman.errors import Kind, RelmanError
from relman.model import catalog
from relman.model.catalog import find
from relman.model.strategy import Role, Strategy, faults


def strategy_of(config: Config) -> Strategy:
    """The strategy as a value; loading has checked that it is one."""
    given = config.strategy
    known = find(given if isinstance(given, str) else given.extends)
    if known is None:
        raise RelmanError(Kind.INTERNAL, f"a strategy was not checked: {given}")
    return known if isinstance(given, str) else varied(known, given)


def varied(known: Strategy, change: StrategyChange) -> Strategy:
    """A strategy with a team's changes; it keeps its name, since no rule asks for that."""
    given = {
        name: value
        for name in ("direction", "tag", "one_at_a_time", "cut", "parts")
        if (value := getattr(change, name)) is not None
    }
    names = {role.name for role in known.roles}
    roles = [
        _role(role, change.roles[role.name]) if role.name in change.roles else role for role in known.roles
    ]
    new = [_role(Role(name=n, patterns=()), c) for n, c in change.roles.items() if n not in names]
    checks = {**known.checks, **change.checks}
    return structs.replace(
        known,
        **given,
        roles=(*roles, *new),
        checks={check: level for check, level in checks.items() if level != "off"},
    )


def _role(role: Role, change: RoleChange) -> Role:
    given = {name: value for name in change.__struct_fields__ if (value := getattr(change, name)) is not None}
    return structs.replace(role, **given)


def strategy_faults(table: Mapping[str, object]) -> Iterator[Fault]:
    """Gives what is wrong with the strategy of a table whose types are in order."""
    given = table.get("strategy")
    if isinstance(given, str):
        yield from _unknown(given, ("strategy",))
    elif isinstance(given, dict):
        change = msgspec.convert(given, StrategyChange)
        yield from _unknown(change.extends, ("strategy", "extends"))
        known = find(change.extends)
        for place, message in faults(varied(known, change)) if known else ():
            yield ("strategy", *place), message, ""


def _unknown(name: str, at: tuple[str, ...]) -> Iterator[Fault]:
    if find(name) is None:
        names = [strategy.name for strategy in catalog.CATALOG]
        _, message, legal = unknown((*at, name), names, "strategy")
        yield at, f"{words.shown(name)}: {message}", legal
