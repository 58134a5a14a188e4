"""Strict checks of a commit message: what the specification forbids, then style.

What breaks Conventional Commits 1.0.0, or hides a breaking change, is an error with `spec` set; style is a
warning until a project's rules say otherwise. What git, a forge or a release tool writes itself is exempt.
"""

import re
from collections.abc import Iterator

from relman.model.message_grammar import (
    BREAKING_TOKENS,
    Header,
    Outline,
    bang_description,
    outline,
    read_header,
)
from relman.model.message_rules import (
    CONVENTIONAL_TYPES,
    DEFAULT,
    DEFAULT_LEVELS,
    SPEC_RULES,
    LintRules,
    Problem,
)
from relman.model.message_subject import (
    azure_prefix,
    is_fixup,
    is_merge_subject,
    is_release_subject,
    quoted,
)

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_NEAR_MISS = re.compile(r"[\s>#*_+`~-]*(breaking[ _-]?changes?)(?!\w)[*_`~]*\s*(:?)", re.IGNORECASE)
_MARKER = re.compile(r"(?P<bullet>[*+-][ \t]+)?BREAKING[ -]CHANGE(?P<colon>:?)(?P<gap>[ \t]*)(?P<text>\S?)")
_TYPES = "|".join(CONVENTIONAL_TYPES)
_COMMIT = re.compile(rf"(?:{_TYPES})(?:\([^()]*\))?!?: \S")
# compiled when a header is wrong only: compiling costs a hook more than checking
_NO_DESCRIPTION = r"\w[^\s():!]*(?:\([^()]*\))?!?:"
_BANG_FIRST = r"(\w[^\s():!]*)!(\([^()]*\)):"
_DOUBLE_BANG = r"\w[^\s():!]*(?:\([^()]*\))?!!+:"
_SPACED = r"\w[^\s():!]*(?:\s+\([^()]*\)\s*|\([^()]*\)\s+|\s+)!?:"
_LATER = rf"(?<!\w)(?:{_TYPES})(?:\([^()]{{0,80}}\))?!?: "
_SENTENCE = re.compile(r"[A-Z][a-z]+(?![\w.:/(-])")
_EXAMPLE = "write it as type(scope): description, for example fix(parser): accept tabs"
_Found = tuple[str, int, int, str, str]


def lint(text: str, rules: LintRules = DEFAULT) -> tuple[Problem, ...]:
    """Every problem of a message. Takes what git's clean-up leaves; never raises."""
    parts = outline(text)
    problems = []
    for rule, line, column, message, hint in _check(parts, rules):
        level = rules.levels.get(rule, DEFAULT_LEVELS[rule])
        if rule == "type-enum" and rules.types and rule not in rules.levels:
            level = "error"
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


def _check(parts: Outline, rules: LintRules) -> Iterator[_Found]:
    if parts.head == len(parts.lines):
        yield "header-empty", 0, 0, "the message is empty", _EXAMPLE
        return
    raw = parts.lines[parts.head]
    subject = raw.strip()
    prefix = azure_prefix(subject)
    if quoted(subject) or is_release_subject(subject) or (is_merge_subject(subject) and not prefix):
        return
    yield from _header(raw, parts.head, prefix, rules)
    yield from _breaking(parts)
    yield from _layout(parts)
    yield from _lengths(parts, rules)
    yield from _trailers(parts, rules)
    for index in range(parts.head, len(parts.lines)):
        if match := _CONTROL.search(parts.lines[index]):
            name = f"U+{ord(match[0]):04X}"
            yield (
                "control-character",
                index,
                match.start(),
                f"control character {name}",
                "",
            )


def _header(raw: str, line: int, prefix: int, rules: LintRules) -> Iterator[_Found]:
    subject = raw.strip()
    indent = len(raw) - len(raw.lstrip())
    if indent:
        yield "header-leading-space", line, 0, "the header begins with white space", "remove it"
    if len(raw) > indent + len(subject):
        yield "header-trim", line, indent + len(subject), "the header ends with white space", "remove it"
    if rules.header_max and len(raw) > rules.header_max:
        message = f"the header has {len(raw)} characters, the limit is {rules.header_max}"
        yield "header-max-length", line, rules.header_max, message, "move details to the body"
    at = indent + prefix
    if is_fixup(subject):
        message = f"{subject.partition('!')[0]}! is to be squashed before it is shared"
        yield "fixup", line, indent, message, "git rebase -i --autosquash"
        return
    header = read_header(subject[prefix:])
    if header is None:
        yield _malformed(subject[prefix:], line, at)
        return
    yield from _type_and_scope(header, line, at, rules)
    yield from _description(header, line, len(raw.rstrip()) - len(header.description))


def _malformed(subject: str, line: int, at: int) -> _Found:
    """Why a header does not parse."""
    if subject.startswith((":", "(", "!")):
        return "type-empty", line, at, "the header has no type", _EXAMPLE
    if re.fullmatch(_NO_DESCRIPTION, subject):
        return "subject-empty", line, at + len(subject), "the header has no description", _EXAMPLE
    if match := re.match(_BANG_FIRST, subject):
        hint = f"put the ! after the scope: {_show(match[1])}{_show(match[2])}!:"
        return "header-syntax", line, at + match.end(1), "the ! stands before the scope", hint
    if match := re.match(_DOUBLE_BANG, subject):
        message = "!! is no marker; a breaking change has one !"
        return "header-syntax", line, at + match.end() - 2, message, "write a single !"
    if match := re.match(_SPACED, subject):
        space = re.search(r"\s", subject)
        column = space.start() if space else 0
        return (
            "header-syntax",
            line,
            at + column,
            "white space before the colon",
            "write type(scope): description",
        )
    if match := re.search(_LATER, subject):
        hint = f"begin with {_show(match[0].strip())}"
        return "header-syntax", line, at, "the type does not come first", hint
    return "type-empty", line, at, "the header has no type", _EXAMPLE


