"""The second of two phases: what was prepared, on its line or on a hotfix branch, gets its tag and nothing else."""

from collections.abc import Mapping, Sequence

from msgspec import structs

from relman.errors import Kind, RelmanError, usage
from relman.git.scratch import Scratch
from relman.job.aim import STEPS, ReleaseAsk, Where
from relman.job.cut import assumed
from relman.job.debts import debt_warns, final_debts
from relman.job.facts import Facts
from relman.job.finish import comes_by_merge, end_prepared, ending_role
from relman.job.landing import change_pages, expects, protected, pushes
from relman.job.merge_pause import pause_merge
from relman.job.prepared import Prepared, find_prepared
from relman.job.proposed import Proposal, Retired, both, prepared_elsewhere, proposals, retire, whose
from relman.job.shipping import Wishes, prove, read_own, write_release
from relman.job.strategy import branch_in_role
from relman.model import message
from relman.model.bump import Bump
from relman.model.count import commits_word, count
from relman.model.lines import TRUNK
from relman.model.names import Oid
from relman.model.tags import Release
from relman.model.version import Version, under
from relman.plan.plan import Base, Plan, Warn
from relman.plan.ship import BranchMove, Shipment, ship
from relman.plan.stamp import write_versions
from relman.plan.steps import PushRefs, Step

_NAMED = 20
"""How many commits that stay out are named."""


def meant(version: Version, ask: ReleaseAsk, where: Where) -> bool:
    """Whether a prepared version is what was asked for."""
    if where.given is not None:
        return where.given.precedence == version.precedence
    return ask.what not in STEPS and ask.stage in (None, "final" if version.stable else "candidate")


def find_waiting(facts: Facts, where: Where, base: Release | None, landed: Version | None) -> Proposal | None:
    """The release of a line that waits on a hotfix branch, and is not the one that `landed` on the line.

    Error (usage): several wait, and none is named.
    """
    if where.line == TRUNK:
        return None
    numbers = facts.line(where.line).numbers
    found = [
        p
        for p in prepared_elsewhere(facts, where.tip.commit)
        if under(p.version, numbers)
        and (base is None or p.version > base.version)
        and where.given in (None, p.version)
        and p.version != landed
    ]
    versions = sorted({p.version for p in found} | ({landed} if found and landed else set()))
    if len(versions) > 1:
        said = ", ".join(str(v) for v in versions)
        raise usage(
            f"{said} are all prepared on line {where.line}: say which comes next",
            *(f"relman release {version}" for version in versions),
        )
    return found[0] if found else None


def tag_waiting(facts: Facts, scratch: Scratch, where: Where, waiting: Proposal, wishes: Wishes) -> Plan:
    """Tags a release where it waits, beside its line's branch."""
    tip = facts.tip(waiting.name)
    beside = structs.replace(where, branch=waiting.name, tip=tip or where.tip)
    stable = facts.line(where.line).newest
    prepared = find_prepared(facts, scratch, waiting.tip, stable, facts.line(where.line).numbers)
    if prepared is None or prepared.version != waiting.version:
        raise RelmanError(
            Kind.REFUSED,
            f"{waiting.version} was prepared on {waiting.name} and taken back there",
            hints=(f"git log --oneline {waiting.name}", f"git branch -D {waiting.name}"),
        )
    plan = tag_prepared(facts, scratch, beside, prepared, wishes)
    own = facts.graph.between([where.tip.commit], [waiting.tip, *(r.commit for r in facts.releases)])
    goes_on = plan.pause is not None or "merges" in dict(plan.facts)
    later = "" if goes_on else f"; {where.branch} gets it with its next release"
    told = f"{waiting.name} ({whose(facts, waiting.commit)}){later}"
    rows = (
        ("tagged on", told),
        *((("stays out", f"{commits_word(len(own))} of {where.branch}"),) if own else ()),
    )
    ahead = facts.graph.is_ancestor(where.tip.commit, waiting.tip)
    unmerged = where.given is None and ahead and protected(facts, where.branch)
    warns = (
        Warn(
            message=f"{waiting.name} is not merged into {where.branch}, which is protected",
            rule="not-merged",
            hint=f"git log --oneline {where.branch}..{waiting.name}",
        ),
    )
    return structs.replace(
        plan,
        facts=(*plan.facts, *rows),
        warnings=(*(warns if unmerged else ()), *plan.warnings),
        expects=(*plan.expects, *expects(facts, plan.steps, tips=[where.tip], tags=())),
    )


