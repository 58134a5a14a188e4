"""The door that git's hooks use: no typer, no rich, no pygit2, so that a commit does not wait for imports.

`relman-hook HOOK …` is given what git gives the hook. Each hook is a module of this room, loaded when it is asked for.
"""

import os
import sys
import time
from collections.abc import Sequence

from relman.errors import Kind, RelmanError
from relman.hook.say import say

KNOWN = {
    "commit-msg": "FILE",
    "prepare-commit-msg": "FILE [SOURCE [COMMIT]]",
    "pre-commit": "",
    "pre-push": "REMOTE URL",
    "pre-receive": "",
    "update": "REF OLD NEW",
}
"""Every hook, and what git gives it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one hook; 0 lets git go on, 1 stops it. relman's own trouble says how to get past it."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        match words:
            case ["commit-msg", file]:
                _start_light()
                from relman.hook.commit_msg import commit_msg

                return commit_msg(file)
            case ["prepare-commit-msg", file, *source]:
                from relman.hook.prepare import prepare

                return prepare(file, source[0] if source else "")
            case ["pre-commit"]:
                from relman.hook.pre_commit import pre_commit

                return pre_commit(os.environ, int(time.time()))
            case ["pre-push", *remote]:
                from relman.hook.pre_push import pre_push

                return pre_push(remote[0] if remote else "", _given(), os.environ, int(time.time()))
            case ["pre-receive"]:
                from relman.hook.receive import pre_receive

                return pre_receive(_given(), os.environ, int(time.time()))
            case ["update", ref, old, new]:
                from relman.hook.receive import update

                return update(ref, old, new, os.environ, int(time.time()))
    except RelmanError as error:
        return _trouble(words[0], error.message, *(line for line in (error.cause, *error.hints) if line))
    except OSError as error:
        return _trouble(words[0], str(error))
    except KeyboardInterrupt:
        say("interrupted; nothing was checked")
        return Kind.INTERRUPTED
    except Exception as error:  # noqa: BLE001  the boundary: a bug must not look like an answer
        return _trouble(words[0], f"this is a bug in relman: {type(error).__name__}: {error}")
    say("relman-hook knows:", *(f"  {name} {given}".rstrip() for name, given in KNOWN.items()))
    return Kind.USAGE


def _start_light() -> None:
    """Loads msgspec without a library that it only takes where it is there: a third of the time of a start."""
    if "msgspec" not in sys.modules and "typing_extensions" not in sys.modules:
        sys.modules["typing_extensions"] = None  # type: ignore[assignment]  # to the import system: not there
        try:
            import msgspec  # noqa: F401
        finally:
            del sys.modules["typing_extensions"]


def _trouble(hook: str, *lines: str) -> int:
    first, *rest = (line for text in lines for line in text.split("\n"))
    say(f"relman {hook}: {first}", *(f"  {line}" for line in rest))
    from relman.model.hooks import way_past

    say(f"to go past it: {way_past(hook)}")
    return Kind.USAGE


def _given() -> str:
    """What git says on standard input; names that are no UTF-8 stay themselves."""
    return sys.stdin.buffer.read().decode("utf-8", "surrogateescape")


if __name__ == "__main__":
    sys.exit(main())
