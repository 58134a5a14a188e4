"""What one place has and another lacks in every form: the question behind each debt.

Cheap signs first, for all at once; git is asked only about what is left, in a process or two. Everything is bounded,
so that `status` can ask it every time.
"""

from collections.abc import Callable, Collection, Sequence

from relman.git.hunks import added_lines
from relman.git.scratch import PickOf, Scratch
from relman.git.trees import blob
from relman.job.facts import Facts
from relman.job.held import held_release
from relman.model import message
from relman.model.bookkeeping import matches
from relman.model.equivalence import Changes
from relman.model.fixes import counts, is_unshipped
from relman.model.hints import Hints, lines_stand, telling
from relman.model.history import Commit
from relman.model.names import Oid, is_oid
from relman.model.reverts import Cancelled, cancel
from relman.model.trees import Merged

_RECENT = 2000
"""How many commits of a line are looked at; older ones are nobody's surprise any more."""
_THERE = 3000
"""How many commits of the other side are read for ports."""
_BEFORE = 180 * 24 * 3600
"""How long before a port was written by hand its original may have landed, in seconds."""
_TRIED = 40
"""How many commits that left no trace are compared by content; beyond that every one of them is owed."""

Trial = Callable[[], Scratch]
"""Gives a scratch repository, where one is needed after all."""


def lacking(facts: Facts, ends: Collection[Oid], at: Oid, trial: Trial) -> tuple[Commit, ...]:
    """Gives what these ends hold that counts for users and that `at` has in no form, oldest first.

    Reverted work is left out, and what belongs to its own line alone: release commits, files that relman and CI
    keep. Any sign of a port is enough: a claim, two weak signs together, most of its lines, a pick that changes
    nothing. A port that was reverted at `at` is none, but for one that users had there: that was decided.
    """
    graph = facts.graph
    own = graph.between(ends, [at])[:_RECENT]
    undone = cancel(graph, own)
    gone = undone.removed - _beyond(facts, undone, at)
    wanted = [c for oid in own if oid not in gone and _owes(facts, c := graph.commit(oid), at)]
    if not wanted:
        return ()
    first = min(c.author.when for c in wanted) - _BEFORE
    every = graph.between([at], ends)
    others = since(facts, every[:_THERE], first)
    if len(others) == _THERE:
        # What is older than all that was read may have a port among what was not.
        oldest = graph.when(others[-1])
        wanted = [c for c in wanted if c.author.when >= oldest]
    cancelled = cancel(graph, others)
    decided = _decided(facts, cancelled)
    standing = [oid for oid in others if oid not in cancelled.removed or oid in decided]
    taken = {name for oid in others for name in _reverted(graph.commit(oid))}
    wanted = [c for c in wanted if not _local(facts, c) and not _undone_too(facts, c, taken)]
    left = _without_trace(facts, wanted, standing)
    return tuple(reversed(_by_content(facts, left, at, trial)))


def since(facts: Facts, commits: Sequence[Oid], first: int) -> tuple[Oid, ...]:
    """Leaves out the oldest ones, as far as all of them are before a date: a wrong clock hides nothing below it."""
    left = len(commits)
    while left and facts.graph.when(commits[left - 1]) < first:
        left -= 1
    return tuple(commits[:left])


def unlike(facts: Facts, commits: Sequence[Commit], others: Sequence[Oid]) -> tuple[Commit, ...]:
    """Leaves out the commits of which one of the others is a port, or looks like one."""
    return tuple(_without_trace(facts, commits, others))


def _owes(facts: Facts, commit: Commit, at: Oid) -> bool:
    """Whether a commit is a change that `at` must have, or takes back one that users had and `at` still has."""
    named = _reverted(commit)
    undone = [Oid(name) for name in named if _here(facts, name)]
    if not undone or len(commit.parents) != 1:
        return counts(commit, facts.policy.bumps)
    held = held_release(facts, commit.id)
    return held is not None and all(
        facts.graph.is_ancestor(oid, held.commit)
        and any(facts.graph.is_ancestor(same, at) for same in (oid, *origins(facts, oid)))
        for oid in undone
    )


def origins(facts: Facts, commit: str) -> tuple[Oid, ...]:
    """Gives the commits here that a commit says it was picked from; none where that one is not here."""
    if not _here(facts, commit):
        return ()
    names = message.picked_from(message.parse(facts.graph.commit(Oid(commit)).message))
    return tuple(Oid(name) for name in names if _here(facts, name))


