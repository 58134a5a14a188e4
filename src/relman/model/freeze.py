"""A time in which some refs stay as they are."""

from fnmatch import fnmatchcase

from msgspec import Struct

from relman.model.names import HEADS, TAGS, RefName, short


class Freeze(Struct, frozen=True, kw_only=True):
    """Seconds since 1970, from the first to before the last; `said` is the window as it was written."""

    begins: int
    ends: int
    branches: tuple[str, ...]
    tags: tuple[str, ...]
    reason: str
    said: str

    def holds(self, ref: RefName, now: int) -> bool:
        """Tells whether a ref has to wait."""
        if not self.begins <= now < self.ends:
            return False
        patterns = self.branches if ref.startswith(HEADS) else self.tags if ref.startswith(TAGS) else ()
        return any(fnmatchcase(short(ref), pattern) for pattern in patterns)
