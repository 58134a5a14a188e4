"""Lines at the end of a message: where git's `-x` line, a sign-off and other trailers go."""

import re
from collections.abc import Iterable

from relman.model.names import Oid

_TRAILER = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9-]*: \S|\(cherry picked from commit [0-9a-f]{7,40}\)|BREAKING CHANGE: )")


def with_lines(message: str, lines: Iterable[str]) -> str:
    """Adds lines at the end: to the paragraph of trailers where the message has one, else as a paragraph.

    A line that stands there already is not added again, as `git commit --signoff` does it.
    """
    text = message.rstrip()
    for line in lines:
        paragraphs = text.split("\n\n")
        last = paragraphs[-1].split("\n")
        if line in last:
            continue
        trailers = len(paragraphs) > 1 and all(_TRAILER.match(each) or each.startswith(" ") for each in last)
        text += ("\n" if trailers else "\n\n") + line
    return text + "\n"


def picked(message: str, source: Oid, lines: Iterable[str] = ()) -> str:
    """The message of a port: the original's, and where it came from, as `git cherry-pick -x` writes it."""
    return with_lines(message, (f"(cherry picked from commit {source})", *lines))
