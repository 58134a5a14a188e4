"""What `relman check` looks at: the messages of commits, a text, a branch's name. Reads, and never asks the network."""

import re
from collections.abc import Sequence
from pathlib import Path

from relman.config.find import find_in_worktree, read_given
from relman.config.lines import standing_of
from relman.config.load import load
from relman.config.record import Config
from relman.config.rules import lint_rules
from relman.config.strategy import strategy_of
from relman.errors import usage
from relman.git.revision import resolve
from relman.job.complete import too_shallow
from relman.job.facts import Facts
from relman.model.branch_rules import BranchRules, branch_findings
from relman.model.count import commits_word
from relman.model.finding import Check
from relman.model.message_findings import commit_findings, text_findings
from relman.model.names import HEADS, Oid, short

_NOTHING = re.compile("0{40}")
"""What a forge gives for the commit before a push that made the branch."""


def check_range(facts: Facts, words: str) -> Check:
    """Checks the messages of the commits in `A..B`; `B` alone is what it has and trunk has not.

    Errors (usage): unknown revisions; a symmetric difference; a shallow clone that ends inside of the range,
    where an empty answer would pass for a good one.
    """
    if "..." in words:
        raise usage(
            f"{words} is a symmetric difference; a check wants a range",
            f"relman check --range {words.replace('...', '..')}",
        )
    start, dots, end = words.partition("..")
    tip = resolve(facts.repo, (end or "HEAD") if dots else start)
    if dots and not _NOTHING.fullmatch(start):
        return _messages(facts, tip, (resolve(facts.repo, start or "HEAD"),), words)
    return _messages(facts, tip, (facts.trunk.commit,), f"{facts.trunk_name}..{short(end or start)}")


def check_head(facts: Facts) -> tuple[Check, ...]:
    """Checks what was not shared yet: HEAD's commits that neither the remote nor trunk has, and HEAD's branch."""
    head = facts.refs.head
    if head.commit is None:
        raise usage("this repository has no commit yet", "git commit")
    tracking = f"refs/remotes/{facts.remote}/"
    shared = {b.commit for b in facts.refs.branches if b.ref.startswith(tracking)}
    on_trunk = head.ref == HEADS + facts.trunk_name
    if not on_trunk and (trunk := facts.tip(facts.trunk_name)):
        shared.add(trunk.commit)
    if not shared:
        raise usage("nothing tells which commits are new here", "relman check --range HEAD~1..HEAD")
    checks = (_messages(facts, head.commit, sorted(shared), "HEAD, not shared yet"),)
    return (*checks, check_branch(facts.config, short(head.ref), facts.trunk_name)) if head.ref else checks


def check_text(config: Config, text: str, name: str) -> Check:
    """Checks a text; `name` says what it is."""
    found = text_findings(text, name, lint_rules(config))
    return Check(what=name, findings=tuple(found))


def check_branch(config: Config, name: str, trunk: str | None = None) -> Check:
    """Checks a branch's name; a full ref is taken for its branch."""
    name = name.removeprefix(HEADS)
    trunk = config.trunk or trunk
    rules = BranchRules(names=config.branches.names, standing=standing_of(config, strategy_of(config), trunk))
    return Check(what=f"the branch name {name}", findings=tuple(branch_findings(name, rules)))


def nearby_config(start: Path, given: Path | None) -> Config:
    """The configuration of a folder that need not be in a repository: checking a text works anywhere."""
    return load(read_given(given) if given else find_in_worktree(start)).config


def _messages(facts: Facts, tip: Oid, hidden: Sequence[Oid], name: str) -> Check:
    facts.graph.reached.clear()
    commits = facts.graph.between([tip], (*hidden, *_before_rules(facts)))
    if facts.graph.reached:
        raise too_shallow(facts)
    rules = lint_rules(facts.config)
    found = [f for commit in facts.graph.commits(reversed(commits)) for f in commit_findings(commit, rules)]
    return Check(what=f"{commits_word(len(commits))} of {name}", findings=tuple(found))


def _before_rules(facts: Facts) -> tuple[Oid, ...]:
    """The commit after which messages are checked; where this clone has it not, nothing below it is here either."""
    since = facts.config.messages.since
    return (Oid(since),) if since and facts.graph.has(Oid(since)) else ()
