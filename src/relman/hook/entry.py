"""The door that git's hooks use: no typer, no rich, no pygit2, so that a commit does not wait for imports.

`relman-hook commit-msg FILE` checks a message by the rules of `[messages]`.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from relman.config.find import find_in_worktree
from relman.config.load import load
from relman.config.rules import lint_rules
from relman.errors import Kind, RelmanError
from relman.model.message import clean
from relman.model.message_lint import lint


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one hook; 0 lets git go on, 1 stops it. relman's own trouble says how to get past it."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        if len(words) == 2 and words[0] == "commit-msg":
            return commit_msg(Path(words[1]))
    except (RelmanError, OSError) as error:
        _say(f"relman could not check the message: {error}", "git commit --no-verify goes past the hook")
        return Kind.USAGE
    _say("relman-hook knows: commit-msg FILE")
    return Kind.USAGE


def commit_msg(file: Path) -> int:
    """Checks the message that git is about to commit; prints what is wrong and how to get the text back."""
    text = clean(file.read_bytes().decode("utf-8", "replace"))
    source = find_in_worktree(Path.cwd())
    rules = lint_rules(load(source).config.messages)
    problems = lint(text, rules)
    errors = [p for p in problems if p.level == "error"]
    for problem in problems:
        shown = "".join(c if c.isprintable() else "?" for c in problem.message)
        _say(f"{problem.level}: line {problem.line}: {shown} [{problem.rule}]")
        if problem.hint:
            _say(f"  {problem.hint}")
    if errors:
        _say(f"the text is kept: git commit -e -F {file}")
    return Kind.FINDINGS if errors else 0


def _say(*lines: str) -> None:
    sys.stderr.write("".join(f"{line}\n" for line in lines))


if __name__ == "__main__":
    sys.exit(main())
