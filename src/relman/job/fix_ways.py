"""Ways that bring the fix to what runs in production: from the tag, on its line, by merging a hotfix branch."""

from collections.abc import Collection, Sequence
from shlex import quote

from msgspec import Struct, structs

from relman.errors import RelmanError
from relman.git.scratch import Scratch
from relman.job.facts import Facts
from relman.job.future import Tried, attempt
from relman.job.hotfix import plan_hotfix
from relman.job.porting import HotfixAsk
from relman.job.shipping import Wishes
from relman.job.target import Side
from relman.job.works import works
from relman.model.feature import Work
from relman.model.history import Commit
from relman.model.names import Oid, short
from relman.model.strategy import hotfix_numbers
from relman.model.tags import Release
from relman.model.trees import Conflicted, Merged
from relman.plan.option import Kind, Option, Verdict
from relman.plan.override import flags_of
from relman.plan.plan import Debt, Pick


class Asked(Struct, frozen=True, kw_only=True):
    """The fixes as they were typed and as commits, oldest first; the release to mend; open features.

    `to` is the release that was named instead of production.
    """

    words: tuple[str, ...]
    fixes: tuple[Commit, ...]
    base: Release
    to: str | None
    features: tuple[str, ...]

    @property
    def typed(self) -> str:
        """The fixes and the target, to be typed."""
        target = ("--to", self.to) if self.to else ()
        return " ".join(quote(word) for word in (*self.words, *target))


class Found(Struct, frozen=True, kw_only=True):
    """What a plan comes to: the verdict, why, the files to resolve, the commands that go on."""

    verdict: Verdict
    why: str
    conflicts: int = 0
    commands: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()


def besides(facts: Facts, commits: Sequence[Oid], fixes: Collection[Commit]) -> tuple[Oid, ...]:
    """The commits that are neither a fix nor a merge."""
    ids = {fix.id for fix in fixes}
    return tuple(o for o in commits if o not in ids and len(facts.graph.commit(o).parents) < 2)


def hotfix_from_tag(facts: Facts, scratch: Scratch, asked: Asked, wishes: Wishes) -> Option:
    """Production's source plus the fix."""
    return _hotfix(facts, scratch, asked, wishes, "isolate")


def hotfix_on_line(facts: Facts, scratch: Scratch, asked: Asked, wishes: Wishes) -> Option:
    """The fix on the release branch, with what waits there."""
    line = facts.lines.of(asked.base.version)
    if line is None or facts.line_end(line) is None:
        name = line.name if line else str(asked.base.version)
        return Option(
            kind="hotfix-on-line",
            verdict="impossible",
            why=f"line {name} has no release branch in this clone",
        )
    if line.stable is not None and line.stable.tag != asked.base.tag:
        why = f"{asked.base.tag} is not the newest of line {line.name}: its branch stands above it"
        return Option(kind="hotfix-on-line", verdict="impossible", why=why)
    return _hotfix(facts, scratch, asked, wishes, "on-line")


def _hotfix(facts: Facts, scratch: Scratch, asked: Asked, wishes: Wishes, side: Side) -> Option:
    kind: Kind = "hotfix-from-tag" if side == "isolate" else "hotfix-on-line"
    to = (asked.to,) if asked.to and side == "isolate" else ()
    ask = HotfixAsk(fixes=asked.words, to=to, side=side)
    tried = attempt(scratch, lambda: plan_hotfix(facts, scratch, ask, wishes), wishes.now)
    found, flags = verdict_of(tried), [f"--{side}"]
    if found.verdict == "clean-with-prerequisites":
        flags.append("--with-prerequisites")
        ask = structs.replace(ask, with_prerequisites=True)
        tried = attempt(scratch, lambda: plan_hotfix(facts, scratch, ask, wishes), wishes.now)
    plan, target = tried.plan, tried.plan.targets[0] if tried.plan else None
    tip = tried.tip() if target and target.version else None
    extra = besides(facts, target.ships, asked.fixes) if target else ()
    needed = {p.source for p in target.picks if p.lands} - {f.id for f in asked.fixes} if target else set()
    extra = (*needed, *(oid for oid in extra if oid not in needed))
    typed = " ".join(quote(word) for word in (*asked.words, *(("--to", to[0]) if to else ())))
    past = ("not-affected",) if found.verdict == "not-affected" else ()
    command = f"relman hotfix {typed} {' '.join(flags)}{flags_of(plan, *past) if plan else ''}"
    refused = [f"{w.rule}: {w.message}" for w in plan.warnings if w.rule] if plan else []
    return Option(
        kind=kind,
        verdict=found.verdict,
        why=found.why if not refused else f"{found.why}; refused without --anyway: {refused[0]}",
        version=target.version if target else None,
        tree=scratch.tree_of(tip) if tip else None,
        ships_besides=extra,
        unfinished=shipped_works(facts, asked, extra),
        manual_resolutions=found.conflicts,
        debts=plan.debts if plan else (),
        commands=found.commands or ((command,) if plan and found.verdict != "already-there" else ()),
        evidence=(*found.evidence, *refused),
    )


def shipped_works(facts: Facts, asked: Asked, ships: Collection[Oid]) -> tuple[Work, ...]:
    """The unfinished features of trunk of which these commits hold a part."""
    if not ships:
        return ()
    inside = frozenset(ships)
    return tuple(
        work for work in works(facts, asked.features) if work.blocks and inside.intersection(work.commits)
    )


