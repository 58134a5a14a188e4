"""The rules of the message lint as values: names, levels, what a project may set, and what a check finds."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from msgspec import Struct, field

from relman.model.letter_case import Case

Level = Literal["error", "warning"]
Setting = Literal["error", "warning", "off"]

CONVENTIONAL_TYPES = (
    "build",
    "chore",
    "ci",
    "docs",
    "feat",
    "fix",
    "perf",
    "refactor",
    "revert",
    "style",
    "test",
)
"""The types of commitlint's conventional set."""

SPEC_RULES = frozenset(
    {"header-empty", "header-syntax", "header-leading-space", "fixup", "type-empty", "type-case"}
    | {"subject-empty", "subject-leading-blank", "scope-empty", "scope-trim", "scope-parentheses"}
    | {"body-leading-blank", "footer-leading-blank", "breaking-form", "breaking-near-miss"}
    | {"breaking-in-body", "commit-in-body"}
)
"""Rules that the specification gives, with the case of the type and the warnings about lost markers."""

_STYLE = (
    "type-enum",
    "subject-space",
    "subject-case",
    "subject-full-stop",
    "header-trim",
    "header-max-length",
    "body-max-line-length",
    "footer-max-line-length",
    "control-character",
    "revert-reference",
    "merge-subject",
)
"""Warnings, or what `style` says."""

_ASKED = (
    "scope-enum",
    "scope-required",
    "scope-case",
    "subject-min-length",
    "subject-max-length",
    "body-required",
    "breaking-both",
    "issue-required",
    "signed-off-by",
    "trailer-exists",
)
"""Rules that look only where a project asks for something."""

DEFAULT_LEVELS: Mapping[str, Setting] = MappingProxyType(
    {
        **dict.fromkeys(sorted(SPEC_RULES), "error"),
        **dict.fromkeys(_STYLE, "warning"),
        **dict.fromkeys(_ASKED, "error"),
    }
)
"""Every rule and its level where a project sets none. A listed `type-enum` is an error."""


class Problem(Struct, frozen=True, kw_only=True):
    """One thing wrong with a message. `line` and `column` count from 1, in characters of the text.

    `spec` is set where the message breaks the specification or hides a breaking change, and not for style.
    `message` and `hint` hold no control characters.
    """

    rule: str
    level: Level
    message: str
    line: int
    column: int
    hint: str
    spec: bool


class Situation(Struct, frozen=True, kw_only=True):
    """What is known of a message besides its text.

    `merge`: whether the commit is a merge; None where nobody can tell. `local`: the commit is on its way, so
    that a `fixup!` may still be squashed.
    """

    merge: bool | None = None
    local: bool = False


class LintRules(Struct, frozen=True, kw_only=True):
    """What a project asks of its messages. Lengths are characters, 0 is no limit; empty lists allow all.

    `types` and `scopes` are the allowed names. `scope_case` and `subject_case` name cases of which one must
    hold, `subject_case_never` those of which none may. `trailers` are tokens that each message must carry.
    `issue_prefixes` stand before an issue's number. `release` is how the project words a release commit.
    `levels` sets rules by name (the keys of `DEFAULT_LEVELS`) to another level or off, `style` those of
    style; without `enforce` nothing is more than a warning.
    """

    types: tuple[str, ...] = ()
    type_case: Case = "lower-case"
    scopes: tuple[str, ...] = ()
    scope_required: bool = False
    scope_case: tuple[Case, ...] = ()
    subject_case: tuple[Case, ...] = ()
    subject_case_never: tuple[Case, ...] = ("sentence-case", "start-case", "pascal-case", "upper-case")
    subject_min: int = 0
    subject_max: int = 0
    full_stop: str = "."
    header_max: int = 100
    body_required: bool = False
    body_max: int = 100
    footer_max: int = 100
    breaking_both: bool = False
    issue_required: bool = False
    issue_prefixes: tuple[str, ...] = ("#",)
    signed_off: bool = False
    trailers: tuple[str, ...] = ()
    release: str = "chore(release): {version}"
    style: Level = "warning"
    levels: dict[str, Setting] = field(default_factory=dict)
    enforce: bool = True

    def level(self, rule: str) -> Setting:
        """What a broken rule is here."""
        given = self.levels.get(rule)
        if given is None:
            given = self.style if rule in _STYLE else DEFAULT_LEVELS[rule]
            if rule == "type-enum" and self.types:
                given = "error"
        return "warning" if given == "error" and not self.enforce else given


DEFAULT = LintRules()
