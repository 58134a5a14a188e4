"""Whether trunk could be released: the answer as a value, its words for people, and its part of a document."""

from collections.abc import Iterator

from msgspec import Struct

from relman.model.feature import Work
from relman.model.names import Oid
from relman.render.words import counted, listed


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


def ready_rows(ready: Ready) -> Iterator[tuple[str, str]]:
    """Rows for people: a heading and words; the first one answers."""
    if ready.ready:
        hidden = [work.name for work in ready.works if work.hidden and work.why]
        off = f" · off: {listed(hidden)}" if hidden else ""
        yield (
            "ready",
            f"yes: {ready.version} with {counted(len(ready.commits), 'commit')}{off}: {ready.command}",
        )
        return
    what = f"{ready.version} with {counted(len(ready.commits), 'commit')}" if ready.version else "no release"
    yield "ready", f"no: {what}"
    for obstacle in ready.obstacles:
        yield "", f"{obstacle.message}: {obstacle.hint}" if obstacle.hint else obstacle.message
