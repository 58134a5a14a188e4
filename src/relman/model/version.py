"""Versions: reading, ordering, stepping, and the spellings of other ecosystems.

SemVer 2.0.0 decides. Tags in the wild also write `1.4.0rc1` and `1.4.0-rc1`; they are read, keep their
spelling, and are ordered by identifier and number, so that `rc10` comes after `rc2`.
"""

import re
from typing import Literal, assert_never

import semver
from msgspec import Struct

from relman.errors import usage
from relman.model.bump import Bump

Spelling = Literal["semver", "pep440", "npm"]

_NUMBER = r"0|[1-9][0-9]*"
_WORD = r"[0-9A-Za-z-]+"
_LENIENT = re.compile(
    rf"(?P<major>{_NUMBER})\.(?P<minor>{_NUMBER})\.(?P<patch>{_NUMBER})"
    rf"(?:(?P<glue>\.?)(?P<glued>[A-Za-z][0-9A-Za-z-]*(?:\.{_WORD})*)|-(?P<dashed>{_WORD}(?:\.{_WORD})*))?"
    rf"(?:\+(?P<build>{_WORD}(?:\.{_WORD})*))?\Z"
)
_TOO_LONG = re.compile(r"[0-9]{19}")
"""A number beyond 63 bits counts nothing, and Python refuses to read one of some thousand digits."""
_PARTS = re.compile(r"[0-9]+|[A-Za-z]+")
_POST = re.compile(r"post[0-9]*(?:\.|\Z)", re.IGNORECASE)
_BEFORE_ALL = "dev"
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
        """Sorts by SemVer's rule 11, with letters and digits of one identifier told apart (`rc10` > `rc2`).

        Case is ignored. `dev` comes before anything else, even before the same text without it
        (`1.0.0rc1.dev2` < `1.0.0rc1`), as PEP 440 wants it.
        """
        if not self.pre:
            return (*self.numbers, 1)
        parts = tuple(_rank(part) for part in _PARTS.findall(self.pre.lower()))
        return (*self.numbers, 0, *parts, _END)

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
        """The next stable version: a pre-release's own core counts as not yet released.

        So 1.5.0-rc.1 goes to 1.5.0 with a patch or a minor, and 1.4.3-rc.1 to 1.5.0 with a minor.
        """
        ahead = not self.stable
        match bump:
            case Bump.MAJOR:
                if ahead and not self.minor and not self.patch:
                    return self.final()
                return Version(major=self.major + 1, minor=0, patch=0)
            case Bump.MINOR:
                if ahead and not self.patch:
                    return self.final()
                return Version(major=self.major, minor=self.minor + 1, patch=0)
            case Bump.PATCH:
                return Version(major=self.major, minor=self.minor, patch=self.patch + (not ahead))
            case Bump.NONE:
                return self.final()
            case _:
                assert_never(bump)

    @property
    def candidate(self) -> tuple[str, int] | None:
        """Identifier and number of a pre-release that counts (`rc`, 2); absent for any other shape."""
        found = re.fullmatch(r"([A-Za-z]+)[.-]?([0-9]+)", self.pre)
        return (found[1], int(found[2])) if found else None

    def candidate_like(self, identifier: str, number: int) -> str:
        """The pre-release text `identifier` + `number` in the spelling that this version uses."""
        found = re.fullmatch(r"[A-Za-z]+([.-]?)[0-9]+", self.pre)
        return f"{identifier}{found[1] if found else '.'}{number}"


_END = (-1, 0, "")
"""What stands behind the last part: less than any further part, and more than `dev`."""


def _rank(part: str) -> tuple[int, int, str]:
    if part.isdigit():
        return 0, int(part), ""
    return (-2, 0, part) if part == _BEFORE_ALL else (1, 0, part)


def parse(text: str) -> Version | None:
    """Reads a version as tags spell it: SemVer, or with a pre-release that is glued on. Else nothing."""
    found = _LENIENT.match(text)
    if found is None or _TOO_LONG.search(text.partition("+")[0]):
        return None
    glued = found["glued"] or ""
    if _POST.match(glued):
        return None  # a post-release has no SemVer counterpart
    return Version(
        major=int(found["major"]),
        minor=int(found["minor"]),
        patch=int(found["patch"]),
        pre=glued or found["dashed"] or "",
        build=found["build"] or "",
        join=found["glue"] if glued else "-",
    )


def parse_strict(text: str) -> Version:
    """Reads a version that a person gave: SemVer 2.0.0, a leading `v` allowed. Else an error (usage)."""
    try:
        # The library takes a final newline and digits of other scripts.
        fit = re.fullmatch(r"[!-~]+", text) and not _TOO_LONG.search(text.partition("+")[0])
        read = semver.Version.parse(text.removeprefix("v") if fit else "")
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
    mine = [v for v in existing if v.numbers == target.numbers and _counts_as(v, identifier)]
    if not mine:
        counting = [v for v in existing if v.candidate and v.candidate[0].lower() != "dev"]
        like = max([v for v in counting if _counts_as(v, identifier)] or counting, default=None)
        pre = like.candidate_like(identifier, 1) if like else f"{identifier}.1"
        join = like.join if like else "-"
    else:
        newest = max(mine)
        word, number = newest.candidate or (identifier, 0)
        pre = newest.candidate_like(word, number + 1)
        join = newest.join
    return Version(major=target.major, minor=target.minor, patch=target.patch, pre=pre, join=join)


def _counts_as(version: Version, identifier: str) -> bool:
    return version.candidate is not None and version.candidate[0].lower() == identifier.lower()


def spell(version: Version, spelling: Spelling) -> str:
    """Writes the same version for another ecosystem.

    PEP 440 (packaging specification): `1.5.0rc1`, `1.5.0.dev37+g1a2b3c4`; npm and SemVer: `1.5.0-rc.1`.
    """
    if spelling != "pep440":
        dotted = re.sub(r"\A([A-Za-z]+)[.-]?([0-9]+)\Z", lambda m: f"{m[1]}.{int(m[2])}", version.pre)
        pre = f"-{dotted}" if dotted else ""
        return f"{version.core}{pre}" + (f"+{version.build}" if version.build else "")
    return f"{version.core}{_pep440_pre(version.pre)}" + (
        f"+{_local(version.build)}" if version.build else ""
    )


def _pep440_pre(pre: str) -> str:
    if not pre:
        return ""
    words = _PARTS.findall(pre)
    phase = _PEP440_PRE.get(words[0].lower()) if words else None
    if phase:
        counted = words[1:2] if words[1:2] and words[1].isdigit() else []
        rest = words[1 + len(counted) :]
        dev = (
            f".dev{int(rest[1])}" if len(rest) > 1 and rest[0].lower() == "dev" and rest[1].isdigit() else ""
        )
        return f"{phase}{int(counted[0]) if counted else 0}{dev}"
    number = next((w for w in reversed(words) if w.isdigit()), "0")
    return f".dev{int(number)}"


def _local(build: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", ".", build).strip(".").lower()


def under(version: Version, prefix: tuple[int, ...]) -> bool:
    """Tells whether the version starts with these numbers."""
    return version.numbers[: len(prefix)] == prefix
