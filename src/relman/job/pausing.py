"""What an operation waits for: a place for every target that needs a person, and all that `resume` must know."""

from collections.abc import Mapping, Sequence

from msgspec import structs

from relman.errors import usage
from relman.git.workplace import beside
from relman.job.facts import Facts
from relman.job.porting import HotfixAsk, Ported, message_of
from relman.job.shipping import Wishes
from relman.job.target import Side, Spot
from relman.model.lines import TRUNK
from relman.model.names import Oid
from relman.plan.plan import Carried, Pause, Wait
from relman.plan.steps import Id
from relman.run.journal import read_all
from relman.run.ladder import Fix

_BY_HAND = ("conflict", "unknown", "prerequisites")
"""The rungs where a person can go on by hand; one that is not affected has nothing to resolve."""


def pause_of(
    facts: Facts,
    done: Sequence[Ported],
    fixes: Sequence[Fix],
    ask: HotfixAsk,
    wishes: Wishes,
    places: Mapping[str, str] | None = None,
) -> Pause | None:
    """Says what waits after the plan; nothing where every target is done or needs no work by hand.

    `places` are those that lines have already from an earlier stage.
    """
    stopped = [d for d in done if d.stop and d.stop.pick.rung in _BY_HAND]
    held = [d for d in done if not d.stopped and not d.only_there] if ask.together and stopped else []
    waiting = [d for d in done if d in stopped or d in held]
    if not waiting:
        return None
    known = places or {}
    check_first(
        facts, [(d.spot.line, d.stop.pick.source) for d in stopped if d.stop and d.spot.line not in known]
    )
    return Pause(
        fixes=tuple(Carried(commit=f.commit.id, mainline=f.mainline, reverts=f.reverts) for f in fixes),
        waits=tuple(_wait(facts, d, wishes, known.get(d.spot.line)) for d in waiting),
        words=ask.fixes,
        release=ask.release,
        tag=ask.tag,
        together=ask.together,
        push=wishes.push,
        as_branches=wishes.as_branches,
        trailers=wishes.trailers,
    )


def check_first(facts: Facts, wanted: Sequence[tuple[str, Oid]]) -> None:
    """Refuses to begin anew what waits for a person already: commits, each on a line. Error: usage."""
    waiting = {
        (wait.line, wait.todo.commit): record
        for record in read_all(facts.repo).records
        if record.state == "paused" and record.sealed.plan.pause
        for wait in record.sealed.plan.pause.waits
        if wait.todo
    }
    for line, commit in wanted:
        record = waiting.get((line, commit))
        if record is not None:
            raise usage(
                f"operation {record.id} waits for this on line {line} already",
                f"relman resume {line}",
                f"relman abort {line}",
            )


def _wait(facts: Facts, done: Ported, wishes: Wishes, place: str | None) -> Wait:
    spot, stop = done.spot, done.stop
    to, side = words_for(facts, spot)
    if stop is None:
        return Wait(line=spot.line, to=to, side=side, place=None, onto=Id(oid=spot.start))
    return Wait(
        line=spot.line,
        to=to,
        side=side,
        place=place or str(beside(facts.repo, spot.line)),
        onto=done.shipped.end,
        todo=Carried(commit=stop.pick.source, mainline=stop.pick.mainline, reverts=stop.pick.reverts),
        picked=stop.pick.picked,
        message=message_of(stop, wishes.trailers),
    )


def words_for(facts: Facts, spot: Spot) -> tuple[str, Side | None]:
    """The word of `--to`, and the side, that find a target again when other releases were made meanwhile."""
    if spot.line == TRUNK:
        return TRUNK, None
    newest = facts.line(spot.line).stable
    if spot.release is not None and spot.isolated and spot.release != newest:
        return spot.release.tag, None
    return spot.line, "isolate" if spot.isolated else "on-line"


def held_back(done: Ported) -> Ported:
    """A target that could ship and does not, because another one conflicts and all go together."""
    target = done.shipped.target
    picks = tuple(structs.replace(pick, commit=None) for pick in target.picks)
    bare = structs.replace(target, branch=None, tag=None, version=None, tip=None, notes="", picks=picks)
    shipped = structs.replace(done.shipped, steps=(), target=bare)
    return structs.replace(done, shipped=shipped, version=None, landing=None, proofs=())
