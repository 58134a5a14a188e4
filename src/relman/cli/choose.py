"""`relman hotfix` without a fix: lists what production lacks, and asks which to ship."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from relman.cli.context import Context
from relman.errors import Kind, RelmanError

if TYPE_CHECKING:  # nothing heavy before the command is known
    from relman.render.lacking import Lacking


def chosen(here: Context, to: Sequence[str]) -> list[str] | None:
    """Gives the commits that a person chose; nothing where there is nobody to ask: then the list was the answer.

    Errors: nothing is lacking (nothing); nothing was chosen (interrupted).
    """
    from relman.render.lacking import lacking_document, lacking_rows

    lacking = _looked(here, to)
    if not lacking.fixes:
        raise RelmanError(
            Kind.NOTHING,
            f"{lacking.base} has every fix that trunk has; name what is to be shipped",
            hints=("relman hotfix COMMIT", "relman hotfix BRANCH"),
        )
    here.document(lacking_document(lacking))
    if not here.asks:
        here.say(*lacking_rows(lacking))
        here.hint(f"name the fix: {lacking.proposal}")
        return None
    here.hint(*lacking_rows(lacking), "which of them? (numbers, the newest is 1)")
    return _read(here.answer(), [fix.commit for fix in lacking.fixes])


def _looked(here: Context, to: Sequence[str]) -> "Lacking":
    from relman.git.scratch import Scratch
    from relman.job.lacking import read_lacking

    with (
        Scratch.open(here.facts.repo, here.facts.trunk.commit) as scratch,
        here.progress("looking for fixes") as told,
    ):
        return read_lacking(here.facts, scratch, to, told)


def _read(answer: str, commits: Sequence[str]) -> list[str]:
    """Numbers with spaces or commas between them, each in the list."""
    words = answer.replace(",", " ").split()
    if not words:
        raise RelmanError(Kind.INTERRUPTED, "nothing was chosen, and nothing was changed")
    for word in words:
        if not (word.isdecimal() and 1 <= int(word) <= len(commits)):
            raise RelmanError(
                Kind.USAGE,
                f"{word!r} is no number of the list, which ends with {len(commits)}; nothing was changed",
                hints=("relman hotfix",),
            )
    return [commits[int(word) - 1] for word in dict.fromkeys(words)]
