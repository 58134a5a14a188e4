"""Looks at the remote before a real run, and fetches what differs (DESIGN 5)."""

from collections.abc import Mapping

from relman.errors import RelmanError
from relman.git.remote import fetch, ls_remote
from relman.job.facts import Facts
from relman.model.names import HEADS, REMOTES, TAGS, Oid, RefName
from relman.model.tags import tag_format

_MANY = 200
"""Above this everything is fetched by pattern: argument lists are bounded."""


def refresh(facts: Facts, *, push: bool) -> tuple[bool, str]:
    """Brings remote-tracking branches and missing release tags up to date; local branches never move.

    Tells whether anything was fetched, and a warning. A remote that cannot be reached, or that does not give
    what it has, is an error where the command wants to push, else a warning.
    """
    remote = facts.remote
    if remote not in facts.refs.remotes:
        return False, ""
    try:
        there = ls_remote(facts.repo, remote)
        specs = _wanted(facts, there)
        if specs:
            fetch(facts.repo, remote, *specs)
    except RelmanError as error:
        if push:
            raise
        why = " ".join((error.cause or error.message).split())
        return False, f"{error.message}, so the plan is made on what is here: {why}"
    here = {f"{TAGS}{t.name}": t.object for t in facts.refs.tags}
    moved = [ref.removeprefix(TAGS) for ref, oid in there.items() if ref in here and here[ref] != oid]
    if not moved:
        return bool(specs), ""
    names = ", ".join(moved[:5]) + (f" and {len(moved) - 5} more" if len(moved) > 5 else "")
    return bool(
        specs
    ), f"{names}: this clone and {remote} disagree what that is (git ls-remote --tags {remote})"


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


def _counts(facts: Facts, tag: str, known: set[str]) -> bool:
    """Whether a tag is missing here and says something about releases; others are not relman's to fetch."""
    if tag in known:
        return False
    formats = facts.formats.accept
    if facts.config.production.source == "tags":
        formats = (*formats, tag_format(facts.config.production.tags))
    return not facts.releases or any(fmt.read(tag) is not None for fmt in formats)
