"""Takes a half-done feature out of trunk, as one commit that is proved to be reversible.

It does not pause where it conflicts. A conflict says that somebody built on the feature: their commits are named, and
the command that takes them along. To take their lines apart by hand is to decide about their work.
"""

import re
from shlex import quote

from msgspec import Struct, structs

from relman.errors import Kind, RelmanError, usage
from relman.git.revision import resolve
from relman.git.scratch import Scratch
from relman.job.facts import Facts
from relman.job.feature import Chosen, choose, unreleased
from relman.job.feature_move import SHOWN, about, kept_rows, no_answer, plan_move
from relman.job.parked import parked, took
from relman.job.shipping import Wishes
from relman.model.feature import UNPARK, Parked, Unit, units
from relman.model.names import Oid, is_branch_name
from relman.model.trailers import values
from relman.model.trees import Merged
from relman.plan.park import park_message
from relman.plan.plan import Plan, Warn
from relman.plan.ship import Change
from relman.plan.steps import Reverted
from relman.run.entangled import Entangled, find_entangled
from relman.run.takeout import Stuck, Taken, take_out

_REVISION = re.compile(r"[0-9a-f]{7,64}\Z|(?!.*\.\.)(?:HEAD\b|.*[~^@])")
_MERGED = re.compile(r"Merge (?:pull request #[0-9]+ from [^/\s]+/|(?:remote-tracking )?branch ')([^\s']+)")


class Out(Struct, frozen=True, kw_only=True):
    """A feature that comes out of trunk: the steps, and the tree without it."""

    chosen: Chosen
    steps: tuple[Unit, ...]
    taken: Taken


def plan_park(facts: Facts, scratch: Scratch, words: str, wishes: Wishes) -> Plan:
    """Plans a park on trunk, tried and proved to be reversible.

    Errors: as `choose`; it is parked already (usage); commits of others are built on it (conflict).
    """
    facts.check_remote()
    facts.check_complete()
    start = facts.trunk.commit
    chosen = _called(facts, _choose(facts, words))
    out = take(facts, scratch, chosen)
    tree = scratch.tree_of(start)
    prove_restores(scratch, tree, out.taken.tree)
    commits = took(facts, [unit.commit for unit in out.steps])
    steps = [(unit, facts.graph.commit(unit.commit)) for unit in out.steps]
    change = Change(
        tree=out.taken.tree,
        message=park_message(chosen.name, steps, wishes.trailers),
        origin=Reverted(commit=out.steps[0].commit),
    )
    return plan_move(
        facts,
        scratch,
        "park",
        chosen.name,
        commits,
        change,
        wishes,
        rows=(
            *about(facts, "takes out", f"{chosen.name}, told by {chosen.how}", commits),
            ("proof", f"putting it back gives the very tree of today ({tree[:10]})"),
            *kept_rows(out.taken.kept),
        ),
        warnings=_merged_warnings(out),
        afterwards=(f"put it back with: relman unpark {quote(chosen.name)}",),
    )


def _choose(facts: Facts, words: str) -> Chosen:
    known = {p.name: p for p in parked(facts)}
    try:
        chosen = choose(facts, words)
    except RelmanError:
        if words in known:
            raise _already(known[words]) from None
        raise
    return chosen


def _called(facts: Facts, chosen: Chosen) -> Chosen:
    """Calls a feature that a revision named by the branch that it merged, else by its short id.

    The name stands in trunk's history for good, and in the notes where the park is released.
    """
    if not _REVISION.match(chosen.name):
        return chosen
    oid = resolve(facts.repo, chosen.name)
    merged = _MERGED.match(facts.graph.commit(oid).subject)
    if merged and is_branch_name(merged[1]):
        return structs.replace(chosen, name=merged[1], branches=(merged[1],))
    return structs.replace(chosen, name=oid[:10])


def _already(out: Parked) -> RelmanError:
    return usage(f"{out.sentence}, and nothing of it came after", f"relman unpark {quote(out.name)}")


