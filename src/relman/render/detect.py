"""Which strategy a history follows, for people and programs: every rule with what speaks for it and against it."""

from collections.abc import Iterator, Sequence

from rich.text import Text

from relman.model.detect import Candidate, Trait, alike
from relman.render.data import document
from relman.render.words import listed, printable

_SHOWN = 3
"""How many strategies are shown with their rules; the others with their score."""


def detect_document(found: Sequence[Candidate]) -> dict[str, object]:
    """`relman/detect/v1`; `best` is null where the history shows nothing yet."""
    return document(
        "relman/detect/v1",
        best=found[0].strategy.name if found and found[0].score else None,
        alike=[each.strategy.name for each in alike(found)],
        candidates=[
            {
                "name": each.strategy.name,
                "score": each.score,
                "holds": [_trait(trait) for trait in each.holds],
                "breaks": [_trait(trait) for trait in each.breaks],
            }
            for each in found
        ],
    )


def _trait(trait: Trait) -> dict[str, object]:
    return {
        "rule": trait.rule,
        "says": trait.says,
        "count": trait.holds,
        "of": trait.of,
        "for": list(trait.for_it),
        "against": list(trait.against),
    }


def detect_page(found: Sequence[Candidate], own: str) -> Iterator[Text]:
    """The best strategies with their rules, then the scores of the rest."""
    if not found or not found[0].score:
        yield Text("the history shows no strategy yet: there is no stable release")
        return
    for each in alike(found):
        yield Text(_untold(found[0], each), style="yellow")
    for each in found[:_SHOWN]:
        mark = " · used here" if each.strategy.name == own else ""
        yield Text.assemble((each.strategy.name, "bold"), f"  {_percent(each.score)}", (mark, "green"))
        for trait in (*each.holds, *each.breaks):
            yield _row(trait)
        yield Text()
    rest = [f"{each.strategy.name} {_percent(each.score)}" for each in found[_SHOWN:]]
    yield Text(listed(rest))


def _untold(best: Candidate, other: Candidate) -> str:
    names = f"{best.strategy.name} and {other.strategy.name}"
    if other.strategy.toggles:
        return (
            f"{names} have the same branches and tags: commits that name the switch (Feature: NAME), or toggles in "
            "the configuration, would tell; there are none"
        )
    return f"{names} fit alike: the history does not tell them apart"


def _percent(share: float) -> str:
    return f"{share:.0%}"


def _row(trait: Trait) -> Text:
    mark, style = ("+", "green") if trait.kept else ("-", "red")
    # Of a rule that holds everywhere one example is enough; else what breaks it tells more.
    names = [name for name in (trait.against or trait.for_it[:1]) if name]
    but = "not " if trait.against and names else ""
    told = f" · {but}{printable(listed(names))}" if names else ""
    return Text.assemble(
        (f"  {mark} ", style), f"{trait.rule}  {printable(trait.says)}: {trait.holds} of {trait.of}{told}"
    )
