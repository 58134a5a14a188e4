"""The rules of messages of the work tree that git commits in, read the short way or the whole one."""

import os

from msgspec import ValidationError, convert

from relman.config.messages import Messages, message_rules
from relman.model.message_rules import LintRules

_OWN, _SHARED = "relman.toml", "pyproject.toml"
_LIMIT = 1 << 18
_RELEASE = "chore(release): {version}"


def rules_here() -> LintRules:
    """The rules for the folder that git started the hook in, read the short way where nothing is unusual.

    A wrong key, a link, or `pyproject.toml` is left to the whole reading. Values are not held against
    everything that `relman.config.load` knows.
    """
    return _quick() or whole_rules()


def whole_rules() -> LintRules:
    """The same from the whole configuration. Error (usage): something in it is wrong."""
    from pathlib import Path

    from relman.config.find import find_in_worktree
    from relman.config.load import load
    from relman.config.rules import lint_rules

    return lint_rules(load(find_in_worktree(Path.cwd())).config)


def _quick() -> LintRules | None:
    shared, own = _plain(_SHARED), _plain(_OWN)
    if shared is None or own is None or b"relman" in shared:
        return None
    if not own:
        return message_rules(Messages(), _RELEASE)
    import tomllib

    try:
        document = tomllib.loads(own.decode("utf-8-sig"))
        messages = document.get("messages", {})
        release = document.get("release", {}).get("message", _RELEASE)
        if not isinstance(release, str) or not set(messages) <= set(Messages.__struct_fields__):
            return None
        return message_rules(convert(messages, Messages), release)
    except (ValueError, AttributeError, TypeError, RecursionError, ValidationError):
        return None


def _plain(name: str) -> bytes | None:
    """The bytes of a file, none where it is absent; None where it is no plain file, or too large."""
    if os.path.islink(name):  # noqa: PTH114  pathlib costs a tenth of the hook's time
        return None
    try:
        with open(name, "rb") as stream:  # noqa: PTH123
            data = stream.read(_LIMIT + 1)
    except FileNotFoundError:
        return b""
    except OSError:
        return None
    return data if len(data) <= _LIMIT else None