def take(facts: Facts, scratch: Scratch, chosen: Chosen) -> Out:
    """Tries to take a feature out of trunk's tip. Errors: it changes nothing (nothing); entangled (conflict)."""
    trunk, wanted = unreleased(facts), frozenset(chosen.commits)
    steps = units(facts.graph, trunk, wanted)
    if not steps:
        raise RelmanError(
            Kind.NOTHING,
            f"{chosen.name} holds merges only, and none of what they brought is its own",
            hints=("relman status",),
        )
    start = facts.trunk.commit
    scratch.aim(start)
    tree = scratch.tree_of(start)
    patterns = facts.config.picks.bookkeeping
    answer = take_out(scratch, steps, tree, patterns)
    if isinstance(answer, Stuck) and (again := _with_return(facts, wanted, chosen.name)):
        wanted, steps = again, units(facts.graph, trunk, again)
        answer = take_out(scratch, steps, tree, patterns)
    if isinstance(answer, Stuck):
        raise _stuck(facts, scratch, wanted, chosen.name, answer)
    if answer.tree == tree:
        raise RelmanError(
            Kind.NOTHING,
            f"taking {chosen.name} out changes nothing: its commits are gone from {facts.trunk_name} already",
            hints=("relman status",),
        )
    return Out(chosen=chosen, steps=steps, taken=answer)


def _with_return(facts: Facts, wanted: frozenset[Oid], name: str) -> frozenset[Oid]:
    """The same commits, where one put the feature back once: that one instead of those it brought.

    A person may have resolved something in it, so that the older ones do not come out below it. Empty: there is none.
    """
    texts = ((oid, facts.graph.commit(oid).message) for oid in unreleased(facts).commits)
    returned = next((oid for oid, text in texts if UNPARK in text and name in values(text, UNPARK)), None)
    if returned is None:
        return frozenset()
    return wanted.difference(took(facts, [returned])) | {returned}


def _stuck(facts: Facts, scratch: Scratch, wanted: frozenset[Oid], name: str, stuck: Stuck) -> RelmanError:
    if stuck.reason:
        return no_answer(facts, stuck)
    trunk = unreleased(facts)
    found = find_entangled(
        facts.graph,
        scratch,
        trunk,
        wanted,
        lambda more: units(facts.graph, trunk, more),
        stuck,
        facts.config.picks.bookkeeping,
    )
    return _entangled(facts, name, stuck, found)


def _entangled(facts: Facts, name: str, stuck: Stuck, found: Entangled) -> RelmanError:
    """Names the commits of others, and the command that takes them out too, where that was proved to work."""
    at = facts.graph.commit(stuck.unit.commit)
    paths = ", ".join(dict.fromkeys(c.path for c in stuck.conflicts))
    others = [facts.graph.commit(oid) for oid in found.commits]
    rows = "\n".join(f"  {c.id[:10]} {c.subject} ({c.author.name})" for c in others[:SHOWN])
    more = f"\n  and {len(others) - SHOWN} more" if len(others) > SHOWN else ""
    first = "" if found.taken else ", to name the first"
    built = f"; on it are built, by others{first}:\n{rows}{more}" if others else ""
    ids = ",".join(c.id[:10] for c in others)
    way = f"relman park {quote(name)},{ids} --dry-run"
    return RelmanError(
        Kind.CONFLICT,
        f"{name} cannot be taken out alone: {at.id[:10]} {at.subject} conflicts in {paths}{built}",
        hints=(
            *((way,) if found.taken else ()),
            f"git revert --no-commit {at.id[:10]}",
            f"relman options --feature {quote(name)}",
        ),
        facts={
            "feature": name,
            "commit": at.id,
            "conflicts": [{"path": c.path, "kind": c.kind} for c in stuck.conflicts],
            "entangled": [{"commit": c.id, "subject": c.subject, "author": c.author.name} for c in others],
            "clean_with_them": found.taken is not None,
        },
    )


def prove_restores(scratch: Scratch, before: Oid, after: Oid) -> None:
    """Proves that taking the park back gives the tree before it; an error (our bug) where it does not."""
    answer = scratch.combine(after, after, before)
    if answer != Merged(tree=before):
        raise RelmanError(
            Kind.INTERNAL, f"putting the feature back would not give {before[:10]}; nothing was moved"
        )


def _merged_warnings(out: Out) -> tuple[Warn, ...]:
    """A merge that is taken back is still merged: merging its branch again brings nothing of it."""
    merges = [unit.commit[:10] for unit in out.steps if unit.mainline is not None]
    if not merges:
        return ()
    branches = f"{' and '.join(out.chosen.branches)} again" if out.chosen.branches else "its branch again"
    return (
        Warn(
            message=f"it came by merge ({', '.join(merges)}), so merging {branches} brings none of these "
            "commits back: unpark first, then merge what is new",
            hint=f"relman unpark {quote(out.chosen.name)}",
        ),
    )