def verdict_of(tried: Tried) -> Found:
    """Reads the verdict from what became of the picks, the worst one first."""
    plan = tried.plan
    if plan is None:
        return Found(verdict="impossible", why=tried.error.message if tried.error else "there is no plan")
    picks = [pick for target in plan.targets for pick in target.picks]
    said = tuple(f"{p.picked[:10]} {p.subject}: {'; '.join(p.evidence)}" for p in picks if p.evidence)
    if plan.all_there():
        return Found(verdict="already-there", why=picks[0].evidence[0], evidence=said)
    for pick in sorted(picks, key=_badness):
        found = _of_pick(pick)
        if found is not None:
            return Found(verdict=found[0], why=found[1], conflicts=_files(picks), evidence=said)
    return Found(verdict="clean", why="every pick is clean", evidence=said)


def _badness(pick: Pick) -> int:
    order = ("unknown", "conflict", "not-affected", "prerequisites", "bookkeeping")
    return order.index(pick.rung) if pick.rung in order else len(order)


def _of_pick(pick: Pick) -> tuple[Verdict, str] | None:
    last = pick.evidence[-1] if pick.evidence else ""
    match pick.rung:
        case "unknown":
            return "unknown", last
        case "not-affected":
            return "not-affected", last
        case "prerequisites":
            return "clean-with-prerequisites", last
        case "conflict" if pick.affected is False:
            return "not-affected", last
        case "conflict" if pick.prerequisites:
            return "clean-with-prerequisites", last
        case "conflict":
            return "conflicts", last
        case "bookkeeping":
            return "bookkeeping-conflicts", last
        case _:
            return None


def _files(picks: Sequence[Pick]) -> int:
    return len({c.path for pick in picks if pick.tree is None for c in pick.conflicts})


def merge_hotfix_branch(facts: Facts, scratch: Scratch, asked: Asked, wishes: Wishes) -> Option:
    """Merges the branch that holds the fix into production's line and into trunk; says what each would gain."""
    del wishes  # a merge by hand writes no version
    name, tip = _branch_of(facts, asked)
    if name is None or tip is None:
        return Option(
            kind="merge-hotfix-branch",
            verdict="impossible",
            why="the fix is on no branch of its own beside trunk",
        )
    line = facts.lines.of(asked.base.version)
    ends = [(line.branch or asked.base.tag, facts.line_end(line) or asked.base.commit)] if line else []
    ends.append((facts.trunk_name, facts.trunk.commit))
    said, trees, conflicts, gains = [], list[Oid | None](), set[str](), list[tuple[Oid, ...]]()
    for where, end in ends:
        gained = facts.graph.between([tip], [end])
        gains.append(besides(facts, gained, asked.fixes))
        scratch.aim(end)
        answer = scratch.merge(end, tip, hunks=False)
        trees.append(answer.tree if isinstance(answer, Merged) else None)
        if isinstance(answer, Conflicted):
            conflicts.update(f"{where}:{c.path}" for c in answer.conflicts)
            files = ", ".join(dict.fromkeys(c.path for c in answer.conflicts))
            said.append(f"{where} would gain {len(gained)} commits and conflicts in {files}")
        else:
            said.append(f"{where} would gain {len(gained)} commits")
    onto_line = ends[0][0]
    clean = all(tree is not None for tree in trees)
    onto_base = facts.graph.is_ancestor(asked.base.commit, tip)
    merge = [f"git switch {quote(where)} && git merge --no-ff {quote(name)}" for where, _ in ends]
    release = f"relman release {quote(line.name)}" if line else "relman release"
    return Option(
        kind="merge-hotfix-branch",
        verdict="clean" if clean else "conflicts",
        why=said[0] if onto_base else f"{name} does not stand on {asked.base.tag}: {said[0]}",
        version=None,
        tree=trees[0],
        ships_besides=gains[0],
        unfinished=shipped_works(facts, asked, gains[0]),
        manual_resolutions=len(conflicts),
        debts=()
        if onto_base
        else (
            Debt(
                commit=asked.base.commit,
                subject=f"release {asked.base.tag}",
                missing_on=(name,),
                settle=f"git switch {quote(name)} && git merge {quote(asked.base.tag)}",
            ),
        ),
        commands=(merge[0], release, *merge[1:]),
        evidence=(*said, f"the tree is that of the merge into {onto_line}, before its release commit"),
    )


def _branch_of(facts: Facts, asked: Asked) -> tuple[str | None, Oid | None]:
    """The branch that was named as the fix; else a hotfix branch that holds it and trunk does not."""
    for word in asked.words:
        try:
            tip = facts.tip(word.removeprefix(f"{facts.remote}/"))
        except RelmanError:
            tip = None
        if tip is not None:
            return word, tip.commit
    for branch in facts.refs.branches:
        name = short(branch.ref).removeprefix(f"{facts.remote}/")
        beside = hotfix_numbers(facts.strategy, name) is not None or name.startswith(
            ("hotfix/", "fix/", "bugfix/")
        )
        if beside and all(facts.graph.is_ancestor(fix.id, branch.commit) for fix in asked.fixes):
            return short(branch.ref), branch.commit
    return None, None
