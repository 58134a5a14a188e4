"""Whether a clone holds what an answer depends on (DESIGN 7): history, branches, tags."""

import re

from relman.errors import RelmanError, usage
from relman.git.trees import blob
from relman.job.clone import Clone

_RELEASED = re.compile(
    r"^#{1,3} \[?v?[0-9]+\.[0-9]+\.[0-9]+\]?(?:\([^)\n]*\))? ?[-–(]+ ?[0-9]{4}-[0-9]{2}-[0-9]{2}\)?",
    re.MULTILINE,
)
"""The dated heading of a release, as Keep a Changelog and the usual tools write it."""


def check_complete(clone: Clone) -> None:
    """Refuses every shallow clone, and what `check_fetched` refuses: for jobs that need all of history."""
    if clone.refs.shallow:
        raise too_shallow(clone)
    check_fetched(clone)


def check_fetched(clone: Clone) -> None:
    """Refuses where refs are missing that an answer about versions depends on (DESIGN 7)."""
    deeper = "--unshallow " if clone.refs.shallow else ""
    fetch = f"git fetch {deeper}--tags {clone.remote}"
    if "tags" in clone.missing:
        fetch = f"git config --unset-all remote.{clone.remote}.tagOpt && {fetch}"
    if "branches" in clone.missing:
        raise usage(
            "this clone does not follow every branch, so release lines may be missing",
            f"git remote set-branches {clone.remote} '*' && {fetch}",
        )
    if "tags" in clone.missing:
        raise usage("this clone was told not to fetch tags, so releases may be missing", fetch)
    if not clone.releases and clone.refs.remotes and (shown := _release_shown(clone)):
        raise usage(f"this clone has no release tag, although {shown}", fetch)


def _release_shown(clone: Clone) -> str | None:
    """What shows that there were releases: a released section of the changelog, or lines above the first."""
    tip = clone.tip(clone.trunk_name)
    path = clone.config.changelog.path
    data = blob(clone.repo, tip.commit, path) if tip and path else None
    if data and (heading := _RELEASED.search(data.decode("utf-8", "replace"))):
        return f"{path} has the section {heading[0].lstrip('# ')!r}"
    return None


def too_shallow(clone: Clone) -> RelmanError:
    """Says that history ends too early, and how to get the rest."""
    return usage(
        "this clone is shallow: the history that the answer depends on ends too early",
        f"git fetch --unshallow --tags {clone.remote}",
    )
