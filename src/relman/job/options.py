"""Every way to get a fix out, evaluated on the real repository before anybody types a git command.

Each way is planned by the job that would carry it out, on the refs as they are or as an earlier step would leave
them; so the tree that is told is the tree that comes out.
"""

from shlex import quote

from msgspec import Struct

from relman.errors import usage
from relman.git.revision import resolve
from relman.git.scratch import Scratch
from relman.job.bad_ways import Bad, find_cause, revert_cause, roll_back, turn_off
from relman.job.facts import Facts
from relman.job.feature import unreleased
from relman.job.fix import find_fixes
from relman.job.fix_ways import Asked, hotfix_from_tag, hotfix_on_line, merge_hotfix_branch
from relman.job.future import lend
from relman.job.shipping import Wishes
from relman.job.trunk_ways import back_out, trunk_as_is
from relman.model.names import Oid
from relman.model.tags import Release
from relman.plan.option import Option, in_order
from relman.render.options import Options


class OptionsAsk(Struct, frozen=True, kw_only=True):
    """What was asked for: the fixes, the commit that broke it, the base instead of production, open features."""

    fixes: tuple[str, ...] = ()
    bad: str | None = None
    since: str | None = None
    features: tuple[str, ...] = ()


def read_options(facts: Facts, scratch: Scratch, ask: OptionsAsk, wishes: Wishes) -> Options:
    """Evaluates all ways; without a fix those that need none.

    Errors (usage): an unknown fix, release or feature; a bad commit that the release does not hold.
    """
    facts.check_complete()
    facts = lend(facts, scratch)
    base, known = _base(facts, ask)
    found = find_fixes(facts, ask.fixes, [base.commit]) if ask.fixes else ()
    fixes = tuple(fix.commit for fix in found)
    cause = _cause(facts, ask, base) or (find_cause(facts, fixes[-1], base.commit) if fixes else None)
    bad = Bad(base=base, cause=cause, given=ask.bad is not None)
    ways: list[Option] = []
    if fixes:
        asked = Asked(
            words=ask.fixes,
            fixes=fixes,
            base=base,
            to=base.tag if ask.since else None,
            features=ask.features,
        )
        ways += [
            trunk_as_is(facts, scratch, asked, wishes),
            back_out(facts, scratch, asked, wishes),
            hotfix_from_tag(facts, scratch, asked, wishes),
            hotfix_on_line(facts, scratch, asked, wishes),
            merge_hotfix_branch(facts, scratch, asked, wishes),
        ]
    ways += [
        revert_cause(facts, scratch, bad, wishes),
        turn_off(facts, bad, ask.features),
        roll_back(facts, bad, wishes),
    ]
    subjects = {oid: facts.graph.commit(oid).subject for way in ways for oid in way.ships_besides}
    return Options(
        base=base,
        source=known,
        fixes=fixes,
        cause=facts.graph.commit(cause) if cause else None,
        unreleased=len(unreleased(facts).commits),
        options=in_order(tuple(ways)),
        subjects=subjects,
    )


def _base(facts: Facts, ask: OptionsAsk) -> tuple[Release, str]:
    if ask.since is None:
        production = facts.production()
        return production.release, production.source
    release = facts.release(ask.since)
    if release is None:
        raise usage(
            f"{ask.since} is no release", f"git tag --list {quote(f'*{ask.since}*')}", "relman status"
        )
    if release.withdrawn:
        raise usage(f"{release.tag} was withdrawn and is never built on", "relman status")
    return release, "--since"


def _cause(facts: Facts, ask: OptionsAsk, base: Release) -> Oid | None:
    if ask.bad is None:
        return None
    oid = resolve(facts.repo, ask.bad)
    if not facts.graph.is_ancestor(oid, base.commit):
        raise usage(
            f"{oid[:10]} is not in {base.tag}, so it is not what broke it there",
            f"relman where {oid[:10]}",
            f"git log --oneline -10 {base.tag}",
        )
    return oid
