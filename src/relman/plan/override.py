"""`--anyway RULE --reason TEXT`: a refusal that a person overrode, kept in the plan and in the tag's message."""

from collections.abc import Sequence

from msgspec import structs

from relman.errors import usage
from relman.model.trailers import with_lines
from relman.plan.plan import Debt, Override, Plan, Warn
from relman.plan.steps import WriteTag

DEBTS = "debts"
"""The rule of a release that goes out without what another line has already."""
ACCEPTED = "Accepted-debt"
"""The trailer of a tag that names one debt that the release goes out with."""


def flags_of(plan: Plan, *more: str) -> str:
    """What a command needs to go past every refusal of its plan, and `more` rules: to be typed behind it, or empty."""
    rules = dict.fromkeys((*more, *(w.rule for w in plan.warnings if w.rule)))
    return "".join(f" --anyway {rule}" for rule in rules) + (" --reason TEXT" if rules else "")


def overridden(plan: Plan, rules: Sequence[str], reason: str) -> Plan:
    """Takes the rules' refusals out of the plan and records them; a rule that refuses nothing is an error (usage)."""
    if not rules:
        return plan
    refusing = {w.rule for w in plan.warnings if w.rule}
    idle = [rule for rule in rules if rule not in refusing]
    if idle:
        known = ", ".join(sorted(refusing)) or "nothing"
        raise usage(f"--anyway {idle[0]}: that rule does not refuse this plan; what does: {known}")
    overrides = tuple(Override(rule=rule, reason=reason) for rule in rules)
    accepted = [w for w in plan.warnings if w.rule in rules]
    return structs.replace(_told(plan, overrides, plan.debts, accepted), overrides=overrides)


def still_overridden(plan: Plan, before: Plan) -> Plan:
    """Holds to what a person overrode in the stage before: it is neither asked again nor left out of the tag.

    What the same rule says of something else is news, and refuses.
    """
    rules = {each.rule for each in before.overrides}
    known = {warning.message for warning in before.warnings}
    settled = {debt.commit for debt in plan.debts} <= {debt.commit for debt in before.debts}
    accepted = [
        w for w in plan.warnings if w.rule in rules and (settled if w.rule == DEBTS else w.message in known)
    ]
    return _told(plan, before.overrides, before.debts, accepted)


def _told(plan: Plan, overrides: Sequence[Override], debts: Sequence[Debt], accepted: Sequence[Warn]) -> Plan:
    rules = [each.rule for each in overrides]
    lines = [f"Anyway: {each.rule} ({' '.join(each.reason.split())})" for each in overrides]
    if DEBTS in rules:
        lines = [*(f"{ACCEPTED}: {debt.commit}" for debt in debts), *lines]
    steps = tuple(
        structs.replace(step, message=_with_new(step.message, lines)) if isinstance(step, WriteTag) else step
        for step in plan.steps
    )
    warnings = tuple(structs.replace(w, rule=None) if w in accepted else w for w in plan.warnings)
    return structs.replace(plan, steps=steps, warnings=warnings)


def _with_new(text: str, lines: Sequence[str]) -> str:
    """What was accepted before and again is said once."""
    known = text.splitlines()
    return with_lines(text, (line for line in lines if line not in known))
