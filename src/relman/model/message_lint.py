"""Strict checks of a commit message: what the specification forbids, then style.

What breaks Conventional Commits 1.0.0, or hides a breaking change, is an error with `spec` set; style is a
warning until a project's rules say otherwise. What git, a forge or a release tool writes itself is held to
the few rules that make sense for it.
"""

import re
from collections.abc import Iterator

from relman.model.message_grammar import BREAKING_TOKENS, Outline, bang_description, outline, read_header
from relman.model.message_kind import AMENDS, amended, kind_of
from relman.model.message_lint_header import EXAMPLE, Found, header_problems, shown
from relman.model.message_rules import (
    CONVENTIONAL_TYPES,
    DEFAULT,
    SPEC_RULES,
    LintRules,
    Problem,
    Situation,
)
from relman.model.message_subject import azure_prefix

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_NEAR_MISS = re.compile(r"[\s>#*_+`~-]*(breaking[ _-]?changes?)(?!\w)[*_`~]*\s*(:?)", re.IGNORECASE)
_MARKER = re.compile(r"(?P<bullet>[*+-][ \t]+)?BREAKING[ -]CHANGE(?P<colon>:?)(?P<gap>[ \t]*)(?P<text>\S?)")
_COMMIT = re.compile(rf"(?:{'|'.join(CONVENTIONAL_TYPES)})(?:\([^()]*\))?!?: \S")
_TAKES_BACK = re.compile(
    r"reverts? (?:commits?:? ?)?[0-9a-f]{7,40}|reverts? (?:merge |pull )?(?:request )?\S{0,80}[#!][0-9]"
    r"|(?:refs?|reverts?): ?[0-9a-f]{7,40}",
    re.IGNORECASE,
)
_UNKNOWN = Situation()


def lint(text: str, rules: LintRules = DEFAULT, situation: Situation = _UNKNOWN) -> tuple[Problem, ...]:
    """Every problem of a message. Takes what git's clean-up leaves; never raises."""
    problems = []
    for rule, line, column, message, hint in _check(text, rules, situation):
        level = rules.level(rule)
        if level == "off":
            continue
        problems.append(
            Problem(
                rule=rule,
                level=level,
                message=message,
                line=line + 1,
                column=column + 1,
                hint=hint,
                spec=rule in SPEC_RULES,
            )
        )
    return tuple(sorted(problems, key=lambda problem: (problem.line, problem.column)))


def _check(text: str, rules: LintRules, situation: Situation) -> Iterator[Found]:
    parts = outline(text)
    if parts.head == len(parts.lines):
        yield "header-empty", 0, 0, "the message is empty", EXAMPLE
        return
    raw = parts.lines[parts.head]
    subject = raw.strip()
    match kind_of(subject, merge=situation.merge, release=rules.release):
        case "fixup":
            yield from _fixup(parts, rules, situation)
            return
        case "merge":
            if situation.merge is False:
                message = "the subject is a merge's, and this commit is none"
                yield "merge-subject", parts.head, 0, message, "say what the commit does: " + EXAMPLE
            yield from _gap(parts)
        case "revert":
            yield from _reverts(parts)
            yield from _gap(parts)
        case "release":
            yield from _gap(parts)
        case "plain":
            yield from header_problems(raw, parts.head, azure_prefix(subject), rules)
            if subject.lower().startswith(("revert:", "revert(")):
                yield from _reverts(parts)
            yield from _breaking(parts)
            yield from _layout(parts)
            yield from _lengths(parts, rules)
            yield from _wanted(text, parts, rules)
    yield from _control(parts)


def _fixup(parts: Outline, rules: LintRules, situation: Situation) -> Iterator[Found]:
    """A fix-up is fine until it is shared; what replaces a message is held to the rules of one."""
    raw = parts.lines[parts.head]
    if not situation.local:
        word = raw.strip().partition("!")[0]
        message = f"{word}! is to be squashed before it is shared"
        at = len(raw) - len(raw.lstrip())
        yield "fixup", parts.head, at, message, "git rebase -i --autosquash"
    yield from _control(parts)
    if raw.strip().startswith(AMENDS) and any(parts.lines[parts.head + 1 :]):
        body = "\n".join(amended(parts.lines, parts.head))
        yield from _check(body, rules, situation)


def _reverts(parts: Outline) -> Iterator[Found]:
    behind = "\n".join(parts.lines[parts.head + 1 :])
    if _TAKES_BACK.search(behind) is None:
        message = "nothing says which commit is taken back, so no tool can tell"
        yield "revert-reference", parts.head, 0, message, "add a line: This reverts commit ID."


