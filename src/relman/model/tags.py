"""From tags to releases: the format in which a repository writes versions, and the families it has."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from msgspec import Struct

from relman.errors import RelmanError, usage
from relman.model.history import Tag
from relman.model.names import Oid
from relman.model.version import Version, parse

_TAIL = re.compile(r"(?<![0-9.])[0-9]+\.[0-9]+\.[0-9]+.*\Z")
_WHOLE_REPOSITORY = re.compile(
    r"\A(?:v|V|release[-_/]?v?|rel[-_/]?v?|version[-_/]?v?|ver[-_/]?v?)?\Z", re.IGNORECASE
)


class TagFormat(Struct, frozen=True, kw_only=True):
    """How a version is written as a tag: what stands before it and after it."""

    prefix: str = "v"
    suffix: str = ""

    def write(self, version: Version) -> str:
        """Gives the tag's name."""
        return f"{self.prefix}{version}{self.suffix}"

    def read(self, name: str) -> Version | None:
        """Gives the version that a tag's name holds in this format, or nothing."""
        if not name.startswith(self.prefix) or not name.endswith(self.suffix):
            return None
        return parse(name[len(self.prefix) : len(name) - len(self.suffix)])

    def __str__(self) -> str:
        return f"{self.prefix}{{version}}{self.suffix}"


def tag_format(text: str) -> TagFormat:
    """Reads `v{version}`; an error (usage) where the placeholder does not stand there exactly once."""
    before, found, after = text.partition("{version}")
    if not found or "{version}" in after:
        raise usage(f"the tag format {text!r} must hold {{version}} exactly once")
    return TagFormat(prefix=before, suffix=after)


class Release(Struct, frozen=True, kw_only=True):
    """A tag that parses as a version. `object` is the tag object's id, `commit` where it leads."""

    version: Version
    tag: str
    commit: Oid
    object: Oid
    annotated: bool
    withdrawn: bool = False

    @property
    def sound(self) -> bool:
        """Whether it is stable and was not withdrawn, so that others may build on it."""
        return self.version.stable and not self.withdrawn


class Family(Struct, frozen=True, kw_only=True):
    """Tags with one text before the version: `api-v` in `api-v1.2.3`."""

    prefix: str
    releases: tuple[str, ...]


def families(names: Iterable[str]) -> tuple[Family, ...]:
    """Groups tag names that end in a version by what stands before it, largest group first."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in names:
        tail = _TAIL.search(name)
        if tail and parse(tail.group()) is not None:
            found[name[: tail.start()]].append(name)
    rows = [Family(prefix=prefix, releases=tuple(sorted(tags))) for prefix, tags in found.items()]
    return tuple(sorted(rows, key=lambda f: (-len(f.releases), f.prefix)))


def reads_like_release(name: str) -> bool:
    """Tells whether a tag is called as releases of whole repositories are, in whatever format."""
    tail = _TAIL.search(name)
    return (
        tail is not None
        and parse(tail.group()) is not None
        and bool(_WHOLE_REPOSITORY.match(name[: tail.start()]))
    )


class Formats(Struct, frozen=True, kw_only=True):
    """The format that new tags get, the ones that are read besides, and how that is known."""

    write: TagFormat
    accept: tuple[TagFormat, ...]
    evidence: str


def detect_formats(names: Sequence[str]) -> Formats:
    """Finds the formats of a repository that has no configuration.

    Families of the whole repository (`v1.2.3`, `1.2.3`, `release-1.2.3`) are one history whose writer changed
    its mind: the one with the highest version is written, all are read. Where there are only families of
    packages (`api-v1.2.3`, `web@2.0.0`), one of them is taken; several are an error (usage) that lists them.
    """
    groups = families(names)
    whole = [f for f in groups if _WHOLE_REPOSITORY.match(f.prefix)]
    if not groups:
        return Formats(write=TagFormat(), accept=(TagFormat(),), evidence="no release yet")
    if not whole and len(groups) > 1:
        raise ambiguous_families(groups)
    taken = whole or list(groups)
    written = max(taken, key=lambda f: (_highest(f), f.prefix)).prefix
    accept = tuple(TagFormat(prefix=f.prefix) for f in taken)
    count = sum(len(f.releases) for f in taken)
    newest = next(f for f in taken if f.prefix == written)
    return Formats(
        write=TagFormat(prefix=written),
        accept=tuple(sorted(accept, key=lambda f: f.prefix != written)),
        evidence=f"{count} {'tag' if count == 1 else 'tags'} like {written}{_highest(newest)}",
    )


def _highest(family: Family) -> Version:
    versions = [v for name in family.releases if (v := parse(name[len(family.prefix) :]))]
    return max(versions)


def ambiguous_families(groups: Sequence[Family]) -> RelmanError:
    """Says which families there are and how to choose one."""
    rows = "\n".join(
        f"  {f.prefix}{{version}}  {len(f.releases)} tags, like {f.releases[-1]}" for f in groups[:12]
    )
    return usage(
        f"this repository has {len(groups)} families of release tags, and relman must know which one is meant:\n{rows}",
        f'in relman.toml:  [tags] format = "{groups[0].prefix}{{version}}"',
        "relman init",
    )


def read_releases(
    tags: Iterable[Tag], formats: Formats, withdrawn: frozenset[str] = frozenset()
) -> tuple[Release, ...]:
    """Gives the releases, highest version first. Tags that do not parse are not releases.

    Two tags for one version: the first of `accept` wins; `twins` names the pairs that differ.
    """
    found: dict[tuple[object, ...], tuple[int, Release]] = {}
    for tag in tags:
        for rank, fmt in enumerate(formats.accept):
            version = fmt.read(tag.name)
            if version is None:
                continue
            release = Release(
                version=version,
                tag=tag.name,
                commit=tag.commit,
                object=tag.object,
                annotated=tag.annotated,
                withdrawn=str(version) in withdrawn,
            )
            known = found.get(version.precedence)
            if known is None or rank < known[0]:
                found[version.precedence] = (rank, release)
            break
    return tuple(sorted((r for _, r in found.values()), key=lambda r: r.version, reverse=True))


def twins(tags: Iterable[Tag], formats: Formats) -> tuple[tuple[Tag, Tag], ...]:
    """Gives pairs of tags that name one version and lead to different commits."""
    first: dict[tuple[object, ...], Tag] = {}
    pairs: list[tuple[Tag, Tag]] = []
    for tag in tags:
        version = next((v for fmt in formats.accept if (v := fmt.read(tag.name))), None)
        if version is None:
            continue
        other = first.setdefault(version.precedence, tag)
        if other.commit != tag.commit:
            pairs.append((other, tag))
    return tuple(pairs)


def stable(releases: tuple[Release, ...]) -> list[Release]:
    """Stable releases that were not withdrawn, lowest first."""
    return sorted((r for r in releases if r.version.stable and not r.withdrawn), key=lambda r: r.version)
