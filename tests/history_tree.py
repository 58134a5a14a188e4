"""Trees of a story in hand: one change, and merges as git makes them, without renames."""

import subprocess
import tempfile
from pathlib import Path
from typing import Literal, assert_never

from history_spec import Append, Change, Delete, Move, Replace, SpecError, Write

Mode = Literal["100644", "100755", "120000"]
Blob = tuple[Mode, bytes]
Tree = dict[str, Blob]
"""Path to mode and bytes (of a link: its target)."""


def apply(tree: Tree, change: Change, label: str) -> Tree:
    """Returns the tree after one change."""
    match change:
        case Write(path=path, content=content, mode=mode):
            return {**tree, path: (mode, content)}
        case Append(path=path, content=content):
            mode, before = _there(tree, path, label)
            return {**tree, path: (mode, before + content)}
        case Replace(path=path, old=old, new=new):
            mode, before = _there(tree, path, label)
            if before.count(old.encode()) != 1:
                raise SpecError(f"{label}: {old!r} stands {before.count(old.encode())} times in {path}")
            return {**tree, path: (mode, before.replace(old.encode(), new.encode()))}
        case Delete(path=path):
            _there(tree, path, label)
            return {name: entry for name, entry in tree.items() if name != path}
        case Move(old=old, new=new):
            entry = _there(tree, old, label)
            return {**{name: kept for name, kept in tree.items() if name != old}, new: entry}
        case _:
            assert_never(change)


def _there(tree: Tree, path: str, label: str) -> Blob:
    if path not in tree:
        raise SpecError(f"{label}: there is no {path}")
    return tree[path]


def merge(base: Tree, ours: Tree, theirs: Tree, given: set[str], label: str) -> Tree:
    """Merges three trees path by path; a conflict is a SpecError unless the path is in `given`."""
    result = dict(ours)
    for path in sorted(base.keys() | theirs.keys()):
        was, here, there = base.get(path), ours.get(path), theirs.get(path)
        if there in (was, here):
            continue
        if here == was:
            result.pop(path, None)
            if there is not None:
                result[path] = there
            continue
        merged = _merge_file(was, here, there)
        if merged is not None:
            result[path] = merged
        elif path not in given:
            raise SpecError(f"{label}: {path} conflicts; give it in braces")
    return result


def _merge_file(was: Blob | None, here: Blob | None, there: Blob | None) -> Blob | None:
    if was is None or here is None or there is None or "120000" in {was[0], here[0], there[0]}:
        return None
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in ("ours", "base", "theirs")]
        for file, (_, content) in zip(files, (here, was, there), strict=True):
            file.write_bytes(content)
        done = subprocess.run(["git", "merge-file", "-p", *files], capture_output=True, check=False)
    return (there[0] if here[0] == was[0] else here[0], done.stdout) if done.returncode == 0 else None
