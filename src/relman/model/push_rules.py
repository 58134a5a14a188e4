"""The rules of a push, as small generators over the value: the same before a push, on the server and in CI."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from shlex import quote

from msgspec import structs

from relman.model import message
from relman.model.bookkeeping import matches
from relman.model.branch_rules import branch_findings
from relman.model.bump import Bump, bump_of
from relman.model.equivalence import Changes, PatchId
from relman.model.finding import Finding
from relman.model.fixes import counts, is_unshipped
from relman.model.hints import Hints
from relman.model.history import Commit, Graph
from relman.model.lines import Line
from relman.model.message_findings import SHORT, commit_findings
from relman.model.names import Oid
from relman.model.push import Push, PushRules, Update
from relman.model.tag_rules import found, tag_findings

_VERSION = re.compile(r"\b[0-9]+\.[0-9]+\.[0-9]+")
_RECENT = 2000
"""How many commits of trunk are asked whether they are the origin of one on a line."""


def push_findings(push: Push, graph: Graph, rules: PushRules, patch_id: PatchId) -> Iterator[Finding]:
    """Everything that is wrong with a push, at the team's levels."""
    for finding in _all(push, graph, rules, patch_id):
        level = rules.levels.get(finding.rule, finding.level)
        if level != "off":
            yield structs.replace(finding, level=level)


def _all(push: Push, graph: Graph, rules: PushRules, patch_id: PatchId) -> Iterator[Finding]:
    for update in push.updates:
        yield from frozen(update, rules)
        if update.record:
            yield from shared_record(update)
        if update.branch:
            yield from branch_update(push, update, update.branch, rules)
            line = push.line_of(update.branch)
            # The first push of trunk is an import: what it brings was decided elsewhere.
            if line and update.commit and push.trunk in push.before:
                yield from line_commits(push, graph, update, line, rules, patch_id)
    yield from tag_findings(push, graph, rules)
    yield from messages(push, graph, rules)


def frozen(update: Update, rules: PushRules) -> Iterator[Finding]:
    """A time in which this ref stays as it is."""
    for freeze in rules.freezes:
        if freeze.holds(update.ref, rules.now):
            why = f": {freeze.reason}" if freeze.reason else ""
            yield found("freeze", update.name, f"nothing moves here {freeze.said}{why}")


def branch_update(push: Push, update: Update, branch: str, rules: PushRules) -> Iterator[Finding]:
    """The branch's name where it is new, and what must never happen to a branch that lasts."""
    if update.old is None:
        yield from branch_findings(branch, rules.branches)
    if update.old is not None and rules.guards(push, branch):
        if update.new is None:
            yield found("branch-deleted", update.name, "this branch lasts, and the push deletes it")
        elif update.forced:
            lost = update.old[:SHORT]
            hint = f"fetch, and put your commits on top of {lost}"
            yield found("force-push", update.name, f"the push throws commits away: {lost} is not in it", hint)
    for path, before, after in update.versions:
        if after < before:
            yield found(
                "version-backwards",
                update.name,
                f"{path} goes back from {before} to {after}",
                "relman next says which version comes",
            )


def shared_record(update: Update) -> Iterator[Finding]:
    """A record that a team shares only grows: what others read in it yesterday is there tomorrow."""
    if update.old is not None and update.new is None:
        said = "the team shares this record, and the push deletes it"
        yield found("shared-record", update.name, said, "what is wrong in it is mended by a new entry")
    elif update.new is not None and update.commit is None:
        yield found("shared-record", update.name, "a record is a chain of commits, and this leads to none")
    elif update.old is not None and update.forced:
        said = f"the push throws entries of a record away that the team shares: {update.old[:SHORT]} is not in it"
        yield found("shared-record", update.name, said, "fetch it, and record again on top")


def line_commits(
    push: Push, graph: Graph, update: Update, line: Line, rules: PushRules, patch_id: PatchId
) -> Iterator[Finding]:
    """What new commits on a release branch may not be: merges of trunk, features, or there before trunk."""
    trunk, new = push.trunk_tip, update.commit
    if trunk is None or new is None:
        return
    old = None if update.forced else update.old
    fresh = graph.between([new], [trunk, *([old] if old else [])])
    if not fresh:
        return
    # What trunk has beyond the line as it was: the origins of ports, and what no merge may bring.
    ahead = graph.between([trunk], [old or new])
    commits = [graph.commit(oid) for oid in fresh]
    if old:
        bringing = _bringing(graph, commits, old, trunk, frozenset(ahead))
        yield from _merges(bringing, push.trunk or "trunk", line)
    work = [c for c in commits if len(c.parents) < 2 and not message.is_release_subject(c.subject)]
    if len(line.numbers) > 1 and _fixes_only(update.branch or "", rules):
        yield from _features(work, line, rules)
    if rules.strategy.direction == "upstream-first":
        yield from _orphans(graph, work, ahead, push.trunk or "trunk", line, rules, patch_id)


