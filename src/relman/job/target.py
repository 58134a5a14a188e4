"""Where a fix goes: from the words of `--to` to a line, the release that it builds on, and where it starts."""

from collections.abc import Sequence
from shlex import quote
from typing import Literal

from msgspec import Struct, structs

from relman.errors import RelmanError, usage
from relman.git.scratch import Scratch
from relman.job.environments import PRODUCTION, named, running
from relman.job.facts import Facts
from relman.job.landing import branch_of
from relman.job.shipping import read_own
from relman.job.strategy import branch_in_role, mended_on, own_branch
from relman.model import message
from relman.model.count import commits_word
from relman.model.cut import Tip
from relman.model.lines import TRUNK, Line
from relman.model.names import HEADS, REMOTES, Oid
from relman.model.tags import Release

Side = Literal["isolate", "on-line"]

_BOOKKEEPING_ONLY = 50
"""More commits than this beyond the release are not looked at one by one: they are work."""


class Spot(Struct, frozen=True, kw_only=True):
    """One target: its line, the release that it builds on, and the commit that it starts from."""

    line: str
    release: Release | None
    start: Oid
    branch: str
    tip: Tip | None
    isolated: bool
    why: str = ""

    @property
    def newness(self) -> tuple[int, ...]:
        """Orders targets: trunk first, then the newest line and the newest release."""
        if self.line == TRUNK:
            return (1,)
        return (
            0,
            *(int(n) for n in self.line.split(".")),
            *(self.release.version.numbers if self.release else ()),
        )


def find_spots(
    facts: Facts,
    scratch: Scratch,
    words: Sequence[str],
    *,
    release: bool,
    side: Side | None,
) -> tuple[Spot, ...]:
    """Finds every target, each once, trunk and the newest line first.

    `release` false: a backport, which goes to the branch whatever is on it. Errors (usage): an unknown target;
    two targets on one line.
    """
    found: dict[str, tuple[str, Spot]] = {}
    for word in words:
        spot = _find(facts, scratch, word, release=release, side=side)
        other, known = found.setdefault(spot.line, (word, spot))
        if known != spot:
            raise usage(f"{other} and {word} are both on line {spot.line}", f"relman hotfix FIX --to {word}")
    return tuple(sorted((spot for _, spot in found.values()), key=lambda s: s.newness, reverse=True))


def _find(
    facts: Facts,
    scratch: Scratch,
    word: str,
    *,
    release: bool,
    side: Side | None,
) -> Spot:
    name = _plain(facts, word)
    if name in (TRUNK, facts.trunk_name):
        if release:
            raise usage(
                f"a hotfix goes to a line or a release, and {word} is trunk",
                "relman release trunk",
                "relman backport FIX --to trunk",
            )
        return _on_trunk(facts)
    if name == branch_in_role(facts, "production"):
        name = PRODUCTION
    environment = named(facts, name)
    asked = running(facts, environment).release if environment else _release_named(facts, name)
    line = facts.lines.of(asked.version) if asked else facts.line(name)
    if line is None:
        raise usage(f"{word} belongs to no line", "relman status")
    built_on = asked or line.stable
    if release and (built_on is None or not built_on.version.stable):
        raise _no_stable(word, line, built_on)
    if built_on is not None and built_on.withdrawn:
        raise usage(
            f"{built_on.tag} was withdrawn and is never built on",
            f"relman hotfix FIX --to {quote(line.name)}",
        )
    own = own_branch(facts, line)
    branch = mended_on(facts, line) if own is None else None
    if branch is None and own is None and built_on is not None and _passes(facts):
        beside = _at(line, built_on, branch_of(facts, line), None)
        return structs.replace(beside, isolated=True)
    branch = branch or branch_of(facts, line)
    tip = facts.tip(branch)
    if asked is not None and asked != line.stable and environment is None:
        if not release:
            raise usage(
                f"a backport goes to a branch, and {asked.tag} is a release",
                f"relman backport FIX --to {quote(line.name)}",
                f"relman hotfix FIX --to {quote(asked.tag)}",
            )
        return _at(line, asked, branch, tip, why=_older(asked, line))
    return _on_line_or_not(facts, scratch, line, built_on, branch, tip, release=release, side=side)


def _passes(facts: Facts) -> bool:
    """Whether no release branch outlives its release: then a hotfix makes none, and its tag alone holds it."""
    role = facts.strategy.role("release")
    return role is None or role.lifetime == "release"


def _plain(facts: Facts, word: str) -> str:
    """A branch by its short name, however it was written."""
    tracking = f"{facts.remote}/"
    if word.startswith(tracking) and facts.refs.tracking(facts.remote, word.removeprefix(tracking)):
        return word.removeprefix(tracking)
    return word.removeprefix(HEADS).removeprefix(REMOTES + tracking)


def _on_trunk(facts: Facts) -> Spot:
    tip = facts.trunk
    return Spot(line=TRUNK, release=None, start=tip.commit, branch=facts.trunk_name, tip=tip, isolated=False)


