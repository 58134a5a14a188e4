"""Reads all refs of a repository at one moment, and what this clone was told not to fetch.

One `git for-each-ref` lists them without opening an object: asking it for types and peeled ids costs 20 times
as much on a large repository, and it peels a tag of a tag only once before git 2.45. What a tag leads to
is taken from packed-refs where it stands there (a tag object never changes), and from the object else.
"""

import os
from collections.abc import Iterator
from fnmatch import fnmatchcase
from itertools import pairwise
from pathlib import Path

import pygit2
from msgspec import Struct
from pygit2.enums import ObjectType, ReferenceType

from relman.errors import usage
from relman.git.repo import Repository
from relman.model.history import Branch, Head, Refs, Tag
from relman.model.lines import TRUNK_NAMES, default_of_bare, line_numbers
from relman.model.names import HEADS, REMOTES, TAGS, Oid, RefName
from relman.model.shared import FETCHED, SHARED

_FORMAT = "%(refname)%00%(objectname)%00%(symref)%00%(upstream)"
_DEEPEST = 5
"""How many symbolic refs git follows (SYMREF_MAXDEPTH in its refs.c)."""


class Remote(Struct, frozen=True, kw_only=True):
    """A configured remote: what a plain `git fetch` brings."""

    name: str
    fetch: tuple[str, ...]
    no_tags: bool


def read_refs(repo: Repository) -> Refs:
    """Reads every branch, tag and remote.

    Left out: tags that do not lead to a commit, refs whose object is not here, branches that are symbolic
    refs (what they name stands there itself), names that are not UTF-8.
    """
    rows = list(_rows(repo))
    peel = _Peeler(repo)
    branches = tuple(
        Branch(
            ref=RefName(name),
            commit=Oid(oid),
            upstream=RefName(upstream) if upstream.startswith(REMOTES) else None,
        )
        for name, oid, symref, upstream in rows
        if name.startswith((HEADS, REMOTES)) and not symref and peel.kind(oid) == ObjectType.COMMIT
    )
    shared = {
        RefName(name): Oid(oid)
        for name, oid, symref, _ in rows
        if name.startswith((SHARED, FETCHED)) and not symref and peel.kind(oid) == ObjectType.COMMIT
    }
    remotes = read_remotes(repo)
    main = remotes[0] if remotes else None
    head = read_head(repo)
    at = head.ref.removeprefix(HEADS) if head.ref and repo.work_tree is None else None
    return Refs(
        head=head,
        branches=branches,
        tags=tuple(_tags(rows, peel)),
        remotes=tuple(r.name for r in remotes),
        default_branch=_default_branch(repo, remotes) or default_of_bare(at, branches),
        shallow=read_shallow(repo),
        missing={r.name: lacking for r in remotes if (lacking := _not_fetched(r))},
        shared=shared,
        fetched_at=_fetched_at(repo, main),
    )


def _rows(repo: Repository) -> Iterator[tuple[str, str, str, str]]:
    listed = repo.looking.run(
        "for-each-ref", f"--format={_FORMAT}", HEADS, TAGS, REMOTES, SHARED, FETCHED
    ).stdout
    for line in listed.split(b"\n"):
        try:
            name, oid, symref, upstream = line.decode().split("\0")
        except ValueError:  # the last, empty line; or a name that is not UTF-8 (a UnicodeDecodeError)
            continue
        yield name, oid, symref, upstream


def _tags(rows: list[tuple[str, str, str, str]], peel: "_Peeler") -> Iterator[Tag]:
    for name, oid, _, _ in rows:
        if name.startswith(TAGS):
            commit = peel.commit(oid)
            if commit is not None:
                yield Tag(
                    name=name.removeprefix(TAGS), object=Oid(oid), commit=Oid(commit), annotated=commit != oid
                )


class _Peeler:
    """Follows tag objects to commits."""

    def __init__(self, repo: Repository) -> None:
        self._odb = repo.pygit.odb
        self._peeled = _packed(repo.common_dir / "packed-refs")

    def kind(self, oid: str) -> int | None:
        try:
            return self._odb.read_header(oid)[0]
        except KeyError:
            return None

    def commit(self, oid: str) -> str | None:
        at = self._peeled.get(oid, oid)
        kind = self.kind(at)
        if kind == ObjectType.TAG:
            return self._follow(at)
        return at if kind == ObjectType.COMMIT else None

    def _follow(self, oid: str) -> str | None:
        # Not libgit2's own way from tag to commit: it refuses people and dates that git shows.
        at: str = oid
        while True:
            try:
                kind, data = self._odb.read(at)
            except KeyError:
                return None
            if kind != ObjectType.TAG:
                return at if kind == ObjectType.COMMIT else None
            at = data[7:47].decode("ascii", "replace")


