"""What a line's state lets land on it (research/branching-strategies.md 1.2, S8)."""

import re

from relman.model.message import Message
from relman.model.strategy import LineState

_SECURITY = re.compile(r"\bCVE-[0-9]{4}-[0-9]+\b|\bGHSA(?:-[0-9a-z]{4}){3}\b|^Security: ", re.MULTILINE)


def is_security(read: Message, text: str) -> bool:
    """Tells whether a message says that it mends security: type, scope, an advisory's id, a `Security:` trailer."""
    return "security" in (read.type, read.scope) or _SECURITY.search(text) is not None


def refusal(state: LineState, read: Message, text: str) -> str | None:
    """Why a change may not land, in words that follow its subject; nothing where it may."""
    if state.closed:
        return "nothing lands there any more"
    if state.security_only and not is_security(read, text):
        return "only what mends security lands there"
    if read.breaking and not state.breaking:
        return "no breaking change lands there"
    if read.type in state.refuses:
        return f"no {read.type} lands there"
    return None
