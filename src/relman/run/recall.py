"""What earlier runs read of commits: a `Graph` that remembers their signs and paths between runs.

Everything is kept by commit id, and a commit never changes, so nothing here can be stale; the file may be deleted
at any time. It stands in the user's cache folder and holds what any reader of the repository may know.
"""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from relman.git.reader import Reader
from relman.git.repo import Repository
from relman.model.history import Commit
from relman.model.names import Oid
from relman.model.signs import Signs, read_signs

_FORM = 3
"""The number of this file's form, a part of its name; it rises with what is read of a commit."""
_MOST = 300_000
"""More commits than this are not kept; the oldest known go first."""


class _Kept(msgspec.Struct, array_like=True):
    """The whole file."""

    signs: dict[str, Signs]
    paths: dict[str, tuple[str, ...]]
    notes: dict[str, str]


class Recall:
    """A repository's commits, as read now and before. Without a folder it remembers for one run."""

    def __init__(self, repo: Repository, graph: Reader, folder: Path | None, version: str) -> None:
        """`version` is relman's own: another one may read a message otherwise."""
        self._graph = graph
        key = hashlib.sha256(os.fsencode(repo.common_dir)).hexdigest()[:16]
        self._file = folder / f"{key}-{_FORM}-{version}.commits" if folder else None
        self._kept = self._load()
        self._sizes = self._counted()

    def _load(self) -> _Kept:
        empty = _Kept(signs={}, paths={}, notes={})
        if self._file is None:
            return empty
        try:
            return msgspec.msgpack.decode(self._file.read_bytes(), type=_Kept)
        except (OSError, msgspec.DecodeError, msgspec.ValidationError):
            return empty

    def _counted(self) -> tuple[int, ...]:
        kept = self._kept
        return len(kept.signs), len(kept.paths), len(kept.notes)

    def save(self) -> None:
        """Writes the file where anything new was read; a folder that cannot be written is nobody's error."""
        if self._file is None or self._counted() == self._sizes:
            return
        for known in (self._kept.signs, self._kept.paths, self._kept.notes):
            for oid in list(known)[: max(0, len(known) - _MOST)]:
                del known[oid]
        with contextlib.suppress(OSError, UnicodeEncodeError):
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _replace(self._file, msgspec.msgpack.encode(self._kept))

    def signs(self, oid: Oid) -> Signs:
        """Gives the signs of a commit."""
        found = self._kept.signs.get(oid)
        if found is None:
            found = read_signs(self._graph.commit(oid))
            if not self._graph.is_shallow_boundary(oid):
                self._kept.signs[oid] = found
        return found

    def read(self, oids: Iterable[Oid]) -> None:
        """Reads the signs of many commits at once, those that are not known yet."""
        todo = [oid for oid in dict.fromkeys(oids) if oid not in self._kept.signs]
        for commit in self._graph.commits(todo):
            self.signs(commit.id)

    def load_paths(self, oids: Iterable[Oid]) -> None:
        """Reads the paths of many commits at once, those that are not known yet."""
        self._graph.load_paths(oid for oid in oids if oid not in self._kept.paths)

    def note(self, key: str) -> str | None:
        """Gives what a rule wrote down about a commit; the key must name all that it depends on."""
        return self._kept.notes.get(key)

    def write_note(self, key: str, text: str) -> None:
        """Writes that down."""
        self._kept.notes[key] = text

    def commit(self, oid: Oid) -> Commit:
        """Gives one commit."""
        return self._graph.commit(oid)

    def when(self, oid: Oid) -> int:
        """Gives the commit date."""
        known = self._kept.signs.get(oid)
        return known.committed if known else self._graph.when(oid)

    def chain(self, tip: Oid) -> Iterator[Oid]:
        """Walks first parents."""
        return self._graph.chain(tip)

    def between(self, include: Iterable[Oid], exclude: Iterable[Oid]) -> tuple[Oid, ...]:
        """Gives the commits reachable from `include` and not from `exclude`."""
        return self._graph.between(include, exclude)

    def is_ancestor(self, ancestor: Oid, descendant: Oid) -> bool:
        """Tells whether the one is reachable from the other."""
        return self._graph.is_ancestor(ancestor, descendant)

    def paths(self, oid: Oid) -> frozenset[str]:
        """Gives the paths that a commit changes."""
        known = self._kept.paths.get(oid)
        if known is not None:
            return frozenset(known)
        found = self._graph.paths(oid)
        if not self._graph.is_shallow_boundary(oid):
            self._kept.paths[oid] = tuple(found)
        return found


def _replace(file: Path, data: bytes) -> None:
    """Puts the whole file there at once, so that a reader sees the old or the new one."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=file.name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(name).replace(file)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
