"""The next release of a line: what is there, or what was prepared, gets its version, its notes and its tag."""

from typing import Literal

from msgspec import Struct

from relman.errors import Kind, RelmanError, usage
from relman.git.scratch import Scratch
from relman.job.cut import assumed, out_of_step_warns
from relman.job.facts import Facts
from relman.job.landing import expects, land, pushes
from relman.job.next import line_name
from relman.job.prepared import Prepared, find_prepared
from relman.job.shipping import Wishes, merge_isolated, prove, read_own, write_release
from relman.job.status import isolated_releases
from relman.model import message
from relman.model.bump import Bump
from relman.model.cut import Tip
from relman.model.lines import TRUNK
from relman.model.names import Oid
from relman.model.next import Next
from relman.model.tags import Release
from relman.model.version import Version, next_candidate, parse_strict, under
from relman.plan.plan import Base, Plan, Warn
from relman.plan.ship import BranchMove, Shipment, ship

Stage = Literal["candidate", "final"]

STEPS = ("major", "minor", "patch")
"""Words that stand where a version can."""


class ReleaseAsk(Struct, frozen=True, kw_only=True):
    """What was asked for: a line or a version; the stage; whether to tag."""

    what: str | None = None
    stage: Stage | None = None
    identifier: str | None = None
    tag: bool = True


class Where(Struct, frozen=True, kw_only=True):
    """The line, its branch, and the version that was asked for."""

    line: str
    branch: str
    tip: Tip
    given: Version | None


def find_where(facts: Facts, what: str | None) -> Where:
    """Reads `1.4`, a branch, `trunk`, or `1.4.3`; left out, or a step, HEAD's line.

    Error (usage): the line has no branch.
    """
    given = None
    if what in STEPS:
        what = None
    if what is not None and what.removeprefix("v").count(".") >= 2:
        given = parse_strict(what)
        owner = facts.lines.of(given)
        name = owner.name if owner else TRUNK
    else:
        name = line_name(facts, what)
    if name == TRUNK:
        if what is None and any(line.branch for line in facts.lines.all):
            raise usage(
                "HEAD is on trunk, and releases are made on release branches here",
                "relman cut",
                *(f"relman release {line.name}" for line in facts.lines.all[:2] if line.branch),
                "relman release trunk",
            )
        return Where(line=TRUNK, branch=facts.trunk_name, tip=facts.trunk, given=given)
    line = facts.line(name)
    tip = facts.tip(line.branch) if line.branch else None
    if line.branch is None or tip is None:
        raise usage(f"line {name} has no release branch", f"relman hotfix FIX --to {name}", "relman cut")
    return Where(line=name, branch=line.branch, tip=tip, given=given)


def needs_stage(facts: Facts, ask: ReleaseAsk, where: Where) -> Release | None:
    """The open candidate that makes it unclear whether another candidate or the final is meant."""
    if ask.stage is not None or where.given is not None or where.line == TRUNK:
        return None
    return facts.line(where.line).open_candidate


def plan_release(facts: Facts, scratch: Scratch, ask: ReleaseAsk, wishes: Wishes) -> Plan:
    """Plans a release. Errors: nothing to release (nothing); no branch, a taken or too low version (usage)."""
    facts.check_complete()
    if pairs := facts.twins():
        raise usage(pairs[0], "git tag -d TAG, for the one that is wrong")
    where = find_where(facts, ask.what)
    base = None if where.line == TRUNK else facts.line(where.line).newest
    prepared = (
        find_prepared(facts, scratch, where.tip.commit, base or facts.next(TRUNK).base) if ask.tag else None
    )
    if prepared and (where.given is None or where.given == prepared.version):
        return _tag_prepared(facts, scratch, where, prepared, wishes)
    candidate = needs_stage(facts, ask, where)
    if candidate is not None:
        raise usage(
            f"line {where.line} has the open candidate {candidate.tag}: say what comes next",
            f"relman release {where.line} --rc",
            f"relman release {where.line} --final",
        )
    return _write(facts, scratch, ask, where, wishes)


