"""Finds the version files of a repository, for `relman init` to propose."""

import re
from collections.abc import Callable, Iterable, Iterator

import msgspec

from relman.edit.line_text import SLOT
from relman.edit.version_file import Spelling, VersionFile, read_version
from relman.errors import RelmanError

_VERSION = re.compile(r"v?\d+(?:\.\d+){1,3}(?:[-.+_]?[0-9A-Za-z][0-9A-Za-z.+_-]*)?")
_PLACEHOLDER = re.compile(r"0\.0\.0(?!\d)(?:[-.+].*)?")
_MODULE = re.compile(r"(?:src/|lib/)?[A-Za-z0-9_]+/(?:__init__|__about__|__version__|_version|version)\.py")
_ASSIGNMENT = re.compile(
    r"""^(?:__version__|VERSION)(?:[ \t]*:[ \t]*[\w.\[\]]+)?[ \t]*=[ \t]*(["'])([^"'\n]*)\1[^\n\r]*""",
    re.MULTILINE,
)
_OTHER_FOLDERS = ("test", "tests", "doc", "docs", "examples", "vendor", "third_party", "scripts")

_ROOT_FILES: tuple[VersionFile, ...] = (
    VersionFile(path="pyproject.toml", key="project.version", spelling="pep440"),
    VersionFile(path="pyproject.toml", key="tool.poetry.version", spelling="pep440"),
    VersionFile(path="setup.cfg", pattern=f"version = {SLOT}", spelling="pep440"),
    VersionFile(path="Cargo.toml", key="workspace.package.version"),
    VersionFile(path="Cargo.toml", key="package.version"),
    VersionFile(path="package.json", key="version", spelling="npm"),
    VersionFile(path="composer.json", key="version"),
    VersionFile(path="deno.json", key="version", spelling="npm"),
    VersionFile(path="jsr.json", key="version", spelling="npm"),
    VersionFile(path="galaxy.yml", key="version"),
    VersionFile(path="pubspec.yaml", key="version"),
    VersionFile(path="Chart.yaml", key="version"),
    VersionFile(path="gleam.toml", key="version"),
    VersionFile(path="VERSION"),
    VersionFile(path="VERSION.txt"),
    VersionFile(path="version.txt"),
    VersionFile(path=".version"),
    VersionFile(path="CITATION.cff", key="version"),
)

USUAL_PATHS = tuple(dict.fromkeys(each.path for each in _ROOT_FILES))
"""The files at the root that are looked into."""


def detect(paths: Iterable[str], read: Callable[[str], bytes | None]) -> tuple[VersionFile, ...]:
    """The version files to propose: the root's manifests, then modules with a `__version__`.

    `paths` are those of one tree, POSIX and relative; `read` gives a file's bytes, None for what is no file.
    Only files where a version stands as text are named (a dynamic one does not). All name the same version:
    the first file that holds more than a placeholder (`0.0.0`) decides, and files that say otherwise are left
    out, since a file out of step would refuse the first release.
    """
    found = [
        (each, text)
        for each in _candidates(sorted(set(paths)), read)
        if (data := read(each.path)) is not None and (text := _text(data, each)) is not None
    ]
    real = [text for _, text in found if not _PLACEHOLDER.fullmatch(text)]
    leader = next(iter(real or [text for _, text in found]), "")
    return tuple(
        msgspec.structs.replace(each, spelling="tag" if text.startswith("v") else each.spelling)
        for each, text in found
        if _same(text) == _same(leader)
    )


def _candidates(paths: list[str], read: Callable[[str], bytes | None]) -> Iterator[VersionFile]:
    there = set(paths)
    yield from (each for each in _ROOT_FILES if each.path in there)
    for path in paths:
        if _MODULE.fullmatch(path) and not path.startswith(tuple(f"{each}/" for each in _OTHER_FOLDERS)):
            yield from _assignment(path, read(path) or b"", "pep440")


def _assignment(path: str, data: bytes, spelling: Spelling) -> Iterator[VersionFile]:
    hit = _ASSIGNMENT.search(data.decode("utf-8", "replace"))
    if hit and _VERSION.fullmatch(hit[2]):
        before, after = hit[0][: hit.start(2) - hit.start()], hit[0][hit.end(2) - hit.start() :]
        yield VersionFile(path=path, pattern=f"{before}{SLOT}{after.rstrip()}", spelling=spelling)


def _text(data: bytes, where: VersionFile) -> str | None:
    try:
        text = read_version(data, where)
    except RelmanError:
        return None
    return text if _VERSION.fullmatch(text) else None


def _same(text: str) -> str:
    """Versions compare across spellings: 1.5.0-rc.1 and 1.5.0rc1."""
    plain = re.sub(r"[-._]*([a-z]+)[-._]*", r"\1", text.lower().removeprefix("v"))
    return plain.replace("alpha", "a").replace("beta", "b")
