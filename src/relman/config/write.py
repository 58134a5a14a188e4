"""Writes a configuration: only the keys that are given, each below the evidence for it."""

from collections.abc import Sequence

from msgspec import Struct

from relman.config import words

Row = dict[str, str] | dict[str, str | tuple[str, ...]]
Value = str | int | bool | tuple[str, ...] | tuple[Row, ...] | dict[str, str]


class Entry(Struct, frozen=True, kw_only=True):
    """One key: in which table (empty: the top), its value, and the evidence, which becomes a comment."""

    table: tuple[str, ...]
    key: str
    value: Value
    evidence: str = ""


def render(entries: Sequence[Entry], *, title: str = "") -> str:
    """Gives the TOML text, keys of one table together, tables in the order of their first entry.

    Evidence may quote what strangers wrote (branches, subjects): it never ends its comment.
    """
    tables = dict.fromkeys([(), *(entry.table for entry in entries)])
    blocks = [_comment(title)] if title else []
    for table in tables:
        mine = [entry for entry in entries if entry.table == table]
        plain = "".join(_comment(entry.evidence) + _line(entry) for entry in mine if not _rows(entry.value))
        if plain:
            header = f"[{words.dotted(table)}]\n" if table else ""
            blocks.append(header + plain)
        blocks += [_array(entry) for entry in mine if _rows(entry.value)]
    return "\n".join(blocks)


def _rows(value: Value) -> bool:
    return isinstance(value, tuple) and any(isinstance(item, dict) for item in value)


def _line(entry: Entry) -> str:
    return f"{words.dotted((entry.key,))} = {words.toml(entry.value)}\n"


def _array(entry: Entry) -> str:
    header = f"[[{words.dotted((*entry.table, entry.key))}]]\n"
    rows: list[str] = []
    for row in entry.value if isinstance(entry.value, tuple) else ():
        if isinstance(row, dict):
            body = "".join(f"{words.dotted((key,))} = {words.toml(value)}\n" for key, value in row.items())
            rows.append(header + body)
    return _comment(entry.evidence) + "\n".join(rows)


def _comment(text: str) -> str:
    lines = ("".join(char if char.isprintable() else "?" for char in line) for line in text.splitlines())
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)
