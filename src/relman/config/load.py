"""Bytes to a checked record. No files, no git; every problem in one error."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from relman.config import words
from relman.config.legal import CHECKS, MAP_KEYS, checked_as
from relman.config.locate import line_of, lines
from relman.config.parse import parse
from relman.config.record import Config
from relman.config.shape import Fault, faults, texts, unknown
from relman.config.source import Loaded, Problem, Source
from relman.edit import toggle
from relman.edit.dotted_key import parse_key
from relman.edit.line_text import check_pattern
from relman.edit.version_file import VersionFile, format_of, keys_of
from relman.errors import Kind, RelmanError
from relman.model.message_rules import DEFAULT_LEVELS
from relman.model.push_levels import LEVELS

NOTHING_GIVEN = "defaults"
"""The name of the source where there is none."""


def load(source: Source | None) -> Loaded:
    """Reads a configuration into the record; without one every value is the default.

    The error (usage) names all problems, each with source, line, key and legal values; `facts["problems"]`
    has them as records.
    """
    if source is None:
        return Loaded(config=Config(), source=NOTHING_GIVEN)
    table, problems = _read(source)
    if problems:
        raise _error(problems)
    return Loaded(config=msgspec.convert(table, Config), source=source.name)


def _read(source: Source) -> tuple[Mapping[str, object], list[Problem]]:
    try:
        document, text = parse(source.data)
    except ValueError as error:
        return {}, [_whole(source, str(error))]
    value: object = document
    for key in source.table:
        value = value.get(key, {}) if isinstance(value, dict) else value
    if not isinstance(value, dict):
        return {}, [_whole(source, "is not a table")]
    wrong = _faults(value)
    at = lines(text) if wrong else {}
    found = [
        Problem(
            source=source.name,
            key=words.dotted(path),
            line=line_of(at, (*source.table, *path)),
            message=message,
            legal=legal,
        )
        for path, message, legal in wrong
    ]
    return value, sorted(found, key=lambda problem: problem.line or 0)


def _faults(table: Mapping[str, object]) -> list[Fault]:
    found = list(faults(Config, table))
    bad = {path for path, _, _ in found}
    for at, text in texts(table, ()):
        check = CHECKS.get(checked_as(at))
        if check is not None and at not in bad and (meant := check(text)):
            found.append((at, f"{words.shown(text)} is not {meant}", meant))
    found += _map_keys(table)
    if not any(path[:2] == ("versions", "files") for path in bad):
        found += _version_files(table)
    if not any(path[0] == "toggles" for path in bad):
        found += _toggles(table)
    if not any(path[0] == "changelog" for path in bad):
        found += _types_twice(table)
    if not any(path[0] in ("environments", "production") for path in bad):
        found += _environments_twice(table)
    if "strategy" in table and not any(path[0] == "strategy" for path in bad):
        found += _strategy(table)
    return found


def _map_keys(table: Mapping[str, object]) -> Iterator[Fault]:
    for key, check in MAP_KEYS.items():
        path = tuple(key.split("."))
        for name in _inside(table, path):
            if meant := check(name):
                yield (*path, name), f"{words.shown(name)} is not {meant}", meant
    for name in _inside(table, ("messages", "levels")):
        if name not in DEFAULT_LEVELS:
            yield unknown(("messages", "levels", name), DEFAULT_LEVELS, "rule")
    for name in _inside(table, ("hooks", "levels")):
        if name not in LEVELS:
            yield unknown(("hooks", "levels", name), LEVELS, "rule")


def _strategy(table: Mapping[str, object]) -> Iterator[Fault]:
    from relman.config.strategy import strategy_faults  # the catalog is no part of checking a message

    yield from strategy_faults(table)


def _version_files(table: Mapping[str, object]) -> Iterator[Fault]:
    versions = table.get("versions")
    files = versions.get("files") if isinstance(versions, dict) else None
    for index, row in enumerate(files if isinstance(files, list) else ()):
        where = msgspec.convert(row, VersionFile)
        try:
            format_of(where)
            keys_of(where)
            if where.pattern is not None:
                check_pattern(where.pattern, where.path)
        except RelmanError as error:
            yield ("versions", "files", index), error.message, "; ".join(error.hints)


def _toggles(table: Mapping[str, object]) -> Iterator[Fault]:
    rows = table.get("toggles")
    for index, row in enumerate(rows if isinstance(rows, list) else ()):
        where = msgspec.convert(row, toggle.Toggle)
        try:
            toggle.format_of(where)
            if where.key is not None:
                parse_key(where.key)
        except RelmanError as error:
            yield ("toggles", index), error.message, "; ".join(error.hints)


def _types_twice(table: Mapping[str, object]) -> Iterator[Fault]:
    """A type that two places of the notes claim; only among what is given, since a default gives way."""
    seen: dict[str, str] = {}
    for path, text in texts(_inside(table, ("changelog",)), ("changelog",)):
        if checked_as(path) in {"changelog.sections[].types[]", "changelog.hidden[]"}:
            here = words.dotted(path[:-1])
            if text in seen:
                yield path, f"{words.shown(text)} stands in {seen[text]} already", "each type once"
            seen.setdefault(text, here)


def _environments_twice(table: Mapping[str, object]) -> Iterator[Fault]:
    """An environment that two tables describe; production has a table of its own."""
    config = msgspec.convert({k: v for k, v in table.items() if k in ("production", "environments")}, Config)
    seen = {config.production.environment: "production"}
    for index, each in enumerate(config.environments):
        if each.name in seen:
            message = f"{words.shown(each.name)} is described in {seen[each.name]} already"
            yield ("environments", index, "name"), message, "each environment once"
        seen.setdefault(each.name, f"environments[{index}]")


def _inside(table: Mapping[str, object], path: tuple[str, ...]) -> dict[str, object]:
    value: object = table
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, dict) else {}


def _whole(source: Source, message: str) -> Problem:
    return Problem(source=source.name, key="", line=None, message=message)


def _error(problems: Sequence[Problem]) -> RelmanError:
    count = "one problem" if len(problems) == 1 else f"{len(problems)} problems"
    rows = "\n".join(f"  {_row(problem)}" for problem in problems)
    return RelmanError(
        Kind.USAGE,
        f"{count} in the configuration:\n{rows}",
        hints=("correct the file, or name another one with --config FILE",),
        facts={"problems": [msgspec.to_builtins(problem) for problem in problems]},
    )


def _row(problem: Problem) -> str:
    place = problem.source + (f", line {problem.line}" if problem.line else "")
    if not problem.key:
        return f"{place}: {problem.message}"
    legal = f" (legal: {problem.legal})" if problem.legal and problem.legal not in problem.message else ""
    return f"{place}: {problem.key}: {problem.message}{legal}"
