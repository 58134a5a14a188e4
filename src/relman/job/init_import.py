"""What another tool's configuration adds to what the history shows; its word counts more than a guess."""

from collections.abc import Callable, Sequence
from pathlib import Path

from relman.config.carry import carry_over
from relman.config.from_git_cliff import from_git_flow
from relman.config.neighbour import Carry
from relman.config.source import LIMIT
from relman.errors import usage
from relman.job.facts import Facts
from relman.job.open import reading
from relman.job.setting import Setting

_GIT_CONFIG = ("config", ".gitconfig", "gitconfig")
"""What git calls its own files, which hold git-flow's keys."""


def read_import(facts: Facts, file: Path) -> Carry:
    """Reads the file that a person named. Error (usage): it cannot be read, or is none that relman knows."""
    try:
        with file.open("rb") as stream:
            data = stream.read(LIMIT + 1)
    except OSError as error:
        raise usage(f"{file} cannot be read", "relman init", cause=error.strerror or str(error)) from error
    if file.name in _GIT_CONFIG:
        return _git_flow(facts, file)
    carry = carry_over(str(file), data, _reading(facts))
    _check_there(facts, carry)
    return carry


def added(settings: Sequence[Setting], carry: Carry) -> list[Setting]:
    """The settings with those that were carried over, each in the place of the guess that it replaces."""
    given = {".".join((*e.table, e.key)): e for e in carry.entries}
    rows = [
        Setting(key=s.key, value=given[s.key].value, evidence=given[s.key].evidence) if s.key in given else s
        for s in settings
    ]
    known = {setting.key for setting in settings}
    return rows + [
        Setting(key=key, value=entry.value, evidence=entry.evidence)
        for key, entry in given.items()
        if key not in known
    ]


def carried(carry: Carry, key: str) -> str | None:
    """The text that was carried over for a key, if any."""
    found = next((e.value for e in carry.entries if ".".join((*e.table, e.key)) == key), None)
    return found if isinstance(found, str) else None


def _git_flow(facts: Facts, file: Path) -> Carry:
    listed = facts.repo.looking.text("config", "--file", str(file.absolute()), "-z", "--list", ok=(0, 128))
    pairs = (record.partition("\n") for record in listed.split("\0") if record.startswith("gitflow."))
    values: dict[str, object] = {key: value for key, _, value in pairs}
    if not values:
        raise usage(f"{file} has no key of git-flow", "git flow init")
    carry = Carry(str(file))
    from_git_flow(values, carry)
    _check_there(facts, carry)
    return carry


def _reading(facts: Facts) -> Callable[[str], bytes | None]:
    if facts.refs.head.commit is None:
        return lambda _path: None
    return reading(facts.repo, facts.refs.head.commit)


def _check_there(facts: Facts, carry: Carry) -> None:
    """Leaves what names a branch or a file that is not here: the next command would stop at it."""
    read = _reading(facts)
    kept = []
    for entry in carry.entries:
        key = ".".join((*entry.table, entry.key))
        origin = entry.evidence.removesuffix(f" in {carry.name}")
        if key == "trunk" and facts.refs.branches and facts.tip(str(entry.value)) is None:
            carry.leave(origin, f"this clone has no branch {entry.value}")
        elif key == "versions.files" and (gone := _gone(entry.value, read)):
            carry.leave(origin, f"there is no {gone} here")
        else:
            kept.append(entry)
    carry.entries = kept


def _gone(value: object, read: Callable[[str], bytes | None]) -> str | None:
    rows = value if isinstance(value, tuple) else ()
    paths = (str(row.get("path", "")) for row in rows if isinstance(row, dict))
    return next((path for path in paths if read(path) is None), None)
