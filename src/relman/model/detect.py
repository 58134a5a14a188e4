"""Which strategy a history follows: every strategy's rules, held against what was observed.

A strategy is asked for its fields and never for its name. Each trait counts cases that hold and cases that break;
the score is the weighted mean of the shares that hold.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from relman.model.course import Course
from relman.model.observed import Observed
from relman.model.strategy import CheckId, Role, Strategy

_NAMED = 3
_TELLING = 3
"""The weight of what tells strategies apart: where tags stand, which branches stay, where branches go back to."""
_FEW = 5
"""So many commits of its own are an accident."""


class Trait(Struct, frozen=True, kw_only=True):
    """One rule of a strategy, held against the history: in how many of the cases it holds, and examples."""

    rule: CheckId
    says: str
    holds: int
    of: int
    for_it: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    weight: int = 1
    silent: bool = False
    """Refs and commits may say nothing about it and it may hold all the same."""

    @property
    def share(self) -> float:
        """The share that holds, 0 to 1."""
        return self.holds / self.of if self.of else 0.0

    @property
    def kept(self) -> bool:
        """Whether the history rather keeps the rule than breaks it."""
        return self.share >= 0.5


class Candidate(Struct, frozen=True, kw_only=True):
    """A strategy with its traits. `score` is 0 to 1; 0 where the history shows nothing at all.

    `trunk` is the branch where work would land in it, `releases` how many were looked at.
    """

    strategy: Strategy
    trunk: str
    releases: int
    score: float
    traits: tuple[Trait, ...]

    @property
    def holds(self) -> tuple[Trait, ...]:
        """The rules that the history rather keeps."""
        return tuple(t for t in self.traits if t.kept)

    @property
    def breaks(self) -> tuple[Trait, ...]:
        """The rules that the history rather breaks."""
        return tuple(t for t in self.traits if not t.kept)


def alike(found: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The candidates that the history does not tell from the best: as high, or lower by what it may be silent about."""
    best = found[0] if found and found[0].score else None
    if best is None:
        return ()
    plain = _told(best)
    return tuple(c for c in found[1:] if c.score == best.score or _told(c) == plain)


def _told(candidate: Candidate) -> frozenset[tuple[str, int, int]]:
    return frozenset((t.says, t.holds, t.of) for t in candidate.traits if not t.silent)


View = Callable[[Strategy], Observed]
"""What was observed with the branches that a strategy gives the roles of trunk and production."""


def candidates(catalog: Sequence[Strategy], view: View) -> tuple[Candidate, ...]:
    """Holds every strategy against the history, best first; those alike in the catalog's order."""
    rows = []
    for strategy in catalog:
        seen = view(strategy)
        found = tuple(t for t in traits(strategy, seen) if t.of) if seen.placed else ()
        weight = sum(t.weight for t in found)
        score = sum(t.weight * t.share for t in found) / weight if weight else 0.0
        rows.append(
            Candidate(
                strategy=strategy,
                trunk=seen.trunk.name,
                releases=len(seen.placed),
                score=round(score, 3),
                traits=found,
            )
        )
    return tuple(sorted(rows, key=lambda c: -c.score))


def traits(strategy: Strategy, seen: Observed) -> Iterator[Trait]:
    """Gives every rule of a strategy that the history can speak about."""
    yield _tags(strategy, seen)
    yield _production(strategy, seen)
    if seen.rolling:
        yield _rolling(strategy, seen)
    yield from _environments(strategy, seen)
    yield from _release_branches(strategy, seen)
    if (release := strategy.role("release")) is not None:
        yield _names(release, seen)
        yield _cut(seen)
        yield _apart(strategy, seen)
        yield _steps(strategy, seen)
        yield from _landing(strategy, release, seen)
        if strategy.direction == "upstream-first":
            found, of = seen.picked
            yield Trait(rule="F1", says="work on the newest lines was on trunk first", holds=found, of=of)
        if "C3" in strategy.checks:
            rows = [(c.name, c.name not in seen.down) for c in seen.courses if c.own]
            yield _split("C3", f"{seen.trunk.name} is not merged into a line", rows)
    if strategy.toggles:
        yield _switches(seen)


def _split(rule: CheckId, says: str, rows: Sequence[tuple[str, bool]], *, weight: int = 1) -> Trait:
    good = [name for name, holds in rows if holds]
    bad = [name for name, holds in rows if not holds]
    return Trait(
        rule=rule,
        says=says,
        holds=len(good),
        of=len(rows),
        for_it=tuple(good[:_NAMED]),
        against=tuple(bad[:_NAMED]),
        weight=weight,
    )


def _tags(strategy: Strategy, seen: Observed) -> Trait:
    trunk = seen.trunk.name
    match strategy.tag:
        case "trunk":
            says, legal = f"releases are tags on {trunk}", {"trunk", "beside"}
        case "tip" if strategy.trunk.tags:
            says, legal = (
                f"releases are tags on {trunk} and on the lines that left it",
                {"trunk", "beside", "off"},
            )
        case "tip":
            says, legal = f"releases are tags on branches that left {trunk}", {"beside", "off"}
        case "merge":
            name = seen.production.name if seen.production else "a production branch"
            says, legal = f"releases are tags on merges into {name}", {"production"}
    rows = [
        (p.release.tag, p.place in legal or (strategy.tag == "merge" and _finishes(strategy, p.merged)))
        for p in seen.placed
    ]
    return _split("G1", says, rows, weight=_TELLING + 1)


