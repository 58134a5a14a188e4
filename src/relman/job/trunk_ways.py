"""Ways that release trunk: as it is, or with what is half done taken out first and put back afterwards."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from shlex import quote

from relman.errors import RelmanError
from relman.git.scratch import Scratch
from relman.job.facts import Facts
from relman.job.feature import unreleased
from relman.job.fix_ways import Asked, besides, verdict_of
from relman.job.future import Tried, after, attempt
from relman.job.hotfix import plan_hotfix
from relman.job.park import plan_park
from relman.job.porting import HotfixAsk
from relman.job.ready import read_ready, release_trunk
from relman.job.shipping import Wishes
from relman.job.works import works
from relman.model.feature import Work
from relman.model.lines import TRUNK
from relman.model.names import Oid
from relman.plan.option import Kind, Option
from relman.plan.override import flags_of
from relman.render.words import counted, listed


def trunk_as_is(facts: Facts, scratch: Scratch, asked: Asked, wishes: Wishes) -> Option:
    """Ships trunk with everything that is on it; clean only where nothing stands in the way of a release."""
    now, first, stopped = _with_fix(facts, scratch, asked, wishes)
    if stopped is not None:
        return stopped("trunk-as-is")
    release = release_trunk(now, scratch, wishes)
    ready = read_ready(now, scratch, wishes, asked.features, release=release)
    extra = besides(now, ready.commits, asked.fixes)
    blocking = tuple(work for work in ready.works if work.blocks)
    plan = release.tried.plan
    reasons = [f"{o.message}{f': {o.hint}' if o.hint else ''}" for o in ready.obstacles]
    off = [f"{w.name} ships, and its toggle in {w.toggle} is off" for w in ready.works if w.hidden and w.why]
    return Option(
        kind="trunk-as-is",
        verdict="clean" if ready.ready else "impossible",
        why=f"everything on {facts.trunk_name} goes out" if ready.ready else ready.obstacles[0].message,
        version=ready.version if plan else None,
        tree=ready.tree,
        ships_besides=extra,
        unfinished=blocking,
        debts=plan.debts if plan else (),
        commands=(*first, f"{release.command}{flags_of(plan)}") if plan else (),
        evidence=(*reasons, *off),
    )


def back_out(facts: Facts, scratch: Scratch, asked: Asked, wishes: Wishes) -> Option:
    """Takes out what is unfinished, releases trunk, and puts it back."""
    names = _half_done(works(facts, asked.features), asked.features)
    if not names:
        return Option(
            kind="back-out",
            verdict="impossible",
            why=f"nothing unfinished is known on {facts.trunk_name}: name it with --feature",
        )
    now, first, stopped = _with_fix(facts, scratch, asked, wishes)
    if stopped is not None:
        return stopped("back-out")
    taken: list[str] = []
    parks: list[str] = []
    out: set[Oid] = set()
    for name in names:
        tried = attempt(scratch, partial(plan_park, now, scratch, name, wishes), wishes.now)
        if tried.sealed is None or tried.plan is None or tried.plan.feature is None:
            return _entangled(tried, name)
        if set(tried.plan.feature.commits) & {fix.id for fix in asked.fixes}:
            return Option(
                kind="back-out", verdict="impossible", why=f"the fix is part of {name}, and would go with it"
            )
        parks.append(f"relman park {quote(name)}{flags_of(tried.plan)}")
        out.update(tried.plan.feature.commits)
        taken.append(f"takes {counted(len(tried.plan.feature.commits), 'commit')} of {name} out")
        now = after(now, tried.sealed)
    release = release_trunk(now, scratch, wishes)
    plan = release.tried.plan
    if plan is None:
        return _refused(release.tried.error)
    ready = read_ready(now, scratch, wishes, release=release)
    words = [quote(name) for name in names]
    # What parks takes back is no part of the release, and neither are the parks themselves.
    known = frozenset(unreleased(facts).commits)
    extra = tuple(
        o for o in besides(facts, plan.targets[0].ships, asked.fixes) if o in known and o not in out
    )
    return Option(
        kind="back-out",
        verdict="clean" if ready.ready else "impossible",
        why=f"{listed(names)} is taken out and put back" if ready.ready else ready.obstacles[0].message,
        version=plan.targets[0].version,
        tree=ready.tree,
        ships_besides=extra,
        debts=plan.debts,
        commands=(
            *first,
            *parks,
            f"{release.command}{flags_of(plan)}",
            *(f"relman unpark {word}" for word in reversed(words)),
        ),
        evidence=(
            *taken,
            "putting it back restores the tree of today: tried",
            *(o.message for o in ready.obstacles),
        ),
    )


def _half_done(found: Iterable[Work], asked: Sequence[str]) -> list[str]:
    """The words to park them by: as they were asked for, else by name; loose work in progress by its commits."""
    known = {word.rpartition(":")[2] for word in asked} | {word.partition(",")[0] for word in asked}
    rest = [work for work in found if work.blocks and work.name not in known]
    more = [",".join(o[:10] for o in w.commits) if w.name == "wip" else w.name for w in rest]
    return [*asked, *more]


def _entangled(tried: Tried, name: str) -> Option:
    error = tried.error
    stuck = error.facts.get("conflicts", ()) if error else ()
    number = len(stuck) if isinstance(stuck, list) else 0
    return Option(
        kind="back-out",
        verdict="conflicts" if number else "impossible",
        why=error.message if error else f"{name} cannot be taken out",
        manual_resolutions=number,
        commands=(f"relman park {quote(name)} --dry-run",) if number else (),
    )


def _refused(error: RelmanError | None) -> Option:
    return Option(
        kind="back-out", verdict="impossible", why=error.message if error else "no release of trunk"
    )


WithFix = tuple[Facts, tuple[str, ...], Callable[[Kind], Option] | None]
"""The facts then, the commands that lead there, and the answer where it does not go."""


def _with_fix(facts: Facts, scratch: Scratch, asked: Asked, wishes: Wishes) -> WithFix:
    """Trunk with the fix on it: as it is, or as a backport to it would leave it, and that command."""
    trunk = facts.trunk.commit
    if all(facts.graph.is_ancestor(fix.id, trunk) for fix in asked.fixes):
        return facts, (), None
    ask = HotfixAsk(fixes=asked.words, to=(TRUNK,), release=False)
    tried = attempt(scratch, lambda: plan_hotfix(facts, scratch, ask, wishes), wishes.now)
    found = verdict_of(tried)
    if found.verdict == "already-there":
        return facts, (), None
    if tried.sealed is None or found.verdict not in ("clean", "bookkeeping-conflicts"):
        why = f"the fix does not go onto {facts.trunk_name}: {found.why}"
        return (
            facts,
            (),
            lambda kind: Option(
                kind=kind,
                verdict=found.verdict,
                why=why,
                manual_resolutions=found.conflicts,
                commands=found.commands,
            ),
        )
    words = " ".join(quote(word) for word in asked.words)
    flags = flags_of(tried.sealed.plan)
    return after(facts, tried.sealed), (f"relman backport {words} --to trunk{flags}",), None
