"""One row of a page: a heading in its column, then words."""

from rich.text import Text

from relman.render.words import printable

WIDTH = 11
"""How wide the headings' column is."""


def row(heading: str, words: str, style: str = "") -> Text:
    """One row: the heading in its column, then words that are safe to print."""
    return Text.assemble((f"{heading:<{WIDTH}} ", "bold"), (printable(words), style))
