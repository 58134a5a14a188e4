"""What runs in production, or in another environment, and how that is known (DESIGN 2)."""

from msgspec import Struct

from relman.errors import RelmanError, usage
from relman.git.tags import made
from relman.job.chains import fetch_line, own_end, remote_end
from relman.job.clone import Clone
from relman.job.complete import check_complete
from relman.model.names import Oid
from relman.model.shared import DEPLOYMENTS, Deployed
from relman.model.tags import Release, tag_format

RECORDED = "recorded"
ASSUMED = "assumed"


class Production(Struct, frozen=True, kw_only=True):
    """The release that users of an environment meet, and how that is known."""

    release: Release
    source: str
    """`recorded`, `branch production`, `tag deployed/1.4.2`, `assumed`."""
    since: int | None = None
    """Since when, in seconds since 1970; absent where nothing tells."""
    by: str = ""
    entry: Oid | None = None
    """The entry that says so, where it was recorded."""
    closed: Deployed | None = None
    """What was deployed on top of it and is not open to users yet."""


def find_production(clone: Clone) -> Production | None:
    """The production release: recorded where the configuration says so, else assumed (DESIGN 2)."""
    how = clone.config.production
    match how.source:
        case "branch":
            return of_branch(clone, how.environment, how.branch)
        case "tags":
            return of_tags(clone, how.environment, how.tags)
        case "record":
            return of_record(clone, how.environment)
        case None if any(each.entry.environment == how.environment for each in clone.deployments):
            return of_record(clone, how.environment)
        case None if _has_environment_branch(clone):
            return of_branch(clone, how.environment, how.branch)
        case "assumed" | None:
            top = _highest(clone)
            return Production(release=top, source=ASSUMED) if top else None


def _has_environment_branch(clone: Clone) -> bool:
    """Whether the strategy has environment branches, and production's is in this clone."""
    role, branch = clone.strategy.role("environment"), clone.config.production.branch
    return role is not None and branch in role.patterns and clone.tip(branch) is not None


def production(clone: Clone) -> Production:
    """The production release; an error (usage) where there is none."""
    found = find_production(clone)
    if found is None:
        check_complete(clone)
        raise usage("there is no release yet, so nothing is in production", "relman release")
    return found


def of_record(clone: Clone, name: str) -> Production:
    """Reads the deployment record; an error (usage) where it does not tell, or names what is not to be used."""
    entries = [each for each in clone.deployments if each.entry.environment == name]
    running = next((each for each in entries if each.entry.open), None)
    if running is None:
        raise _unrecorded(clone, name, entries)
    release = clone.release(running.entry.version)
    if release is None:
        why = f"{running.entry.version} was recorded, and this clone has no such release"
        raise unknown(clone, name, why, f"git fetch {clone.remote} --tags")
    _check_usable(clone, name, release, f"relman env record {name} VERSION")
    return Production(
        release=release,
        source=RECORDED,
        since=_first(entries, running).when,
        by=running.by,
        entry=running.id,
        closed=entries[0] if not entries[0].entry.open else None,
    )


def _first(entries: list[Deployed], running: Deployed) -> Deployed:
    """The oldest of the entries, newest first, that say the same without another one in between."""
    first = running
    for each in (e for e in entries if e.entry.open):
        if each.entry.version != running.entry.version:
            break
        first = each
    return first


def _unrecorded(clone: Clone, name: str, entries: list[Deployed]) -> RelmanError:
    if entries:
        version = entries[0].entry.version
        why = f"{version} was deployed first, and is not open to users yet"
        return unknown(clone, name, why, f"relman env record {name} {version}")
    fetch = (fetch_line(clone.remote),) if clone.refs.remotes else ()
    has = own_end(clone.refs, DEPLOYMENTS) or remote_end(clone.refs, clone.remote, DEPLOYMENTS)
    why = f"nobody recorded what runs in {name}" if has else "this clone has no deployment record"
    top = _highest(clone)
    return unknown(clone, name, why, *fetch, f"relman env record {name} {top.version if top else 'VERSION'}")


def of_tags(clone: Clone, name: str, pattern: str) -> Production:
    """Reads the newest deployment tag; an error (usage) where there is none, or it names no release."""
    fmt = tag_format(pattern)
    seen = {t.name: version for t in clone.refs.tags if (version := fmt.read(t.name))}
    fetch = f"git fetch {clone.remote} --tags"
    if not seen:
        raise unknown(clone, name, f"no tag like {pattern} is in this clone", fetch)
    newest = max(made(clone.repo, tuple(seen)), key=lambda tag: (tag.when, seen[tag.name]))
    release = clone.release(str(seen[newest.name]))
    if release is None:
        raise unknown(
            clone, name, f"{newest.name} names {seen[newest.name]}, and no such release is here", fetch
        )
    _check_usable(clone, name, release)
    return Production(release=release, source=f"tag {newest.name}", since=newest.when, by=newest.by)


def of_branch(clone: Clone, name: str, branch: str) -> Production:
    """Reads the highest release on an environment branch; an error (usage) where there is none."""
    tip = clone.tip(branch)
    if tip is None:
        fetch = f"git fetch {clone.remote} --tags"
        raise unknown(clone, name, f"branch {branch} is not in this clone", fetch)
    at = next((r for r in clone.releases if r.commit == tip.commit), None)
    if at is not None:
        _check_usable(clone, name, at)
    usable = [r for r in clone.releases if not r.withdrawn]
    held = clone.graph.reachable_tags(tip.commit, {r.tag: r.commit for r in usable})
    nearest = at or next((r for r in usable if r.tag in held), None)
    if nearest is None:
        raise unknown(clone, name, f"branch {branch} holds no release", f"git fetch {clone.remote} --tags")
    last = clone.graph.commit(tip.commit)
    return Production(
        release=nearest, source=f"branch {branch}", since=last.committer.when, by=last.author.name
    )


def _check_usable(clone: Clone, name: str, release: Release, *hints: str) -> None:
    if not release.withdrawn:
        return
    below = next((r for r in clone.releases if r.sound and r.version < release.version), None)
    named = tuple(hint.replace("VERSION", str(below.version)) for hint in hints if below)
    told = f"{name} runs {release.tag}, which was withdrawn, so nothing is built on it"
    raise usage(told, *named, *((f"relman hotfix FIX --to {below.tag}",) if below else ()))


def _highest(clone: Clone) -> Release | None:
    return next((r for r in clone.releases if r.sound), None)


def unknown(clone: Clone, name: str, why: str, *ways: str) -> RelmanError:
    """Says that nobody can tell what runs in an environment, and the ways on."""
    top = _highest(clone)
    to = (f"relman hotfix FIX --to {top.tag}",) if top else ()
    return usage(f"{name} is unknown: {why}", *ways, *to)
