"""The JSON documents of the commands that set something up: `init` and `demo`."""

from collections.abc import Iterable, Sequence

from relman.render.data import document


def init_document(
    path: str, settings: Iterable[tuple[str, object, str]], text: str, *, written: bool
) -> dict[str, object]:
    """`relman/init/v1`; each setting is its key, value and evidence. No setting: `path` configures already."""
    rows = [{"key": key, "value": value, "evidence": evidence} for key, value, evidence in settings]
    return document("relman/init/v1", path=path, written=written, settings=rows, text=text)


def demo_document(path: str, *, head: str, commands: Sequence[str]) -> dict[str, object]:
    """`relman/demo/v1`."""
    return document("relman/demo/v1", path=path, head=head, commands=list(commands))
