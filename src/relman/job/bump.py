"""Version files only, as one commit on HEAD's branch; `release` is the whole thing."""

from relman.errors import Kind, RelmanError, usage
from relman.git.scratch import Scratch
from relman.job.aim import STEPS, find_where
from relman.job.facts import Facts
from relman.job.landing import change_pages, expects, land, pushes
from relman.job.shipping import Wishes, read_own
from relman.model.bump import Bump
from relman.model.lines import TRUNK
from relman.model.names import short
from relman.model.trailers import with_lines
from relman.model.version import Version, parse_strict, under
from relman.plan.plan import Base, Plan
from relman.plan.ship import Shipment, Stamp, ship
from relman.plan.stamp import write_versions


def plan_bump(facts: Facts, scratch: Scratch, version: str | None, wishes: Wishes) -> Plan:
    """Plans a bump on HEAD's branch.

    Errors: every file says the version already (nothing); HEAD is on no branch that relman moves, the version
    is below the line's newest release or of another line (usage).
    """
    where = find_where(facts, _branch(facts))
    wanted = _wanted(facts, where.line, version)
    _check(facts, where.line, wanted)
    start = where.tip.commit
    tree = scratch.tree_of(start)
    own = read_own(facts, scratch, start, tree)
    if not own.places:
        raise usage("there is no version file here", "relman init", "[[versions.files]] in relman.toml")
    edits = write_versions(own.files, own.places, wanted, facts.formats.write.write(wanted))
    if not edits:
        raise RelmanError(Kind.NOTHING, f"every version file says {wanted} already")
    message = with_lines(f"chore: set the version to {wanted}", wishes.trailers)
    landing = land(facts, "bump", where.branch, where.tip, wishes)
    shipped = ship(
        Shipment(
            line=where.line,
            base=Base(name=where.branch, commit=start),
            start=start,
            start_tree=tree,
            stamp=Stamp(message=message, edits=edits),
            branch=landing.move,
            version=str(wanted),
        )
    )
    steps = (*shipped.steps, *pushes(facts, shipped.steps, wishes))
    return Plan(
        operation="bump",
        title=f"bump to {wanted}",
        targets=(shipped.target,),
        steps=steps,
        expects=expects(facts, steps, tips=[where.tip], tags=()),
        facts=tuple(("edits", edit.path) for edit in edits),
        afterwards=(
            f"this writes version files only; the whole release is: relman release {where.line}",
            *change_pages(facts, landing),
        ),
    )


def _branch(facts: Facts) -> str:
    """HEAD's branch, where it is trunk or a line's: a bump moves no branch that nobody stands on."""
    ref = facts.refs.head.ref
    if ref is None:
        raise usage(
            "HEAD is on no branch, and a bump is a commit on HEAD's branch", f"git switch {facts.trunk_name}"
        )
    branch = short(ref)
    line = facts.lines.named(branch)
    if branch != facts.trunk_name and (line is None or line.branch != branch):
        raise usage(
            f"HEAD is on {branch}, which is neither trunk nor a release branch, and a bump is a commit on it",
            f"git switch {facts.trunk_name}",
            *(f"git switch {known.branch}" for known in facts.lines.all[:2] if known.branch),
        )
    return branch


def _check(facts: Facts, line: str, wanted: Version) -> None:
    base = facts.next(line).base
    if base is not None and wanted < base.version:
        raise usage(f"{wanted} is below {base.tag}, the newest release of {line}", f"relman next {line}")
    if line != TRUNK and not under(wanted, facts.line(line).numbers):
        raise usage(f"{wanted} does not belong to line {line}", f"relman next {line}")


def _wanted(facts: Facts, line: str, version: str | None) -> Version:
    coming = facts.next(line)
    if version in STEPS and coming.base:
        return coming.base.version.step(Bump[version.upper()])
    if version is not None:
        return parse_strict(version)
    if coming.version is None:
        raise RelmanError(
            Kind.NOTHING, f"nothing to bump for: {coming.explain[-1]}", hints=("relman bump patch",)
        )
    return coming.version
