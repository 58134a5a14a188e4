"""What refs and commits propose for a configuration, each setting with its evidence."""

from collections.abc import Iterator
from itertools import islice

from relman.config.record import DEFAULT_LINE_BRANCH, Config
from relman.errors import RelmanError, usage
from relman.job.facts import Facts
from relman.job.setting import Setting, some
from relman.model import message
from relman.model.lines import Line, branch_names
from relman.model.remote import USUAL
from relman.model.tags import families

_SAMPLE = 200
"""How many of the newest subjects say whether a repository writes conventional commits (DESIGN 7)."""
_HABIT = 80
"""In per cent: where fewer subjects are conventional, the rules of messages begin as warnings."""
_FEWEST = 10
"""Fewer subjects than this say nothing about a habit."""
SAID = "said on the command line"


def trunk(facts: Facts) -> Setting:
    """Which branch is trunk; an error (usage) where it cannot be told."""
    try:
        name = facts.trunk_name
    except RelmanError as error:
        raise usage(error.message, "relman init --trunk NAME") from error
    if facts.config.trunk is not None:
        why = SAID
    elif facts.refs.head.commit is None:
        why = "HEAD's branch; there is no commit yet"
    elif facts.refs.default_branch == name:
        bare = facts.repo.work_tree is None and not facts.refs.tracking(facts.remote, name)
        why = "HEAD of this bare clone" if bare else f"the default branch of {facts.remote}"
    else:
        why = "the usual name" if len(branch_names(facts.refs, facts.remote)) > 1 else "the only branch"
    return Setting(key="trunk", value=name, evidence=why)


def remote(facts: Facts) -> Iterator[Setting]:
    """Which remote counts, where that can be told."""
    known = facts.refs.remotes
    if facts.remote in known:
        others = [name for name in known if name != facts.remote]
        told = "the usual name" if facts.remote == USUAL else f"{facts.trunk_name} follows it"
        why = f"{told}; there is also {some(others)}" if others else "the only remote"
        yield Setting(key="remote", value=facts.remote, evidence=why)


def tags(facts: Facts) -> Iterator[Setting]:
    """How releases are tagged; an error (usage) where there are several families of tags."""
    names = [tag.name for tag in facts.refs.tags]
    try:
        formats = facts.formats
    except RelmanError as error:
        first = families(names)[0].prefix
        raise usage(error.message, f"relman init --tag-format '{first}{{version}}'") from error
    read = {fmt.prefix for fmt in formats.accept}
    strange = [family.releases[-1] for family in families(names) if family.prefix not in read]
    count = f"{len(facts.releases)} release" + ("s" if len(facts.releases) > 1 else "")
    newest = f"{count}, newest {facts.releases[0].tag}" if facts.releases else ""
    said = SAID if facts.config.tags.format is not None else ""
    evidence = "; ".join(filter(None, (said, newest))) or "no release yet; the usual form"
    if strange:
        evidence += f"\nnot read as releases: tags like {some(strange)}"
    yield Setting(key="tags.format", value=str(formats.write), evidence=evidence)
    others = tuple(fmt for fmt in formats.accept if fmt != formats.write)
    if others:
        older = [name for name in names if not formats.write.read(name) and any(f.read(name) for f in others)]
        yield Setting(
            key="tags.accept", value=tuple(map(str, others)), evidence=f"releases too: {some(older)}"
        )


def lines(facts: Facts) -> Iterator[Setting]:
    """How release branches are called, as the newest of them is."""
    branches = [line for line in facts.lines.all if line.branch]
    if not branches:
        why = "no release branch yet; the usual form"
        yield Setting(key="lines.branch", value=DEFAULT_LINE_BRANCH, evidence=why)
        return
    pattern = next((found for line in branches if (found := _pattern(line))), None)
    if pattern is not None:
        alike = [line.branch or "" for line in branches if _pattern(line) == pattern]
        count = f"{len(alike)} release branches" if len(alike) > 1 else "the one release branch"
        yield Setting(key="lines.branch", value=pattern, evidence=f"{count}: {some(alike)}")
    why = f"as {branches[0].branch} is named"
    yield Setting(key="lines.parts", value=facts.lines.parts, evidence=why)


def _pattern(line: Line) -> str | None:
    """A branch's name with `{line}` where the line stands; nothing where it is spelled otherwise (`1-4`)."""
    before, found, after = (line.branch or "").rpartition(line.name)
    return f"{before}{{line}}{after}" if found else None


def prerelease(facts: Facts) -> Iterator[Setting]:
    """What candidates are called, where there ever was one."""
    labels = [(c[0], r.tag) for r in facts.releases if (c := r.version.candidate) and c[0].lower() != "dev"]
    if labels:
        usual = Config().versions.prerelease
        label = usual if any(found == usual for found, _ in labels) else labels[0][0]
        named = [tag for found, tag in labels if found == label]
        why = f"{len(named)} candidates, newest {named[0]}" if len(named) > 1 else f"as in {named[0]}"
        yield Setting(key="versions.prerelease", value=label, evidence=why)


def unclassified(facts: Facts) -> Iterator[Setting]:
    """What a commit counts that is not conventional, where there are enough to tell a habit."""
    good, count = _conventional(facts)
    if count >= _FEWEST:
        value, word = ("patch", "a patch") if good * 2 < count else ("none", "nothing")
        why = f"{good} of the last {count} subjects are conventional, so any other counts as {word}"
        yield Setting(key="versions.unclassified", value=value, evidence=why)


def messages(facts: Facts) -> Iterator[Setting]:
    """The rules of messages as warnings, from now on, where people do not write by them yet."""
    good, count = _conventional(facts)
    if count < _FEWEST or good * 100 >= count * _HABIT:
        return
    share = f"{good} of the last {count} subjects are conventional, fewer than {_HABIT} %"
    why = f"{share}: the rules only warn; true refuses"
    yield Setting(key="messages.enforce", value=False, evidence=why)
    why = f"the tip of {facts.trunk_name} on the day of relman init: what it contains is not checked"
    yield Setting(key="messages.since", value=facts.trunk.commit, evidence=why)


def _conventional(facts: Facts) -> tuple[int, int]:
    """How many of the newest subjects are conventional, and of how many."""
    tip = facts.trunk.commit
    # The 200th first parent bounds the walk: it has at least so many commits above it.
    chain = list(islice(facts.graph.chain(tip), _SAMPLE + 1))
    commits = facts.graph.between([tip], chain[_SAMPLE:])[:_SAMPLE]
    plain = [c for oid in commits if len((c := facts.graph.commit(oid)).parents) < 2]
    return sum(message.parse(c.message).type is not None for c in plain), len(plain)


def unsaid(facts: Facts) -> Iterator[str]:
    """What a person should know that no key says, or that is easily overlooked."""
    if facts.refs.branches and any(setting.key == "messages.enforce" for setting in messages(facts)):
        yield "few subjects are conventional, so wrong messages are only warned about: see messages.enforce"
    known = facts.refs.remotes
    if known and facts.remote not in known:
        yield f"there are {len(known)} remotes ({some(known)}) and none is origin: set `remote` to the one that counts"
    odd = [line.branch for line in facts.lines.all if line.branch and _pattern(line) is None]
    if odd:
        yield f"release branches like {some(odd)} are read, but a new one cannot be spelled so: see lines.branch"
