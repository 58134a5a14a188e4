"""Version files only, as one commit on HEAD's branch; `release` is the whole thing."""

from relman.errors import Kind, RelmanError, usage
from relman.git.scratch import Scratch
from relman.job.aim import STEPS, find_where
from relman.job.facts import Facts
from relman.job.landing import change_pages, expects, land, pushes
from relman.job.shipping import Wishes, read_own
from relman.model.bump import Bump
from relman.model.trailers import with_lines
from relman.model.version import Version, parse_strict
from relman.plan.plan import Base, Plan
from relman.plan.ship import Shipment, Stamp, ship
from relman.plan.stamp import write_versions


def plan_bump(facts: Facts, scratch: Scratch, version: str | None, wishes: Wishes) -> Plan:
    """Plans a bump of HEAD's line; error (nothing) where every file says the version already."""
    where = find_where(facts, facts.trunk_name if facts.head_line == "trunk" else facts.head_line)
    wanted = _wanted(facts, where.line, version)
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
