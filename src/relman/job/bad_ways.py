"""Ways that need no fix: take the cause out of production, turn it off, go back to the release before it."""

from collections.abc import Sequence
from shlex import quote

from msgspec import Struct

from relman.errors import RelmanError
from relman.git.blame import blame
from relman.git.hunks import around, changed_files
from relman.git.scratch import Scratch
from relman.job.facts import Facts
from relman.job.feature import configured
from relman.job.fix_ways import besides, verdict_of
from relman.job.future import attempt
from relman.job.hotfix import plan_hotfix
from relman.job.porting import HotfixAsk
from relman.job.shipping import Wishes
from relman.job.withdraw import WithdrawAsk, plan_withdraw
from relman.job.works import switch_of
from relman.model import message
from relman.model.bump import Bump, bump_of
from relman.model.feature import named_features, says
from relman.model.history import Commit
from relman.model.names import Oid
from relman.model.tags import Release
from relman.model.trees import Conflicted, Merged
from relman.plan.option import Option
from relman.plan.override import flags_of
from relman.render.words import counted, listed

_FILES = 20
"""A fix that changes more files than this tells nothing about a cause."""
_MIGRATION = ("migration", "migrate", "schema", ".sql")
_ROLLED = 10


class Bad(Struct, frozen=True, kw_only=True):
    """The release that is broken, and the commit that broke it where it is known."""

    base: Release
    cause: Oid | None
    given: bool


def find_cause(facts: Facts, fix: Commit, base: Oid) -> Oid | None:
    """The newest commit of the release that wrote a line which the fix takes away; nothing where it only adds."""
    if not fix.parents:
        return None
    files = changed_files(facts.repo, fix.parents[0], fix.id)[:_FILES]
    wrote = {
        row.commit
        for file in files
        if file.old
        for row in blame(facts.repo, fix.parents[0], file.old, around(file.regions, 0))
    }
    inside = facts.graph.ancestors(wrote, base)
    return max(inside, key=facts.graph.when, default=None)


def revert_cause(facts: Facts, scratch: Scratch, bad: Bad, wishes: Wishes) -> Option:
    """Production without the commit that broke it, as a hotfix of its own."""
    if bad.cause is None:
        why = "no commit is known to have caused it: name it with --bad"
        return Option(kind="revert-cause", verdict="impossible", why=why)
    cause, start = facts.graph.commit(bad.cause), bad.base.commit
    if not cause.parents:
        why = f"{cause.id[:10]} is the first commit of its history: there is nothing before it to go back to"
        return Option(kind="revert-cause", verdict="impossible", why=why)
    how = "as you say" if bad.given else "by blame of the lines that the fix takes away"
    told = f"the cause is {cause.id[:10]} {cause.subject}, {how}"
    scratch.aim(start)
    tree = scratch.tree_of(start)
    mainline = 1 if len(cause.parents) > 1 else None
    answer = scratch.revert(cause.id, tree, mainline=mainline, hunks=False)
    parent = f" --mainline {mainline}" if mainline else ""
    commands = (f"relman hotfix --revert {cause.id[:10]}{parent} --to {quote(bad.base.tag)} --isolate",)
    if isinstance(answer, Conflicted):
        files = ", ".join(dict.fromkeys(c.path for c in answer.conflicts))
        return Option(
            kind="revert-cause",
            verdict="conflicts",
            why=f"taking {cause.id[:10]} back conflicts in {files}",
            manual_resolutions=len({c.path for c in answer.conflicts}),
            commands=commands,
            evidence=(told,),
        )
    if not isinstance(answer, Merged):
        return Option(kind="revert-cause", verdict="unknown", why=answer.reason, evidence=(told,))
    if answer.tree == tree:
        why = f"{cause.id[:10]} is taken back in {bad.base.tag} already"
        return Option(kind="revert-cause", verdict="already-there", why=why, evidence=(told,))
    ask = HotfixAsk(fixes=(cause.id,), to=(bad.base.tag,), side="isolate", mainline=mainline, revert=True)
    tried = attempt(scratch, lambda: plan_hotfix(facts, scratch, ask, wishes), wishes.now)
    found, tip = verdict_of(tried), tried.tip()
    target = tried.plan.targets[0] if tried.plan else None
    debts = tried.plan.debts if tried.plan else ()
    return Option(
        kind="revert-cause",
        verdict=found.verdict,
        why=f"{bad.base.tag} without {cause.id[:10]} {cause.subject}"
        if found.verdict == "clean"
        else found.why,
        version=target.version if target else None,
        tree=scratch.tree_of(tip) if tip else None,
        ships_besides=besides(facts, target.ships, ()) if target else (),
        loses=1,
        debts=tuple(debts),
        commands=(f"{commands[0]}{flags_of(tried.plan)}",) if tried.plan else (),
        evidence=(told,),
    )


