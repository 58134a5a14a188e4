"""Builds the commits of a story with one `git fast-import`; `history_language` documents the language."""

import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import IO, Self, assert_never

from history_spec import (
    Branch,
    Commit,
    Drop,
    Head,
    Label,
    RefAt,
    SpecError,
    Statement,
    Symref,
    Tag,
    TagAt,
    Write,
)
from history_tree import Tree, apply, merge

MINUTE = 60
COMMITTER = "Ada Tester <ada@example.com>"


class Import:
    """One `git fast-import` that answers with the id of every commit as it is made."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # closed in __exit__, with the process

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            [
                "git",
                "-C",
                str(self.path),
                "-c",
                "fastimport.unpackLimit=0",
                "fast-import",
                "--quiet",
                "--force",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        try:
            self.process.communicate()
            self.errors.seek(0)
            words = self.errors.read().decode()
        finally:
            self.errors.close()
        if self.process.returncode and (
            kind is None or issubclass(kind, BrokenPipeError | ImportStoppedError)
        ):
            raise SpecError(words) from error

    def send(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)

    def id_of(self, mark: str) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.send(f"get-mark {mark}\n".encode())
        self.process.stdin.flush()
        answer = self.process.stdout.readline().decode().strip()
        if not answer:
            raise ImportStoppedError
        return answer


class ImportStoppedError(Exception):
    """Importing stopped; its own words are on its standard error."""


class Builder:
    """Walks the statements with the trees in hand, so that merges need no second process."""

    def __init__(self, stream: Import, clock: int) -> None:
        self.stream = stream
        self.ids: dict[str, str] = {}
        self.commits: dict[str, tuple[Tree, tuple[str, ...], Commit]] = {}
        self.marks: dict[str, str] = {}
        self.messages: dict[str, str] = {}
        self.authors: dict[str, str] = {}
        self.tips: dict[str, str] = {}
        self.tags: dict[str, str] = {}
        self.refs: dict[str, str] = {}
        self.clock = clock
        self.head: Head | None = None
        self.symrefs: list[Symref] = []
        self.late_labels: list[Label] = []
        self.late_tags: list[TagAt] = []

    def do(self, statement: Statement) -> None:
        match statement:
            case Branch():
                if statement.start is not None:
                    self.tips[statement.name] = self.find(statement.start)
                for commit in statement.commits:
                    self.commit(statement.name, commit)
            case TagAt(tag=tag, rev=rev):
                if self.known(rev) is None:
                    self.late_tags.append(statement)
                else:
                    self.tag(tag, self.find(rev))
            case RefAt():
                self.refs[statement.name] = self.find(statement.rev)
            case Symref():
                self.symrefs.append(statement)
            case Head():
                self.head = statement
            case Drop():
                del self.tips[statement.branch]
            case Label():
                self.late_labels.append(statement)
            case _:
                assert_never(statement)

    def known(self, rev: str) -> str | None:
        found = rev if rev in self.commits else self.tips.get(rev)
        return found or self.tags.get(rev)

    def find(self, rev: str) -> str:
        found = self.known(rev)
        if found is None:
            raise SpecError(f"{rev!r} is no label, branch or tag so far")
        return found

    def commit(self, branch: str, commit: Commit) -> None:
        if commit.label in self.commits:
            raise SpecError(f"the label {commit.label} is used twice")
        tip = self.tips.get(branch)
        sources = tuple(self.find(rev) for rev in commit.sources)
        ours: Tree = self.commits[tip][0] if tip is not None else {}
        changes = commit.changes
        if changes is None and commit.kind == "plain":
            changes = (Write(path=commit.label, content=f"{commit.label}\n".encode()),)
        given = {change.path for change in changes or () if isinstance(change, Write)}
        tree = self.result(commit, tip, sources, given)
        for change in changes or ():
            tree = apply(tree, change, commit.label)
        parents = (*([tip] if tip is not None else []), *(sources if commit.kind == "merge" else ()))
        self.clock = self.clock if commit.at is None else commit.at
        self.emit(
            commit, self.message(branch, commit, sources), self.author(commit, sources), parents, (ours, tree)
        )
        self.commits[commit.label] = (tree, parents, commit)
        self.tips[branch] = commit.label
        self.ids[commit.label] = self.stream.id_of(self.marks[commit.label])
        for tag in commit.tags:
            self.tag(tag, commit.label)
        self.clock += MINUTE

    def result(self, commit: Commit, tip: str | None, sources: tuple[str, ...], given: set[str]) -> Tree:
        ours: Tree = self.commits[tip][0] if tip is not None else {}
        for source in sources:
            theirs, parents, _ = self.commits[source]
            before: Tree = self.commits[parents[0]][0] if parents else {}
            match commit.kind:
                case "merge":
                    common = self.merge_base(tip, source)
                    base: Tree = self.commits[common][0] if common is not None else {}
                    ours = merge(base, ours, theirs, given, commit.label)
                case "pick":
                    ours = merge(before, ours, theirs, given, commit.label)
                case "revert":
                    ours = merge(theirs, ours, before, given, commit.label)
                case "plain":
                    raise SpecError(f"{commit.label} has sources but no verb")
                case _:
                    assert_never(commit.kind)
        return ours

    def ancestors(self, label: str | None) -> dict[str, None]:
        found: dict[str, None] = {}
        queue = [label] if label is not None else []
        while queue:
            here = queue.pop(0)
            if here not in found:
                found[here] = None
                queue += self.commits[here][1]
        return found

    def merge_base(self, one: str | None, other: str) -> str | None:
        common = self.ancestors(one).keys() & self.ancestors(other).keys()
        covered = {up for label in common for up in self.ancestors(label) if up != label}
        best = [label for label in self.commits if label in common - covered]
        return best[-1] if best else None

    def message(self, branch: str, commit: Commit, sources: tuple[str, ...]) -> str:
        match commit.kind:
            case "plain":
                text = commit.message if commit.message is not None else commit.label
            case "merge":
                names = ", ".join(f"'{rev}'" for rev in commit.sources)
                what = "branch" if all(rev in self.tips for rev in commit.sources) else "commit"
                into = "" if branch == next(iter(self.tips)) else f" into {branch}"
                text = commit.message if commit.message is not None else f"Merge {what} {names}{into}"
            case "pick":
                picked = self.messages[sources[0]]
                text = commit.message if commit.message is not None else picked.rstrip("\n")
                if commit.record_origin:
                    gap = "\n" if ends_in_trailers(text) else "\n\n"
                    text = f"{text}{gap}(cherry picked from commit {self.ids[sources[0]]})"
            case "revert":
                subject = self.messages[sources[0]].split("\n", 1)[0]
                standard = f'Revert "{subject}"\n\nThis reverts commit {self.ids[sources[0]]}.'
                text = commit.message if commit.message is not None else standard
            case _:
                assert_never(commit.kind)
        text = text if text.endswith("\n") else f"{text}\n"
        self.messages[commit.label] = text
        return text

    def author(self, commit: Commit, sources: tuple[str, ...]) -> str:
        if commit.author is None and commit.kind == "pick":
            return self.authors[sources[0]]
        return f"{commit.author or COMMITTER} {self.clock} +0000"

    def emit(
        self, commit: Commit, message: str, author: str, parents: tuple[str, ...], trees: tuple[Tree, Tree]
    ) -> None:
        self.authors[commit.label] = author
        # The demo's stream has the low numbers.
        self.marks[commit.label] = f":{1_000_000 + len(self.marks)}"
        lines = [
            "commit refs/story/tip",
            f"mark {self.marks[commit.label]}",
            f"author {author}",
            f"committer {COMMITTER} {self.clock} +0000",
        ]
        body = "\n".join(lines).encode() + b"\n" + _data(message.encode())
        if not parents:
            self.stream.send(b"reset refs/story/tip\n\n")
        for index, parent in enumerate(parents):
            body += f"{'merge' if index else 'from'} {self.marks[parent]}\n".encode()
        before, after = trees
        for path in sorted(before.keys() - after.keys()):
            body += b"D " + _quoted(path) + b"\n"
        for path, (mode, content) in sorted(after.items()):
            if before.get(path) != (mode, content):
                body += f"M {mode} inline ".encode() + _quoted(path) + b"\n" + _data(content)
        self.stream.send(body + b"\n")

    def tag(self, tag: Tag, label: str) -> None:
        self.tags[tag.name] = label
        if tag.message is None:
            self.refs[f"refs/tags/{tag.name}"] = label
            return
        text = tag.message if tag.message.endswith("\n") else f"{tag.message}\n"
        head = f"tag {tag.name}\nfrom {self.marks[label]}\ntagger {COMMITTER} {self.clock} +0000\n"
        self.stream.send(head.encode() + _data(text.encode()))

    def write_refs(self) -> None:
        branches = {f"refs/heads/{name}": label for name, label in self.tips.items()}
        for name, label in {**branches, **self.refs}.items():
            self.stream.send(f"reset {name}\nfrom {self.marks[label]}\n\n".encode())
        if self.commits:
            self.stream.send(f"reset refs/story/tip\nfrom {'0' * 40}\n\n".encode())
        self.stream.send(b"done\n")


def _data(content: bytes) -> bytes:
    return f"data {len(content)}\n".encode() + content + b"\n"


def _quoted(path: str) -> bytes:
    escaped = path.encode().replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
    return b'"' + escaped + b'"'


def ends_in_trailers(text: str) -> bool:
    """Says whether git would put a `cherry picked from` line straight below the last paragraph."""
    paragraphs = text.rstrip("\n").split("\n\n")
    last = paragraphs[-1].split("\n")
    return len(paragraphs) > 1 and all(
        (": " in line and " " not in line.split(": ", 1)[0]) or line.startswith("(cherry picked")
        for line in last
    )
