"""The incident: fixes get onto their targets, with version, notes and tag (`hotfix`) or without (`backport`)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import structs

from relman.errors import usage
from relman.git.scratch import Scratch
from relman.job.cut import assumed
from relman.job.environments import PRODUCTION, named, running
from relman.job.facts import Facts
from relman.job.finish import dragged
from relman.job.fix import find_fixes
from relman.job.lacks import origins
from relman.job.landing import change_pages, expects, pushes
from relman.job.line_state import state_warns
from relman.job.owed import debts, follow_up_warnings, isolated_debts, left_out
from relman.job.pausing import held_back, pause_of
from relman.job.porting import HotfixAsk, Ported, Resolved, port
from relman.job.production import Production
from relman.job.shipping import Wishes
from relman.job.strategy import off_strategy, off_strategy_port
from relman.job.target import Spot, find_spots
from relman.job.works import under_way
from relman.model.history import Commit
from relman.model.lines import TRUNK
from relman.model.names import short, tag_ref
from relman.plan.plan import Debt, Expect, Plan
from relman.plan.steps import Step
from relman.render.environments import known
from relman.render.words import age
from relman.run.ladder import Fix

_MOST_FEATURES = 3
"""How many unfinished features the plan names, the largest first."""


def plan_hotfix(facts: Facts, scratch: Scratch, ask: HotfixAsk, wishes: Wishes) -> Plan:
    """Plans a hotfix or a backport onto every target, newest line first.

    What needs a person waits (`Plan.pause`), the rest ships; with `together` all of it waits. Where every fix is
    on every target already the plan has no step (`Plan.all_there`). Errors (usage): unknown fix or target.
    """
    facts.check_remote()
    facts.check_complete()
    words = _words(facts, ask)
    where = environments_named(facts, words)
    spots = find_spots(facts, scratch, words, release=ask.release, side=ask.side)
    fixes = find_fixes(facts, ask.fixes, [spot.start for spot in spots], ask.mainline)
    if ask.revert:
        _check_before(fixes)
        fixes = tuple(structs.replace(f, reverts=True, branch=None) for f in reversed(fixes))
    return plan_ports(facts, scratch, spots, fixes, ask, wishes, where=where)


def _check_before(fixes: Sequence[Fix]) -> None:
    """Refuses to take back a commit that nothing was before: what began a history is not taken out of a release."""
    for fix in fixes:
        if not fix.commit.parents:
            raise usage(
                f"{fix.commit.id[:10]} is the first commit of its history: there is nothing before it to go back to",
                f"git show --stat {fix.commit.id[:10]}",
            )


def _words(facts: Facts, ask: HotfixAsk) -> tuple[str, ...]:
    if not ask.all_lines:
        return ask.to or (PRODUCTION,)
    if ask.to:
        raise usage("--all-lines and --to both say where to", f"relman {ask.job} FIX --all-lines")
    words = tuple(line.name for line, _ in facts.live if line.stable or not ask.release)
    if not words:
        raise usage("no live line has a stable release", "relman status", "relman hotfix FIX --to LINE")
    return words


def plan_ports(
    facts: Facts,
    scratch: Scratch,
    spots: Sequence[Spot],
    fixes: Sequence[Fix],
    ask: HotfixAsk,
    wishes: Wishes,
    *,
    where: Mapping[str, Production] | None = None,
    resolved: Mapping[str, Resolved] | None = None,
    places: Mapping[str, str] | None = None,
) -> Plan:
    """Plans fixes onto spots that were found, in their order.

    `where` are the environments that were named and what runs there, `resolved` is what people made of lines that
    had stopped, `places` where lines are worked on already.
    """
    by_hand, running_there = resolved or {}, where or {}
    production = running_there.get(facts.config.production.environment)
    ends = {line: r.head for line, r in by_hand.items()}
    done = [
        port(facts, scratch, spot, fixes, ask, wishes, resolved=by_hand.get(spot.line), ends=ends)
        for spot in spots
    ]
    also = () if by_hand else _dragged(facts, scratch, spots, fixes, ask, wishes)
    pause = pause_of(facts, done, fixes, ask, wishes, places)
    waiting = {wait.line for wait in pause.waits} if pause else set()
    done = [d if d.stopped or d.spot.line not in waiting else held_back(d) for d in done]
    stuck = _stuck(also)
    done += [d for d in also if not d.stopped]
    steps = tuple(step for d in done for step in d.shipped.steps)
    steps = (*steps, *pushes(facts, steps, wishes))
    names = [d.shipped.target.tag or d.shipped.target.version or d.spot.line for d in done]
    commits = [fix.commit for fix in fixes]
    words = [fix.commit.id[:10] for fix in fixes]
    ends = {d.spot.line: d.spot.start for d in done}
    return Plan(
        operation="hotfix" if ask.release else "backport",
        title=f"{ask.job} {' '.join(names)}",
        targets=tuple(d.shipped.target for d in done),
        steps=steps,
        expects=_expects(facts, done, production, steps),
        production=production_sentence(production, wishes.now) if production else None,
        facts=(*_facts(facts, done), *_elsewhere(facts, running_there, wishes.now)),
        debts=(*_debts(facts, done, commits, ask), *stuck) if ask.release and steps else (),
        warnings=(
            *(w for d in done for w in d.warnings),
            *(w for d in done for w in state_warns(facts, d.spot.line, commits)),
            *(off_strategy(facts) if ask.release else ()),
            *(
                w
                for spot in spots
                if not ask.release
                for w in off_strategy_port(facts, spot.line, " ".join(words))
            ),
            *(() if ask.revert else follow_up_warnings(facts, commits, ends, ask.fixes, ask.job)),
        ),
        assumptions=assumed(facts),
        proofs=tuple(p for d in done for p in d.proofs),
        afterwards=(
            *(s for d in done for s in _afterwards(d, ask)),
            *change_pages(facts, *(d.landing for d in done if not d.stopped and not d.only_there)),
            *change_pages(facts, *(x for d in done if d.ending for x in d.ending.landings)),
        ),
        pause=pause,
    )


def _debts(
    facts: Facts, done: Sequence[Ported], commits: Sequence[Commit], ask: HotfixAsk
) -> tuple[Debt, ...]:
    """What lacks the fixes when this plan is carried out; a line that waits is in the pause, and no debt yet."""
    reached = [d.spot.line for d in done]
    endings = [d.ending for d in done if d.ending]
    reached += [line for ending in endings for line in ending.reached(facts)]
    left = [debt for ending in endings for debt in ending.debts]
    # Who merges the release that is owed there gets the fix with it.
    reached += [TRUNK for debt in left if facts.trunk_name in debt.missing_on]
    if not ask.revert:
        return (*debts(facts, commits, reached, _isolated(done), ask.fixes), *left)
    trunk = facts.trunk.commit
    standing = [
        c
        for c in commits
        if TRUNK not in reached
        and any(facts.graph.is_ancestor(oid, trunk) for oid in (c.id, *origins(facts, c.id)))
    ]
    line = next((d.spot.line for d in done if not d.stopped), done[0].spot.line)
    return (
        *(
            Debt(
                commit=c.id,
                subject=f'the revert of "{c.subject}"',
                missing_on=(facts.trunk_name,),
                settle=f"relman forward {line}",
            )
            for c in standing
        ),
        *isolated_debts(commits[0], _isolated(done)),
        *left,
    )


def _dragged(
    facts: Facts,
    scratch: Scratch,
    spots: Sequence[Spot],
    fixes: Sequence[Fix],
    ask: HotfixAsk,
    wishes: Wishes,
) -> tuple[Ported, ...]:
    """The open releases that the strategy wants the fixes on, and that a merge would bring other work to."""
    named = {spot.line for spot in spots}
    found = (also for spot in spots if ask.release for also in dragged(facts, spot))
    backport = structs.replace(ask, release=False)
    return tuple(
        port(facts, scratch, spot, fixes, backport, wishes) for spot in found if spot.line not in named
    )


def _stuck(also: Sequence[Ported]) -> tuple[Debt, ...]:
    """Production does not wait for them: what does not go onto an open release is owed there."""
    return tuple(
        Debt(
            commit=d.ports[0].fix.commit.id,
            subject=d.ports[0].fix.commit.subject,
            missing_on=(d.spot.branch,),
            settle=f"relman backport {d.ports[0].fix.commit.id[:10]} --to {d.spot.branch}",
        )
        for d in also
        if d.stopped
    )


def _isolated(done: Sequence[Ported]) -> tuple[tuple[str, str, str], ...]:
    """Line, branch and tag of every release that leaves its line's branch behind."""
    return tuple(
        (d.spot.line, d.spot.branch, d.shipped.target.tag)
        for d in done
        if d.spot.isolated and d.spot.tip and d.shipped.target.tag
    )


