"""Where lines leave trunk, and where branches stand: the rules of lines that need history.

A cut point is where the line's first-parent chain meets trunk's, never a merge base, which is wrong where
lines are merged back (research/branching-strategies.md 1.3). It is found by walking both chains together,
the newer one first, until they meet.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from shlex import quote
from typing import Literal

from msgspec import Struct

from relman.errors import Kind, RelmanError, usage
from relman.model.history import Branch, Graph, Refs
from relman.model.lines import TRUNK, Line, Lines, hotfix_version, line_numbers
from relman.model.names import HEADS, REMOTES, Oid, RefName, branch_ref, short
from relman.model.tags import Release

_SKEW = 24 * 3600
"""How far commit dates may run against the graph before a bounded walk gives up on a commit, in seconds."""


class Tip(Struct, frozen=True, kw_only=True):
    """Where a branch really stands (DESIGN 2).

    `local` is the local branch's value, absent where there is none; a plan moves it from there.
    """

    ref: RefName
    """The local branch."""
    commit: Oid
    local: Oid | None
    tracking: RefName | None
    remote: Oid | None
    state: Literal["local", "ahead", "same", "behind", "absent"]


def meet(graph: Graph, one: Oid, other: Oid) -> Oid | None:
    """Gives the newest commit that both first-parent chains hold; nothing where they never meet."""
    chains = (graph.chain(one), graph.chain(other))
    heads = [next(chains[0], None), next(chains[1], None)]
    times = [_date(graph, heads[0]), _date(graph, heads[1])]
    seen: tuple[set[Oid], set[Oid]] = (set(), set())
    while True:
        side = 0 if times[0] >= times[1] else 1
        at = heads[side]
        if at is None:
            return None
        seen[side].add(at)
        if at in seen[1 - side]:
            return at
        heads[side] = next(chains[side], None)
        times[side] = _date(graph, heads[side])


def _date(graph: Graph, oid: Oid | None) -> float:
    """The commit date; a chain that has ended is older than everything."""
    return -math.inf if oid is None else graph.when(oid)


def find_tip(refs: Refs, graph: Graph, remote: str, name: str) -> Tip | None:
    """Finds where a branch stands: local where it contains its upstream, else the remote-tracking branch.

    The upstream is the remote's branch of that name; where it has none, the configured one if it is called the
    same. Diverged branches are an error (moved) with both counts. Nothing where there is neither.
    """
    local = refs.local(name)
    tracked = refs.tracking(remote, name) or _followed(refs, local, name)
    if local is None and tracked is None:
        return None
    here = local.commit if local else None
    there = tracked.commit if tracked else None
    state: Literal["local", "ahead", "same", "behind", "absent"]
    if here is None or there is None:
        state = "absent" if here is None else "local"
    elif here == there:
        state = "same"
    elif graph.is_ancestor(there, here):
        state = "ahead"
    elif graph.is_ancestor(here, there):
        state = "behind"
    else:
        raise _diverged(graph, name, short(tracked.ref if tracked else ""), here, there)
    commit = there if state in ("behind", "absent") else here
    if commit is None:  # one of the two exists, see above
        return None
    return Tip(
        ref=branch_ref(name),
        commit=commit,
        local=here,
        tracking=tracked.ref if tracked else None,
        remote=there,
        state=state,
    )


def _followed(refs: Refs, local: Branch | None, name: str) -> Branch | None:
    """The configured upstream, unless it is called otherwise: `git switch -c release/1.5 origin/main` sets trunk."""
    same = {f"{REMOTES}{remote}/{name}" for remote in refs.remotes}
    return next((b for b in refs.branches if local and b.ref == local.upstream and b.ref in same), None)


def _diverged(graph: Graph, name: str, upstream: str, here: Oid, there: Oid) -> RelmanError:
    ours, theirs = len(graph.between([here], [there])), len(graph.between([there], [here]))
    return RelmanError(
        Kind.MOVED,
        f"{name} and {upstream} have diverged: {ours} commits only here, {theirs} only there",
        hints=(
            f"git log --oneline --left-right {quote(f'{name}...{upstream}')}",
            f"git rebase {quote(upstream)} {quote(name)}",
        ),
    )


def is_cut(graph: Graph, line: Line, tip: Oid | None, trunk: Oid) -> bool:
    """Tells whether a line has left trunk: commits of its own, or a release off trunk's first-parent chain.

    A release branch that stands on trunk's chain has nothing of its own yet; `model.floor` weighs it.
    """
    ends = [r.commit for r in line.releases[:1]] + ([tip] if tip else [])
    return any(meet(graph, end, trunk) != end for end in ends)


def head_line(
    refs: Refs,
    graph: Graph,
    lines: Lines,
    tips: Iterable[tuple[Line, Oid]],
    trunk: Oid | None,
    hotfix: tuple[int, ...] | None = None,
) -> str:
    """Gives the name of HEAD's line (DESIGN 2): its branch's; else the cut line that holds its nearest ancestor.

    `tips` are the lines' ends: branch tips and newest releases. `hotfix` is what HEAD's branch is for, where the
    strategy has names of its own for such. A tie is an error (usage) that names both.
    """
    branch = refs.head.ref.removeprefix(HEADS) if refs.head.ref else None
    if branch == lines.trunk:
        return TRUNK
    if branch is not None:
        known = lines.named(branch)
        if known is not None:
            return known.name
        hotfix = hotfix or hotfix_version(branch) or line_numbers(branch)
        fitting = [line for line in lines.all if hotfix and hotfix[: len(line.numbers)] == line.numbers]
        if fitting:
            return max(fitting, key=lambda line: len(line.numbers)).name
    if refs.head.commit is None or trunk is None:
        return TRUNK
    own = _own_part(graph, refs.head.commit, trunk)
    if not own:
        return TRUNK
    found = _nearest(graph, own, tips, lines)
    if len(found) > 1:
        names = " and ".join(sorted(found))
        raise usage(f"HEAD stands on lines {names} alike", *(f"relman next {n}" for n in sorted(found)))
    return found.pop() if found else TRUNK


def _own_part(graph: Graph, tip: Oid, trunk: Oid) -> dict[Oid, int]:
    """The commits after the cut, with their distance from the tip."""
    cut = meet(graph, tip, trunk)
    own: dict[Oid, int] = {}
    for oid in graph.chain(tip):
        if oid == cut:
            break
        own[oid] = len(own)
    return own


def _nearest(graph: Graph, own: dict[Oid, int], tips: Iterable[tuple[Line, Oid]], lines: Lines) -> set[str]:
    """The lines that hold the nearest commit of these: by a tag that stands there, else by their chains.

    A tag names its line even where several chains hold it, and where an isolated hotfix keeps it off the branch.
    """
    oldest = min(graph.when(oid) for oid in own) - _SKEW
    tagged: dict[Oid, set[str]] = defaultdict(set)
    for line in lines.all:
        for release in line.releases:
            if release.commit in own:
                tagged[release.commit].add(line.name)
    best, names = len(own), set[str]()
    for line, tip in tips:
        for oid in graph.chain(tip):
            if oid in own:
                if own[oid] < best:
                    best, names = own[oid], {line.name}
                elif own[oid] == best:
                    names.add(line.name)
                break
            if graph.when(oid) < oldest:
                break
    for oid, by_tag in tagged.items():
        if own[oid] <= best:
            best, names = own[oid], by_tag
    return names


def nearest_release(graph: Graph, tip: Oid, releases: Iterable[Release]) -> Release | None:
    """The first stable release that the first-parent chain meets; the highest where one commit carries several."""
    at: dict[Oid, Release] = {}
    for release in sorted(releases, key=lambda r: r.version):
        if release.version.stable and not release.withdrawn:
            at[release.commit] = release
    return next((at[oid] for oid in graph.chain(tip) if oid in at), None) if at else None


def standing_alike(lines: Lines, tips: Callable[[Line], Oid | None], line: Line) -> tuple[str, ...]:
    """The branches without a release that stand on one commit with this line's, itself among them.

    Empty where there is no other, or where the line has a release: then its name says something.
    """
    tip = tips(line)
    if line.releases or tip is None:
        return ()
    alike = [
        other.branch for other in lines.all if not other.releases and other.branch and tips(other) == tip
    ]
    return tuple(alike) if len(alike) > 1 else ()


def belongs_to(graph: Graph, release: Release, trunk: Oid) -> bool:
    """Tells whether a release counts for trunk: its chain comes from trunk, or trunk contains it."""
    return meet(graph, release.commit, trunk) is not None or graph.is_ancestor(release.commit, trunk)
