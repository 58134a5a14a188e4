"""Candidate or final: the flags that `cut` and `release` share."""

from typing import Annotated, Literal

import typer

from relman.errors import usage

Candidate = Annotated[bool, typer.Option("--rc", help="A release candidate.")]
Pre = Annotated[str | None, typer.Option("--pre", help="A pre-release with this identifier.", metavar="ID")]
Final = Annotated[bool, typer.Option("--final", help="The final release.")]
NoTag = Annotated[bool, typer.Option("--no-tag", help="Prepare only; `relman release` tags it after CI.")]


def stage_of(
    *, candidate: bool, pre: str | None, final: bool
) -> tuple[Literal["candidate", "final"] | None, str | None]:
    """Gives the stage and the identifier; an error (usage) where the flags contradict each other."""
    if final and (candidate or pre):
        raise usage("--final and a pre-release exclude each other", "--final, or --rc, or --pre ID")
    if pre is not None and not (pre.isascii() and pre.isalpha()):
        raise usage(f"--pre {pre!r}: an identifier has letters only", "--pre rc")
    if candidate or pre:
        return "candidate", pre
    return ("final" if final else None), None
