"""The commit-msg hook: checks the message that git is about to commit by the rules of `[messages]`."""

import os

from msgspec.structs import replace

from relman.errors import Kind
from relman.hook.message_file import decoded, is_plain, kept
from relman.hook.place import amends_merge, git_dir, settings, under_way
from relman.hook.policy import rules_here, whole_rules
from relman.hook.say import say
from relman.model.message_lint import lint
from relman.model.message_rules import LintRules, Problem, Situation


def commit_msg(file: str) -> int:
    """Prints what is wrong and how to get the text back; stops git where an error is among it.

    A pick keeps the words of its original: it is not checked.
    """
    with open(file, "rb") as stream:  # noqa: PTH123  pathlib costs a tenth of the hook's time
        data = stream.read()
    here = git_dir(file)
    if under_way(here, "CHERRY_PICK_HEAD"):
        return 0
    rules = rules_here()
    situation = Situation(merge=under_way(here, "MERGE_HEAD"), local=True)
    if is_plain(data) and not lint(data.decode("ascii"), rules, situation):
        return 0
    git = settings()
    text, whole = decoded(data, git.encoding)
    text = kept(text, git, edited=os.environ.get("GIT_EDITOR") != ":")
    if not text.strip() or _is_pick(text):
        return 0  # git itself stops an empty message
    if not whole:
        say("warning: the message is not UTF-8, and i18n.commitEncoding names nothing else that it is")
    if not lint(text, rules, situation):
        return 0
    rules = whole_rules()  # before a message is refused, the configuration itself must be in order
    problems = lint(text, rules, situation)
    if any(problem.rule == "merge-subject" for problem in problems) and amends_merge():
        problems = lint(text, rules, replace(situation, merge=True))
    return _report(text, problems, rules, file) if problems else 0


def _is_pick(text: str) -> bool:
    if "cherry" not in text and "pick" not in text.lower():
        return False
    from relman.model.message import parse, picked_from

    return bool(picked_from(parse(text)))


def _report(text: str, problems: tuple[Problem, ...], rules: LintRules, file: str) -> int:
    from relman.hook.marked import marked
    from relman.model.message_mend import mended

    errors = sum(problem.level == "error" for problem in problems)
    said = "refused" if errors else "let through, though something is wrong"
    say(f"relman: the message is {said}", *marked(text, problems))
    subject = next(line for line in text.split("\n") if line.strip())
    if better := mended(subject, rules):
        say(f"write instead: {better}")
    if errors:
        say(f"the text is kept: {_again(file)}")
        return Kind.FINDINGS
    return 0


def _again(file: str) -> str:
    """The command that opens the text in the editor again, from where the person stands."""
    import shlex

    if file.endswith("MERGE_MSG"):  # git takes it up again by itself
        return "git commit -e"
    from pathlib import Path

    below = bool(os.environ.get("GIT_PREFIX"))
    return f"git commit -e -F {shlex.quote(str(Path(file).absolute() if below else file))}"
