"""Holds one history against every strategy, and says how each would have shipped the hotfixes that it holds.

Nothing is moved: picks and merges are tried in a scratch repository.
"""

from collections.abc import Iterator, Sequence
from itertools import islice, pairwise

from msgspec import structs

from relman.git.scratch import Scratch
from relman.job.detect import detect, roles
from relman.job.facts import Facts
from relman.job.history_check import look
from relman.model.catalog import CATALOG
from relman.model.course import Course, Stem, courses
from relman.model.equivalence import Changes
from relman.model.names import Oid
from relman.model.rules.every import CHECKS
from relman.model.rules.seen import Seen, is_work
from relman.model.rules.upstream import Upstream, own_work
from relman.model.strategy import CheckId, Strategy
from relman.model.tags import Release, stable
from relman.model.trees import Conflicted, Merged
from relman.model.ways import Compared, Comparison, Fix, Hotfix, Shipped, Way
from relman.run.recall import Recall

_LARGEST = 10
"""A patch release of more commits than this is a batch and no hotfix."""
_LOOKED_AT = 60
"""How many of the newest patch releases are looked at to find hotfixes."""


def compare(
    facts: Facts, recall: Recall, *, now: int, hotfixes: int, catalog: Sequence[Strategy] = CATALOG
) -> Comparison:
    """Compares the strategies of the catalog; errors as for detection."""
    found = detect(facts, catalog)
    own = look(facts, recall, facts.strategy, lines=(), now=now)
    known: dict[tuple[object, ...], int] = {}
    rows = []
    for candidate in found:
        strategy = candidate.strategy
        seen = _by(facts, recall, own, strategy)
        trunk, production, environments = seen.trunk, seen.production, seen.environments
        broken: dict[CheckId, int] = {}
        for check in CHECKS:
            if check.id in strategy.checks:
                key = (check.id, trunk, production, environments, strategy.name if check.by_strategy else "")
                if key not in known:
                    known[key] = sum(1 for _ in check.rule(seen))
                broken[check.id] = known[key]
        rows.append(Compared(candidate=candidate, broken=broken))
    # Where nobody says which branch is trunk, it is the one of the strategy that the history follows.
    followed = facts.strategy if facts.config.trunk or not found else found[0].strategy
    shown = tuple(islice(_hotfixes(facts, recall, _by(facts, recall, own, followed)), hotfixes))
    recall.save()
    return Comparison(strategies=tuple(rows), hotfixes=shown)


def _by(facts: Facts, recall: Recall, own: Seen, strategy: Strategy) -> Seen:
    """What the rules look at, with the branches that have a strategy's roles."""
    trunk, production, environments = roles(facts, strategy)
    seen = structs.replace(own, strategy=strategy, production=production, environments=environments)
    if trunk == own.trunk:
        return seen
    stem = Stem(recall, trunk.tip)
    ends = [(course.line, course.tip) for course in own.courses]
    return structs.replace(seen, trunk=trunk, stem=stem, courses=courses(recall, stem, ends))


def _hotfixes(facts: Facts, recall: Recall, own: Seen) -> Iterator[Hotfix]:
    """The newest patch releases of a few commits, each with what every way would have cost."""
    pairs = []
    for one, two in pairwise(stable(facts.releases)):
        line = facts.lines.of(two.version)
        if line is not None and two.version.patch and one.version.numbers[:2] == two.version.numbers[:2]:
            pairs.append((line, one, two))
    pairs.sort(key=lambda pair: recall.when(pair[2].commit), reverse=True)
    for line, base, release in pairs[:_LOOKED_AT]:
        if not recall.is_ancestor(base.commit, release.commit):
            continue
        brought = [o for o in recall.between([release.commit], [base.commit]) if is_work(own, o)]
        if not 0 < len(brought) <= _LARGEST:
            continue
        (course,) = courses(recall, own.stem, [(line, release.commit)])
        yield _Case(facts, recall, own, course, base, release, tuple(reversed(brought))).hotfix()


