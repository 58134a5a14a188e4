"""Takes paths from one tree into another exactly: bytes, mode and absence."""

from collections.abc import Sequence

import pygit2
from pygit2.enums import FileMode

from relman.git.repo import EMPTY_TREE
from relman.model.names import Oid


def take_paths(pygit: pygit2.Repository, tree: Oid, source: Oid, paths: Sequence[str]) -> Oid:
    """Gives `tree` with each path as `source` has it: a file, a link, a submodule, or nothing.

    Folders that become empty vanish. A folder at a path, or a file where a path has a folder, gives way.
    """
    at = str(tree)
    for path in paths:
        entry = entry_at(pygit, source, path)
        at = str(_put(pygit, at, path.split("/"), entry) or pygit.TreeBuilder().write())
    return Oid(at)


def entry_at(pygit: pygit2.Repository, tree: Oid, path: str) -> pygit2.Object | None:
    """Gives a file, link or submodule of a tree; nothing where there is none, or a folder."""
    root = pygit[tree]
    entry = root[path] if isinstance(root, pygit2.Tree) and path in root else None
    return None if entry is None or entry.filemode == FileMode.TREE else entry


def _put(
    pygit: pygit2.Repository, tree: str | None, parts: list[str], wanted: pygit2.Object | None
) -> pygit2.Oid | None:
    """Gives the new tree, absent where nothing is left in it."""
    name, rest = parts[0], parts[1:]
    base = pygit[tree] if tree not in (None, EMPTY_TREE) else None
    builder = pygit.TreeBuilder(base) if isinstance(base, pygit2.Tree) else pygit.TreeBuilder()
    entry = builder.get(name)
    if rest:
        folder = entry is not None and entry.filemode == FileMode.TREE
        if wanted is None and not folder:
            return builder.write() if len(builder) else None
        below = _put(pygit, str(entry.id) if entry is not None and folder else None, rest, wanted)
        _set(builder, name, below, FileMode.TREE)
    else:
        _set(builder, name, wanted.id if wanted else None, FileMode(wanted.filemode) if wanted else None)
    return builder.write() if len(builder) else None


def _set(builder: pygit2.TreeBuilder, name: str, oid: pygit2.Oid | None, mode: FileMode | None) -> None:
    if oid is not None and mode is not None:
        builder.insert(name, oid, mode)
    elif builder.get(name) is not None:
        builder.remove(name)
