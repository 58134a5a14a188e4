"""Reads trees: files at a commit, and which paths differ between two trees."""

import re

import pygit2
from pygit2.enums import ObjectType

from relman.errors import RelmanError, usage
from relman.git.repo import Repository
from relman.model.names import Oid

_FOLDER = b"40000"
_ENTRY = re.compile(rb"([0-7]+) ([^\0]+)\0(.{20})", re.DOTALL)
Entry = tuple[bytes, bytes]
"""Mode in octal digits, and the id as 20 bytes."""


def tree_of(repo: Repository, oid: Oid) -> Oid:
    """Gives the tree of a commit, of a tag that leads to one, or the tree itself."""
    return Oid(str(_tree(repo, oid).id))


def _tree(repo: Repository, oid: Oid) -> pygit2.Tree:
    try:
        kind, data = repo.pygit.odb.read(oid)
        # Not libgit2's own way from commit to tree: it refuses commits that git shows.
        wanted = data[5:45].decode() if kind == ObjectType.COMMIT else oid
        return repo.pygit[wanted].peel(pygit2.Tree)
    except KeyError as e:
        raise absent(repo, oid) from e
    except pygit2.GitError as e:
        raise usage(f"{oid[:10]} is neither a commit nor a tree") from e


def _entry(repo: Repository, at: Oid, path: str) -> pygit2.Object | None:
    try:
        return _tree(repo, at)[path]
    except KeyError:
        return None


def mode(repo: Repository, at: Oid, path: str) -> int | None:
    """Gives a path's mode as git has it (0o120000 is a link, 0o160000 a submodule); None: no such path."""
    found = _entry(repo, at, path)
    return int(found.filemode) if found is not None and found.filemode is not None else None


def blob(repo: Repository, at: Oid, path: str) -> bytes | None:
    """Gives a file's bytes at a commit or tree (of a link: its target); None where no file is there.

    Error (usage): the file is there and its bytes are not in this clone (a partial clone).
    """
    found = _entry(repo, at, path)
    if found is None or found.type_str != "blob":
        return None
    try:
        return repo.pygit.odb.read(found.id)[1]
    except KeyError as e:
        raise absent(repo, Oid(str(found.id)), path) from e


def tree_paths(repo: Repository, at: Oid) -> tuple[str, ...]:
    """Lists every path of a commit or tree that is not a folder, in git's order."""
    listed = repo.looking.run("ls-tree", "-r", "-z", "--name-only", "--full-tree", tree_of(repo, at)).stdout
    return tuple(p.decode("utf-8", "surrogateescape") for p in listed.split(b"\0")[:-1])


def absent(repo: Repository, oid: str, what: str = "") -> RelmanError:
    """Says that an object is not in this clone, and which fetch brings it."""
    named = f"{what} ({oid[:10]})" if what else oid
    if is_partial(repo):
        return usage(
            f"{named} is not in this clone: it was made with --filter", "git fetch --refetch --no-filter"
        )
    if (repo.common_dir / "shallow").exists():
        return usage(f"{named} is not in this clone: it is shallow", "git fetch --unshallow --tags")
    return usage(f"{named} is not in this repository", "git fetch --all --tags")


PARTIAL = re.compile(r"^(extensions\.partialclone|remote\..*\.(promisor|partialclonefilter))$")
"""The settings, in lower case, of a clone that leaves objects at its remote; git's own extended syntax too."""


def is_partial(repo: Repository) -> bool:
    """Tells whether this is a partial clone: git may lack objects on purpose."""
    return repo.looking.run("config", "--get-regexp", PARTIAL.pattern, ok=(0, 1)).returncode == 0


class Differ:
    """Compares trees by id, folder by folder: 3 to 7 times as fast as libgit2's diff through pygit2."""

    def __init__(self, repo: Repository) -> None:
        self._odb = repo.pygit.odb

    def paths(self, old: str | None, new: str) -> frozenset[str]:
        """Gives the paths that differ between two trees (hex ids; None is the empty tree), without renames.

        Raises KeyError for a tree that is not here.
        """
        found: set[bytes] = set()
        self._compare(bytes.fromhex(old) if old else None, bytes.fromhex(new), b"", found)
        return frozenset(path.decode("utf-8", "surrogateescape") for path in found)

    def _compare(self, old: bytes | None, new: bytes | None, prefix: bytes, found: set[bytes]) -> None:
        if old == new:
            return
        before, after = self._entries(old), self._entries(new)
        gone = {name: (mode, oid) for mode, name, oid in before - after}
        come = {name: (mode, oid) for mode, name, oid in after - before}
        for name in gone.keys() | come.keys():
            was, now = gone.get(name), come.get(name)
            if _is_file(was) or _is_file(now):
                found.add(prefix + name)
            self._compare(_folder(was), _folder(now), prefix + name + b"/", found)

    def _entries(self, tree: bytes | None) -> set[tuple[bytes, bytes, bytes]]:
        """Mode, name and id of everything in a tree."""
        return set(_ENTRY.findall(self._odb.read(pygit2.Oid(raw=tree))[1])) if tree else set()


def _folder(entry: Entry | None) -> bytes | None:
    return entry[1] if entry is not None and entry[0] == _FOLDER else None


def _is_file(entry: Entry | None) -> bool:
    return entry is not None and entry[0] != _FOLDER
