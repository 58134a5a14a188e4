"""What a release says about those that were withdrawn: in its proof, in its warnings, in the changelog."""

from shlex import quote

from relman.job.facts import Facts
from relman.model.names import Oid
from relman.model.tags import Release
from relman.notes.text import markdown, one_line
from relman.plan.plan import Warn


def why(facts: Facts, release: Release) -> str:
    """The reason in brackets, after a blank; nothing where none was given."""
    known = facts.withdrawals.get(str(release.version))
    return f" ({known.entry.reason})" if known and known.entry.reason else ""


def marks(facts: Facts) -> tuple[tuple[str, str], ...]:
    """The versions that a changelog marks, each with its reason as Markdown."""
    return tuple(
        (version, markdown(one_line(known.entry.reason)) or "do not use this release")
        for version, known in facts.withdrawals.items()
    )


def holding_withdrawn(facts: Facts, tag: str, base: Release | None, start: Oid) -> tuple[Warn, ...]:
    """Says which withdrawn releases come along: what was wrong with them must be mended by what follows."""
    bad = {r.tag: r for r in facts.releases if r.withdrawn and r.version.stable}
    if not bad:
        return ()
    commits = {name: r.commit for name, r in bad.items()}
    held = facts.graph.reachable_tags(start, commits)
    before = facts.graph.reachable_tags(base.commit, commits) if base else frozenset()
    return tuple(
        Warn(
            message=f"{tag} holds what {name} brought, which was withdrawn{why(facts, bad[name])}",
            hint=f"git log --oneline {quote(f'{name}..{start[:10]}')}",
        )
        for name in bad
        if name in held and name not in before
    )
