"""Finds a feature's unreleased commits, from a word of the command line or a table of the configuration."""

import re
from collections.abc import Mapping, Sequence
from itertools import takewhile
from shlex import quote

from msgspec import Struct

from relman.errors import RelmanError, usage
from relman.git.revision import resolve
from relman.git.search import find_messages
from relman.job.facts import Facts
from relman.job.parked import parked
from relman.model import message
from relman.model.feature import Feature, Trunk, arrivals, says, strangers
from relman.model.history import Commit
from relman.model.names import Oid, short
from relman.model.reverts import cancel

_ISSUE = re.compile(r"(?:[A-Z][A-Z0-9_]{1,20}-|#)[0-9]{1,9}\Z")
_REQUEST = re.compile(r"(?:pr|mr):[#!]?([1-9][0-9]{0,8})\Z", re.IGNORECASE)
_KINDS = ("scope", "issue", "branch", "merge", "trailer")
_SHOWN = 5


class Chosen(Struct, frozen=True, kw_only=True):
    """A feature as it was chosen: its unreleased commits, newest first, merges too, and how they were told."""

    name: str
    commits: tuple[Oid, ...]
    how: str
    branches: tuple[str, ...] = ()
    """Branches that hold it and were merged."""


def unreleased(facts: Facts) -> Trunk:
    """Reads what trunk holds and no stable release does."""
    return facts.once("unreleased", lambda: _unreleased(facts))


def _unreleased(facts: Facts) -> Trunk:
    released = [r.commit for r in facts.releases if r.version.stable and not r.withdrawn]
    commits = facts.graph.between([facts.trunk.commit], released)
    chain = tuple(takewhile(frozenset(commits).__contains__, facts.graph.chain(facts.trunk.commit)))[::-1]
    return Trunk(
        commits=commits,
        gone=cancel(facts.graph, commits).removed,
        chain=chain,
        came=arrivals(facts.graph, commits, chain),
    )


def configured(facts: Facts) -> Mapping[str, Feature]:
    """The features of the configuration by name; one that only has a toggle is among them."""
    only = {t.name: Feature(name=t.name, scopes=(t.name,)) for t in facts.config.toggles}
    return only | {feature.name: feature for feature in facts.config.features}


def choose(facts: Facts, words: str) -> Chosen:
    """Finds the unreleased commits of a feature: names, `scope:x`, `issue:K-1`, `branch:b`, `merge:REV`, commits.

    Several words with commas are one feature that is called as the first. Errors (usage): nothing is selected;
    all of it is released, or taken back already; commits of another feature are among them.
    """
    parts = [part.strip() for part in words.split(",") if part.strip()]
    if not parts:
        raise usage("a feature needs a name", "relman park NAME")
    found: dict[Oid, None] = {}
    hows: dict[str, None] = {}
    branches: dict[str, None] = {}
    for part in parts:
        oids, how, held = _selected(facts, part)
        if not oids and len(parts) > 1:
            raise _nothing(facts, part, ())
        found |= dict.fromkeys(oids)
        hows[how] = None
        branches |= dict.fromkeys(held)
    trunk = unreleased(facts)
    inside = tuple(oid for oid in trunk.commits if oid in found)
    if all(len(facts.graph.commit(oid).parents) > 1 for oid in inside):
        own = tuple(oid for oid in found if len(facts.graph.commit(oid).parents) < 2)
        raise _nothing(facts, words, own)
    standing = tuple(oid for oid in inside if oid not in trunk.gone)
    name = plain(parts[0])
    if not standing:
        out = next((p.name for p in parked(facts) if p.name == name or set(p.commits) & set(inside)), None)
        way = f"relman unpark {quote(out)}" if out else f"git log --oneline --grep={inside[-1]}"
        raise usage(f"all of {name} was taken out of {facts.trunk_name} already", way)
    known = configured(facts)
    if len(parts) == 1:
        feature = known.get(name) or Feature(name=name)
        others = strangers(feature, (facts.graph.commit(o) for o in standing), known)
        if others:
            raise _of_others(name, others)
    return Chosen(name=name, commits=standing, how=", ".join(hows), branches=tuple(branches))


