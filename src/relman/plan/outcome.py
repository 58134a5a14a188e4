"""What carrying a plan out comes to: the refs, the work trees, the pushes, as values."""

from typing import Literal

from msgspec import Struct

from relman.model.names import Oid, RefName


class RefChange(Struct, frozen=True, kw_only=True):
    """A ref with both its values; absent: it does not exist on that side."""

    ref: RefName
    old: Oid | None
    new: Oid | None


class Checkout(Struct, frozen=True, kw_only=True):
    """A work tree that stands on a branch that moves; `old` is absent where the branch was unborn."""

    path: str
    ref: RefName
    old: Oid | None
    new: Oid


class Pushed(Struct, frozen=True, kw_only=True):
    """A push with its leases (`old` is what the remote must hold) and what became of it."""

    remote: str
    moves: tuple[RefChange, ...]
    result: Literal["waiting", "pushed", "refused", "skipped", "unknown"] = "waiting"
    reason: str = ""


class Outcome(Struct, frozen=True, kw_only=True):
    """What an operation did.

    `left` are sentences about what is still to do; the operation stays open then, except where only a push is
    left.
    """

    id: str
    refs: tuple[RefChange, ...] = ()
    checkouts: tuple[Checkout, ...] = ()
    pushes: tuple[Pushed, ...] = ()
    left: tuple[str, ...] = ()
