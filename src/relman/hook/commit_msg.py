"""The commit-msg hook: checks the message that git is about to commit by the rules of `[messages]`."""

from pathlib import Path

from relman.config.find import find_in_worktree
from relman.config.load import load
from relman.config.rules import lint_rules
from relman.errors import Kind
from relman.hook.say import say
from relman.model.message import clean
from relman.model.message_lint import lint


def commit_msg(file: str) -> int:
    """Prints what is wrong and how to get the text back; stops git where an error is among it."""
    text = clean(Path(file).read_bytes().decode("utf-8", "replace"))
    source = find_in_worktree(Path.cwd())
    rules = lint_rules(load(source).config.messages)
    problems = lint(text, rules)
    errors = [p for p in problems if p.level == "error"]
    for problem in problems:
        say(f"{problem.level}: line {problem.line}: {problem.message} [{problem.rule}]")
        if problem.hint:
            say(f"  {problem.hint}")
    if errors:
        say(f"the text is kept: git commit -e -F {file}")
    return Kind.FINDINGS if errors else 0
