"""How far the ladder may reach for one target: other lines, their releases, the files that are bookkeeping."""

from collections.abc import Mapping, Sequence

from relman.config.find import for_target
from relman.git.scratch import Scratch
from relman.job.facts import Facts
from relman.job.open import tree_config
from relman.job.target import Spot
from relman.model.lines import TRUNK
from relman.model.names import Oid
from relman.run.rungs import Reach
from relman.run.siblings import LineEnd


def reach(
    facts: Facts,
    scratch: Scratch,
    spot: Spot,
    *,
    ends: Mapping[str, Oid] | None = None,
    with_prerequisites: bool = False,
    past_not_affected: bool = False,
) -> Reach:
    """Gives what the rungs past a conflict may use; what costs something is read only when they ask.

    `ends` says of some lines where they will end when the operation is done.
    """
    coming = ends or {}
    own = tree_config(facts.repo, spot.start)
    config = for_target(facts.config, own, lambda path: scratch.has_path(scratch.tree_of(spot.start), path))

    def lines() -> Sequence[LineEnd]:
        known = (
            (line, coming.get(line.name) or facts.line_end(line) or facts.end(line))
            for line in facts.lines.all
        )
        return [LineEnd(name=line.name, numbers=line.numbers, end=end) for line, end in known if end]

    def releases() -> Sequence[tuple[str, Oid]]:
        return [(r.tag, r.commit) for r in reversed(facts.releases) if r.version.stable]

    return Reach(
        repo=facts.repo,
        patterns=config.picks.bookkeeping,
        lines=lines,
        target=() if spot.line == TRUNK else facts.line(spot.line).numbers,
        releases=releases,
        patch_id=facts.patch_id,
        with_prerequisites=with_prerequisites,
        past_not_affected=past_not_affected,
    )
