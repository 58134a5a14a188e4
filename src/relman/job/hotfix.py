"""The incident: fixes get onto their targets, with version, notes and tag (`hotfix`) or without (`backport`)."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct, structs

from relman.errors import Kind, RelmanError, usage
from relman.git.scratch import Scratch
from relman.job.cut import assumed
from relman.job.facts import Facts, Production
from relman.job.fix import find_fixes
from relman.job.landing import Landing, branch_of, expects, land, pushes
from relman.job.shipping import Wishes, Writing, prove, read_own, write_release
from relman.model import message
from relman.model.bump import Bump
from relman.model.cut import Tip, meet
from relman.model.equivalence import Changes
from relman.model.history import Person
from relman.model.lines import TRUNK, Line
from relman.model.names import Oid, branch_ref, tag_ref
from relman.model.tags import Release
from relman.model.trailers import picked
from relman.model.version import Version
from relman.plan.plan import Base, Debt, Expect, Plan, Proof, Warn
from relman.plan.ship import BranchMove, Change, Shipment, Shipped, ship
from relman.plan.steps import Picked, Step
from relman.run.ladder import Fix, Ground, Port, climb

Side = Literal["isolate", "on-line"]

_BOOKKEEPING_ONLY = 50
"""More commits than this beyond the release are not looked at one by one: they are work."""


class HotfixAsk(Struct, frozen=True, kw_only=True):
    """What was asked for. `release` false: a backport, which writes no version and no tag."""

    fixes: tuple[str, ...]
    to: tuple[str, ...] = ()
    side: Side | None = None
    tag: bool = True
    mainline: int | None = None
    release: bool = True
    forced: bool = False
    """Whether weak evidence that a fix is there already was waved through."""


class Spot(Struct, frozen=True, kw_only=True):
    """One target: its line, the release that it builds on, and the commit that it starts from."""

    line: str
    release: Release | None
    start: Oid
    branch: str
    tip: Tip | None
    isolated: bool
    why: str = ""


class Ported(Struct, frozen=True, kw_only=True):
    """One target with its ports, its steps and what is to be said about it."""

    spot: Spot
    ports: tuple[Port, ...]
    shipped: Shipped
    version: Version | None
    landing: Landing | None
    proofs: tuple[Proof, ...]
    warnings: tuple[Warn, ...]


def plan_hotfix(facts: Facts, scratch: Scratch, ask: HotfixAsk, wishes: Wishes) -> Plan:
    """Plans a hotfix or a backport onto every target, newest line first.

    Errors: unknown fix or target (usage); every fix is on every target already (nothing).
    """
    facts.check_complete()
    production = facts.production() if not ask.to or "production" in ask.to else None
    spots = [find_spot(facts, scratch, word, ask, production) for word in ask.to or ("production",)]
    spots.sort(key=lambda s: s.release.version.numbers if s.release else (0, 0, 0), reverse=True)
    fixes = find_fixes(facts, ask.fixes, spots[0].start, ask.mainline)
    done = [_port(facts, scratch, spot, fixes, ask, wishes) for spot in spots]
    if all(p.pick.rung == "already-there" for d in done for p in d.ports):
        raise _all_there(done)
    steps = tuple(step for d in done for step in d.shipped.steps)
    steps = (*steps, *pushes(facts, steps, wishes))
    word = "hotfix" if ask.release else "backport"
    names = [d.shipped.target.tag or d.shipped.target.version or d.spot.line for d in done]
    debts = () if not ask.release else _debts(facts, done, fixes, ask)
    return Plan(
        operation="hotfix" if ask.release else "backport",
        title=f"{word} {' '.join(names)}",
        targets=tuple(d.shipped.target for d in done),
        steps=steps,
        expects=_expects(facts, done, production, steps),
        production=_production_sentence(production) if production else None,
        facts=tuple(row for d in done for row in _facts(facts, d)),
        debts=debts,
        warnings=tuple(w for d in done for w in d.warnings),
        assumptions=assumed(facts),
        proofs=tuple(p for d in done for p in d.proofs),
        afterwards=tuple(s for d in done for s in _afterwards(d, ask)),
    )


def find_spot(
    facts: Facts, scratch: Scratch, word: str, ask: HotfixAsk, production: Production | None
) -> Spot:
    """Finds a target: `production`, a line, a release tag, or trunk (backports only)."""
    if word in (TRUNK, facts.trunk_name):
        if ask.release:
            raise usage(
                "a hotfix goes to a line or a release; trunk is released with", "relman release trunk"
            )
        return Spot(
            line=TRUNK,
            release=None,
            start=facts.trunk.commit,
            branch=facts.trunk_name,
            tip=facts.trunk,
            isolated=False,
        )
    release = production.release if production and word == "production" else _release_named(facts, word)
    line = facts.lines.of(release.version) if release else facts.line(word)
    if line is None:
        raise usage(f"{word} belongs to no line", "relman status")
    branch = branch_of(facts, line)
    tip = facts.tip(branch)
    if release is None or word == "production":
        release = release or line.stable
        return _on_line_or_not(facts, scratch, line, release, branch, tip, ask)
    newest = line.stable == release
    if tip is not None and newest and ask.side != "isolate":
        return _on_line_or_not(facts, scratch, line, release, branch, tip, ask)
    return Spot(
        line=line.name,
        release=release,
        start=release.commit,
        branch=branch,
        tip=tip,
        isolated=tip is not None,
    )


def _release_named(facts: Facts, word: str) -> Release | None:
    if facts.lines.named(word):
        return None
    return facts.release(word)


def _on_line_or_not(
    facts: Facts,
    scratch: Scratch,
    line: Line,
    release: Release | None,
    branch: str,
    tip: Tip | None,
    ask: HotfixAsk,
) -> Spot:
    """Starts from the branch where it holds nothing but the release, else from the release itself."""
    if tip is None:
        if release is None:
            raise usage(f"line {line.name} has neither a branch nor a release", "relman status")
        return Spot(
            line=line.name, release=release, start=release.commit, branch=branch, tip=None, isolated=False
        )
    if release is None or ask.side == "on-line" or not ask.release:
        return Spot(line=line.name, release=release, start=tip.commit, branch=branch, tip=tip, isolated=False)
    beyond = facts.graph.between([tip.commit], [release.commit])
    work = _work(facts, scratch, beyond, tip.commit)
    contained = facts.graph.is_ancestor(release.commit, tip.commit)
    if ask.side != "isolate" and contained and not work:
        return Spot(line=line.name, release=release, start=tip.commit, branch=branch, tip=tip, isolated=False)
    why = f"{branch} holds {work} unreleased commits, so the fix starts from {release.tag}" if work else ""
    if not contained:
        why = f"{branch} does not contain {release.tag}, so the fix starts from the tag"
    return Spot(
        line=line.name, release=release, start=release.commit, branch=branch, tip=tip, isolated=True, why=why
    )


def _work(facts: Facts, scratch: Scratch, beyond: Sequence[Oid], tip: Oid) -> int:
    """Counts commits beyond a release that are more than relman's own bookkeeping."""
    if not beyond or len(beyond) > _BOOKKEEPING_ONLY:
        return len(beyond)
    owned = read_own(facts, scratch, tip, scratch.tree_of(tip)).paths
    return sum(
        1
        for oid in beyond
        if not (
            message.is_release_subject(facts.graph.commit(oid).subject) and facts.graph.paths(oid) <= owned
        )
    )


