"""A release whose merge into production conflicts waits for a person: the merge is left half done, in a place."""

from msgspec import structs

from relman.errors import usage
from relman.git.workplace import beside
from relman.job.aim import Where
from relman.job.facts import Facts
from relman.job.landing import expects
from relman.job.merge_back import Stuck
from relman.job.shipping import Wishes
from relman.model.names import branch_ref
from relman.plan.plan import Pause, Pick, Plan, Wait
from relman.plan.ship import Shipment, ship
from relman.plan.steps import Id
from relman.run.journal import read_all


def pause_merge(
    facts: Facts, plan: Plan, shipment: Shipment, stuck: Stuck, where: Where, wishes: Wishes
) -> Plan:
    """Leaves of a release's plan the release commit, which no branch gets yet, and the place where a person merges it.

    What refuses the release refuses the pause as well. Error (usage): it waits there already.
    """
    _check_first(facts, where.line, stuck.branch)
    version = shipment.version or ""
    shipped = ship(structs.replace(shipment, branch=None, tag=None, merges=()))
    pick = Pick(
        source=shipment.start,
        picked=shipment.start,
        subject=stuck.message.strip(),
        rung="conflict",
        tree=None,
        conflicts=stuck.open.conflicts,
        evidence=tuple(f"{c.kind} conflict in {c.path}" for c in stuck.open.conflicts),
    )
    target = structs.replace(
        shipped.target, branch=branch_ref(stuck.branch), tag=None, tip=None, picks=(pick,)
    )
    wait = Wait(
        line=where.line,
        to=stuck.branch,
        place=str(beside(facts.repo, where.line)),
        onto=Id(oid=stuck.onto),
        merges=shipped.end,
        message=stuck.message,
        settled=stuck.open.files,
    )
    settled = ", ".join(file.path for file in stuck.open.files if file.whole)
    return structs.replace(
        plan,
        title=f"release {version}",
        targets=(target,),
        steps=shipped.steps,
        expects=expects(facts, shipped.steps, tips=[where.tip, facts.tip(stuck.branch)], tags=()),
        facts=(*plan.facts, *((("settles", f"{settled}: needs no person"),) if settled else ())),
        proofs=(),
        afterwards=(),
        pause=Pause(
            fixes=(),
            waits=(wait,),
            words=(version, where.branch),
            push=wishes.push,
            as_branches=wishes.as_branches,
            trailers=wishes.trailers,
        ),
    )


def _check_first(facts: Facts, line: str, branch: str) -> None:
    for record in read_all(facts.repo).records:
        pause = record.sealed.plan.pause if record.state == "paused" else None
        if pause and any(w.merges and (w.line, w.to) == (line, branch) for w in pause.waits):
            raise usage(
                f"operation {record.id} waits for this merge already",
                f"relman resume {line}",
                f"relman abort {line}",
            )
