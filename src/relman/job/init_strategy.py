"""Which strategy a history proposes for the configuration, with its evidence."""

from collections.abc import Sequence

from relman.job.facts import Facts
from relman.job.setting import Setting, some
from relman.model.catalog import DEFAULT
from relman.model.detect import Candidate

_FEWEST = 5
"""So many releases on trunk alone may come before the first release branch."""


def strategy(facts: Facts, found: Sequence[Candidate]) -> Setting:
    """The strategy that the history follows, with what speaks for it and what does not."""
    best = followed(found)
    if best is None:
        newest = next((r for r in facts.releases if r.version.stable), None)
        if facts.tip(facts.trunk_name) is None:
            why = "no history yet; the simplest strategy"
        elif newest is None:
            why = f"no release yet; all work lands on {facts.trunk_name}"
        else:
            why = f"releases are tags on {facts.trunk_name}: {newest.tag}"
        return Setting(key="strategy", value=DEFAULT, evidence=why)
    others = [each for each in found if each.score and each is not best][:1]
    beside = "".join(f", {each.strategy.name} to {each.score:.0%}" for each in others)
    rows = [f"fits to {best.score:.0%}{beside}: relman strategy detect says why"]
    rows += [f"{t.says}: {t.holds} of {t.of}{_named('as', t.for_it)}" for t in best.holds if t.weight > 1]
    rows += [f"but not: {t.says}: {t.holds} of {t.of}{_named('not', t.against)}" for t in best.breaks]
    return Setting(key="strategy", value=best.strategy.name, evidence="\n".join(rows))


def followed(found: Sequence[Candidate]) -> Candidate | None:
    """The best strategy, where the history says enough for one.

    A few releases on trunk and no other branch say nothing yet: every strategy may begin so.
    """
    best = found[0] if found and found[0].score else None
    if best is None:
        return None
    stays = [role for role in best.strategy.roles if role.lifetime in ("forever", "line")]
    return None if len(stays) == 1 and best.releases < _FEWEST else best


def _named(word: str, names: Sequence[str]) -> str:
    known = [name for name in names if name]
    return f", {word} {some(known)}" if known else ""


def working(facts: Facts, found: Sequence[Candidate]) -> Setting | None:
    """Where work lands in the strategy that the history follows, where that is not the default branch."""
    best = followed(found)
    if best is None or facts.config.trunk is not None or best.trunk == facts.trunk_name:
        return None
    why = f"{best.strategy.name} has its work there; {facts.trunk_name} holds what is released"
    return Setting(key="trunk", value=best.trunk, evidence=why)
