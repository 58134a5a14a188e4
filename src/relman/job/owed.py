"""What is left after a fix got out: who lacks it, what mends or reverts it, what stays behind on trunk."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from shlex import quote

from relman.job.facts import Facts
from relman.job.fix import follow_ups
from relman.job.standing import held, line_has, own_part, standing_changes
from relman.job.strategy import only_released
from relman.job.target import Spot
from relman.model import message
from relman.model.equivalence import Changes
from relman.model.history import Commit
from relman.model.lines import TRUNK
from relman.model.names import Oid, is_oid
from relman.model.reverts import cancel
from relman.plan.plan import Debt, Warn

_LASTING = re.compile(r"(?:(?:pr|mr):[#!]?)?\d+\Z|https?://\S+\Z|[0-9a-f]{7,40}\Z", re.IGNORECASE)
"""Words for a fix that mean the same for ever."""
_RECENT = 2000
"""More commits of a line than this are not asked one by one what they carry."""


def debts(
    facts: Facts,
    fixes: Sequence[Commit],
    reached: Collection[str],
    isolated: Sequence[tuple[str, str, str]],
    words: Sequence[str],
) -> tuple[Debt, ...]:
    """What lacks the fixes afterwards: trunk, the live lines that are no target, the branch beside an isolated tag.

    `reached` are the targets' lines, `isolated` rows of line, branch and tag, `words` what the person typed.
    """
    ends = (facts.line_end(line) for line, _ in facts.live if line.name not in reached)
    for end in (facts.trunk.commit, *filter(None, ends)):
        facts.graph.ancestors([fix.id for fix in fixes], end)  # one walk for all of them
    rows = [row for fix in fixes if (row := _debt(facts, fix, reached, words))]
    return (*rows, *isolated_debts(fixes[0], isolated))


def isolated_debts(fix: Commit, isolated: Sequence[tuple[str, str, str]]) -> tuple[Debt, ...]:
    """The branches that lack a release that was made beside them; rows of line, branch and tag."""
    return tuple(
        Debt(commit=fix.id, subject=f"release {tag}", missing_on=(branch,), settle=f"relman forward {line}")
        for line, branch, tag in isolated
    )


def _debt(facts: Facts, fix: Commit, reached: Collection[str], words: Sequence[str]) -> Debt | None:
    missing = []
    trunk = facts.trunk.commit
    if TRUNK not in reached and held(facts, trunk, fix) is None and _concerns(facts, trunk, fix):
        missing.append(facts.trunk_name)
    for line, _ in facts.live:
        if line.name in reached or line_has(facts, line, fix):
            continue
        end = facts.line_end(line) or (line.newest.commit if line.newest else None)
        if end is None or _concerns(facts, end, fix):
            missing.append(line.name)
    if not missing:
        return None
    # Branches and ranges mean something else afterwards: what they name is on a line then.
    named = " ".join(words) if all(_LASTING.match(word) for word in words) else fix.id[:10]
    return Debt(
        commit=fix.id,
        subject=fix.subject,
        missing_on=tuple(missing),
        settle=" && ".join(_commands(facts, named, missing)),
    )


def _commands(facts: Facts, named: str, missing: Sequence[str]) -> Iterator[str]:
    """What brings a fix to where it is missing: a hotfix where the strategy lets a line have nothing else."""
    known = {name: facts.lines.named(name) for name in missing}
    released = [name for name, line in known.items() if line and only_released(facts, line)]
    for job, names in (("backport", [n for n in missing if n not in released]), ("hotfix", released)):
        if names:
            yield f"relman {job} {named} {' '.join(f'--to {quote(name)}' for name in names)}"


def _concerns(facts: Facts, end: Oid, fix: Commit) -> bool:
    """Whether a place needs a fix at all: it needs no revert of what it does not have."""
    named = message.reverted(message.parse(fix.message)).commits
    undone = [Oid(name) for name in named if is_oid(name) and facts.graph.has(Oid(name))]
    if not undone or len(undone) < len(named):
        return True
    return any(held(facts, end, facts.graph.commit(oid)) is not None for oid in undone)


def follow_up_warnings(
    facts: Facts, fixes: Sequence[Commit], starts: Mapping[str, Oid], words: Sequence[str], job: str
) -> tuple[Warn, ...]:
    """Names commits on trunk that revert or mend one of the fixes, and that a target lacks.

    `starts` gives the commit that each target's line stands on, `words` what the person typed.
    """
    ids = [fix.id for fix in fixes]
    found = [oid for oid in follow_ups(facts, ids, facts.trunk.commit) if oid not in ids]
    if not found:
        return ()
    gone = cancel(facts.graph, (*found, *reversed(ids))).removed
    warnings = []
    for oid in reversed(found):
        commit = facts.graph.commit(oid)
        read = message.parse(commit.message)
        lacking = [line for line, start in starts.items() if not facts.graph.is_ancestor(oid, start)]
        if message.reverted(read).commits:
            undone = [i for i in ids if i in gone and _names(message.reverted(read).commits, i)]
            warnings += [
                Warn(message=f"{i[:10]} was reverted on {facts.trunk_name}: {oid[:10]} {commit.subject}",
                     hint=f"git show {oid[:10]}")
                for i in undone
            ]  # fmt: skip
        elif lacking and oid not in gone:
            warnings.append(
                Warn(
                    message=f"{oid[:10]} {commit.subject} mends it on {facts.trunk_name}; "
                    f"{' and '.join(lacking)} would lack that",
                    hint=f"relman {job} {' '.join(words)} {oid[:10]}",
                )
            )
    return tuple(warnings)


def _names(written: Sequence[str], oid: Oid) -> bool:
    return any(oid.startswith(text) for text in written)


def left_out(facts: Facts, spot: Spot, fixes: Collection[Oid]) -> tuple[Oid, ...]:
    """Gives trunk's commits, merges aside, that were never released from it, are no port on the line, and stay."""
    graph = facts.graph
    released = next((r.commit for r in facts.releases if r.sound), spot.start)
    left = graph.between([facts.trunk.commit], [spot.start, released])
    many = len(own_part(facts, spot.start)) > _RECENT
    ports = Changes(graph, (), facts.patch_id) if many else standing_changes(facts, spot.start)
    rows = (oid for oid in left if oid not in fixes and len(graph.commit(oid).parents) < 2)
    return tuple(oid for oid in rows if ports.carries(oid) is None)
