"""The file with a message as git will take it: decoded, without comments, without what is behind the scissors."""

import re

from relman.hook.place import Settings
from relman.model.message_grammar import SCISSORS, clean

_AUTO = "#;@!$%^&|:"
"""What git chooses from for `core.commentChar = auto`."""
_MAY_BE_COMMENT = re.compile(rf"^[{re.escape(_AUTO)}]", re.MULTILINE)


def is_plain(data: bytes) -> bool:
    """Tells whether the bytes are a message whatever git's settings are: ASCII, and no line that may be a comment."""
    return data.isascii() and _MAY_BE_COMMENT.search(data.decode("ascii").replace("\r", "\n")) is None


def decoded(data: bytes, encoding: str) -> tuple[str, bool]:
    """The text, and whether it was decoded without loss: UTF-8, else as `i18n.commitEncoding` says."""
    for codec in (encoding, "utf-8"):
        if codec:
            try:
                return data.decode(codec), True
            except (LookupError, ValueError):
                continue
    return data.decode("utf-8", "replace"), False


def kept(text: str, settings: Settings, *, edited: bool) -> str:
    """What git keeps of the text (git-commit(1), `--cleanup`); `edited`: a person had it in an editor."""
    comment = settings.comment or _found_comment(text)
    mode = settings.cleanup
    if mode not in {"strip", "whitespace", "verbatim", "scissors"}:
        mode = "strip" if edited else "whitespace"
    if edited and mode != "verbatim":
        text = _before_scissors(text, comment)
    if mode == "verbatim":
        return text
    return clean(text, comment if mode == "strip" else "")


def _before_scissors(text: str, comment: str) -> str:
    cut = f"{comment}{SCISSORS}"
    lines = text.split("\n")
    at = next((n for n, line in enumerate(lines) if line.rstrip() == cut), len(lines))
    return "\n".join(lines[:at])


def _found_comment(text: str) -> str:
    """The character that git chose: the one of the block of its own that ends the text."""
    lines = text.rstrip().split("\n")
    for line in lines:
        if line[1:].rstrip() == SCISSORS and line[0] in _AUTO:
            return line[0]
    last = lines[-1]
    return last[0] if last[:1] and last[0] in _AUTO and last[1:2] in {"", " ", "\t"} else "#"