def environments_named(facts: Facts, words: Iterable[str]) -> Mapping[str, Production]:
    """The environments among the words of `--to`, by name, with what runs there."""
    names = dict.fromkeys(name for word in words if (name := named(facts, word)))
    return {name: running(facts, name) for name in names}


def production_sentence(production: Production, now: int) -> str:
    """Which release production is, and how that is known."""
    return f"{production.release.tag} ({known(production.source, production.since, now)})"


def _elsewhere(facts: Facts, where: Mapping[str, Production], now: int) -> Iterator[tuple[str, str]]:
    """What runs in the other environments that were named, and what waits in production."""
    own = facts.config.production.environment
    for name, runs in where.items():
        if name != own:
            yield name, production_sentence(runs, now)
        elif runs.closed is not None:
            told = f"{runs.closed.entry.version} is in {own} too, not open to users yet"
            yield "deployed", f"{told} (recorded {age(runs.closed.when, now)})"


def _facts(facts: Facts, done: Sequence[Ported]) -> tuple[tuple[str, str], ...]:
    rows = [("target", d.spot.why) for d in done if d.spot.why]
    rows += [row for d in done if d.ending for row in d.ending.rows]
    released = next((d for d in done if d.version), None)
    if released:
        rows.append(("leaves out", _left(facts, released)))
    return tuple(rows)