def _here(facts: Facts, name: str) -> bool:
    return is_oid(name) and facts.graph.has(Oid(name))


def _beyond(facts: Facts, cancelled: Cancelled, at: Oid) -> frozenset[Oid]:
    """Reverts of ports whose original `at` holds: the pair cancels out on its line and nowhere else."""
    return frozenset(
        reversal.revert
        for reversal in cancelled.reversals
        if any(facts.graph.is_ancestor(o, at) for oid in reversal.takes_back for o in origins(facts, oid))
    )


def _decided(facts: Facts, cancelled: Cancelled) -> frozenset[Oid]:
    """What was taken back after users had it: `hotfix --revert` does that, and no other line brings it again."""
    return frozenset(
        oid
        for reversal in cancelled.reversals
        if (held := held_release(facts, reversal.revert))
        for oid in reversal.takes_back
        if facts.graph.is_ancestor(oid, held.commit)
    )


def _reverted(commit: Commit) -> tuple[str, ...]:
    return tuple(message.reverted(message.parse(commit.message)).commits)


def _local(facts: Facts, commit: Commit) -> bool:
    """Whether a commit touches only what each line keeps for itself."""
    read = message.parse(commit.message)
    if "ci" in message.scopes(read):
        return True
    paths = facts.graph.paths(commit.id)
    kept = facts.config.picks.bookkeeping
    return bool(paths) and all(is_unshipped(path) or matches(path, kept) for path in paths)


def _undone_too(facts: Facts, commit: Commit, taken: Collection[str]) -> bool:
    """Whether everything that a revert takes back was taken back at the other place as well."""
    named = _reverted(commit)
    return bool(named) and all(
        any(same.startswith(other) for same in (name, *origins(facts, name)) for other in taken)
        for name in named
    )


def _without_trace(facts: Facts, commits: Sequence[Commit], others: Sequence[Oid]) -> list[Commit]:
    """Leaves out what a message among the others speaks of; patches are not compared.

    A revert quotes what it takes back, number and all: that one's original is no trace of it.
    """
    if not commits or not others:
        return list(commits)
    originals = {oid for c in commits for name in _reverted(c) for oid in origins(facts, name)}
    if originals.intersection(others):
        quoting = [c for c in commits if any(origins(facts, name) for name in _reverted(c))]
        kept = _without_trace(facts, [c for c in commits if c not in quoting], others)
        kept += _without_trace(facts, quoting, [oid for oid in others if oid not in originals])
        return [c for c in commits if c in kept]
    known = Changes(facts.graph, others, lambda _: None)
    silent = [c for c in commits if known.like(c.id) is None]
    if not silent:
        return []
    hints = Hints(facts.graph, others)
    return [c for c in silent if hints.about(c) is None]


def _by_content(facts: Facts, commits: Sequence[Commit], at: Oid, trial: Trial) -> list[Commit]:
    """Leaves out what stands there line by line, and what a pick would not change."""
    few = commits[:_TRIED]
    brought = added_lines(facts.repo, [c.id for c in few])
    lines: dict[str, frozenset[str]] = {}
    left = []
    for commit in few:
        added = {path: _telling(texts) for path, texts in brought[commit.id].items()}
        for path in added.keys() - lines.keys():
            data = blob(facts.repo, at, path)
            lines[path] = _telling(data.decode("utf-8", "replace").splitlines()) if data else frozenset()
        if not lines_stand(added, lines):
            left.append(commit)
    if not left:
        return list(commits[_TRIED:])
    scratch = trial()
    scratch.aim(at)
    tree = scratch.tree_of(at)
    answers = scratch.pick_many([PickOf(commit=c.id, onto=tree) for c in left])
    owed = [c for c, answer in zip(left, answers, strict=True) if not _changes_nothing(answer, tree)]
    return [*owed, *commits[_TRIED:]]


def _telling(texts: Sequence[str]) -> frozenset[str]:
    return frozenset(plain for text in texts if (plain := telling(text)))


def _changes_nothing(answer: object, tree: Oid) -> bool:
    """Whether a pick leaves the tree as it is."""
    match answer:
        case Merged(tree=after):
            return after == tree
        case _:
            return False
