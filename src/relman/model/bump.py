"""How much a change raises a version."""

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType

from relman.model.message_grammar import Message


class Bump(IntEnum):
    """How much a version is raised; the larger one wins."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3

    @property
    def word(self) -> str:
        """The word for people and JSON: none, patch, minor or major."""
        return self.name.lower()


DEFAULT_BUMPS: Mapping[str, Bump] = MappingProxyType(
    {"feat": Bump.MINOR, "fix": Bump.PATCH, "perf": Bump.PATCH, "revert": Bump.PATCH}
)
"""Lower-case type to bump; every other type raises nothing."""


def bump_of(message: Message, table: Mapping[str, Bump] = DEFAULT_BUMPS) -> Bump:
    """What one message alone asks for. A breaking marker wins, whatever the type and even without one."""
    if message.breaking:
        return Bump.MAJOR
    if message.type is None:
        return Bump.NONE
    return table.get(message.type, Bump.NONE)


def on_zero(bump: Bump) -> Bump:
    """The same on 0.x: breaking raises the minor, and 1.0.0 comes only by an explicit command."""
    return min(bump, Bump.MINOR)