def _port(
    facts: Facts, scratch: Scratch, spot: Spot, fixes: Sequence[Fix], ask: HotfixAsk, wishes: Wishes
) -> Ported:
    scratch.aim(spot.start)
    own_part = _own_part(facts, spot)
    changes = Changes(facts.graph, own_part, facts.patch_id)
    ground = Ground(commit=spot.start, tree=scratch.tree_of(spot.start), own=own_part)
    ports = climb(facts.graph, scratch, ground, fixes, changes)
    warnings = list(_suspicions(ports))
    made = tuple(_change(port, wishes) for port in ports if _counts(port))
    stopped = any(p.pick.rung in ("conflict", "unknown") for p in ports)
    if stopped or not made:
        target = ship(_shipment(spot, ground, (), ports, None, None, None))
        return Ported(
            spot=spot,
            ports=ports,
            shipped=target,
            version=None,
            landing=None,
            proofs=(),
            warnings=tuple(warnings),
        )
    if not ask.release:
        landing = land(facts, "backport", spot.branch, spot.tip, wishes)
        shipment = _shipment(spot, ground, made, ports, None, landing.move, None)
        return Ported(
            spot=spot,
            ports=ports,
            shipped=ship(shipment),
            version=None,
            landing=landing,
            proofs=(),
            warnings=tuple(warnings),
        )
    return _release(facts, scratch, spot, ground, ports, made, ask, wishes, warnings)


