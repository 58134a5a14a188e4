"""Asks git to merge two commits in memory, and reads its answer.

The exit code decides whether a merge is clean, never the list of files (`git help merge-tree`, "mistakes to
avoid"). Output is read defensively: git 2.39 prints a hint about submodules outside the NUL framing.
"""

import re
from collections.abc import Iterator, Sequence

from relman.git.program import Git
from relman.model.names import Oid, is_oid
from relman.model.trees import Conflict, Conflicted, Merge, Merged, Unknown

Pair = tuple[Oid, Oid]
"""Ours and theirs, as commits."""

ANY_EXIT = range(-64, 256)
_WORD = re.compile(r"\ACONFLICT \(([^)]*)\)")


class _UnreadableError(Exception):
    """The output is not what the manual describes."""


class _Fields:
    """NUL-terminated fields, read one by one."""

    def __init__(self, output: bytes) -> None:
        self._rest = iter(output.split(b"\0")[:-1])

    def next(self) -> bytes:
        field = next(self._rest, None)
        if field is None:
            raise _UnreadableError
        return field

    def until_blank(self) -> Iterator[bytes]:
        """Gives fields up to an empty one or the end."""
        for field in self._rest:
            if not field:
                return
            yield field


def merge_one(git: Git, pair: Pair, *options: str) -> Merge:
    """Merges in a process of its own; `options` are git's own (`-c`, `merge.conflictStyle=zdiff3`)."""
    args = (*options, "merge-tree", "--write-tree", "-z", "--messages", *pair)
    done = git.run(*args, ok=ANY_EXIT)
    if done.returncode not in (0, 1):
        return Unknown(reason=_last_words(done.returncode, done.stderr))
    try:
        return _answer(_Fields(done.stdout), clean=done.returncode == 0)
    except _UnreadableError:
        return Unknown(reason="git merge-tree answered in a form that relman cannot read")


def merge_all(git: Git, pairs: Sequence[Pair], *options: str) -> tuple[Merge, ...]:
    """Merges independent pairs in one process; where that dies, halves find the pair that kills it."""
    if len(pairs) <= 1:
        return tuple(merge_one(git, pair, *options) for pair in pairs)
    lines = "".join(f"{ours} {theirs}\n" for ours, theirs in pairs)
    done = git.run(
        *options,
        "merge-tree",
        "--write-tree",
        "-z",
        "--stdin",
        "--messages",
        stdin=lines.encode(),
        ok=ANY_EXIT,
    )
    if done.returncode == 0:
        try:
            return _answers(done.stdout, len(pairs))
        except _UnreadableError:
            pass  # one pair at a time needs no framing between answers
    middle = len(pairs) // 2
    return merge_all(git, pairs[:middle], *options) + merge_all(git, pairs[middle:], *options)


def _answers(output: bytes, count: int) -> tuple[Merge, ...]:
    fields = _Fields(output)
    found = []
    for _ in range(count):
        status = fields.next()
        if status not in (b"0", b"1"):
            raise _UnreadableError
        found.append(_answer(fields, clean=status == b"1"))
    return tuple(found)


def _answer(fields: _Fields, *, clean: bool) -> Merge:
    tree = fields.next().decode("ascii", "replace")
    if not is_oid(tree):
        raise _UnreadableError
    unmerged = [entry.partition(b"\t")[2] for entry in fields.until_blank()]
    messages = list(_messages(fields))
    if clean:
        return Merged(tree=Oid(tree))
    return Conflicted(tree=Oid(tree), conflicts=_conflicts(list(dict.fromkeys(unmerged)), messages))


def _messages(fields: _Fields) -> Iterator[tuple[list[bytes], str, str]]:
    for count in fields.until_blank():
        if not count.isdigit():
            continue  # the hint about submodules; the field that ends it is the one that ends the messages
        paths = [fields.next() for _ in range(int(count))]
        yield (
            paths,
            fields.next().decode("utf-8", "replace"),
            fields.next().decode("utf-8", "replace").strip(),
        )


def _conflicts(unmerged: list[bytes], messages: list[tuple[list[bytes], str, str]]) -> tuple[Conflict, ...]:
    told = [(paths, kind, text) for paths, kind, text in messages if kind.startswith("CONFLICT")]
    paths = list(unmerged)
    # A directory whose rename is ambiguous is a conflict without any unmerged file.
    paths += [where[0] for where, _, _ in told if where and not set(where) & set(unmerged)]
    found = []
    for path in dict.fromkeys(paths):
        mine = [(kind, text) for where, kind, text in told if path in where]
        words = [_word(kind, text) for kind, text in mine]
        special = [word for word in words if word != "content"]
        found.append(
            Conflict(
                path=path.decode("utf-8", "replace"),
                kind=next(iter(special or words), "content"),
                message="\n".join(text for _, text in mine),
            )
        )
    return tuple(found)


def _word(kind: str, text: str) -> str:
    match = _WORD.match(text) or _WORD.match(kind)
    word = match[1] if match else "content"
    if word.startswith("submodule"):
        return "submodule"
    return "content" if word == "contents" else word


def _last_words(code: int, stderr: bytes) -> str:
    words = stderr.decode("utf-8", "replace").strip()
    how = f"was ended by signal {-code}" if code < 0 else f"failed with exit code {code}"
    return f"git merge-tree {how}" + (f": {words}" if words else "")
