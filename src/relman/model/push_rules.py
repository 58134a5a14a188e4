"""The rules of a push, as small generators over the value: the same before a push, on the server and in CI."""

from collections.abc import Iterator, Sequence

from msgspec import structs

from relman.model import message
from relman.model.bookkeeping import matches
from relman.model.branch_rules import branch_findings
from relman.model.bump import Bump, bump_of
from relman.model.equivalence import Changes, PatchId
from relman.model.finding import Finding
from relman.model.history import Commit, Graph
from relman.model.lines import Line
from relman.model.message_findings import SHORT, commit_findings
from relman.model.message_rules import Setting
from relman.model.names import Oid
from relman.model.push import Push, PushRules, Update
from relman.model.push_levels import LEVELS
from relman.model.tags import TagFormat, reads_like_release
from relman.model.version import Version

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
        if update.branch:
            yield from branch_update(push, update, update.branch, rules)
            line = push.line_of(update.branch)
            if line and update.commit:
                yield from line_commits(push, graph, update, line, rules, patch_id)
        elif update.tag:
            yield from tag_update(push, graph, update, update.tag, rules)
    yield from messages(push, graph, rules)


def frozen(update: Update, rules: PushRules) -> Iterator[Finding]:
    """A time in which this ref stays as it is."""
    for freeze in rules.freezes:
        if freeze.holds(update.ref, rules.now):
            why = f": {freeze.reason}" if freeze.reason else ""
            yield _found("freeze", update.name, f"nothing moves here {freeze.said}{why}")


def branch_update(push: Push, update: Update, branch: str, rules: PushRules) -> Iterator[Finding]:
    """The branch's name where it is new, and what must never happen to a branch that lasts."""
    if update.old is None:
        yield from branch_findings(branch, rules.branches)
    if update.old is not None and rules.guards(push, branch):
        if update.new is None:
            yield _found("branch-deleted", update.name, "this branch lasts, and the push deletes it")
        elif update.forced:
            lost = update.old[:SHORT]
            hint = f"fetch, and put your commits on top of {lost}"
            yield _found(
                "force-push", update.name, f"the push throws commits away: {lost} is not in it", hint
            )
    for path, before, after in update.versions:
        if after < before:
            yield _found(
                "version-backwards",
                update.name,
                f"{path} goes back from {before} to {after}",
                "relman next says which version comes",
            )


def tag_update(push: Push, graph: Graph, update: Update, tag: str, rules: PushRules) -> Iterator[Finding]:
    """What must be true of a release tag. Tags that are no releases may do what they like."""
    version = next((v for fmt in _accepted(rules) if (v := fmt.read(tag))), None)
    if update.old is not None:
        if version is not None and update.new is None:
            hint = "a release that must not be used is withdrawn, and a higher one replaces it"
            yield _found("tag-deleted", update.name, "the push deletes a release", hint)
        elif version is not None:
            hint = "a released version stays; release the next one"
            message_ = f"the push moves a release that others may have: it was {update.old[:SHORT]}"
            yield _found("tag-moved", update.name, message_, hint)
        return
    if version is None:
        if rules.formats and reads_like_release(tag):
            hint = f"a release is written as {rules.formats.write}"
            yield _found("tag-format", update.name, "this reads like a version, and is no release here", hint)
        return
    if update.commit is None:
        yield _found("tag-place", update.name, "a release leads to a commit, and this leads to none")
        return
    if rules.annotated and not update.annotated:
        yield _found("tag-annotated", update.name, "a release tag without a message", f"git tag -a {tag}")
    yield from _backwards(push, graph, update, version, update.commit, rules)
    yield from _place(push, graph, update, version, update.commit, rules)


def _backwards(
    push: Push, graph: Graph, update: Update, version: Version, commit: Oid, rules: PushRules
) -> Iterator[Finding]:
    line = push.lines.of(version)
    known = [(r.tag, r.version, r.commit) for r in (line.releases if line else ()) if not r.withdrawn]
    for other in push.updates:
        read = next((v for fmt in _accepted(rules) if (v := fmt.read(other.tag or ""))), None)
        # Of several tags of one push only history tells which comes first.
        if not (read and read > version and other.commit and other.commit != commit):
            continue
        if line and push.lines.of(read) == line and graph.is_ancestor(other.commit, commit):
            known.append((other.tag or "", read, other.commit))
    above = [(name, other) for name, other, _ in known if other > version and other.stable]
    if above:
        name, _ = max(above, key=lambda row: row[1])
        yield _found(
            "version-backwards",
            update.name,
            f"{version} comes after {name}, which is higher on the same line",
            f"relman next {line.name if line else ''}".strip(),
        )


