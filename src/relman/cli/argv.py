"""The command line as a list of words, before typer sees it.

Global options may stand anywhere: `relman next --json` and `relman --json next` are one. Typer wants them
before the command, so they are moved there; what follows `--`, and the value of an option, stays.
"""

from collections.abc import Iterator, Sequence

_FLAGS = ("--json", "-v", "--verbose", "-q", "--quiet")
_VALUED = ("-C", "--config", "--color")
_TAKES_VALUE = (
    *("--reason", "--exec", "--template", "--to", "--from", "--date", "--expect", "--anyway", "--pre"),
    *("--format", "--line", "--mainline", "--release", "--show"),
)
"""Options whose next word is theirs, whatever it looks like."""

OTHER_TOOLS = {
    "start": "hotfix --start, or cut",
    "finish": "release, or resume",
    "tag": "release",
    "rollback": "undo (an operation), or withdraw (a release)",
    "yank": "withdraw",
    "publish": "push",
    "revert": "hotfix --revert, or undo",
    "continue": "resume",
    "pick": "backport",
    "cherry-pick": "backport",
    "notes": "changelog",
}
"""Words of other tools, and relman's for them."""


def globals_first(argv: Sequence[str]) -> list[str]:
    """Moves the global options to the front, in their order."""
    front: list[str] = []
    rest: list[str] = []
    words = iter(argv)
    for word in words:
        if word == "--":
            rest += [word, *words]
            break
        if word in _TAKES_VALUE:
            rest += [word, *_one(words)]
        elif word in _FLAGS or word.startswith(("--config=", "--color=")):
            front.append(word)
        elif word in _VALUED:
            front += [word, *_one(words)]
        else:
            rest.append(word)
    return front + rest


def _one(words: Iterator[str]) -> list[str]:
    return [w] if (w := next(words, None)) is not None else []
