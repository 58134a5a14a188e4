"""Going back to an older release: what may be gone back to, and what lies between."""

from shlex import quote

from relman.errors import Kind, RelmanError, usage
from relman.job.facts import Facts
from relman.model.tags import Release
from relman.plan.plan import Warn

RULE = "withdrawn"


def find_release(facts: Facts, word: str, again: str) -> Release:
    """The release that a person names by version or tag; `again` is the command up to it. Error (usage): none."""
    found = facts.release(word)
    if found is None:
        near = next((r for r in facts.releases if r.sound), None)
        known = f"; the highest is {near.tag}" if near else ""
        raise usage(
            f"there is no release {word}, so no tag says what it is{known}",
            f"git fetch {facts.remote} --tags" if facts.refs.remotes else "relman status",
            *((f"{again} {near.version}",) if near else ()),
        )
    return found


def check_usable(release: Release) -> None:
    """Refuses a release that was withdrawn: nothing goes back to it, and nothing runs it again."""
    if release.withdrawn:
        raise RelmanError(
            Kind.REFUSED,
            f"{release.tag} was withdrawn, and is never deployed again",
            hints=(f"relman withdraw {release.version} --undo",),
        )


def crossed(facts: Facts, back_to: Release, since: Release) -> tuple[Release, ...]:
    """The withdrawn releases between two: what is below the newer one and contains the older one."""
    if back_to.version >= since.version:
        return ()
    return tuple(
        r
        for r in facts.releases
        if r.withdrawn
        and r.commit not in (back_to.commit, since.commit)
        and back_to.version < r.version < since.version
        and facts.graph.is_ancestor(r.commit, since.commit)
        and facts.graph.is_ancestor(back_to.commit, r.commit)
    )


def rolled_back(facts: Facts, back_to: Release, since: Release | None) -> tuple[Warn, ...]:
    """Refuses (rule `withdrawn`) to go back across a withdrawn release: what it left behind may not fit the older."""
    found = crossed(facts, back_to, since) if since else ()
    if not found or since is None:
        return ()
    names = " and ".join(r.tag for r in reversed(found))
    return (
        Warn(
            message=f"going back from {since.tag} to {back_to.tag} goes back across {names}, which was withdrawn: "
            "see whether what it changed outside the code (data, settings) fits the older release",
            rule=RULE,
            hint=f"git log --oneline {quote(f'{back_to.tag}..{since.tag}')}",
        ),
    )
