"""Puts a parked feature back into trunk, as one commit; what others did meanwhile stays.

Where others changed its lines the operation pauses: a person resolves git's own revert of the park in a place beside
the repository, and `resume` makes the one commit of it.
"""

from collections.abc import Sequence
from shlex import quote

from msgspec import Struct, structs

from relman.errors import Kind, RelmanError, usage
from relman.git.scratch import Scratch
from relman.git.workplace import beside
from relman.job.facts import Facts
from relman.job.feature import commits_of, plain
from relman.job.feature_move import SHOWN, about, kept_rows, no_answer, on_trunk, plan_move
from relman.job.landing import expects
from relman.job.parked import parked
from relman.job.pausing import check_first
from relman.job.porting import resolved_pick
from relman.job.shipping import Wishes
from relman.job.waiting import (
    Waiting,
    made_again,
    moved_on,
    not_yet,
    pause_in,
    planned,
    read_waiting,
)
from relman.model.feature import UNPARK, Parked, Unit
from relman.model.history import Commit
from relman.model.lines import TRUNK
from relman.model.names import Oid
from relman.model.trailers import values
from relman.model.trees import Conflict, Merged
from relman.plan.park import FeatureMove, unpark_message
from relman.plan.plan import Carried, Pause, Pick, Plan, Wait, Warn
from relman.plan.ship import Change, ship
from relman.plan.steps import Id, Reverted
from relman.run.journal import Record
from relman.run.takeout import Stuck, take_out


class Back(Struct, frozen=True, kw_only=True):
    """How far a feature is back: trunk's tree with the parks in `picks` taken back, one after the other.

    `head` is what a person left on trunk as it is now. `stuck` is the park that conflicts, `kept` are bookkeeping
    files whose conflicts kept trunk's side.
    """

    tree: Oid
    picks: tuple[Pick, ...] = ()
    head: Oid | None = None
    kept: tuple[str, ...] = ()
    stuck: Stuck | None = None


def plan_unpark(facts: Facts, scratch: Scratch, name: str, wishes: Wishes) -> Plan:
    """Plans to put a parked feature back; where others changed its lines, the pause in which a person does.

    Error (usage): it is not parked, or waits for a person already.
    """
    facts.check_remote()
    facts.check_complete()
    out = _meant(facts, name)
    scratch.aim(facts.trunk.commit)
    back = _taken_back(facts, scratch, out, Back(tree=scratch.tree_of(facts.trunk.commit)))
    if back.stuck:
        check_first(facts, [(TRUNK, back.stuck.unit.commit)])
    return _planned(facts, scratch, out, back, wishes)


def _meant(facts: Facts, word: str) -> Parked:
    """The parked feature of that name, or the one that these words of `park` took out. Error (usage): none."""
    known = parked(facts)
    name = plain(word.partition(",")[0].strip())
    found = next((p for p in known if p.name == word), None) or next(
        (p for p in known if p.name == name), None
    )
    if found is None and known and (oids := commits_of(facts, name)):
        found = next((p for p in known if not oids.isdisjoint(p.commits)), None)
    if found is None:
        there = ", ".join(p.name for p in known) or "nothing"
        ways = [f"relman unpark {quote(p.name)}" for p in known[:3]] or ["relman status"]
        raise usage(f"{word!r} is not parked on {facts.trunk_name}; parked: {there}", *ways)
    return found


def plan_put_back(facts: Facts, scratch: Scratch, record: Record, wishes: Wishes) -> Plan:
    """Plans the one commit from what a person resolved, or the next pause where another park conflicts.

    Errors: it cannot be taken yet (conflict); trunk moved on where it was resolved (moved); the feature is not parked
    any more (usage).
    """
    facts.check_complete()
    (waits,) = read_waiting(facts, record)
    if waits.look and not waits.look.there:
        return made_again(record, [waits], [waits])
    if not waits.ready:
        raise not_yet([waits], pause_in(record))
    (name,) = pause_in(record).words
    out = next((p for p in parked(facts) if p.name == name), None)
    if out is None:
        raise usage(f"{name!r} is not parked on {facts.trunk_name} any more", "relman abort", "relman status")
    scratch.aim(facts.trunk.commit)
    back = _taken_back(facts, scratch, out, _resolved(facts, scratch, record, waits))
    if back.stuck and back.head is None:
        raise _below(facts, record, waits)
    return _planned(facts, scratch, out, back, wishes, place=waits.wait.place)


