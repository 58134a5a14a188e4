"""First lines of commit messages that programs write: merges, reverts, releases, fix-ups, backports.

Strings in, strings out. The forms are those of git, the forges and other release tools; patterns are
anchored or bounded, so that a line of a megabyte costs one pass.
"""

import re
from functools import lru_cache

_MERGE = re.compile(
    r"Merge (?:branch(?:es)? \S|remote-tracking branch(?:es)? |tags? \S|commits? ['\"0-9a-f]|pull request #|"
    r"PR #|merge request !|changes? (?:I[0-9a-f]|from topic )|\S+ into \S)|"
    r"Merged in \S|Merged PR [0-9]+: |Auto(?:matic merge|-merged? )"
)
_AZURE = re.compile(r"Merged PR ([0-9]{1,12}): +(?=\S)")
_MERGE_NUMBER = re.compile(r"Merge (?:(?:pull request |PR )#|merge request !)([0-9]{1,12})\b")
_SUFFIX = re.compile(r" ?\((?:[#!]|(?:pull request|PR) [#!]?)([0-9]{1,12})\)$", re.IGNORECASE)
_SKIP = re.compile(
    r" ?(?:\[(?:skip|ci)[ -](?:skip|ci)\]|\((?:skip|ci)[ -](?:skip|ci)\)|\*\*\*NO_CI\*\*\*)$", re.IGNORECASE
)
_MAYBE_RELEASE = re.compile(r"[0-9]\.[0-9]|[Vv]ersion")
_FIXUP = re.compile(r"(fixup|squash|amend)!(?=\s|$)")

# the patterns from here on are compiled at their first use: a hook seldom needs them
_NUMBER = r"[vV]?[0-9]{1,9}\.[0-9]{1,9}%s(?:[-.]?[A-Za-z][0-9A-Za-z.-]{0,60})?(?:\+[0-9A-Za-z.-]{1,60})?\.?"
_BARE = _NUMBER % r"\.[0-9]{1,9}"
_NAMED = r"(?:[\w@][\w./@-]{0,80}?[-@/ ])?" + _NUMBER % r"(?:\.[0-9]{1,9})?"
_VERB = r"(?:(?:prepare|publish|cut) )?"
_RELEASE = (
    rf"{_BARE}|(?:chore|build|ci)(?:\([^()]{{0,80}}\))?: {_BARE}"
    rf"|(?:chore|build|ci)\((?:release|version)\): {_VERB}(?:(?:release|version) )?{_NAMED}"
    rf"|(?:chore|build|ci)(?:\([^()]{{0,80}}\))?: {_VERB}release {_NAMED}"
    r"|[Bb]ump:? version:? (?:from )?\S{1,80} (?:→|->|=>|to) \S{1,80}"
    rf"|(?:[Pp]repare )?(?:[Rr]elease|[Vv]ersion):? {_NAMED}"
    r"|(?:chore: |ci: )?Version [Pp]ackages(?: \([\w.-]{1,60}\))?"
)

_BRACKET = r"(?:\[([^\]]{1,200})\]|\(([^()]{1,200})\))[:\s]*"
_PREFIX = (
    r"(?:(?:automated )?(?:cherry[- ]?pick|backport)(?:ed)?"
    r"(?: (?:of |pr |mr ){0,2}[#!][0-9]{1,12})?(?: (?:on|to) \S+| v?[0-9]+(?:\.[0-9x]+)+)?"
    r"|merged pr [0-9]{1,12}): ?"
)
_TRAILING = r" ?(?:\[([^\[\]]{1,200})\]|\(([^()]{1,200})\))$"
_WRAPPED = (
    r"(?:cherry[- ]?pick|backport)(?:ed)? (?:pr |mr )?[#!][0-9]{1,12} (?:on|to) (?:branch )?\S+ \((.+)\)"
)
_DECORATION = (
    r"v?[0-9]+(?:\.[0-9x]+)+|(?:release|releases|stable|maint|maintenance|support|hotfix|branch)[-/ ]\S+"
    r"|[#!][0-9]{1,12}|(?:pull request|pr) #?[0-9]{1,12}"
    r"|(?:.* )?(?:backport|cherry[- ]pick)(?:ed)?(?:[ :/].*)?"
    r"|(?:skip|ci)[ -](?:skip|ci)"
)
_PASSES = 8
"""How many decorations are taken off; a bound keeps the work linear on hostile subjects."""


def is_merge_subject(subject: str) -> bool:
    """True for what git and the forges write for a merge, "Merged PR 7: title" included."""
    return subject.startswith(("Merge", "Auto")) and _MERGE.match(subject) is not None


