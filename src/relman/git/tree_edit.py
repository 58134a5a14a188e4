"""Changes paths of a tree without an index or a work tree."""

from collections.abc import Sequence

import pygit2
from pygit2.enums import FileMode, ObjectType

from relman.edit.safe_path import safe_path
from relman.errors import RelmanError, usage
from relman.git.repo import EMPTY_TREE
from relman.model.names import Oid
from relman.model.trees import PathEdit

_FILES = (FileMode.BLOB, FileMode.BLOB_EXECUTABLE)


def edit_tree(pygit: pygit2.Repository, tree: Oid, edits: Sequence[PathEdit]) -> Oid:
    """Applies the edits in order and gives the new tree's id; folders that become empty vanish.

    A file keeps its mode, a new one is 0o100644. Deleting what is not there changes nothing.
    Errors (usage): a path that leaves the tree or reaches `.git`, that passes through a file, a symbolic link
    or a submodule, or that names one of these or a folder where a file is to be written.
    """
    at = tree
    if tree == EMPTY_TREE:
        pygit.TreeBuilder().write()  # git knows it without having it, and misses it in a check nevertheless
    for edit in edits:
        parts = safe_path(edit.path).split("/")
        blob = None if edit.content is None else pygit.create_blob(edit.content)
        at = Oid(str(_put(pygit, at, parts, blob, edit.path) or pygit.TreeBuilder().write()))
    return at


def _put(
    pygit: pygit2.Repository, tree: str | None, parts: list[str], blob: pygit2.Oid | None, path: str
) -> pygit2.Oid | None:
    """Gives the new tree, absent where nothing is left in it."""
    name, rest = parts[0], parts[1:]
    builder = pygit.TreeBuilder() if tree in (None, EMPTY_TREE) else pygit.TreeBuilder(_tree(pygit, tree))
    entry = builder.get(name)
    if rest:
        if entry is not None and entry.filemode != FileMode.TREE:
            raise _through(path, name, entry)
        below = _put(pygit, str(entry.id) if entry is not None else None, rest, blob, path)
        if below is not None:
            builder.insert(name, below, FileMode.TREE)
        elif entry is not None:
            builder.remove(name)
    elif blob is not None:
        builder.insert(name, blob, _mode(entry, path))
    elif entry is not None:
        if entry.filemode == FileMode.TREE:
            raise usage(f"{path} is a folder in the release, not a file")
        builder.remove(name)
    return builder.write() if len(builder) else None


def _tree(pygit: pygit2.Repository, oid: str | None) -> pygit2.Tree:
    found = pygit[oid or EMPTY_TREE]
    if found.type != ObjectType.TREE or not isinstance(found, pygit2.Tree):
        raise usage(f"{oid} is not a tree")
    return found


def _mode(entry: pygit2.Object | None, path: str) -> FileMode:
    if entry is None:
        return FileMode.BLOB
    if entry.filemode not in _FILES:
        raise usage(f"{path} is {_noun(entry)} in the release; relman writes only files")
    return FileMode(entry.filemode)


def _through(path: str, name: str, entry: pygit2.Object) -> RelmanError:
    return usage(f"{path} passes through {name}, which is {_noun(entry)} in the release")


def _noun(entry: pygit2.Object) -> str:
    match entry.filemode:
        case FileMode.TREE:
            return "a folder"
        case FileMode.LINK:
            return "a symbolic link"
        case FileMode.COMMIT:
            return "a submodule"
        case _:
            return "a file"