def _release(
    facts: Facts,
    scratch: Scratch,
    spot: Spot,
    ground: Ground,
    ports: tuple[Port, ...],
    made: tuple[Change, ...],
    ask: HotfixAsk,
    wishes: Wishes,
    warnings: list[Warn],
) -> Ported:
    version, skipped = _version(facts, spot)
    tree = made[-1].tree
    landing, tagged = _landing(facts, spot, version, ask, wishes)
    commits = facts.graph.between([spot.start], _behind(facts, version))
    own = read_own(facts, scratch, spot.start, tree)
    writing = write_release(
        facts,
        own,
        line=spot.line,
        version=version,
        base=spot.release,
        commits=commits,
        extra=tuple(p.fix.commit for p in reversed(ports) if _counts(p)),
        wishes=wishes,
        prepared=not tagged,
    )
    shipment = _shipment(
        spot, ground, made, ports, version, landing.move if landing else None, (writing, tagged)
    )
    fixes = [f"{p.pick.source[:10]} {p.pick.subject} is in it: {p.pick.evidence[0]}" for p in ports]
    proof, warns = prove(
        facts,
        version=version,
        tag=writing.tag.name,
        line=spot.line,
        base=spot.release,
        start=spot.start,
        merged=(),
        fixes=fixes,
        ships=commits,
        places=own.places,
    )
    mended = [Warn(message=f"{s}; the hotfix mends it") for s in writing.out_of_step]
    told = [Warn(message=s) for s in skipped]
    return Ported(
        spot=spot,
        ports=ports,
        shipped=ship(structs.replace(shipment, ships=commits, notes=writing.notes)),
        version=version,
        landing=landing,
        proofs=(proof,) if tagged else (),
        warnings=(*warnings, *warns, *mended, *told),
    )


def _landing(
    facts: Facts, spot: Spot, version: Version, ask: HotfixAsk, wishes: Wishes
) -> tuple[Landing | None, bool]:
    """Where the branch goes and whether it is tagged now.

    An isolated hotfix that is tagged needs no branch: the tag holds it. Prepared or proposed, it lives on
    `hotfix/X.Y.Z` until then.
    """
    own_name = f"hotfix/{version}"
    if not spot.isolated:
        landing = land(facts, "hotfix", spot.branch, spot.tip, wishes, own_name)
        return landing, ask.tag and landing.instead_of is None
    if ask.tag and not wishes.as_branches:
        return None, True
    known = facts.refs.local(own_name)
    if known is not None or facts.tip(own_name) is not None:
        raise usage(
            f"branch {own_name} exists already", f"relman hotfix {own_name}", f"git log --oneline {own_name}"
        )
    return Landing(move=BranchMove(ref=branch_ref(own_name), old=None), instead_of=None), False


def _shipment(
    spot: Spot,
    ground: Ground,
    made: tuple[Change, ...],
    ports: tuple[Port, ...],
    version: Version | None,
    branch: BranchMove | None,
    writing: tuple[Writing, bool] | None,
) -> Shipment:
    name = spot.release.tag if spot.release and spot.start == spot.release.commit else spot.branch
    return Shipment(
        line=spot.line,
        base=Base(name=name, commit=spot.start),
        start=spot.start,
        start_tree=ground.tree,
        changes=made,
        picks=tuple(p.pick for p in ports),
        stamp=writing[0].stamp if writing else None,
        tag=writing[0].tag if writing and writing[1] else None,
        branch=branch,
        version=str(version) if version else None,
    )


def _own_part(facts: Facts, spot: Spot) -> tuple[Oid, ...]:
    """The commits that the target has and trunk's chain does not."""
    if spot.line == TRUNK:
        return ()
    cut = meet(facts.graph, spot.start, facts.trunk.commit)
    return facts.graph.between([spot.start], [cut] if cut else [])


def _counts(port: Port) -> bool:
    return port.pick.rung not in ("already-there", "conflict", "unknown")


def _change(port: Port, wishes: Wishes) -> Change:
    commit = port.fix.commit
    tree = port.pick.tree
    if tree is None:
        raise RelmanError(Kind.INTERNAL, f"the pick of {commit.id} has no tree")
    author = Person(
        name=commit.author.name,
        email=commit.author.email,
        when=commit.author.when,
        offset=commit.author.offset,
    )
    return Change(
        tree=tree,
        message=picked(commit.message, commit.id, wishes.trailers),
        origin=Picked(source=port.pick.source, picked=port.pick.picked),
        author=author,
        encoding=commit.encoding,
    )


def _suspicions(ports: Sequence[Port]) -> list[Warn]:
    return [
        Warn(
            message=f"{p.fix.commit.id[:10]} looks as if it were there already ({p.suspicion.commit[:10]}: "
            f"{p.suspicion.how}), and yet its pick changes something",
            rule="duplicate",
            hint=f"git show {p.suspicion.commit[:10]}",
        )
        for p in ports
        if p.suspicion is not None and _counts(p)
    ]


def _behind(facts: Facts, version: Version) -> list[Oid]:
    return [r.commit for r in facts.releases if r.version.stable and r.version < version]


def _version(facts: Facts, spot: Spot) -> tuple[Version, tuple[str, ...]]:
    """The next free patch above the release (V2 of research/branching-strategies.md); the line's first without one."""
    if spot.release is None:
        return facts.line(spot.line).first, ()
    version = spot.release.version.step(Bump.PATCH)
    skipped = []
    while facts.release(str(version)) is not None:
        skipped.append(f"{version} is taken, so the next free patch is used")
        version = version.step(Bump.PATCH)
    return version, tuple(skipped)


