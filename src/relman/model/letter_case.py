"""The eight cases that a type, a scope or a description may have to have, or must not have."""

import re
from collections.abc import Iterable
from typing import Literal, assert_never

Case = Literal[
    "lower-case",
    "upper-case",
    "sentence-case",
    "start-case",
    "pascal-case",
    "camel-case",
    "kebab-case",
    "snake-case",
]


def has_case(text: str, case: Case) -> bool:
    """Tells whether a text is in a case. What stands in quotes or backticks has none, nor has a number.

    Source: commitlint's rules of case, whose names these are.
    """
    plain = _without_quotes(text).strip()
    if not plain or plain[0].isdecimal():
        return True
    match case:
        case "lower-case":
            return plain == plain.lower()
        case "upper-case":
            return plain == plain.upper()
        case "sentence-case":
            return plain[0] == plain[0].upper()
        case "start-case":
            return plain == " ".join(_capital(word) for word in _words(plain))
        case "pascal-case":
            return plain == "".join(word.capitalize() for word in _words(plain))
        case "camel-case":
            first, *rest = _words(plain) or [""]
            return plain == first.lower() + "".join(word.capitalize() for word in rest)
        case "kebab-case":
            return plain == "-".join(_words(plain)).lower()
        case "snake-case":
            return plain == "_".join(_words(plain)).lower()
        case _ as never:
            assert_never(never)


def opens_in(text: str, cases: Iterable[Case]) -> Case | None:
    """The first of these cases that a description opens in, for a rule that forbids them.

    Kinder than `has_case`: a name (`ConfigParser`), an acronym (`HTTP`) or a path at the front is not the case
    of the sentence.
    """
    for case in cases:
        match case:
            case "sentence-case" | "start-case":
                found = re.match(r"[A-Z][a-z]+(?![\w.:/(-])", text) is not None
            case "upper-case":
                found = text.upper() == text and sum(map(str.isalpha, text)) > 1 and " " in text
            case "pascal-case":
                found = re.fullmatch(r"(?:[A-Z][a-z0-9]+){2,}", text) is not None
            case _:
                found = has_case(text, case)
        if found:
            return case
    return None


def _without_quotes(text: str) -> str:
    for mark in "`\"'":
        if text.count(mark) > 1:
            text = re.sub(f"{mark}[^{mark}]*{mark}", "", text)
    return text


def _words(text: str) -> list[str]:
    return re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\dA-Z_]+|\d+", text)


def _capital(word: str) -> str:
    return word[0].upper() + word[1:]