class _Case:
    """One hotfix, ready to be shipped in every way."""

    def __init__(
        self,
        facts: Facts,
        recall: Recall,
        own: Seen,
        course: Course,
        base: Release,
        release: Release,
        commits: tuple[Oid, ...],
    ) -> None:
        self._facts = facts
        self._graph = recall
        self._own = own
        self._course = course
        self._base = base
        self._release = release
        self._trunk = self._trunk_then()
        self._ahead = frozenset(recall.between([release.commit], [self._trunk]))
        upstream = Upstream(own, course, own.trunk.tip)
        self._fixes = tuple(
            Fix(commit=oid, subject=recall.commit(oid).subject, on_trunk=self._counterpart(upstream, oid))
            for oid in commits
        )

    def _trunk_then(self) -> Oid:
        """Where trunk stood when the release was made."""
        when = self._graph.when(self._release.commit)
        if self._own.stem.holds(self._release.commit):
            return self._release.commit
        chain = self._graph.chain(self._own.trunk.tip)
        return next((oid for oid in chain if self._graph.when(oid) <= when), self._own.trunk.tip)

    def _counterpart(self, upstream: Upstream, oid: Oid) -> Oid | None:
        if oid not in self._ahead:
            return oid
        found = upstream.of(oid)
        return found.commit if found else None

    def hotfix(self) -> Hotfix:
        """Ships it in every way."""
        with Scratch.open(self._facts.repo, self._base.commit) as scratch:
            ways: dict[Way, Shipped] = {
                "trunk": self._from_trunk(scratch),
                "pick": self._picked(scratch),
                "merge": self._merged(scratch),
            }
        return Hotfix(release=self._release, base=self._base, fixes=self._fixes, ways=ways)

    def _from_trunk(self, scratch: Scratch) -> Shipped:
        """Trunk as it stood, with the fix on top where trunk did not have it yet."""
        ours = {oid for fix in self._fixes for oid in (fix.commit, fix.on_trunk)}
        landed = self._graph.between([self._trunk], [self._base.commit])
        shipped = Changes(self._graph, own_work(self._own, self._course), self._own.patch_id, self._own.signs)
        extra = [
            oid
            for oid in landed
            if oid not in ours and is_work(self._own, oid) and shipped.carries(oid) is None
        ]
        held = frozenset(landed)
        waiting = [fix.commit for fix in self._fixes if fix.on_trunk is None or fix.on_trunk not in held]
        _, conflicts = self._fold(scratch, self._trunk, waiting)
        read = [self._own.signs(oid) for oid in extra]
        return Shipped(
            extra=len(extra),
            features=sum(each.type == "feat" or each.breaking for each in read),
            conflicts=conflicts,
        )

    def _picked(self, scratch: Scratch) -> Shipped:
        """Trunk's own commits picked onto the release below; what trunk never had is picked as it was."""
        sources = [fix.on_trunk or fix.commit for fix in self._fixes]
        _, conflicts = self._fold(scratch, self._base.commit, sources)
        never = any(fix.on_trunk is None for fix in self._fixes)
        trunk = (self._own.trunk.name,) if never else ()
        return Shipped(conflicts=conflicts, debts=(*trunk, *self._lacking()))

    def _merged(self, scratch: Scratch) -> Shipped:
        """The fix on the release below, then that release merged into trunk."""
        gained = self._graph.between([self._release.commit], [self._trunk])
        if not gained:
            return Shipped(debts=self._lacking())
        answer = scratch.merge(self._trunk, self._release.commit, hunks=False)
        ours = {fix.commit for fix in self._fixes}
        return Shipped(
            conflicts=len({c.path for c in answer.conflicts}) if isinstance(answer, Conflicted) else 0,
            brings=sum(oid not in ours and is_work(self._own, oid) for oid in gained),
            debts=self._lacking(),
        )

    def _fold(self, scratch: Scratch, onto: Oid, commits: Sequence[Oid]) -> tuple[Oid, int]:
        """Picks one commit after the other; after a conflict the picks go on from the tree before it."""
        tree, conflicts = scratch.tree_of(onto), 0
        for oid in commits:
            mainline = 1 if self._own.signs(oid).parents > 1 else None
            answer = scratch.pick(oid, tree, mainline=mainline, hunks=False)
            if isinstance(answer, Merged):
                tree = answer.tree
            elif isinstance(answer, Conflicted):
                conflicts += len({c.path for c in answer.conflicts})
        return tree, conflicts

    def _lacking(self) -> tuple[str, ...]:
        """Newer live lines that were there then and show no trace of the fix."""
        when = self._graph.when(self._release.commit)
        names = []
        for course in self._own.courses:
            began = self._graph.when(course.own[-1]) if course.own else when
            if course.line.height <= self._course.line.height or not course.line.branch or began >= when:
                continue
            upstream = Upstream(self._own, self._course, course.tip)
            if any(not upstream.holds(f.commit) and upstream.of(f.commit) is None for f in self._fixes):
                names.append(course.name)
        return tuple(names)
