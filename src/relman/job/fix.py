"""What to ship: from the words of the command line to commits, in the order in which they are picked."""

import re
from collections.abc import Iterable, Sequence
from shlex import quote

from msgspec.structs import replace

from relman.errors import RelmanError, usage
from relman.git.revision import resolve
from relman.git.search import find_messages
from relman.job.environments import named
from relman.job.facts import Facts
from relman.model import message
from relman.model.history import Commit
from relman.model.lines import line_numbers
from relman.model.names import HEADS, REMOTES, Oid, branch_ref
from relman.run.ladder import Fix

_REQUEST = re.compile(r"(?:(?:pr|mr):[#!]?|#|!)?([1-9]\d{0,8})\Z", re.IGNORECASE)
_URL = re.compile(
    r"https?://\S+?/(?:pull|pulls|merge_requests|pull-requests|pullrequest)/(\d{1,9})(?:[/?#]\S*)?\Z"
)
_COMMIT_URL = re.compile(r"https?://\S+?/commits?/([0-9a-f]{7,40})(?:[/?#]\S*)?\Z")
_ISSUE = re.compile(r"[A-Z][A-Z0-9_]{1,20}-[0-9]{1,9}\Z")
_MOST = 500
"""More commits than this are no fix; the range was surely meant otherwise."""
_SHOWN = 10
_READ = 5000
"""How many messages that hold a number somewhere are read for what they say about it."""


def find_fixes(
    facts: Facts, words: Sequence[str], bases: Sequence[Oid], mainline: int | None = None
) -> tuple[Fix, ...]:
    """Gives the commits that the words name, oldest first, each once.

    `bases` are the commits that the targets stand on: a branch is read as its commits that are on no line and
    not there. Errors (usage): unknown words, several hits, a line, trunk or a release where a fix was meant.
    """
    found: dict[Oid, str | None] = {}
    for word in words:
        branch = _branch_named(facts, word)
        for oid in _commits(facts, word, branch, bases, mainline):
            found.setdefault(oid, branch[0] if branch else None)
    if len(found) > _MOST:
        raise usage(f"{' '.join(words)} names {len(found)} commits, which is no fix", "relman next --explain")
    ordered = _in_order(facts, tuple(found))
    return tuple(
        replace(_fix(facts, facts.graph.commit(oid), mainline), branch=found[oid]) for oid in ordered
    )


def follow_ups(facts: Facts, commits: Sequence[Oid], tip: Oid) -> tuple[Oid, ...]:
    """Commits below the tip that say they revert or mend one of these, or then one of those.

    `commits` are in topological order, oldest first.
    """
    found: dict[Oid, None] = {}
    there = facts.graph.ancestors(commits, tip)
    asked = [oid for oid in commits if oid in there]
    while asked:
        named = "|".join(oid[:7] for oid in asked)
        pattern = rf"(reverts?|fixe[sd]|reapplies)[: ].*({named})"
        # What follows any of them is not below the oldest.
        hits = find_messages(facts.repo, [tip], pattern, without=asked[:1])
        fresh = [oid for oid in hits if oid not in found and _follows(facts, oid, asked)]
        found |= dict.fromkeys(fresh)
        asked = fresh[::-1]
    return tuple(found)


def _follows(facts: Facts, oid: Oid, commits: Iterable[Oid]) -> bool:
    read = message.parse(facts.graph.commit(oid).message)
    named = (*message.reverted(read).commits, *message.fixes(read))
    return any(commit.startswith(name) for commit in commits for name in named)


def _fix(facts: Facts, commit: Commit, mainline: int | None) -> Fix:
    if facts.graph.is_shallow_boundary(commit.id):
        raise usage(
            f"{commit.id[:10]} cannot be picked: this shallow clone lacks its parent",
            f"git fetch --unshallow {facts.remote}",
        )
    return Fix(commit=commit, mainline=mainline if len(commit.parents) > 1 else None)


