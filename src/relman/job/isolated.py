"""Isolated releases: hotfixes made beside a line. Their tags are merged into it, so that they come back."""

from collections.abc import Sequence

from msgspec import Struct

from relman.errors import Kind, RelmanError
from relman.git.raw_object import CommitText
from relman.git.scratch import Scratch
from relman.job.facts import Facts
from relman.job.shipping import read_own
from relman.model.cut import meet
from relman.model.history import Person
from relman.model.lines import Line
from relman.model.names import Oid
from relman.model.tags import Release
from relman.model.trees import Conflicted, PathEdit, Unknown
from relman.plan.ship import Change
from relman.plan.steps import Merged

_NOBODY = Person(name="relman", email="relman@invalid", when=0)


class Ground(Struct, frozen=True, kw_only=True):
    """Where a shipment starts, after isolated releases were merged in."""

    commit: Oid
    tree: Oid
    merges: tuple[Change, ...] = ()


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

    Conflicts in files that relman owns keep the line's side, since the release writes them anew. Any other
    conflict is an error (conflict) that names the paths.
    """
    at, tree, changes = start, scratch.tree_of(start), list[Change]()
    for release in releases:
        owned = read_own(facts, scratch, start, tree).paths
        answer = scratch.merge(at, release.commit)
        match answer:
            case Unknown(reason=reason):
                raise RelmanError(
                    Kind.CONFLICT, f"git could not merge {release.tag} into {branch}", cause=reason
                )
            case Conflicted(conflicts=conflicts) if real := [c for c in conflicts if c.path not in owned]:
                paths = ", ".join(c.path for c in real)
                raise RelmanError(
                    Kind.CONFLICT,
                    f"{release.tag} does not merge into {branch}: conflicts in {paths}",
                    hints=(f"git switch {branch} && git merge {release.tag}",),
                    facts={"conflicts": [{"path": c.path, "kind": c.kind} for c in real]},
                )
            case Conflicted(tree=marked, conflicts=conflicts):
                keep = [PathEdit(path=c.path, content=scratch.blob(tree, c.path)) for c in conflicts]
                tree = scratch.edit_tree(marked, keep)
            case _:
                tree = answer.tree
        message = f"Merge tag '{release.tag}' into {branch}\n"
        changes.append(
            Change(tree=tree, message=message, origin=Merged(commit=release.commit), merges=release.commit)
        )
        text = CommitText(
            tree=tree, parents=(at, release.commit), message=message, author=_NOBODY, committer=_NOBODY
        )
        at = scratch.write_commit(text)
    return Ground(commit=start, tree=tree, merges=tuple(changes))
