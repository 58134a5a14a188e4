"""V1 and V2: trunk's version stays above what a line may produce; a line's patch numbers have no hole."""

from collections.abc import Iterator
from itertools import pairwise

from relman.model.rules.seen import Breach, Seen
from relman.model.tags import stable
from relman.model.version import Version, under


def trunk_above(seen: Seen) -> Iterator[Breach]:
    """After a line was cut, trunk itself has no release of that line or of one below."""
    for course in seen.courses:
        cut = seen.stem.place(course.cut) if course.cut and course.own else None
        if cut is None:
            continue
        for line in seen.lines.all:
            if line.height > course.line.height:
                continue
            for release in stable(line.releases):
                place = seen.stem.place(release.commit)
                if place is not None and place < cut:
                    yield Breach(
                        where=f"tag {release.tag}",
                        message=f"{seen.trunk.name} got it after {course.name} was cut, which may produce as much",
                        hint="relman next trunk --explain",
                        commit=release.commit,
                    )


def next_patch(seen: Seen) -> Iterator[Breach]:
    """Each patch of a line is the next free number: what is skipped was never released, or its tag is not here."""
    taken = {r.version.precedence for line in seen.lines.all for r in line.releases}
    for course in seen.courses:
        known = [r for r in stable(course.line.releases) if under(r.version, course.line.numbers[:2])]
        for one, other in pairwise(known):
            a, b = one.version, other.version
            if (a.major, a.minor) != (b.major, b.minor):
                continue
            missing = [n for n in range(a.patch + 1, b.patch) if _core(a, n).precedence not in taken]
            if missing:
                names = ", ".join(str(_core(a, n)) for n in missing[:3])
                yield Breach(
                    where=f"tag {other.tag}",
                    message=f"it follows {one.tag}, and there is no {names}",
                    hint="git fetch --tags",
                    commit=other.commit,
                )


def _core(version: Version, patch: int) -> Version:
    return Version(major=version.major, minor=version.minor, patch=patch)
