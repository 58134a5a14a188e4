"""Releases that wait on a branch of their own, `hotfix/1.4.3`: prepared there, and not tagged yet."""

from collections.abc import Iterator
from datetime import UTC, datetime

from msgspec import Struct

from relman.errors import Kind, RelmanError
from relman.git.worktree import read_worktrees
from relman.job.facts import Facts
from relman.model.bump import Bump
from relman.model.history import Commit
from relman.model.lines import branch_names
from relman.model.names import Oid, branch_ref
from relman.model.strategy import hotfix_numbers
from relman.model.trailers import values
from relman.model.version import Version, parse
from relman.plan.steps import MoveRef, PushMove

TRAILER = "Prepared-release"
_MOST = 500
"""How far down a branch a prepared release is looked for."""


class Proposal(Struct, frozen=True, kw_only=True):
    """A prepared release on a hotfix branch: `commit` is what was prepared, `tip` where the branch stands."""

    version: Version
    name: str
    tip: Oid
    commit: Oid


def prepared_versions(facts: Facts, commit: Commit) -> tuple[Version, ...]:
    """The versions without a tag that a commit prepares, by its trailers."""
    found = []
    for name in values(commit.message, TRAILER):
        version = next((v for fmt in facts.formats.accept if (v := fmt.read(name))), None) or parse(name)
        if version and facts.release(str(version)) is None:
            found.append(version)
    return tuple(found)


def unreleased_chain(facts: Facts, tip: Oid) -> Iterator[Oid]:
    """Walks first parents from a tip down to the last release."""
    released = {r.commit for r in facts.releases}
    for count, oid in enumerate(facts.graph.chain(tip)):
        if oid in released or count == _MOST:
            return
        yield oid


def proposals(facts: Facts) -> tuple[Proposal, ...]:
    """Every prepared release on a hotfix branch, local or the remote's, lowest version first."""
    found = []
    for name, version, tip in hotfix_branches(facts):
        for oid in unreleased_chain(facts, tip):
            if version in prepared_versions(facts, facts.graph.commit(oid)):
                found.append(Proposal(version=version, name=name, tip=tip, commit=oid))
                break
    return tuple(sorted(found, key=lambda p: p.version))


def hotfix_branches(facts: Facts) -> Iterator[tuple[str, Version, Oid]]:
    """Name, version and tip of every hotfix branch."""
    for name in branch_names(facts.refs, facts.remote):
        numbers = hotfix_numbers(facts.strategy, name)
        if numbers:
            major, minor, patch = numbers
            for tip in _tips(facts, name):
                yield name, Version(major=major, minor=minor, patch=patch), tip


def _tips(facts: Facts, name: str) -> tuple[Oid, ...]:
    """Where a branch stands; both ends of one that has diverged, since either counts as taken."""
    try:
        tip = facts.tip(name)
    except RelmanError as error:
        if error.kind is not Kind.MOVED:
            raise
        both = (facts.refs.local(name), facts.refs.tracking(facts.remote, name))
        return tuple(b.commit for b in both if b)
    return (tip.commit,) if tip else ()


def prepared_elsewhere(facts: Facts, start: Oid) -> tuple[Proposal, ...]:
    """The prepared releases that a commit does not hold: their versions are taken there."""
    return tuple(p for p in proposals(facts) if not facts.graph.is_ancestor(p.commit, start))


def next_free(facts: Facts, start: Oid, version: Version) -> Version:
    """The first patch from a version on that is neither released nor prepared elsewhere.

    A number that has a candidate is not free: its final would be expected to hold what the candidate held.
    """
    version = version.final()
    taken = {r.version.numbers for r in facts.releases}
    taken |= {p.version.numbers for p in prepared_elsewhere(facts, start)}
    while version.numbers in taken:
        version = version.step(Bump.PATCH)
    return version


def whose(facts: Facts, commit: Oid) -> str:
    """Who made a commit and when, for people."""
    person = facts.graph.commit(commit).committer
    when = datetime.fromtimestamp(person.when, UTC)
    return f"{person.name}, {when:%Y-%m-%d %H:%M} UTC"


class Retired(Struct, frozen=True, kw_only=True):
    """How a hotfix branch goes once its release is tagged: here, on the remote, or why it stays."""

    moves: tuple[MoveRef, ...] = ()
    pushes: tuple[PushMove, ...] = ()
    stays: str | None = None


def both(one: Retired, other: Retired) -> Retired:
    """Two branches that go, each once."""
    moves = {move.ref: move for move in (*one.moves, *other.moves)}
    gone = {push.ref: push for push in (*one.pushes, *other.pushes)}
    return Retired(moves=tuple(moves.values()), pushes=tuple(gone.values()), stays=one.stays or other.stays)


def retire(facts: Facts, name: str, leaving: str | None = None) -> Retired:
    """Deletes a hotfix branch here, and on the remote by a lease on what it held at the last look.

    `leaving` is a worktree on it that goes too.
    """
    local = facts.refs.local(name)
    tracked = facts.refs.tracking(facts.remote, name)
    ref = branch_ref(name)
    for tree in read_worktrees(facts.repo) if local else ():
        if ref in tree.refs and str(tree.path) != leaving:
            return Retired(stays=f"{name} is checked out in {tree.path}, so it is not deleted")
    return Retired(
        moves=(MoveRef(ref=ref, old=local.commit, new=None),) if local else (),
        pushes=(PushMove(ref=ref, expect=tracked.commit, new=None),) if tracked else (),
    )
