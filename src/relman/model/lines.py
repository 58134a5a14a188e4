"""Lines: which streams of releases a repository has, by the names of its branches and tags.

A line is named by the numbers that its versions share, `1.4`. Its branch is recognised by the usual names
(`release/1.4`, `1.4.x`, `stable/1.4`, `1-4-stable`, `maint-1.4`, `REL_14_STABLE`) or by configured patterns.
Nothing here walks history; `cut` does.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from msgspec import Struct

from relman.model.bump import Bump
from relman.model.history import Branch, Refs
from relman.model.names import HEADS, REMOTES
from relman.model.tags import Release
from relman.model.version import Version, under

TRUNK = "trunk"
"""What trunk is called where a line can stand."""

_WORDS = r"releases?|rel|stable|maint(?:enance)?|support|branch|version|v"
_USUAL = (
    re.compile(
        rf"(?:(?:{_WORDS})[-/_]?v?)(?P<n>[0-9]+(?:[._-][0-9]+){{0,2}})(?:[._-]?x)*(?:[-_/]stable)?\Z",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<n>[0-9]+(?:[._-][0-9]+){0,2})[-_/]stable\Z", re.IGNORECASE),
    re.compile(r"(?P<n>[0-9]+(?:\.[0-9]+)?)(?:\.x)+\Z"),
    re.compile(r"(?P<n>[0-9]+\.[0-9]+)\Z"),
)
_HOTFIX = re.compile(r"hotfix(?:es)?[-/]v?(?P<n>[0-9]+\.[0-9]+\.[0-9]+)\Z")
_WEAK = re.compile(r"(?:v|branch|version)[-_]?[0-9]+\Z")
"""`v5` may be a line or where the next major is being written: it takes a release to be a line."""
_DATE = re.compile(r"(?:19|20)[0-9]{2}-[0-9]{1,2}-[0-9]{1,2}\Z")
_ANY_PATCH = re.compile(r"(?:\.x)+\Z")
_LARGEST = 9999
"""A larger number in a branch name is a date or an issue, not a version."""

TRUNK_NAMES = ("main", "master", "trunk", "devel", "develop", "development", "dev", "default", "next")


class Line(Struct, frozen=True, kw_only=True):
    """One line. `releases` holds its releases, pre-releases and withdrawn ones too, highest first."""

    name: str
    numbers: tuple[int, ...]
    branch: str | None
    releases: tuple[Release, ...]
    rivals: tuple[str, ...] = ()
    """All branches that the line may be on, its own among them, where nothing tells which of them it is on."""
    height: tuple[float, ...]
    """The order of lines, to be compared as it is: by what they produce, so that `1` with 1.5.0 is above `1.3`."""

    @property
    def allows(self) -> Bump:
        """The largest step that its name has room for; before its first release a line may take anything."""
        return self.cap if self.stable else Bump.MAJOR

    @property
    def cap(self) -> Bump:
        """The largest step between two of its releases."""
        return Bump.PATCH if len(self.numbers) > 1 else Bump.MINOR

    @property
    def stable(self) -> Release | None:
        """The highest stable release that was not withdrawn."""
        return next((r for r in self.releases if r.version.stable and not r.withdrawn), None)

    @property
    def newest(self) -> Release | None:
        """The highest release of any kind that was not withdrawn."""
        return next((r for r in self.releases if not r.withdrawn), None)

    @property
    def open_candidate(self) -> Release | None:
        """The newest release, where that is a pre-release: its final is still to come."""
        newest = self.newest
        return newest if newest and not newest.version.stable else None

    @property
    def first(self) -> Version:
        """The version that the name alone gives: 1.4.0 for `1.4`."""
        major, minor, patch = (*self.numbers, 0, 0)[:3]
        return Version(major=major, minor=minor, patch=patch)


class Lines(Struct, frozen=True, kw_only=True):
    """Trunk and every line, highest first."""

    trunk: str
    all: tuple[Line, ...]
    parts: int
    """How many numbers name a line that has no branch."""

    def named(self, name: str) -> Line | None:
        """Finds a line by its branch or its last part (`M129`), or by its name in any spelling: `1.4`, `1.4.x`."""
        by_branch = next((line for line in self.all if line.branch == name), None)
        ends = [line for line in self.all if line.branch and line.branch.rpartition("/")[2] == name]
        by_branch = by_branch or (ends[0] if len(ends) == 1 and not name[:1].isdigit() else None)
        plain = _ANY_PATCH.sub("", name.removeprefix("v"))
        return by_branch or next((line for line in self.all if line.name == plain), None)

    def of(self, version: Version) -> Line | None:
        """Finds the line that a version belongs to: the one with the longest matching name."""
        fitting = [line for line in self.all if under(version, line.numbers)]
        return max(fitting, key=lambda line: len(line.numbers), default=None)


def line_numbers(branch: str, patterns: Sequence[str] = ()) -> tuple[int, ...] | None:
    """Reads the numbers of a line from a branch's short name; nothing where it is no release branch.

    Configured `patterns` hold `{line}` and are tried first; where any is given the usual names still count.
    """
    for pattern in patterns:
        numbers = _configured(branch, pattern)
        if numbers is not None:
            return numbers
    for usual in _USUAL:
        found = usual.match(branch)
        if found:
            return None if _DATE.match(found["n"]) else _numbers(found["n"])
    return None


def _configured(branch: str, pattern: str) -> tuple[int, ...] | None:
    before, _, after = pattern.partition("{line}")
    middle = branch[len(before) : len(branch) - len(after)]
    fits = branch == f"{before}{middle}{after}" and re.fullmatch(r"[0-9]+(\.[0-9]+){0,2}", middle)
    return _numbers(middle) if fits else None


def _numbers(text: str) -> tuple[int, ...] | None:
    numbers = tuple(int(n) for n in re.split(r"[._-]", text))
    return numbers if max(numbers) <= _LARGEST else None


def hotfix_version(branch: str) -> tuple[int, int, int] | None:
    """Reads the version that an isolated hotfix branch is for: `hotfix/1.4.3`."""
    found = _HOTFIX.match(branch)
    if found is None:
        return None
    major, minor, patch = (int(n) for n in found["n"].split("."))
    return major, minor, patch


def branch_names(refs: Refs, remote: str) -> tuple[str, ...]:
    """Gives the short names of all branches, local ones and the remote's, each once."""
    tracking = f"{REMOTES}{remote}/"
    names = dict.fromkeys(
        b.ref.removeprefix(HEADS) if b.ref.startswith(HEADS) else b.ref.removeprefix(tracking)
        for b in refs.branches
        if b.ref.startswith((HEADS, tracking))
    )
    return tuple(names)


