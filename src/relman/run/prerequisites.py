"""Finds the commits that a fix needs and a target lacks, by trying.

Pick; where that conflicts, blame the lines that the conflicting commit changes; add the commits that the target
lacks; pick the whole sequence again, in which a prerequisite may conflict in its turn. Of 152 conflicting picks
126 were solved so, with 2 commits in the median (research/backport-engines.md 4.2). Nothing is proposed that was
not picked clean in the scratch repository.
"""

from collections.abc import Callable, Sequence
from typing import Literal, assert_never

from msgspec import Struct

from relman.errors import RelmanError
from relman.git.reader import Reader
from relman.git.repo import Repository
from relman.git.scratch import Scratch
from relman.model.names import Oid
from relman.model.trees import Conflict, Conflicted, Merge, Merged, Unknown
from relman.run.causes import Causes

MOST = 25
"""Commits; a larger set is a refactoring, which no incident wants to ship."""
TRIALS = 120
"""Picks; the median search needs 8, the longest that gave a small set 94."""
_MOST_HOPELESS = 6
"""Prerequisites that conflict for good before the search ends: the target has gone another way."""
_MOST_FILES = 6
"""A prerequisite that conflicts in more files is a refactoring: no small set of commits makes it apply."""

Reason = Literal["too many", "no candidate", "budget", "unreadable"]


class Carried(Struct, frozen=True, kw_only=True):
    """One commit of the sequence and the target's tree after it. `settled`: only bookkeeping conflicted."""

    commit: Oid
    tree: Oid
    settled: bool = False


class Found(Struct, frozen=True, kw_only=True, tag="found"):
    """A sequence that picks clean: the prerequisites, oldest first, then the fix.

    `tried` counts picks. `smallest`: leaving out each of the prerequisites was tried, one after the other.
    """

    sequence: tuple[Carried, ...]
    tried: int
    smallest: bool

    @property
    def commits(self) -> tuple[Oid, ...]:
        """The prerequisites, oldest first."""
        return tuple(carried.commit for carried in self.sequence[:-1])

    @property
    def tree(self) -> Oid:
        """The target's tree after the fix."""
        return self.sequence[-1].tree


class NotFound(Struct, frozen=True, kw_only=True, tag="not-found"):
    """There is no sequence, and why.

    `causes` are the commits that the fix's own conflicts are blamed on and that the target lacks, oldest first.
    *too many*: more than the caller wants; *no candidate*: something conflicts with a change that only the
    target has, or that no lacking commit explains; *budget*: out of picks; *unreadable*: git could not answer.
    """

    reason: Reason
    causes: tuple[Oid, ...]
    tried: int
    detail: str = ""


Prerequisites = Found | NotFound


class Onto(Struct, frozen=True, kw_only=True):
    """Where the fix goes: the target's commit, and its tree with what was already picked onto it.

    `present` tells that the target has a commit's change though not the commit. `bookkeeping` names the paths
    that relman writes itself; `settle` gives the tree where only these conflict, from git's answer and the tree
    that was picked onto.
    """

    target: Oid
    tree: Oid
    present: Callable[[Oid], bool]
    bookkeeping: Callable[[str], bool]
    settle: Callable[[Conflicted, Oid], Oid | None]


class Bounds(Struct, frozen=True, kw_only=True):
    """How many commits the result may have beside the fix, and how many picks may be tried."""

    most: int
    trials: int


class Pickable(Struct, frozen=True, kw_only=True):
    """The fix; `mainline` counts a merge's parents from 1."""

    commit: Oid
    mainline: int | None


def find_prerequisites(
    repo: Repository,
    graph: Reader,
    scratch: Scratch,
    fix: Oid,
    onto: Onto,
    *,
    mainline: int | None = None,
    most: int = MOST,
    trials: int = TRIALS,
) -> Prerequisites:
    """Finds a smallest set of commits before the fix with which it picks clean; never more than `most`.

    At most `trials` picks are tried. A clone that lacks what blame or a pick needs gives *unreadable*.
    """
    causes = Causes(repo, graph, fix, onto.target, onto.present, mainline=mainline)
    start, bounds = Pickable(commit=fix, mainline=mainline), Bounds(most=most, trials=trials)
    search = _Search(graph, causes, scratch, start, onto, bounds)
    try:
        return search.run()
    except _StoppedError as e:
        return search.none("budget", str(e))
    except RelmanError as e:
        return search.none("unreadable", str(e))


class _StoppedError(Exception):
    """The picks are used up."""


class _Blocked(Struct, frozen=True, kw_only=True):
    """Where a sequence stops: the commit, the tree that it met, the conflicts; why, where git did not answer."""

    commit: Oid
    tree: Oid
    conflicts: tuple[Conflict, ...] = ()
    why: str = ""


