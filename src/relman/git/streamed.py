"""Commits and refs through the git program alone: a `Graph` for the hooks.

It sees what a push holds in quarantine, which libgit2 does not, and costs no start of pygit2. What a walk found is
read in batches, as soon as one of it is asked for.
"""

from collections.abc import Iterable, Iterator

from relman.errors import usage
from relman.git.commit_object import parents_of, parse_commit
from relman.git.hooked import Hooked
from relman.git.streams import objects, paths_by_commit
from relman.model.history import Branch, Commit, Head, Refs, Tag
from relman.model.lines import default_of_bare
from relman.model.names import HEADS, REMOTES, TAGS, Oid, RefName
from relman.model.shared import FETCHED, SHARED

_PATHS = (
    *("diff-tree", "--stdin", "-r", "-z", "--name-only", "--no-renames"),
    *("--root", "--diff-merges=first-parent", "--always"),
)


_BATCH = 500
"""Commits that are read at once."""


class Streamed:
    """A `Graph` by git's own walks. Remembers what it read: commits never change."""

    def __init__(self, hooked: Hooked) -> None:
        self._git = hooked.git
        self._commits: dict[Oid, Commit] = {}
        self._paths: dict[Oid, frozenset[str]] = {}
        self._between: dict[tuple[frozenset[Oid], frozenset[Oid]], tuple[Oid, ...]] = {}
        self._walk: dict[Oid, tuple[tuple[Oid, ...], int]] = {}
        """The walk that found a commit, and its place there: whoever reads one reads the next ones too."""

    def load(self, oids: Iterable[Oid]) -> None:
        """Reads commits in one go; what is no commit, or is not here, is left for whoever asks for it."""
        todo = [oid for oid in dict.fromkeys(oids) if oid not in self._commits]
        for oid, (kind, data) in zip(todo, objects(self._git, todo), strict=False):
            if kind == b"commit":
                self._commits[oid] = parse_commit(oid, data, parents=parents_of(data))

    def load_paths(self, oids: Iterable[Oid]) -> None:
        """Reads the paths of commits in one go."""
        todo = [oid for oid in dict.fromkeys(oids) if oid not in self._paths]
        if todo:
            listed = self._git.run(*_PATHS, stdin=_lines(todo)).stdout
            self._paths.update(paths_by_commit(listed, list(todo)))

    def commit(self, oid: Oid) -> Commit:
        """Gives one commit. Error (usage): there is none with that id here."""
        if oid not in self._commits:
            self.load(self._following(oid))
        try:
            return self._commits[oid]
        except KeyError as e:
            raise usage(f"there is no commit {oid} here", f"git cat-file -t {oid}") from e

    def when(self, oid: Oid) -> int:
        """Gives the commit date in seconds since 1970."""
        return self.commit(oid).committer.when

    def chain(self, tip: Oid) -> Iterator[Oid]:
        """Walks first parents, newest first."""
        child = self._git.popen("rev-list", "--first-parent", tip, env={"GIT_FLUSH": "0"})
        try:
            for line in child.stdout or ():
                yield Oid(line.decode("ascii").strip())
        finally:
            child.kill()
            child.communicate()

    def between(self, include: Iterable[Oid], exclude: Iterable[Oid]) -> tuple[Oid, ...]:
        """Gives the commits reachable from `include` and not from `exclude`, in git's date order."""
        key = (frozenset(include), frozenset(exclude))
        if key not in self._between:
            found = self._between[key] = self._rev_list(*key, "--date-order")
            self._walk.update((oid, (found, place)) for place, oid in enumerate(found))
        return self._between[key]

    def is_ancestor(self, ancestor: Oid, descendant: Oid) -> bool:
        """Tells whether the one is reachable from the other; a commit is its own ancestor."""
        return ancestor == descendant or not self._rev_list([ancestor], [descendant], "--max-count=1")

    def paths(self, oid: Oid) -> frozenset[str]:
        """Gives the paths that differ from the first parent's tree, without renames."""
        if oid not in self._paths:
            self.load_paths(self._following(oid))
        return self._paths[oid]

    def _following(self, oid: Oid) -> tuple[Oid, ...]:
        walk, place = self._walk.get(oid, ((oid,), 0))
        return walk[place : place + _BATCH]

    def kinds(self, oids: Iterable[Oid]) -> dict[Oid, str]:
        """Gives the kind of each object that is here."""
        lines = self._git.run("cat-file", "--batch-check", "--buffer", stdin=_lines(oids)).stdout
        rows = (line.split() for line in lines.decode("ascii", "replace").splitlines())
        return {Oid(row[0]): row[1] for row in rows if len(row) == 3}

    def peel(self, oids: Iterable[Oid]) -> dict[Oid, Oid]:
        """Gives the commit that each tag object leads to in the end; left out: those that lead to none."""
        todo = list(dict.fromkeys(oids))
        asked = "".join(f"{oid}^{{commit}}\n" for oid in todo).encode("ascii")
        lines = self._git.run("cat-file", "--batch-check", "--buffer", stdin=asked).stdout if todo else b""
        rows = (line.split() for line in lines.decode("ascii", "replace").splitlines())
        return {oid: Oid(row[0]) for oid, row in zip(todo, rows, strict=True) if row[1:2] == ["commit"]}

    def blob(self, at: str, path: str) -> bytes | None:
        """Gives a file's bytes in a commit or tree, or in the index (`at` is empty); nothing where there is none."""
        done = self._git.run("cat-file", "blob", f"{at}:{path}", ok=(0, 128))
        return done.stdout if done.returncode == 0 else None

    def changed(self, old: str, new: str) -> tuple[str, ...]:
        """Lists the paths that differ between two commits, without renames."""
        listed = self._git.run("diff-tree", "-r", "-z", "--name-only", "--no-renames", old, new).stdout
        return tuple(p.decode("utf-8", "surrogateescape") for p in listed.split(b"\0")[:-1])

    def tree_paths(self, at: str) -> tuple[str, ...]:
        """Lists every path of a commit that is not a folder."""
        listed = self._git.run("ls-tree", "-r", "-z", "--name-only", "--full-tree", at).stdout
        return tuple(p.decode("utf-8", "surrogateescape") for p in listed.split(b"\0")[:-1])

    def patch_id(self, oid: Oid) -> str | None:
        """The stable patch-id of a commit."""
        from relman.git.patch_id import patch_id_by

        return patch_id_by(self._git, oid)

    def _rev_list(self, include: Iterable[Oid], exclude: Iterable[Oid], *options: str) -> tuple[Oid, ...]:
        todo, hidden = list(include), list(exclude)
        lines = _lines([*todo, *("^" + oid for oid in hidden)])
        listed = self._git.run("rev-list", *options, "--stdin", stdin=lines).stdout
        return tuple(Oid(line) for line in listed.decode("ascii").split())