def find_trunk(refs: Refs, remote: str, patterns: Sequence[str] = ()) -> str | None:
    """Finds trunk's name: the remote's default branch, else a usual name, else the one branch that is no line."""
    names = branch_names(refs, remote)
    if refs.default_branch in names:
        return refs.default_branch
    for usual in TRUNK_NAMES:
        if usual in names:
            return usual
    head = refs.head.ref.removeprefix(HEADS) if refs.head.ref else None
    if head and line_numbers(head, patterns) is None:
        return head
    others = [n for n in names if line_numbers(n, patterns) is None]
    return others[0] if len(others) == 1 else None


def default_of_bare(head: str | None, branches: Iterable[Branch]) -> str | None:
    """The default branch of a bare clone: its HEAD, since nobody switches branches there.

    Not a line's where a usual trunk stands beside it: then it is what was checked out where the clone comes from.
    """
    usual = {f"{HEADS}{name}" for name in TRUNK_NAMES}
    if head and line_numbers(head) is not None and any(b.ref in usual for b in branches):
        return None
    return head


Holds = Callable[[str, Release], bool]
"""Whether a branch contains a release."""


def _named(
    names: Sequence[str], releases: Sequence[Release], patterns: Sequence[str]
) -> dict[tuple[int, ...], list[str]]:
    """Finds the branches that name each line; those of the first configured pattern keep all others out."""
    majors = {r.version.major for r in releases}
    found: dict[tuple[int, ...], list[str]] = {}
    for pattern in patterns:
        fitting = [(n, name) for name in names if (n := _configured(name, pattern)) is not None]
        found |= {numbers: [name] for numbers, name in fitting if numbers not in found}
    by_pattern = set(found)
    for name in names:
        numbers = line_numbers(name)
        if numbers is None or numbers in by_pattern or (numbers[0] not in majors and _WEAK.match(name)):
            continue
        found.setdefault(numbers, []).append(name)
    return found


