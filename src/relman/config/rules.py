"""The model's own rules, as a team has configured them."""

from collections.abc import Mapping
from datetime import UTC, datetime

from relman.config.messages import message_rules
from relman.config.record import Config, Versions
from relman.model.bump import DEFAULT_BUMPS, Bump
from relman.model.changelog import Group, Layout
from relman.model.freeze import Freeze
from relman.model.message_rules import LintRules

_DAY = 86400


def bump_table(versions: Versions) -> Mapping[str, Bump]:
    """The standard table with the team's changes."""
    return {**DEFAULT_BUMPS, **{kind: Bump[word.upper()] for kind, word in versions.bumps.items()}}


def lint_rules(config: Config) -> LintRules:
    """What the hooks and `relman check` ask of a message."""
    return message_rules(config.messages, config.release.message)


def layout(config: Config) -> Layout:
    """How the notes are arranged."""
    notes = config.changelog
    groups = tuple(Group(title=section.title, types=section.types) for section in notes.sections)
    return Layout(
        breaking=notes.breaking,
        sections=groups,
        hidden=notes.hidden,
        unclassified=notes.unclassified,
        repeats=notes.repeats,
        squash_bullets=config.versions.squash_bullets,
    )


def freezes(config: Config) -> tuple[Freeze, ...]:
    """The times in which nothing moves; what has no zone is in UTC, and a day at the end counts whole."""
    return tuple(
        Freeze(
            begins=_seconds(one.begins),
            ends=_seconds(one.ends) + (_DAY if len(one.ends) == len("2026-12-24") else 0),
            branches=one.branches,
            tags=one.tags,
            reason=one.reason,
            said=f"from {one.begins} to {one.ends}",
        )
        for one in config.freeze
    )


def _seconds(text: str) -> int:
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
