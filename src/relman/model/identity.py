"""Who runs relman: the committer and tagger of everything it writes."""

from msgspec import Struct


class Identity(Struct, frozen=True, kw_only=True):
    """What git calls `user.name` and `user.email`."""

    name: str
    email: str
