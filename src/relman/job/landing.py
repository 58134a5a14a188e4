"""Where the result lands: which branch moves or is made instead, what is pushed, what is relied on."""

from collections.abc import Collection, Iterable, Sequence
from fnmatch import fnmatchcase
from shlex import quote

from msgspec import Struct

from relman.config.record import DEFAULT_LINE_BRANCH
from relman.errors import Kind, RelmanError, usage
from relman.git.remote import remote_url
from relman.job.chains import remote_end
from relman.job.facts import Facts
from relman.job.proposed import TRAILER
from relman.job.shipping import Wishes
from relman.model.cut import Tip
from relman.model.forge import detect, new_change_url
from relman.model.lines import Line
from relman.model.names import HEADS, TAGS, Oid, RefName, branch_ref, short, tag_ref
from relman.model.shared import SHARED
from relman.model.strategy import hotfix_numbers
from relman.model.trailers import values
from relman.plan.plan import Expect
from relman.plan.ship import BranchMove
from relman.plan.steps import Id, Label, MoveRef, PushMove, PushRefs, Step, Target, WriteCommit

_OWN = "relman/"


class Landing(Struct, frozen=True, kw_only=True):
    """The branch that moves. `instead_of`: the protected one that it stands in for; nothing is tagged then."""

    move: BranchMove
    instead_of: str | None = None


def protected(facts: Facts, branch: str) -> bool:
    """Whether the configuration protects a branch."""
    return any(fnmatchcase(branch, pattern) for pattern in facts.config.branches.protected)


def land(
    facts: Facts,
    job: str,
    branch: str,
    tip: Tip | None,
    wishes: Wishes,
    own_name: str | None = None,
    *,
    start: Oid | None = None,
    takes: Collection[Oid] = (),
) -> Landing:
    """Moves the branch, or, where it is protected or `--as-branches` was given, makes one of its own beside it.

    `start` is what the result stands on, left out: the branch's tip; `takes` are commits that go along as they
    are. Error (usage): the branch of its own exists and holds something else.
    """
    if not wishes.as_branches and not protected(facts, branch):
        return Landing(move=BranchMove(ref=branch_ref(branch), old=tip.local if tip else None))
    name = own_name or f"relman/{job}/{branch}"
    base = start or (tip.commit if tip else None)
    return Landing(move=stand_in(facts, name, base, takes), instead_of=branch)


def stand_in(facts: Facts, name: str, start: Oid | None, takes: Collection[Oid] = ()) -> BranchMove:
    """Moves a branch that stands in for a line's, here or on the remote, only where it holds nothing of its own.

    Nothing but what the result stands on, or a release that was prepared there and has its tag by now.
    """
    known = facts.tip(name)
    if known is None:
        return BranchMove(ref=branch_ref(name), old=None)
    prepared = values(facts.graph.commit(known.commit).message, TRAILER)
    spent = bool(prepared) and all(facts.release(text) for text in prepared)
    held = start is not None and facts.graph.is_ancestor(known.commit, start)
    if not (held or spent or known.commit in takes):
        there = name if known.commit == known.local else short(known.tracking or name)
        raise usage(
            f"branch {there} exists already and holds something else",
            f"git log --oneline {quote(there)}",
            f"relman hotfix {quote(there)}"
            if hotfix_numbers(facts.strategy, name)
            else _away(facts, name, known),
        )
    return BranchMove(ref=branch_ref(name), old=known.local)


def _away(facts: Facts, name: str, known: Tip) -> str:
    local = f"git branch -D {quote(name)}" if known.local else ""
    remote = f"git push {facts.remote} --delete {quote(name)}" if known.remote else ""
    return " && ".join(filter(None, (local, remote)))


def change_pages(facts: Facts, *landings: Landing | None) -> tuple[str, ...]:
    """Where the forge takes the change requests of branches that stand in for others; nothing where it is unknown."""
    asked = [(short(each.move.ref), each.instead_of) for each in landings if each and each.instead_of]
    url = remote_url(facts.repo, facts.remote) if asked else None
    forge = detect(url) if url else None
    if forge is None:
        return ()
    return tuple(
        f"the change request, once it is pushed: {new_change_url(forge, branch=name, onto=onto)}"
        for name, onto in asked
    )


