"""Where the repository stands: trunk, production, every live line, what is open."""

from collections import Counter

from msgspec import Struct

from relman.job.facts import Facts, Production
from relman.model import message
from relman.model.cut import meet
from relman.model.lines import TRUNK, Line
from relman.model.names import Oid
from relman.model.next import Next
from relman.model.tags import Release
from relman.plan.plan import Debt


class LineStatus(Struct, frozen=True, kw_only=True):
    """One live line."""

    line: Line
    reason: str
    tip: Oid | None
    next: Next
    debts: tuple[Debt, ...]


class Status(Struct, frozen=True, kw_only=True):
    """The whole answer of `relman status`."""

    trunk: str
    head: Oid
    next: Next
    by_kind: dict[str, int]
    production: Production | None
    lines: tuple[LineStatus, ...]
    warnings: tuple[str, ...]
    assumptions: tuple[str, ...]
    fetched_at: int | None


def read_status(facts: Facts) -> Status:
    """Reads everything that `status` says, without the network."""
    coming = facts.next(TRUNK)
    rows = []
    for line, reason in facts.live:
        rows.append(
            LineStatus(
                line=line,
                reason=reason,
                tip=facts.line_tip(line),
                next=facts.next(line.name),
                debts=isolated_debts(facts, line),
            )
        )
    return Status(
        trunk=facts.trunk_name,
        head=facts.trunk.commit,
        next=coming,
        by_kind=by_kind(facts, coming.unreleased),
        production=facts.find_production(),
        lines=tuple(rows),
        warnings=warnings(facts),
        assumptions=assumptions(facts),
        fetched_at=facts.refs.fetched_at,
    )


def by_kind(facts: Facts, commits: tuple[Oid, ...]) -> dict[str, int]:
    """Counts commits by type, most frequent first; merges are left out, unparsable ones are `unclassified`."""
    kinds: Counter[str] = Counter()
    for oid in commits:
        commit = facts.graph.commit(oid)
        read = message.parse(commit.message)
        if len(commit.parents) < 2:
            kinds["breaking" if read.breaking else read.type or "unclassified"] += 1
    return dict(sorted(kinds.items(), key=lambda row: (-row[1], row[0])))


def isolated_releases(facts: Facts, line: Line) -> tuple[Release, ...]:
    """Stable releases of a line that its branch does not contain: hotfixes made from a tag, lowest first.

    Only releases above the newest one that the branch contains are debts; older ones were superseded.
    """
    tip = facts.line_tip(line)
    if tip is None:
        return ()
    missing: list[Release] = []
    for release in line.releases:
        if not release.version.stable or release.withdrawn:
            continue
        if facts.graph.is_ancestor(release.commit, tip):
            break
        if meet(facts.graph, release.commit, tip) is not None:
            missing.append(release)
    return tuple(reversed(missing))


def isolated_debts(facts: Facts, line: Line) -> tuple[Debt, ...]:
    """Names the isolated releases that a line's branch still lacks."""
    return tuple(
        Debt(
            commit=r.commit,
            subject=f"release {r.tag}",
            missing_on=(line.branch or line.name,),
            settle=f"relman release {line.name}",
        )
        for r in isolated_releases(facts, line)
    )


def warnings(facts: Facts) -> tuple[str, ...]:
    """What a person should know before they trust the rest."""
    said = list(facts.twins())
    for line, _ in facts.live:
        tip = facts.tip(line.branch) if line.branch else None
        if tip and tip.state == "behind":
            said.append(f"{line.branch} is behind {tip.tracking}; relman takes the remote's")
    return tuple(said)


def assumptions(facts: Facts) -> tuple[str, ...]:
    """What was detected because nothing configures it."""
    said = []
    if facts.config.trunk is None:
        said.append(f"trunk is {facts.trunk_name}")
    if facts.config.tags.format is None:
        said.append(f"releases are tagged {facts.formats.write} ({facts.formats.evidence})")
    return tuple(said)
