"""What a policy makes of the names of branches and tags: trunk, the lines, and how versions are written.

Commands and hooks ask here alike; each brings the names that it sees.
"""

from collections.abc import Collection, Iterable, Sequence

from relman.config.record import DEFAULT_LINE_BRANCH, Config
from relman.model.history import Refs
from relman.model.lines import Holds, Lines, branch_names, find_lines, find_trunk
from relman.model.strategy import Strategy, line_patterns
from relman.model.tags import Formats, Release, detect_formats, tag_format


def trunk_of(config: Config, strategy: Strategy, refs: Refs, remote: str) -> str | None:
    """Trunk's short name: as configured, else by the strategy's names, else as the refs show; nothing if none does.

    The strategy's names count where releases have a branch of their own: there the default branch is that one.
    """
    if config.trunk:
        return config.trunk
    if strategy.role("production"):
        names = branch_names(refs, remote)
        named = next((name for name in strategy.trunk.patterns if name in names), None)
        if named:
            return named
    return find_trunk(refs, remote, _patterns(config, strategy))


def lines_of(
    config: Config,
    strategy: Strategy,
    names: Iterable[str],
    releases: Sequence[Release],
    trunk: str,
    *,
    published: Collection[str] = (),
    holds: Holds,
) -> Lines:
    """Every line of these branches and releases; `published` and `holds` decide between branches for one line."""
    return find_lines(
        names,
        releases,
        trunk=trunk,
        patterns=_patterns(config, strategy),
        parts=config.lines.parts or strategy.parts,
        published=published,
        holds=holds,
    )


def formats_of(config: Config, names: Sequence[str], source: str) -> Formats:
    """How versions are written as tags: as configured (`source` says where), else as the tags with these names are.

    Error (usage): several families of tags, and nothing tells which is meant.
    """
    accept = tuple(tag_format(text) for text in config.tags.accept)
    if config.tags.format:
        write = tag_format(config.tags.format)
        return Formats(write=write, accept=(write, *accept), evidence=source)
    found = detect_formats(names)
    return Formats(write=found.write, accept=(*found.accept, *accept), evidence=found.evidence)


def standing_of(config: Config, strategy: Strategy, trunk: str | None) -> tuple[str, ...]:
    """The patterns of branches that are there whatever a team calls its own: all but topics."""
    kinds = (pattern for role in strategy.roles if role.name != "topic" for pattern in role.patterns)
    lines = (config.lines.branch or DEFAULT_LINE_BRANCH, *config.lines.patterns)
    return (*((trunk,) if trunk else ()), *lines, *kinds)


def _patterns(config: Config, strategy: Strategy) -> tuple[str, ...]:
    """How release branches are called, beside the usual names, the first before the others."""
    own = (config.lines.branch,) if config.lines.branch else ()
    return (*own, *config.lines.patterns, *line_patterns(strategy))