def _type_and_scope(header: Header, line: int, at: int, rules: LintRules) -> Iterator[_Found]:
    kind = header.type.lower()
    if header.type != kind:
        yield (
            "type-case",
            line,
            at,
            f"the type {_show(header.type)} is not in lower case",
            f"write {_show(kind)}",
        )
    allowed = rules.types or CONVENTIONAL_TYPES
    if kind not in allowed:
        hint = "one of " + ", ".join(allowed)
        yield "type-enum", line, at, f"{_show(kind)} is not a type of this project", hint
    column = at + len(header.type) + 1
    if header.scope is None:
        if rules.scope_required:
            yield (
                "scope-required",
                line,
                column - 1,
                "the header has no scope",
                "write type(scope): description",
            )
        return
    scope = header.scope.strip()
    if not scope:
        yield "scope-empty", line, column - 1, "the scope is empty", "name one, or leave out the parentheses"
        return
    if scope != header.scope:
        yield "scope-trim", line, column, "white space around the scope", f"write ({_show(scope)})"
    if "(" in scope:
        yield "scope-parentheses", line, column + header.scope.index("("), "parentheses inside the scope", ""
    for name in filter(None, map(str.strip, scope.split(","))):
        if rules.scopes and name not in rules.scopes:
            hint = "one of " + ", ".join(rules.scopes)
            yield "scope-enum", line, column, f"{_show(name)} is not a scope of this project", hint
        if name != name.lower():
            message = f"the scope {_show(name)} is not in lower case"
            yield "scope-case", line, column, message, f"write {_show(name.lower())}"


def _description(header: Header, line: int, at: int) -> Iterator[_Found]:
    if not header.gap:
        yield "subject-leading-blank", line, at, "no space after the colon", "write type: description"
    elif header.gap != " ":
        yield "subject-space", line, at - len(header.gap), "one space follows the colon", ""
    text = header.description
    if _SENTENCE.match(text) or (text.upper() == text and sum(map(str.isalpha, text)) > 1 and " " in text):
        yield "subject-case", line, at, "the description begins in upper case", "begin in lower case"
    if text.endswith(".") and not text.endswith(".."):
        yield (
            "subject-full-stop",
            line,
            at + len(text) - 1,
            "the description ends with a full stop",
            "remove it",
        )


def _breaking(parts: Outline) -> Iterator[_Found]:
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
            message = f"a breaking change in the body ({_show(text)}) counts for the whole commit"
            yield "breaking-in-body", index, 0, message, hint
        if index in marked:
            match = _MARKER.match(line)
            if match and match["colon"] and (match["bullet"] or not match["gap"] or not match["text"]):
                message = "the breaking marker counts, but not every tool reads it like this"
                yield "breaking-form", index, 0, message, "BREAKING CHANGE: text, at the start of the line"
            continue
        match = _NEAR_MISS.match(line)
        if match and (match[2] or match[1].isupper()):
            message = f"{_show(match[1])} here is no breaking marker"
            yield "breaking-near-miss", index, match.start(1), message, "a marker is BREAKING CHANGE: text"


def _layout(parts: Outline) -> Iterator[_Found]:
    lines = parts.lines
    first = parts.head + 1
    if first < len(lines) and lines[first].strip():
        yield "body-leading-blank", first, 0, "no blank line after the header", "leave one line blank"
    start = parts.start
    if first < start < len(lines) and lines[start - 1].strip():
        yield "footer-leading-blank", start, 0, "no blank line before the footers", "leave one line blank"
    for index in range(first + 1, len(lines)):
        opens = not lines[index - 1].strip()
        if opens and _COMMIT.match(lines[index]) and bang_description(lines[index]) is None:
            message = "a paragraph that reads like a commit of its own; only the header counts"
            yield "commit-in-body", index, 0, message, "make it a commit, or begin the line with * "


def _lengths(parts: Outline, rules: LintRules) -> Iterator[_Found]:
    for index in range(parts.head + 1, len(parts.lines)):
        footer = index >= parts.start
        limit = rules.footer_max if footer else rules.body_max
        line = parts.lines[index]
        # an address cannot be wrapped, and neither can a single word
        if limit and len(line) > limit and "://" not in line and " " in line.strip():
            rule = "footer-max-line-length" if footer else "body-max-line-length"
            yield rule, index, limit, f"the line has {len(line)} characters, the limit is {limit}", "wrap it"


def _trailers(parts: Outline, rules: LintRules) -> Iterator[_Found]:
    present = {footer.token.lower() for footer in parts.footers}
    last = len(parts.lines) - 1
    if rules.signed_off and "signed-off-by" not in present:
        yield "signed-off-by", last, 0, "no Signed-off-by footer", "git commit --amend --signoff"
    for token in rules.trailers:
        if token.lower() not in present:
            yield "trailer-exists", last, 0, f"no {token} footer", f"add a line {token}: ..."


def _show(text: str) -> str:
    """At most forty characters, safe to print."""
    safe = "".join(char if char.isprintable() else "?" for char in text[:40])
    return safe + ("..." if len(text) > 40 else "")