def _packed(path: Path) -> dict[str, str]:
    """Gives what each packed tag object leads to in the end (`^` lines are fully peeled)."""
    try:
        parts = path.read_bytes().split(b"\n^")
    except FileNotFoundError:
        return {}
    return {
        before[before.rfind(b"\n") + 1 :][:40].decode("ascii"): after[:40].decode("ascii")
        for before, after in pairwise(parts)
    }


def read_head(repo: Repository) -> Head:
    """Reads this worktree's HEAD, symbolic refs followed to the last one."""
    ref: RefName | None = None
    at = repo.pygit.lookup_reference("HEAD")
    for _ in range(_DEEPEST):
        if at.type != ReferenceType.SYMBOLIC:
            return Head(ref=ref, commit=Oid(str(at.target)))
        ref = RefName(str(at.target))
        try:
            at = repo.pygit.lookup_reference(ref)
        except KeyError:
            return Head(ref=ref, commit=None)
    raise usage("HEAD is a symbolic ref that leads back to itself", "git symbolic-ref HEAD refs/heads/BRANCH")


def read_shallow(repo: Repository) -> frozenset[Oid]:
    """Reads the commits whose parents were not fetched."""
    try:
        return frozenset(Oid(line) for line in (repo.common_dir / "shallow").read_text().split())
    except FileNotFoundError:
        return frozenset()


def read_remotes(repo: Repository) -> tuple[Remote, ...]:
    """Reads the configured remotes, `origin` first, then in the order of the configuration."""
    listed = repo.looking.run(
        "config", "-z", "--get-regexp", r"^remote\..*\.(url|fetch|tagopt)$", ok=(0, 1)
    ).stdout
    fetch: dict[str, list[str]] = {}
    no_tags: dict[str, bool] = {}
    for entry in listed.decode("utf-8", "surrogateescape").split("\0")[:-1]:
        key, _, value = entry.partition("\n")
        name, _, variable = key.removeprefix("remote.").rpartition(".")
        specs = fetch.setdefault(name, [])
        if variable == "fetch":
            specs.append(value)
        elif variable == "tagopt":
            no_tags[name] = value == "--no-tags"
    found = [Remote(name=n, fetch=tuple(f), no_tags=no_tags.get(n, False)) for n, f in fetch.items()]
    return tuple(sorted(found, key=lambda r: r.name != "origin"))


def _not_fetched(remote: Remote) -> tuple[str, ...]:
    """Compares a remote's refspecs with what a plain clone has."""
    specs = [spec.removeprefix("+").partition(":")[0] for spec in remote.fetch]
    sources = {spec for spec in specs if not spec.startswith("^")}
    everything = "refs/*" in sources
    narrow = bool(sources) and not everything and HEADS + "*" not in sources
    branches = narrow or any(_leaves_out_lines(spec) for spec in specs if spec.startswith("^"))
    tags = remote.no_tags and not everything and TAGS + "*" not in sources
    return (*(["branches"] if branches else []), *(["tags"] if tags else []))


def _leaves_out_lines(spec: str) -> bool:
    """Whether a negative refspec, `^refs/heads/release/*`, hides release branches or trunk; `dependabot/*` does not."""
    name = spec.removeprefix("^").removeprefix(HEADS)
    named = line_numbers(name.replace("*", "1.4")) is not None
    return named or any(fnmatchcase(usual, name) for usual in ("release/1.4", "1.4.x", *TRUNK_NAMES))


def _default_branch(repo: Repository, remotes: tuple[Remote, ...]) -> str | None:
    for remote in remotes:
        prefix = f"{REMOTES}{remote.name}/"
        try:
            at = repo.pygit.lookup_reference(f"{prefix}HEAD")
        except (KeyError, ValueError, pygit2.GitError):
            continue
        if at.type == ReferenceType.SYMBOLIC and str(at.target).startswith(prefix):
            return str(at.target).removeprefix(prefix)
    return None


def _fetched_at(repo: Repository, remote: Remote | None) -> int | None:
    """Each worktree has a FETCH_HEAD, and a fetch that failed leaves it empty; a clone leaves only a HEAD."""
    heads = [repo.common_dir / "FETCH_HEAD", *repo.common_dir.glob("worktrees/*/FETCH_HEAD")]
    times = [found.st_mtime for path in heads if (found := _stat(path)) and found.st_size]
    if not times and remote is not None:
        cloned = _stat(repo.common_dir / "refs/remotes" / remote.name / "HEAD")
        times = [cloned.st_mtime] if cloned else []
    return int(max(times)) if times else None


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None
