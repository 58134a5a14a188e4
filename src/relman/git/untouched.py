"""Takes back a change whose files nobody has touched since: there is nothing to merge, and no process is started.

Where the tree has each path as the change left it, git's merge can only put the path back as it was before. Renames
need a path that appears, so a change that took a path away is left to git.
"""

import re

import pygit2
from pygit2.enums import ObjectType

from relman.git.repo import EMPTY_TREE
from relman.model.names import Oid

_ENTRY = re.compile(rb"([0-7]+) ([^\0]+)\0(.{20})", re.DOTALL)
_FOLDER = b"40000"
_GONE = b""

Entry = tuple[bytes, bytes]
"""Mode and id; a path that is not there is no entry."""


def taken_back(pygit: pygit2.Repository, before: Oid, after: Oid, tree: Oid) -> Oid | None:
    """Gives `tree` with the change from `before` to `after` taken back; nothing where git must merge."""
    try:
        found = _merged(pygit, *(_top(oid) for oid in (after, tree, before)))
    except KeyError:  # a folder that this clone lacks, which git tells better
        return None
    return None if found is None else Oid(found.hex() or str(pygit.TreeBuilder().write()))


def _top(tree: Oid) -> bytes | None:
    return None if tree == EMPTY_TREE else bytes.fromhex(tree)


def _merged(
    pygit: pygit2.Repository, base: bytes | None, ours: bytes | None, theirs: bytes | None
) -> bytes | None:
    """Merges three folders by their ids: the id of the new one, `_GONE` for an empty one, nothing for git's work."""
    was, here, back = (_entries(pygit, tree) for tree in (base, ours, theirs))
    changed = [name for name in was.keys() | back.keys() if was.get(name) != back.get(name)]
    for name in changed:
        entry = _back(pygit, was.get(name), here.get(name), back.get(name))
        if entry is None:
            return None
        if entry[1] == _GONE:
            del here[name]
        else:
            here[name] = entry
    if not here:
        return _GONE
    rows = b"".join(mode + b" " + name + b"\0" + oid for name, (mode, oid) in here.items())
    return pygit.write(ObjectType.TREE, rows).raw


def _back(
    pygit: pygit2.Repository, was: Entry | None, here: Entry | None, back: Entry | None
) -> Entry | None:
    """One name as it was before; with the id `_GONE` where nothing was there, nothing where git must merge."""
    if was is None or here is None:
        return None
    folders = [entry is not None and entry[0] == _FOLDER for entry in (was, here, back)]
    if any(folders):
        # A folder that was not there before only loses what the change had put into it.
        if not (folders[0] and folders[1]) or (back is not None and not folders[2]):
            return None
        below = _merged(pygit, was[1], here[1], back[1] if back else None)
        return None if below is None else (_FOLDER, below)
    return None if here != was else back or (b"", _GONE)


def _entries(pygit: pygit2.Repository, tree: bytes | None) -> dict[bytes, Entry]:
    """What is in a folder, in git's order."""
    if tree is None:
        return {}
    return {name: (mode, oid) for mode, name, oid in _ENTRY.findall(pygit.read(pygit2.Oid(raw=tree))[1])}
