"""A strategy for people and programs: its page, its picture for a terminal and for Mermaid, its JSON."""

from collections.abc import Iterator, Sequence

from rich.text import Text

from relman.model import catalog
from relman.model.strategy import Role, RoleName, Strategy
from relman.model.strategy_story import Event, branch_name, numbers, story
from relman.render.data import document
from relman.render.rows import row

_STEP = 6
"""How wide one event is in the terminal's picture."""
_DIRECTIONS = {
    "upstream-first": "to trunk first, then picked onto the lines",
    "downstream-first": "to what is released first, then brought up to trunk",
    "merge-back": "made where they are needed, then merged back",
}
_LIFETIMES = {
    "line": "until the line ends",
    "release": "until it is released",
    "everywhere": "kept until it is everywhere",
    "days": "for days",
}
_TAGS = {
    "trunk": "on trunk",
    "tip": "on the tip of the release or hotfix branch",
    "merge": "on the merge commit of the production branch",
}


def list_document() -> dict[str, object]:
    """`relman/strategies/v1`."""
    return document(
        "relman/strategies/v1", strategies=[{"name": s.name, "title": s.title} for s in catalog.CATALOG]
    )


def list_rows(own: str | None) -> Iterator[Text]:
    """Every strategy with its title; the repository's own is marked."""
    width = max(len(s.name) for s in catalog.CATALOG)
    for one in catalog.CATALOG:
        mark = " · used here" if one.name == own else ""
        yield Text.assemble((f"{one.name:<{width}}", "bold"), f"  {one.title}", (mark, "green"))


def strategy_document(strategy: Strategy) -> dict[str, object]:
    """`relman/strategy/v1`."""
    return document(
        "relman/strategy/v1",
        name=strategy.name,
        title=strategy.title,
        rules=strategy.rules,
        incident=strategy.incident,
        direction=strategy.direction,
        tag=strategy.tag,
        one_at_a_time=list(strategy.one_at_a_time),
        roles=[_role(role) for role in strategy.roles],
        flows=[
            {"source": flow.source, "target": flow.target, "by": flow.by, "carries": flow.carries}
            for flow in strategy.flows
        ],
        checks=[{"id": check, "level": level} for check, level in sorted(strategy.checks.items())],
        configuration=configuration(strategy),
        mermaid=mermaid(strategy),
    )


def _role(role: Role) -> dict[str, object]:
    return {
        "name": role.name,
        "patterns": list(role.patterns),
        "starts": list(role.starts),
        "lands": list(role.lands),
        "tags": role.tags,
        "lifetime": role.lifetime,
    }


def strategy_page(strategy: Strategy) -> Iterator[Text]:
    """The whole page: rules, branches, picture, the incident, the configuration."""
    yield Text.assemble((strategy.name, "bold"), f"  {strategy.title}")
    yield Text()
    yield Text(strategy.rules)
    yield Text()
    for role in strategy.roles:
        yield row(role.name, _told(role))
    yield row("fixes", _fixes(strategy))
    yield row("tags", _TAGS[strategy.tag])
    if strategy.one_at_a_time:
        yield row("one at once", ", ".join(strategy.one_at_a_time))
    yield row("checks", ", ".join(sorted(strategy.checks)))
    yield Text()
    yield from (Text(line) for line in picture(strategy))
    yield Text()
    yield Text("Half a feature on trunk, and a fix that cannot wait:", style="bold")
    yield Text(strategy.incident)
    yield Text()
    yield Text("To adopt it, in relman.toml:", style="bold")
    yield from (Text(line) for line in configuration(strategy).splitlines())


def _fixes(strategy: Strategy) -> str:
    lines = strategy.role("release") or strategy.role("hotfix")
    return _DIRECTIONS[strategy.direction] if lines else "to trunk, and out with its next release"


def _told(role: Role) -> str:
    said = [", ".join(role.patterns)]
    said += [f"from {' or '.join(role.starts)}"] if role.starts else []
    said += [f"merged into {', then '.join(role.lands)}"] if role.lands else []
    said += ["carries tags"] if role.tags else []
    said += [_LIFETIMES[role.lifetime]] if role.lifetime in _LIFETIMES else []
    return " · ".join(said)


