"""What a cut does to trunk where the team wants it: version files go on to the next development version."""

from relman.git.scratch import Scratch
from relman.job.facts import Facts
from relman.job.landing import land
from relman.job.shipping import Wishes, read_own
from relman.model.bump import Bump
from relman.model.lines import TRUNK
from relman.model.trailers import with_lines
from relman.model.version import Version
from relman.plan.plan import Base
from relman.plan.ship import Shipment, Shipped, Stamp, ship
from relman.plan.stamp import write_versions

DEVELOPMENT = "dev.0"
"""The pre-release of a development version; `.dev0` where PEP 440 is spelled."""


def next_development(facts: Facts, scratch: Scratch, cut: Version, wishes: Wishes) -> Shipped | None:
    """Moves trunk's version files past a version that was cut: 1.6.0-dev.0 after 1.5.0; nothing without files."""
    if not facts.config.cut.next_development:
        return None
    start = facts.trunk.commit
    tree = scratch.tree_of(start)
    own = read_own(facts, scratch, start, tree)
    after = cut.final().step(Bump.MAJOR if facts.lines.parts == 1 else Bump.MINOR)
    version = Version(major=after.major, minor=after.minor, patch=after.patch, pre=DEVELOPMENT)
    edits = write_versions(own.files, own.places, version, facts.formats.write.write(version))
    if not edits:
        return None
    landing = land(facts, "cut", facts.trunk_name, facts.trunk, wishes)
    return ship(
        Shipment(
            line=TRUNK,
            base=Base(name=facts.trunk_name, commit=start),
            start=start,
            start_tree=tree,
            stamp=Stamp(
                message=with_lines(f"chore: begin the development of {after}", wishes.trailers), edits=edits
            ),
            branch=landing.move,
            version=str(version),
        )
    )
