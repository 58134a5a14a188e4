"""What a release aims at: the line and its branch, and the version that comes out."""

from collections.abc import Sequence
from shlex import quote
from typing import Literal

from msgspec import Struct

from relman.errors import Kind, RelmanError, usage
from relman.job.facts import Facts
from relman.job.next import line_name
from relman.job.strategy import mended_on, own_branch, production_branch
from relman.model import message
from relman.model.bump import Bump
from relman.model.count import commits_word
from relman.model.cut import Tip, is_cut
from relman.model.lines import TRUNK, Line
from relman.model.names import Oid, short
from relman.model.next import Next
from relman.model.tags import Release, twins
from relman.model.version import Version, next_candidate, parse_strict, under

Stage = Literal["candidate", "final"]

STEPS = ("major", "minor", "patch")
"""Words that stand where a version can."""


class ReleaseAsk(Struct, frozen=True, kw_only=True):
    """What was asked for: a line or a version; the stage; whether to tag."""

    what: str | None = None
    stage: Stage | None = None
    identifier: str | None = None
    tag: bool = True


class Where(Struct, frozen=True, kw_only=True):
    """The line, its branch, and the version that was asked for."""

    line: str
    branch: str
    tip: Tip
    given: Version | None


def check_twins(facts: Facts) -> None:
    """Refuses two tags for one version that lead to different commits (DESIGN 7). Error: usage."""
    for one, other in twins(facts.refs.tags, facts.formats):
        raise usage(
            f"{one.name} and {other.name} name one version and differ",
            *(f"git tag -d {quote(name)}" for name in (one.name, other.name)),
        )


def find_where(facts: Facts, what: str | None) -> Where:
    """Reads `1.4`, a branch, `trunk`, or `1.4.3`; left out, or a step, HEAD's line.

    A version whose line was never cut is trunk's. Errors (usage): the version is taken, the line has no branch;
    several remotes, and nothing tells which one counts.
    """
    facts.check_remote()
    given = None
    if what in STEPS:
        what = None
    if what is not None and what.removeprefix("v").count(".") >= 2 and facts.lines.named(what) is None:
        given = parse_strict(what)
        name = _line_of(facts, given)
    else:
        name = line_name(facts, what)
    if name == TRUNK:
        _check_trunk(facts, what, given)
        return Where(line=TRUNK, branch=facts.trunk_name, tip=facts.trunk, given=given)
    line = facts.line(name)
    mended = production_branch(facts, line) or mended_on(facts, line)
    branch = own_branch(facts, line) or mended or line.branch
    tip = facts.tip(branch) if branch else None
    if branch is None or tip is None:
        raise _no_branch(facts, line)
    return Where(line=name, branch=branch, tip=tip, given=given)


def _line_of(facts: Facts, given: Version) -> str:
    taken = facts.release(str(given))
    if taken is not None:
        raise usage(f"{given} is taken: tag {taken.tag}", "relman next", "relman release")
    owner = facts.lines.of(given)
    mine = owner is not None and (
        owner.branch
        or production_branch(facts, owner)
        or mended_on(facts, owner)
        or _left_trunk(facts, owner)
    )
    return owner.name if owner and mine else TRUNK


def _left_trunk(facts: Facts, line: Line) -> bool:
    return is_cut(facts.graph, line, facts.line_end(line), facts.trunk.commit)


def _check_trunk(facts: Facts, what: str | None, given: Version | None) -> None:
    """Trunk is released only where somebody says so, once there are release branches, and the strategy does it."""
    if not facts.strategy.trunk.tags:
        raise usage(
            f"{facts.strategy.name} makes no release on {facts.trunk_name}",
            f"relman cut {given}" if given else "relman cut",
        )
    if facts.strategy.role("release") is None:
        return
    lines = [line.name for line in facts.lines.all if line.branch]
    if not lines or (what is not None and given is None):
        return
    told = "HEAD is on trunk" if given is None else f"{given} belongs to no line that is cut"
    raise usage(
        f"{told}, and releases are made on release branches here",
        f"relman cut {given}" if given else "relman cut",
        *(() if given else (f"relman release {name}" for name in lines[:2])),
        *(() if given else ("relman release trunk",)),
    )


def _no_branch(facts: Facts, line: Line) -> RelmanError:
    if not _left_trunk(facts, line):
        return usage(
            f"line {line.name} was never cut: its releases are made on {facts.trunk_name}",
            "relman release trunk",
        )
    return usage(
        f"line {line.name} has no release branch",
        f"relman hotfix FIX --to {line.name}",
        *((f"git branch release/{line.name} {line.newest.tag}",) if line.newest else ()),
    )


