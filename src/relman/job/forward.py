"""Settles debts: fixes go to trunk and to the lines that lack them, isolated releases back into their line."""

from collections.abc import Iterator, Sequence

from relman.errors import Kind, RelmanError
from relman.git.scratch import Scratch
from relman.job.carrying import Carriage, Place, carry_all
from relman.job.cut import assumed
from relman.job.debts import Owing, find_debts
from relman.job.facts import Facts
from relman.job.landing import expects, pushes
from relman.job.next import line_name
from relman.job.shipping import Wishes
from relman.model.lines import TRUNK
from relman.model.tags import Release
from relman.plan.plan import Plan
from relman.run.ladder import Fix


def plan_forward(facts: Facts, scratch: Scratch, words: Sequence[str], wishes: Wishes) -> Plan:
    """Plans to settle every debt, or those in which one of the named lines has a part.

    What needs a person stays a debt of the plan (`Plan.debts`). Errors: nothing is owed (nothing); nothing can be
    carried without a person (conflict); an unknown line (usage).
    """
    facts.check_remote()
    facts.check_complete()
    lines = tuple(dict.fromkeys(line_name(facts, word) for word in words))
    owed = [o for o in find_debts(facts, lambda: scratch) if not lines or {o.line, *o.missing_on} & {*lines}]
    if not owed:
        about = f" that concerns {' or '.join(lines)}" if lines else ""
        raise RelmanError(Kind.NOTHING, f"nothing is owed{about}", hints=("relman status",))
    places = tuple(_places(facts, owed))
    done = carry_all(facts, scratch, places, "forward", wishes)
    if done.left and not done.steps:
        raise _all_stuck(done)
    steps = (*done.steps, *pushes(facts, done.steps, wishes))
    known = [facts.line(name) for name in dict.fromkeys(o.line for o in owed)]
    return Plan(
        operation="forward",
        title=f"forward to {', '.join(place.branch for place in places)}",
        targets=done.targets,
        steps=steps,
        expects=expects(
            facts,
            steps,
            tips=[facts.trunk, *(p.tip for p in places), *(facts.tip(x.branch) for x in known if x.branch)],
            tags=[
                *(x.stable.tag for x in known if x.stable),
                *(o.release.tag for o in owed if o.release),
            ],
        ),
        facts=tuple(_rows(owed)),
        debts=done.left,
        warnings=done.warnings,
        assumptions=assumed(facts),
        afterwards=done.afterwards,
    )


def _places(facts: Facts, owed: Sequence[Owing]) -> Iterator[Place]:
    """The branches that lack something, trunk first, then the newest line."""
    lacking = dict.fromkeys(name for owing in owed for name in owing.missing_on)
    order = {TRUNK: -1} | {line.name: at for at, line in enumerate(facts.lines.all)}
    for name in sorted(lacking, key=lambda name: order[name]):
        branch = facts.trunk_name if name == TRUNK else facts.line(name).branch
        tip = facts.tip(branch) if branch else None
        if branch is None or tip is None:
            raise RelmanError(Kind.INTERNAL, f"line {name} lacks something and has no branch")
        mine = [owing for owing in owed if name in owing.missing_on]
        merged = tuple(dict.fromkeys(r for o in mine if (r := _merged_back(facts, name, o))))
        yield Place(
            line=name,
            branch=branch,
            tip=tip,
            fixes=tuple(
                Fix(commit=facts.graph.commit(o.commit))
                for o in mine
                if o.release is None and _merged_back(facts, name, o) is None
            ),
            releases=(*(o.release for o in mine if o.release), *merged),
        )


def _merged_back(facts: Facts, place: str, owing: Owing) -> Release | None:
    """The release that brings a fix to trunk where the strategy merges back: production's, not an older line's."""
    if place != TRUNK or owing.release or not owing.released or facts.strategy.direction != "merge-back":
        return None
    newest = next((r for r in facts.releases if r.version.stable and not r.withdrawn), None)
    return newest if newest and facts.line(owing.line).stable == newest else None


def _rows(owed: Sequence[Owing]) -> Iterator[tuple[str, str]]:
    for owing in owed:
        if owing.release is not None:
            yield "merges", f"{owing.release.tag} into line {owing.line}: it was made beside it"


def _all_stuck(done: Carriage) -> RelmanError:
    return RelmanError(
        Kind.CONFLICT,
        "nothing can be carried without a person:\n" + "\n".join(w.message for w in done.warnings),
        hints=tuple(debt.settle for debt in done.left),
        facts={
            "debts": [
                {
                    "commit": d.commit,
                    "subject": d.subject,
                    "missing_on": list(d.missing_on),
                    "settle": d.settle,
                }
                for d in done.left
            ]
        },
    )