def _write(facts: Facts, scratch: Scratch, ask: ReleaseAsk, where: Where, wishes: Wishes) -> Plan:
    coming = facts.next(where.line)
    isolated = () if where.line == TRUNK else isolated_releases(facts, facts.line(where.line))
    version = _version(facts, ask, where, coming)
    start = where.tip.commit
    ground = merge_isolated(facts, scratch, start, where.branch, isolated)
    behind = [r for r in facts.releases if r.version < version and (r.version.stable or not version.stable)]
    commits = facts.graph.between([start], [r.commit for r in behind])
    landing = land(facts, "release", where.branch, where.tip, wishes)
    tagged = ask.tag and landing.instead_of is None
    own = read_own(facts, scratch, start, ground.tree)
    writing = write_release(
        facts,
        own,
        line=where.line,
        version=version,
        base=coming.base,
        commits=commits,
        extra=(),
        wishes=wishes,
        prepared=not tagged,
    )
    shipped = ship(
        Shipment(
            line=where.line,
            base=Base(name=where.branch, commit=start),
            start=start,
            start_tree=ground.tree if not ground.merges else scratch.tree_of(start),
            changes=ground.merges,
            stamp=writing.stamp,
            tag=writing.tag if tagged else None,
            branch=landing.move,
            version=str(version),
            ships=commits,
            notes=writing.notes,
        )
    )
    proof, warns = prove(
        facts,
        version=version,
        tag=writing.tag.name,
        line=where.line,
        base=_ancestor_base(facts, coming.base, start),
        start=start,
        merged=isolated,
        fixes=tuple(f"{r.tag} is in it: its tag is merged first" for r in isolated),
        ships=commits,
        places=own.places,
    )
    steps = (*shipped.steps, *pushes(facts, shipped.steps, wishes))
    return Plan(
        operation="release",
        title=f"release {writing.tag.name}" if tagged else f"release {version} prepared",
        targets=(shipped.target,),
        steps=steps,
        expects=expects(
            facts, steps, tips=[where.tip], tags=[r.tag for r in (*isolated, *_some(coming.base))]
        ),
        facts=_late(facts, where, version),
        warnings=(*warns, *out_of_step_warns(writing.out_of_step), *_capped(coming, where)),
        assumptions=assumed(facts),
        proofs=(proof,) if tagged else (),
        afterwards=_afterwards(where, tagged=tagged, instead_of=landing.instead_of),
    )


def _some(base: Release | None) -> tuple[Release, ...]:
    return (base,) if base else ()


def _ancestor_base(facts: Facts, base: Release | None, start: Oid) -> Release | None:
    """The base to prove: on trunk the base may stand on a line, which trunk does not contain."""
    return base if base and facts.graph.is_ancestor(base.commit, start) else None


def _version(facts: Facts, ask: ReleaseAsk, where: Where, coming: Next) -> Version:
    base = coming.base.version if coming.base else None
    final = where.given or _stepped(ask, coming) or coming.version
    if final is None:
        raise RelmanError(
            Kind.NOTHING,
            f"nothing to release on {where.line}: {coming.explain[-1]}",
            hints=(f"relman next {where.line} --explain",),
        )
    if base is not None and final <= base:
        raise usage(
            f"{final} is not above {base}, the newest release of {where.line}", f"relman next {where.line}"
        )
    if where.line != TRUNK and not under(final, facts.line(where.line).numbers):
        raise usage(f"{final} does not belong to line {where.line}", "relman cut")
    if final.stable and ask.stage == "candidate":
        final = next_candidate(
            final,
            ask.identifier or facts.config.versions.prerelease,
            tuple(r.version for r in facts.releases),
        )
        _check_new(facts, where, final)
    taken = facts.release(str(final))
    if taken is not None:
        raise usage(f"{final} is taken: tag {taken.tag}", f"relman next {where.line}")
    return final


def _stepped(ask: ReleaseAsk, coming: Next) -> Version | None:
    if ask.what in STEPS and coming.base:
        return coming.base.version.step(Bump[ask.what.upper()])
    return None