def _rolling(strategy: Strategy, seen: Observed) -> Trait:
    """Where trunk is named as a line, the next line takes its place: no branch stays for ever."""
    name = seen.trunk.name
    if _merges_upward(strategy):
        return _split("B1", "trunk is the line that is worked on", [(name, True)], weight=_TELLING)
    return _split("B1", "one branch is trunk for ever", [(name, False)], weight=_TELLING)


def _finishes(strategy: Strategy, branch: str) -> bool:
    """Whether a branch that was merged is one that a release comes from; chains are no help after fast-forwards."""
    roles = (strategy.role("release"), strategy.role("hotfix"))
    return bool(branch) and any(role is not None and role.fits(branch) for role in roles)


def _production(strategy: Strategy, seen: Observed) -> Trait:
    pair = seen.production
    if strategy.role("production") is None:
        says = f"no second branch beside {seen.trunk.name} holds the releases"
        return _split("B1", says, [(name, False) for name in seen.paired], weight=_TELLING)
    if pair is None:
        return _split("B1", "a branch beside trunk holds the releases", [("", False)], weight=_TELLING)
    says = f"{pair.name} holds nothing but releases of {seen.trunk.name}"
    return _split("B1", says, [(pair.name, seen.ahead <= _FEW)], weight=_TELLING)


def _environments(strategy: Strategy, seen: Observed) -> Iterator[Trait]:
    if strategy.role("environment") is None:
        return
    names = [each.name for each in seen.environments]
    there = [(name, True) for name in names] or [("", False)]
    yield _split("B1", "there is a branch for every environment", there, weight=_TELLING)
    rows = list(zip(names, seen.held, strict=True))
    yield _split("M1", "commits only flow downstream, by merges", rows, weight=_TELLING)


def _release_branches(strategy: Strategy, seen: Observed) -> Iterator[Trait]:
    release = strategy.role("release")
    if release is None:
        branched = [(c.name, c.line.branch is None) for c in seen.courses]
        yield _split("B1", "there are no release branches", branched, weight=_TELLING)
        older = [(c.name, _label(c) not in seen.beside) for c in seen.courses[1:]]
        yield _split("B3", "an older version gets no release any more", older)
    elif release.lifetime == "release":
        rows = [(c.name, c.line.branch is None or c.name in seen.finished) for c in seen.courses]
        yield _split("B2", "a release branch is finished with its release", rows, weight=_TELLING)
    else:
        rows = [(c.name, c.line.branch is not None or c.name in seen.outlived) for c in seen.courses]
        yield _split("B1", "every line has, or had, a release branch", rows, weight=_TELLING)


def _label(course: Course) -> str:
    return course.line.branch or course.line.name


def _names(release: Role, seen: Observed) -> Trait:
    names = [c.line.branch for c in seen.courses if c.line.branch]
    says = f"release branches are called {' or '.join(release.patterns)}"
    return _split("C2", says, [(name, release.fits(name)) for name in names])


def _cut(seen: Observed) -> Trait:
    rows = [(c.name, c.cut is not None) for c in seen.courses if c.own]
    return _split("C1", f"lines are cut from {seen.trunk.name}", rows)


def _apart(strategy: Strategy, seen: Observed) -> Trait:
    alone = "release" in strategy.one_at_a_time
    says = "one line at a time" if alone else "older lines go on beside the newest"
    rows = [(c.name, (_label(c) in seen.beside) != alone) for c in seen.courses[1:]]
    return _split("B3", says, rows)


def _steps(strategy: Strategy, seen: Observed) -> Trait:
    """How far a line is above the one before it; a strategy says what it rises by at least."""
    lines = [(c.name, c.line.numbers[0]) for c in seen.courses]
    major = strategy.cut == "major"
    says = "a line for every major version" if major else "a line for every minor version"
    if not major:
        return _split("C2", says, [(c.name, len(c.line.numbers) > 1) for c in seen.courses])
    pairs = itertools.pairwise(lines)
    return _split("C2", says, [(name, one != other) for (name, one), (_, other) in pairs])


def _switches(seen: Observed) -> Trait:
    """Switches stand in files, so only their names speak: in commits, and in the configuration."""
    if seen.toggles:
        return _split("B2", "switches that hide features are configured", [(n, True) for n in seen.toggles])
    found, of = seen.switched
    says = "features name the switch that hides them"
    return Trait(rule="B2", says=says, holds=found, of=max(of, 1), silent=not found)


def _landing(strategy: Strategy, release: Role, seen: Observed) -> Iterator[Trait]:
    off = [p for p in seen.placed if p.place != "trunk"]
    trunk = seen.trunk.name
    weight = _TELLING + 2
    merged = (*seen.upward, *seen.onward)
    if "trunk" in release.lands:
        rows = [(p.release.tag, p.back) for p in off]
        yield _split("F3", f"releases are merged back into {trunk}", rows, weight=weight)
    elif _merges_upward(strategy) and any(u.held for u in merged):
        rows = [(f"{u.older} in {u.newer}", u.kept) for u in merged]
        yield _split("F3", "an older line is merged into the next newer one", rows, weight=weight)
        return
    else:
        rows = [(p.release.tag, not p.back) for p in off if p.place != "beside"]
        yield _split("F1", f"nothing is merged back into {trunk}", rows, weight=weight)
    rows = [(u.older, not u.kept) for u in merged]
    yield _split("F3", "no line is merged into a newer one", rows, weight=_TELLING)


def _merges_upward(strategy: Strategy) -> bool:
    return any(f.source == f.target == "release" and f.by == "merge" for f in strategy.flows)