def _in_order(facts: Facts, commits: tuple[Oid, ...]) -> tuple[Oid, ...]:
    """Sorts commits topologically, parents first; what git gives for a handful of them is cheap."""
    if len(commits) < 2:
        return commits
    graph, wanted = facts.graph, set(commits)
    below = {p for oid in commits for p in graph.commit(oid).parents} - wanted
    # What is hidden stands below another one: then the walk has to begin at the oldest of them.
    while lost := wanted.difference(listed := graph.between(commits, below)):
        below = set(graph.commit(min(lost, key=graph.when)).parents)
    return tuple(oid for oid in reversed(listed) if oid in wanted)


def _commits(
    facts: Facts, word: str, branch: tuple[str, Oid] | None, bases: Sequence[Oid], mainline: int | None
) -> Iterable[Oid]:
    if ".." in word and "://" not in word:
        return _range(facts, word)
    _check_no_target(facts, word, branch)
    if branch is not None:
        return _branch(facts, *branch, bases)
    if by_url := _COMMIT_URL.match(word):
        return _expanded(facts, resolve(facts.repo, by_url[1]), mainline)
    by_url = _URL.match(word)
    if asked := by_url or (_REQUEST.match(word) if not _is_object(facts, word) else None):
        return _change_request(facts, int(asked[1]), word, mainline)
    if _ISSUE.match(word) and not _is_object(facts, word):
        return _issue(facts, word)
    return _expanded(facts, resolve(facts.repo, word), mainline)


def _range(facts: Facts, word: str) -> tuple[Oid, ...]:
    if "..." in word:
        raise usage(
            f"{word} is a symmetric difference; a fix is a range A..B",
            f"relman hotfix {quote(word.replace('...', '..'))}",
        )
    start, _, end = word.partition("..")
    commits = facts.graph.between(
        [resolve(facts.repo, end or "HEAD")], [resolve(facts.repo, start or "HEAD")]
    )
    if not commits:
        raise usage(f"the range {word} holds no commit", f"git log --oneline {quote(word)}")
    return _plain(facts, commits)


def _plain(facts: Facts, commits: Sequence[Oid]) -> tuple[Oid, ...]:
    """Leaves merges out: what they bring is in the range itself. Oldest first."""
    return tuple(oid for oid in reversed(commits) if len(facts.graph.commit(oid).parents) < 2)


def _check_no_target(facts: Facts, word: str, branch: tuple[str, Oid] | None) -> None:
    name = branch[0] if branch else word
    known = facts.lines.named(name)
    is_line = known is not None and (name in (known.name, known.branch) or line_numbers(name) is not None)
    where = {"production", "trunk", facts.trunk_name}
    where |= {facts.config.production.branch} if facts.config.production.source == "branch" else set()
    if name in where or is_line or named(facts, name):
        job = "backport" if name in ("trunk", facts.trunk_name) else "hotfix"
        raise usage(f"{word} is where a fix goes, not what to ship", f"relman {job} FIX --to {quote(name)}")
    release = facts.release(word) if branch is None else None
    if release is not None:
        raise usage(f"{word} is a release, not a fix", f"relman hotfix FIX --to {quote(word)}")


def _is_object(facts: Facts, word: str) -> bool:
    try:
        resolve(facts.repo, word)
    except RelmanError as e:
        # An ambiguous id is an object that was named too shortly, not a number.
        return "ids; type more" in e.message
    return True


def _branch_named(facts: Facts, word: str) -> tuple[str, Oid] | None:
    """Finds a branch by any of the names that git takes for it; gives its short name and where it stands."""
    local = facts.refs.local(word.removeprefix(HEADS).removeprefix("heads/"))
    if local is not None or not word.startswith((REMOTES, f"{facts.remote}/", f"remotes/{facts.remote}/")):
        name = word.removeprefix(HEADS).removeprefix("heads/")
        tip = facts.tip(name)
        return (name, tip.commit) if tip else None
    name = word.removeprefix("refs/").removeprefix("remotes/").removeprefix(f"{facts.remote}/")
    tracked = facts.refs.tracking(facts.remote, name)
    return (name, tracked.commit) if tracked else None


