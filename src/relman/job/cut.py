"""The end of the sprint: a release branch from trunk, with its first candidate or its first release."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct, structs

from relman.errors import Kind, RelmanError, usage
from relman.git.revision import resolve
from relman.git.scratch import Scratch
from relman.job.aim import check_twins
from relman.job.debts import debt_of, debt_warns, release_debts
from relman.job.development import next_development
from relman.job.facts import Facts
from relman.job.held import held_release
from relman.job.landing import branch_pattern, change_pages, expects, land, new_parts, pushes
from relman.job.shipping import Wishes, prove, read_own, write_release
from relman.job.strategy import check_cuts, one_at_a_time
from relman.job.version import before
from relman.job.works import unfinished_warns
from relman.model.bump import Bump
from relman.model.cut import is_cut
from relman.model.lines import TRUNK, Line, line_numbers
from relman.model.names import Oid
from relman.model.next import Next, next_on_trunk
from relman.model.strategy import least_step
from relman.model.version import Version, next_candidate, parse_strict
from relman.plan.plan import Base, Debt, Plan, Warn
from relman.plan.ship import Shipment, ship

Stage = Literal["candidate", "final"]
_STEPS = {"commits": Bump.NONE, "patch": Bump.PATCH, "minor": Bump.MINOR, "major": Bump.MAJOR}


class CutAsk(Struct, frozen=True, kw_only=True):
    """What was asked for. `stage` absent: as configured. `identifier`: `rc` unless given."""

    version: str | None = None
    start: str | None = None
    stage: Stage | None = None
    identifier: str | None = None
    tag: bool = True


def plan_cut(facts: Facts, scratch: Scratch, ask: CutAsk, wishes: Wishes) -> Plan:
    """Plans a cut. Errors: nothing to release (nothing); a line or version that exists, or is too low (usage)."""
    facts.check_remote()
    facts.check_complete()
    check_twins(facts)
    passes = check_cuts(facts).lifetime == "release"
    trunk = facts.trunk
    start = resolve(facts.repo, ask.start) if ask.start else trunk.commit
    if not facts.graph.is_ancestor(start, trunk.commit):
        raise usage(f"{ask.start} is not on {facts.trunk_name}", f"git log --oneline -5 {facts.trunk_name}")
    coming = _coming(facts, start)
    final = _version(facts, ask, coming)
    numbers = final.numbers[: new_parts(facts)]
    name = ".".join(map(str, numbers))
    branch = branch_pattern(facts).replace("{line}", name)
    _check_free(facts, branch, name, final)
    stage = ask.stage or ("candidate" if facts.config.cut.candidate and final.stable else "final")
    version = final
    if stage == "candidate" and final.stable:
        identifier = ask.identifier or facts.config.versions.prerelease
        version = next_candidate(final, identifier, tuple(r.version for r in facts.releases))
    landing = land(facts, "cut", branch, None, wishes, start=start)
    # A final that its strategy merges somewhere is prepared here, and finished by `release`.
    tagged = ask.tag and landing.instead_of is None and not (passes and version.stable)
    tree = scratch.tree_of(start)
    own = read_own(facts, scratch, start, tree)
    writing = write_release(
        facts,
        own,
        line=name,
        version=version,
        base=coming.base,
        commits=coming.unreleased,
        extra=(),
        wishes=wishes,
        prepared=not tagged,
        may_say=said_on_trunk(facts, start, version),
    )
    shipped = ship(
        Shipment(
            line=name,
            base=Base(name=facts.trunk_name, commit=start),
            start=start,
            start_tree=tree,
            stamp=writing.stamp,
            tag=writing.tag if tagged else None,
            branch=landing.move,
            version=str(version),
            ships=coming.unreleased,
            notes=writing.notes,
        )
    )
    proof, warns = prove(
        facts,
        version=version,
        tag=writing.tag.name,
        line=name,
        base=held_release(facts, start, version),
        start=start,
        merged=(),
        fixes=(),
        ships=coming.unreleased,
        places=own.places,
    )
    going_on = next_development(facts, scratch, final, wishes)
    moving = (*shipped.steps, *(going_on.steps if going_on else ()))
    steps = (*moving, *pushes(facts, moving, wishes))
    debts = _debts(facts, scratch, start)
    base_tag = (coming.base.tag,) if coming.base else ()
    return Plan(
        operation="cut",
        title=f"cut {name} with {writing.tag.name}" if tagged else f"cut {name}, {version} prepared",
        targets=(shipped.target,),
        steps=steps,
        expects=expects(
            facts, steps, tips=[trunk], tags=(*base_tag, *(() if tagged else (writing.tag.name,)))
        ),
        facts=(
            ("line", f"{name} on {branch}, cut from {facts.trunk_name} at {start[:10]}"),
            *((("trunk", f"{facts.trunk_name} goes on as {going_on.target.version}"),) if going_on else ()),
        ),
        debts=debts,
        warnings=(
            *warns,
            *(one_at_a_time(facts) or _unfinished(facts)),
            *unfinished_warns(facts),
            *debt_warns(debts),
            *out_of_step_warns(writing.out_of_step),
        ),
        assumptions=assumed(facts),
        proofs=(proof,) if tagged else (),
        afterwards=(
            *_afterwards(name, version, start, tagged=tagged, instead_of=landing.instead_of, branch=branch),
            *change_pages(facts, landing),
        ),
    )


def _debts(facts: Facts, scratch: Scratch, start: Oid) -> tuple[Debt, ...]:
    """What the start lacks of the lines; what trunk has by now is settled by cutting from there."""
    found = [debt_of(facts, o) for o in release_debts(facts, lambda: scratch, start, TRUNK, facts.lines.all)]
    trunk = facts.trunk.commit
    if start == trunk or not found:
        return tuple(found)
    owed = {o.commit for o in release_debts(facts, lambda: scratch, trunk, TRUNK, facts.lines.all)}
    place = f"{facts.trunk_name} at {start[:10]}"
    return tuple(
        structs.replace(d, missing_on=(place,), settle=d.settle if d.commit in owed else "relman cut")
        for d in found
    )


def _coming(facts: Facts, start: Oid) -> Next:
    if start == facts.trunk.commit:
        return facts.next(TRUNK)
    known = before(facts, start)
    least = least_step(facts.trunk_role)
    return next_on_trunk(
        facts.graph, facts.lines, facts.line_tip, start, known.releases, facts.policy, least=least
    )


def _version(facts: Facts, ask: CutAsk, coming: Next) -> Version:
    base = coming.base.version if coming.base else None
    if ask.version in ("major", "minor", "patch"):
        if base is None:
            raise usage(
                f"there is no release yet to step from with {ask.version}", f"relman cut {facts.policy.first}"
            )
        return base.step(Bump[ask.version.upper()])
    if ask.version is not None:
        given = parse_strict(ask.version)
        if base is not None and given < base:
            raise usage(
                f"{given} is lower than {base}, which trunk stands on", f"relman cut {base.step(Bump.MINOR)}"
            )
        return given
    if coming.version is None:
        raise RelmanError(
            Kind.NOTHING,
            f"nothing to cut: {coming.explain[-1]}",
            hints=("relman next trunk --explain", "relman cut minor"),
        )
    return max(coming.version, base.step(least_cut(facts))) if base else coming.version


def least_cut(facts: Facts) -> Bump:
    """The step by which a cut rises at least, whatever is in it."""
    return Bump.MAJOR if facts.lines.parts == 1 else _STEPS[facts.strategy.cut]


def _check_free(facts: Facts, branch: str, name: str, version: Version) -> None:
    known = facts.lines.named(name)
    if facts.tip(branch) is not None or (known is not None and known.branch):
        raise usage(
            f"line {name} is cut already, on {known.branch if known else branch}", f"relman release {name}"
        )
    release = facts.release(str(version))
    if release is not None:
        raise usage(f"{version} is taken: tag {release.tag}", "relman next trunk")


def _unfinished(facts: Facts) -> tuple[Warn, ...]:
    """The newest line must have its final release before the next one is cut."""
    lines = (line for line in facts.lines.all if line.branch)
    newest = next((line for line in lines if line.releases or _left_trunk(facts, line)), None)
    if newest is None or newest.stable is not None:
        return ()
    return (
        Warn(
            message=f"line {newest.name} has no final release yet",
            rule="unfinished-line",
            hint=f"relman release {newest.name} --final",
        ),
    )


def _left_trunk(facts: Facts, line: Line) -> bool:
    return is_cut(facts.graph, line, facts.line_end(line), facts.trunk.commit)


def said_on_trunk(facts: Facts, start: Oid, version: Version) -> tuple[Version, ...]:
    """What trunk's version files may say before a release; nothing where no release shows what they should.

    Releases that are made on lines leave trunk's files behind, so any release above the newest one that trunk
    contains may stand there.
    """
    low = held_release(facts, start, version)
    if low is None:
        return ()
    between = (r.version for r in facts.releases if low.version <= r.version < version)
    return (*between, version, version.final())


def out_of_step_warns(sentences: Sequence[str]) -> tuple[Warn, ...]:
    """Version files that do not say what they should refuse a cut and a release."""
    return tuple(Warn(message=s, rule="out-of-step", hint="relman bump") for s in sentences)


def assumed(facts: Facts) -> tuple[str, ...]:
    """What was detected, because a command that changes something must say so."""
    said = []
    if facts.config.trunk is None:
        said.append(f"trunk is {facts.trunk_name}")
    if facts.config.tags.format is None:
        said.append(f"tags are written {facts.formats.write} ({facts.formats.evidence})")
    cuts = facts.strategy.role("release") is not None
    if (
        cuts
        and facts.config.lines.branch is None
        and line_numbers(branch_pattern(facts).replace("{line}", "1.0"))
    ):
        said.append(f"release branches are called {branch_pattern(facts)}")
    return tuple(said)


def _afterwards(
    name: str, version: Version, start: Oid, *, tagged: bool, instead_of: str | None, branch: str
) -> tuple[str, ...]:
    if instead_of:
        return (
            f"create {branch} at {start[:10]} and open a change request to it",
            f"when it is merged: relman release {name}",
        )
    if not tagged:
        return (f"when CI has passed: relman release {name}",)
    if version.stable:
        return ()
    return (f"when it has been tested: relman release {name} --final",)
