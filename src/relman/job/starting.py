"""`hotfix --start`: the fix is not written yet, so it gets a branch at the target and a place to be written in."""

from shlex import quote

from relman.errors import usage
from relman.git.scratch import Scratch
from relman.git.workplace import beside
from relman.job.claimed import free_version
from relman.job.cut import assumed
from relman.job.environments import PRODUCTION
from relman.job.facts import Facts
from relman.job.hotfix import environments_named, production_sentence
from relman.job.landing import expects, pushes
from relman.job.pausing import words_for
from relman.job.porting import HotfixAsk
from relman.job.shipping import Wishes
from relman.job.target import find_spots
from relman.model.names import branch_ref, is_branch_name
from relman.model.strategy import hotfix_branch
from relman.plan.plan import Base, Pause, Plan, TargetPlan, Wait
from relman.plan.steps import Id, MoveRef


def plan_start(facts: Facts, scratch: Scratch, ask: HotfixAsk, name: str | None, wishes: Wishes) -> Plan:
    """Plans the branch `hotfix/X.Y.Z` (or `name`) at the target, and the pause in which the fix is written.

    Errors (usage): more than one target; the branch exists, or git takes no branch of this name.
    """
    facts.check_remote()
    facts.check_complete()
    words = ask.to or (PRODUCTION,)
    if len(words) > 1:
        raise usage(
            "a fix is written in one place; its ports follow", f"relman hotfix --start --to {words[0]}"
        )
    production = environments_named(facts, words).get(facts.config.production.environment)
    (spot,) = find_spots(facts, scratch, words, release=True, side=ask.side)
    version, warns = free_version(facts, scratch, spot)
    branch = _branch(facts, name or hotfix_branch(facts.strategy, str(version)))
    ref = branch_ref(branch)
    steps = (MoveRef(ref=ref, old=None, new=Id(oid=spot.start)),)
    to, side = words_for(facts, spot)
    at_release = spot.release is not None and spot.release.commit == spot.start
    base = spot.release.tag if spot.release and at_release else spot.branch
    tags = [spot.release.tag] if spot.release else []
    return Plan(
        operation="hotfix",
        title=f"start {branch}",
        targets=(
            TargetPlan(
                line=spot.line,
                base=Base(name=base, commit=spot.start),
                branch=ref,
                version=None,
                tag=None,
                tip=Id(oid=spot.start),
            ),
        ),
        steps=(*steps, *pushes(facts, steps, wishes)),
        expects=expects(facts, steps, tips=[spot.tip], tags=tags),
        production=production_sentence(production, wishes.now) if production else None,
        facts=(("starts", f"{branch} from {base}, to become {version}"),),
        warnings=tuple(warns),
        assumptions=assumed(facts),
        afterwards=(f"in another clone: git fetch, then relman hotfix {branch} --to {to}",),
        pause=Pause(
            fixes=(),
            words=(branch,),
            waits=(
                Wait(
                    line=spot.line,
                    to=to,
                    side=side,
                    place=str(beside(facts.repo, spot.line)),
                    onto=Id(oid=spot.start),
                    branch=ref,
                ),
            ),
            tag=ask.tag,
            push=wishes.push,
            as_branches=wishes.as_branches,
            trailers=wishes.trailers,
        ),
    )


def _branch(facts: Facts, name: str) -> str:
    if not is_branch_name(name):
        raise usage(
            f"{name!r} is no name of a branch: with --start the word is the branch that is made",
            "relman hotfix --start",
            f"relman hotfix {quote(name)}",
        )
    if facts.tip(name) is not None:
        raise usage(
            f"branch {name} exists already",
            f"git log --oneline {name}",
            f"relman hotfix {name}",
            "relman hotfix --start OTHER-NAME",
        )
    return name
