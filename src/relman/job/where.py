"""Where a fix is: releases, lines and environments that hold it or a port of it, and what followed it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from relman.errors import RelmanError, usage
from relman.git.holding import holding
from relman.git.scratch import Scratch
from relman.job.environments import read_environments
from relman.job.facts import Facts
from relman.job.fix import find_fixes
from relman.job.standing import standing_changes
from relman.model.equivalence import Certainty, Evidence
from relman.model.history import Commit
from relman.model.lines import TRUNK, Line
from relman.model.names import Oid
from relman.model.reverts import Cancelled, cancel
from relman.model.traces import FollowUp
from relman.model.trees import Merged
from relman.render.environments import Environment
from relman.render.where import Asked, AtRelease, Following, Has, InEnvironment, OnLine, Where
from relman.run.affected import affected, stands
from relman.run.traces import find_traces

_MOST = 25
"""More commits than this are not one fix."""
_ORDER: Mapping[Certainty, int] = {"certain": 0, "likely": 1, "claimed": 2}


def read_where(facts: Facts, word: str) -> Where:
    """Answers for what the word names; of several commits a place must have every one.

    Errors (usage): what `find_fixes` refuses; too many commits; a clone that lacks history, branches or tags.
    """
    facts.check_complete()
    commits = _standing(facts, word)
    if len(commits) > _MOST:
        raise usage(
            f"{word} names {len(commits)} commits; ask about one of them",
            f"relman where {commits[-1].id[:10]}",
        )
    places = _Places(facts, commits)
    live = {line.name for line, _ in facts.live}
    running = read_environments(facts)
    deployed = [at for each in running for at in (each.running, each.closed) if at and at.commit]
    named = [facts.trunk.commit, *(_end(facts, line) for line, _ in facts.live)]
    places.ask_git([*named, *(at.commit for at in deployed)])
    releases = tuple(
        AtRelease(tag=r.tag, version=str(r.version), withdrawn=r.withdrawn, has=has)
        for r in facts.releases
        if (has := places.has(r.commit)).has
    )
    ends = {TRUNK: facts.trunk.commit} | {
        line.name: e for line in facts.lines.all if (e := _end(facts, line))
    }
    known = {r.tag for r in releases}
    rows = [
        _on_trunk(facts, places.has(ends[TRUNK]), releases),
        *(
            _line(line, places.has(ends[line.name]), line.name in live, known)
            for line in facts.lines.all
            if line.name in ends
        ),
    ]
    shown = tuple(_judged(facts, commits, row, ends[row.name]) for row in rows if row.live or row.has.has)
    return Where(
        asked=tuple(Asked(commit=c.id, subject=c.subject) for c in commits),
        releases=releases,
        lines=shown,
        environments=tuple(_in_environments(running, places)),
        follow_ups=places.follow_ups({row.name: ends[row.name] for row in shown if row.live and row.has.has}),
        warnings=(*facts.doubts(), *(each.gap for each in running if each.gap), *places.warnings),
    )


def _standing(facts: Facts, word: str) -> tuple[Commit, ...]:
    """The commits that the word names, without what they take back among themselves."""
    named = tuple(fix.commit for fix in find_fixes(facts, [word], [facts.trunk.commit]))
    gone = cancel(facts.graph, [commit.id for commit in named]).removed
    return tuple(commit for commit in named if commit.id not in gone) or named


class _Places:
    """What was found about the fix, ready to be asked about any release, line or commit among the tips."""

    def __init__(self, facts: Facts, commits: Sequence[Commit]) -> None:
        self._repo = facts.repo
        self._graph = facts.graph
        self._commits = commits
        self._trunk = facts.trunk.commit
        ends = [end for line in facts.lines.all if (end := _end(facts, line))]
        tips = tuple(dict.fromkeys([self._trunk, *ends, *(r.commit for r in facts.releases)]))
        ids = [commit.id for commit in commits]
        self._traces = find_traces(facts.repo, facts.graph, ids, tips, without=(), patch_id=facts.patch_id)
        marks = [oid for traces in self._traces for oid in traces.commits]
        self._held = holding(facts.repo, facts.graph, marks, tips)
        self._cancelled: dict[frozenset[Oid], Cancelled] = {}
        self._answers: dict[frozenset[Oid], Has] = {}
        self._by_git: dict[Oid, Has] = {}
        self.warnings: tuple[str, ...] = ()

    def ask_git(self, tips: Iterable[Oid | None]) -> None:
        """Asks git about those of the tips where no message speaks of the fix: it may be there all the same."""
        silent = dict.fromkeys(tip for tip in tips if tip and self.has(tip) == Has(has=False))
        if not silent or not all(self._graph.paths(commit.id) for commit in self._commits):
            return
        try:
            self._by_git = self._asked(tuple(silent))
        except RelmanError as error:  # a partial clone without the files; what messages say is answered
            self.warnings = (f"git was not asked whether a pick changes nothing: {error.message}",)

    def _asked(self, tips: Sequence[Oid]) -> dict[Oid, Has]:
        there = Has(has=True, evidence="the pick changes nothing", certainty="certain")
        found: dict[Oid, Has] = {}
        with Scratch.open(self._repo, tips[0]) as scratch:
            for tip in tips:
                scratch.aim(tip)
                if _changes_nothing(scratch, self._commits, scratch.tree_of(tip)):
                    found[tip] = there
        return found

    def has(self, tip: Oid) -> Has:
        """Tells whether one of the tips has every commit of the fix, by the weakest evidence of them."""
        held = self._held.get(tip, frozenset())
        if held not in self._answers:
            self._answers[held] = self._judged(held)
        return self._by_git.get(tip, self._answers[held])

    def _judged(self, held: frozenset[Oid]) -> Has:
        cancelled = self._cancel(held)
        found: list[Evidence] = []
        for traces in self._traces:
            ports = [p for p in traces.ports if p.commit in held]
            standing = [p for p in ports if p.commit not in cancelled.removed]
            if not standing:
                return Has(has=False, evidence=_taken_back(ports, cancelled))
            found.append(min(standing, key=lambda p: _ORDER[p.certainty]))
        weakest = max(found, key=lambda p: _ORDER[p.certainty])
        carried = weakest.commit if len(found) == 1 else None
        return Has(has=True, evidence=weakest.how, certainty=weakest.certainty, commit=carried)

    def _cancel(self, held: frozenset[Oid]) -> Cancelled:
        if held not in self._cancelled:
            self._cancelled[held] = cancel(self._graph, sorted(held))
        return self._cancelled[held]

    def follow_ups(self, ends: Mapping[str, Oid]) -> tuple[Following, ...]:
        """Names the follow-ups in the order of their finding, each with the lines of these that lack it."""
        found = dict.fromkeys(f for traces in self._traces for f in traces.follow_ups)
        carriers = {f.commit: {f.commit} | {o.commit for o in found if _ports(o, f)} for f in found}
        return tuple(
            Following(
                commit=f.commit,
                subject=self._graph.commit(f.commit).subject,
                kind=f.kind,
                about=f.about,
                missing_on=tuple(name for name, end in ends.items() if self._lacks(f, carriers, end)),
            )
            for f in found
            if f.kind != "port"
        )

    def _lacks(self, follow: FollowUp, carriers: Mapping[Oid, set[Oid]], end: Oid) -> bool:
        held = self._held[end]
        fixes = {traces.ports[0].commit for traces in self._traces}
        concerned = follow.about in fixes or held & carriers.get(follow.about, {follow.about})
        return bool(concerned) and not held & carriers[follow.commit] and not self._moot(follow)

    def _moot(self, follow: FollowUp) -> bool:
        """Whether a revert was itself taken back on trunk."""
        held = self._held[self._trunk]
        standing = {r.revert for r in self._cancel(held).reversals}
        return follow.kind in ("revert", "reapply") and follow.commit in held - standing


def _ports(other: FollowUp, follow: FollowUp) -> bool:
    return other.kind == "port" and other.about == follow.commit


def _taken_back(ports: Sequence[Evidence], cancelled: Cancelled) -> str:
    for port in ports:
        for reversal in cancelled.reversals:
            if port.commit in reversal.takes_back:
                return f"{port.commit[:10]} was reverted by {reversal.revert[:10]}"
    return ""


def _end(facts: Facts, line: Line) -> Oid | None:
    return facts.line_end(line) or (line.newest.commit if line.newest else None)


def _on_trunk(facts: Facts, has: Has, releases: Sequence[AtRelease]) -> OnLine:
    """Trunk's row; its first release with the fix is the lowest final one that has trunk's own commit of it."""
    held = [r for r in releases if has.commit and r.has.commit == has.commit and not r.withdrawn]
    final = [r for r in held if "-" not in r.version] or held
    return OnLine(
        name=TRUNK, branch=facts.trunk_name, live=True, has=has, since=final[-1].tag if final else None
    )


def _line(line: Line, has: Has, live: bool, known: set[str]) -> OnLine:  # noqa: FBT001  one of four columns
    held = [r for r in line.releases if has.has and r.tag in known and not r.withdrawn]
    final = [r for r in held if r.version.stable] or held
    return OnLine(
        name=line.name, branch=line.branch, live=live, has=has, since=final[-1].tag if final else None
    )


def _judged(facts: Facts, commits: Sequence[Commit], row: OnLine, end: Oid) -> OnLine:
    """Says of a live line without the fix whether it has the lines that the fix changes."""
    if not row.live or row.has.has:
        return row
    verdicts = {_affected(facts, commit, end) for commit in commits}
    return replace(row, affected=True if True in verdicts else None if None in verdicts else False)


def _affected(facts: Facts, commit: Commit, end: Oid) -> bool | None:
    if len(commit.parents) != 1:
        return None
    there = stands(facts.repo, facts.graph, commit.id, end)
    if there is not False:
        return there
    verdict = affected(facts.repo, facts.graph, commit.id, end, standing_changes(facts, end)).verdict
    return {"yes": True, "partly": True, "no": False, "unknown": None}[verdict]


def _changes_nothing(scratch: Scratch, commits: Sequence[Commit], tree: Oid) -> bool:
    """Whether picks onto a tree leave it as it is: then the change is there, whatever the messages say."""
    return all(
        isinstance(answer := scratch.pick(commit.id, tree, hunks=False), Merged) and answer.tree == tree
        for commit in commits
    )


def _in_environments(running: Iterable[Environment], places: _Places) -> Iterator[InEnvironment]:
    """A row for every release that runs somewhere; what was deployed and is not open yet has one of its own."""
    for each in running:
        for at in (each.running, each.closed):
            if at is None or at.tag is None or at.commit is None:
                continue
            yield InEnvironment(
                name=each.name,
                tag=at.tag,
                version=at.version,
                source=at.source,
                open=at is each.running,
                since=at.since,
                has=places.has(at.commit),
            )