def _fixes_only(branch: str, rules: PushRules) -> bool:
    role = rules.strategy.role_of(branch) or rules.strategy.role("release")
    return role is not None and role.step == "patch"


def _bringing(
    graph: Graph, commits: Sequence[Commit], old: Oid, trunk: Oid, ahead: frozenset[Oid]
) -> Iterator[Commit]:
    """The merges that bring what trunk itself is made of: a hotfix that trunk has merged too brings none of that."""
    asked = [(c, merged) for c in commits if (merged := [p for p in c.parents[1:] if p in ahead])]
    own = frozenset(takewhile(ahead.__contains__, graph.chain(trunk))) if asked else frozenset()
    for commit, merged in asked:
        if not own.isdisjoint(merged) or not own.isdisjoint(graph.between(merged, [old])):
            yield commit


def _merges(bringing: Iterable[Commit], name: str, line: Line) -> Iterator[Finding]:
    for commit in bringing:
        hint = f"relman backport FIX --to {quote(line.name)}"
        said = f"it merges {name} into a line that was cut"
        yield found("merge-from-trunk", _commit(commit), said, hint, commit.id)


def _features(work: Sequence[Commit], line: Line, rules: PushRules) -> Iterator[Finding]:
    for commit in work:
        read = message.parse(commit.message)
        if bump_of(read, rules.bumps) > Bump.PATCH:
            what = "a breaking change" if read.breaking else f"a {read.type}"
            yield found(
                "fixes-only",
                _commit(commit),
                f"{what} on line {line.name}, which takes fixes only",
                "",
                commit.id,
            )


def _orphans(
    graph: Graph,
    work: Sequence[Commit],
    trunk: Sequence[Oid],
    name: str,
    line: Line,
    rules: PushRules,
    patch_id: PatchId,
) -> Iterator[Finding]:
    """Commits of a line whose like is not on trunk: the next release from there would bring the bug back."""
    there = frozenset(trunk)
    open_: list[Commit] = []
    for commit in work:
        origins = message.picked_from(message.parse(commit.message))
        known = {commit.id, *origins}
        if not known & there and not known & rules.owed and _must_come_back(graph, commit, rules):
            open_.append(commit)
    if not open_:
        return
    recent = trunk[:_RECENT]
    changes, hints = Changes(graph, recent, patch_id), Hints(graph, recent)
    for commit in open_:
        if changes.like(commit.id) is not None or hints.about(commit) is not None:
            continue
        yield found(
            "upstream-first",
            _commit(commit),
            f"nothing on {name} is this change, so the next release from there would lack it",
            f"put it on {name} first, and then: relman backport FIX --to {quote(line.name)}",
            commit.id,
        )


def _must_come_back(graph: Graph, commit: Commit, rules: PushRules) -> bool:
    """Whether trunk is worse off without it: not CI and tests, nor what a release writes, with whatever tool."""
    read = message.parse(commit.message)
    if read.type is not None and not counts(commit, rules.bumps):
        return False
    paths = graph.paths(commit.id)
    if paths and all(is_unshipped(path) or matches(path, rules.own) for path in paths):
        return False
    releases = read.type is None and _VERSION.search(commit.subject) is not None
    return not (releases and any(matches(path, rules.own) for path in paths))


def messages(push: Push, graph: Graph, rules: PushRules) -> Iterator[Finding]:
    """The message rules, for commits that no branch that lasts had before."""
    moved = [u for u in push.updates if u.branch and u.commit and u.old and not u.forced]
    guarded = [u.commit for u in moved if u.commit and u.branch and rules.guards(push, u.branch)]
    if guarded:
        lasting = [oid for name, oid in push.before.items() if rules.guards(push, name)]
        for oid in graph.between(guarded, lasting):
            yield from commit_findings(graph.commit(oid), rules.lint)


def _commit(commit: Commit) -> str:
    return f"{commit.id[:SHORT]} {commit.subject}"
