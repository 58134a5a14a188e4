"""Whether a clone holds what an answer depends on (DESIGN 7): history, branches, tags."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from relman.errors import RelmanError, usage
from relman.git.trees import blob

if TYPE_CHECKING:  # facts ask here, and what is asked for is read from them
    from relman.job.facts import Facts

_RELEASED = re.compile(
    r"^#{1,3} \[?v?[0-9]+\.[0-9]+\.[0-9]+\]?(?:\([^)\n]*\))? ?[-–(]+ ?[0-9]{4}-[0-9]{2}-[0-9]{2}\)?",
    re.MULTILINE,
)
"""The dated heading of a release, as Keep a Changelog and the usual tools write it."""


def check_complete(facts: Facts) -> None:
    """Refuses every shallow clone, and what `check_fetched` refuses: for jobs that need all of history."""
    if facts.refs.shallow:
        raise too_shallow(facts)
    check_fetched(facts)


def check_fetched(facts: Facts) -> None:
    """Refuses where refs are missing that an answer about versions depends on (DESIGN 7)."""
    deeper = "--unshallow " if facts.refs.shallow else ""
    fetch = f"git fetch {deeper}--tags {facts.remote}"
    if "tags" in facts.missing:
        fetch = f"git config --unset-all remote.{facts.remote}.tagOpt && {fetch}"
    if "branches" in facts.missing:
        raise usage(
            "this clone does not follow every branch, so release lines may be missing",
            f"git remote set-branches {facts.remote} '*' && {fetch}",
        )
    if "tags" in facts.missing:
        raise usage("this clone was told not to fetch tags, so releases may be missing", fetch)
    if not facts.releases and facts.refs.remotes and (shown := _release_shown(facts)):
        raise usage(f"this clone has no release tag, although {shown}", fetch)


def _release_shown(facts: Facts) -> str | None:
    """What shows that there were releases: a released section of the changelog, or lines above the first."""
    tip = facts.tip(facts.trunk_name)
    path = facts.config.changelog.path
    data = blob(facts.repo, tip.commit, path) if tip and path else None
    if data and (heading := _RELEASED.search(data.decode("utf-8", "replace"))):
        return f"{path} has the section {heading[0].lstrip('# ')!r}"
    return None


def too_shallow(facts: Facts) -> RelmanError:
    """Says that history ends too early, and how to get the rest."""
    return usage(
        "this clone is shallow: the history that the answer depends on ends too early",
        f"git fetch --unshallow --tags {facts.remote}",
    )