def read_refs(hooked: Hooked) -> Refs:
    """Reads every branch, tag and shared record, and HEAD's branch as the default one of a bare repository.

    Left out: names that are not UTF-8.
    """
    listed = hooked.git.run("show-ref", "--dereference", ok=(0, 1)).stdout
    rows: dict[str, str] = {}
    for line in listed.split(b"\n"):
        oid, _, name = line.partition(b" ")
        try:
            rows[name.decode()] = oid.decode("ascii")
        except UnicodeDecodeError:
            continue
    branches = tuple(
        Branch(ref=RefName(name), commit=Oid(oid))
        for name, oid in rows.items()
        if name.startswith((HEADS, REMOTES)) and not name.endswith("/HEAD")
    )
    tags = tuple(
        Tag(
            name=name.removeprefix(TAGS),
            object=Oid(oid),
            commit=Oid(rows.get(f"{name}^{{}}", oid)),
            annotated=f"{name}^{{}}" in rows,
        )
        for name, oid in rows.items()
        if name.startswith(TAGS) and not name.endswith("^{}")
    )
    at = head_branch(hooked)
    return Refs(
        head=Head(ref=RefName(HEADS + at) if at else None, commit=None),
        branches=branches,
        tags=tags,
        default_branch=default_of_bare(at, branches) if hooked.work_tree is None else None,
        shared={RefName(name): Oid(oid) for name, oid in rows.items() if name.startswith((SHARED, FETCHED))},
    )


def head_branch(hooked: Hooked) -> str | None:
    """The short name of HEAD's branch, unborn or not; nothing where HEAD is detached."""
    done = hooked.git.run("symbolic-ref", "--quiet", "HEAD", ok=(0, 1, 128))
    ref = done.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")
    return ref.removeprefix(HEADS) if ref.startswith(HEADS) else None


def default_branch(hooked: Hooked, remote: str) -> str | None:
    """What the remote's HEAD is known to be here, without the remote."""
    done = hooked.git.run("symbolic-ref", "--quiet", f"{REMOTES}{remote}/HEAD", ok=(0, 1, 128))
    ref = done.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")
    return ref.removeprefix(f"{REMOTES}{remote}/") if ref.startswith(f"{REMOTES}{remote}/") else None


def _lines(words: Iterable[str]) -> bytes:
    return "".join(f"{word}\n" for word in words).encode("ascii")