def _taken_back(facts: Facts, scratch: Scratch, out: Parked, back: Back) -> Back:
    """Takes the rest of the parks back, newest first, up to one that conflicts. Error (conflict): git failed."""
    done = {pick.source for pick in back.picks}
    for park in (facts.graph.commit(oid) for oid in out.parks if oid not in done):
        found = take_out(
            scratch, (Unit(commit=park.id),), back.tree, facts.config.picks.bookkeeping, hunks=True
        )
        if isinstance(found, Stuck):
            if found.reason:
                raise no_answer(facts, found)
            pick = _pick(park, None, conflicts=_caused(facts, park.id, found.conflicts))
            return structs.replace(back, picks=(*back.picks, pick), stuck=found)
        kept = tuple(dict.fromkeys((*back.kept, *found.kept)))
        back = structs.replace(back, tree=found.tree, picks=(*back.picks, _pick(park, found.tree)), kept=kept)
    return back


def _pick(park: Commit, tree: Oid | None, *, conflicts: tuple[Conflict, ...] = ()) -> Pick:
    return Pick(
        source=park.id,
        picked=park.id,
        subject=park.subject,
        rung="conflict" if tree is None else "clean",
        tree=tree,
        reverts=True,
        conflicts=conflicts,
        evidence=tuple(f"{c.kind} conflict in {c.path}" for c in conflicts)
        if conflicts
        else ("clean revert",),
    )


def _caused(facts: Facts, park: Oid, conflicts: Sequence[Conflict]) -> tuple[Conflict, ...]:
    """Adds to each path who changed it while the feature was out."""
    since = facts.graph.between([facts.trunk.commit], [park])
    single = [oid for oid in reversed(since) if len(facts.graph.commit(oid).parents) < 2]
    facts.graph.load_paths(single)
    return tuple(
        structs.replace(c, causes=tuple(oid for oid in single if c.path in facts.graph.paths(oid)))
        for c in conflicts
    )


def _resolved(facts: Facts, scratch: Scratch, record: Record, waits: Waiting) -> Back:
    """What a person left in the place, on trunk as it is now: others may have gone on meanwhile."""
    head, todo = waits.look.head if waits.look else None, waits.wait.todo
    if head is None or todo is None:
        raise RelmanError(Kind.INTERNAL, f"{waits.wait.place} holds nothing to take")
    sealed, target = planned(record, TRUNK)
    start, tree = facts.trunk.commit, scratch.tree_of(head)
    many = len(facts.graph.between([head], [target.base.commit, start]))
    stands = facts.graph.is_ancestor(start, head)
    if not stands:
        found = scratch.combine(target.base.commit, start, head, hunks=False)
        if not isinstance(found, Merged):
            raise _below(facts, record, waits)
        tree = found.tree
    before = {p.source: known for p in target.picks if (known := sealed.id_of(p.commit))}
    picks = tuple(
        resolved_pick(p, head, tree, many)
        if p.source == todo.commit
        else structs.replace(p, commit=Id(oid=before[p.source]))
        for p in target.picks
    )
    return Back(tree=tree, picks=picks, head=head if stands else None)


def _below(facts: Facts, record: Record, waits: Waiting) -> RelmanError:
    """Trunk went on where it was resolved: a person carries the resolution on."""
    return moved_on(waits, facts.trunk_name, facts.trunk.commit, planned(record, TRUNK)[1].base.commit)


def _planned(
    facts: Facts, scratch: Scratch, out: Parked, back: Back, wishes: Wishes, *, place: str | None = None
) -> Plan:
    """The one commit, or the pause; `place` is where a person works already."""
    commits = [facts.graph.commit(oid) for oid in out.commits]
    text = unpark_message(out.name, out.parks, commits, facts.policy.bumps, wishes.trailers)
    rows = about(facts, "puts back", f"{out.name}, taken out by {out.parks[0][:10]}", out.commits)
    if back.stuck:
        return _paused(facts, scratch, out, back, wishes, text, rows, place)
    if back.tree == scratch.tree_of(facts.trunk.commit):
        raise _nothing(facts, out, back)
    taken = _as_it_is(facts, out, back)
    change = Change(tree=back.tree, message=text, origin=Reverted(commit=out.parks[0]), taken=taken)
    return plan_move(
        facts,
        scratch,
        "unpark",
        out.name,
        out.commits,
        change,
        wishes,
        rows=(
            *rows,
            ("proof", _beside_before(facts, scratch, out, back)),
            *((("commit", "as it was made by hand"),) if taken else ()),
            *kept_rows(back.kept),
        ),
        warnings=_again(out),
    )


