"""The message lint as findings: of a commit that is there, or of a text that is to become one."""

from collections.abc import Iterator

from relman.model import message
from relman.model.finding import Finding
from relman.model.history import Commit
from relman.model.message_lint import lint
from relman.model.message_rules import LintRules, Situation

UNKNOWN = Situation()
SHORT = 7
"""How many digits of an id people see."""


def commit_findings(commit: Commit, rules: LintRules) -> Iterator[Finding]:
    """What is wrong with the message of a commit; a port keeps the words of its original and has none."""
    if message.picked_from(message.parse(commit.message)):
        return
    where = f"{commit.id[:SHORT]} {commit.subject}"
    for problem in lint(commit.message, rules, Situation(merge=len(commit.parents) > 1)):
        yield Finding(
            rule=problem.rule,
            level=problem.level,
            where=where,
            message=problem.message,
            hint=problem.hint,
            commit=commit.id,
            line=problem.line,
        )


def text_findings(
    text: str, where: str, rules: LintRules, situation: Situation = UNKNOWN
) -> Iterator[Finding]:
    """What is wrong with a text, such as the title and the body of a change request."""
    for problem in lint(text, rules, situation):
        yield Finding(
            rule=problem.rule,
            level=problem.level,
            where=where,
            message=problem.message,
            hint=problem.hint,
            line=problem.line,
        )
