"""Isolated releases: hotfixes made beside a line. Their tags are merged into it, so that they come back."""

from collections.abc import Sequence
from shlex import quote

from msgspec import Struct

from relman.errors import Kind, RelmanError
from relman.git.scratch import Scratch
from relman.job.facts import Facts
from relman.job.merge_owned import LeftOpen, merge_owned
from relman.model.cut import meet
from relman.model.lines import Line
from relman.model.names import Oid
from relman.model.tags import Release
from relman.plan.ship import Change
from relman.plan.steps import Merged


class StuckRelease(Struct, frozen=True, kw_only=True):
    """An isolated release that does not merge into its line without a person."""

    release: Release
    branch: str
    open: LeftOpen

    def error(self) -> RelmanError:
        """The same as an error (conflict) that names the paths."""
        tag, conflicts = self.release.tag, self.open.conflicts
        if not self.open.resolvable:
            why = "\n".join(conflict.message for conflict in conflicts)
            return RelmanError(
                Kind.CONFLICT,
                f"git could not merge {tag} into {self.branch}",
                cause=why,
                hints=("relman status",),
            )
        return RelmanError(
            Kind.CONFLICT,
            f"{tag} does not merge into {self.branch}: conflicts in {', '.join(c.path for c in conflicts)}",
            hints=(f"git switch {quote(self.branch)} && git merge {quote(tag)}",),
            facts={"conflicts": [{"path": c.path, "kind": c.kind} for c in conflicts]},
        )


class Ground(Struct, frozen=True, kw_only=True):
    """Where a shipment starts, after isolated releases were merged in."""

    commit: Oid
    tree: Oid
    merges: tuple[Change, ...] = ()
    stuck: StuckRelease | None = None


def isolated_releases(facts: Facts, line: Line) -> tuple[Release, ...]:
    """Stable releases of a line that its branch does not contain: hotfixes made from a tag, lowest first.

    Only releases above the newest one that the branch contains are debts; older ones were superseded.
    """
    tip = facts.line_tip(line)
    if tip is None:
        return ()
    missing: list[Release] = []
    for release in line.releases:
        if not release.version.stable or release.withdrawn:
            continue
        if facts.graph.is_ancestor(release.commit, tip):
            break
        if meet(facts.graph, release.commit, tip) is not None:
            missing.append(release)
    return tuple(reversed(missing))


def merge_isolated(
    facts: Facts, scratch: Scratch, start: Oid, branch: str, releases: Sequence[Release]
) -> Ground:
    """Merges the tags of isolated hotfixes into a line, oldest first, in the scratch repository.

    Versions and the changelog never conflict, whatever else such a file says is merged. It ends at the first
    release that needs a person (`Ground.stuck`).
    """
    at, tree, changes = start, scratch.tree_of(start), list[Change]()
    for release in releases:
        merged = merge_owned(facts, scratch, at, release.commit, start=release.commit, says="higher")
        if isinstance(merged, LeftOpen):
            stuck = StuckRelease(release=release, branch=branch, open=merged)
            return Ground(commit=start, tree=tree, merges=tuple(changes), stuck=stuck)
        tree = merged
        message = f"Merge tag '{release.tag}' into {branch}\n"
        changes.append(
            Change(tree=tree, message=message, origin=Merged(commit=release.commit), merges=release.commit)
        )
        at = scratch.throw_away(tree, at, release.commit)
    return Ground(commit=start, tree=tree, merges=tuple(changes))
