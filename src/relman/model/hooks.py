"""Git's hooks that relman serves: their names, the script that stands there, and who else may own them."""

import shlex
from collections.abc import Sequence
from typing import Literal, get_args

Hook = Literal["commit-msg", "prepare-commit-msg", "pre-commit", "pre-push", "pre-receive", "update"]
Owner = Literal["pre-commit", "husky", "lefthook"]

HOOKS: tuple[Hook, ...] = get_args(Hook)
USUAL: tuple[Hook, ...] = ("commit-msg", "pre-commit", "pre-push")
"""What a clone gets, and `prepare-commit-msg` where the configuration asks for what it does."""
USUAL_BARE: tuple[Hook, ...] = ("pre-receive",)
"""What a server gets: all refs of a push are judged at once, before any moves."""
KEPT = ".before-relman"
"""What is added to the name of a hook that was there."""

_MARK = "# relman: written by `relman hooks install`; `relman hooks uninstall` takes it away"
_READS: frozenset[Hook] = frozenset({"pre-push", "pre-receive"})
"""Hooks that git talks to on standard input."""
_RUN = """\
import sys
try:
    from relman.hook.entry import main
except ImportError:
    sys.exit(127)
sys.exit(main())"""
_LEFTHOOK_WORDS: dict[Hook, str] = {
    "commit-msg": " {1}",
    "prepare-commit-msg": " {0}",
    "pre-push": " {0}",
}
_PAST: dict[str, str] = {
    "pre-push": "git push --no-verify",
    "pre-receive": "whoever keeps this server: relman hooks uninstall, in the repository",
    "update": "whoever keeps this server: relman hooks uninstall, in the repository",
}


def way_past(hook: str) -> str:
    """What to type where relman itself is in the way."""
    return _PAST.get(hook, "git commit --no-verify")


def script(hook: Hook, python: str) -> bytes:
    """The hook as a POSIX shell script: what was there first, then relman by that Python, else by `PATH`.

    Python starts without the repository's folder on its path (`-P`), since a repository is a stranger's.
    """
    reads = hook in _READS
    given = """printf '%s' "${input:+$input$newline}" | """ if reads else ""
    lines = [
        "#!/bin/sh",
        _MARK,
        f'before="$0{KEPT}"',
        f"python={shlex.quote(python)}",
        f"run={shlex.quote(_RUN)}",
        *(["newline='", "'", "input=$(cat)"] if reads else []),
        'if [ -x "$before" ]; then',
        f'    {given}"$before" "$@" || exit',
        "fi",
        "code=127",
        'if [ -x "$python" ]; then',
        f'    {given}"$python" -EP -c "$run" {hook} "$@"',
        "    code=$?",
        "fi",
        'if [ "$code" -ge 126 ] && [ "$code" -le 127 ] && command -v relman-hook >/dev/null; then',
        f'    {given}relman-hook {hook} "$@"',
        "    code=$?",
        "fi",
        'if [ "$code" -ge 126 ] && [ "$code" -le 127 ]; then',
        f"    echo 'relman is no longer where this {hook} hook looks for it, so nothing was checked' >&2",
        "    echo 'hint: relman hooks install   (with the relman that is there now)' >&2",
        f"    echo 'hint: {way_past(hook)}' >&2",
        "    exit 1",
        "fi",
        'exit "$code"',
        "",
    ]
    return "\n".join(lines).encode()


def is_ours(content: bytes) -> bool:
    """Tells whether relman wrote a hook."""
    return content.split(b"\n", 2)[1:2] == [_MARK.encode()]


def wrote(content: bytes) -> Owner | None:
    """The manager of hooks that wrote a hook."""
    if b"pre-commit.com" in content:
        return "pre-commit"
    if b"husky" in content:
        return "husky"
    return "lefthook" if b"lefthook" in content.lower() else None


def lines_for(owner: Owner, hooks: Sequence[Hook]) -> str:
    """The exact lines that make a manager of hooks call relman, with the file that they go into."""
    match owner:
        case "pre-commit":
            blocks = [
                f"      - id: relman-{hook}\n        name: relman {hook}\n"
                f"        entry: relman-hook {hook}\n        language: system\n        stages: [{hook}]\n"
                + ("" if hook.endswith("-msg") else "        pass_filenames: false\n")
                + "        always_run: true"
                for hook in hooks
            ]
            body = "\n".join(["  - repo: local", "    hooks:", *blocks])
            stages = " ".join(f"-t {hook}" for hook in hooks)
            return f".pre-commit-config.yaml, below repos:\n{body}\nand then: pre-commit install {stages}"
        case "husky":
            return "\n".join(f'.husky/{hook}:\nrelman-hook {hook} "$@"' for hook in hooks)
        case "lefthook":
            blocks = [
                f"{hook}:\n  commands:\n    relman:\n      run: relman-hook {hook}{_LEFTHOOK_WORDS.get(hook, '')}"
                + ("\n      use_stdin: true" if hook in _READS else "")
                for hook in hooks
            ]
            return "\n".join(["lefthook.yml:", *blocks, "and then: lefthook install"])


def line_for_script(hook: Hook) -> str:
    """The line that makes any shell script call relman, as its last one."""
    return f'relman-hook {hook} "$@" || exit'