def _place(
    push: Push, graph: Graph, update: Update, version: Version, commit: Oid, rules: PushRules
) -> Iterator[Finding]:
    trunk = push.trunk_tip
    line = push.lines.of(version)
    own = [push.tips[b] for b in _branches(line) if b in push.tips]
    if rules.strategy.tag == "trunk" or not own:
        places = [trunk] if trunk else []
        if rules.strategy.tag != "trunk":
            places += [tip for name, tip in push.tips.items() if _carries(name, rules)]
        where = push.trunk or "trunk"
    else:
        places, where = own, line.branch if line and line.branch else "its release branch"
        if rules.strategy.tag == "merge":
            places += [tip for name, tip in push.tips.items() if _carries(name, rules)]
    # An isolated hotfix stands on the release before it, and its branch is gone when it is tagged.
    before = [r.commit for r in (line.releases if line else ()) if r.version < version and not r.withdrawn]
    if not places and not before:
        return
    if any(graph.is_ancestor(commit, tip) for tip in places):
        return
    if rules.strategy.tag != "trunk" and any(_isolated(graph, commit, old, trunk) for old in before[:1]):
        return
    yield _found(
        "tag-place",
        update.name,
        f"{commit[:SHORT]} is not on {where}, where release {version} belongs",
        "push that branch with it, or tag what is on it",
    )


def _isolated(graph: Graph, commit: Oid, old: Oid, trunk: Oid | None) -> bool:
    """Whether a release is the one before it and work that trunk does not have."""
    own = graph.between([commit], [old])
    same = trunk is None or own == graph.between([commit], [old, trunk])
    return bool(own) and same and graph.is_ancestor(old, commit)


def _branches(line: Line | None) -> tuple[str, ...]:
    if line is None or line.branch is None:
        return ()
    return (line.branch, *line.rivals)


def _carries(branch: str, rules: PushRules) -> bool:
    role = rules.strategy.role_of(branch)
    return role is not None and role.name in ("release", "hotfix", "production", "support", "environment")


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
        yield from _merges(commits, frozenset(ahead), push.trunk or "trunk", line)
    work = [c for c in commits if len(c.parents) < 2 and not message.is_release_subject(c.subject)]
    if len(line.numbers) > 1 and _fixes_only(update.branch or "", rules):
        yield from _features(work, line, rules)
    if rules.strategy.direction == "upstream-first":
        yield from _orphans(graph, work, ahead, push.trunk or "trunk", line, rules, patch_id)


def _fixes_only(branch: str, rules: PushRules) -> bool:
    role = rules.strategy.role_of(branch) or rules.strategy.role("release")
    return role is not None and role.step == "patch"


def _merges(commits: Sequence[Commit], trunk: frozenset[Oid], name: str, line: Line) -> Iterator[Finding]:
    for commit in commits:
        if any(parent in trunk for parent in commit.parents[1:]):
            hint = f"relman backport FIX --to {line.name}"
            said = f"it merges {name} into a line that was cut"
            yield _found("merge-from-trunk", _commit(commit), said, hint, commit.id)


def _features(work: Sequence[Commit], line: Line, rules: PushRules) -> Iterator[Finding]:
    for commit in work:
        read = message.parse(commit.message)
        if bump_of(read, rules.bumps) > Bump.PATCH:
            what = "a breaking change" if read.breaking else f"a {read.type}"
            yield _found(
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
        if not known & there and not known & rules.owed:
            open_.append(commit)
    if not open_:
        return
    changes = Changes(graph, trunk[:_RECENT], patch_id)
    for commit in open_:
        if changes.like(commit.id) is not None:
            continue
        paths = graph.paths(commit.id)
        if paths and all(matches(path, rules.own) for path in paths):
            continue
        yield _found(
            "upstream-first",
            _commit(commit),
            f"nothing on {name} is this change, so the next release from there would lack it",
            f"put it on {name} first, and then: relman backport FIX --to {line.name}",
            commit.id,
        )


def messages(push: Push, graph: Graph, rules: PushRules) -> Iterator[Finding]:
    """The message rules, for commits that no branch that lasts had before."""
    lasting = [oid for name, oid in push.before.items() if rules.guards(push, name)]
    for update in push.updates:
        kept = update.commit is not None and update.old is not None and not update.forced
        if kept and update.branch and update.commit and rules.guards(push, update.branch):
            for oid in graph.between([update.commit], lasting):
                yield from commit_findings(graph.commit(oid), rules.lint)


def _accepted(rules: PushRules) -> tuple[TagFormat, ...]:
    return rules.formats.accept if rules.formats else ()


def _commit(commit: Commit) -> str:
    return f"{commit.id[:SHORT]} {commit.subject}"


def _found(rule: str, where: str, said: str, hint: str = "", commit: Oid | None = None) -> Finding:
    level: Setting = LEVELS[rule]
    return Finding(
        rule=rule,
        level="error" if level == "error" else "warning",
        where=where,
        message=said,
        hint=hint,
        commit=commit,
    )
