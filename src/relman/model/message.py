"""What a message says beyond its parts: picks, reverts, fixes, issues, change requests, a forced version.

Reads what people and tools wrote; every answer is a claim of the message, not a fact about the history.
The grammar is in `message_grammar`, the lint in `message_lint`.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from relman.model import message_subject
from relman.model.message_grammar import (
    BREAKING_TOKENS,
    PICKED_TOKEN,
    Message,
    bang_description,
    clean,
    parse,
    read_header,
)
from relman.model.message_subject import (
    azure_prefix,
    change_request,
    is_release_subject,
    normalised,
    puts_back,
    quoted,
)

__all__ = [
    "Message",
    "Reverted",
    "breaking_notes",
    "clean",
    "fixes",
    "is_release_subject",
    "normalised_subject",
    "parse",
    "picked_from",
    "pull_request",
    "references",
    "release_as",
    "reverted",
    "scopes",
]

_ID = re.compile(r"[0-9a-f]{7,40}(?![0-9A-Za-z])")
_BETWEEN_IDS = re.compile(r"[\s,&]+(?:and\s+)?")
_PICKED_LINE = re.compile(
    r"\(?(?:cherry[ -]picked|backported) from (?:commit )?([0-9a-f]{7,40})(?![0-9A-Za-z])"
    r"|\[? ?(?:upstream )?commit ([0-9a-f]{7,40})(?: upstream\.?| ?\])\s*$",
    re.IGNORECASE,
)
_PICKED_TOKENS = frozenset(
    {"cherry-picked-from", "picked-from", "backport-of", "backported-from", "upstream-commit"}
)
_REVERTS_COMMITS = re.compile(r"this reverts commits?:?\s+", re.IGNORECASE)
_REVERSING = re.compile(r"reversing\s+changes\s+made\s+to\s+([0-9a-f]{7,40})(?![0-9A-Za-z])", re.IGNORECASE)
_REVERTS_REQUEST = re.compile(
    r"(?:this reverts (?:merge|pull) request|reverts:?) +(?:[\w./-]*)[#!]([0-9]{1,12})(?![0-9])",
    re.IGNORECASE,
)
_FIXES_LINE = re.compile(r"fixes:?\s+(?:commit )?([0-9a-f]{7,40})(?![0-9A-Za-z])(\s*\()?", re.IGNORECASE)
_ISSUE_TOKENS = frozenset(
    {
        "close",
        "closes",
        "closed",
        "fix",
        "fixes",
        "fixed",
        "resolve",
        "resolves",
        "resolved",
        "see",
        "see-also",
    }
    | {"implement", "implements", "implemented", "ref", "refs", "reference", "references", "part-of", "bug"}
    | {"relates-to", "related-to", "issue", "issues", "jira"}
)
_KEY = r"(?!(?:UTF|SHA|ISO|RFC|CVE|PEP|AES|RSA|IEEE)-)[A-Z][A-Z0-9_]{1,20}-[0-9]{1,9}"
_ISSUE_PROSE = re.compile(
    r"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?|implement(?:s|ed)?|refs?|references|see)[ :]{1,3}"
    r"((?:#[0-9]{1,12}|[A-Z][A-Z0-9_]{1,20}-[0-9]{1,9})\b(?:(?:, ?| and | ?& ?)#[0-9]{1,12}\b)*)",
    re.IGNORECASE,
)
# they begin with one letter, which is found at once, and look back from there
_MAYBE_NUMBER = re.compile(r"#(?<=[ :,&]#)[0-9]")
_MAYBE_KEY = re.compile(r"-(?<=[A-Z0-9_]-)[0-9]")
_ISSUE_SEPARATOR = re.compile(r"[\s,;&()\[\]<>]+")
_ISSUE = re.compile(r"(?:[\w.-]+/[\w.-]+)?#[0-9]{1,12}|" + _KEY)
_ISSUE_URL = re.compile(r"https?://[^/]+/(.+?)/(?:-/)?(?:issues|work_items)/([0-9]{1,12})(?:[?#].*)?")
_ISSUE_KEY = re.compile(rf"[\[(]({_KEY})[\])]")
_REQUEST_URL = re.compile(
    r"(?:pr-url|pull-request|merge-request|pull request resolved|reviewed-on): \S+?"
    r"/(?:pull|pulls|merge_requests|pull-requests|pullrequest)/([0-9]{1,12})(?![0-9])",
    re.IGNORECASE,
)
_SEE_REQUEST = re.compile(r"see merge request:? (?:\S*)!([0-9]{1,12})(?![0-9])", re.IGNORECASE)
_BITBUCKET = re.compile(r"Merged in \S+ \(pull request #([0-9]{1,12})\)")


class Reverted(Struct, frozen=True, kw_only=True):
    """What a message says it takes back.

    `commits` are ids as written, 7 to 40 hex digits. `mainline` is set for the revert of a merge: the id
    behind "reversing changes made to", so that what goes is `mainline..commit`. `reapply` is a revert of a
    revert, after which the work named by `subject` is in again. `subject` is the text inside Revert "...".
    `pull_requests` are numbers of change requests.
    """

    commits: tuple[str, ...] = ()
    mainline: str | None = None
    reapply: bool = False
    subject: str | None = None
    pull_requests: tuple[int, ...] = ()


def scopes(message: Message) -> tuple[str, ...]:
    """The scopes of a list, "api, cli" being two; empty without a scope."""
    if message.scope is None:
        return ()
    parts = (part.strip() for part in message.scope.split(","))
    return tuple(dict.fromkeys(part for part in parts if part))


def breaking_notes(message: Message) -> tuple[str, ...]:
    """What breaks, in order: the texts of the footers, else what stands behind each `!`."""
    if not message.breaking:
        return ()
    notes = [footer.value for footer in message.footers if footer.token in BREAKING_TOKENS]
    if not notes:
        header = read_header(message.subject[azure_prefix(message.subject) :])
        if header is not None and header.bang:
            notes.append(header.description)
        notes += [text for line in _lines(message) if (text := bang_description(line))]
    return tuple(notes) or (message.description or message.subject,)


def picked_from(message: Message) -> tuple[str, ...]:
    """Ids of the commits that this was picked from: git's own line, the kernel's forms, trailers."""
    if not _says(message, "pick", "backport", "upstream"):
        return ()
    ids = [match[1] or match[2] for line in _body_lines(message) if (match := _PICKED_LINE.match(line))]
    for footer in message.footers:
        if footer.token == PICKED_TOKEN:
            ids.append(footer.value)
            continue
        if footer.token.lower() in _PICKED_TOKENS:
            ids += _leading_ids(footer.value)
        ids += [
            match[1] or match[2] for line in footer.value.split("\n") if (match := _PICKED_LINE.match(line))
        ]
    return tuple(dict.fromkeys(found.lower() for found in ids))


def reverted(message: Message) -> Reverted:
    """What the message takes back, in the words of git, the forges or the specification."""
    text = "\n".join(_lines(message))
    ids: list[str] = []
    requests: list[int] = []
    if "everts" in text:
        for match in _REVERTS_COMMITS.finditer(text):
            ids += _leading_ids(text, match.end())
        lines = text.split("\n")
        requests += [int(found[1]) for line in lines if (found := _REVERTS_REQUEST.match(line))]
    for footer in message.footers:
        token = footer.token.lower()
        if token in {"reverts", "revert"} or (token == "refs" and message.type == "revert"):  # noqa: S105
            ids += _leading_ids(footer.value)
        if token == "reverts" and re.fullmatch(r"[0-9]{1,6}", footer.value):  # noqa: S105
            # "Reverts #12": the separator took the "#"
            requests.append(int(footer.value))
    mainline = _REVERSING.search(text) if "eversing" in text else None
    inner = quoted(message.subject)
    return Reverted(
        commits=tuple(dict.fromkeys(ids)),
        mainline=mainline[1] if mainline else None,
        reapply=puts_back(message.subject),
        subject=inner[1] if inner else None,
        pull_requests=tuple(dict.fromkeys(requests)),
    )


def fixes(message: Message) -> tuple[str, ...]:
    """Ids of the commits that this one mends, `Fixes: 1a2b3c4 ("subject")`; never numbers of issues."""
    ids = []
    for line in _lines(message):
        match = _FIXES_LINE.match(line)
        # an id of digits only may as well be an issue, unless it is whole or git's quoted subject follows
        if match and (not match[1].isdecimal() or match[2] or len(match[1]) == 40):
            ids.append(match[1])
    return tuple(dict.fromkeys(ids))


def references(message: Message) -> tuple[str, ...]:
    """Issues named as such, each once: "#12", "PROJ-12", or "owner/name#12" for another repository's.

    Read from footers (Closes, Fixes, Refs, ...), from prose ("fixes #12"), and, for keys of a tracker,
    from the scope or a bracket of the subject.
    """
    keys = _ISSUE_KEY.finditer(message.subject) if _MAYBE_KEY.search(message.subject) else ()
    found = [match[1] for match in keys]
    found += _prose_issues(message.subject)
    if message.body and _may_name_issues(message.body):
        for line in _body_lines(message):
            found += _prose_issues(line)
    for footer in message.footers:
        if footer.token.lower() in _ISSUE_TOKENS:
            found += _footer_issues(footer.value)
        else:
            found += _prose_issues(footer.value)
    return tuple(dict.fromkeys(found))


def pull_request(message: Message) -> int | None:
    """The number of the change request that brought the commit, as the forge or the project wrote it."""
    number = change_request(message.subject)
    if number is not None:
        return number
    match = _BITBUCKET.match(message.subject)
    if match is None and _says(message, "pr-url", "pull", "merge", "reviewed-on"):
        found = (_REQUEST_URL.match(line) or _SEE_REQUEST.match(line) for line in _lines(message))
        match = next(filter(None, found), None)
    return int(match[1]) if match else None


def ported_requests(message: Message) -> tuple[int, ...]:
    """The change requests whose port the subject says this is; its own number is not among them."""
    own = pull_request(message)
    return tuple(n for n in message_subject.ported_requests(message.subject) if n != own)


def release_as(message: Message) -> str | None:
    """The version that the last `Release-As` footer asks for, as written."""
    asked = [footer.value for footer in message.footers if footer.token.lower() == "release-as"]
    return asked[-1] if asked else None


def normalised_subject(message: Message) -> str:
    """The subject lower-cased and without what ports add to it, so that ports of one fix have the same."""
    return normalised(message.subject)


def _lines(message: Message) -> Iterator[str]:
    """Every line behind the header; a footer's first one as `token: value`."""
    yield from _body_lines(message)
    for footer in message.footers:
        yield from f"{footer.token}: {footer.value}".split("\n")


