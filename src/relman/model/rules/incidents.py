"""H1 and H2: what a hotfix contains, and who lacks what it mended."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from shlex import quote

from relman.model.course import Course
from relman.model.names import Oid
from relman.model.rules.seen import Breach, Seen, commit_words
from relman.model.rules.upstream import own_work, upstream_of
from relman.model.tags import Release, stable

_ASKED = 20
"""How many of a line's newest releases are looked at."""
_FEATURE = ("feat",)


def only_the_fix(seen: Seen) -> Iterator[Breach]:
    """A patch release contains the one before it, and brings no feature and nothing breaking."""
    for course in seen.courses:
        place = {oid: step for step, oid in enumerate(course.own)}
        known = stable(course.line.releases)[-_ASKED:]
        for before, release in pairwise(known):
            if release.version.patch == 0:
                continue
            if not _contains(seen, place, release, before):
                yield Breach(
                    where=f"tag {release.tag}",
                    message=f"it does not contain {before.tag}",
                    hint=f"git log --oneline {quote(f'{release.tag}..{before.tag}')}",
                    commit=release.commit,
                )
                continue
            for oid in _brought(course, place, before, release):
                read = seen.signs(oid)
                if read.breaking or read.type in _FEATURE:
                    what = "a breaking change" if read.breaking else "a feature"
                    yield Breach(
                        where=commit_words(seen, oid),
                        message=f"{what} went out in {release.tag}, a patch release",
                        hint=f"git log --oneline {quote(f'{before.tag}..{release.tag}')}",
                        commit=oid,
                    )


def _contains(seen: Seen, place: dict[Oid, int], release: Release, before: Release) -> bool:
    """By places on the line's own chain where both have one; only else by history."""
    one, other = place.get(before.commit), place.get(release.commit)
    if one is not None and other is not None:
        return other <= one
    return seen.graph.is_ancestor(before.commit, release.commit)


def _brought(course: Course, place: dict[Oid, int], before: Release, release: Release) -> Sequence[Oid]:
    one, other = place.get(before.commit), place.get(release.commit)
    return course.own[other:one] if one is not None and other is not None else ()


def fix_everywhere(seen: Seen) -> Iterator[Breach]:
    """What a line released is on its own branch, on trunk, and on every newer line that is looked at."""
    for index, course in enumerate(seen.courses):
        yield from _beside(seen, course)
        released = _released(seen, course)
        if not released:
            continue
        targets = [
            (seen.trunk.name, seen.trunk.tip),
            *((c.name, c.tip) for c in seen.courses[:index] if c.line.branch),
        ]
        lacking: dict[Oid, list[str]] = {}
        for name, tip in targets:
            upstream = upstream_of(seen, course, tip)
            for oid in released:
                if not upstream.holds(oid) and upstream.of(oid) is None:
                    lacking.setdefault(oid, []).append(name)
        for oid, names in lacking.items():
            to = " ".join(f"--to {quote(name)}" for name in names)
            yield Breach(
                where=commit_words(seen, oid),
                message=f"released on {course.name}, and nothing shows that {' or '.join(names)} has it",
                hint=f"relman backport {oid[:10]} {to}",
                commit=oid,
            )


def _beside(seen: Seen, course: Course) -> Iterator[Breach]:
    """Releases that the line's branch lacks: hotfixes on branches of their own, still to be merged in.

    A branch that its release has finished takes no more, though it may still be there.
    """
    role = seen.strategy.role_of(course.line.branch) if course.line.branch else None
    if course.line.branch is None or (role and role.lifetime == "release" and course.line.stable):
        return
    known = stable(course.line.releases)[-_ASKED:]
    lacking = frozenset(seen.graph.between([r.commit for r in known], [course.tip]))
    for release in known:
        if release.commit in lacking:
            yield Breach(
                where=f"tag {release.tag}",
                message=f"released beside {course.name}, which does not contain it",
                hint=f"relman forward {quote(course.line.name)}",
                commit=release.commit,
            )


def _released(seen: Seen, course: Course) -> list[Oid]:
    """The line's own fixes that a stable release holds; what is no fix is nobody's debt."""
    known = stable(course.line.releases)
    if not known:
        return []
    waiting = frozenset(seen.graph.between([course.tip], [known[-1].commit]))
    work = (oid for oid in own_work(seen, course) if oid not in waiting)
    return [oid for oid in work if seen.signs(oid).type in ("fix", "perf", "revert", None)]
