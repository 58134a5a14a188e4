"""From the parts of a message to its text, as the specification orders them."""

import textwrap

from msgspec import Struct

_WIDTH = 72


class Parts(Struct, frozen=True, kw_only=True):
    """What a person says about a commit. `breaking` is the text of what breaks; empty: it breaks, and no more.

    `issues` as they are to stand: `#12`, `PAY-12`.
    """

    type: str
    description: str
    scope: str | None = None
    body: str = ""
    breaking: str | None = None
    issues: tuple[str, ...] = ()


def compose(parts: Parts) -> str:
    """The whole message; paragraphs of the body with a line that is too long are wrapped."""
    scope = f"({parts.scope})" if parts.scope else ""
    bang = "" if parts.breaking is None else "!"
    footers = [f"BREAKING CHANGE: {parts.breaking}"] if parts.breaking else []
    footers += [f"Refs: {issue}" for issue in parts.issues]
    header = f"{parts.type}{scope}{bang}: {parts.description}"
    return "\n\n".join(filter(None, (header, wrapped(parts.body), "\n".join(footers)))) + "\n"


def wrapped(body: str) -> str:
    """The text with its long paragraphs filled anew; a list, a quotation or an address stays."""
    paragraphs = body.replace("\r\n", "\n").strip().split("\n\n")
    return "\n\n".join(_wrapped(paragraph) for paragraph in paragraphs)


def _wrapped(paragraph: str) -> str:
    rows = paragraph.split("\n")
    if all(len(row) <= _WIDTH for row in rows) or any(row[:1] in set(" \t-*>|#") for row in rows):
        return paragraph
    return textwrap.fill(paragraph, _WIDTH, break_long_words=False, break_on_hyphens=False)
