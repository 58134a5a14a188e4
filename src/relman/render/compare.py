"""Every strategy over one history, as a table, and what each would have made of the hotfixes that it holds."""

import re
from collections.abc import Iterator, Sequence

from rich.text import Text

from relman.model import message
from relman.model.ways import Compared, Comparison, Fix, Hotfix, Shipped, Way, way
from relman.render.data import document
from relman.render.words import counted, listed, printable

_WAYS: dict[Way, str] = {
    "trunk": "trunk as it is",
    "pick": "picked from trunk",
    "merge": "merged back",
}
_SHOWN = 4
_MOVED = re.compile(r"\b(?:bump|update) .+ from \S+ to \S+", re.IGNORECASE)
"""A dependency that was moved, as the bots write it."""


def compare_document(found: Comparison, own: str) -> dict[str, object]:
    """`relman/compare/v1`."""
    return document(
        "relman/compare/v1",
        strategy=own,
        strategies=[
            {
                "name": each.candidate.strategy.name,
                "score": each.candidate.score,
                "way": way(each.candidate.strategy),
                "checks": [
                    {"id": check, "level": each.candidate.strategy.checks[check], "findings": count}
                    for check, count in each.broken.items()
                ],
                "changes": list(_changes(each)),
            }
            for each in found.strategies
        ],
        hotfixes=[_hotfix(each) for each in found.hotfixes],
    )


def _hotfix(each: Hotfix) -> dict[str, object]:
    return {
        "tag": each.release.tag,
        "base": each.base.tag,
        "fixes": [{"commit": f.commit, "subject": f.subject, "on_trunk": f.on_trunk} for f in each.fixes],
        "ways": [
            {
                "way": name,
                "extra": cost.extra,
                "features": cost.features,
                "conflicts": cost.conflicts,
                "brings": cost.brings,
                "debts": list(cost.debts),
            }
            for name, cost in each.ways.items()
        ],
    }


def _changes(each: Compared) -> Iterator[str]:
    """What the team would have to change: the rules that its history rather breaks, the weightiest first."""
    for trait in sorted(each.candidate.breaks, key=lambda t: -t.weight):
        yield f"{trait.says} ({trait.holds} of {trait.of} so far)"


def compare_page(found: Comparison, own: str) -> Iterator[Text]:
    """The table, what each strategy would change, and the hotfixes."""
    width = max((len(each.candidate.strategy.name) for each in found.strategies), default=0)
    for each in found.strategies:
        name = each.candidate.strategy.name
        broken = [f"{check} {count:,}" for check, count in each.broken.items() if count]
        holds = [check for check, count in each.broken.items() if not count]
        mark = " · used here" if name == own else ""
        yield Text.assemble(
            (f"{name:<{width}}", "bold"), f"  fits to {each.candidate.score:4.0%}", (mark, "green")
        )
        yield Text(f"  holds    {' '.join(holds) or 'none of its checks'}")
        yield Text(f"  breaks   {', '.join(broken) or 'none of its checks'}")
        for change in list(_changes(each))[:_SHOWN]:
            yield Text(f"  change   {printable(change)}")
    yield Text()
    if not found.hotfixes:
        yield Text("no hotfix: no stable patch release of a few commits above another release")
        return
    by_way = {
        name: [e.candidate.strategy.name for e in found.strategies if way(e.candidate.strategy) == name]
        for name in _WAYS
    }
    for name, told in _WAYS.items():
        yield Text(f"{told:<17}  {listed(by_way[name])}")
    for hotfix in found.hotfixes:
        yield Text()
        yield from _rows(hotfix)


def _rows(hotfix: Hotfix) -> Iterator[Text]:
    first = printable(_telling(hotfix).subject)
    more = f" and {len(hotfix.fixes) - 1} more" if len(hotfix.fixes) > 1 else ""
    head = f"  above {printable(hotfix.base.tag)}: {first}{more}"
    yield Text.assemble((printable(hotfix.release.tag), "bold"), head)
    for name, cost in hotfix.ways.items():
        yield Text(f"  {_WAYS[name]:<17}  {' · '.join(_told(cost))}")


def _telling(hotfix: Hotfix) -> Fix:
    """The fix that the others stand behind: one that says that it is a fix, else one that only moves no dependency."""
    says = (f for f in hotfix.fixes if message.parse(f.subject).type == "fix")
    plain = (f for f in hotfix.fixes if not _MOVED.search(f.subject))
    return next(says, None) or next(plain, None) or hotfix.fixes[0]


def _told(cost: Shipped) -> Sequence[str]:
    ships = f"ships {counted(cost.extra, 'other commit')}" if cost.extra else "ships nothing else"
    if cost.features:
        ships += f", {counted(cost.features, 'feature')} among them"
    words = [ships, f"{counted(cost.conflicts, 'file')} in conflict" if cost.conflicts else "no conflict"]
    if cost.brings:
        words.append(f"the merge brings {counted(cost.brings, 'other commit')} into trunk")
    if cost.debts:
        words.append(f"{printable(listed(list(cost.debts)))} would lack it")
    return words