def _check_new(facts: Facts, where: Where, candidate: Version) -> None:
    """A further candidate needs something that the last one lacks."""
    last = None if where.line == TRUNK else facts.line(where.line).open_candidate
    if (
        last
        and last.version.numbers == candidate.numbers
        and not facts.graph.between([where.tip.commit], [last.commit])
    ):
        raise RelmanError(
            Kind.NOTHING,
            f"nothing is new on {where.branch} since {last.tag}",
            hints=(f"relman release {where.line} --final",),
        )


def _late(facts: Facts, where: Where, version: Version) -> tuple[tuple[str, str], ...]:
    """Commits of a final release that were in no candidate, for people to look at."""
    last = None if where.line == TRUNK else facts.line(where.line).open_candidate
    if last is None or not version.stable:
        return ()
    late = facts.graph.between([where.tip.commit], [last.commit])
    subjects = [facts.graph.commit(o).subject for o in late]
    rows = [s for s in subjects if not message.is_release_subject(s)]
    return tuple(("in no candidate", row) for row in rows)


def _capped(coming: Next, where: Where) -> tuple[Warn, ...]:
    if where.line == TRUNK or coming.bump <= Bump.PATCH or coming.version is None or coming.base is None:
        return ()
    if coming.version == coming.base.version.step(coming.bump):
        return ()
    return (
        Warn(
            message=f"a {coming.bump.word} change goes out as {coming.version}, which is what the line allows"
        ),
    )


def _tag_prepared(facts: Facts, scratch: Scratch, where: Where, prepared: Prepared, wishes: Wishes) -> Plan:
    """Tags what was prepared, at the commit of the line that first holds it, and writes nothing else."""
    version, commit = prepared.version, prepared.commit
    behind = [r for r in facts.releases if r.version < version and (r.version.stable or not version.stable)]
    commits = facts.graph.between([commit], [r.commit for r in behind])
    base = next((r for r in behind if r.version.stable and facts.graph.is_ancestor(r.commit, commit)), None)
    own = read_own(facts, scratch, commit, scratch.tree_of(commit))
    writing = write_release(
        facts,
        own,
        line=where.line,
        version=version,
        base=base,
        commits=commits,
        extra=(),
        wishes=wishes,
        prepared=False,
    )
    shipped = ship(
        Shipment(
            line=where.line,
            base=Base(name=where.branch, commit=commit),
            start=commit,
            start_tree=scratch.tree_of(commit),
            tag=writing.tag,
            branch=_standing(where, commit),
            version=str(version),
            ships=commits,
            notes=writing.notes,
        )
    )
    proof, warns = prove(
        facts,
        version=version,
        tag=writing.tag.name,
        line=where.line,
        base=base,
        start=commit,
        merged=(),
        fixes=(),
        ships=commits,
        places=own.places,
    )
    steps = (*shipped.steps, *pushes(facts, shipped.steps, wishes))
    told = f"{version} was prepared and {prepared.how}; only the tag is missing"
    return Plan(
        operation="release",
        title=f"release {writing.tag.name}",
        targets=(shipped.target,),
        steps=steps,
        expects=expects(facts, steps, tips=[where.tip], tags=[r.tag for r in _some(base)]),
        facts=(("prepared", told), *(("differs", path) for path in prepared.differs)),
        warnings=warns,
        assumptions=assumed(facts),
        proofs=(proof,),
    )


def _standing(where: Where, commit: Oid) -> BranchMove | None:
    """The branch of a tag-only plan: none moves, unless the local one is behind what is tagged."""
    behind = where.tip.state in ("behind", "absent") and commit == where.tip.commit
    return BranchMove(ref=where.tip.ref, old=where.tip.local) if behind else None


def _afterwards(where: Where, *, tagged: bool, instead_of: str | None) -> tuple[str, ...]:
    if instead_of:
        return (f"{instead_of} is protected: open a change request, then relman release {where.line}",)
    return () if tagged else (f"when CI has passed: relman release {where.line}",)
