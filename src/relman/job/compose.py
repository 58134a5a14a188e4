"""What `relman commit` needs to know: the types and scopes of this project, and what is wrong with a message."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice

from msgspec import Struct

from relman.config.rules import lint_rules
from relman.errors import usage
from relman.git.commit import has_staged
from relman.job.facts import Facts
from relman.model.branch_words import BranchWords, branch_words
from relman.model.finding import Check
from relman.model.history import Commit
from relman.model.message import parse, scopes
from relman.model.message_findings import text_findings
from relman.model.message_rules import CONVENTIONAL_TYPES, Situation
from relman.model.names import short

_SAMPLE = 300
"""How many of the newest commits say which types and scopes are used."""
_SHOWN = 12
ABOUT = {
    "feat": "something new for users",
    "fix": "something that was wrong",
    "docs": "documentation only",
    "refactor": "the same behaviour, other code",
    "perf": "faster, or smaller",
    "test": "tests only",
    "build": "the build, or dependencies",
    "ci": "the pipeline",
    "style": "layout of code only",
    "chore": "upkeep",
    "revert": "takes a commit back",
}
"""What the conventional types are for, in a few words."""


class Usual(Struct, frozen=True, kw_only=True):
    """The types, most used first; the scopes that go with each type, most used first; what the branch says."""

    types: tuple[str, ...]
    scopes: dict[str, tuple[str, ...]]
    branch: BranchWords


def usual(facts: Facts) -> Usual:
    """Reads what is usual here from the configuration, the history and the branch's name."""
    messages = facts.config.messages
    kinds: Counter[str] = Counter()
    used: dict[str, Counter[str]] = {}
    for commit in _newest(facts):
        read = parse(commit.message)
        if read.type and len(commit.parents) < 2:
            kinds[read.type] += 1
            used.setdefault(read.type, Counter()).update(scopes(read))
    known = messages.types or CONVENTIONAL_TYPES
    names = sorted(known, key=lambda kind: (-kinds[kind], list(ABOUT).index(kind) if kind in ABOUT else 99))
    if messages.scopes:
        by_type = {
            kind: tuple(sorted(messages.scopes, key=lambda s: -used.get(kind, Counter())[s]))
            for kind in names
        }
    else:
        by_type = {kind: tuple(s for s, _ in used.get(kind, Counter()).most_common(_SHOWN)) for kind in names}
    ref = facts.refs.head.ref
    said = branch_words(short(ref), types=known, scopes=messages.scopes) if ref else BranchWords()
    return Usual(types=tuple(names), scopes=by_type, branch=said)


def check_committable(facts: Facts) -> None:
    """Refuses (usage) where git would have nothing to commit, before anybody is asked for words."""
    if facts.repo.work_tree is None:
        raise usage("this is a bare repository: there is nothing to commit from", "git clone REPOSITORY DIR")
    if not has_staged(facts.repo):
        raise usage("nothing is staged", "git add -p", "relman commit --all")


def check_message(facts: Facts, text: str) -> Check:
    """What the project's rules say about the message."""
    found = text_findings(text, "the message", lint_rules(facts.config), Situation(merge=False, local=True))
    return Check(what="the message", findings=tuple(found))


def _newest(facts: Facts) -> Iterator[Commit]:
    head = facts.refs.head.commit
    if head is None:
        return
    # The first parent that far down bounds the walk: it has at least so many commits above it.
    chain = list(islice(facts.graph.chain(head), _SAMPLE + 1))
    yield from facts.graph.commits(facts.graph.between([head], chain[_SAMPLE:])[:_SAMPLE])
