"""What one place has and another lacks in every form: the question behind each debt.

Cheap signs first, for all at once; git is asked only about what is left, in a process or two. Everything is bounded,
so that `status` can ask it every time.
"""

from collections.abc import Callable, Collection, Sequence
from itertools import takewhile

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
from relman.model.reverts import cancel
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
    nothing. A port that was reverted at `at` is none.
    """
    graph = facts.graph
    own = graph.between(ends, [at])[:_RECENT]
    gone = cancel(graph, own).removed
    wanted = [c for oid in own if oid not in gone and _owes(facts, c := graph.commit(oid), at)]
    if not wanted:
        return ()
    first = min(c.author.when for c in wanted) - _BEFORE
    every = graph.between([at], ends)
    others = tuple(takewhile(lambda oid: graph.when(oid) >= first, every[:_THERE]))
    if len(others) == _THERE:
        # What is older than all that was read may have a port among what was not.
        oldest = graph.when(others[-1])
        wanted = [c for c in wanted if c.author.when >= oldest]
    back = cancel(graph, others).removed
    standing = [oid for oid in others if oid not in back]
    taken = {
        name for oid in others for name in message.reverted(message.parse(graph.commit(oid).message)).commits
    }
    wanted = [c for c in wanted if not _local(facts, c) and not _undone_too(c, taken)]
    left = _without_trace(facts, wanted, standing)
    return tuple(reversed(_by_content(facts, left, at, trial)))


def unlike(facts: Facts, commits: Sequence[Commit], others: Sequence[Oid]) -> tuple[Commit, ...]:
    """Leaves out the commits of which one of the others is a port, or looks like one."""
    return tuple(_without_trace(facts, commits, others))


def _owes(facts: Facts, commit: Commit, at: Oid) -> bool:
    """Whether a commit is a change that `at` must have, or takes back one that users had and `at` still has."""
    named = message.reverted(message.parse(commit.message)).commits
    undone = [Oid(name) for name in named if is_oid(name) and facts.graph.has(Oid(name))]
    if not undone or len(commit.parents) != 1:
        return counts(commit, facts.policy.bumps)
    held = held_release(facts, commit.id)
    ends = (at, *((held.commit,) if held else ()))
    return held is not None and all(facts.graph.is_ancestor(o, end) for o in undone for end in ends)


def _local(facts: Facts, commit: Commit) -> bool:
    """Whether a commit touches only what each line keeps for itself."""
    read = message.parse(commit.message)
    if "ci" in message.scopes(read):
        return True
    paths = facts.graph.paths(commit.id)
    kept = facts.config.picks.bookkeeping
    return bool(paths) and all(is_unshipped(path) or matches(path, kept) for path in paths)


def _undone_too(commit: Commit, taken: Collection[str]) -> bool:
    """Whether everything that a revert takes back was taken back at the other place as well."""
    named = message.reverted(message.parse(commit.message)).commits
    return bool(named) and all(any(name.startswith(other) for other in taken) for name in named)


def _without_trace(facts: Facts, commits: Sequence[Commit], others: Sequence[Oid]) -> list[Commit]:
    """Leaves out what a message among the others speaks of; patches are not compared."""
    if not commits or not others:
        return list(commits)
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
