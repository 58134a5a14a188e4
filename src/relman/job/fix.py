"""What to ship: from the words of the command line to commits, in the order in which they are picked."""

import re
from collections.abc import Iterable, Sequence

from relman.errors import RelmanError, usage
from relman.git.revision import resolve
from relman.git.search import find_messages
from relman.job.facts import Facts
from relman.model import message
from relman.model.history import Commit
from relman.model.lines import branch_names, line_numbers
from relman.model.names import Oid, branch_ref
from relman.run.ladder import Fix

_REQUEST = re.compile(r"(?:pr:|#|!)?(\d{1,7})\Z")
_URL = re.compile(r"https?://[^\s]+/(?:pull|pulls|merge_requests|pull-requests|pullrequest)/(\d+)")
_MOST = 500
"""More commits than this are no fix; the range was surely meant otherwise."""


def find_fixes(facts: Facts, words: Sequence[str], base: Oid, mainline: int | None = None) -> tuple[Fix, ...]:
    """Gives the commits that the words name, oldest first, each once.

    `base` is the commit that the target stands on: a branch is read as its commits that are on no line and not
    there. Errors (usage): unknown words, several hits, a line, trunk or a release where a fix was meant.
    """
    found: dict[Oid, None] = {}
    for word in words:
        for oid in _commits(facts, word, base, mainline):
            found.setdefault(oid)
    if len(found) > _MOST:
        raise usage(f"{' '.join(words)} names {len(found)} commits, which is no fix", "relman next --explain")
    ordered = _in_order(facts, tuple(found))
    return tuple(_fix(facts, facts.graph.commit(oid), mainline) for oid in ordered)


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
    wanted = set(commits)
    parents = [p for oid in commits for p in facts.graph.commit(oid).parents if p not in wanted]
    sorted_ = [oid for oid in reversed(facts.graph.between(commits, parents)) if oid in wanted]
    return (*sorted_, *(oid for oid in commits if oid not in sorted_))


def _commits(facts: Facts, word: str, base: Oid, mainline: int | None) -> Iterable[Oid]:
    if ".." in word and "://" not in word:
        return _range(facts, word)
    _check_no_target(facts, word)
    asked = _URL.match(word) or (_REQUEST.match(word) if not _is_object(facts, word) else None)
    if asked:
        return _change_request(facts, int(asked[1]), word, mainline)
    if word in branch_names(facts.refs, facts.remote):
        return _branch(facts, word, base)
    return _expanded(facts, resolve(facts.repo, word), mainline)


def _range(facts: Facts, word: str) -> tuple[Oid, ...]:
    if "..." in word:
        raise usage(
            f"{word} is a symmetric difference; a fix is a range A..B",
            f"relman hotfix {word.replace('...', '..')}",
        )
    start, _, end = word.partition("..")
    commits = facts.graph.between(
        [resolve(facts.repo, end or "HEAD")], [resolve(facts.repo, start or "HEAD")]
    )
    if not commits:
        raise usage(f"the range {word} holds no commit", f"git log --oneline {word}")
    return _plain(facts, commits)


def _plain(facts: Facts, commits: Sequence[Oid]) -> tuple[Oid, ...]:
    """Leaves merges out: what they bring is in the range itself. Oldest first."""
    return tuple(oid for oid in reversed(commits) if len(facts.graph.commit(oid).parents) < 2)


def _check_no_target(facts: Facts, word: str) -> None:
    known = facts.lines.named(word)
    is_line = known is not None and known.name == word
    if word in ("trunk", "production", facts.trunk_name) or is_line or (known and line_numbers(word)):
        raise usage(f"{word} is where a fix goes, not what to ship", f"relman hotfix FIX --to {word}")
    release = facts.release(word)
    if release is not None:
        raise usage(f"{word} is a release, not a fix", f"relman hotfix FIX --to {word}")


def _is_object(facts: Facts, word: str) -> bool:
    try:
        resolve(facts.repo, word)
    except RelmanError:
        return False
    return True


def _branch(facts: Facts, name: str, base: Oid) -> tuple[Oid, ...]:
    """A branch's commits that are on no line and not below the target; merges are read as what they bring."""
    tip = facts.tip(name)
    if tip is None:
        return (resolve(facts.repo, name),)
    trunk = facts.tip(facts.trunk_name)
    ends = [end for line, _ in facts.live if (end := facts.end(line))]
    known = [base, *ends, *([trunk.commit] if trunk else [])]
    commits = facts.graph.between([tip.commit], known)
    if not commits:
        raise usage(
            f"everything on {name} is on trunk or a line already; name the commits",
            f"git log --oneline -5 {branch_ref(name)}",
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
    """Finds a change request by what its merge or squash left in trunk's messages; never asks a forge."""
    pattern = rf"(#{number}\)|request #{number}\b|!{number}\b|/{number}\b|PR {number}:)"
    hits = [
        oid
        for oid in find_messages(facts.repo, [facts.trunk.commit], pattern)
        if message.pull_request(message.parse(facts.graph.commit(oid).message)) == number
    ]
    if not hits:
        raise usage(
            f"no commit on {facts.trunk_name} says that it is change request {number} ({word})",
            f"git log --oneline --grep={number} {facts.trunk_name}",
            f"git fetch {facts.remote}",
        )
    merges = [oid for oid in hits if len(facts.graph.commit(oid).parents) > 1]
    if merges:
        return tuple(oid for merge in merges[:1] for oid in _expanded(facts, merge, mainline))
    if (
        len(hits) > 1
        and len({message.normalised_subject(message.parse(facts.graph.commit(o).message)) for o in hits}) > 1
    ):
        rows = "\n".join(f"  {oid[:10]} {facts.graph.commit(oid).subject}" for oid in hits[:10])
        raise usage(
            f"change request {number} is more than one commit:\n{rows}", f"relman hotfix {hits[0][:10]}"
        )
    return tuple(reversed(hits))
