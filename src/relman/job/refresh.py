"""Looks at the remote before a real run, and fetches what differs (DESIGN 5)."""

from relman.errors import RelmanError
from relman.git.remote import fetch, ls_remote
from relman.job.facts import Facts
from relman.model.names import HEADS, REMOTES, TAGS


def refresh(facts: Facts, *, push: bool) -> tuple[bool, str]:
    """Brings remote-tracking branches and missing tags up to date; local branches never move.

    Tells whether anything was fetched, and a warning. A remote that cannot be reached is an error where the
    command wants to push, else a warning.
    """
    remote = facts.remote
    if remote not in facts.refs.remotes:
        return False, ""
    try:
        there = ls_remote(facts.repo, remote)
    except RelmanError as error:
        if push:
            raise
        return (
            False,
            f"{remote} could not be asked, so the plan is made on what is here: {error.cause or error.message}",
        )
    here = {str(b.ref): b.commit for b in facts.refs.branches}
    tags = {f"{TAGS}{t.name}": t.object for t in facts.refs.tags}
    branches = [
        ref for ref, oid in there.items()
        if ref.startswith(HEADS) and here.get(f"{REMOTES}{remote}/{ref.removeprefix(HEADS)}") != oid
    ]  # fmt: skip
    missing = [ref for ref in there if ref.startswith(TAGS) and not ref.endswith("^{}") and ref not in tags]
    moved = [ref for ref, oid in there.items() if ref in tags and tags[ref] != oid]
    specs = [f"+{ref}:{REMOTES}{remote}/{ref.removeprefix(HEADS)}" for ref in branches]
    specs += [f"{ref}:{ref}" for ref in missing]
    if specs:
        fetch(facts.repo, remote, *specs)
    warning = f"{', '.join(moved[:5])} differ from {remote}'s" if moved else ""
    return bool(specs), warning
