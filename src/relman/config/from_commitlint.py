"""commitlint's rules as relman's. Source: its documentation of rules, and its two conventional configurations."""

from relman.config.neighbour import Carry, Table, table, texts
from relman.model.message_rules import Setting

_LEVELS: tuple[Setting, ...] = ("off", "warning", "error")
_SAME = {
    "body-leading-blank": "body-leading-blank",
    "footer-leading-blank": "footer-leading-blank",
    "header-trim": "header-trim",
    "type-empty": "type-empty",
    "subject-empty": "subject-empty",
    "type-case": "type-case",
    "type-enum": "type-enum",
    "scope-case": "scope-case",
    "scope-enum": "scope-enum",
    "scope-empty": "scope-required",
    "subject-case": "subject-case",
    "subject-full-stop": "subject-full-stop",
    "subject-min-length": "subject-min-length",
    "subject-max-length": "subject-max-length",
    "header-max-length": "header-max-length",
    "body-max-line-length": "body-max-line-length",
    "footer-max-line-length": "footer-max-line-length",
    "body-empty": "body-required",
    "references-empty": "issue-required",
    "signed-off-by": "signed-off-by",
    "trailer-exists": "trailer-exists",
    "breaking-change-exclamation-mark": "breaking-both",
}
"""Its rules, and relman's rule for each."""
_LISTS = {"type-enum": "messages.types", "scope-enum": "messages.scopes", "scope-case": "messages.scope_case"}
_NUMBERS = {
    "header-max-length": "messages.header_max",
    "body-max-line-length": "messages.body_max",
    "footer-max-line-length": "messages.footer_max",
    "subject-min-length": "messages.subject_min",
    "subject-max-length": "messages.subject_max",
}
_SWITCHES = {
    "scope-empty": ("never", "messages.scope_required"),
    "body-empty": ("never", "messages.body_required"),
    "references-empty": ("never", "messages.issue_required"),
    "breaking-change-exclamation-mark": ("always", "messages.breaking_both"),
}
"""Rules without a value: which way round they say what relman's switch says."""
_FIRM = ("type-empty", "subject-empty", "header-trim")
_CONVENTIONAL = ("conventional", "angular")
_ANGULAR_TYPES = ("build", "ci", "docs", "feat", "fix", "perf", "refactor", "revert", "style", "test")


def from_commitlint(values: Table, carry: Carry) -> None:
    """Carries the rules over, with their levels."""
    for name in texts(values.get("extends")):
        _extends(name, carry)
    for rule, setting in table(values.get("rules")).items():
        _rule(rule, setting, carry)
    preset = values.get("parserPreset")
    options = table(table(preset).get("parserOpts"))
    if prefixes := texts(options.get("issuePrefixes")):
        carry.take("messages.issue_prefixes", prefixes, "parserPreset.parserOpts.issuePrefixes")
    for key in options:
        if key != "issuePrefixes":
            carry.leave(f"parserPreset.parserOpts.{key}", "relman reads messages by the specification")
    if isinstance(preset, str) and not any(word in preset for word in _CONVENTIONAL):
        carry.leave("parserPreset", "relman reads messages by the specification")
    reasons = {"extends": "", "rules": "", "parserPreset": "", "formatter": "", "helpUrl": "", "prompt": ""}
    reasons |= {
        "ignores": "relman knows merges, reverts, fix-ups and releases itself",
        "plugins": "a plugin is a program, and relman runs none",
        "defaultIgnores": "relman knows merges, reverts, fix-ups and releases itself",
    }
    if values.get("defaultIgnores") is True or not values.get("ignores", True):
        reasons |= {"defaultIgnores": "", "ignores": ""}
    if not values.get("plugins"):
        reasons["plugins"] = ""
    carry.leave_rest(values, reasons)


def _extends(name: str, carry: Carry) -> None:
    short = name.removeprefix("@commitlint/").removeprefix("config-")
    if short not in _CONVENTIONAL:
        carry.leave(
            f"extends {name}", "only config-conventional and config-angular can be read without running it"
        )
        return
    carry.take("messages.style", "error", f"extends {name}")
    _levels(carry, {"body-leading-blank": "warning", "footer-leading-blank": "warning"}, f"extends {name}")
    if short == "angular":
        carry.take("messages.types", _ANGULAR_TYPES, f"extends {name}")
        carry.take("messages.header_max", 72, f"extends {name}")


def _rule(rule: str, setting: object, carry: Carry) -> None:
    level, when, value = _read(setting)
    if level is None:
        carry.leave(f"rules.{rule}", "it is no list of level, always or never, and value")
        return
    if rule not in _SAME:
        if level != "off":
            carry.leave(f"rules.{rule}", "relman has no such rule")
        return
    if level == "off":
        _levels(carry, {_SAME[rule]: "off"}, f"rules.{rule}")
    elif _value(rule, when, value, carry):
        _levels(carry, {_SAME[rule]: level}, f"rules.{rule}")
    else:
        carry.leave(f"rules.{rule}", "relman's rule cannot say this")


def _read(setting: object) -> tuple[Setting | None, str, object]:
    """Level, always or never, value. A number alone is a level; a rule without a word is meant always."""
    parts = setting if isinstance(setting, list) else [setting]
    number = parts[0] if parts else None
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < len(_LEVELS):
        return None, "", None
    when = parts[1] if len(parts) > 1 and parts[1] in ("always", "never") else "always"
    return _LEVELS[number], when, parts[2] if len(parts) > 2 else None


def _value(rule: str, when: str, value: object, carry: Carry) -> bool:
    """Carries the value of a rule that is on; False where relman cannot say it."""
    origin = f"rules.{rule}"
    if rule in _SWITCHES:
        wanted, key = _SWITCHES[rule]
        if when == wanted:
            carry.take(key, value=True, origin=origin)
        return when == wanted
    if rule in _NUMBERS and isinstance(value, int):
        carry.take(_NUMBERS[rule], value, origin)
    elif rule in _LISTS and when == "always" and (names := texts(value)):
        carry.take(_LISTS[rule], names, origin)
    elif rule == "type-case" and when == "always" and len(texts(value)) == 1:
        carry.take("messages.type_case", texts(value)[0], origin)
    elif rule == "subject-case" and texts(value):
        _subject_case(when, texts(value), carry)
    elif rule == "subject-full-stop" and when == "never":
        carry.take("messages.full_stop", str(value or "."), origin)
    elif rule in {"signed-off-by", "trailer-exists"} and when == "always":
        _trailer(str(value or "Signed-off-by:"), carry, origin)
    else:
        return rule.endswith("leading-blank") or rule in _FIRM
    return True


def _subject_case(when: str, cases: tuple[str, ...], carry: Carry) -> None:
    if when == "never":
        carry.take("messages.subject_case_never", cases, "rules.subject-case")
        return
    carry.take("messages.subject_case", cases, "rules.subject-case")
    carry.take("messages.subject_case_never", (), "rules.subject-case")


def _trailer(value: str, carry: Carry, origin: str) -> None:
    token = value.strip().removesuffix(":")
    if token.lower() == "signed-off-by":
        carry.take("messages.signed_off", value=True, origin=origin)
    else:
        carry.take("messages.trailers", (token,), origin)


def _levels(carry: Carry, levels: dict[str, Setting], origin: str) -> None:
    known = next((e.value for e in carry.entries if (*e.table, e.key) == ("messages", "levels")), {})
    given = {str(key): str(level) for key, level in known.items()} if isinstance(known, dict) else {}
    carry.take("messages.levels", {**given, **levels}, "rules" if given else origin)
