"""The JSON documents of the commands that set something up: `init` and `demo`."""

from collections.abc import Iterable, Sequence

from relman.config.neighbour import Left
from relman.render.data import document


def init_document(
    path: str,
    settings: Iterable[tuple[str, object, str]],
    text: str,
    *,
    written: bool,
    left: Iterable[Left] = (),
) -> dict[str, object]:
    """`relman/init/v1`; each setting is its key, value and evidence. No setting: `path` configures already.

    `left` is what could not be carried over from another tool.
    """
    not_carried = [{"key": each.key, "why": each.why} for each in left]
    rows = [{"key": key, "value": value, "evidence": evidence} for key, value, evidence in settings]
    return document("relman/init/v1", path=path, written=written, settings=rows, left=not_carried, text=text)


def demo_document(path: str, *, head: str, commands: Sequence[str]) -> dict[str, object]:
    """`relman/demo/v1`."""
    return document("relman/demo/v1", path=path, head=head, commands=list(commands))


def hooks_document(
    folder: str,
    owner: str | None,
    hooks: Iterable[tuple[str, str, bool]],
    changes: Sequence[str],
    *,
    written: bool,
) -> dict[str, object]:
    """`relman/hooks/v1`; each hook is its name, its state, and whether one that was there before is kept."""
    rows = [{"hook": hook, "state": state, "kept": kept} for hook, state, kept in hooks]
    return document(
        "relman/hooks/v1", folder=folder, owner=owner, hooks=rows, changes=list(changes), written=written
    )
