"""Trees: what changes one, and what becomes of merging three of them."""

from msgspec import Struct

from relman.model.names import Oid


class PathEdit(Struct, frozen=True, kw_only=True):
    """One path of a tree gets these bytes, or is deleted (`content` absent).

    `mode` is kept from the tree when the path exists there, 0o100644 otherwise.
    """

    path: str
    content: bytes | None


class Hunk(Struct, frozen=True, kw_only=True):
    """One conflicting region: the line it starts on in the marked file (from 1), and the three sides."""

    line: int
    ours: str
    base: str
    theirs: str


class Conflict(Struct, frozen=True, kw_only=True):
    """One path that git could not merge; `kind` is git's own word: `content`, `modify/delete`."""

    path: str
    kind: str
    message: str = ""
    hunks: tuple[Hunk, ...] = ()
    causes: tuple[Oid, ...] = ()
    """Commits that the target lacks and that brought what the pick expects to find here, oldest first.

    Where a feature is put back: those that changed this path while it was out.
    """


class Merged(Struct, frozen=True, kw_only=True, tag="merged"):
    """Git merged it; `tree` is the result."""

    tree: Oid


class Conflicted(Struct, frozen=True, kw_only=True, tag="conflicted"):
    """A person is needed. `tree` holds what git could merge, and marked files where it could not."""

    tree: Oid
    conflicts: tuple[Conflict, ...]


class Unknown(Struct, frozen=True, kw_only=True, tag="unknown"):
    """Git did not answer: it crashed, or gave up. `reason` is for people."""

    reason: str


Merge = Merged | Conflicted | Unknown
