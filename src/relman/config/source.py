"""Where a configuration comes from: bytes with a name, what is wrong in them, and what came out."""

from msgspec import Struct

from relman.config.record import Config

LIMIT = 1 << 18
"""The largest configuration that is read, in bytes: the file is untrusted."""

Path = tuple[str | int, ...]
"""The way to a value: keys, and indices into lists."""


class Source(Struct, frozen=True, kw_only=True):
    """One configuration, unread. `name` is for people; `table` is where relman's keys begin in the file."""

    name: str
    data: bytes
    table: tuple[str, ...] = ()


class Problem(Struct, frozen=True, kw_only=True):
    """One thing that is wrong: in which source, at which key, on which line (from 1, if it can be found)."""

    source: str
    key: str
    line: int | None
    message: str
    legal: str = ""


class Loaded(Struct, frozen=True, kw_only=True):
    """A configuration that is in order. `source` names it for people."""

    config: Config
    source: str
