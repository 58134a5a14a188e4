"""One commit on trunk that takes a feature out or puts it back: the plan that `park` and `unpark` share."""

from collections.abc import Sequence
from typing import Literal

from relman.errors import Kind, RelmanError
from relman.git.scratch import Scratch
from relman.job.cut import assumed
from relman.job.facts import Facts
from relman.job.landing import change_pages, expects, land, pushes
from relman.job.shipping import Wishes
from relman.model.count import commits_word
from relman.model.lines import TRUNK
from relman.model.names import Oid, short
from relman.plan.park import FeatureMove
from relman.plan.plan import Base, Pick, Plan, Warn
from relman.plan.ship import BranchMove, Change, Shipment, ship
from relman.run.takeout import Stuck

SHOWN = 8
"""How many commits a person is shown of a list."""

Rows = Sequence[tuple[str, str]]


def plan_move(
    facts: Facts,
    scratch: Scratch,
    job: Literal["park", "unpark"],
    name: str,
    commits: Sequence[Oid],
    change: Change,
    wishes: Wishes,
    *,
    rows: Rows,
    warnings: tuple[Warn, ...],
    afterwards: tuple[str, ...] = (),
) -> Plan:
    """Plans the one commit, on trunk or on the branch that stands in for it; `rows` are what a person reads first."""
    start = facts.trunk.commit
    takes = (change.taken,) if change.taken else ()
    landing = land(facts, job, facts.trunk_name, facts.trunk, wishes, takes=takes)
    shipped = ship(on_trunk(facts, scratch, (change,), branch=landing.move))
    steps = (*shipped.steps, *pushes(facts, shipped.steps, wishes))
    branch = short(landing.move.ref)
    asked = landing.instead_of
    return Plan(
        operation=job,
        title=f"{job} {name}",
        targets=(shipped.target,),
        steps=steps,
        expects=expects(facts, steps, tips=[facts.trunk], tags=()),
        feature=FeatureMove(
            name=name, commits=tuple(commits), before=scratch.tree_of(start), after=change.tree
        ),
        facts=tuple(rows),
        warnings=warnings,
        assumptions=assumed(facts)[:1],
        afterwards=(
            *((f"{asked} is not moved: open a change request from {branch}",) if asked else ()),
            *afterwards,
            *change_pages(facts, landing),
        ),
    )


def on_trunk(
    facts: Facts,
    scratch: Scratch,
    changes: tuple[Change, ...],
    *,
    branch: BranchMove | None = None,
    picks: tuple[Pick, ...] = (),
) -> Shipment:
    """Commits on trunk as it is; no ref moves without a branch."""
    start = facts.trunk.commit
    return Shipment(
        line=TRUNK,
        base=Base(name=facts.trunk_name, commit=start),
        start=start,
        start_tree=scratch.tree_of(start),
        changes=changes,
        picks=picks,
        branch=branch,
    )


def about(facts: Facts, heading: str, words: str, commits: Sequence[Oid]) -> Rows:
    """What a person reads of a feature: how many commits, in `words` whose, and the first few."""
    rows = [(heading, f"{commits_word(len(commits))} of {words}")]
    rows += [("", f"{oid[:7]} {facts.graph.commit(oid).subject}") for oid in commits[:SHOWN]]
    if len(commits) > SHOWN:
        rows.append(("", f"and {len(commits) - SHOWN} more"))
    return rows


def kept_rows(paths: Sequence[str]) -> Rows:
    """The bookkeeping files whose conflicts kept trunk's side."""
    return [("keeps", f"trunk's {', '.join(paths)}")] if paths else []


def no_answer(facts: Facts, stuck: Stuck) -> RelmanError:
    """Says that git itself failed on a step."""
    return RelmanError(
        Kind.CONFLICT,
        f"git gave no answer when {stuck.unit.commit[:10]} was taken back on {facts.trunk_name}",
        cause=stuck.reason,
        hints=(f"git revert --no-commit {stuck.unit.commit[:10]}",),
    )