def _control(parts: Outline) -> Iterator[Found]:
    for index in range(parts.head, len(parts.lines)):
        if match := _CONTROL.search(parts.lines[index]):
            message = f"control character U+{ord(match[0]):04X}"
            yield "control-character", index, match.start(), message, "remove it"


def _breaking(parts: Outline) -> Iterator[Found]:
    """Markers in a wrong form, and lines that look like one and are none."""
    marked = {
        index
        for index, footer in zip(parts.places, parts.footers, strict=True)
        if footer.token in BREAKING_TOKENS
    }
    for index in range(parts.head + 1, len(parts.lines)):
        line = parts.lines[index]
        if text := bang_description(line):
            hint = "put the ! into the header, or add a BREAKING CHANGE: footer"
            message = f"a breaking change in the body ({shown(text)}) counts for the whole commit"
            yield "breaking-in-body", index, 0, message, hint
        if index in marked:
            match = _MARKER.match(line)
            if match and match["colon"] and (match["bullet"] or not match["gap"] or not match["text"]):
                message = "the breaking marker counts, but not every tool reads it like this"
                yield "breaking-form", index, 0, message, "BREAKING CHANGE: text, at the start of the line"
            continue
        match = _NEAR_MISS.match(line)
        if match and (match[2] or match[1].isupper()):
            message = f"{shown(match[1])} here is no breaking marker"
            yield "breaking-near-miss", index, match.start(1), message, "a marker is BREAKING CHANGE: text"


def _gap(parts: Outline) -> Iterator[Found]:
    first = parts.head + 1
    if first < len(parts.lines) and parts.lines[first].strip():
        yield "body-leading-blank", first, 0, "no blank line after the header", "leave one line blank"


def _layout(parts: Outline) -> Iterator[Found]:
    yield from _gap(parts)
    lines = parts.lines
    first = parts.head + 1
    start = parts.start
    if first < start < len(lines) and lines[start - 1].strip():
        yield "footer-leading-blank", start, 0, "no blank line before the footers", "leave one line blank"
    for index in range(first + 1, len(lines)):
        opens = not lines[index - 1].strip()
        if opens and _COMMIT.match(lines[index]) and bang_description(lines[index]) is None:
            message = "a paragraph that reads like a commit of its own; only the header counts"
            yield "commit-in-body", index, 0, message, "make it a commit, or begin the line with a bullet"


def _lengths(parts: Outline, rules: LintRules) -> Iterator[Found]:
    for index in range(parts.head + 1, len(parts.lines)):
        footer = index >= parts.start
        limit = rules.footer_max if footer else rules.body_max
        line = parts.lines[index]
        # an address cannot be wrapped, and neither can a single word
        if limit and len(line) > limit and "://" not in line and " " in line.strip():
            rule = "footer-max-line-length" if footer else "body-max-line-length"
            yield rule, index, limit, f"the line has {len(line)} characters, the limit is {limit}", "wrap it"


def _wanted(text: str, parts: Outline, rules: LintRules) -> Iterator[Found]:
    """What a project wants besides a header: a body, both breaking marks, an issue, trailers."""
    present = {footer.token.lower() for footer in parts.footers}
    last = len(parts.lines) - 1
    if rules.body_required and parts.body is None:
        yield "body-required", last, 0, "the message has no body", "say why, below a blank line"
    if rules.breaking_both:
        yield from _both(parts)
    if rules.issue_required and not any(_names_issue(text, prefix) for prefix in rules.issue_prefixes):
        example = f"{shown(rules.issue_prefixes[0])}123" if rules.issue_prefixes else "#123"
        yield "issue-required", last, 0, "the message names no issue", f"add a line Refs: {example}"
    if rules.signed_off and "signed-off-by" not in present:
        yield "signed-off-by", last, 0, "no Signed-off-by footer", "git commit --amend --signoff"
    for token in rules.trailers:
        if token.lower() not in present:
            yield "trailer-exists", last, 0, f"no {token} footer", f"add a line {token}: ..."


def _both(parts: Outline) -> Iterator[Found]:
    subject = parts.lines[parts.head].strip()
    header = read_header(subject[azure_prefix(subject) :])
    footer = any(footer.token in BREAKING_TOKENS for footer in parts.footers)
    if header is not None and header.bang != footer:
        message = "a breaking change here has both a ! in the header and a BREAKING CHANGE footer"
        hint = "add a footer BREAKING CHANGE: what breaks" if header.bang else "put a ! before the colon"
        yield "breaking-both", parts.head, len(parts.lines[parts.head].partition(":")[0]), message, hint


def _names_issue(text: str, prefix: str) -> bool:
    word = r"(?<!\w)" if prefix[:1].isalnum() else ""
    return re.search(f"{word}{re.escape(prefix)}[0-9]", text) is not None
