"""The features that a release of trunk would ship: which are unfinished, and which of those a toggle hides."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from shlex import quote

from relman.edit.toggle import Toggle, is_off, read_default
from relman.errors import RelmanError, usage
from relman.git.trees import blob
from relman.job.facts import Facts
from relman.job.feature import by_feature, choose, configured, unreleased, whole
from relman.model.feature import (
    Feature,
    Switch,
    Work,
    finished,
    half_done,
    merged_branch,
    named_features,
)
from relman.model.names import Oid, short
from relman.plan.plan import Warn
from relman.render.words import counted


def switch_of(facts: Facts, name: str, at: Oid) -> tuple[Toggle, Switch, str] | None:
    """The toggle that hides a feature, its default in a commit's tree, and the text that stands there.

    Errors (usage): the file or the key does not exist in that tree.
    """
    for toggle in facts.config.toggles:
        if toggle.name == name:
            data = blob(facts.repo, at, toggle.path)
            if data is None:
                raise usage(
                    f"the toggle of {name} is in {toggle.path}, and {at[:10]} has no such file",
                    f"git ls-tree -r --name-only {at[:10]}",
                    "correct the path of the toggle in the configuration",
                )
            value = read_default(data, toggle)
            return toggle, "off" if is_off(value, toggle) else "on", value
    return None


def works(facts: Facts, asked: Iterable[str] = ()) -> tuple[Work, ...]:
    """Every feature with commits that would ship, those that were `asked` for first: its state and its toggle.

    A feature that was asked for counts as unfinished. A toggle's default is read on trunk's tip.
    """
    words = tuple(asked)
    return facts.once(("works", words), lambda: _works(facts, words))


def _works(facts: Facts, asked: Iterable[str]) -> tuple[Work, ...]:
    trunk = unreleased(facts)
    found: dict[str, Work] = {}
    for words in asked:
        chosen = choose(facts, words)
        found[chosen.name] = _work(facts, chosen.name, chosen.commits, "you say so")
    for feature in _known(facts):
        if feature.name not in found:
            standing, why = _standing(facts, feature)
            if standing:
                found[feature.name] = _work(facts, feature.name, standing, why)
    covered = {oid for work in found.values() for oid in work.commits}
    loose = [
        oid
        for oid in trunk.commits
        if oid not in covered and oid not in trunk.gone and half_done(facts.graph.commit(oid))
    ]
    if loose:
        found.setdefault("wip", Work(name="wip", commits=tuple(loose), why="the commit says so itself"))
    for branch, merges in _going_on(facts):
        rest = tuple(o for o in merges if o not in covered and o not in trunk.gone)
        if rest and branch not in found:
            found[branch] = Work(name=branch, commits=rest, why=f"branch {branch} goes on after its merge")
    return tuple(found.values())


def unfinished_warns(facts: Facts) -> tuple[Warn, ...]:
    """What a release of trunk would ship though it is half done and nothing hides it."""
    try:
        known = works(facts)
    except RelmanError as error:
        told = error.message
        return (Warn(message=f"whether unfinished work ships cannot be told: {told}", hint="relman status"),)
    return tuple(
        Warn(
            message=f"{counted(len(work.commits), 'commit')} of {work.name} would ship, unfinished "
            f"({work.why}), and {'its toggle is on' if work.toggle else 'no toggle hides it'}",
            hint=f"relman park {quote(work.name)} --dry-run" if work.name != "wip" else "relman options",
        )
        for work in known
        if work.blocks
    )


def under_way(facts: Facts, among: Collection[Oid]) -> tuple[tuple[str, int], ...]:
    """Counts how many of some unreleased commits belong to each unfinished feature that has a name, most first.

    A table of the configuration that names what is not here is passed over: no incident waits for it.
    """
    found: dict[str, int] = {}
    for feature in _known(facts):
        with suppress(RelmanError):
            standing, why = _standing(facts, feature)
            if why:
                found[feature.name] = len(set(standing) & set(among))
    return tuple(sorted(((n, many) for n, many in found.items() if many), key=lambda each: -each[1]))


def _standing(facts: Facts, feature: Feature) -> tuple[tuple[Oid, ...], str]:
    """A feature's unreleased commits that nothing took back, and why it is unfinished; empty: it is finished."""
    trunk = unreleased(facts)
    oids = frozenset(by_feature(facts, feature)[0])
    left = tuple(oid for oid in trunk.commits if oid not in trunk.gone)
    done = finished(feature, map(facts.graph.commit, left))
    why = "" if done else f"no commit says Feature-Done: {feature.name}"
    return tuple(oid for oid in left if oid in oids), why


def _work(facts: Facts, name: str, commits: tuple[Oid, ...], why: str) -> Work:
    known = switch_of(facts, name, facts.trunk.commit)
    if known is None:
        return Work(name=name, commits=commits, why=why)
    toggle, switch, _ = known
    return Work(name=name, commits=commits, why=why, toggle=toggle.path, switch=switch)


def _known(facts: Facts) -> Iterator[Feature]:
    yield from configured(facts).values()
    commits = map(facts.graph.commit, unreleased(facts).commits)
    names = dict.fromkeys(name for commit in commits for name in named_features(commit))
    yield from (Feature(name=name) for name in names if name not in configured(facts))


def _carries_releases(facts: Facts, branch: str) -> bool:
    """Whether a branch is for a hotfix or a release, by the strategy: it is no feature that goes on."""
    role = facts.strategy.role_of(branch)
    return role is not None and role.name in ("hotfix", "release", "production")


def _going_on(facts: Facts) -> Iterator[tuple[str, tuple[Oid, ...]]]:
    """Branches that were merged into trunk's unreleased part and have grown since."""
    trunk = unreleased(facts)
    merged: dict[Oid, Oid] = {}
    for oid in trunk.commits:
        parents = facts.graph.commit(oid).parents
        if trunk.own(oid) and len(parents) == 2:
            merged[parents[1]] = oid
    if not merged:
        return
    lines = {line.branch for line in facts.lines.all}
    names = {short(b.ref).removeprefix(f"{facts.remote}/"): b.commit for b in facts.refs.branches}
    tips = {
        n: tip
        for n, tip in names.items()
        if n not in lines and n != facts.trunk_name and not _carries_releases(facts, n)
    }
    ends = [facts.trunk.commit, *(end for line in facts.lines.all if (end := facts.line_end(line)))]
    ahead = facts.graph.between(tips.values(), ends) if tips else ()
    starts: dict[Oid, set[Oid]] = {}
    for oid in ahead:
        for parent in facts.graph.commit(oid).parents[:1]:
            if parent in merged:
                starts.setdefault(parent, set()).add(oid)
    for end, reach in starts.items():
        for oid in reversed(ahead):  # parents first
            if not reach.isdisjoint(facts.graph.commit(oid).parents):
                reach.add(oid)
        said = merged_branch(facts.graph.commit(merged[end]).subject)
        # Another branch may begin where one was merged: what the merge's subject calls it is the one that goes on.
        held = (
            n
            for n, tip in sorted(tips.items())
            if tip in reach and (said is None or f"/{said}".endswith(f"/{n}"))
        )
        if (name := next(held, None)) is not None:
            yield name, whole(facts, merged[end])