def _branch(facts: Facts, name: str, tip: Oid, bases: Sequence[Oid]) -> tuple[Oid, ...]:
    """A branch's commits that are on no line and not below a target; merges are read as what they bring."""
    ends = {end for line in facts.lines.all if (end := facts.line_end(line))}
    newest = {line.newest.commit for line in facts.lines.all if line.newest}
    commits = facts.graph.between([tip], {*bases, *ends, *newest, facts.trunk.commit})
    if not commits:
        raise usage(
            f"everything on {name} is on trunk or a line already; name the commits",
            f"git log --oneline -5 {quote(branch_ref(name))}",
        )
    return _plain(facts, commits)


def _expanded(facts: Facts, oid: Oid, mainline: int | None) -> tuple[Oid, ...]:
    """A merge stands for the commits that it brought, unless `--mainline` says to take it whole."""
    parents = facts.graph.commit(oid).parents
    if len(parents) < 2 or mainline is not None:
        return (oid,)
    brought = _plain(facts, facts.graph.between(parents[1:], parents[:1]))
    if not brought:
        raise usage(f"{oid[:10]} is a merge that brought nothing of its own", f"git show {oid[:10]}")
    return brought


def _change_request(facts: Facts, number: int, word: str, mainline: int | None) -> tuple[Oid, ...]:
    """Finds a change request by what its merge or squash left in messages, trunk's first; never asks a forge."""
    hits = _requested(facts, number, [facts.trunk.commit], ())
    if not hits:
        others = {b.commit for b in facts.refs.branches} - {facts.trunk.commit}
        hits = _requested(facts, number, others, [facts.trunk.commit])
    if not hits:
        raise usage(
            f"no commit here says that it is change request {number} ({word})",
            f"git log --oneline --grep={number} {facts.trunk_name}",
            f"git fetch {facts.remote}",
        )
    merges = [oid for oid in hits if len(facts.graph.commit(oid).parents) > 1]
    if merges:
        return tuple(_expanded(facts, merges[0], mainline))
    return _one(facts, hits, f"change request {number}")


def _requested(facts: Facts, number: int, tips: Iterable[Oid], without: Iterable[Oid]) -> list[Oid]:
    pattern = rf"(request #|pr #|[(]#|[(](pr|pull request) [#!]?|!|/|pr ){number}([^0-9]|$)"
    return [
        oid
        for oid in find_messages(facts.repo, tips, pattern, without=without, most=_READ)
        if message.pull_request(message.parse(facts.graph.commit(oid).message)) == number
    ]


def _issue(facts: Facts, key: str) -> tuple[Oid, ...]:
    """Finds the commit on trunk that names an issue of a tracker as its own."""
    hits = [
        oid
        for oid in find_messages(facts.repo, [facts.trunk.commit], rf"(^|[^A-Z0-9-]){key}([^0-9]|$)")
        if key in message.references(message.parse(facts.graph.commit(oid).message))
    ]
    if not hits:
        raise usage(f"no commit on {facts.trunk_name} refers to {key}", f"git log --oneline --grep={key}")
    return _one(facts, hits, key)


def _one(facts: Facts, hits: Sequence[Oid], what: str) -> tuple[Oid, ...]:
    """Takes a single hit, or the oldest where the others are its ports; lists them otherwise."""
    commits = [facts.graph.commit(oid) for oid in hits]
    if len({_alike(commit) for commit in commits}) == 1:
        return (hits[-1],)
    rows = "\n".join(f"  {c.id[:10]} {c.subject}" for c in commits[:_SHOWN])
    more = f"\n  and {len(hits) - _SHOWN} more" if len(hits) > _SHOWN else ""
    every = " ".join(c.id[:10] for c in reversed(commits[:_SHOWN]))
    raise usage(f"{what} is more than one commit:\n{rows}{more}", f"relman hotfix {every}")


def _alike(commit: Commit) -> tuple[str, int, str]:
    subject = message.normalised_subject(message.parse(commit.message))
    return commit.author.email, commit.author.when, subject