def _nothing(facts: Facts, out: Parked, back: Back) -> RelmanError:
    if _by_hand(back):
        said, way = f"what was resolved leaves {facts.trunk_name} as it is", "relman abort"
    else:
        said = f"{out.name} is on {facts.trunk_name} again already: putting it back changes nothing"
        way = "relman status"
    return RelmanError(Kind.NOTHING, said, hints=(way,))


def _by_hand(back: Back) -> str | None:
    """How a person resolved it; nothing where none was needed."""
    return next((pick.evidence[0] for pick in back.picks if pick.rung == "conflict"), None)


def _as_it_is(facts: Facts, out: Parked, back: Back) -> Oid | None:
    """The person's own commit, where it alone puts the feature back and says so; else relman writes the one."""
    if back.head is None or back.picks[-1].rung == "clean":
        return None
    made = facts.graph.commit(back.head)
    alone = made.parents == (facts.trunk.commit,)
    return made.id if alone and out.name in values(made.message, UNPARK) else None


def _paused(
    facts: Facts,
    scratch: Scratch,
    out: Parked,
    back: Back,
    wishes: Wishes,
    text: str,
    rows: Sequence[tuple[str, str]],
    place: str | None,
) -> Plan:
    park = back.picks[-1]
    fresh = [pick for pick in back.picks if pick.tree and pick.commit is None]
    changes = [Change(tree=p.tree, message=text, origin=Reverted(commit=p.source)) for p in fresh if p.tree]
    if back.head:
        by_hand = Change(
            tree=scratch.tree_of(back.head), message="", origin=Reverted(commit=park.source), taken=back.head
        )
        changes = [by_hand, *changes]
    shipped = ship(on_trunk(facts, scratch, tuple(changes), picks=back.picks))
    return Plan(
        operation="unpark",
        title=f"unpark {out.name}",
        targets=(shipped.target,),
        steps=shipped.steps,
        expects=expects(facts, (), tips=[facts.trunk], tags=()),
        feature=FeatureMove(
            name=out.name, commits=out.commits, before=scratch.tree_of(facts.trunk.commit), after=None
        ),
        facts=(*rows, *_since(facts, park)),
        warnings=_again(out),
        pause=Pause(
            fixes=(Carried(commit=park.source, reverts=True),),
            waits=(
                Wait(
                    line=TRUNK,
                    to=TRUNK,
                    place=place or str(beside(facts.repo, TRUNK)),
                    onto=shipped.end,
                    todo=Carried(commit=park.source, reverts=True),
                    picked=park.source,
                    message=text,
                ),
            ),
            words=(out.name,),
            push=wishes.push,
            as_branches=wishes.as_branches,
            trailers=wishes.trailers,
        ),
    )


def _since(facts: Facts, park: Pick) -> Sequence[tuple[str, str]]:
    """Who changed the feature's files while it was out, for people."""
    oids = dict.fromkeys(oid for conflict in park.conflicts for oid in conflict.causes)
    commits = [facts.graph.commit(oid) for oid in oids][::-1]
    rows = [("meanwhile", f"{c.id[:7]} {c.subject} ({c.author.name})") for c in commits[:SHOWN]]
    return [*rows, *([("", f"and {len(commits) - SHOWN} more")] if len(commits) > SHOWN else [])]


def _beside_before(facts: Facts, scratch: Scratch, out: Parked, back: Back) -> str:
    """Says what the tree will be beside the one before the park."""
    if (told := _by_hand(back)) is not None:
        on = "" if back.head else f", and carried on to {facts.trunk.commit[:10]}, where trunk is by now"
        return f"{told}{on}"
    oldest = facts.graph.commit(out.parks[-1])
    before = scratch.tree_of(oldest.parents[0]) if oldest.parents else None
    if back.tree == before:
        return f"the tree is the very one before the park ({back.tree[:10]})"
    paths = scratch.changed(oldest.tree, scratch.tree_of(facts.trunk.commit))
    files = "1 file" if len(paths) == 1 else f"{len(paths)} files"
    return f"what others did since, in {files}, stays as it is" if paths else "what others did since stays"


def _again(out: Parked) -> tuple[Warn, ...]:
    if not out.again:
        return ()
    names = ", ".join(oid[:10] for oid in out.again)
    return (
        Warn(
            message=f"{names} merged its branch again while it was out, and brought only what was new there; "
            "the parked commits come back now",
            hint=f"git show --stat {out.again[0][:10]}",
        ),
    )
