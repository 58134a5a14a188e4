"""Which of several remotes counts."""

from relman.model.history import Refs
from relman.model.lines import find_trunk
from relman.model.names import REMOTES

USUAL = "origin"


def find_remote(refs: Refs, trunk: str | None = None) -> str | None:
    """Gives `origin`, else the only remote, else the one that the local trunk follows; nothing where none is told.

    `trunk`: its short name, where it is configured.
    """
    known = refs.remotes
    if USUAL in known:
        return USUAL
    if len(known) < 2:
        return next(iter(known), None)
    name = trunk or find_trunk(refs, "")
    local = refs.local(name) if name else None
    upstream = (local.upstream if local else None) or ""
    followed = [remote for remote in known if upstream.startswith(f"{REMOTES}{remote}/")]
    return max(followed, key=len, default=None)
