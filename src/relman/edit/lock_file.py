"""The project's own version in lock files. Dependencies never move, however equal their versions are."""

import re
from collections.abc import Callable, Iterator

from relman.edit import json_text, toml_text
from relman.edit.document import Path, StringAt, decode, lookup, prove, splice
from relman.edit.line_text import is_version_text
from relman.edit.version_file import Spelling, VersionFile, format_of, keys_of
from relman.errors import usage

_LOCKS: dict[str, tuple[str, ...]] = {
    "pyproject.toml": ("uv.lock",),
    "Cargo.toml": ("Cargo.lock",),
    "package.json": ("package-lock.json", "npm-shrinkwrap.json"),
}
_SPELLINGS: dict[str, Spelling] = {
    "uv.lock": "pep440",
    "Cargo.lock": "semver",
    "package-lock.json": "npm",
    "npm-shrinkwrap.json": "npm",
}
_LOCAL_SOURCES = ("editable", "virtual", "directory", "workspace")


def lock_paths(where: VersionFile) -> tuple[str, ...]:
    """The lock files that may hold the version of this file's project, nearest folder first.

    A workspace's lock stands in a folder above. poetry.lock is absent since it does not name its own project.
    """
    folder, _, name = where.path.rpartition("/")
    parts = folder.split("/") if folder else []
    folders = ["/".join(parts[:depth]) for depth in range(len(parts), -1, -1)]
    return tuple(f"{each}/{lock}" if each else lock for each in folders for lock in _LOCKS.get(name, ()))


def lock_spelling(path: str) -> Spelling:
    """How the lock file's own tool writes versions there (`semver` for a file that relman does not know)."""
    return _SPELLINGS.get(_name(path), "semver")


def project_name(data: bytes, where: VersionFile) -> str | None:
    """The project's name beside its version, or None where the file gives none (a Cargo workspace, say)."""
    form = format_of(where)
    if form not in {"toml", "json"}:
        return None
    _, text = decode(data, where.path)
    document = toml_text.parse(text, where.path) if form == "toml" else json_text.parse(text, where.path)
    for key in keys_of(where):
        name = lookup(document, (*key[:-1], "name"))
        if isinstance(lookup(document, key), str):
            return name if isinstance(name, str) else None
    return None


def write_lock(path: str, data: bytes, package: str | None, old: str, new: str) -> bytes:
    """The lock file with the project's own version moved from `old` to `new`; all other bytes stay.

    A project that is known by its name moves whatever its version was, so a lock that was left behind is
    mended; without a name only own entries that hold `old` do. Unknown lock files, and those that do not hold
    the project, come back as they are. Error (usage) where the file cannot be read.
    """
    if not is_version_text(new):
        raise usage(f"{new!r} cannot be written as a version to {path}")
    match _name(path):
        case "uv.lock":
            return _edit(
                path, data, toml_text.parse, toml_text.strings, lambda lock: _uv(lock, package, old, new)
            )
        case "Cargo.lock":
            return _edit(
                path, data, toml_text.parse, toml_text.strings, lambda lock: _cargo(lock, package, old, new)
            )
        case "package-lock.json" | "npm-shrinkwrap.json":
            return _edit(
                path, data, json_text.parse, json_text.strings, lambda lock: _npm(lock, package, old, new)
            )
        case _:
            return data


def _edit(
    path: str,
    data: bytes,
    parse: Callable[[str, str], object],
    strings: Callable[[str], Iterator[StringAt]],
    choose: Callable[[object], Iterator[tuple[Path, str]]],
) -> bytes:
    mark, text = decode(data, path)
    before = parse(text, path)
    wanted = {key: value for key, value in choose(before) if lookup(before, key) != value}
    if not wanted:
        return data
    edited = splice(text, [(start, end, wanted[key]) for key, start, end in strings(text) if key in wanted])
    prove(path, before, parse(edited, path), wanted)
    return (mark + edited).encode()


def _uv(lock: object, package: str | None, old: str, new: str) -> Iterator[tuple[Path, str]]:
    for key, entry in _packages(lock):
        source = entry.get("source")
        own = isinstance(source, dict) and any(kind in source for kind in _LOCAL_SOURCES)
        if own and _is_project(entry, None if package is None else _same_python(package), old, _same_python):
            yield (*key, "version"), new


def _cargo(lock: object, package: str | None, old: str, new: str) -> Iterator[tuple[Path, str]]:
    moved: set[str] = set()
    for key, entry in _packages(lock):
        if "source" not in entry and _is_project(entry, package, old, str):
            moved.add(f"{entry['name']} {entry['version']}")
            yield (*key, "version"), new
    # Cargo writes "name version" for a dependency whose name alone is not unique in the lock.
    for key, entry in _packages(lock):
        needs = entry.get("dependencies")
        for index, need in enumerate(needs if isinstance(needs, list) else ()):
            if need in moved:
                yield (*key, "dependencies", str(index)), f"{need.partition(' ')[0]} {new}"


def _npm(lock: object, package: str | None, old: str, new: str) -> Iterator[tuple[Path, str]]:
    root = lookup(lock, ("packages", ""))
    names = {name for name in (lookup(lock, ("name",)), lookup(root, ("name",))) if isinstance(name, str)}
    version = lookup(lock, ("version",))
    if package in names or (not (names and package) and version == old):
        for key in (("version",), ("packages", "", "version")):
            if isinstance(lookup(lock, key), str):
                yield key, new
        return
    packages = lookup(lock, ("packages",))
    for folder, entry in packages.items() if isinstance(packages, dict) else ():
        # npm leaves the name out where it is the folder's own.
        own = folder and "node_modules" not in folder.split("/") and isinstance(entry, dict)
        if own and isinstance(entry.get("version"), str) and entry.get("name", _name(folder)) == package:
            yield ("packages", folder, "version"), new


def _packages(lock: object) -> Iterator[tuple[Path, dict[str, object]]]:
    entries = lookup(lock, ("package",))
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if (
            isinstance(entry, dict)
            and isinstance(entry.get("name"), str)
            and isinstance(entry.get("version"), str)
        ):
            yield ("package", str(index)), entry


def _is_project(entry: dict[str, object], package: str | None, old: str, spell: Callable[[str], str]) -> bool:
    if package is None:
        return entry["version"] == old
    return spell(str(entry["name"])) == package


def _same_python(name: str) -> str:
    """Source: the name normalisation of the Python packaging specification (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _name(path: str) -> str:
    return path.rpartition("/")[2]