def is_release_subject(subject: str) -> bool:
    """True for the subject of a release commit: a bare version, or the wording of a known release tool."""
    subject = without_skip_marker(subject)
    if _MAYBE_RELEASE.search(subject) is None:
        return False
    return re.fullmatch(_RELEASE, subject) is not None


def is_fixup(subject: str) -> bool:
    """True for "fixup! ...", "squash! ..." and "amend! ...", to be squashed before they are shared."""
    return _FIXUP.match(subject) is not None


def without_skip_marker(subject: str) -> str:
    """The subject without "[skip ci]" and its variants at the end."""
    may = subject.endswith(("]", ")", "*")) and not subject[-2:-1].isdecimal()
    return _SKIP.sub("", subject) if may else subject


def azure_prefix(subject: str) -> int:
    """The length of "Merged PR 7: ", behind which the real header stands; 0 without one."""
    match = _AZURE.match(subject)
    return match.end() if match else 0


def quoted(subject: str) -> tuple[str, str] | None:
    """("Revert" or "Reapply", the quoted subject) of what `git revert` writes, without a "(#15)" behind."""
    if not subject.startswith(('Revert "', 'Reapply "')):
        return None
    verb, _, rest = subject.partition(' "')
    rest = _SUFFIX.sub("", rest)
    return (verb, rest[:-1]) if rest.endswith('"') and len(rest) > 1 else None


def puts_back(subject: str) -> bool:
    """True where the work is in again: Reapply "x", and older git's Revert "Revert "x""."""
    inner = quoted(subject)
    if inner is None:
        return False
    reverts = 0
    for _ in range(_PASSES):
        if inner is None:
            break
        reverts += inner[0] == "Revert"
        inner = quoted(inner[1])
    return reverts % 2 == 0


@lru_cache(maxsize=8192)
def change_request(subject: str) -> int | None:
    """The number of the change request that the subject names as its own: "(#12)" at its end, a merge."""
    match = _MERGE_NUMBER.match(subject) or _AZURE.match(subject)
    if match is None:
        bare = without_skip_marker(subject)
        match = _SUFFIX.match(bare, bare.rfind("(")) if bare.endswith(")") and "(" in bare else None
    return int(match[match.lastindex or 1]) if match else None


_PORT_WORD = re.compile(r"\b(?:cherry[- ]?pick(?:ed|s)?|back[- ]?port(?:ed|s|ing)?)\b", re.IGNORECASE)
_AFTER_WORD = 60
_MENTION = re.compile(r"#(\d{1,7})\b")
_NUMBERS_AT_END = re.compile(r"(?:\(#\d{1,7}\)\s{0,3}){2,5}\Z")
_BRACKETED = re.compile(r"\[PR #(\d{1,7})/[0-9a-f]{7,40} backport\]")


def ported_requests(line: str) -> tuple[int, ...]:
    """The change requests that a subject may be a port of: "(cherry-pick #12 for 1.4)", "backport of #12 and #13".

    Also every number of "fix: x (#12) (#34)": forges put the new number behind the subject that was copied.
    """
    found = [int(n) for n in _BRACKETED.findall(line[:200])]
    tail = _NUMBERS_AT_END.search(line[-80:])
    found += (int(n) for n in _MENTION.findall(tail[0])) if tail else ()
    word = _PORT_WORD.search(line)
    if word is not None:
        rest = line[word.end() : word.end() + _AFTER_WORD]
        inside = rest[: rest.find(")")] if ")" in rest else rest
        found += (int(n) for n in _MENTION.findall(inside))
    return tuple(dict.fromkeys(found))


def normalised(subject: str) -> str:
    """The subject lower-cased and without what ports add: "(#12)", "[1.4]", "Backport #12: ", "[skip ci]".

    Two ports of one fix have the same normalised subject; what would leave nothing is not taken off.
    """
    text = " ".join(subject.split()).lower()
    for _ in range(_PASSES):
        shorter = _undecorated(text)
        if shorter in ("", text):
            break
        text = shorter
    return text


def _undecorated(text: str) -> str:
    match = re.search(_TRAILING, text)
    if match and re.fullmatch(_DECORATION, match[1] or match[2]):
        return text[: match.start()]
    match = re.fullmatch(_WRAPPED, text)
    if match:
        return match[1]
    match = re.match(_BRACKET, text)
    if match and re.fullmatch(_DECORATION, match[1] or match[2]):
        return text[match.end() :]
    match = re.match(_PREFIX, text)
    return text[match.end() :] if match else text