def _release_named(facts: Facts, word: str) -> Release | None:
    """Finds a release by tag or version; a version that was never released is an error, not its line."""
    if facts.lines.named(word):
        return None
    found = facts.release(word)
    if found is None and (line := _line_of_version(facts, word)):
        newest = f"; the newest of line {line.name} is {line.newest.tag}" if line.newest else ""
        raise usage(f"there is no release {word}{newest}", f"relman hotfix FIX --to {quote(line.name)}")
    return found


def _line_of_version(facts: Facts, word: str) -> Line | None:
    try:
        line = facts.line(word)
    except RelmanError:
        return None
    return None if facts.lines.named(word.removeprefix("v")) else line


def _no_stable(word: str, line: Line, built_on: Release | None) -> RelmanError:
    candidate = built_on or line.open_candidate
    what = f"{candidate.tag} is a candidate" if candidate else f"line {line.name} has no release yet"
    how = "--rc" if candidate else ""
    return usage(
        f"{what}, so there is nothing stable to mend at {word}: put the fix on the branch and release that",
        f"relman backport FIX --to {quote(line.branch or line.name)}",
        f"relman release {line.name} {how}".rstrip(),
    )


def _older(asked: Release, line: Line) -> str:
    newest = line.stable
    return f"{asked.tag} is not the newest of line {line.name}: that is {newest.tag}" if newest else ""


def _at(line: Line, release: Release, branch: str, tip: Tip | None, *, why: str = "") -> Spot:
    """Starts from the release itself; beside the branch, where there is one."""
    return Spot(
        line=line.name,
        release=release,
        start=release.commit,
        branch=branch,
        tip=tip,
        isolated=tip is not None,
        why=why,
    )


def _on_line_or_not(
    facts: Facts,
    scratch: Scratch,
    line: Line,
    built_on: Release | None,
    branch: str,
    tip: Tip | None,
    *,
    release: bool,
    side: Side | None,
) -> Spot:
    """Starts from the branch where it holds nothing but the release, else from the release itself."""
    if tip is None:
        newest = built_on or line.newest
        if newest is None:
            raise usage(f"line {line.name} has neither a branch nor a release", "relman status")
        return _at(line, newest, branch, None)
    on_line = Spot(line=line.name, release=built_on, start=tip.commit, branch=branch, tip=tip, isolated=False)
    if built_on is None or not release:
        return on_line
    withdrawn = _withdrawn_on(facts, line, built_on, tip)
    if withdrawn is not None:
        if side == "on-line":
            raise usage(
                f"{branch} contains {withdrawn.tag}, which was withdrawn, so a hotfix is not made from it",
                "relman hotfix FIX --isolate",
                f"relman backport FIX --to {quote(line.name)}",
            )
        return _at(
            line,
            built_on,
            branch,
            tip,
            why=f"{branch} contains {withdrawn.tag}, which was withdrawn: from the tag",
        )
    contained = facts.graph.is_ancestor(built_on.commit, tip.commit)
    if not contained:
        if side == "on-line":
            raise usage(
                f"{branch} does not contain {built_on.tag}, so a release from it would lack that",
                f"git merge {quote(built_on.tag)}",
                "relman hotfix FIX --isolate",
            )
        return _at(line, built_on, branch, tip, why=f"{branch} does not contain {built_on.tag}: from the tag")
    if side == "on-line":
        return on_line
    if side == "isolate":
        return _at(line, built_on, branch, tip)
    alike = scratch.tree_of(tip.commit) == scratch.tree_of(built_on.commit)
    beyond = () if alike else facts.graph.between([tip.commit], [built_on.commit])
    work = _work(facts, scratch, beyond, tip.commit)
    if not work:
        return on_line
    held = _beyond(facts, line, built_on, tip, work)
    why = f"{branch} holds {held}, so the fix starts from {built_on.tag} (--on-line: ship them too)"
    return _at(line, built_on, branch, tip, why=why)


def _beyond(facts: Facts, line: Line, built_on: Release, tip: Tip, work: int) -> str:
    """What a branch holds that the release does not: in later releases of the line, or not released yet."""
    later = line.stable
    if later and later.version > built_on.version and facts.graph.is_ancestor(later.commit, tip.commit):
        return f"{commits_word(work)} after {built_on.tag}, which {later.tag} has"
    return "1 unreleased commit" if work == 1 else f"{work} unreleased commits"


def _withdrawn_on(facts: Facts, line: Line, built_on: Release, tip: Tip) -> Release | None:
    """A withdrawn release above the one that is built on, where the branch contains it."""
    bad = (r for r in line.releases if r.withdrawn and r.version > built_on.version)
    return next((r for r in bad if facts.graph.is_ancestor(r.commit, tip.commit)), None)


def _work(facts: Facts, scratch: Scratch, beyond: Sequence[Oid], tip: Oid) -> int:
    """Counts commits beyond a release that are more than relman's own bookkeeping."""
    if not beyond or len(beyond) > _BOOKKEEPING_ONLY:
        return len(beyond)
    maybe = [oid for oid in beyond if message.is_release_subject(facts.graph.commit(oid).subject)]
    if not maybe:
        return len(beyond)
    owned = read_own(facts, scratch, tip, scratch.tree_of(tip)).paths
    return len(beyond) - sum(1 for oid in maybe if facts.graph.paths(oid) <= owned)
