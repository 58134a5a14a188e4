"""Text from commit messages made harmless: for a terminal or a program, and for Markdown.

A message may hold anything. In Markdown its words must stay words: no HTML, no link or image that somebody
else chose, no heading, no notification of whoever happens to be called like `@Override`.
"""

import re

_ESCAPE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]?|\x9b[0-?]*[ -/]*[@-~]?"
    # a string that never ends is no reason to swallow the rest of the message
    r"|\x1b[\]PX^_](?:[^\x07\x1b\x9c]{0,1000}(?:\x07|\x1b\\|\x9c))?"
    r"|\x1b[ -/]*[0-~]?"
)
_SPACE = re.compile(r"[\s\x1c-\x1f\x85\u2028\u2029]+")
_HIDDEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_ACTIVE = re.compile(r"[\\`<&\]@]")
_TICKS = re.compile(r"`+")
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_ENTITY = re.compile(r"&(?=#?\w{1,40};)")
_LINK = re.compile(r"\](?=[(\[:])")
_MENTION = re.compile(r"(?<![\w`/@.&])@[A-Za-z0-9][\w-]*(?:/[A-Za-z0-9][\w.-]*(?<=\w))?")
_BLOCK = re.compile(r"(?:#{1,6}(?=\s|\Z)|[-+*](?=\s|\Z)|>|~~~|[-*_=]{2,}\s*\Z|[0-9]{1,9}(?=[.)](?:\s|\Z)))")


def one_line(text: str) -> str:
    """Folds a text to one line, without escape sequences, control characters or invisible direction marks."""
    if text.isprintable() and "  " not in text:  # nearly every one: of white space it may hold blanks only
        return text.strip()
    folded = _SPACE.sub(" ", _ESCAPE.sub("", text))
    return _SURROGATE.sub("\ufffd", _HIDDEN.sub("", folded)).strip()


def markdown(text: str) -> str:
    """Writes a line so that Markdown shows its words and does nothing else; code in backticks stays code."""
    line = _inline(text) if _ACTIVE.search(text) else text
    block = _BLOCK.match(line)
    if block is None:
        return line
    cut = block.end() if line[0].isdecimal() else 0
    return f"{line[:cut]}\\{line[cut:]}"


def _inline(text: str) -> str:
    done: list[str] = []
    at = 0
    for ticks in _TICKS.finditer(text):
        if ticks.start() < at:
            continue
        done.append(_words(text[at : ticks.start()]))
        end = _closing(text, ticks)
        done.append(text[ticks.start() : end] if end else ticks[0].replace("`", "\\`"))
        at = end or ticks.end()
    done.append(_words(text[at:]))
    return "".join(done)


def _closing(text: str, ticks: re.Match[str]) -> int:
    """Where the code span ends that these backticks open; 0 where they open none (CommonMark 0.31, 6.1)."""
    return next(
        (other.end() for other in _TICKS.finditer(text, ticks.end()) if len(other[0]) == len(ticks[0])), 0
    )


def _words(text: str) -> str:
    safe = _TAG.sub("&lt;", _ENTITY.sub("&amp;", text.replace("\\", "\\\\")))
    return _MENTION.sub(r"`\g<0>`", _LINK.sub(r"\\]", safe))
