"""Other tools' configurations: which tool a file is for, its values, and what of them becomes relman's.

Read as data only. What is a program (`commitlint.config.js`) is refused, and the commands that a
configuration names are never carried over.
"""

import json
import tomllib
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from relman.config.load import load
from relman.config.source import LIMIT, Source
from relman.config.write import Entry, Value, render
from relman.errors import RelmanError, usage

Tool = Literal["commitlint", "commitizen", "semantic-release", "python-semantic-release", "git-cliff"]
Table = Mapping[str, object]

_PROGRAMS = (".js", ".cjs", ".mjs", ".ts", ".cts", ".mts", ".py")
_INSIDE: tuple[tuple[str, tuple[str, ...], Tool], ...] = (
    ("package.json", ("commitlint",), "commitlint"),
    ("package.json", ("release",), "semantic-release"),
    ("pyproject.toml", ("tool", "commitizen"), "commitizen"),
    ("pyproject.toml", ("tool", "semantic_release"), "python-semantic-release"),
    ("pyproject.toml", ("tool", "git-cliff"), "git-cliff"),
)
"""Files of many tools, and where each of them begins."""
_SIGNS: tuple[tuple[str, Tool], ...] = (
    ("commitizen", "commitizen"),
    ("semantic_release", "python-semantic-release"),
    ("rules", "commitlint"),
    ("tagFormat", "semantic-release"),
    ("plugins", "semantic-release"),
    ("branches", "semantic-release"),
    ("extends", "commitlint"),
    ("git", "git-cliff"),
    ("changelog", "git-cliff"),
    ("tool", "commitizen"),
)
"""A key at the top that tells a tool, the surest first."""
_NAMES: tuple[tuple[str, Tool], ...] = (
    ("commitlint", "commitlint"),
    (".releaserc", "semantic-release"),
    ("cliff", "git-cliff"),
)
"""What a file's name holds that says so before any key does."""


class Left(Struct, frozen=True, kw_only=True):
    """A setting that was not carried over, and why."""

    key: str
    why: str


class Carry:
    """Collects what is carried over from one file, and what is left; every value is held against relman's rules."""

    def __init__(self, name: str) -> None:
        self.name = name
        """The file, as it was given."""
        self.entries: list[Entry] = []
        self.left: list[Left] = []

    def take(self, key: str, value: Value, origin: str) -> None:
        """Gives a key of relman's a value that stands at `origin`; one that relman does not take is left."""
        *table, last = key.split(".")
        entry = Entry(table=tuple(table), key=last, value=value, evidence=f"{origin} in {self.name}")
        try:
            load(Source(name=self.name, data=render([entry]).encode()))
        except RelmanError:
            self.leave(origin, f"relman's {key} takes no such value")
        else:
            self.entries = [e for e in self.entries if (*e.table, e.key) != (*entry.table, last)]
            self.entries.append(entry)

    def leave(self, key: str, why: str) -> None:
        """Says why a setting was not carried over."""
        self.left.append(Left(key=key, why=why))

    def leave_rest(self, table: Table, known: Mapping[str, str], prefix: str = "") -> None:
        """Leaves every key of a table that nobody read; `known` has the reasons, empty for none at all."""
        for key in table:
            why = known.get(key, "relman has no such setting")
            if why:
                self.leave(f"{prefix}{key}", why)


def find_tools(name: str, data: bytes) -> tuple[tuple[Tool, Table], ...]:
    """The tools that a file configures, with their values. Error (usage): a program, or nothing that is known."""
    base = name.replace("\\", "/").rpartition("/")[2]
    if base.endswith(_PROGRAMS):
        raise usage(
            f"{name} is a program, and relman runs none to read it",
            "npx commitlint --print-config json > commitlint.json",
            "relman init --from commitlint.json",
        )
    document = parse_foreign(name, data)
    inside = [(tool, part) for file, path, tool in _INSIDE if base == file and (part := _at(document, path))]
    if inside:
        return tuple(inside)
    if base not in {file for file, _, _ in _INSIDE}:
        by_name = (tool for part, tool in _NAMES if part in base and not base.endswith("releaserc.toml"))
        by_key = (tool for key, tool in _SIGNS if key in document)
        tool = next(by_name, None) or next(by_key, None)
        if tool is not None and (values := _own(tool, document)):
            return ((tool, values),)
    raise usage(
        f"{name} is no configuration that relman can read",
        "relman init --from FILE reads commitlint, commitizen, semantic-release, git-cliff and git-flow",
    )


def parse_foreign(name: str, data: bytes) -> Table:
    """The values of a JSON, YAML or TOML file. Error (usage): too large, or none of them."""
    if len(data) > LIMIT:
        raise usage(f"{name} is larger than {LIMIT} bytes", "relman init")
    text = data.decode("utf-8-sig", "replace")
    readers = (tomllib.loads, json.loads, _yaml) if name.endswith(".toml") else (json.loads, _yaml)
    for reader in readers:
        try:
            value: object = reader(text)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            return {str(key): inner for key, inner in value.items()}
    raise usage(f"{name} is neither JSON nor YAML nor TOML that can be read", "relman init")


def table(value: object) -> Table:
    """The value where it is a table, else an empty one."""
    return {str(key): inner for key, inner in value.items()} if isinstance(value, dict) else {}


def texts(value: object) -> tuple[str, ...]:
    """The texts of a list, or the one text."""
    if isinstance(value, str):
        return (value,)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _yaml(text: str) -> object:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        raise ValueError from error


def _at(document: Table, path: tuple[str, ...]) -> Table:
    value: object = document
    for key in path:
        value = table(value).get(key)
    return table(value)


def _own(tool: Tool, document: Table) -> Table:
    """The tool's own table, where its file has it below a name."""
    if tool == "commitizen":
        return table(document.get("commitizen")) or _at(document, ("tool", "commitizen"))
    if tool == "python-semantic-release":
        return table(document.get("semantic_release"))
    return document