def configuration(strategy: Strategy) -> str:
    """The TOML that adopts a strategy."""
    lines = [f'strategy = "{strategy.name}"', f'trunk = "{strategy.trunk.patterns[0]}"']
    if strategy.role("environment"):
        lines += [
            "",
            "[production]",
            'source = "branch"',
            f'branch = "{branch_name(strategy, "environment")}"',
        ]
    return "\n".join(lines) + "\n"


def mermaid(strategy: Strategy) -> str:
    """The story as a Mermaid `gitGraph`."""
    events = story(strategy)
    trunk = events[0].branch
    lines = [f"%%{{init: {{'gitGraph': {{'mainBranchName': '{trunk}'}}}}}}%%", "gitGraph"]
    at, picked = trunk, ""
    for number, event in enumerate(events):
        on = event.source if event.kind == "branch" else event.branch
        if on and on != at:
            lines.append(f'   checkout "{on}"')
        tag = f' tag: "v{event.tag}"' if event.tag else ""
        match event.kind:
            case "commit":
                picked = f"{number} {event.says}"
                lines.append(f'   commit id: "{picked}"{tag}')
            case "branch":
                lines.append(f'   branch "{event.branch}"')
            case "merge":
                lines.append(f'   merge "{event.source}"{tag}')
            case "pick":
                lines.append(f'   cherry-pick id: "{picked}"')
                lines += [f'   commit id: "{number} release"{tag}'] if tag else []
        at = event.branch
    return "\n".join(lines) + "\n"


def picture(strategy: Strategy) -> tuple[str, ...]:
    """The story for a terminal: a lane per branch, time to the right, tags above."""
    events = story(strategy)
    lanes = _lanes(strategy, events)
    indent = max(len(lane) for lane in lanes) + 2
    grid = [[" "] * (_STEP * len(events)) for _ in range(2 * len(lanes) - 1)]
    tags = [" "] * (_STEP * (len(events) + 1))
    for branch, first, last in _spans(strategy, events):
        for cell in range(first * _STEP, last * _STEP):
            grid[2 * lanes.index(branch)][cell] = "─"
    for at, event in enumerate(events):
        _draw(grid, lanes, event, at * _STEP)
        if event.tag:
            tags[at * _STEP : at * _STEP + len(event.tag) + 1] = f"v{event.tag}"
    rows = [f"{'':{indent}}{''.join(tags)}".rstrip()]
    for number, cells in enumerate(grid):
        name = lanes[number // 2] if number % 2 == 0 else ""
        rows.append(f"{name:{indent}}{''.join(cells)}".rstrip())
    known = numbers(strategy)
    legend = "o commit, ● tag, ┊ pick" if any(e.kind == "pick" for e in events) else "o commit, ● tag"
    return (*rows, f"{'':{indent}}({legend}; the fix is {known.hotfix})")


def _lanes(strategy: Strategy, events: Sequence[Event]) -> list[str]:
    """Branches from the most released at the top to topics at the bottom."""
    known = {event.branch for event in events}
    order: tuple[RoleName, ...] = ("production", "environment", "hotfix", "release", "trunk", "topic")
    found = []
    for name in order:
        role = strategy.role(name)
        names = reversed(role.patterns) if role and name == "environment" else (branch_name(strategy, name),)
        found += [branch for branch in names if branch in known]
    return [branch for branch in found if branch]


def _draw(grid: list[list[str]], lanes: Sequence[str], event: Event, column: int) -> None:
    """Puts one event on its lane, and what joins it to another lane."""
    lane = 2 * lanes.index(event.branch)
    grid[lane][column] = "●" if event.tag else "o"
    if event.source is None:
        return
    other = 2 * lanes.index(event.source)
    for between in range(min(lane, other) + 1, max(lane, other)):
        crossed = grid[between][column] == "─"
        grid[between][column] = "┼" if crossed else "┊" if event.kind == "pick" else "│"
    grid[other][column] = "┴" if lane < other else "┬"
    if event.kind == "branch":
        grid[lane][column] = "╭" if lane < other else "╰"


def _spans(strategy: Strategy, events: Sequence[Event]) -> Iterator[tuple[str, int, int]]:
    """From which event to which each branch is drawn: to the end, or until it is merged the last time."""
    for branch in _lanes(strategy, events):
        mine = [n for n, event in enumerate(events) if branch in (event.branch, event.source)]
        role = strategy.role_of(branch)
        stays = role is not None and role.lifetime in ("forever", "line")
        first = next(n for n in mine if events[n].branch == branch)
        yield branch, first, len(events) - 1 if stays else mine[-1]
