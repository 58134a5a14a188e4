"""The fixes that production lacks: as values, as a numbered list for people, and as JSON."""

from collections.abc import Iterator

from msgspec import Struct
from rich.text import Text

from relman.model.names import Oid
from relman.plan.plan import Rung
from relman.render.data import document
from relman.render.plan_text import RUNGS
from relman.render.words import counted, printable


class Lacked(Struct, frozen=True, kw_only=True):
    """One fix, and the rung on which it gets onto the target by itself."""

    commit: Oid
    subject: str
    rung: Rung
    affected: bool | None = None
    prerequisites: tuple[Oid, ...] = ()
    evidence: tuple[str, ...] = ()


class Lacking(Struct, frozen=True, kw_only=True):
    """What a target lacks, newest fix first. `base` and `commit` are what it stands on; `more` were not tried."""

    line: str
    base: str
    commit: Oid
    fixes: tuple[Lacked, ...]
    more: int = 0

    @property
    def proposal(self) -> str:
        """The command for the newest fix that goes on by itself, else for the newest."""
        easy = (f for rung in ("clean", "sibling", "bookkeeping") for f in self.fixes if f.rung == rung)
        return f"relman hotfix {next(easy, self.fixes[0]).commit[:10]}"


def lacking_document(lacking: Lacking) -> dict[str, object]:
    """`relman/lacking/v1`."""
    return document(
        "relman/lacking/v1",
        line=lacking.line,
        base={"name": lacking.base, "commit": lacking.commit},
        fixes=[
            {
                "commit": f.commit,
                "subject": f.subject,
                "rung": f.rung,
                "affected": f.affected,
                "prerequisites": list(f.prerequisites),
                "evidence": list(f.evidence),
            }
            for f in lacking.fixes
        ],
        more=lacking.more,
        hints=[lacking.proposal],
    )


def lacking_rows(lacking: Lacking) -> Iterator[Text]:
    """A numbered list, a fix a line."""
    yield Text(f"{printable(lacking.base)} lacks {counted(len(lacking.fixes), 'fix', 'fixes')} of trunk")
    words = {f.commit: _words(f) for f in lacking.fixes}
    width = max(map(len, words.values()), default=0)
    for number, fix in enumerate(lacking.fixes, 1):
        yield Text.assemble(
            f"{number:>3}  {fix.commit[:10]}  ",
            (words[fix.commit].ljust(width), "" if fix.rung == "clean" else "yellow"),
            f"  {printable(fix.subject)}",
        )
    if lacking.more:
        yield Text(f"     {lacking.more:,} older ones were not tried", style="dim")


def _words(fix: Lacked) -> str:
    if fix.rung == "prerequisites":
        return f"needs {counted(len(fix.prerequisites), 'commit')} more"
    return RUNGS[fix.rung]
