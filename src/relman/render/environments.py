"""The answer of `relman env`: what runs where, as a value, its words for people, and its JSON."""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from rich.text import Text

from relman.model.names import Oid
from relman.render.data import document
from relman.render.rows import row
from relman.render.words import age

_SOURCES = {"assumed": "assumed: the highest stable release"}


class Running(Struct, frozen=True, kw_only=True):
    """A release somewhere. `tag` and `commit` are absent where this clone has no such release."""

    version: str
    tag: str | None
    commit: Oid | None
    source: str
    since: int | None
    by: str
    only_here: bool = False
    """Recorded here, and not on the remote at the last look."""


class Environment(Struct, frozen=True, kw_only=True):
    """One environment: what its users meet, and what is deployed and not open to them yet.

    Where nothing runs or nobody knows `running` is absent, and `gap` says why.
    """

    name: str
    production: bool
    running: Running | None = None
    closed: Running | None = None
    gap: str = ""
    hints: tuple[str, ...] = ()


def environments_document(found: Sequence[Environment], *, fetched_at: int | None) -> dict[str, object]:
    """`relman/env/v1`."""
    return document("relman/env/v1", environments=list(map(_environment, found)), fetched_at=fetched_at)


def _environment(each: Environment) -> dict[str, object]:
    return {
        "name": each.name,
        "production": each.production,
        "running": _running(each.running),
        "closed": _running(each.closed),
        "gap": {"message": each.gap, "hints": list(each.hints)} if each.gap else None,
    }


def _running(at: Running | None) -> dict[str, object] | None:
    if at is None:
        return None
    return {
        "version": at.version,
        "tag": at.tag,
        "commit": at.commit,
        "source": at.source,
        "since": at.since,
        "by": at.by or None,
        "only_here": at.only_here,
    }


def environments_page(
    found: Sequence[Environment], *, now: int, fetched_at: int | None, remote: str | None
) -> Iterator[Text]:
    """The same for people, a line at a time; texts from the repository are made safe."""
    for each in found:
        if each.running:
            yield row(each.name, f"{each.running.tag} ({known(each.running.source, each.running.since, now)}"
                      f"{_by(each.running)})", "bold" if each.production else "")  # fmt: skip
        elif each.gap:
            yield row(each.name, each.gap.removeprefix(f"{each.name} is "), "yellow")
            for hint in each.hints:
                yield row("", hint, "yellow")
        else:
            yield row(each.name, "nothing yet: there is no stable release")
        if each.closed:
            told = known(each.closed.source, each.closed.since, now)
            yield row("", f"{each.closed.tag or each.closed.version} is deployed, not open to users yet "
                      f"({told}{_by(each.closed)})", "yellow")  # fmt: skip
        if any(at.only_here for at in (each.running, each.closed) if at):
            yield row("", "recorded here only: relman push publishes it", "yellow")
    if remote:
        yield Text()
        yield row("fetched", f"{age(fetched_at, now) if fetched_at else 'never'}, from {remote}", "dim")


def _by(at: Running) -> str:
    return f" by {at.by}" if at.by else ""


def known(source: str, since: int | None, now: int) -> str:
    """How a release is known to run somewhere, in words: `recorded 2 days ago`."""
    told = _SOURCES.get(source, source)
    return told if since is None else f"{told} {age(since, now)}" if source == "recorded" else told
