"""What is in production, and how that is known (DESIGN 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from relman.errors import RelmanError, usage
from relman.model.tags import Release, tag_format

if TYPE_CHECKING:  # facts ask here, and what is asked for is read from them
    from relman.job.facts import Facts


class Production(Struct, frozen=True, kw_only=True):
    """The production release and how it is known."""

    release: Release
    source: str
    """`assumed`, `branch production`, `tag deployed/1.4.2`."""


def find_production(facts: Facts) -> Production | None:
    """The production release: recorded where the configuration says so, else assumed (DESIGN 2)."""
    how = facts.config.production
    match how.source:
        case "assumed":
            top = next((r for r in facts.releases if r.version.stable and not r.withdrawn), None)
            return Production(release=top, source="assumed") if top else None
        case "branch":
            return _of_branch(facts, how.branch)
        case "tags":
            fmt = tag_format(how.tags)
            seen = [(t, v) for t in facts.refs.tags if (v := fmt.read(t.name))]
            if not seen:
                raise _unknown(facts, f"no tag like {how.tags} is in this clone")
            tag, version = max(seen, key=lambda row: facts.graph.when(row[0].commit))
            release = facts.release(str(version))
            if release is None:
                raise _unknown(facts, f"{tag.name} names {version}, and no such release is here")
            return Production(release=release, source=f"tag {tag.name}")
        case "record":
            raise usage(
                "production is unknown: production.source is record, and this relman keeps no records yet",
                f"relman hotfix FIX --to {next((r.tag for r in facts.releases if r.version.stable), 'TAG')}",
                'in relman.toml, below [production]:  source = "assumed"',
            )


def production(facts: Facts) -> Production:
    """The production release; an error (usage) where there is none."""
    found = find_production(facts)
    if found is None:
        facts.check_complete()
        raise usage("there is no release yet, so nothing is in production", "relman release")
    return found


def _of_branch(facts: Facts, name: str) -> Production:
    tip = facts.tip(name)
    if tip is None:
        raise _unknown(facts, f"branch {name} is not in this clone")
    usable = [r for r in facts.releases if not r.withdrawn]
    at = next((r for r in usable if r.commit == tip.commit), None)
    held = facts.graph.reachable_tags(tip.commit, {r.tag: r.commit for r in usable})
    nearest = at or next((r for r in usable if r.tag in held), None)
    if nearest is None:
        raise _unknown(facts, f"branch {name} holds no release")
    return Production(release=nearest, source=f"branch {name}")


def _unknown(facts: Facts, why: str) -> RelmanError:
    return usage(
        f"production is unknown: {why}",
        f"git fetch {facts.remote} --tags",
        "relman hotfix FIX --to v1.4.2",
    )
