"""How the hooks that judge say what they found, and what gets past it."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from relman.errors import Kind
from relman.git.hooked import Hooked
from relman.hook.say import say
from relman.job.waiver import Waiver, part, record
from relman.model.finding import Finding

_SHOWN = 20
"""More findings than this are counted."""


def verdict(
    findings: Iterable[Finding],
    waiver: Waiver,
    *,
    hook: str,
    hooked: Hooked,
    who: Callable[[], str],
    now: int,
    past: str,
    allowed: Sequence[str] | None = None,
) -> int:
    """Prints what was found; stops git where an error stands. `past` is what to type to go past RULE.

    What a person goes past is written down first.
    """
    stands, gone = part(findings, waiver, allowed)
    stands.sort(key=lambda finding: finding.level != "error")
    errors = [f for f in stands if f.level == "error"]
    for finding in stands[:_SHOWN]:
        say(f"{finding.level}: {finding.where}: {finding.message} [{finding.rule}]")
        if finding.hint:
            say(f"  {finding.hint}")
    if len(stands) > _SHOWN:
        say(f"and {len(stands) - _SHOWN} more")
    if not errors:
        if gone:
            record(hooked.common_dir, gone, waiver, hook=hook, who=who(), at=now)
            say(*(f"went past {f.rule}, which is logged: {f.where}" for f in gone[:_SHOWN]))
        return 0
    rules = list(dict.fromkeys(f.rule for f in errors if allowed is None or f.rule in allowed))
    if waiver.rules and not waiver.reason:
        say("going past a rule takes a reason")
    if rules:
        say(f"to go past it, with a reason that is logged: {past.replace('RULE', ','.join(rules))}")
    return Kind.FINDINGS


def pusher(environ: Mapping[str, str]) -> str:
    """Who pushes, as far as a server tells its hooks."""
    names = ("REMOTE_USER", "GL_USERNAME", "LOGNAME", "USER")
    return next((environ[name] for name in names if environ.get(name)), "unknown")


def committer(hooked: Hooked, environ: Mapping[str, str]) -> str:
    """Who works here, as git knows them."""
    given = environ.get("GIT_COMMITTER_EMAIL") or hooked.git.text("config", "user.email", ok=(0, 1)).strip()
    return given or pusher(environ)
