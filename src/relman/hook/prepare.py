"""The prepare-commit-msg hook: begins the message with what the branch's name says, where a team asks for it."""

from pathlib import Path

from relman.config.find import find_in_worktree
from relman.config.load import load
from relman.config.record import Config
from relman.hook.place import branch, git_dir, under_way
from relman.model.branch_words import BranchWords, branch_words
from relman.model.message_kind import kind_of
from relman.model.trailers import with_lines

_EMPTY = ("", "template")
"""The sources of a message that a person has not written yet."""
_BUSY = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD")


def prepare(file: str, source: str) -> int:
    """Writes into the file; never stops git.

    A message that is there already (`-m`, `-F`) gets the issue alone; what git or another commit wrote, nothing.
    """
    path = Path(file)
    here = git_dir(file)
    name = branch(here)
    if source not in (*_EMPTY, "message") or name is None or any(under_way(here, busy) for busy in _BUSY):
        return 0
    config = load(find_in_worktree(Path.cwd())).config
    if not config.messages.fill:
        return 0
    found = branch_words(name, types=config.messages.types, scopes=config.messages.scopes)
    data = path.read_bytes()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:  # another encoding is the person's own
        return 0
    filled = _filled(text, found, config, empty=source in _EMPTY)
    if filled != text:
        path.write_bytes(filled.encode())
    return 0


def _filled(text: str, found: BranchWords, config: Config, *, empty: bool) -> str:
    fill = config.messages.fill
    first = text.split("\n", 1)[0].strip()
    lines = [f"Refs: {found.issue}"] if "issue" in fill and found.issue else []
    if not empty:
        written = kind_of(first, merge=None, release=config.release.message) != "plain"
        return text if written or not lines or str(found.issue) in text else with_lines(text, lines)
    if first:
        return text  # a template says how to begin
    kind = found.type if "type" in fill and found.type else ""
    scope = f"({found.scope})" if kind and "scope" in fill and found.scope else ""
    begun = f"{kind}{scope}: " if kind else ""
    return f"{begun}\n" + "".join(f"\n{line}\n" for line in lines) + text if begun or lines else text
