"""Whether trunk could be released right now, with what in it, under which version, and what stands in the way."""

from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from relman.errors import RelmanError
from relman.git.scratch import Scratch
from relman.job.aim import ReleaseAsk
from relman.job.cut import CutAsk, least_cut, plan_cut
from relman.job.debts import debt_of, debt_warns, release_debts
from relman.job.facts import Facts
from relman.job.feature import unreleased
from relman.job.future import Tried, attempt
from relman.job.release import plan_release
from relman.job.shipping import Wishes
from relman.job.works import works
from relman.model.feature import Work
from relman.model.lines import TRUNK
from relman.model.names import Oid
from relman.plan.plan import Debt, Plan, Warn
from relman.render.ready import Obstacle, Ready


class TrunkRelease(Struct, frozen=True, kw_only=True):
    """What a release of trunk would be: the plan or the error, and the command that makes it."""

    tried: Tried
    command: str


def release_trunk(facts: Facts, scratch: Scratch, wishes: Wishes) -> TrunkRelease:
    """Plans the final release of trunk: a cut where this repository has release branches, else a release."""
    ways: list[tuple[Callable[[], Plan], str]] = []
    if any(line.branch for line in facts.lines.all):
        ways.append((lambda: plan_cut(facts, scratch, CutAsk(stage="final"), wishes), "relman cut --final"))
    ask = ReleaseAsk(what=TRUNK, stage="final")
    ways.append((lambda: plan_release(facts, scratch, ask, wishes), "relman release trunk --final"))
    first: TrunkRelease | None = None
    for make, command in ways:
        found = TrunkRelease(tried=attempt(scratch, make, wishes.now), command=command)
        if found.tried.sealed is not None:
            return found
        first = first or found
    assert first is not None  # noqa: S101  there is always one way
    return first


def read_ready(
    facts: Facts,
    scratch: Scratch,
    wishes: Wishes,
    asked: Iterable[str] = (),
    *,
    release: TrunkRelease | None = None,
) -> Ready:
    """Answers for trunk's tip. `asked` are features that a person says are unfinished.

    Errors (usage): a feature that selects nothing; a toggle whose file or key does not exist.
    """
    known = works(facts, asked)
    release = release or release_trunk(facts, scratch, wishes)
    plan = release.tried.plan
    obstacles = [*_unfinished(facts, known)]
    if plan is None:
        obstacles.append(_refused(release.tried.error))
        owed = _owed(facts, scratch)
        obstacles += _warned(debt_warns(owed), owed)
    else:
        obstacles += _warned(plan.warnings, plan.debts)
        obstacles += _breaking(facts)
    target = plan.targets[0] if plan else None
    tip = release.tried.tip()
    return Ready(
        ready=not obstacles,
        version=target.version if target else _coming(facts),
        why=_why(facts, target.version) if target else "",
        command=release.command,
        tree=scratch.tree_of(tip) if tip else None,
        commits=tuple(o for o in unreleased(facts).commits if len(facts.graph.commit(o).parents) < 2),
        works=known,
        obstacles=tuple(obstacles),
        subjects={oid: facts.graph.commit(oid).subject for o in obstacles for oid in o.commits},
    )


def _warned(warnings: Iterable[Warn], debts: Iterable[Debt]) -> Iterator[Obstacle]:
    """What refuses a release unless a person goes past it."""
    owed = tuple(debt.commit for debt in debts)
    for warning in warnings:
        if warning.rule is not None:
            commits = owed if warning.rule == "debts" else ()
            yield Obstacle(kind=warning.rule, message=warning.message, hint=warning.hint, commits=commits)


def _owed(facts: Facts, scratch: Scratch) -> tuple[Debt, ...]:
    """What trunk lacks of what was released; nothing where that cannot be told, which the release's own error says."""
    try:
        owed = release_debts(facts, lambda: scratch, facts.trunk.commit, TRUNK, facts.lines.all)
    except RelmanError:
        return ()
    return tuple(debt_of(facts, owing) for owing in owed)


def _unfinished(facts: Facts, known: Iterable[Work]) -> list[Obstacle]:
    return [
        Obstacle(
            kind="unfinished",
            message=f"{work.name} is unfinished ({work.why}), and "
            + ("its toggle is on" if work.toggle else "no toggle hides it"),
            hint=f"relman options --feature {work.name}"
            if work.name == "wip"
            else f"relman park {work.name} --dry-run",
            commits=tuple(o for o in work.commits if len(facts.graph.commit(o).parents) < 2),
        )
        for work in known
        if work.blocks
    ]


def _breaking(facts: Facts) -> list[Obstacle]:
    """Breaking changes that raise the major number; on 0.x they are the rule."""
    coming = facts.next(TRUNK)
    base = coming.base.version if coming.base else None
    if base is None or coming.version is None or coming.version.major == base.major:
        return []
    found: tuple[Oid, ...] = tuple(b.commit for b in coming.because if b.kind == "breaking")
    if not found:
        return []
    many = "a breaking change makes" if len(found) == 1 else f"{len(found)} breaking changes make"
    return [
        Obstacle(
            kind="breaking",
            message=f"{many} it {coming.version}",
            hint="relman next trunk --explain",
            commits=found,
        )
    ]


def _why(facts: Facts, version: str | None) -> str:
    """Why a release gets another version than trunk's commits ask for: a cut has a least step."""
    coming, step = facts.next(TRUNK), least_cut(facts)
    if coming.base is None or coming.version is None or version == str(coming.version):
        return ""
    return f"a cut rises by a {step.word} step" if version == str(coming.base.version.step(step)) else ""


def _coming(facts: Facts) -> str | None:
    """The version that trunk would get, where its release is refused for another reason."""
    version = facts.next(TRUNK).version
    return str(version) if version else None


def _refused(error: RelmanError | None) -> Obstacle:
    if error is None:
        return Obstacle(kind="unknown", message="no release of trunk could be planned", hint="relman status")
    return Obstacle(
        kind=error.kind.name.lower(), message=error.message, hint=error.hints[0] if error.hints else ""
    )