def plain(word: str) -> str:
    """A word without what says which kind of name it is: `scope:pay` is `pay`."""
    kind, colon, rest = word.partition(":")
    return rest if colon and kind in _KINDS and rest else word


Selection = tuple[tuple[Oid, ...], str, tuple[str, ...]]


def _selected(facts: Facts, word: str) -> Selection:
    """The commits that one word names, released ones too where it names commits; how; and the branches."""
    kind, colon, rest = word.partition(":")
    if colon and kind in _KINDS and rest:
        return _by_kind(facts, kind, rest)
    if (feature := configured(facts).get(word)) is not None:
        return by_feature(facts, feature)
    if request := _REQUEST.match(word):
        return _by_request(facts, int(request[1])), f"change request {request[1]}", ()
    by_label = _labelled(facts, Feature(name=word, scopes=(word,)))
    if by_label[0]:
        return by_label
    if _ISSUE.match(word):
        return _by_kind(facts, "issue", word)
    oids, held = _by_branch(facts, word)
    if held:
        return oids, f"the merges of {', '.join(held)}", held
    try:
        return _by_revision(facts, word)
    except RelmanError as e:
        if "means several things" in e.message or "ids; type more" in e.message:
            raise
        return (), "", ()


def _check_not_trunk(facts: Facts, name: str) -> None:
    """Refuses trunk's own name: its merges into features (`Merge branch 'main' into x`) brought trunk's work."""
    tip = facts.trunk
    own = {ref for ref in (tip.ref, tip.tracking) if ref}
    if name in {facts.trunk_name, *own, *map(short, own)}:
        raise usage(
            f"{name} is trunk, and a feature is a part of what it holds",
            "relman status",
            f"git log --oneline --first-parent -10 {quote(name)}",
        )


def _by_kind(facts: Facts, kind: str, text: str) -> Selection:
    match kind:
        case "scope":
            oids, _, _ = _labelled(facts, Feature(name="\0", scopes=(text,)))
            return oids, f"the scope {text}", ()
        case "issue":
            oids, _, _ = _labelled(facts, Feature(name="\0", issues=(text,)))
            return oids, f"the issue {text}", ()
        case "trailer":
            wanted = (text,) if ":" in text else ()
            oids, _, _ = _labelled(facts, Feature(name="\0" if wanted else text, trailers=wanted))
            return oids, f"the trailer {text}", ()
        case "branch":
            oids, held = _by_branch(facts, text)
            return oids, f"the merges of {text}", held
        case _:
            return _by_revision(facts, text)


def by_feature(facts: Facts, feature: Feature) -> Selection:
    """The commits that a feature's table tells, how, and the branches that brought them."""
    oids, how, _ = _labelled(facts, feature)
    found, hows, branches = dict.fromkeys(oids), [how] if oids else [], dict[str, None]()
    for branch in feature.branches:
        more, held = _by_branch(facts, branch)
        found |= dict.fromkeys(more)
        branches |= dict.fromkeys(held)
        hows += [f"the merges of {branch}"] if more else []
    for word in feature.commits:
        more, _, held = _by_revision(facts, word)
        found |= dict.fromkeys(more)
        hows.append("its list of commits")
    return tuple(found), ", ".join(dict.fromkeys(hows)) or "the configuration", tuple(branches)


def _labelled(facts: Facts, feature: Feature) -> Selection:
    found, hows = [], dict[str, None]()
    for commit in map(facts.graph.commit, unreleased(facts).commits):
        how = says(feature, commit)
        if how is not None:
            found.append(commit.id)
            hows[how] = None
    return tuple(found), " and ".join(f"the {how}" for how in hows), ()


def _by_request(facts: Facts, number: int) -> tuple[Oid, ...]:
    commits = (facts.graph.commit(oid) for oid in unreleased(facts).commits)
    hits = [c.id for c in commits if message.pull_request(message.parse(c.message)) == number]
    return tuple(o for hit in hits for o in whole(facts, hit))


