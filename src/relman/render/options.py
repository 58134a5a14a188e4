"""The page of `relman options`: one table of all ways, the evidence below, and the document."""

from collections.abc import Iterator, Mapping

from msgspec import Struct
from rich.cells import cell_len
from rich.text import Text

from relman.model.history import Commit
from relman.model.names import Oid
from relman.model.tags import Release
from relman.plan.option import Kind, Option
from relman.render.data import document
from relman.render.ready import work_data
from relman.render.rows import row
from relman.render.words import counted, printable

_NAMES: Mapping[Kind, str] = {
    "trunk-as-is": "ship trunk as it is",
    "back-out": "back the feature out, release trunk, put it back",
    "hotfix-from-tag": "hotfix from the release's tag",
    "hotfix-on-line": "hotfix on the release branch",
    "merge-hotfix-branch": "merge the hotfix branch",
    "revert-cause": "revert the cause",
    "turn-off": "turn it off",
    "roll-back": "roll back",
}
_SOURCES = {"assumed": "assumed: the highest stable release"}
_HEADINGS = ("way", "verdict", "version", "besides", "lost", "unfinished", "to resolve", "debts")
_SHOWN = 3


class Options(Struct, frozen=True, kw_only=True):
    """The whole answer: the release to mend and how it is known, the fixes, the cause, the ways in order.

    `unreleased` counts what trunk holds beyond the releases; `subjects` are those of the commits that ship besides.
    """

    base: Release
    source: str
    fixes: tuple[Commit, ...]
    cause: Commit | None
    unreleased: int
    options: tuple[Option, ...]
    subjects: Mapping[Oid, str]

    @property
    def any_clean(self) -> bool:
        """Whether one of the ways needs no person."""
        return any(o.verdict in ("clean", "already-there", "bookkeeping-conflicts") for o in self.options)


def options_document(answer: Options) -> dict[str, object]:
    """`relman/options/v1`."""
    return document(
        "relman/options/v1",
        options=[_option(option) for option in answer.options],
        base={
            "version": str(answer.base.version),
            "tag": answer.base.tag,
            "commit": answer.base.commit,
            "source": answer.source,
        },
        fixes=[fix.id for fix in answer.fixes],
        cause=answer.cause.id if answer.cause else None,
        unreleased=answer.unreleased,
    )


def _option(option: Option) -> dict[str, object]:
    return {
        "kind": option.kind,
        "verdict": option.verdict,
        "version": option.version,
        "ships_besides": list(option.ships_besides),
        "manual_resolutions": option.manual_resolutions,
        "debts": [
            {"commit": d.commit, "subject": d.subject, "missing_on": list(d.missing_on), "settle": d.settle}
            for d in option.debts
        ],
        "commands": list(option.commands),
        "facts": {
            "why": option.why,
            "tree": option.tree,
            "unfinished": [work_data(work) for work in option.unfinished],
            "loses": option.loses,
            "evidence": list(option.evidence),
        },
    }


def options_page(answer: Options) -> Iterator[Text]:
    """The same for people."""
    source = _SOURCES.get(answer.source, answer.source)
    yield row("production", f"{answer.base.tag} ({source})")
    for fix in answer.fixes:
        yield row("fix", f"{fix.id[:7]} {fix.subject}")
    if answer.cause:
        yield row("cause", f"{answer.cause.id[:7]} {answer.cause.subject}")
    yield row("unreleased", f"{counted(answer.unreleased, 'commit')} on trunk")
    yield Text()
    yield from _table(answer.options)
    for option in answer.options:
        yield Text()
        yield from _evidence(option, answer.subjects)


def _table(options: tuple[Option, ...]) -> Iterator[Text]:
    rows = [_HEADINGS, *(_cells(option) for option in options)]
    widths = [max(cell_len(cells[at]) for cells in rows) for at in range(len(_HEADINGS))]
    for index, cells in enumerate(rows):
        padded = [cell + " " * (width - cell_len(cell)) for cell, width in zip(cells, widths, strict=True)]
        yield Text("  ".join(padded).rstrip(), style="" if index else "dim")


def _cells(option: Option) -> tuple[str, ...]:
    known = option.verdict != "impossible" or option.version
    return (
        option.kind,
        option.verdict.replace("-", " "),
        option.version or "none",
        str(len(option.ships_besides)) if known else "",
        str(option.loses) if known else "",
        str(sum(len(work.commits) for work in option.unfinished)) if known else "",
        str(option.manual_resolutions) if known else "",
        str(len(option.debts)) if known else "",
    )


def _evidence(option: Option, subjects: Mapping[Oid, str]) -> Iterator[Text]:
    yield Text(_NAMES[option.kind], style="bold")
    yield row("", option.why)
    for work in option.unfinished:
        yield row("unfinished", f"{work.name}: {counted(len(work.commits), 'commit')} ({work.why})")
    for oid in option.ships_besides[:_SHOWN]:
        yield row("besides", f"{oid[:7]} {subjects.get(oid, '')}")
    if len(option.ships_besides) > _SHOWN:
        yield row("", f"and {len(option.ships_besides) - _SHOWN} more")
    for words in option.evidence:
        if words != option.why:
            yield row("", words, "dim")
    for debt in option.debts:
        yield row("afterwards", f"{', '.join(debt.missing_on)} without {debt.subject}: {debt.settle}")
    for command in option.commands:
        yield Text(f"  $ {printable(command)}", style="green")
