"""The lint of a message's first line: what the specification forbids in it, then style."""

import re
from collections.abc import Iterator

from relman.model.letter_case import has_case, opens_in
from relman.model.message_grammar import Header, read_header
from relman.model.message_kind import unquoted_revert
from relman.model.message_rules import CONVENTIONAL_TYPES, LintRules

Found = tuple[str, int, int, str, str]
"""A rule, line and column from 0, what is wrong, and what to write."""

_TYPES = "|".join(CONVENTIONAL_TYPES)
# compiled when a header is wrong only: compiling costs a hook more than checking
_NO_DESCRIPTION = r"\w[^\s():!]*(?:\([^()]*\))?!?:"
_BANG_FIRST = r"(\w[^\s():!]*)!(\([^()]*\)):"
_DOUBLE_BANG = r"\w[^\s():!]*(?:\([^()]*\))?!!+:"
_SPACED = r"\w[^\s():!]*(?:\s+\([^()]*\)\s*|\([^()]*\)\s+|\s+)!?:"
_LATER = rf"(?<!\w)(?:{_TYPES})(?:\([^()]{{0,80}}\))?!?: "
EXAMPLE = "write it as type(scope): description, for example fix(parser): accept tabs"


def header_problems(raw: str, line: int, prefix: int, rules: LintRules) -> Iterator[Found]:
    """What is wrong with the first line; `prefix` is the length of what a forge put before the header."""
    subject = raw.strip()
    indent = len(raw) - len(raw.lstrip())
    if indent:
        yield "header-leading-space", line, 0, "the header begins with white space", "remove it"
    if len(raw) > indent + len(subject):
        yield "header-trim", line, indent + len(subject), "the header ends with white space", "remove it"
    if rules.header_max and len(raw) > rules.header_max:
        message = f"the header has {len(raw)} characters, the limit is {rules.header_max}"
        yield "header-max-length", line, rules.header_max, message, "move details to the body"
    header = read_header(subject[prefix:])
    if header is None:
        yield _malformed(subject[prefix:], line, indent + prefix)
        return
    yield from _type_and_scope(header, line, indent + prefix, rules)
    yield from _description(header, line, len(raw.rstrip()) - len(header.description), rules)


def shown(text: str) -> str:
    """At most forty characters, safe to print."""
    safe = "".join(char if char.isprintable() else "?" for char in text[:40])
    return safe + ("..." if len(text) > 40 else "")


def _malformed(subject: str, line: int, at: int) -> Found:
    """Why a header does not parse."""
    if subject.startswith((":", "(", "!")):
        return "type-empty", line, at, "the header has no type", EXAMPLE
    if re.fullmatch(_NO_DESCRIPTION, subject):
        return "subject-empty", line, at + len(subject), "the header has no description", EXAMPLE
    if match := re.match(_BANG_FIRST, subject):
        hint = f"put the ! after the scope: {shown(match[1])}{shown(match[2])}!:"
        return "header-syntax", line, at + match.end(1), "the ! stands before the scope", hint
    if match := re.match(_DOUBLE_BANG, subject):
        message = "!! is no marker; a breaking change has one !"
        return "header-syntax", line, at + match.end() - 2, message, "write a single !"
    if match := re.match(_SPACED, subject):
        space = re.search(r"\s", subject)
        column = space.start() if space else 0
        message = "white space before the colon"
        return "header-syntax", line, at + column, message, "write type(scope): description"
    if match := re.search(_LATER, subject):
        hint = f"begin with {shown(match[0].strip())}"
        return "header-syntax", line, at, "the type does not come first", hint
    if unquoted_revert(subject):
        hint = "git revert ID writes the message of a revert; by hand it is revert: description"
        return "type-empty", line, at, "the header has no type", hint
    return "type-empty", line, at, "the header has no type", EXAMPLE


def _type_and_scope(header: Header, line: int, at: int, rules: LintRules) -> Iterator[Found]:
    kind = header.type.lower()
    if not has_case(header.type, rules.type_case):
        hint = f"write {shown(kind)}" if rules.type_case == "lower-case" else ""
        yield "type-case", line, at, f"the type {shown(header.type)} is not in {_said(rules.type_case)}", hint
    allowed = rules.types or CONVENTIONAL_TYPES
    if kind not in allowed:
        hint = "one of " + ", ".join(allowed)
        yield "type-enum", line, at, f"{shown(kind)} is not a type of this project", hint
    column = at + len(header.type) + 1
    if header.scope is None:
        if rules.scope_required:
            hint = "write type(scope): description"
            yield "scope-required", line, column - 1, "the header has no scope", hint
        return
    scope = header.scope.strip()
    if not scope:
        yield "scope-empty", line, column - 1, "the scope is empty", "name one, or leave out the parentheses"
        return
    if scope != header.scope:
        yield "scope-trim", line, column, "white space around the scope", f"write ({shown(scope)})"
    if "(" in scope:
        yield "scope-parentheses", line, column + header.scope.index("("), "parentheses inside the scope", ""
    for name in filter(None, map(str.strip, scope.split(","))):
        if rules.scopes and name not in rules.scopes:
            hint = "one of " + ", ".join(rules.scopes)
            yield "scope-enum", line, column, f"{shown(name)} is not a scope of this project", hint
        if rules.scope_case and not any(has_case(name, case) for case in rules.scope_case):
            said = " or ".join(map(_said, rules.scope_case))
            hint = f"write {shown(name.lower())}" if "lower-case" in rules.scope_case else ""
            yield "scope-case", line, column, f"the scope {shown(name)} is not in {said}", hint


def _description(header: Header, line: int, at: int, rules: LintRules) -> Iterator[Found]:
    if not header.gap:
        yield "subject-leading-blank", line, at, "no space after the colon", "write type: description"
    elif header.gap != " ":
        yield "subject-space", line, at - len(header.gap), "one space follows the colon", ""
    text = header.description
    if found := opens_in(text, rules.subject_case_never):
        if found in {"sentence-case", "start-case", "upper-case"}:
            message, hint = "the description begins in upper case", "begin in lower case"
        else:
            message, hint = f"the description is in {_said(found)}", "write it as a sentence, in lower case"
        yield "subject-case", line, at, message, hint
    elif rules.subject_case and not any(has_case(text, case) for case in rules.subject_case):
        said = " or ".join(map(_said, rules.subject_case))
        yield "subject-case", line, at, f"the description is not in {said}", f"write it in {said}"
    stop = rules.full_stop
    if stop and text.endswith(stop) and not (stop == "." and text.endswith("..")):
        what = "a full stop" if stop == "." else shown(stop)
        message = f"the description ends with {what}"
        yield "subject-full-stop", line, at + len(text) - len(stop), message, "remove it"
    if len(text) < rules.subject_min:
        message = f"the description has {len(text)} characters; {rules.subject_min} are the least"
        yield "subject-min-length", line, at, message, "say what the commit does"
    if rules.subject_max and len(text) > rules.subject_max:
        message = f"the description has {len(text)} characters, the limit is {rules.subject_max}"
        yield "subject-max-length", line, at + rules.subject_max, message, "move details to the body"


def _said(case: str) -> str:
    return case.replace("-", " ")
