"""Refuses what a line's state does not let land."""

from collections.abc import Iterable

from relman.job.facts import Facts
from relman.model import message
from relman.model.history import Commit
from relman.model.line_state import refusal
from relman.plan.plan import Warn

RULE = "line-state"


def state_warns(facts: Facts, line: str, commits: Iterable[Commit]) -> tuple[Warn, ...]:
    """A refusal for each commit that the line's state keeps out; merges and release commits bring nothing."""
    name = facts.config.lines.states.get(line)
    state = next((s for s in facts.strategy.states if s.name == name), None)
    if state is None:
        return ()
    work = (c for c in commits if len(c.parents) < 2 and not message.is_release_subject(c.subject))
    rows = ((c, refusal(state, message.parse(c.message), c.message)) for c in work)
    return tuple(
        Warn(
            message=f"line {line} is {_SAID[state.name]}, so {why}: {commit.id[:10]} {commit.subject}",
            rule=RULE,
            hint=f"in relman.toml, below [lines.states]:  {line} is {state.name}",
        )
        for commit, why in rows
        if why
    )


_SAID = {
    "current": "current",
    "maintenance": "in maintenance",
    "security": "security only",
    "end-of-life": "at its end of life",
}
