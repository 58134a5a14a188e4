"""The model's own rules, as a team has configured them."""

from collections.abc import Mapping

from relman.config.record import Config, Messages, Versions
from relman.model.bump import DEFAULT_BUMPS, Bump
from relman.model.changelog import Group, Layout
from relman.model.message_rules import LintRules


def bump_table(versions: Versions) -> Mapping[str, Bump]:
    """The standard table with the team's changes."""
    return {**DEFAULT_BUMPS, **{kind: Bump[word.upper()] for kind, word in versions.bumps.items()}}


def lint_rules(messages: Messages) -> LintRules:
    """What the hooks ask of a message."""
    return LintRules(
        types=messages.types,
        scopes=messages.scopes,
        scope_required=messages.scope_required,
        header_max=messages.header_max,
        body_max=messages.body_max,
        footer_max=messages.footer_max,
        signed_off=messages.signed_off,
        trailers=messages.trailers,
        levels=messages.levels,
    )


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