class _Search:
    """One search. It remembers what it tried and which commit was wanted for which.

    A prerequisite that cannot be made to apply is hopeless: it goes, with what only it wanted, and the search
    goes on without it; often the lines that it brought were not needed.
    """

    def __init__(
        self, graph: Reader, causes: Causes, scratch: Scratch, fix: Pickable, onto: Onto, bounds: Bounds
    ) -> None:
        self._graph, self._causes, self._scratch = graph, causes, scratch
        self._fix, self._onto, self._bounds = fix, onto, bounds
        self._wants: dict[Oid, set[Oid]] = {}
        self._hopeless: set[Oid] = set()
        self._picks: dict[tuple[Oid, Oid], Merge] = {}
        self._explained: set[Oid] = set()
        self._crowded = False
        self.tried = 0

    def blamed(self) -> tuple[Oid, ...]:
        """Gives the commits that explain the fix's own conflicts best, oldest first."""
        return self._causes.ordered(self._explained)

    def run(self) -> Prerequisites:
        """Goes on until the whole sequence is clean, or nothing is left to add."""
        while True:
            answer = self._apply(self._sequence())
            if not isinstance(answer, _Blocked):
                return self._reduced(answer)
            if answer.why:
                return self.none("unreadable", answer.why)
            if not self._extended(answer):
                if answer.commit == self._fix.commit:
                    most = self._bounds.most
                    words = (
                        f"more than {most} commits" if self._crowded else "no commit explains the conflict"
                    )
                    return self.none("too many" if self._crowded else "no candidate", words)
                self._hopeless.add(answer.commit)
                if len(self._hopeless) > _MOST_HOPELESS:
                    return self.none(
                        "no candidate", f"{len(self._hopeless)} commits that were blamed conflict too"
                    )

    def none(self, reason: Reason, detail: str) -> NotFound:
        """Gives up."""
        return NotFound(reason=reason, causes=self.blamed(), tried=self.tried, detail=detail)

    def _sequence(self) -> tuple[Oid, ...]:
        return (*self._causes.ordered(self._members() - {self._fix.commit}), self._fix.commit)

    def _members(self) -> set[Oid]:
        """Gives what the fix wants, and what that wants in its turn."""
        found: set[Oid] = set()
        todo = [self._fix.commit]
        while todo:
            at = todo.pop()
            if at not in found:
                found.add(at)
                todo += self._wants.get(at, set()) - self._hopeless
        return found

    def _extended(self, at: _Blocked) -> bool:
        """Adds what explains the conflict; not where there is nothing new, or too much."""
        if at.commit != self._fix.commit and len(at.conflicts) > _MOST_FILES:
            return False
        members = self._members()
        for new in self._causes.of(at.commit, self._shown(at)):
            fresh = new - members - self._hopeless
            if not fresh:
                continue
            if at.commit == self._fix.commit:
                self._explained = self._explained or fresh
            if len(members | fresh) > self._bounds.most + 1:
                self._crowded = True
                return False
            self._wants.setdefault(at.commit, set()).update(fresh)
            return True
        return False

    def _shown(self, at: _Blocked) -> tuple[Conflict, ...]:
        """Merges once more, for the regions."""
        mainline = self._fix.mainline if at.commit == self._fix.commit else None
        answer = self._scratch.pick(at.commit, at.tree, mainline=mainline)
        shown = answer.conflicts if isinstance(answer, Conflicted) else at.conflicts
        return tuple(c for c in shown if not self._onto.bookkeeping(c.path)) or shown

    def _apply(self, sequence: Sequence[Oid]) -> tuple[Carried, ...] | _Blocked:
        tree = self._onto.tree
        done: list[Carried] = []
        for commit in sequence:
            answer = self._pick(commit, tree)
            settled = False
            match answer:
                case Merged(tree=after):
                    tree = after
                case Conflicted(conflicts=conflicts):
                    kept = self._settled(answer, tree)
                    if kept is None:
                        return _Blocked(commit=commit, tree=tree, conflicts=conflicts)
                    tree, settled = kept, True
                case Unknown(reason=reason):
                    return _Blocked(commit=commit, tree=tree, why=reason)
                case _:
                    assert_never(answer)
            done.append(Carried(commit=commit, tree=tree, settled=settled))
        return tuple(done)

    def _settled(self, answer: Conflicted, tree: Oid) -> Oid | None:
        if all(self._onto.bookkeeping(c.path) for c in answer.conflicts):
            return self._onto.settle(answer, tree)
        return None

    def _pick(self, commit: Oid, tree: Oid) -> Merge:
        known = self._picks.get((commit, tree))
        if known is None:
            if self.tried >= self._bounds.trials:
                raise _StoppedError(f"{self.tried} picks were tried")
            self.tried += 1
            mainline = self._fix.mainline if commit == self._fix.commit else None
            known = self._scratch.pick(commit, tree, mainline=mainline, hunks=False)
            self._picks[commit, tree] = known
        return known

    def _reduced(self, found: tuple[Carried, ...]) -> Found:
        """Tries without each prerequisite, newest first: picks up to there are known already."""
        best = found
        try:
            for member in reversed([carried.commit for carried in found[:-1]]):
                shorter = self._apply([c.commit for c in best if c.commit != member])
                if not isinstance(shorter, _Blocked):
                    best = shorter
        except _StoppedError:
            return Found(sequence=best, tried=self.tried, smallest=False)
        return Found(sequence=best, tried=self.tried, smallest=True)
