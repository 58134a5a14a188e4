"""C1 to C3: where a release branch left, what it is for, and what must not be merged into it."""

from collections.abc import Iterator
from shlex import quote

from relman.model.rules.seen import Breach, Seen, commit_words
from relman.model.tags import stable


def cut_from_trunk(seen: Seen) -> Iterator[Breach]:
    """A line left trunk's own chain, and shares no commit of its own with another line."""
    every = (*seen.courses, *seen.others)
    for course in seen.courses:
        if course.own and course.cut is None:
            yield Breach(
                where=f"branch {course.name}",
                message=f"its first-parent chain never meets that of {seen.trunk.name}",
                hint=f"git merge-base {quote(seen.trunk.name)} {quote(course.name)}",
                commit=course.tip,
            )
            continue
        older = [c for c in every if c.line.height < course.line.height]
        known = {oid: c.name for c in older for oid in c.own}
        shared = next((oid for oid in course.own if oid in known), None)
        if shared is not None:
            yield Breach(
                where=f"branch {course.name}",
                message=f"it was cut from {known[shared]} and not from {seen.trunk.name}",
                hint=f"git log --oneline --first-parent -3 {shared[:10]}",
                commit=shared,
            )


def one_version_each(seen: Seen) -> Iterator[Breach]:
    """A release branch is named by its line and takes no release of another one."""
    release = seen.strategy.role("release")
    at = {r.commit: (line, r) for line in seen.lines.all for r in stable(line.releases)}
    for course in seen.courses:
        branch = course.line.branch
        if branch and release is not None and not release.fits(branch) and not seen.allowed(branch):
            wanted = " or ".join(release.patterns)
            yield Breach(
                where=f"branch {branch}",
                message=f"release branches are called {wanted}",
                hint=f"relman strategy show {seen.strategy.name}",
                commit=course.tip,
            )
        for oid in course.own:
            line, other = at.get(oid, (course.line, None))
            if other is not None and line.numbers != course.line.numbers:
                yield Breach(
                    where=f"tag {other.tag}",
                    message=f"a release of {line.name} stands on {course.name}",
                    hint=f"git log --oneline -3 {quote(other.tag)}",
                    commit=oid,
                )


def trunk_stays_out(seen: Seen) -> Iterator[Breach]:
    """Trunk is not merged into a line: that would bring unfinished work along."""
    for course in seen.courses:
        below = seen.stem.place(course.cut) if course.cut else None
        for oid in course.own:
            if seen.signs(oid).parents < 2:
                continue
            for parent in seen.graph.commit(oid).parents[1:]:
                place = seen.stem.place(parent)
                if place is not None and (below is None or place < below):
                    yield Breach(
                        where=commit_words(seen, oid),
                        message=f"it merges {seen.trunk.name} into {course.name}",
                        hint=f"git log --oneline {oid[:10]}^1..{oid[:10]}",
                        commit=oid,
                    )
                    break
