"""Texts with places to fill in: `v{version}`, `release/{line}`.

Not `str.format`: a text from a configuration is untrusted, and `{version.__class__}` must stay words.
"""

import re
from collections.abc import Mapping

_PLACE = re.compile(r"\{([a-z_]*)\}")


def places(text: str) -> tuple[str, ...] | None:
    """Gives the names of the places in order; nothing where a brace belongs to none."""
    if set(_PLACE.sub("", text)) & {"{", "}"}:
        return None
    return tuple(_PLACE.findall(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Puts the values in, in one pass: a place inside a value stays, and so does an unknown one."""
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), text)
