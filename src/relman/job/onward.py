"""`hotfix --forward`: what a hotfix would leave to trunk and newer lines goes there in the same operation.

As a push of its own, and only where it goes by itself: production never waits for trunk.
"""

from collections.abc import Collection, Mapping, Sequence

from msgspec.structs import replace

from relman.errors import Kind, RelmanError
from relman.git.scratch import Scratch
from relman.job.carrying import Carried, Place, carry_to, gathered, place_name
from relman.job.facts import Facts
from relman.job.landing import expects, pushes
from relman.job.shipping import Wishes
from relman.model.lines import TRUNK
from relman.model.names import Oid
from relman.plan.plan import Debt, Plan, Warn
from relman.plan.steps import Step
from relman.run.ladder import Fix


def with_onward(facts: Facts, scratch: Scratch, plan: Plan, wishes: Wishes) -> Plan:
    """Adds to a hotfix what carries its fixes to trunk and to the lines newer than the oldest that it reaches.

    As far as its debts name them. A place that conflicts, cannot be moved or holds something unknown keeps its
    debt, with a warning.
    """
    reached = {target.line for target in plan.targets}
    reached |= {wait.line for wait in plan.pause.waits} if plan.pause else set()
    fixes = _fixes(facts, plan)
    done: list[tuple[Carried, tuple[Step, ...]]] = []
    warnings: list[Warn] = []
    for line in _lines(facts, plan.debts, reached) if plan.steps else ():
        owed = {d.commit for d in plan.debts if place_name(facts, line) in d.missing_on}
        mine = tuple(fix for fix in fixes if fix.commit.id in owed)
        try:
            done += _carried(facts, scratch, line, mine, wishes) if mine else ()
        except RelmanError as error:
            if error.kind is Kind.INTERNAL:
                raise
            hint = error.hints[0] if error.hints else ""
            warnings.append(
                Warn(message=f"not carried to {place_name(facts, line)}: {error.message}", hint=hint)
            )
    carried = gathered(facts, [c for c, _ in done])
    # Each place is a push of its own, so that one that is refused holds up neither production nor another.
    steps = (*plan.steps, *carried.steps, *(step for _, push in done for step in push))
    known = {expect.ref for expect in plan.expects}
    more = expects(facts, steps, tips=[c.place.tip for c, _ in done], tags=())
    return replace(
        plan,
        steps=steps,
        targets=(*plan.targets, *carried.targets),
        expects=(*plan.expects, *(e for e in more if e.ref not in known)),
        debts=_still_owed(facts, plan.debts, {c.place.line: c for c, _ in done}),
        warnings=(*plan.warnings, *carried.warnings, *warnings),
        afterwards=(*plan.afterwards, *carried.afterwards),
        pause=replace(plan.pause, forward=True) if plan.pause else None,
    )


def _fixes(facts: Facts, plan: Plan) -> tuple[Fix, ...]:
    """The fixes that are owed as they are: not an isolated release, nor the revert of something."""
    mainlines = {pick.source: pick.mainline for target in plan.targets for pick in target.picks}
    commits = [facts.graph.commit(oid) for oid in dict.fromkeys(debt.commit for debt in plan.debts)]
    subjects = {(debt.commit, debt.subject) for debt in plan.debts}
    return tuple(
        Fix(commit=c, mainline=mainlines[c.id])
        for c in commits
        if c.id in mainlines and (c.id, c.subject) in subjects
    )


def _lines(facts: Facts, debts: Sequence[Debt], reached: Collection[str]) -> list[str]:
    """Trunk and the live lines that lack a fix and are newer than the oldest line that gets it, newest first."""
    named = {name for debt in debts for name in debt.missing_on}
    oldest = min((facts.line(name).height for name in reached if name != TRUNK), default=())
    newer = [line.name for line, _ in facts.live if line.height > oldest and line.branch]
    wanted = [TRUNK, *newer]
    return [line for line in wanted if line not in reached and place_name(facts, line) in named]


def _carried(
    facts: Facts, scratch: Scratch, line: str, fixes: tuple[Fix, ...], wishes: Wishes
) -> list[tuple[Carried, tuple[Step, ...]]]:
    branch = facts.trunk_name if line == TRUNK else facts.line(line).branch
    tip = facts.tip(branch) if branch else None
    if branch is None or tip is None:
        return []
    place = Place(line=line, branch=branch, tip=tip, fixes=fixes)
    carried = carry_to(facts, scratch, place, "forward", wishes)
    return [(carried, pushes(facts, carried.shipped.steps, wishes))]


def _still_owed(facts: Facts, debts: Sequence[Debt], done: Mapping[str, Carried]) -> tuple[Debt, ...]:
    settled: set[tuple[str, Oid]] = set()
    for line, carried in done.items():
        stuck = {port.fix.commit.id for port in carried.stuck}
        gone = (fix.commit.id for fix in carried.place.fixes if fix.commit.id not in stuck)
        settled.update((place_name(facts, line), oid) for oid in gone)
    left = []
    for debt in debts:
        names = tuple(name for name in debt.missing_on if (name, debt.commit) not in settled)
        if names == debt.missing_on:
            left.append(debt)
        elif names:
            to = " ".join(f"--to {name}" for name in names)
            left.append(replace(debt, missing_on=names, settle=f"relman backport {debt.commit[:10]} {to}"))
    return tuple(left)
