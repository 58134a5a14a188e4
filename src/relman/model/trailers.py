"""Lines at the end of a message: where git's `-x` line, a sign-off and other trailers go.

The rules are git's (trailer.c and sequencer.c), so that a port's message is the one that `git cherry-pick -x`
writes, byte for byte: text and paragraph of trailers, blank lines and space at the ends of lines.
"""

import re
from collections.abc import Iterable, Sequence

from relman.model.names import Oid

_SPACE = " \t\r"
_GENERATED = ("Signed-off-by: ", "(cherry picked from commit ")
_TOKEN = re.compile(r"[A-Za-z0-9-]+[ \t]*:")
_CUT = "# ------------------------ >8 ------------------------"
_FEW = 3
"""A paragraph with a line that git itself wrote may hold up to three other lines for each trailer."""


def with_lines(message: str, lines: Iterable[str]) -> str:
    """Adds lines at the end: to the paragraph of trailers where the message has one, else as a paragraph.

    A line that is the last one already is not added again, as `git commit --signoff` does it.
    """
    rows = stripped(message).split("\n")[:-1]
    for line in lines:
        if rows and rows[-1] == line:
            continue
        if rows and not ends_with_trailers(rows):
            rows.append("")
        rows.append(line)
    return "".join(f"{row}\n" for row in rows)


def picked(message: str, source: Oid, lines: Iterable[str] = ()) -> str:
    """The message of a port: the original's, and where it came from, as `git cherry-pick -x` writes it."""
    rows = message.removesuffix("\n").split("\n") if message else []
    apart = [] if ends_with_trailers(rows) else [""]
    text = "\n".join((*rows, *apart, f"(cherry picked from commit {source})"))
    return with_lines(text, lines)


def reverted(subject: str, source: Oid, lines: Iterable[str] = ()) -> str:
    """The message of a revert, as `git revert` writes it."""
    return with_lines(f'Revert "{subject}"\n\nThis reverts commit {source}.\n', lines)


def values(message: str, token: str) -> tuple[str, ...]:
    """The values of a trailer, in order; only the last paragraph has trailers. Case of the token does not count."""
    rows = list(_without_end(stripped(message).split("\n")[:-1]))
    while rows and _blank(rows[-1]):
        rows.pop()
    if not ends_with_trailers(rows):
        return ()
    start = max(n for n, row in enumerate(rows) if _blank(row)) + 1
    pairs = (row.partition(":") for row in rows[start:])
    return tuple(v.strip() for key, colon, v in pairs if colon and key.strip().lower() == token.lower())


def stripped(text: str) -> str:
    """Cleans a message as `git stripspace` does: no space at ends of lines, no blank lines but single ones between."""
    out: list[str] = []
    for row in text.split("\n"):
        plain = row.rstrip(_SPACE)
        if plain or (out and out[-1]):
            out.append(plain)
    if out and not out[-1]:
        out.pop()
    return "".join(f"{row}\n" for row in out)


def ends_with_trailers(rows: Sequence[str]) -> bool:
    """Tells whether the last paragraph of a message is one of trailers, as git sees it.

    Every line is a trailer or goes on with one; or one is git's own and a quarter are trailers. The first
    paragraph never is.
    """
    body = _without_end(rows)
    title = next((n for n, row in enumerate(body) if not row.startswith("#") and _blank(row)), len(body))
    trailers, others, hanging, generated, seen = 0, 0, 0, False, False
    for row in reversed(body[title:]):
        if row.startswith("#"):
            others, hanging = others + hanging, 0
        elif _blank(row):
            if not seen:
                continue
            others += hanging
            return trailers * _FEW >= others if generated else bool(trailers) and not others
        elif row.startswith(_GENERATED) or _TOKEN.match(row):
            trailers, hanging, seen = trailers + 1, 0, True
            generated = generated or row.startswith(_GENERATED)
        elif row[0] in " \t":
            hanging, seen = hanging + 1, True
        else:
            others, hanging, seen = others + hanging + 1, 0, True
    return False


def _blank(row: str) -> bool:
    return not row.strip(_SPACE)


def _without_end(rows: Sequence[str]) -> Sequence[str]:
    """Leaves out what git never takes for trailers: comments and the old list of conflicts at the end."""
    end = rows.index(_CUT) if _CUT in rows else len(rows)
    first, listing = end, False
    for n, row in enumerate(rows[:end]):
        if row.startswith("#") or not row:
            first = min(first, n)
        elif row == "Conflicts:":
            listing, first = True, min(first, n)
        elif not (listing and row.startswith("\t")):
            first, listing = end, False
    return rows[:first]
