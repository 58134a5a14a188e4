"""Bookkeeping: files that every commit touches beside its work, whose conflicts keep the target's side.

Changelogs and lock files make most conflicts of real ports (research/backport-engines.md 4.2), and no merge of
them is right: relman writes the changelog itself, and a lock file follows from the manifest beside it.
"""

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from relman.model.trees import Conflict

MANIFESTS = (
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "requirements*.txt",
    "requirements*.in",
    "Pipfile",
    "environment.yml",
    "package.json",
    "pnpm-workspace.yaml",
    "Cargo.toml",
    "go.mod",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "libs.versions.toml",
    "*.csproj",
    "*.fsproj",
    "*.vbproj",
    "Directory.Packages.props",
    "Gemfile",
    "*.gemspec",
    "composer.json",
    "mix.exs",
    "pubspec.yaml",
    "Podfile",
    "Package.swift",
)
"""Files that say what a project depends on: where one changed, the lock file of the target may be wrong."""

_SAFE = frozenset(
    {"content", "contents", "binary", "add/add", "modify/delete", "rename/delete", "rename/rename"}
)
"""Kinds that leave every side at the path it had. The others move a file aside, or lose one when a side is kept."""
_KIND = re.compile(r"^CONFLICT \(([^)]*)\)", re.MULTILINE)
_MOVED_ASIDE = re.compile(r"~[^/]*\Z")


def matches(path: str, patterns: Iterable[str]) -> bool:
    """Tells whether a path fits: without a slash a pattern is a file's name in any folder, else the whole path.

    `*`, `?` and `[…]` are a shell's, and `*` matches a slash too; upper and lower case differ.
    """
    name = path.rpartition("/")[2]
    return any(fnmatchcase(path if "/" in pattern else name, pattern) for pattern in patterns)


def is_manifest(path: str) -> bool:
    """Tells whether a file says what a project depends on."""
    return matches(path, MANIFESTS)


def kept_paths(conflicts: Sequence[Conflict], patterns: Iterable[str]) -> tuple[str, ...] | None:
    """Gives the paths to keep at the target's side, each once; nothing where a person is needed after all.

    That is where a path is no bookkeeping, where git moved a file aside, and where a name is not UTF-8.
    """
    known = tuple(patterns)
    paths = tuple(dict.fromkeys(c.path for c in conflicts))
    kinds = {kind for c in conflicts for kind in (c.kind, *_KIND.findall(c.message))}
    if not paths or not kinds <= _SAFE or any(_MOVED_ASIDE.search(p) or "\ufffd" in p for p in paths):
        return None
    return paths if all(matches(path, known) for path in paths) else None