def _by_branch(facts: Facts, name: str) -> tuple[tuple[Oid, ...], tuple[str, ...]]:
    """What the merges of a branch brought: by where the branch stands, or by the subjects of its merges."""
    _check_not_trunk(facts, name)
    trunk, tip = unreleased(facts), facts.tip(name)
    own: set[Oid] = set()
    if tip is not None:
        near = {*trunk.commits, *facts.graph.between([tip.commit], [facts.trunk.commit])} - set(trunk.chain)
        own.update(takewhile(near.__contains__, facts.graph.chain(tip.commit)))
    named = re.compile(rf"(?:^Merge .*(?:branch|from) '?(?:[^\s'/]+/)?{re.escape(name)}'?(?:\s|$))")
    merges = []
    for oid in trunk.commits:
        commit = facts.graph.commit(oid)
        if len(commit.parents) > 1:
            by_place = trunk.own(oid) and bool(own.intersection(commit.parents[1:]))
            if by_place or named.match(commit.subject):
                merges.append(oid)
    found = tuple(o for merge in merges for o in whole(facts, merge))
    return found, (name,) if found else ()


def _by_revision(facts: Facts, word: str) -> Selection:
    """A commit, what a merge brought, or a range."""
    if ".." in word:
        start, _, end = word.replace("...", "..").partition("..")
        oids = facts.graph.between(
            [resolve(facts.repo, end or "HEAD")], [resolve(facts.repo, start or "HEAD")]
        )
        return oids, f"the range {word}", ()
    oid = resolve(facts.repo, word)
    merge = len(facts.graph.commit(oid).parents) > 1
    return whole(facts, oid), f"{'the merge' if merge else 'the commit'} {oid[:10]}", ()


def commits_of(facts: Facts, word: str) -> frozenset[Oid]:
    """What a revision names, merges with what they brought; nothing where it names none."""
    try:
        return frozenset(_by_revision(facts, word)[0])
    except RelmanError:
        return frozenset()


def whole(facts: Facts, oid: Oid) -> tuple[Oid, ...]:
    """A commit; for a merge, also what it brought."""
    parents = facts.graph.commit(oid).parents
    return (oid, *facts.graph.between(parents[1:], parents[:1])) if len(parents) > 1 else (oid,)


def _nothing(facts: Facts, words: str, outside: Sequence[Oid]) -> RelmanError:
    """Says why nothing is selected: released already, not on trunk, or nowhere."""
    known = outside or _released_with(facts, words)
    below = [oid for oid in known if facts.graph.is_ancestor(oid, facts.trunk.commit)]
    for release in reversed(facts.releases):
        if release.version.stable and any(facts.graph.is_ancestor(oid, release.commit) for oid in below):
            return usage(
                f"{words} is released already, in {release.tag}: what is out is taken back by a hotfix",
                f"relman hotfix FIX --to {quote(release.tag)}",
                f"git revert {below[0][:10]}",
            )
    if known and not below:
        return usage(
            f"{words} is not on {facts.trunk_name}: there is nothing to take out",
            f"git log --oneline -5 {known[0][:10]}",
        )
    return usage(
        f"no unreleased commit on {facts.trunk_name} belongs to a feature {words!r}: no trailer, scope, issue, "
        "branch or commit says so",
        "relman status",
        f"git log --oneline {quote(facts.trunk_name)}",
    )


def _released_with(facts: Facts, words: str) -> tuple[Oid, ...]:
    """Older commits whose labels name the feature; the words come from a person and are no pattern."""
    name = plain(words.partition(",")[0])
    feature = configured(facts).get(name) or Feature(name=name, scopes=(name,), issues=(name,))
    texts = {name, *feature.scopes, *feature.issues, *(t.partition(":")[2].strip() for t in feature.trailers)}
    pattern = "|".join(re.sub(r"[^A-Za-z0-9_ /-]", ".", text) for text in sorted(texts))
    hits = find_messages(facts.repo, [facts.trunk.commit], pattern)
    return tuple(oid for oid in hits if says(feature, facts.graph.commit(oid)))


def _of_others(name: str, others: Sequence[tuple[Commit, str]]) -> RelmanError:
    rows = "\n".join(f"  {c.id[:10]} {c.subject} ({other})" for c, other in others[:_SHOWN])
    more = f"\n  and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
    both = f"{name},{others[0][1]}"
    return usage(
        f"{name} holds commits that say they belong to another feature:\n{rows}{more}",
        f"relman park {quote(both)} --dry-run",
        f"relman park {quote(f'trailer:{name}')} --dry-run",
    )
