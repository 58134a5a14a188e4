"""Rung 3 of the ladder: a pick whose conflicts are bookkeeping only keeps the target's side there (DESIGN 6)."""

from collections.abc import Sequence

from msgspec import Struct

from relman.git.scratch import Scratch
from relman.model.bookkeeping import is_manifest, kept_paths
from relman.model.names import Oid
from relman.model.trees import Conflicted

_RENAMED = frozenset({"content", "binary"})


class Kept(Struct, frozen=True, kw_only=True):
    """A pick that went on without a person.

    `tree` has the `paths` as the target has them; it equals the target's tree where the fix changed nothing
    else. `manifests` changed with the fix, so that a lock file among the paths may be wrong.
    """

    tree: Oid
    paths: tuple[str, ...]
    manifests: tuple[str, ...]

    @property
    def evidence(self) -> str:
        """What was done, as a sentence."""
        return f"conflicts only in {', '.join(self.paths)}: the target's side is kept"

    @property
    def warning(self) -> str | None:
        """What a person should know; nothing where no manifest changed."""
        if not self.manifests:
            return None
        return f"{', '.join(self.manifests)} changed with the fix: check {', '.join(self.paths)}"


def keep_target(scratch: Scratch, conflicted: Conflicted, ours: Oid, patterns: Sequence[str]) -> Kept | None:
    """Keeps the target's side where only bookkeeping conflicts; nothing where a person is needed.

    `ours` is the target's tree (not a commit), as it was given to the pick. A file that the fix renamed is left to
    a person: to keep the target's side there would lose it under both names.
    """
    paths = kept_paths(conflicted.conflicts, patterns)
    if paths is None:
        return None
    if any(c.kind in _RENAMED and not scratch.has_path(ours, c.path) for c in conflicted.conflicts):
        return None
    tree = scratch.take_paths(conflicted.tree, ours, paths)
    manifests = tuple(p for p in scratch.changed(ours, tree) if is_manifest(p))
    return Kept(tree=tree, paths=paths, manifests=manifests)
