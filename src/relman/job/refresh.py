"""Looks at the remote before a real run, and fetches what differs (DESIGN 5)."""

from collections.abc import Mapping, Sequence
from shlex import quote

from msgspec import Struct

from relman.errors import RelmanError
from relman.git.remote import fetch, ls_remote
from relman.job.facts import Facts
from relman.model.names import HEADS, REMOTES, TAGS, Oid, RefName
from relman.model.shared import FETCHED, SHARED, fetched_ref, refspec
from relman.model.tags import tag_format
from relman.plan.plan import Plan, Warn

_MANY = 200
"""Above this everything is fetched by pattern: argument lists are bounded."""


class Looked(Struct, frozen=True, kw_only=True):
    """What a look at the remote brought: whether anything was fetched, and why it brought nothing."""

    fetched: bool = False
    warning: str = ""
    differ: tuple[str, ...] = ()
    """Tags that are something else there."""


def refresh(facts: Facts, *, push: bool) -> Looked:
    """Brings remote-tracking branches, shared records and missing release tags up to date.

    Local branches never move, nor does what was recorded here.

    A remote that cannot be reached, or that does not give what it has, is an error where the command wants to
    push, else a warning.
    """
    remote = facts.remote
    if remote not in facts.refs.remotes:
        return Looked()
    try:
        there = ls_remote(facts.repo, remote)
        specs = _wanted(facts, there)
        records, gone = _records(facts, there)
        if specs or (records and not gone):
            fetch(facts.repo, remote, *specs, *(() if gone else records))
        if gone:
            fetch(facts.repo, remote, *records, prune=True)
    except RelmanError as error:
        if push:
            raise
        why = " ".join((error.cause or error.message).split())
        return Looked(warning=f"{error.message}, so the plan is made on what is here: {why}")
    here = {f"{TAGS}{t.name}": t.object for t in facts.refs.tags}
    differ = tuple(ref.removeprefix(TAGS) for ref, oid in there.items() if ref in here and here[ref] != oid)
    return Looked(fetched=bool(specs or records), differ=differ)


def differing(facts: Facts, plan: Plan, tags: Sequence[str]) -> tuple[Warn, ...]:
    """Warns of tags that are something else on the remote.

    It is a refusal (`tag-differs`) where the plan pushes what was built on one of them: what it relied on, or
    a release of a line that it releases. What only takes something back is never refused.
    """
    relied = _relied(facts, plan) if plan.pushes() and plan.operation != "undo" else frozenset()
    remote = facts.remote
    found = [
        Warn(
            message=f"{tag} is something else on {remote}, and this would publish what was built on the one here",
            rule="tag-differs",
            hint=f"git fetch {quote(remote)} {quote(f'+{TAGS}{tag}:{TAGS}{tag}')}",
        )
        for tag in tags
        if tag in relied
    ]
    rest = [tag for tag in tags if tag not in relied]
    if rest:
        names = ", ".join(rest[:5]) + (f" and {len(rest) - 5} more" if len(rest) > 5 else "")
        look = f"git ls-remote --tags {remote}"
        found.append(Warn(message=f"{names}: this clone and {remote} disagree what that is ({look})"))
    return tuple(found)


def _relied(facts: Facts, plan: Plan) -> frozenset[str]:
    """The tags that a plan is built on, and every release of the lines that it is about."""
    pushed = [move.ref.removeprefix(TAGS) for push in plan.pushes() for move in push.moves]
    versions = [v for name in pushed for fmt in facts.formats.accept if (v := fmt.read(name))]
    lines = {target.line for target in plan.targets} | {
        line.name for version in versions if (line := facts.lines.of(version))
    }
    expected = {e.ref.removeprefix(TAGS) for e in plan.expects if e.ref.startswith(TAGS)}
    return frozenset(expected.union(r.tag for x in facts.lines.all if x.name in lines for r in x.releases))


def _wanted(facts: Facts, there: Mapping[RefName, Oid]) -> list[str]:
    """The refspecs of branches that differ and of tags that are missing."""
    known = {str(b.ref): b.commit for b in facts.refs.branches}
    prefix = f"{REMOTES}{facts.remote}/"
    narrow = "branches" in facts.missing  # this clone was told to follow few branches
    branches = [
        ref
        for ref, oid in there.items()
        if ref.startswith(HEADS)
        and known.get(f"{prefix}{ref.removeprefix(HEADS)}") != oid
        and not (narrow and f"{prefix}{ref.removeprefix(HEADS)}" not in known)
    ]
    tags = {t.name for t in facts.refs.tags}
    missing = [ref for ref in there if ref.startswith(TAGS) and _counts(facts, ref.removeprefix(TAGS), tags)]
    if len(branches) > _MANY and not narrow:
        specs = [f"+{HEADS}*:{prefix}*"]
    else:
        specs = [f"+{ref}:{prefix}{ref.removeprefix(HEADS)}" for ref in branches]
    return specs + ([f"{TAGS}*:{TAGS}*"] if len(missing) > _MANY else [f"{ref}:{ref}" for ref in missing])


def _records(facts: Facts, there: Mapping[RefName, Oid]) -> tuple[tuple[str, ...], bool]:
    """The refspec of the shared records where they differ, and whether one is gone there."""
    remote = facts.remote
    shown = {fetched_ref(remote, ref): oid for ref, oid in there.items() if ref.startswith(SHARED)}
    known = {ref: oid for ref, oid in facts.refs.shared.items() if ref.startswith(f"{FETCHED}{remote}/")}
    return ((refspec(remote),) if shown != known else ()), bool(known.keys() - shown.keys())


def _counts(facts: Facts, tag: str, known: set[str]) -> bool:
    """Whether a tag is missing here and says something about releases; others are not relman's to fetch."""
    if tag in known:
        return False
    formats = facts.formats.accept
    if facts.config.production.source == "tags":
        formats = (*formats, tag_format(facts.config.production.tags))
    return not facts.releases or any(fmt.read(tag) is not None for fmt in formats)
