"""Whether trunk could be released: the answer as a value, its words for people, and its part of a document."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from relman.model.feature import Work
from relman.model.names import Oid
from relman.render.words import counted, listed

_SHOWN = 5


class Obstacle(Struct, frozen=True, kw_only=True):
    """One thing that stands in the way. `kind` is a rule that refuses, `unfinished`, `breaking`, or an error's kind."""

    kind: str
    message: str
    hint: str = ""
    commits: tuple[Oid, ...] = ()


class Ready(Struct, frozen=True, kw_only=True):
    """The answer. `commits` would go out, merges aside; `tree` is that of the release."""

    ready: bool
    version: str | None
    command: str
    tree: Oid | None
    commits: tuple[Oid, ...]
    works: tuple[Work, ...]
    obstacles: tuple[Obstacle, ...]
    subjects: Mapping[Oid, str]
    """Of the commits that stand in the way."""
    why: str = ""
    """What makes `version` another one than trunk's commits ask for."""


def ready_data(ready: Ready) -> dict[str, object]:
    """The answer inside a document."""
    return {
        "ready": ready.ready,
        "version": ready.version,
        "command": ready.command,
        "tree": ready.tree,
        "commits": list(ready.commits),
        "features": [work_data(work) for work in ready.works],
        "in_the_way": [
            {"kind": o.kind, "message": o.message, "hint": o.hint, "commits": list(o.commits)}
            for o in ready.obstacles
        ],
    }


def work_data(work: Work) -> dict[str, object]:
    """One feature inside a document."""
    return {
        "feature": work.name,
        "commits": list(work.commits),
        "unfinished": work.why or None,
        "toggle": work.toggle,
        "switch": work.switch,
    }


def ready_rows(ready: Ready, *, evidence: bool = False) -> Iterator[tuple[str, str]]:
    """Rows for people: a heading and words; the first one answers, each other one is an obstacle.

    `evidence` names commits below their obstacle.
    """
    if ready.ready:
        hidden = [work.name for work in ready.works if work.hidden and work.why]
        off = f" · off: {listed(hidden)}" if hidden else ""
        yield "ready", f"yes: {_release(ready)}{off}: {ready.command}"
        return
    yield "ready", f"no: {_release(ready)}" if ready.version else "no: there is nothing to release"
    for obstacle in ready.obstacles:
        yield "", f"{obstacle.message}: {obstacle.hint}" if obstacle.hint else obstacle.message
        if not evidence:
            continue
        for oid in obstacle.commits[:_SHOWN]:
            yield "", f"  {oid[:7]} {ready.subjects.get(oid, '')}"
        if len(obstacle.commits) > _SHOWN:
            yield "", f"  and {len(obstacle.commits) - _SHOWN} more"


def _release(ready: Ready) -> str:
    why = f" ({ready.why})" if ready.why else ""
    return f"{ready.version}{why} with {counted(len(ready.commits), 'commit')}"
