"""Which release a commit holds: what proofs build on, what version files should say, what was shipped from here."""

from relman.job.facts import Facts
from relman.model.names import Oid
from relman.model.tags import Release
from relman.model.version import Version


def held_release(facts: Facts, commit: Oid, below: Version | None = None) -> Release | None:
    """The highest stable release that a commit holds, below a version if one is given.

    What the next version is counted from may stand on a line, or beside it, and not be in that commit.
    """
    return facts.once(("held", commit, below), lambda: _held(facts, commit, below))


def _held(facts: Facts, commit: Oid, below: Version | None) -> Release | None:
    sound = (r for r in facts.releases if r.sound)
    wanted = [r for r in sound if below is None or r.version < below]
    held = facts.graph.reachable_tags(commit, {r.tag: r.commit for r in wanted})
    return next((r for r in wanted if r.tag in held), None)
