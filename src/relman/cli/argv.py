"""The command line as a list of words, before typer sees it.

Global options may stand anywhere: `relman next --json` and `relman --json next` are one. Typer wants them
before the command, so they are moved there; what follows `--`, and the value of an option, stays.
"""

from collections.abc import Iterator, Sequence

_FLAGS = ("--json", "-v", "--verbose", "-q", "--quiet")
_VALUED = ("-C", "--config", "--color")
TAKES_VALUE = (
    "--anyway",
    "--body",
    "--bad",
    "--baseline",
    "--branch",
    "--breaking",
    "--date",
    "--exec",
    "--expect",
    "--feature",
    "--format",
    "--from",
    "--issue",
    "--line",
    "--mainline",
    "--message",
    "--pre",
    "--range",
    "--reason",
    "--scope",
    "--rollback-to",
    "--show",
    "--since",
    "--tag-format",
    "--template",
    "--to",
    "--trunk",
    "--type",
    "-t",
)
"""Options of commands whose next word is theirs, whatever it looks like; a flag elsewhere is not among them."""

OTHER_TOOLS = {
    "lint": ("check",),
    "start": ("cut", "hotfix --start"),
    "finish": ("release", "resume"),
    "tag": ("release",),
    "rollback": (
        "undo   (an operation)",
        "withdraw VERSION --reason TEXT --rollback-to VERSION   (a release)",
    ),
    "yank": ("withdraw VERSION --reason TEXT",),
    "deploy": ("env record ENV VERSION",),
    "publish": ("push",),
    "revert": (
        "undo   (an operation)",
        "hotfix --revert COMMIT   (a released commit)",
    ),
    "continue": ("resume",),
    "pick": ("backport FIX --to LINE",),
    "cherry-pick": ("backport FIX --to LINE",),
    "notes": ("changelog",),
}
"""Words of other tools, and relman's for them, without `relman`."""


def globals_first(argv: Sequence[str]) -> tuple[list[str], list[str]]:
    """Parts the global options, in their order, from everything else."""
    front: list[str] = []
    rest: list[str] = []
    words = iter(argv)
    for word in words:
        if word == "--":
            rest += [word, *words]
            break
        if word in TAKES_VALUE:
            rest += [word, *_one(words)]
        elif word in _FLAGS or word.startswith(("--config=", "--color=")):
            front.append(word)
        elif word in _VALUED:
            front += [word, *_one(words)]
        else:
            rest.append(word)
    return front, rest


def repeated(argv: Sequence[str], more: Sequence[str], *, here: bool = False) -> list[str]:
    """Gives a command line to be typed again: whether it looks, asks or expects is told anew by `more`.

    `here`: as it was typed just now; else `-C` and `--json` are left to whoever runs it.
    """
    front, rest = globals_first(argv)
    kept = [
        word
        for at, word in enumerate(front)
        if here or (word not in ("-C", "--json") and front[at - 1 : at] != ["-C"])
    ]
    end = rest.index("--") if "--" in rest else len(rest)
    words: list[str] = []
    options = iter(rest[:end])
    for word in options:
        if word == "--expect":
            next(options, None)
        elif word not in ("-y", "--yes", "-n", "--dry-run") and not word.startswith("--expect="):
            words.append(word)
    return [*kept, *words, *more, *rest[end:]]


def _one(words: Iterator[str]) -> list[str]:
    return [w] if (w := next(words, None)) is not None else []