def tag_prepared(
    facts: Facts,
    scratch: Scratch,
    where: Where,
    prepared: Prepared,
    wishes: Wishes,
    resolved: Mapping[str, Oid] | None = None,
) -> Plan:
    """Tags what was prepared, at the commit of the branch that first holds it, and writes nothing else.

    `resolved` are trees of merges that people made, by the branch that they go into.
    """
    version, commit = prepared.version, prepared.commit
    behind = [r for r in facts.releases if r.version < version and (r.sound or not version.stable)]
    commits = facts.graph.between([commit], [r.commit for r in behind])
    base = next((r for r in behind if r.sound and facts.graph.is_ancestor(r.commit, commit)), None)
    own = read_own(facts, scratch, commit, scratch.tree_of(commit))
    _check_files(facts, scratch, where, version, commit)
    writing = write_release(
        facts,
        own,
        line=where.line,
        version=version,
        base=base,
        commits=commits,
        extra=(),
        wishes=wishes,
        prepared=False,
        notes=_approved(facts, prepared),
    )
    shipment = Shipment(
        line=where.line,
        base=Base(name=where.branch, commit=commit),
        start=commit,
        start_tree=scratch.tree_of(commit),
        tag=writing.tag,
        branch=_standing(facts, where, commit),
        version=str(version),
        ships=commits,
        notes=writing.notes,
    )
    ending = end_prepared(facts, scratch, shipment, where, version, wishes, resolved)
    shipped = ship(ending.shipment)
    proof, warns = prove(
        facts,
        version=version,
        tag=writing.tag.name,
        line=where.line,
        base=base,
        start=commit,
        merged=(),
        fixes=(),
        ships=ending.shipment.ships,
        places=own.places,
    )
    gone = both(_retired(facts, scratch, version, commit), ending.gone)
    steps = with_push(facts, (*shipped.steps, *gone.moves), gone, wishes)
    role = ending_role(facts, where, version)
    owed = final_debts(facts, lambda: scratch, where, version, commit)
    debts = tuple(d for d in owed if not comes_by_merge(facts, role, d.commit))
    late = _late(facts, where, commit)
    told = f"{version} was prepared {prepared.how}; only the tag is missing"
    plan = Plan(
        operation="release",
        title=f"release {writing.tag.name}",
        targets=(shipped.target,),
        steps=steps,
        expects=expects(facts, steps, tips=[where.tip, *ending.tips], tags=[base.tag] if base else []),
        debts=(*debts, *ending.debts),
        facts=(
            ("prepared", told),
            *(("differs", path) for path in prepared.differs),
            *_rows(facts, late),
            *ending.rows,
            *((("stays", gone.stays),) if gone.stays and gone.stays != ending.gone.stays else ()),
        ),
        afterwards=change_pages(facts, *ending.landings),
        warnings=(*warns, *_left_behind(facts, where, version, late), *debt_warns(debts)),
        assumptions=assumed(facts),
        proofs=(proof,),
    )
    return pause_merge(facts, plan, shipment, ending.stuck, where, wishes) if ending.stuck else plan


def unsaid(facts: Facts, scratch: Scratch, version: Version, commit: Oid) -> tuple[str, ...]:
    """The version files of a commit that do not say a version: stamping them would change them."""
    own = read_own(facts, scratch, commit, scratch.tree_of(commit))
    edits = write_versions(own.files, own.places, version, facts.formats.write.write(version))
    return tuple(edit.path for edit in edits)


