"""How long, how deep and how large the values of a template may get, checked before they are made."""
# ruff: noqa: ANN401  (a template's values may be anything)

from typing import Any

from jinja2 import Undefined
from jinja2.exceptions import SecurityError, TemplateRuntimeError

VALUE_LIMIT = 1024 * 1024
"""Characters or items of one value on the way."""
BITS = 256
_SCALAR = (str, int, float, type(None), Undefined)


def scalar(value: object) -> object:
    """Gives a text, number, boolean or nothing back, and refuses the rest."""
    if not isinstance(value, _SCALAR):
        raise TemplateRuntimeError(f"a value of type {type(value).__name__} is no text; use join or tojson")
    return value


def flat(value: Any) -> Any:
    """Gives a list, tuple or mapping back whose values are scalars, and refuses nested ones."""
    for item in value.values() if isinstance(value, dict) else value:
        scalar(item)
    return value


def weight(value: object) -> int:
    """How many items and characters are in a value; stops counting where it would be too long anyway."""
    total = 0
    todo = [value]
    while todo and total <= VALUE_LIMIT:
        at = todo.pop()
        total += 1 + (len(at) if isinstance(at, str) else 0)
        if isinstance(at, dict):
            todo.extend(at.values())
        elif isinstance(at, (list, tuple)):
            todo.extend(at)
    check_length(total)
    return total


def check_length(length: int) -> None:
    """Refuses a length in characters or items."""
    if length > VALUE_LIMIT:
        raise SecurityError(f"a value is longer than {VALUE_LIMIT}")


def check_operands(operator: str, left: object, right: object) -> None:
    """Refuses operands whose result would be enormous."""
    texts = [value for value in (left, right) if isinstance(value, (str, list, tuple))]
    numbers = [value for value in (left, right) if isinstance(value, int)]
    if operator == "**" or (operator == "%" and texts):
        raise SecurityError(f"the operator {operator} cannot be used here")
    if operator == "*" and texts and numbers:
        check_length(len(texts[0]) * abs(numbers[0]))
    if any(number.bit_length() > BITS for number in numbers):
        raise SecurityError("a number is too large")


def replace(value: object, old: str, new: str) -> str:
    """Replaces every occurrence of a text."""
    text = str(value)
    check_length(len(text) + text.count(str(old)) * len(str(new)))
    return text.replace(str(old), str(new))


def indent(value: object, width: int = 4, first: bool = False) -> str:  # noqa: FBT001, FBT002  (jinja2's signature)
    """Indents every line but the first, the blank ones excepted."""
    text = str(value)
    margin = " " * min(max(width, 0), 40)
    check_length(len(text) + len(margin) * (text.count("\n") + 1))
    lines = text.split("\n")
    moved = [margin + line if line and (first or index) else line for index, line in enumerate(lines)]
    return "\n".join(moved)
