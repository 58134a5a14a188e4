"""B1 to B3: which branches there are, how long they live, how many of a kind are open."""

from collections.abc import Iterator
from shlex import quote

from relman.model.course import own_part
from relman.model.lines import line_numbers
from relman.model.names import short
from relman.model.rules.seen import DAY, Breach, Seen
from relman.model.tags import Release
from relman.model.version import under

_OWN = ("relman/",)


def declared(seen: Seen) -> Iterator[Breach]:
    """Every branch's name fits a kind of branch that the strategy has, or that the team allows."""
    known = {line.branch for line in seen.lines.all if line.branch}
    for branch in seen.branches:
        name = branch.name
        if name in known or name == seen.trunk.name or name.startswith(_OWN) or seen.allowed(name):
            continue
        if seen.strategy.role_of(name) is None:
            yield Breach(
                where=f"branch {name}",
                message=f"the name fits no kind of branch of {seen.strategy.title}",
                hint=f"relman strategy show {seen.strategy.name}",
                commit=branch.tip,
            )


def short_lived(seen: Seen) -> Iterator[Breach]:
    """A topic branch is young, and trunk has not gone far since it left."""
    for branch in seen.branches:
        role = seen.strategy.role_of(branch.name)
        if role is None or role.lifetime != "days" or branch.name == seen.trunk.name:
            continue
        if seen.graph.is_ancestor(branch.tip, seen.trunk.tip):
            continue
        days = (seen.now - seen.graph.when(branch.tip)) // DAY
        cut, _ = own_part(seen.graph, seen.stem, branch.tip)
        behind = seen.stem.place(cut) if cut else None
        said = []
        if days > seen.limits.days:
            said.append(f"its newest commit is {days} days old")
        if behind is not None and behind > seen.limits.behind:
            said.append(f"{seen.trunk.name} is {behind} steps ahead of where it left")
        if said:
            yield Breach(
                where=f"branch {branch.name}",
                message=f"{' and '.join(said)}; such a branch lives for days",
                hint=f"git log --oneline {quote(f'{seen.trunk.name}..{branch.name}')}",
                commit=branch.tip,
            )


def one_at_a_time(seen: Seen) -> Iterator[Breach]:
    """Of the kinds of branch that the strategy has one of at a time, only one is open."""
    released = [r for line in seen.lines.all for r in line.releases if r.version.stable]
    for kind in seen.strategy.one_at_a_time:
        role = seen.strategy.role(kind)
        names = [b for b in seen.branches if role is not None and role.fits(b.name)]
        still = [b for b in names if not _released(b.name, released)]
        still = [b for b in still if not seen.graph.is_ancestor(b.tip, seen.trunk.tip)]
        for extra in still[1:]:
            yield Breach(
                where=f"branch {extra.name}",
                message=f"a second {kind} branch is open beside {still[0].name}",
                hint=f"relman release {quote(still[0].name)}" if kind == "release" else "relman status",
                commit=extra.tip,
            )


def _released(name: str, released: list[Release]) -> bool:
    """Whether the version or line that a branch is named by has a stable release."""
    numbers = line_numbers(name) or line_numbers(short(name).rpartition("/")[2])
    if numbers is None:
        tail = name.rpartition("/")[2].removeprefix("v")
        return any(str(r.version) == tail for r in released)
    return any(under(r.version, numbers) for r in released)
