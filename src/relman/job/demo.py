"""The incident as a `git fast-import` stream: production is v1.4.2, and trunk holds half of feature X.

The story is `incident.txt` beside this file. A commit begins with
`@ BRANCH TIME AUTHOR [from=LABEL] [label=LABEL] [pick=LABEL] [tag=NAME]`; its message follows, then edits:
`--- PATH` (whole text), `+++ PATH` (lines to append) and `~~~ PATH` (one hunk of a unified diff, without its
header). A pick repeats the message and the edits of its source.
"""

import hashlib
from datetime import datetime
from importlib.resources import files
from pathlib import Path

from msgspec import Struct

from relman.git.create import create_repository
from relman.git.repo import Repository
from relman.model.identity import Identity

HEAD_BRANCH = "main"
"""The branch to init with and to check out."""
ON_CALL = Identity(name="On Call", email="on-call@shop.example")
"""Who mends it, on a machine where git knows nobody."""

PEOPLE = {
    "ann": "Ann Okafor <ann@shop.example>",
    "ben": "Ben Ruiz <ben@shop.example>",
    "chloe": "Chloe Tan <chloe@shop.example>",
    "dmitri": "Dmitri Weiss <dmitri@shop.example>",
}


class Edit(Struct, frozen=True, kw_only=True):
    """One file of one commit: its whole text, lines at its end, or one hunk."""

    sign: str
    path: str
    lines: tuple[str, ...]


class Step(Struct, frozen=True, kw_only=True):
    """One commit of the story."""

    branch: str
    author: str
    committer: str
    """Name, address and time as git writes them; they differ on a pick."""
    words: dict[str, str]
    message: str
    edits: tuple[Edit, ...]


def create_demo(folder: Path) -> Repository:
    """Makes the repository of the incident in a folder that is absent or empty; errors as `create_repository`."""
    return create_repository(folder, fast_import_stream(), branch=HEAD_BRANCH, identity=ON_CALL)


def fast_import_stream() -> bytes:
    """Returns the complete stream, for `git fast-import` in an empty repository; its ids never change.

    It makes the branches main, release/1.3 and release/1.4 and the annotated tags v1.3.0 to v1.4.2.
    """
    steps = _read(files(__package__).joinpath("incident.txt").read_text(encoding="utf-8"))
    out: list[bytes] = [b"feature done\n"]
    tips: dict[str, int] = {}
    labels: dict[str, int] = {}
    trees: dict[int, dict[str, str]] = {0: {}}
    ids: dict[int, str] = {}
    for mark, told in enumerate(steps, start=1):
        step = _picked(told, steps, labels, ids)
        parent = labels[step.words["from"]] if "from" in step.words else tips.get(step.branch, 0)
        tree = dict(trees[parent])
        for edit in step.edits:
            tree[edit.path] = _edited(tree.get(edit.path, ""), edit)
        changed = {path: text for path, text in tree.items() if trees[parent].get(path) != text}
        out.append(_commit(step, mark, parent, changed))
        tips[step.branch], trees[mark] = mark, tree
        ids[mark] = _commit_id(step, _tree_id(tree), ids.get(parent))
        if "label" in step.words:
            labels[step.words["label"]] = mark
        if "tag" in step.words:
            out.append(_tag(step, mark))
    return b"".join(out) + b"done\n"


def _read(text: str) -> list[Step]:
    steps: list[Step] = []
    for part in f"\n{text}".split("\n@ ")[1:]:
        head, *lines = part.split("\n")
        branch, when, author, *words = head.split()
        signature = f"{PEOPLE[author]} {int(datetime.fromisoformat(when).timestamp())} +0000"
        starts = [at for at, line in enumerate(lines) if line[:4] in {"--- ", "+++ ", "~~~ "}]
        edits = [
            Edit(sign=lines[at][:3], path=lines[at][4:], lines=tuple(_trimmed(lines[at + 1 : end])))
            for at, end in zip(starts, [*starts, len(lines)][1:], strict=True)
        ]
        steps.append(
            Step(
                branch=branch,
                author=signature,
                committer=signature,
                words=dict(word.split("=", 1) for word in words),
                message="\n".join(lines[: starts[0] if starts else None]).strip("\n") + "\n",
                edits=tuple(edits),
            )
        )
    return steps


def _trimmed(lines: list[str]) -> list[str]:
    """Drops the empty lines that set an edit apart from what follows."""
    end = len(lines)
    while end and not lines[end - 1]:
        end -= 1
    return lines[:end]


def _picked(step: Step, steps: list[Step], labels: dict[str, int], ids: dict[int, str]) -> Step:
    if "pick" not in step.words:
        return step
    mark = labels[step.words["pick"]]
    source = steps[mark - 1]
    return Step(
        branch=step.branch,
        author=source.author,
        committer=step.committer,
        words=step.words,
        message=f"{source.message}\n(cherry picked from commit {ids[mark]})\n",
        edits=source.edits,
    )


def _edited(text: str, edit: Edit) -> str:
    if edit.sign == "---":
        return "".join(f"{line}\n" for line in edit.lines)
    if edit.sign == "+++":
        return text + "".join(f"{line}\n" for line in edit.lines)
    old = "".join(f"{line[1:]}\n" for line in edit.lines if not line.startswith("+"))
    new = "".join(f"{line[1:]}\n" for line in edit.lines if not line.startswith("-"))
    if text.count(old) != 1:
        raise ValueError(f"the hunk of {edit.path} fits {text.count(old)} times: {old!r}")
    return text.replace(old, new)


def _commit(step: Step, mark: int, parent: int, changed: dict[str, str]) -> bytes:
    head = (
        f"commit refs/heads/{step.branch}\nmark :{mark}\nauthor {step.author}\ncommitter {step.committer}\n"
    )
    body = head.encode() + _data(step.message)
    if parent:
        body += f"from :{parent}\n".encode()
    for path, text in sorted(changed.items()):
        body += f"M 100644 inline {path}\n".encode() + _data(text)
    return body + b"\n"


def _tag(step: Step, mark: int) -> bytes:
    name = step.words["tag"]
    head = f"tag {name}\nfrom :{mark}\ntagger {step.committer}\n"
    return head.encode() + _data(f"Release {name.removeprefix('v')}\n")


def _data(text: str) -> bytes:
    content = text.encode()
    return f"data {len(content)}\n".encode() + content + b"\n"


def _object_id(kind: str, content: bytes) -> str:
    # A pick's message names its source's id before git has made it.
    return hashlib.sha1(f"{kind} {len(content)}\0".encode() + content, usedforsecurity=False).hexdigest()


def _tree_id(tree: dict[str, str]) -> str:
    entries: list[tuple[str, bytes]] = []
    folders: dict[str, dict[str, str]] = {}
    for path, text in tree.items():
        name, slash, rest = path.partition("/")
        if slash:
            folders.setdefault(name, {})[rest] = text
        else:
            blob = bytes.fromhex(_object_id("blob", text.encode()))
            entries.append((name, f"100644 {name}\0".encode() + blob))
    for name, inner in folders.items():
        # git sorts a folder as if its name ended in a slash.
        entries.append((f"{name}/", f"40000 {name}\0".encode() + bytes.fromhex(_tree_id(inner))))
    return _object_id("tree", b"".join(entry for _, entry in sorted(entries)))


def _commit_id(step: Step, tree: str, parent: str | None) -> str:
    lines = [
        f"tree {tree}",
        *([f"parent {parent}"] if parent else []),
        f"author {step.author}",
        f"committer {step.committer}",
    ]
    return _object_id("commit", ("\n".join(lines) + f"\n\n{step.message}").encode())