def _all_there(done: Sequence[Ported]) -> RelmanError:
    rows = [
        f"{p.fix.commit.id[:10]} {p.pick.subject} is on {d.spot.line} already: {p.pick.evidence[0]}"
        for d in done
        for p in d.ports
    ]
    picks = [
        {"source": p.pick.source, "from": p.pick.picked, "rung": p.pick.rung, "tree": p.pick.tree, "commit": None,
         "affected": None, "conflicts": [], "prerequisites": [], "evidence": list(p.pick.evidence)}
        for d in done for p in d.ports
    ]  # fmt: skip
    targets = [{"line": d.spot.line, "picks": picks} for d in done]
    return RelmanError(Kind.NOTHING, "\n".join(rows), hints=("relman status",), facts={"targets": targets})


def _debts(facts: Facts, done: Sequence[Ported], fixes: Sequence[Fix], ask: HotfixAsk) -> tuple[Debt, ...]:
    """What lacks the fix afterwards: trunk, the live lines that are no target, the branch beside an isolated tag."""
    rows: list[Debt] = []
    reached = {d.spot.line for d in done}
    words = " ".join(ask.fixes)
    for fix in fixes:
        missing = []
        if not facts.graph.is_ancestor(fix.commit.id, facts.trunk.commit):
            missing.append(facts.trunk_name)
        for line, _ in facts.live:
            if line.name not in reached and not _has(facts, line, fix):
                missing.append(line.name)
        if missing:
            rows.append(
                Debt(
                    commit=fix.commit.id,
                    subject=fix.commit.subject,
                    missing_on=tuple(missing),
                    settle=f"relman backport {words} " + " ".join(f"--to {name}" for name in missing),
                )
            )
    rows += [
        Debt(
            commit=fixes[0].commit.id,
            subject=f"release {d.shipped.target.tag}",
            missing_on=(d.spot.branch,),
            settle=f"relman release {d.spot.line}",
        )
        for d in done
        if d.spot.isolated and d.version and d.shipped.target.tag
    ]
    return tuple(rows)


def _has(facts: Facts, line: Line, fix: Fix) -> bool:
    end = facts.end(line)
    if end is None or facts.graph.is_ancestor(fix.commit.id, end):
        return True
    cut = meet(facts.graph, end, facts.trunk.commit)
    own = facts.graph.between([end], [cut] if cut else [])
    return Changes(facts.graph, own, facts.patch_id).like(fix.commit.id) is not None


def _production_sentence(production: Production) -> str:
    known = "assumed: the highest stable release" if production.source == "assumed" else production.source
    return f"{production.release.tag} ({known})"


def _facts(facts: Facts, done: Ported) -> tuple[tuple[str, str], ...]:
    rows = [("target", done.spot.why)] if done.spot.why else []
    if done.spot.release and done.version:
        left = facts.graph.between(
            [facts.trunk.commit], [done.spot.start, *[r.commit for r in facts.releases[:1]]]
        )
        fixed = {p.fix.commit.id for p in done.ports}
        elsewhere = facts.shipped_on_lines(left)
        count = sum(1 for o in left if o not in fixed and o not in elsewhere)
        rows.append(("leaves out", f"{count} commits on trunk" if count != 1 else "1 commit on trunk"))
    return tuple(rows)


def _expects(
    facts: Facts, done: Sequence[Ported], production: Production | None, steps: Sequence[Step]
) -> tuple[Expect, ...]:
    tags = [d.spot.release.tag for d in done if d.spot.release]
    tags += [production.release.tag] if production else []
    tips = [d.spot.tip for d in done]
    found = expects(facts, steps, tips=[facts.trunk, *tips], tags=tags)
    prepared = [d for d in done if d.version and d.shipped.target.tag is None]
    known = {e.ref for e in found}
    free = [
        Expect(ref=ref, value=None)
        for d in prepared
        if d.version and (ref := tag_ref(facts.formats.write.write(d.version))) not in known
    ]
    return (*found, *free)


def _afterwards(done: Ported, ask: HotfixAsk) -> tuple[str, ...]:
    if done.landing and done.landing.instead_of:
        name = done.landing.move.ref.removeprefix("refs/heads/")
        follow = f", then relman release {done.spot.line}" if ask.release else ""
        return (f"{done.landing.instead_of} is not moved: open a change request from {name}{follow}",)
    if ask.release and done.version and done.shipped.target.tag is None and not _stopped(done):
        return (f"when CI has passed: relman release {done.spot.line}",)
    return ()


def _stopped(done: Ported) -> bool:
    return any(p.pick.rung in ("conflict", "unknown") for p in done.ports)