def _check_files(facts: Facts, scratch: Scratch, where: Where, version: Version, commit: Oid) -> None:
    """Version files at the tag equal the tag (DESIGN 4.10)."""
    paths = unsaid(facts, scratch, version, commit)
    if paths:
        raise RelmanError(
            Kind.REFUSED,
            f"{', '.join(paths)} at {commit[:10]} of {where.branch} "
            f"{'does' if len(paths) == 1 else 'do'} not say {version}, though that was prepared there",
            hints=(f"relman release {where.line} --no-tag", f"git show {commit[:10]}"),
        )


def _late(facts: Facts, where: Where, commit: Oid) -> tuple[Oid, ...]:
    """The commits after what was prepared, newest first: they are not in the tag."""
    return facts.graph.between([where.tip.commit], [commit])


def _rows(facts: Facts, late: Sequence[Oid]) -> tuple[tuple[str, str], ...]:
    own = [c for oid in late if len((c := facts.graph.commit(oid)).parents) < 2]
    rows = [("stays out", f"{c.id[:7]} {c.subject}") for c in own[:_NAMED]]
    more = [("stays out", f"{commits_word(len(own) - _NAMED)} more")] if len(own) > _NAMED else []
    return (*rows, *more)


def _left_behind(facts: Facts, where: Where, version: Version, late: Sequence[Oid]) -> tuple[Warn, ...]:
    """Refuses a tag below work that counts for a version: who released the line may have meant that too."""
    if not late or count(facts.graph, late, facts.policy).bump is Bump.NONE:
        return ()
    return (
        Warn(
            message=f"{commits_word(len(late))} came to {where.branch} after {version} was prepared and stay out",
            rule="left-behind",
            hint=f"relman release {where.line} --no-tag",
        ),
    )


def _approved(facts: Facts, prepared: Prepared) -> str | None:
    """The section that was reviewed, where a squash left commits that say less than it does."""
    commit = facts.graph.commit(prepared.commit)
    folded = len(commit.parents) == 1 and not message.is_release_subject(commit.subject)
    return prepared.section if folded else None


def _standing(facts: Facts, where: Where, commit: Oid) -> BranchMove | None:
    """The branch of a tag-only plan: none moves, unless the line's local one is behind what is tagged."""
    named = branch_in_role(facts, "production")
    own = where.line == TRUNK or where.branch in (facts.line(where.line).branch, named)
    behind = where.tip.state in ("behind", "absent") and commit == where.tip.commit
    return BranchMove(ref=where.tip.ref, old=where.tip.local) if own and behind else None


def _retired(facts: Facts, scratch: Scratch, version: Version, commit: Oid) -> Retired:
    """What becomes of the hotfix branch of a version once that is tagged; one with anything else on it stays."""
    mine = [p for p in proposals(facts) if p.version == version]
    if not mine:
        return Retired()
    if protected(facts, mine[0].name):
        return Retired(stays=f"{mine[0].name} is protected, so it is not deleted")
    for other in mine:
        held = facts.graph.is_ancestor(other.tip, commit) or not scratch.changed(other.tip, commit)
        if not held:
            return Retired(stays=f"{other.name} holds more than {version}, so it is not deleted")
    return retire(facts, mine[0].name)


def with_push(facts: Facts, steps: tuple[Step, ...], gone: Retired, wishes: Wishes) -> tuple[Step, ...]:
    """The steps with their push; a branch is deleted on the remote only where the remote has it."""
    kept = [step for step in steps if step not in gone.moves]
    made = pushes(facts, kept, wishes)
    if not made:
        return steps
    return (*steps, *(PushRefs(remote=p.remote, moves=(*p.moves, *gone.pushes)) for p in made))
