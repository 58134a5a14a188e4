"""Versions: reading, ordering, stepping, and the spellings of other ecosystems.

SemVer 2.0.0 decides. Tags in the wild also write `1.4.0rc1` and `1.4.0-rc1`; they are read, keep their
spelling, and are ordered by identifier and number, so that `rc10` comes after `rc2`.
"""

import re
from typing import Literal

import semver
from msgspec import Struct

from relman.errors import usage
from relman.model.bump import Bump

Spelling = Literal["semver", "pep440", "npm"]

_LENIENT = re.compile(
    r"(?P<major>0|[1-9]\d*)\.(?P<minor>0|[1-9]\d*)\.(?P<patch>0|[1-9]\d*)"
    r"(?:(?P<join>[-.]?)(?P<pre>[A-Za-z][0-9A-Za-z]*(?:[.-][0-9A-Za-z-]+)*)|-(?P<num>\d[0-9A-Za-z.-]*))?"
    r"(?:\+(?P<build>[0-9A-Za-z.-]+))?\Z"
)
_PARTS = re.compile(r"\d+|[A-Za-z]+")
_PEP440_PRE = {
    "alpha": "a",
    "a": "a",
    "beta": "b",
    "b": "b",
    "rc": "rc",
    "c": "rc",
    "pre": "rc",
    "preview": "rc",
}


class Version(Struct, frozen=True, kw_only=True):
    """One version. `pre` is the pre-release part as spelled, without what joins it; `join` is that joint.

    Build metadata takes no part in order or equality of precedence; it does in `==`.
    """

    major: int
    minor: int
    patch: int
    pre: str = ""
    build: str = ""
    join: str = "-"

    def __str__(self) -> str:
        pre = f"{self.join}{self.pre}" if self.pre else ""
        return f"{self.core}{pre}" + (f"+{self.build}" if self.build else "")

    @property
    def core(self) -> str:
        """The three numbers."""
        return f"{self.major}.{self.minor}.{self.patch}"

    @property
    def numbers(self) -> tuple[int, int, int]:
        """The three numbers, as numbers."""
        return self.major, self.minor, self.patch

    @property
    def stable(self) -> bool:
        """Not a pre-release."""
        return not self.pre

    @property
    def precedence(self) -> tuple[object, ...]:
        """Sorts by SemVer's rule 11, with letters and digits of one identifier told apart (`rc10` > `rc2`)."""
        if not self.pre:
            return (*self.numbers, 1)
        parts = tuple(
            (0, int(p), "") if p.isdigit() else (-1 if p.lower() == "dev" else 1, 0, p.lower())
            for p in _PARTS.findall(self.pre)
        )
        return (*self.numbers, 0, *parts)

    # `functools.total_ordering` does not see that a Struct's own comparisons are empty.
    def __lt__(self, other: "Version") -> bool:
        return self.precedence < other.precedence

    def __le__(self, other: "Version") -> bool:
        return self.precedence <= other.precedence

    def __gt__(self, other: "Version") -> bool:
        return self.precedence > other.precedence

    def __ge__(self, other: "Version") -> bool:
        return self.precedence >= other.precedence

    def final(self) -> "Version":
        """The stable version that this pre-release leads to."""
        return Version(major=self.major, minor=self.minor, patch=self.patch)

    def step(self, bump: Bump) -> "Version":
        """The next stable version: a pre-release's own core counts as not yet released."""
        match bump:
            case Bump.MAJOR:
                return Version(major=self.major + 1, minor=0, patch=0)
            case Bump.MINOR:
                return Version(major=self.major, minor=self.minor + 1, patch=0)
            case Bump.PATCH:
                return Version(major=self.major, minor=self.minor, patch=self.patch + 1)
            case _:
                return self.final()

    @property
    def candidate(self) -> tuple[str, int] | None:
        """Identifier and number of a pre-release that counts (`rc`, 2); absent for any other shape."""
        found = re.fullmatch(r"([A-Za-z]+)[.-]?(\d+)", self.pre)
        return (found[1], int(found[2])) if found else None

    def candidate_like(self, identifier: str, number: int) -> str:
        """The pre-release text `identifier` + `number` in the spelling that this version uses."""
        found = re.fullmatch(r"[A-Za-z]+([.-]?)\d+", self.pre)
        return f"{identifier}{found[1] if found else '.'}{number}"


def parse(text: str) -> Version | None:
    """Reads a version as tags spell it: SemVer, or with a pre-release that is glued on. Else nothing."""
    found = _LENIENT.match(text)
    if found is None:
        return None
    pre = found["pre"] or found["num"] or ""
    if re.match(r"post\d*\Z", pre):
        return None  # a post-release has no SemVer counterpart
    return Version(
        major=int(found["major"]),
        minor=int(found["minor"]),
        patch=int(found["patch"]),
        pre=pre,
        build=found["build"] or "",
        join="-" if found["num"] or not pre else found["join"],
    )


def parse_strict(text: str) -> Version:
    """Reads a version that a person gave: SemVer 2.0.0, a leading `v` allowed. Else an error (usage)."""
    try:
        read = semver.Version.parse(text.removeprefix("v"))
    except ValueError:
        raise usage(
            f"{text!r} is not a version",
            "a version looks like 1.5.0 or 1.5.0-rc.1; major, minor, patch work too",
        ) from None
    return Version(
        major=read.major,
        minor=read.minor,
        patch=read.patch,
        pre=read.prerelease or "",
        build=read.build or "",
    )


def next_candidate(target: Version, identifier: str, existing: tuple[Version, ...]) -> Version:
    """The next pre-release of `target`: counting from 1, in the spelling that `existing` ones of it use."""
    mine = [
        v for v in existing if v.numbers == target.numbers and v.candidate and v.candidate[0] == identifier
    ]
    if not mine:
        like = max((v for v in existing if v.candidate), default=None)
        pre = like.candidate_like(identifier, 1) if like else f"{identifier}.1"
        join = like.join if like else "-"
    else:
        newest = max(mine)
        pre = newest.candidate_like(identifier, (newest.candidate or ("", 0))[1] + 1)
        join = newest.join
    return Version(major=target.major, minor=target.minor, patch=target.patch, pre=pre, join=join)


def spell(version: Version, spelling: Spelling) -> str:
    """Writes the same version for another ecosystem.

    PEP 440 (packaging specification): `1.5.0rc1`, `1.5.0.dev37+g1a2b3c4`; npm and SemVer: `1.5.0-rc.1`.
    """
    if spelling != "pep440":
        dotted = re.sub(r"\A([A-Za-z]+)(\d+)\Z", r"\1.\2", version.pre)
        pre = f"-{dotted}" if dotted else ""
        return f"{version.core}{pre}" + (f"+{version.build}" if version.build else "")
    return f"{version.core}{_pep440_pre(version.pre)}" + (
        f"+{_local(version.build)}" if version.build else ""
    )


def _pep440_pre(pre: str) -> str:
    if not pre:
        return ""
    words = _PARTS.findall(pre)
    if len(words) > 1 and words[0].lower() in _PEP440_PRE and words[1].isdigit():
        rest = words[2:]
        dev = f".dev{rest[-1]}" if len(rest) >= 2 and rest[0].lower() == "dev" else ""
        return f"{_PEP440_PRE[words[0].lower()]}{int(words[1])}{dev}"
    number = next((w for w in reversed(words) if w.isdigit()), "0")
    return f".dev{int(number)}"


def _local(build: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", ".", build).strip(".").lower()


def under(version: Version, prefix: tuple[int, ...]) -> bool:
    """Tells whether the version starts with these numbers."""
    return version.numbers[: len(prefix)] == prefix
