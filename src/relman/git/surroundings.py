"""Makes a temporary repository that merges as the user's own would, and holds none of its objects.

The few files are written directly: no process is started for them. Settings come from the user's effective
configuration alone, so that what a release's tree contains can never start a program; attributes come from
the target's tree, because git would otherwise take those of whatever the user has checked out (DESIGN 6).
"""

import os
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

import pygit2

from relman.git.program import Git
from relman.git.repo import EMPTY_TREE, Repository

ISOLATED = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_COUNT": "0"}
"""The copied settings are all that counts: a conditional include must not match the temporary folder."""

_SECTIONS = ("merge.", "diff.", "user.", "author.", "committer.", "gpg.", "filter.", "i18n.")
_KEYS = frozenset(
    {
        "commit.gpgsign",
        "tag.gpgsign",
        "core.attributesfile",
        "core.autocrlf",
        "core.bigfilethreshold",
        "core.checkroundtripencoding",
        "core.eol",
        "core.filemode",
        "core.ignorecase",
        "core.precomposeunicode",
        "core.protecthfs",
        "core.protectntfs",
        "core.safecrlf",
        "core.symlinks",
    }
)
_OWN = """\
[core]
\trepositoryformatversion = 0
\tbare = false
\tfsync = none
[gc]
\tauto = 0
[maintenance]
\tauto = false
"""

Settings = tuple[tuple[str, str | None], ...]
"""Keys as git prints them, with values; absent: the key stands alone, which means true."""

Programs = tuple[tuple[str, Path], ...]
"""Relative paths that merge drivers name, and the files in the user's checkout."""


def read_settings(git: Git) -> Settings:
    """Gives the effective configuration of a repository, in git's order: later ones win."""
    rows = git.run("config", "--list", "-z", "--includes").stdout.decode("utf-8", "surrogateescape")
    pairs = (row.partition("\n") for row in rows.split("\0") if row)
    return tuple((key, value if mark else None) for key, mark, value in pairs)


def lay_out(root: Path, repo: Repository, settings: Settings) -> None:
    """Writes the repository's files below the empty folder `root`; its work tree is `root` itself."""
    git_dir = root / ".git"
    for folder in ("objects/info", "objects/pack", "refs/heads", "refs/tags", "info"):
        (git_dir / folder).mkdir(parents=True)
    (git_dir / "HEAD").write_text("ref: refs/heads/none\n")
    kept = [(k, v) for k, v in settings if k in _KEYS or k.startswith(_SECTIONS)]
    text = _OWN + "".join(_config_lines(kept))
    (git_dir / "config").write_bytes(text.encode("utf-8", "surrogateescape"))
    stores = "".join(f"{_quoted(str(store))}\n" for store in _stores(repo.common_dir / "objects"))
    (git_dir / "objects/info/alternates").write_bytes(os.fsencode(stores))
    for name in ("info/attributes", "shallow"):
        theirs = repo.common_dir / name
        if theirs.is_file():
            (git_dir / name).write_bytes(theirs.read_bytes())
    if (repo.common_dir / "modules").is_dir():
        # git fast-forwards a submodule where it can look into it.
        (git_dir / "modules").symlink_to(repo.common_dir / "modules")


def lay_out_attributes(root: Path, git: Git, pygit: pygit2.Repository, tree: str) -> None:
    """Puts every `.gitattributes` of the tree, and its `.gitmodules`, at its path."""
    rows = git.run("diff-tree", "-r", "-z", EMPTY_TREE, tree, "--", ":(glob)**/.gitattributes", ".gitmodules")
    fields = rows.stdout.split(b"\0")
    for info, path in zip(fields[::2], fields[1::2], strict=False):
        _, mode, _, oid, _ = info.split(b" ")
        parts = os.fsdecode(path).split("/")
        if not mode.startswith(b":100") and mode.startswith(b"100") and _stays_inside(parts):
            place = root.joinpath(*parts)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(pygit[oid.decode()].read_raw())


def find_programs(repo: Repository, settings: Settings) -> Programs:
    """Gives the files of the user's checkout that configured merge drivers name by a relative path.

    git runs a driver at the top of the work tree, so that `tools/merge.sh %O %A %B` is one of them.
    """
    top = repo.work_tree
    drivers = [v for k, v in settings if v and k.startswith("merge.") and k.endswith(".driver")]
    if top is None or not drivers:
        return ()
    words = (os.path.normpath(word) for driver in drivers for word in _words(driver) if "%" not in word)
    named = (word for word in dict.fromkeys(words) if _stays_inside(word.split("/")))
    return tuple((word, top / word) for word in named if (top / word).is_file())


def link_programs(root: Path, programs: Programs) -> None:
    """Puts links to them at their places, where the target's tree has left room."""
    for word, place in programs:
        link = root / word
        link.parent.mkdir(parents=True, exist_ok=True)
        if not os.path.lexists(link):
            link.symlink_to(place)


def _words(driver: str) -> list[str]:
    try:
        return shlex.split(driver)
    except ValueError:  # the shell will say so
        return []


def _stays_inside(parts: Iterable[str]) -> bool:
    return not any(part in ("", ".", "..") or part.casefold() == ".git" for part in parts)


def _stores(objects: Path, seen: tuple[Path, ...] = ()) -> tuple[Path, ...]:
    """Gives an object store and those that it borrows from; libgit2 follows relative ones only one step."""
    if objects in seen:
        return seen
    seen = (*seen, objects)
    listed = objects / "info" / "alternates"
    lines = os.fsdecode(listed.read_bytes()).split("\n") if listed.is_file() else []
    for line in lines:
        if line and not line.startswith("#"):
            seen = _stores(Path(os.path.normpath(objects / _unquoted(line))), seen)
    return seen


def _quoted(path: str) -> str:
    """Quotes as C does, only where needed: libgit2 does not know the quotes."""
    if "\n" not in path:
        return path
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _unquoted(line: str) -> str:
    if not line.startswith('"'):
        return line
    raw = os.fsencode(line[1:-1])
    return os.fsdecode(raw.decode("unicode_escape").encode("latin-1"))


def _config_lines(settings: Iterable[tuple[str, str | None]]) -> Iterator[str]:
    for key, value in settings:
        section, _, rest = key.partition(".")
        inner, dot, name = rest.rpartition(".")
        escaped = inner.replace("\\", "\\\\").replace('"', '\\"')
        yield f'[{section} "{escaped}"]\n' if dot else f"[{section}]\n"
        if value is None:
            yield f"\t{name}\n"
        else:
            text = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
            yield f'\t{name} = "{text}"\n'