def _body_lines(message: Message) -> list[str]:
    return message.body.split("\n") if message.body else []


def _leading_ids(text: str, start: int = 0) -> list[str]:
    ids = []
    match = _ID.match(text, start)
    while match:
        ids.append(match[0])
        gap = _BETWEEN_IDS.match(text, match.end())
        match = _ID.match(text, gap.end()) if gap else None
    return ids


def _says(message: Message, *words: str) -> bool:
    """Tells whether one of these words is behind the header, in any case: one look in place of a scan."""
    if message.body is None and not message.footers:
        return False
    text = "\n".join([message.body or "", *[f"{f.token} {f.value}" for f in message.footers]]).casefold()
    return any(word in text for word in words)


def _may_name_issues(text: str) -> bool:
    return _MAYBE_NUMBER.search(text) is not None or _MAYBE_KEY.search(text) is not None


def _prose_issues(text: str) -> list[str]:
    found: list[str] = []
    if not _may_name_issues(text):
        return found
    for match in _ISSUE_PROSE.finditer(text):
        found += [word for word in _ISSUE_SEPARATOR.split(match[1]) if _ISSUE.fullmatch(word)]
    return found


def _footer_issues(value: str) -> list[str]:
    found: list[str] = []
    for index, raw in enumerate(_ISSUE_SEPARATOR.split(value)):
        word = raw.rstrip(".:")
        if _ISSUE.fullmatch(word):
            found.append(word)
        elif index == 0 and re.fullmatch(r"[0-9]{1,6}", word):
            # "Refs #12": the separator took the "#"
            found.append(f"#{word}")
        elif url := _ISSUE_URL.fullmatch(word):
            found.append(f"{url[1]}#{url[2]}")
    return found
