"""What every job starts from: a clone, with what follows from it.

The next versions, the live lines, production, and whether the clone is complete enough to say so.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import islice

from msgspec.structs import replace

from relman.config.rules import bump_table
from relman.errors import RelmanError, usage
from relman.job.clone import Clone
from relman.job.complete import check_complete, check_fetched, too_shallow
from relman.job.production import Production, find_production, production
from relman.model.bump import Bump
from relman.model.count import Policy
from relman.model.cut import head_line, nearest_release, standing_alike
from relman.model.lines import TRUNK, Line, Lines
from relman.model.names import HEADS, Oid, branch_ref, short
from relman.model.next import Next, next_on_line, next_on_trunk
from relman.model.ports import merged_in, newest_cut_lines, shipped
from relman.model.strategy import hotfix_numbers, least_step
from relman.model.version import parse_strict


class Facts(Clone):
    """One repository at one moment, with what the configuration makes of it."""

    @cached_property
    def head_line(self) -> str:
        """The name of HEAD's line."""
        branch = self.refs.head.ref
        if branch is None or line_branch(branch, self.lines) is None:
            newest = ((line, line.newest.commit if line.newest else None) for line in self.lines.all)
            ends = ((line, end) for line, new in newest if (end := self.line_end(line) or new))
            trunk = self.tip(self.trunk_name)
            hotfix = hotfix_numbers(self.strategy, short(branch)) if branch else None
            at = trunk.commit if trunk else None
            return head_line(self.refs, self.graph, self.lines, ends, at, hotfix)
        return head_line(self.refs, self.graph, self.lines, (), None)

    @cached_property
    def policy(self) -> Policy:
        """What decides a bump."""
        versions = self.config.versions
        return Policy(
            bumps=bump_table(versions),
            zero=versions.zero,
            unclassified=versions.unclassified,
            first=parse_strict(versions.first),
        )

    def next(self, name: str) -> Next:
        """The next version of a line, or of trunk; refused where this clone lacks what the answer needs."""
        return self.once(("next", name), lambda: self._next(name))

    def _next(self, name: str) -> Next:
        self.check_fetched()
        self.graph.reached.clear()
        answer = self._next_on_trunk() if name == TRUNK else self._next_on_line(name)
        if self.graph.reached:
            raise too_shallow(self)
        return answer

    def _next_on_trunk(self) -> Next:
        return next_on_trunk(
            self.graph,
            self.lines,
            self.line_end,
            self.trunk.commit,
            self.releases,
            self.policy,
            self.shipped_on_lines,
            least=least_step(self.trunk_role),
        )

    def _next_on_line(self, name: str) -> Next:
        line = self.line(name)
        end = self.end(line)
        if end is None:
            raise usage(f"line {name} has neither a branch nor a release", "relman status")
        alike = standing_alike(self.lines, self.line_end, line)
        nearest = nearest_release(self.graph, end, self.releases) if alike else None
        going_on = self.lines.of(nearest.version) if nearest else None
        # The line that comes right after the nearest release is named by it.
        follows = nearest is not None and line.first in (
            nearest.version.step(Bump.MINOR),
            nearest.version.step(Bump.MAJOR),
        )
        if nearest is None or going_on is None or follows:
            return next_on_line(self.graph, line, end, self.releases, self.policy)
        answer = next_on_line(self.graph, going_on, end, self.releases, self.policy)
        said = (
            f"{', '.join(alike)} stand on one commit without a release, so their names say nothing; "
            f"the nearest release is {nearest.tag}"
        )
        return replace(answer, line=line.name, explain=(said, *answer.explain))

    def shipped_on_lines(self, commits: Sequence[Oid]) -> Mapping[Oid, str]:
        """Says which trunk commits shipped already as ports: on the newest two cut lines, or merged back."""
        trunk = self.trunk.commit
        on_lines = shipped(self.graph, commits, self.newest_cut_lines, trunk, self.patch_id)
        return {**merged_in(self.graph, commits, self.releases, self.patch_id), **on_lines}

    @cached_property
    def newest_cut_lines(self) -> tuple[tuple[Line, Oid], ...]:
        """Lines that left trunk and have a stable release, with that release's commit, highest first."""
        return newest_cut_lines(self.graph, self.lines.all, self.trunk.commit)

    @cached_property
    def live(self) -> tuple[tuple[Line, str], ...]:
        """The live lines, each with its reason (DESIGN 2), highest first."""
        if self.config.lines.live is not None:
            return tuple((self.known_line(name), "lines.live names it") for name in self.config.lines.live)
        if states := self.config.lines.states:
            known = ((line, states[line.name]) for line in self.lines.all if line.name in states)
            return tuple((line, f"lines.states: {state}") for line, state in known if state != "end-of-life")
        reasons: dict[str, str] = {}
        try:
            production = self.find_production()
        except RelmanError:  # unknown production is no reason for a line; who needs it asks `production`
            production = None
        if production and (line := self.lines.of(production.release.version)):
            reasons[line.name] = "production"
        release = self.strategy.role("release")
        passing = release is None or release.lifetime == "release"
        stable = (line for line in self.lines.all if line.stable and (line.branch or not passing))
        newest = list(islice(stable, 2))
        for line in self.lines.all:
            # A candidate below the lines that are kept up was given up.
            if line.open_candidate and (not newest or line.height >= newest[-1].height):
                reasons.setdefault(line.name, f"candidate {line.open_candidate.tag} is open")
        for line in newest:
            reasons.setdefault(line.name, "one of the newest two with a stable release")
        kept = list(reasons)[:3]
        return tuple((line, reasons[line.name]) for line in self.lines.all if line.name in kept)

    def find_production(self) -> Production | None:
        """The production release: recorded where the configuration says so, else assumed (DESIGN 2)."""
        return find_production(self)

    def production(self) -> Production:
        """The production release; an error (usage) where there is none."""
        return production(self)

    def check_complete(self) -> None:
        """Refuses every shallow clone, and what `check_fetched` refuses: for jobs that need all of history."""
        check_complete(self)

    def check_fetched(self) -> None:
        """Refuses where refs are missing that an answer about versions depends on (DESIGN 7)."""
        check_fetched(self)


def line_branch(ref: str, lines: Lines) -> str | None:
    """The line of a full branch ref, trunk's included; nothing for any other branch."""
    name = ref.removeprefix(HEADS)
    if ref == branch_ref(lines.trunk):
        return TRUNK
    known = lines.named(name)
    return known.name if known else None
