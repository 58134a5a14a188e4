"""The server's hooks: the same rules, by a policy that comes from the server and never from the push."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from relman.git.hooked import open_hooked
from relman.hook.verdict import pusher, verdict
from relman.job.guard import Asked, Guard, asked
from relman.job.policy import server_policy
from relman.job.waiver import asked_by_push

_PAST = "git push -o relman.anyway=RULE -o relman.reason=TEXT"


def pre_receive(lines: str, environ: Mapping[str, str], now: int) -> int:
    """Judges a whole push before any ref moves. `lines` are git's: old id, new id, ref."""
    return _judge("pre-receive", list(_rows(lines)), environ, now)


def update(ref: str, old: str, new: str, environ: Mapping[str, str], now: int) -> int:
    """Judges one ref of a push; the others may have moved already."""
    return _judge("update", [asked(ref, old, new)], environ, now)


def _judge(hook: str, rows: Sequence[Asked], environ: Mapping[str, str], now: int) -> int:
    hooked = open_hooked(environ, Path.cwd())
    policy = server_policy(hooked, refs_may_have_moved=hook == "update")
    guard = Guard(hooked, policy, remote=None, now=now, partial=hook == "update")
    return verdict(
        guard.findings(rows),
        asked_by_push(environ),
        hook=hook,
        hooked=hooked,
        who=lambda: pusher(environ),
        now=now,
        past=_PAST,
        allowed=policy.hooks.anyway,
    )


def _rows(lines: str) -> Iterator[Asked]:
    for line in lines.split("\n"):
        words = line.split(" ")
        if len(words) == 3:
            old, new, ref = words
            yield asked(ref, old, new)