def _narrowed(
    named: Mapping[tuple[int, ...], Sequence[str]],
    newest: Mapping[tuple[int, ...], Release],
    published: Collection[str],
    holds: Holds,
) -> dict[tuple[int, ...], list[str]]:
    """Of several branches for one line keeps those on the remote, that hold its newest release, spelled as others."""
    spelled = Counter(_spelling(name) for names in named.values() for name in names[:1] if len(names) == 1)
    most = max(spelled.values(), default=0)
    kept: dict[tuple[int, ...], list[str]] = {}
    for numbers, names in named.items():
        left = list(names)
        if len(left) > 1:
            left = [n for n in left if n in published] or left
        if len(left) > 1 and numbers in newest:
            left = [n for n in left if holds(n, newest[numbers])] or left
        if len(left) > 1 and most:
            left = [n for n in left if spelled[_spelling(n)] == most] or left
        kept[numbers] = left
    return kept


def _spelling(branch: str) -> str:
    """How a branch is named without its numbers, so that `release/1.4` and `release/1.5` are spelled alike."""
    return re.sub(r"[0-9]+", "0", branch)


def find_lines(
    names: Iterable[str],
    releases: Sequence[Release],
    *,
    trunk: str,
    patterns: Sequence[str] = (),
    parts: int | None = None,
    published: Collection[str] = (),
    holds: Holds = lambda _branch, _release: False,
) -> Lines:
    """Puts branches and releases together into lines.

    Where several branches name one line, a configured pattern decides, then what the remote has (`published`), what
    contains the line's newest release (`holds`), how other lines are spelled; else they are its `rivals`.
    A release belongs to the line with the longest name that fits, trunk's own among them where that is named as a
    line; where no branch fits, its first `parts` numbers make the line (two, unless all release branches are
    named by one number).
    """
    branches = _named([name for name in names if name != trunk], releases, patterns)
    if parts is None:
        lengths = Counter(len(n) for n in branches)
        parts = 1 if lengths and lengths[1] > lengths[2] + lengths[3] else 2
    own = line_numbers(trunk, patterns)
    known = {*branches, own}
    members: dict[tuple[int, ...], list[Release]] = defaultdict(list)
    for release in releases:
        numbers = release.version.numbers
        fitting = next((numbers[:n] for n in (3, 2, 1) if numbers[:n] in known), numbers[:parts])
        members[fitting].append(release)
    newest = {n: live[0] for n, all_ in members.items() if (live := [r for r in all_ if not r.withdrawn])}
    branches = _narrowed(branches, newest, published, holds)
    every = {*branches, *members}
    rows = [
        Line(
            name=".".join(map(str, numbers)),
            numbers=numbers,
            branch=next(iter(branches.get(numbers, ())), None),
            releases=tuple(members.get(numbers, ())),
            rivals=tuple(beside) if len(beside := branches.get(numbers, [])) > 1 else (),
            height=_height(numbers, every, members, branches, holds),
        )
        for numbers in every
    ]
    return Lines(
        trunk=trunk, all=tuple(sorted(rows, key=lambda line: line.height, reverse=True)), parts=parts
    )


def _height(
    numbers: tuple[int, ...],
    every: Collection[tuple[int, ...]],
    members: Mapping[tuple[int, ...], Sequence[Release]],
    branches: Mapping[tuple[int, ...], Sequence[str]],
    holds: Holds,
) -> tuple[float, ...]:
    """How far a line has come: its highest release, else all that its name allows, for it goes on above the others.

    A release may belong to a line inside this one, `1.3` inside `1`, and be on this one's branch all the same.
    """
    own = [r.version.numbers for r in members.get(numbers, ())[:1]]
    inside = [n for n in every if n[: len(numbers)] == numbers and n > (own[0] if own else numbers)]
    branch = next(iter(branches.get(numbers, ())), None)
    for other in sorted(inside, reverse=True) if own else ():
        first = members[other][-1] if other in members else None
        if branch and first and holds(branch, first):
            own = [first.version.numbers]
            break
    reached = own[0][: len(numbers) + 1] if own else numbers
    return (*reached, math.inf, -len(numbers))
