"""Where a prepared release stands that no branch of its line holds: merged into production, or on its own branch."""

from msgspec import structs

from relman.errors import Kind, RelmanError, usage
from relman.git.scratch import Scratch
from relman.job.aim import STEPS, ReleaseAsk, Where
from relman.job.facts import Facts
from relman.job.held import held_release
from relman.job.prepared import Prepared, find_brought, find_prepared
from relman.job.proposed import proposals
from relman.job.strategy import branch_in_role, environments, mended_on, on_trunk, own_branch
from relman.model.lines import TRUNK, Line
from relman.model.strategy import hotfix_branch
from relman.model.version import Version, under


def find_merged(facts: Facts, scratch: Scratch, ask: ReleaseAsk) -> tuple[Where, Prepared] | None:
    """The prepared release that was merged into production and is not tagged, where that may be what is meant."""
    name = branch_in_role(facts, "production") or next(reversed(environments(facts)), None)
    tip = facts.tip(name) if name else None
    head = facts.refs.head.ref
    other = ask.what is None and facts.strategy.trunk.tags and (tip is None or head != tip.ref)
    if name is None or tip is None or other or not _tags(ask):
        return None
    prepared = find_prepared(facts, scratch, tip.commit, held_release(facts, tip.commit))
    if prepared is None or not prepared.version.stable or not _meant(facts, ask, prepared.version, name):
        return None
    line = facts.lines.of(prepared.version)
    return Where(line=line.name if line else TRUNK, branch=name, tip=tip, given=None), prepared


def find_beside(facts: Facts, scratch: Scratch, ask: ReleaseAsk) -> tuple[Where, Prepared] | None:
    """The prepared release of a line without a branch: where its own branch stands, or what trunk has of that.

    Error (usage): several are meant.
    """
    if ask.what is None or not _tags(ask):
        return None
    found = [
        (p, line)
        for p in proposals(facts)
        if (line := facts.lines.of(p.version))
        and _alone(facts, line)
        and _meant(facts, ask, p.version, p.name)
    ]
    if len({p.version for p, _ in found}) > 1:
        raise usage(
            f"{', '.join(str(p.version) for p, _ in found)} are all prepared: say which comes next",
            *(f"relman release {p.version}" for p, _ in found),
        )
    for waiting, line in found:
        numbers = line.numbers
        prepared = find_prepared(facts, scratch, waiting.tip, line.newest, numbers)
        tip = facts.tip(waiting.name)
        if prepared and tip and prepared.version == waiting.version:
            return Where(line=line.name, branch=waiting.name, tip=tip, given=None), prepared
    return _in_trunk(facts, scratch, ask)


def _in_trunk(facts: Facts, scratch: Scratch, ask: ReleaseAsk) -> tuple[Where, Prepared] | None:
    """What was merged back before it was tagged, its branch gone: it is tagged where it was prepared.

    Error (refused): trunk has a copy only, beside everything else.
    """
    if facts.strategy.trunk.tags:
        return None
    for prepared in find_brought(facts, scratch, facts.trunk.commit):
        version = prepared.version
        role = facts.strategy.role("hotfix" if version.patch else "release")
        if role is None or "trunk" not in role.lands or not _meant(facts, ask, version, ""):
            continue
        if on_trunk(facts, prepared.commit):
            raise RelmanError(
                Kind.REFUSED,
                f"{version} was prepared on a branch that is gone, and {facts.trunk_name} has a copy of it at "
                f"{prepared.commit[:10]}, on top of other work: nothing holds {version} alone any more",
                hints=(
                    f"git show {prepared.commit[:10]}",
                    f"relman hotfix FIX --to {version.major}.{version.minor}",
                ),
            )
        line = facts.lines.of(version)
        pattern = role.patterns[0].replace("{line}", "{version}")
        name = (
            hotfix_branch(facts.strategy, str(version)) if version.patch else pattern.format(version=version)
        )
        tip = structs.replace(facts.trunk, commit=prepared.commit)
        return Where(line=line.name if line else str(version), branch=name, tip=tip, given=None), prepared
    return None


def _alone(facts: Facts, line: Line) -> bool:
    return own_branch(facts, line) is None and mended_on(facts, line) is None


def _tags(ask: ReleaseAsk) -> bool:
    return ask.tag and ask.stage != "candidate"


def _meant(facts: Facts, ask: ReleaseAsk, version: Version, branch: str) -> bool:
    if ask.what is None or ask.what == branch:
        return True
    if ask.what in STEPS:
        return False
    named = facts.lines.named(ask.what)
    if named is not None and under(version, named.numbers):
        return True
    return ask.what.removeprefix("v") in (str(version), f"{version.major}.{version.minor}")
