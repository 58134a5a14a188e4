"""The model's own rules, as a team has configured them."""

from collections.abc import Mapping
from datetime import UTC, datetime

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
    messages = config.messages
    return LintRules(
        types=messages.types,
        type_case=messages.type_case,
        scopes=messages.scopes,
        scope_required=messages.scope_required,
        scope_case=messages.scope_case,
        subject_case=messages.subject_case,
        subject_case_never=messages.subject_case_never,
        subject_min=messages.subject_min,
        subject_max=messages.subject_max,
        full_stop=messages.full_stop,
        header_max=messages.header_max,
        body_required=messages.body_required,
        body_max=messages.body_max,
        footer_max=messages.footer_max,
        breaking_both=messages.breaking_both,
        issue_required=messages.issue_required,
        issue_prefixes=messages.issue_prefixes,
        signed_off=messages.signed_off,
        trailers=messages.trailers,
        release=config.release.message,
        style=messages.style,
        levels=messages.levels,
        enforce=messages.enforce,
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
