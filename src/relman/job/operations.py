"""Taking operations back, finishing them, pushing what they made."""

from collections.abc import Mapping, Sequence

from relman.errors import Kind, RelmanError, usage
from relman.git.refs import read_values
from relman.git.remote import ls_remote
from relman.job.facts import Facts
from relman.model.names import HEADS, TAGS, Oid, RefName
from relman.plan.plan import Expect, Plan
from relman.plan.steps import Id, PushMove, PushRefs
from relman.run.journal import Record, read_all
from relman.run.recover import settle
from relman.run.undo import undo_plan


def plan_undo(
    facts: Facts, word: str | None, *, remote: bool, offline: bool, version: str | None = None
) -> Plan:
    """Plans to take an operation back: the named one, that of a release, or the newest that stands."""
    record = _named(facts, word, version) or read_all(facts.repo).newest_undoable()
    if record is None:
        raise RelmanError(Kind.NOTHING, "there is nothing to undo", hints=("relman log",))
    return _back(facts, record, remote=remote, offline=offline)


def plan_redo(facts: Facts, *, offline: bool) -> Plan:
    """Plans to take the newest undo back."""
    record = read_all(facts.repo).newest_undone()
    if record is None:
        raise RelmanError(Kind.NOTHING, "there is nothing to redo", hints=("relman log",))
    return _back(facts, record, remote=False, offline=offline)


def _named(facts: Facts, word: str | None, version: str | None) -> Record | None:
    journal = read_all(facts.repo)
    if word is not None:
        return journal.find(word)
    if version is None:
        return None
    release = facts.release(version)
    tag = release.tag if release else version
    made = [
        r for r in journal.records if r.state == "done" and any(t.tag == tag for t in r.sealed.plan.targets)
    ]
    if not made:
        raise usage(f"no operation in this clone made {tag}", "relman log")
    return made[-1]


def _back(facts: Facts, record: Record, *, remote: bool, offline: bool) -> Plan:
    names = [c.ref for c in record.refs]
    remotes: dict[str, Mapping[RefName, Oid]] = {}
    pushed = {p.remote for p in record.pushes if p.result in ("pushed", "unknown")}
    asked = pushed | ({facts.remote} if facts.remote in facts.refs.remotes else set())
    for name in sorted(asked):
        if offline and name not in pushed:
            continue
        try:
            remotes[name] = ls_remote(facts.repo, name)
        except RelmanError:
            if name in pushed:
                raise
    return undo_plan(record, read_values(facts.repo, names), remotes=remotes or None, remote=remote)


def plan_push(facts: Facts, word: str | None) -> Plan:
    """Plans to push what an operation made: its refs, all or nothing, with leases on what the remote holds now."""
    journal = read_all(facts.repo)
    record = journal.find(word) if word else journal.newest_undoable()
    if record is None:
        raise RelmanError(
            Kind.NOTHING, "no operation stands here that could be pushed", hints=("relman log",)
        )
    if facts.remote not in facts.refs.remotes:
        raise usage(f"there is no remote {facts.remote}", f"git remote add {facts.remote} URL")
    there = ls_remote(facts.repo, facts.remote, for_push=True)
    here = read_values(facts.repo, [c.ref for c in record.refs])
    moves = []
    for change in record.refs:
        if change.new is None or not change.ref.startswith((HEADS, TAGS)):
            continue
        if here.get(change.ref) != change.new:
            raise RelmanError(
                Kind.MOVED,
                f"{change.ref} moved on since {record.id}",
                hints=(f"git push origin {change.ref}",),
            )
        held = there.get(change.ref)
        if held == change.new:
            continue
        if held is not None and held not in (change.old, None) and not _below(facts, held, change.new):
            raise RelmanError(
                Kind.MOVED,
                f"{change.ref} on {facts.remote} is {held[:10]}, which is not below {change.new[:10]}",
                hints=(f"git fetch {facts.remote}", "relman undo"),
            )
        moves.append(PushMove(ref=change.ref, expect=held, new=Id(oid=change.new)))
    if not moves:
        raise RelmanError(Kind.NOTHING, f"{facts.remote} has everything that {record.id} made")
    return Plan(
        operation="push",
        title=f"push {record.sealed.plan.title}",
        steps=(PushRefs(remote=facts.remote, moves=tuple(moves)),),
        expects=tuple(Expect(ref=m.ref, value=m.new.oid) for m in moves if isinstance(m.new, Id)),
    )


def _below(facts: Facts, held: Oid, new: Oid) -> bool:
    return facts.graph.has(held) and facts.graph.is_ancestor(held, new)


def abort_open(facts: Facts, *, now: int, argv: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Takes back what is open. One whose refs have moved cannot be unmade half way: it is finished, and undo named."""
    told = []
    for settled in settle(facts.repo, now=now, argv=argv):
        if settled.way == "back":
            told.append((settled.id, "was taken back: nothing had moved"))
        else:
            told.append(
                (
                    settled.id,
                    f"had moved its refs, so it was finished; take it back with relman undo {settled.id}",
                )
            )
    return tuple(told)