def open_candidate(facts: Facts, where: Where) -> Release | None:
    """The line's newest release, where that is a candidate; on trunk the newest that trunk contains."""
    if where.line != TRUNK:
        return facts.line(where.line).open_candidate
    mine = (r for r in facts.releases if not r.withdrawn)
    newest = next((r for r in mine if facts.graph.is_ancestor(r.commit, where.tip.commit)), None)
    return newest if newest and not newest.version.stable else None


def needs_stage(facts: Facts, ask: ReleaseAsk, where: Where) -> Release | None:
    """The open candidate that makes it unclear whether another candidate or the final is meant."""
    if ask.stage is not None or where.given is not None:
        return None
    return open_candidate(facts, where)


def find_version(facts: Facts, ask: ReleaseAsk, where: Where, coming: Next) -> Version:
    """Finds the version. Errors: nothing to release (nothing); too low, of another line, taken (usage)."""
    final = where.given or _stepped(ask, coming) or coming.version
    if final is None:
        raise RelmanError(
            Kind.NOTHING,
            f"nothing to release on {where.line}: {coming.explain[-1]}",
            hints=(f"relman next {where.line} --explain",),
        )
    base = coming.base.version if coming.base else None
    if base is not None and final <= base:
        raise usage(
            f"{final} is not above {base}, the newest release of {where.line}", f"relman next {where.line}"
        )
    if where.line != TRUNK and not under(final, facts.line(where.line).numbers):
        raise usage(f"{final} does not belong to line {where.line}", "relman cut")
    opened = open_candidate(facts, where)
    if final.stable and ask.stage == "candidate":
        known = tuple(r.version for r in facts.releases)
        final = next_candidate(final, ask.identifier or facts.config.versions.prerelease, known)
        _check_new(facts, where, final, opened)
    if opened and final < opened.version:
        raise usage(f"{final} is below the open {opened.tag}", f"relman release {where.line} --final")
    taken = facts.release(str(final))
    if taken is not None:
        raise usage(f"{final} is taken: tag {taken.tag}", f"relman next {where.line}")
    return final


def _stepped(ask: ReleaseAsk, coming: Next) -> Version | None:
    if ask.what in STEPS and coming.base:
        return coming.base.version.step(Bump[ask.what.upper()])
    return None


def _check_new(facts: Facts, where: Where, candidate: Version, last: Release | None) -> None:
    """A further candidate needs something that the last one lacks."""
    if last is None or last.version.numbers != candidate.numbers:
        return
    if _identifier(last.version) == _identifier(candidate) and not since(facts, where, last):
        raise RelmanError(
            Kind.NOTHING,
            f"nothing is new on {where.branch} since {last.tag}",
            hints=(f"relman release {where.line} --final",),
        )


def _identifier(version: Version) -> str:
    return version.candidate[0].lower() if version.candidate else version.pre


def since(facts: Facts, where: Where, candidate: Release) -> tuple[Oid, ...]:
    """The commits of the line that came after a candidate, newest first, release commits left out."""
    late = facts.graph.between([where.tip.commit], [candidate.commit])
    return tuple(o for o in late if not message.is_release_subject(facts.graph.commit(o).subject))


def late_rows(facts: Facts, where: Where, version: Version) -> tuple[tuple[str, str], ...]:
    """Commits of a final release that were in no candidate, for people to look at."""
    last = open_candidate(facts, where)
    if last is None or not version.stable:
        return ()
    commits = (facts.graph.commit(o) for o in since(facts, where, last))
    return tuple(("in no candidate", f"{c.id[:7]} {c.subject}") for c in commits)


def ground_rows(facts: Facts, where: Where, isolated: Sequence[Release]) -> tuple[tuple[str, str], ...]:
    """Says what is not where a person might think: a branch that is behind, a tag that was made beside it."""
    rows = []
    tip = where.tip
    if tip.state == "behind" and tip.local and tip.tracking:
        many = len(facts.graph.between([tip.commit], [tip.local]))
        rows.append(
            (
                "stands on",
                f"{short(tip.tracking)}: {where.branch} is {commits_word(many)} behind and moves with it",
            )
        )
    if tip.state == "absent" and tip.tracking:
        rows.append(("stands on", f"{short(tip.tracking)}: there is no local {where.branch} yet"))
    rows += [("merges", f"{r.tag} into {where.branch} first: it was made beside it") for r in isolated]
    return tuple(rows)
