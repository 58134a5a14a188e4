"""The rules of the message lint as values: names, levels, what a project may set, and what a check finds."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from msgspec import Struct, field

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

_STYLE_LEVELS: Mapping[str, Setting] = {
    "type-enum": "warning",
    "scope-enum": "error",
    "scope-required": "error",
    "scope-case": "off",
    "subject-space": "warning",
    "subject-case": "warning",
    "subject-full-stop": "warning",
    "header-trim": "warning",
    "header-max-length": "warning",
    "body-max-line-length": "warning",
    "footer-max-line-length": "warning",
    "control-character": "warning",
    "signed-off-by": "error",
    "trailer-exists": "error",
}
DEFAULT_LEVELS: Mapping[str, Setting] = MappingProxyType(
    {**dict.fromkeys(sorted(SPEC_RULES), "error"), **_STYLE_LEVELS}
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


class LintRules(Struct, frozen=True, kw_only=True):
    """What a project asks of its messages. Lengths are characters, 0 is no limit; empty lists allow all.

    `types` and `scopes` are the allowed names. `trailers` are tokens that each message must carry.
    `levels` sets rules by name (the keys of `DEFAULT_LEVELS`) to another level or off.
    """

    types: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    scope_required: bool = False
    header_max: int = 100
    body_max: int = 100
    footer_max: int = 100
    signed_off: bool = False
    trailers: tuple[str, ...] = ()
    levels: dict[str, Setting] = field(default_factory=dict)


DEFAULT = LintRules()
