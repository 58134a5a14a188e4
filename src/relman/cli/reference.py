"""The command reference (`docs/commands.md`), written from the commands themselves.

`python -m relman.cli.reference > docs/commands.md`; a test holds the page against the commands.
"""

import inspect
import sys
from collections.abc import Iterator

from relman.cli.commands import FAMILIES, ROWS, command

_HEAD = """# Commands

Every command, in the groups that `relman --help` shows. Global options may stand anywhere on the line. Commands that
change something share the options of the last section. This page is written by `python -m relman.cli.reference`.
"""


def reference() -> str:
    """Gives the whole page."""
    return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    yield _HEAD
    made = command()
    shared = set(_shared())
    for group in dict.fromkeys(group for group, _, _ in ROWS):
        yield f"## {group}\n"
        for name in (name for other, name, _ in ROWS if other == group):
            yield from _command(name, made.commands[name], shared)
        for family in (name for other, name, _ in FAMILIES if other == group):
            inner = made.commands[family]
            yield f"### `relman {family}`\n"
            yield f"{inner.help}\n"
            for name, one in getattr(inner, "commands", {}).items():
                yield from _command(f"{family} {name}", one, shared)
    yield "## Options of every command that changes something\n"
    undo = made.commands["undo"]
    yield from _options([p for p in undo.params if p.name in shared])
    yield "## Global options\n"
    yield from _options([p for p in made.params if not getattr(p, "hidden", False)])


def _shared() -> Iterator[str]:
    from relman.cli.how import _options as options

    yield from inspect.signature(options).parameters


def _command(name: str, made: object, shared: set[str]) -> Iterator[str]:
    words = inspect.cleandoc(getattr(made, "help", "") or "")
    what, _, examples = words.partition("Examples:")
    params = [p for p in getattr(made, "params", ()) if not getattr(p, "hidden", False)]
    arguments = " ".join(
        p.metavar or f"[{str(p.name).upper()}]" for p in params if p.param_type_name == "argument"
    )
    yield f"### `relman {name}{' ' + arguments if arguments else ''}`\n"
    yield f"{' '.join(what.split())}\n"
    if examples:
        yield "```sh"
        yield from (
            example.strip() for example in examples.replace("\n", " · ").split("·") if example.strip()
        )
        yield "```\n"
    own = [p for p in params if p.name not in shared and p.name != "help"]
    if own:
        yield from _options(own)
    if shared <= {str(p.name) for p in getattr(made, "params", ())}:
        yield "Changes something: takes the options of every command that does.\n"


def _options(params: list[object]) -> Iterator[str]:
    escaped = "\\|"  # a bar would end the cell
    rows = [(_flags(p), getattr(p, "help", None) or "") for p in params if not getattr(p, "hidden", False)]
    if rows:
        yield "| option | says |"
        yield "| --- | --- |"
        yield from (f"| {flags.replace('|', escaped)} | {words} |" for flags, words in rows)
        yield ""


def _flags(param: object) -> str:
    if getattr(param, "param_type_name", "") == "argument":
        return f"`{getattr(param, 'metavar', None) or str(getattr(param, 'name', '')).upper()}`"
    names = [*getattr(param, "opts", ()), *getattr(param, "secondary_opts", ())]
    metavar = getattr(param, "metavar", None)
    return ", ".join(f"`{n}{' ' + metavar if metavar and n.startswith('--') else ''}`" for n in names)


if __name__ == "__main__":
    sys.stdout.write(reference())