def turn_off(facts: Facts, bad: Bad, asked: Sequence[str]) -> Option:
    """Turns the faulty feature off where it runs: no release. Its default in production's tree says whether it is on.

    Errors (usage): the toggle's file or key does not exist in production.
    """
    names = dict.fromkeys(word for word in asked if word in configured(facts))
    if bad.cause is not None:
        commit = facts.graph.commit(bad.cause)
        names |= dict.fromkeys(named_features(commit))
        names |= {name: None for name, feature in configured(facts).items() if says(feature, commit)}
    for name in names:
        try:
            known = switch_of(facts, name, bad.base.commit)
        except RelmanError as error:
            return Option(kind="turn-off", verdict="impossible", why=error.message, evidence=error.hints)
        if known is None:
            continue
        toggle, switch, value = known
        place = f"{toggle.path}: {toggle.key or toggle.pattern}"
        if switch == "off":
            why = f"{name} is off in {bad.base.tag} already ({place} is {value})"
            return Option(kind="turn-off", verdict="already-there", why=why)
        return Option(
            kind="turn-off",
            verdict="clean",
            why=f"{name} is behind a toggle that is on in {bad.base.tag} ({place} is {value})",
            version=str(bad.base.version),
            tree=facts.graph.commit(bad.base.commit).tree,
            evidence=("no release: switch it off where it runs, and change the default with the fix",),
        )
    why = "no toggle of the configuration hides what broke"
    return Option(kind="turn-off", verdict="impossible", why=f"{why} ({', '.join(names)})" if names else why)


def roll_back(facts: Facts, bad: Bad, wishes: Wishes) -> Option:
    """Goes back to the newest release below that lacks the cause; where none is known, to the one before."""
    older = [r for r in facts.releases if r.sound and r.version < bad.base.version]
    broken = frozenset[Oid]()
    if bad.cause is not None:  # one walk for all of them
        broken = facts.graph.descendants(bad.cause, [r.commit for r in older]) | {bad.cause}
    for release in older:
        if release.commit not in broken:
            return _back_to(facts, bad.base, release, wishes)
    lacking = " that lacks the cause" if bad.cause else ""
    why = f"there is no stable release below {bad.base.tag}{lacking}"
    return Option(kind="roll-back", verdict="impossible", why=why)


def _back_to(facts: Facts, base: Release, release: Release, wishes: Wishes) -> Option:
    """What users lose by it, and whether `withdraw` would carry it out."""
    lost = facts.graph.between([base.commit], [release.commit])
    facts.graph.load_paths(lost)
    single = [facts.graph.commit(o) for o in lost if len(facts.graph.commit(o).parents) < 2]
    risky = [c for c in single if any(w in p.lower() for p in facts.graph.paths(c.id) for w in _MIGRATION)]
    bumps = {c.id: bump_of(message.parse(c.message), facts.policy.bumps) for c in single}
    features = [c for c in single if bumps[c.id] >= Bump.MINOR]
    fixes = [c for c in single if bumps[c.id] == Bump.PATCH]
    words = ((features, "feature", "features"), (fixes, "fix", "fixes"))
    news = [counted(len(found), *names) for found, *names in words if found]
    rest = [c for c in single if c not in features and c not in fixes]
    rows = [f"takes away {c.id[:10]} {c.subject}" for c in (*features, *fixes, *rest)]
    more = [f"and {len(rows) - _ROLLED} more"] if len(rows) > _ROLLED else []
    moved = [f"may not go back: {c.id[:10]} changes what looks like a migration" for c in risky[:3]]
    lose = f"users lose {counted(len(single), 'commit')} that they have"
    told = f"{release.tag} again: {lose}" + (f", {listed(news)} among them" if news else "")
    refused = _refusal(facts, base, release, wishes)
    return Option(
        kind="roll-back",
        verdict="impossible" if refused else "clean",
        why=refused or told + (f", {len(risky)} with what looks like a migration" if risky else ""),
        version=str(release.version),
        tree=facts.graph.commit(release.commit).tree,
        loses=len(single),
        commands=()
        if refused
        else (f"relman withdraw {base.version} --reason TEXT --rollback-to {release.version}",),
        evidence=(*((told,) if refused else ()), *moved, *rows[:_ROLLED], *more),
    )


def _refusal(facts: Facts, base: Release, release: Release, wishes: Wishes) -> str:
    """Why going back would be refused, as the job itself says; empty where it would be carried out."""
    ask = WithdrawAsk(version=str(base.version), reason="TEXT", rollback_to=str(release.version))
    try:
        plan = plan_withdraw(facts, ask, wishes)
    except RelmanError as error:
        return error.message
    return next((w.message for w in plan.warnings if w.rule), "")
