"""The settings of the message lint: light, since every commit waits for them."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from relman.model.letter_case import Case
from relman.model.message_rules import LintRules, Setting

Length = Annotated[int, Meta(ge=0, le=1000)]


def says(what: str) -> Meta:
    """What a key does, for the schema and the reference."""
    return Meta(description=what)


class Messages(Struct, frozen=True, kw_only=True):
    """How commit messages are checked: the settings of `relman.model.message_rules.LintRules`."""

    types: Annotated[
        tuple[str, ...],
        says("The types that a message may have; empty: the conventional eleven, as a warning."),
    ] = ()
    type_case: Annotated[Case, says("The case of a type.")] = "lower-case"
    scopes: Annotated[tuple[str, ...], says("The scopes that a message may have; empty: any.")] = ()
    scope_required: Annotated[bool, says("Every message names a scope.")] = False
    scope_case: Annotated[
        tuple[Case, ...], says("The cases of which every scope has one; empty: any case.")
    ] = ()
    subject_case: Annotated[
        tuple[Case, ...], says("The cases of which a description has one; empty: any case.")
    ] = ()
    subject_case_never: Annotated[
        tuple[Case, ...],
        says("The cases that a description must not be in; a name or an acronym at its front has none."),
    ] = ("sentence-case", "start-case", "pascal-case", "upper-case")
    subject_min: Annotated[Length, says("The shortest description, in characters.")] = 0
    subject_max: Annotated[Length, says("The longest description; 0: any length.")] = 0
    full_stop: Annotated[str, says("What a description must not end with; empty: nothing.")] = "."
    header_max: Annotated[Length, says("The longest first line, in characters; 0: any length.")] = 100
    body_required: Annotated[bool, says("Every message has a body.")] = False
    body_max: Annotated[Length, says("The longest line of the body; 0: any length.")] = 100
    footer_max: Annotated[Length, says("The longest line of a footer; 0: any length.")] = 100
    breaking_both: Annotated[bool, says("A breaking change has both `!` and a `BREAKING CHANGE` footer.")] = (
        False
    )
    issue_required: Annotated[bool, says("Every message names an issue.")] = False
    issue_prefixes: Annotated[
        tuple[str, ...], says("What stands before an issue's number: `#`, or `PAY-` for `PAY-123`.")
    ] = ("#",)
    signed_off: Annotated[bool, says("Every message carries `Signed-off-by`.")] = False
    trailers: Annotated[tuple[str, ...], says("Trailers that every message carries, as in `Ticket`.")] = ()
    style: Annotated[Literal["error", "warning"], says("The level of the rules of style, all at once.")] = (
        "warning"
    )
    levels: Annotated[dict[str, Setting], says("Another level for a rule, by the rule's name.")] = {}
    enforce: Annotated[bool, says("A wrong message is refused; false: it is only warned about.")] = True
    since: Annotated[
        str | None,
        says("The commit after which messages are checked, as a full id; what it contains is older."),
    ] = None
    fill: Annotated[
        tuple[Literal["type", "scope", "issue"], ...],
        says(
            "What `relman-hook prepare-commit-msg` takes from the branch's name: "
            "`feature/cart/PAY-12-tax` has all three."
        ),
    ] = ()


def message_rules(messages: Messages, release: str) -> LintRules:
    """The settings as the lint takes them; `release` is how the project words a release commit."""
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
        release=release,
        style=messages.style,
        levels=messages.levels,
        enforce=messages.enforce,
    )
