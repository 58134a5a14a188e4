"""G1 to G3: what a release's tag stands on, what the files say there, and what the tag itself is."""

from collections.abc import Iterator
from itertools import islice, pairwise
from shlex import quote

from relman.model.course import Course, Stem
from relman.model.rules.seen import Breach, Seen
from relman.model.tags import Release, stable

_STEPS = 50
"""How many commits a hotfix may have."""


def right_commit(seen: Seen) -> Iterator[Breach]:
    """A release stands on the kind of commit that the strategy tags: trunk, a line's tip, a merge into production."""
    main = Stem(seen.graph, seen.production.tip) if seen.production else None
    for course in seen.courses:
        own = frozenset(course.own)
        for release in stable(course.line.releases):
            wrong = _wrong_commit(seen, course, own, main, release)
            if wrong:
                yield Breach(
                    where=f"tag {release.tag}",
                    message=wrong,
                    hint=f"git log --oneline --graph -3 {quote(release.tag)}",
                    commit=release.commit,
                )


def _wrong_commit(
    seen: Seen, course: Course, own: frozenset[str], main: Stem | None, release: Release
) -> str:
    at, trunk = release.commit, seen.trunk.name
    on_trunk = seen.stem.holds(at)
    match seen.strategy.tag:
        case "trunk":
            return "" if on_trunk else f"it is not on {trunk}, where releases are tagged"
        case "tip":
            if at in own or (on_trunk and seen.strategy.trunk.tags):
                return ""
            if on_trunk:
                return f"it is on {trunk} and not on {course.name if course.line.branch else 'a branch of its own'}"
            if seen.graph.is_ancestor(at, course.tip) or _isolated(seen, course, release):
                return ""
            return f"{course.name} does not contain it"
        case "merge":
            if main is None:
                return "there is no production branch to tag"
            if not main.holds(at):
                return f"it is not on {seen.production.name if seen.production else ''}, where releases are tagged"
            if seen.signs(at).parents > 1 or _first(seen, release) or _says(seen, release):
                return ""
            return "its commit is no merge, and does not say that it is the release"


def _isolated(seen: Seen, course: Course, release: Release) -> bool:
    """Whether it is a hotfix on a branch of its own, which stands on a release of the line; H2 asks what it lacks."""
    if seen.strategy.role("hotfix") is None:
        return False
    known = {r.commit for r in course.line.releases if r.version < release.version}
    return any(oid in known for oid in islice(seen.graph.chain(release.commit), 1, _STEPS))


def _first(seen: Seen, release: Release) -> bool:
    """Whether it is the oldest release of all: there was nothing to merge yet."""
    every = [r for line in seen.lines.all for r in stable(line.releases)]
    return min(every, key=lambda r: r.version) == release


def _says(seen: Seen, release: Release) -> bool:
    """Whether the commit says itself that it is the release: a forge may have squashed what it merged."""
    return (
        seen.signs(release.commit).release
        or str(release.version) in seen.graph.commit(release.commit).message
    )


def in_order(seen: Seen) -> Iterator[Breach]:
    """Tags on a line rise with its commits, and every file that states the version says what the tag says."""
    for course in seen.courses:
        place = {oid: step for step, oid in enumerate(course.own)}
        known = [(place[r.commit], r) for r in stable(course.line.releases) if r.commit in place]
        for (older, one), (newer, other) in pairwise(known):
            if newer > older:
                yield Breach(
                    where=f"tag {other.tag}",
                    message=f"it stands below {one.tag} on {course.name}",
                    hint=f"git log --oneline {quote(f'{other.tag}..{one.tag}')}",
                    commit=other.commit,
                )
    for each in seen.disagreements:
        yield Breach(
            where=f"tag {each.release.tag}",
            message=each.says,
            hint=f"git show {quote(f'{each.release.tag}:{each.path}')}",
            commit=each.release.commit,
            path=each.path,
        )


def well_made(seen: Seen) -> Iterator[Breach]:
    """Tags are annotated, name one version each, and stand where they were made."""
    lines = {c.line.name for c in seen.courses}
    releases = [r for line in seen.lines.all if line.name in lines for r in stable(line.releases)]
    for release in releases:
        if seen.annotated and not release.annotated:
            yield Breach(
                where=f"tag {release.tag}",
                message="it is a name only: nobody says who made it, when and why",
                hint=f"git cat-file -t {quote(release.tag)}",
                commit=release.commit,
            )
        if release.tag in seen.misnamed:
            yield Breach(
                where=f"tag {release.tag}",
                message=f"the tag object was made as {seen.misnamed[release.tag]}",
                hint=f"git cat-file -p {quote(release.tag)}",
                commit=release.commit,
            )
    for one, other in seen.twins:
        yield Breach(
            where=f"tag {other}",
            message=f"{one} names the same version and leads elsewhere",
            hint=f"git log --oneline {quote(f'{one}...{other}')}",
        )
    for tag, how in seen.moved.items():
        yield Breach(where=f"tag {tag}", message=how, hint=f"git log --oneline -1 {quote(tag)}")
