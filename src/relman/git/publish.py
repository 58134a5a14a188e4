"""Gives the user's repository the objects that a scratch repository made, as one pack."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pygit2
from pygit2.enums import FileMode, ObjectType

from relman.git.commit_object import parents_of, tree_of
from relman.git.durable import flush
from relman.git.program import Git
from relman.git.repo import Repository
from relman.model.names import Oid

_DURABLE = ("-c", "core.fsync=objects,derived-metadata", "-c", "core.fsyncMethod=fsync")


def new_objects(pygit: pygit2.Repository, tips: Iterable[Oid]) -> tuple[Oid, ...]:
    """Lists what is reachable from the tips and lies in this repository's own store, tips first.

    What the user's repository has ends the walk, so the cost is that of what was made, and neither a shallow
    boundary nor an object that a partial clone lacks is ever met.
    """
    own = Path(pygit.path) / "objects"
    found: dict[Oid, None] = {}
    todo = list(tips)
    while todo:
        oid = todo.pop()
        if oid not in found and (own / oid[:2] / oid[2:]).is_file():
            found[oid] = None
            todo.extend(_links(pygit, oid))
    return tuple(found)


def _links(pygit: pygit2.Repository, oid: Oid) -> Iterator[Oid]:
    kind, raw = pygit.read(oid)
    if kind == ObjectType.COMMIT:
        yield from (tree_of(raw), *parents_of(raw))
    elif kind == ObjectType.TAG:
        yield Oid(raw[7:47].decode("ascii"))
    elif kind == ObjectType.TREE:
        tree = pygit[oid]
        if isinstance(tree, pygit2.Tree):
            yield from (Oid(str(entry.id)) for entry in tree if entry.filemode != FileMode.COMMIT)


def pack(
    git: Git,
    pygit: pygit2.Repository,
    tips: Iterable[Oid],
    into: Repository,
    *,
    keep: str,
    partial: bool,
    fds: Sequence[int] = (),
) -> str | None:
    """Publishes the tips with all they need; gives the pack's name (its hash), absent where nothing was new.

    The pack appears at once or not at all, is checked by git, is on the disk when this returns, and is pinned
    by `objects/pack/pack-NAME.keep`, which says `keep`. `fds` are inherited by the git that writes.
    """
    names = new_objects(pygit, tips)
    if not names:
        return None
    data = git.run(
        "pack-objects", "--stdout", "-q", stdin="".join(f"{name}\n" for name in names).encode()
    ).stdout
    # A partial clone lacks objects that an unchanged path of a new tree names; --strict would miss them.
    check = "--fsck-objects" if partial else "--strict"
    done = into.acting.run(
        *_DURABLE, "index-pack", "--stdin", f"--keep={keep}", check, stdin=data, pass_fds=fds, new_group=True
    )
    name = done.stdout.decode("ascii", "replace").split()[-1]
    folder = into.common_dir / "objects" / "pack"
    # git syncs neither the `.keep` nor the folder that holds it.
    for place in (folder / f"pack-{name}.keep", folder):
        flush(place)
    return name
