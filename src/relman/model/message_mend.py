"""What to write instead of a wrong first line, where that follows from the line itself."""

import re
from difflib import get_close_matches

from msgspec.structs import replace

from relman.model.message_lint import lint
from relman.model.message_rules import CONVENTIONAL_TYPES, LintRules

_LOOSE = re.compile(
    r"\W{0,10}(?P<type>\w[\w-]{0,40}?)(?P<early>!?)\s*(?:\((?P<scope>[^()]{0,80})\))?\s*(?P<bang>!{0,3})\s*"
    r"(?::(?![/:\\])|\s-)\s*(?P<text>\S.*)"
)
_LONGEST = 300


def mended(line: str, rules: LintRules) -> str | None:
    """The line as the rules want it; nothing where only a person can tell, or where it is in order.

    Never adds or drops a breaking marker, and never changes what the description says.
    """
    header = _header_only(rules)
    if len(line) > _LONGEST or (match := _LOOSE.fullmatch(line.strip())) is None or not lint(line, header):
        return None
    kind = _type(match["type"], rules)
    if kind is None:
        return None
    bang = "!" if match["early"] or match["bang"] else ""
    scope = ", ".join(part for raw in (match["scope"] or "").split(",") if (part := raw.strip()))
    if "lower-case" in rules.scope_case:
        scope = scope.lower()
    text = match["text"].strip()
    while rules.full_stop and text.endswith(rules.full_stop) and not text.endswith(".."):
        text = text.removesuffix(rules.full_stop).rstrip()
    offers = [f"{kind}{f'({scope})' if scope else ''}{bang}: {said}" for said in (text, _lowered(text))]
    good = (offer for offer in offers if offer != line and not lint(offer, header))
    return next(good, None)


def _type(word: str, rules: LintRules) -> str | None:
    known = rules.types or CONVENTIONAL_TYPES
    said = word.lower()
    if said in known:
        return said if rules.type_case != "upper-case" else said.upper()
    usual = {
        "feature": "feat",
        "bugfix": "fix",
        "bug": "fix",
        "hotfix": "fix",
        "doc": "docs",
        "tests": "test",
    }
    if usual.get(said) in known:
        return usual[said]
    near = get_close_matches(said, known, n=1, cutoff=0.7)
    return near[0] if near else None


def _lowered(text: str) -> str:
    if text.upper() == text:
        return text.lower()
    return text[:1].lower() + text[1:]


def _header_only(rules: LintRules) -> LintRules:
    return replace(
        rules, signed_off=False, trailers=(), body_required=False, issue_required=False, breaking_both=False
    )
