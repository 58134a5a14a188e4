"""The pre-commit hook: no commit on a protected branch, no version that was edited by hand."""

from collections.abc import Mapping
from pathlib import Path

from relman.git.hooked import open_hooked
from relman.hook.verdict import committer, verdict
from relman.job.policy import local_policy
from relman.job.staged import staged_findings
from relman.job.waiver import asked_here


def pre_commit(environ: Mapping[str, str], now: int) -> int:
    """Judges the commit that git is about to make."""
    hooked = open_hooked(environ, Path.cwd())
    if hooked.work_tree is None:
        return 0
    return verdict(
        staged_findings(hooked, local_policy(hooked)),
        asked_here(environ),
        hook="pre-commit",
        hooked=hooked,
        who=lambda: committer(hooked, environ),
        now=now,
        past="RELMAN_ANYWAY=RULE RELMAN_REASON=TEXT git commit",
    )
