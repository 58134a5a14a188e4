"""Where a line's commits come from: for each the commit of another branch that carries the same change.

The evidence is that of the hotfix work (`relman.model.equivalence`). A port that was reverted there does not count,
nor does work that the line took back itself.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from relman.model import message
from relman.model.course import Course
from relman.model.equivalence import Changes, Evidence
from relman.model.names import Oid
from relman.model.reverts import cancel
from relman.model.rules.seen import Seen, is_work


class Upstream:
    """What one branch has besides a line, ready to be asked for each commit of the line."""

    def __init__(self, seen: Seen, course: Course, tip: Oid) -> None:
        graph = seen.graph
        self._seen = seen
        self._lacking = frozenset(graph.between([course.tip], [tip]))
        landed = graph.between([tip], [course.tip])
        gone = reverted(seen, landed)
        self._changes = Changes(graph, (o for o in landed if o not in gone), seen.patch_id, seen.signs)
        self._subjects: dict[str, list[Oid]] = {}
        for oid in self._changes.ids:
            self._subjects.setdefault(seen.signs(oid).subject, []).append(oid)
        self._known: dict[Oid, Evidence | None] = {}

    def holds(self, oid: Oid) -> bool:
        """Tells whether the branch contains the very commit: the line was merged into it."""
        return oid not in self._lacking

    def of(self, oid: Oid) -> Evidence | None:
        """Gives the best evidence that the branch carries the commit's change by another commit."""
        if oid not in self._known:
            found = self._changes.like(oid)
            sure = found is not None and found.certainty != "claimed"
            self._known[oid] = found if sure else self._by_subject(oid) or found
        return self._known[oid]

    def compared(self, oids: Iterable[Oid]) -> Iterator[tuple[Oid, Oid]]:
        """The pairs of commits that asking for these may compare by patch-id."""
        return ((oid, other) for oid in oids for other in self._changes.compared(oid))

    def _by_subject(self, oid: Oid) -> Evidence | None:
        """Retitled commits aside, a port keeps its subject; with the same paths that is likely, alone a claim."""
        named = self._subjects.get(self._seen.signs(oid).subject, ())
        if not named:
            return None
        paths = self._seen.graph.paths(oid)
        same = next((o for o in named if self._seen.graph.paths(o) == paths), None)
        if same is not None:
            return Evidence(commit=same, certainty="likely", how="same subject and paths")
        return Evidence(commit=named[0], certainty="claimed", how="same subject; other paths")


def upstream_of(seen: Seen, course: Course, tip: Oid) -> Upstream:
    """The same, made once for all the rules that ask."""
    key = ("upstream", course.tip, tip)
    found = seen.answered.get(key)
    if not isinstance(found, Upstream):
        found = seen.answered[key] = Upstream(seen, course, tip)
    return found


class Sureness(Struct, frozen=True, kw_only=True):
    """Of a line's own work, how many commits a branch has by which evidence; `merged` came by the very commit."""

    line: str
    commits: int
    certain: int
    likely: int
    claimed: int
    merged: int


def sureness(seen: Seen, course: Course) -> Sureness:
    """Counts how sure it is that trunk has the line's own work."""
    upstream, work = upstream_of(seen, course, seen.trunk.tip), own_work(seen, course)
    found = Counter(each.certainty for oid in work if (each := upstream.of(oid)))
    return Sureness(
        line=course.name,
        commits=len(work),
        certain=found["certain"],
        likely=found["likely"],
        claimed=found["claimed"],
        merged=sum(upstream.of(oid) is None and upstream.holds(oid) for oid in work),
    )


def own_work(seen: Seen, course: Course) -> tuple[Oid, ...]:
    """The line's own commits that change anything lasting, newest first: no merges, releases or reverted work."""
    if not course.own:
        return ()
    key = ("work", course.tip, course.cut or course.tip)
    found = seen.answered.get(key)
    if not isinstance(found, tuple):
        found = seen.answered[key] = _own_work(seen, course)
    return found


def _own_work(seen: Seen, course: Course) -> tuple[Oid, ...]:
    own = seen.graph.between([course.tip], [course.cut] if course.cut else [])
    gone = reverted(seen, own)
    return tuple(o for o in own if o not in gone and not seen.stem.holds(o) and is_work(seen, o))


def reverted(seen: Seen, commits: Sequence[Oid]) -> frozenset[Oid]:
    """What of a range cancels out; only reverts and what they name are read whole."""
    reverts = [oid for oid in commits if seen.signs(oid).reverts]
    if not reverts:
        return frozenset()
    named = _Named(seen, reverts)
    near = [oid for oid in commits if oid in named.reverts or named.has(oid)]
    return cancel(seen.graph, near).removed


class _Named:
    """The ids and change requests that some reverts name."""

    def __init__(self, seen: Seen, reverts: Iterable[Oid]) -> None:
        self._seen = seen
        self.reverts = frozenset(reverts)
        claims = [message.reverted(message.parse(seen.graph.commit(oid).message)) for oid in self.reverts]
        self._ids = frozenset(text[:7] for claim in claims for text in claim.commits)
        self._requests = frozenset(n for claim in claims for n in claim.pull_requests)

    def has(self, oid: Oid) -> bool:
        read = self._seen.signs(oid)
        return (
            oid[:7] in self._ids
            or read.request in self._requests
            or any(origin[:7] in self._ids for origin in read.origins)
        )