def branch_pattern(facts: Facts) -> str:
    """How a new release branch is called: as configured, else as the newest line's branch, else by the strategy.

    `{line}` stands for the line's name, which is a whole version where the strategy names branches by that.
    """
    if facts.config.lines.branch:
        return facts.config.lines.branch
    for line in facts.lines.all:
        if line.branch and len(line.numbers) == new_parts(facts) and line.name in line.branch:
            return line.branch.replace(line.name, "{line}")
    role = facts.strategy.role("release")
    return role.patterns[0].replace("{version}", "{line}") if role else DEFAULT_LINE_BRANCH


def new_parts(facts: Facts) -> int:
    """How many numbers name a new line: three where every release branch is for one version (`release/1.5.0`)."""
    known = {len(line.numbers) for line in facts.lines.all if line.branch}
    role = facts.strategy.role("release")
    named = role is not None and "{version}" in role.patterns[0] and facts.config.lines.branch is None
    whole = known == {3} or (named and not known)
    return 3 if whole and facts.config.lines.parts is None else facts.lines.parts


def branch_of(facts: Facts, line: Line) -> str:
    """The branch of a line, or what it would be called; an error (usage) where several name it."""
    facts.check_rivals(line)
    return line.branch or branch_pattern(facts).replace("{line}", line.name)


def pushes(facts: Facts, steps: Iterable[Step], wishes: Wishes) -> tuple[PushRefs, ...]:
    """One atomic push of every ref that moves, each with a lease on what the remote held at the last look.

    Error (moved): the remote's branch holds commits that the push would leave out.
    """
    if not wishes.push:
        return ()
    steps = tuple(steps)
    moves = []
    for step in steps:
        if isinstance(step, MoveRef) and step.ref.startswith(SHARED):
            moves.append(
                PushMove(ref=step.ref, expect=remote_end(facts.refs, facts.remote, step.ref), new=step.new)
            )
        elif isinstance(step, MoveRef) and step.ref.startswith((HEADS, TAGS)):
            there = facts.refs.tracking(facts.remote, short(step.ref)) if step.ref.startswith(HEADS) else None
            if there and not _holds(facts, steps, step.new or Id(oid=there.commit), there.commit):
                raise _overwrites(facts, short(step.ref), there.commit)
            expect = there.commit if there else step.old if step.ref.startswith(TAGS) else None
            moves.append(PushMove(ref=step.ref, expect=expect, new=step.new))
    return (PushRefs(remote=facts.remote, moves=tuple(moves)),) if moves else ()


def _holds(facts: Facts, steps: Sequence[Step], new: Target, there: Oid) -> bool:
    """Whether what a ref moves to, written or not, descends from the commit."""
    written = {step.label: step.parents for step in steps if isinstance(step, WriteCommit)}
    todo, bases = [new], list[Oid]()
    while todo:
        match todo.pop():
            case Id(oid=base):
                bases.append(base)
            case Label(name=label):
                todo += written[label]
    return any(facts.graph.is_ancestor(there, base) for base in bases)


def _overwrites(facts: Facts, name: str, there: Oid) -> RelmanError:
    local = facts.refs.local(name)
    onto = f"git switch {quote(name)} && git merge {quote(f'{facts.remote}/{name}')}"
    away = f"git push {facts.remote} --delete {quote(name)}"
    return RelmanError(
        Kind.MOVED,
        f"{facts.remote}/{name} is at {there[:10]}, and the push would leave out commits that it holds",
        hints=(f"git fetch {facts.remote}", onto if local and not _own(facts, name) else away),
    )


def _own(facts: Facts, name: str) -> bool:
    """Whether relman made the branch for a change request: it is made anew each time, so merging is no way on."""
    return name.startswith(_OWN) or hotfix_numbers(facts.strategy, name) is not None


def expects(
    facts: Facts, steps: Sequence[Step], *, tips: Iterable[Tip | None], tags: Iterable[str]
) -> tuple[Expect, ...]:
    """The refs that were relied on and do not move: branch tips, remote-tracking tips, release tags.

    Shared records are among them wherever there are any: they say what is in production, and what is withdrawn.
    """
    moving = {s.ref for s in steps if isinstance(s, MoveRef)}
    found: dict[RefName, Oid | None] = {}
    for tip in tips:
        if tip is None:
            continue
        found[tip.ref] = tip.local
        if tip.tracking:
            found[tip.tracking] = tip.remote
    for name in tags:
        tag = facts.refs.tag(name)
        found[tag_ref(name)] = tag.object if tag else None
    found |= facts.refs.shared
    return tuple(Expect(ref=ref, value=value) for ref, value in found.items() if ref not in moving)
