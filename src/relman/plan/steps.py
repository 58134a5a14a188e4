"""The few kinds of step that a plan is made of: frozen records that do nothing themselves.

Objects get a label, so that a plan is complete before any of them exists. A branch created, a branch moved,
a tag deleted are all one thing here: a `MoveRef` whose old or new value may be absent; the renderer finds the
words.
"""

from collections.abc import Mapping
from typing import assert_never

from msgspec import Struct

from relman.errors import Kind, RelmanError
from relman.model.history import Person
from relman.model.names import Oid, RefName
from relman.model.trees import PathEdit as PathEdit  # noqa: PLC0414 - part of this vocabulary


class Label(Struct, frozen=True, kw_only=True, tag="label"):
    """Stands for an object that sealing will make."""

    name: str


class Id(Struct, frozen=True, kw_only=True, tag="id"):
    """An object that exists already."""

    oid: Oid


Target = Label | Id


def id_of(target: Target, ids: Mapping[str, Oid]) -> Oid:
    """Gives a target's id; an error (our bug) for a label that nothing defined before."""
    match target:
        case Id(oid=oid):
            return oid
        case Label(name=name):
            if name not in ids:
                raise RelmanError(Kind.INTERNAL, f"the plan uses the label {name} before it is defined")
            return ids[name]
        case _:
            assert_never(target)


class Picked(Struct, frozen=True, kw_only=True, tag="pick"):
    """The tree came from cherry-picking `picked` for the sake of `source` (they differ for a sibling port)."""

    source: Oid
    picked: Oid


class Reverted(Struct, frozen=True, kw_only=True, tag="revert"):
    """The tree came from taking `commit` back."""

    commit: Oid


class Merged(Struct, frozen=True, kw_only=True, tag="merge"):
    """The tree came from merging `commit`."""

    commit: Oid


class Written(Struct, frozen=True, kw_only=True, tag="written"):
    """relman wrote the change itself: version files, notes."""


Origin = Picked | Reverted | Merged | Written


class WriteCommit(Struct, frozen=True, kw_only=True, tag="commit"):
    """A commit: `tree` with `edits` applied, on `parents`.

    `author` absent means the person who runs relman, at the time of sealing. `encoding` is the commit header's
    (absent means UTF-8); `message` is text either way and is encoded with it.
    """

    label: str
    tree: Oid
    parents: tuple[Target, ...]
    message: str
    origin: Origin
    edits: tuple[PathEdit, ...] = ()
    author: Person | None = None
    encoding: str | None = None


class WriteTag(Struct, frozen=True, kw_only=True, tag="tag"):
    """An annotated tag object on a commit; the tagger is the person who runs relman."""

    label: str
    name: str
    target: Target
    message: str


class MoveRef(Struct, frozen=True, kw_only=True, tag="ref"):
    """A ref goes from `old` to `new`; absent on either side means that it does not exist there."""

    ref: RefName
    old: Oid | None
    new: Target | None


class EditFile(Struct, frozen=True, kw_only=True, tag="file"):
    """A file that is not history (configuration, a hook script), relative to `folder`.

    `folder` is absolute; absent: the work tree's root. Modes are permission bits; absent: the file keeps its
    own, and a new one that begins with `#!` is executable.
    """

    path: str
    before: bytes | None
    after: bytes | None
    folder: str | None = None
    mode_before: int | None = None
    mode_after: int | None = None


class PushMove(Struct, frozen=True, kw_only=True):
    """One ref of a push: what the remote must hold now (`expect`, absent: must not exist), and what then."""

    ref: RefName
    expect: Oid | None
    new: Target | None


class PushRefs(Struct, frozen=True, kw_only=True, tag="push"):
    """Refs that go to a remote together, or not at all."""

    remote: str
    moves: tuple[PushMove, ...]


Step = WriteCommit | WriteTag | MoveRef | EditFile | PushRefs
