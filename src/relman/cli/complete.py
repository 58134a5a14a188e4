"""What the shell offers for an argument: lines, release branches and tags, read from the refs alone."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from relman.job.facts import Facts

_MOST = 200
"""More names than this help nobody."""
_UNSAFE = frozenset(" \t\"'`$\\;&|<>(){}[]*?!#~:")
"""The shell splits and expands what it is given, and a branch is called as a stranger wants."""


def complete_line(context: typer.Context, incomplete: str) -> list[str]:
    """Lines: `trunk`, `1.4`, and release branches."""
    return _fitting(context, incomplete, _lines)


def complete_target(context: typer.Context, incomplete: str) -> list[str]:
    """What a fix can go to: production, lines, then release tags, newest first."""
    return _fitting(
        context,
        incomplete,
        lambda facts: ["production", *_environments(facts), *_lines(facts), *_tags(facts)],
    )


def complete_release(context: typer.Context, incomplete: str) -> list[str]:
    """What has notes: lines, then release tags, newest first."""
    return _fitting(context, incomplete, lambda facts: [*_lines(facts), *_tags(facts)])


def complete_tag(context: typer.Context, incomplete: str) -> list[str]:
    """Release tags, newest first."""
    return _fitting(context, incomplete, _tags)


def complete_environment(context: typer.Context, incomplete: str) -> list[str]:
    """Environments: production, configured ones, recorded ones."""
    return _fitting(context, incomplete, _environments)


def _environments(facts: "Facts") -> Sequence[str]:
    from relman.job.environments import names

    return names(facts)


def _lines(facts: "Facts") -> Sequence[str]:
    names = [line.name for line in facts.lines.all]
    return ["trunk", *names, *(line.branch for line in facts.lines.all if line.branch)]


def _tags(facts: "Facts") -> Sequence[str]:
    return [release.tag for release in facts.releases]


def _fitting(context: typer.Context, incomplete: str, names: Callable[["Facts"], Iterable[str]]) -> list[str]:
    # A shell prints whatever comes out while a person types: no repository and no answer are the same here.
    try:
        from relman.job.open import open_facts

        start = context.find_root().params.get("start") or Path()
        every = names(open_facts(Path(start)))
    except Exception:  # noqa: BLE001
        return []
    plain = (n for n in every if n.startswith(incomplete) and n.isprintable() and not set(n) & _UNSAFE)
    return list(dict.fromkeys(plain))[:_MOST]
