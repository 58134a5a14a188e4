"""F1 to F3: in which direction fixes travel, and whether what was released came back."""

from collections.abc import Iterator
from shlex import quote

from relman.model.course import Course
from relman.model.names import Oid
from relman.model.rules.seen import DAY, Breach, Seen, commit_words
from relman.model.rules.upstream import own_work, upstream_of
from relman.model.tags import stable


def upstream_first(seen: Seen) -> Iterator[Breach]:
    """Every change of a line was on trunk before, as far as anything shows; each answer says how sure it is."""
    for course in seen.courses:
        upstream = upstream_of(seen, course, seen.trunk.tip)
        for oid in own_work(seen, course):
            found = upstream.of(oid)
            if found is None:
                merged = upstream.holds(oid)
                how = "it came to {} only by a merge" if merged else "nothing shows that {} has it"
                yield _breach(seen, course, oid, how.format(seen.trunk.name), mend=not merged)
            elif seen.signs(found.commit).committed > seen.signs(oid).committed:
                late = seen.signs(found.commit).committed - seen.signs(oid).committed
                later = f"{late // DAY} days later" if late >= DAY else "later"
                said = f"{seen.trunk.name} has it as {found.commit[:10]}, {later} ({found.certainty}: {found.how})"
                yield _breach(seen, course, oid, said, mend=False)


def downstream_first(seen: Seen) -> Iterator[Breach]:
    """Every change of a line is on trunk in the end, under whatever id."""
    for course in seen.courses:
        upstream = upstream_of(seen, course, seen.trunk.tip)
        for oid in own_work(seen, course):
            if not upstream.holds(oid) and upstream.of(oid) is None:
                yield _breach(seen, course, oid, f"nothing shows that {seen.trunk.name} has it", mend=True)


def _breach(seen: Seen, course: Course, oid: Oid, how: str, *, mend: bool) -> Breach:
    hint = f"relman backport {oid[:10]} --to {quote(seen.trunk.name)}" if mend else f"git show {oid[:10]}"
    return Breach(
        where=commit_words(seen, oid), message=f"on {course.name} first: {how}", hint=hint, commit=oid
    )


def merged_back(seen: Seen) -> Iterator[Breach]:
    """What was released is contained in every branch that a release lands on."""
    release = seen.strategy.role("release")
    targets = {"trunk": seen.trunk, "production": seen.production}
    for name in release.lands if release else ():
        target = targets.get(name)
        if target is None:
            continue
        released = [(c, r) for c in seen.courses for r in stable(c.line.releases)]
        lacking = frozenset(seen.graph.between([r.commit for _, r in released], [target.tip]))
        for course, each in released:
            if each.commit in lacking:
                yield Breach(
                    where=f"tag {each.tag}",
                    message=f"{target.name} does not contain it",
                    hint=f"relman forward {quote(course.line.name)}",
                    commit=each.commit,
                )
