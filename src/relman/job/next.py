"""The next version of a line, final or pre-release."""

from msgspec import structs

from relman.job.facts import Facts
from relman.model.next import Next
from relman.model.version import next_candidate


def read_next(facts: Facts, line: str | None, pre: str | None = None) -> Next:
    """Answers for a line by name, branch or version; left out, for HEAD's line."""
    answer = facts.next(line_name(facts, line))
    if pre is None or answer.version is None:
        return answer
    existing = tuple(r.version for r in facts.releases)
    return structs.replace(answer, version=next_candidate(answer.version, pre, existing))


def line_name(facts: Facts, text: str | None) -> str:
    """Gives a line's own name for what a person typed; HEAD's line where nothing was."""
    if text is None:
        return facts.head_line
    if text in ("trunk", facts.trunk_name):
        return "trunk"
    return facts.line(text).name
