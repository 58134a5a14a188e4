"""The rules of the tags in a push. Tags that are no releases may do what they like."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from shlex import quote

from msgspec import Struct

from relman.model.finding import Finding
from relman.model.history import Graph
from relman.model.lines import Line
from relman.model.message_findings import SHORT
from relman.model.message_rules import Level
from relman.model.names import Oid
from relman.model.push import Push, PushRules, Update
from relman.model.push_levels import LEVELS
from relman.model.tags import reads_like_release
from relman.model.version import Version

_SKEW = 24 * 3600
"""How far commit dates may run against the graph, in seconds."""
_CARRIERS = ("release", "hotfix", "production", "support", "environment")
"""Kinds of branch that releases may stand on."""


class _Made(Struct, frozen=True, kw_only=True):
    """A release that the push makes."""

    update: Update
    version: Version
    commit: Oid


def found(rule: str, where: str, said: str, hint: str = "", commit: Oid | None = None) -> Finding:
    """A finding at the rule's own level."""
    level: Level = "error" if LEVELS[rule] == "error" else "warning"
    return Finding(rule=rule, level=level, where=where, message=said, hint=hint, commit=commit)


def tag_findings(push: Push, graph: Graph, rules: PushRules) -> Iterator[Finding]:
    """What must be true of release tags: those of one line are judged together."""
    groups: dict[str, list[_Made]] = defaultdict(list)
    for update in push.updates:
        if update.tag is None:
            continue
        version = _read(update.tag, rules)
        yield from _alone(update, update.tag, version, rules)
        if version is not None and update.old is None and update.commit is not None:
            line = push.lines.of(version)
            made = _Made(update=update, version=version, commit=update.commit)
            groups[line.name if line else ""].append(made)
    carriers = [tip for name, tip in push.tips.items() if _carries(name, rules)] if groups else []
    for group in groups.values():
        line = push.lines.of(group[0].version)
        yield from _backwards(graph, group, line)
        yield from _places(push, graph, group, line, carriers, rules)


def _read(tag: str, rules: PushRules) -> Version | None:
    formats = rules.formats.accept if rules.formats else ()
    return next((version for fmt in formats if (version := fmt.read(tag))), None)


def _alone(update: Update, tag: str, version: Version | None, rules: PushRules) -> Iterator[Finding]:
    """What one tag says by itself."""
    if version is None:
        if update.old is None and rules.formats and reads_like_release(tag):
            hint = f"a release is written as {rules.formats.write}"
            yield found("tag-format", update.name, "this reads like a version, and is no release here", hint)
    elif update.old is not None and update.new is None:
        hint = "a release that must not be used is withdrawn, and a higher one replaces it"
        yield found("tag-deleted", update.name, "the push deletes a release", hint)
    elif update.old is not None:
        said = f"the push moves a release that others may have: it was {update.old[:SHORT]}"
        yield found("tag-moved", update.name, said, "a released version stays; release the next one")
    elif update.commit is None:
        yield found("tag-place", update.name, "a release leads to a commit, and this leads to none")
    elif rules.annotated and not update.annotated:
        yield found(
            "tag-annotated", update.name, "a release tag without a message", f"git tag -a {quote(tag)}"
        )


def _backwards(graph: Graph, made: Sequence[_Made], line: Line | None) -> Iterator[Finding]:
    """A version below one that was there; of several tags of one push only history tells which comes first."""
    there = [(r.tag, r.version) for r in (line.releases if line else ()) if not r.withdrawn]
    for one in made:
        above = [row for row in there if row[1] > one.version and row[1].stable]
        latest = graph.when(one.commit) + _SKEW
        above += [
            (other.update.tag or "", other.version)
            for other in made
            if other.version > one.version
            and other.version.stable
            and other.commit != one.commit
            and graph.when(other.commit) <= latest
            and graph.is_ancestor(other.commit, one.commit)
        ]
        if above:
            name, _ = max(above, key=lambda row: row[1])
            said = f"{one.version} comes after {name}, which is higher on the same line"
            hint = f"relman next {quote(line.name) if line else ''}".strip()
            yield found("version-backwards", one.update.name, said, hint)


def _places(
    push: Push,
    graph: Graph,
    made: Sequence[_Made],
    line: Line | None,
    carriers: Sequence[Oid],
    rules: PushRules,
) -> Iterator[Finding]:
    """A release stands on its line's branch; before the line has one, on trunk or a branch that carries releases."""
    trunk = push.trunk_tip
    own = [push.tips[b] for b in _branches(line) if b in push.tips]
    if rules.strategy.tag == "trunk":
        places, where = [trunk] if trunk else [], push.trunk or "trunk"
    elif own:
        places, where = own, line.branch if line and line.branch else "its release branch"
        places = [*places, *(carriers if rules.strategy.tag == "merge" else ())]
    else:
        places, where = [*([trunk] if trunk else []), *carriers], push.trunk or "trunk"
    if not places:
        return
    lost = frozenset(graph.between([one.commit for one in made], places))
    for one in made:
        if one.commit not in lost or (
            rules.strategy.tag != "trunk" and _isolated(push, graph, one, made, line)
        ):
            continue
        if push.partial and graph.between([one.commit], push.tips.values()):
            continue  # its branch may come with the same push, unseen here
        yield found(
            "tag-place",
            one.update.name,
            f"{one.commit[:SHORT]} is not on {where}, where release {one.version} belongs",
            "push that branch with it, or tag what is on it",
        )


def _isolated(push: Push, graph: Graph, one: _Made, made: Sequence[_Made], line: Line | None) -> bool:
    """Whether a release is the one before it and work that trunk lacks: its branch goes when it is tagged."""
    below = [(r.version, r.commit) for r in (line.releases if line else ()) if not r.withdrawn]
    below = [row for row in (*below, *((m.version, m.commit) for m in made)) if row[0] < one.version]
    if not below:
        return False
    _, old = max(below, key=lambda row: row[0])
    own = graph.between([one.commit], [old])
    trunk = push.trunk_tip
    same = trunk is None or own == graph.between([one.commit], [old, trunk])
    return bool(own) and same and graph.is_ancestor(old, one.commit)


def _branches(line: Line | None) -> tuple[str, ...]:
    return (line.branch, *line.rivals) if line and line.branch else ()


def _carries(branch: str, rules: PushRules) -> bool:
    role = rules.strategy.role_of(branch)
    return role is not None and role.name in _CARRIERS