def _left(facts: Facts, done: Ported) -> str:
    """What of trunk does not ship, and how much of that is half of a feature."""
    left = left_out(facts, done.spot, {p.fix.commit.id for p in done.ports})
    halves = under_way(facts, left)[:_MOST_FEATURES] if left else ()
    many = f"{len(left)} commits on trunk" if len(left) != 1 else "1 commit on trunk"
    return ", ".join((many, *(f"{count} of feature {name}" for name, count in halves)))


def _expects(
    facts: Facts, done: Sequence[Ported], production: Production | None, steps: Sequence[Step]
) -> tuple[Expect, ...]:
    tags = [d.spot.release.tag for d in done if d.spot.release]
    tags += [production.release.tag] if production else []
    tips = [d.spot.tip for d in done]
    tips += [tip for d in done if d.ending for tip in d.ending.tips]
    found = expects(facts, steps, tips=[facts.trunk, *tips], tags=tags)
    prepared = [d for d in done if d.version and d.shipped.target.tag is None]
    known = {e.ref for e in found}
    free = [
        Expect(ref=ref, value=None)
        for d in prepared
        if d.version and (ref := tag_ref(facts.formats.write.write(d.version))) not in known
    ]
    return (*found, *free)


def _afterwards(done: Ported, ask: HotfixAsk) -> tuple[str, ...]:
    target = done.shipped.target
    if done.only_there and done.spot.release and done.spot.start != done.spot.release.commit:
        return (f"{done.spot.line} has it, not yet released: relman release {done.spot.line}",)
    if done.landing and done.landing.instead_of:
        name = short(done.landing.move.ref)
        follow = f", then relman release {done.spot.line}" if ask.release else ""
        return (f"{done.landing.instead_of} is not moved: open a change request from {name}{follow}",)
    if ask.release and done.version and target.tag is None and not done.stopped:
        # The line's own name may mean its unreleased work.
        what = done.version if done.spot.isolated else done.spot.line
        return (f"when CI has passed: relman release {what}",)
    return ()
