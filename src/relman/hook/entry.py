"""The door that git's hooks use: no typer, no rich, no pygit2, so that a commit does not wait for imports.

`relman-hook HOOK …` is given what git gives the hook. Each hook is a module of this room, loaded when it is asked for.
"""

import sys
from collections.abc import Sequence

from relman.errors import Kind, RelmanError
from relman.hook.say import say

KNOWN = {
    "commit-msg": "FILE",
    "prepare-commit-msg": "FILE [SOURCE [COMMIT]]",
}
"""Every hook, and what git gives it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one hook; 0 lets git go on, 1 stops it. relman's own trouble says how to get past it."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        match words:
            case ["commit-msg", file]:
                from relman.hook.commit_msg import commit_msg

                return commit_msg(file)
            case ["prepare-commit-msg", file, *source]:
                from relman.hook.prepare import prepare

                return prepare(file, source[0] if source else "")
    except RelmanError as error:
        return _trouble(words[0], error.message, *(line for line in (error.cause, *error.hints) if line))
    except OSError as error:
        return _trouble(words[0], str(error))
    except Exception as error:  # noqa: BLE001  the boundary: a bug must not look like an answer
        return _trouble(words[0], f"this is a bug in relman: {type(error).__name__}: {error}")
    say("relman-hook knows:", *(f"  {name} {given}".rstrip() for name, given in KNOWN.items()))
    return Kind.USAGE


def _trouble(hook: str, *lines: str) -> int:
    say(f"relman {hook}: {lines[0]}", *(f"  {line}" for text in lines[1:] for line in text.split("\n")))
    say(
        "git commit --no-verify goes past the hook"
        if hook != "pre-push"
        else "git push --no-verify goes past it"
    )
    return Kind.USAGE


if __name__ == "__main__":
    sys.exit(main())
