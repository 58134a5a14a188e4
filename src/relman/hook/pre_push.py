"""The pre-push hook: judges what is really being pushed, all refs in one pass."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from relman.git.hooked import Hooked, open_hooked
from relman.hook.verdict import committer, verdict
from relman.job.guard import Asked, Guard, asked
from relman.job.policy import local_policy
from relman.job.waiver import asked_here
from relman.model.names import HEADS, REMOTES


def pre_push(remote: str, lines: str, environ: Mapping[str, str], now: int) -> int:
    """Judges a push. `lines` are git's: local ref, local id, remote ref, remote id.

    Under the pre-commit framework there are none; its variables tell of the one ref that it looks at.
    """
    hooked = open_hooked(environ, Path.cwd())
    remote = environ.get("PRE_COMMIT_REMOTE_NAME", remote)
    rows = list(_rows(lines)) or list(_framework(hooked, remote, environ))
    if not rows:
        return 0
    guard = Guard(hooked, local_policy(hooked), remote=remote, now=now)
    return verdict(
        guard.findings(rows),
        asked_here(environ),
        hook="pre-push",
        hooked=hooked,
        who=lambda: committer(hooked, environ),
        now=now,
        past="RELMAN_ANYWAY=RULE RELMAN_REASON=TEXT git push",
    )


def _rows(lines: str) -> Iterator[Asked]:
    for line in lines.split("\n"):
        # What is pushed is named as it was typed, blanks and all: HEAD^{/some words}
        words = line.rsplit(" ", 3)
        if len(words) == 4:
            _, new, ref, old = words
            yield asked(ref, old, new)


def _framework(hooked: Hooked, remote: str, environ: Mapping[str, str]) -> Iterator[Asked]:
    ref, new = environ.get("PRE_COMMIT_REMOTE_BRANCH", ""), environ.get("PRE_COMMIT_TO_REF", "")
    if not (ref.startswith("refs/") and new):
        return
    verify = ("rev-parse", "--verify", "--quiet", "--end-of-options")
    tracking = f"{REMOTES}{remote}/{ref.removeprefix(HEADS)}"
    known, there = (hooked.git.text(*verify, name, ok=(0, 1, 128)).strip() for name in (new, tracking))
    if known:
        yield asked(ref, there or "0", known)
