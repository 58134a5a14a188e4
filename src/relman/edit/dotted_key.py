"""Dotted keys as a configuration writes them: `project.version`, `packages."".version`."""

import re

from relman.edit.document import Path
from relman.errors import usage

_PART = re.compile(r"""[ \t]*(?:"([^"]*)"|'([^']*)'|([^\s."']+))[ \t]*(\.|$)""")
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def parse_key(text: str) -> Path:
    """Splits a dotted key into its parts; a part that holds a dot, or is empty, is quoted.

    Error (usage) when a part is missing or a quote stays open.
    """
    parts: list[str] = []
    at = 0
    while found := _PART.match(text, at):
        parts.append(next(group for group in found.groups()[:3] if group is not None))
        at = found.end()
        if not found[4]:
            return tuple(parts)
    raise usage(f"{text!r} is not a dotted key", 'write it like project.version or packages."a.b".version')


def spell_key(key: Path) -> str:
    """The dotted key of a path, quoted where it has to be."""
    return ".".join(part if _BARE.fullmatch(part) else f'"{part}"' for part in key)
