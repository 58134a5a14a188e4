"""Replays the branch topologies of GitVersion's integration tests (`tests/data/branch_scenarios.json`).

The file says what its steps mean. Every commit adds one file, so merges never conflict.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pygit2
from msgspec import Struct

DATA = Path(__file__).parent / "data" / "branch_scenarios.json"
_CORE = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+")
_MINUTE = 60
_EPOCH = 1_767_225_600


class Expected(Struct, frozen=True, kw_only=True):
    """What GitVersion answers at one point of a scenario: which commit, on which branch, and the core of its answer."""

    commit: str
    branch: str | None
    core: str
    place: int


def scenarios(*configs: str) -> list[dict[str, Any]]:
    """The scenarios that run on one of these configurations."""
    found = json.loads(DATA.read_text(encoding="utf-8"))["scenarios"]
    return [s for s in found if s["config"] in configs and not s["id"].startswith("env-")]


def _oid(text: str | None) -> pygit2.Oid:
    assert text is not None
    return pygit2.Oid(hex=text)


class Replay:
    """One scenario as a repository that grows."""

    def __init__(self, folder: Path, scenario: dict[str, Any]) -> None:
        self.scenario = scenario
        first = scenario.get("initial_branch", "main")
        self.repo = pygit2.init_repository(folder, initial_head=first)
        self.head: str | None = first
        self.at: str | None = None
        self.labels: dict[str, str] = {}
        self.count = 0

    def run(self) -> Iterator[Expected]:
        """Does the steps, and gives what is expected wherever that is said; the repository stands there then."""
        for place, step in enumerate(self.scenario["steps"]):
            name, *rest = [step] if isinstance(step, str) else step
            options = rest[-1] if rest and isinstance(rest[-1], dict) else {}
            if name == "expect":
                if not options.get("config") and "at" not in options and self.at:
                    core = _CORE.match(rest[0])
                    if core:
                        yield Expected(commit=self.at, branch=self.head, core=core[0], place=place)
                continue
            self._do(name, [word for word in rest if isinstance(word, str | int)], options)

    def detach(self) -> None:
        """HEAD stands on its commit, and on no branch."""
        self.repo.set_head(_oid(self.at))

    def attach(self) -> None:
        """HEAD is back on its branch."""
        if self.head:
            self.repo.set_head(f"refs/heads/{self.head}")

    def _do(self, name: str, words: list[Any], options: dict[str, Any]) -> None:
        match name:
            case "commit":
                for _ in range(options.get("n", 1)):
                    self._commit(options.get("msg", f"commit {self.count}"), [])
                self._label(options)
            case "tag":
                self.repo.references.create(f"refs/tags/{words[0]}", _oid(self.at), force=True)
            case "untag":
                self.repo.references.delete(f"refs/tags/{words[0]}")
            case "start":
                self._branch(words[0], self.at)
                self._switch(words[0])
            case "branch":
                self._branch(words[0], self.labels[options["at"]] if "at" in options else self.at)
            case "switch":
                self._switch(words[0])
            case "merge":
                self._merge(words[0], options)
            case "delete":
                if not options.get("absent"):
                    self.repo.references.delete(f"refs/heads/{words[0]}")
            case "amend":
                self._amend(words[0])
            case "pull-request":
                self._pull_request(words, options)
            case _:
                raise AssertionError(name)

    def _label(self, options: dict[str, Any]) -> None:
        if "as" in options and self.at:
            self.labels[options["as"]] = self.at

    def _commit(self, message: str, others: list[str]) -> None:
        self.count += 1
        parents: list[str | pygit2.Oid] = [self.at, *others] if self.at else list(others)
        tree = (
            self.repo.TreeBuilder(self.repo[parents[0]].peel(pygit2.Tree))
            if parents
            else self.repo.TreeBuilder()
        )
        for other in others:
            for entry in self.repo[other].peel(pygit2.Tree):
                tree.insert(str(entry.name), entry.id, entry.filemode)
        if not others:
            blob = self.repo.create_blob(str(self.count).encode())
            tree.insert(f"file{self.count}", blob, pygit2.GIT_FILEMODE_BLOB)
        who = pygit2.Signature("Ann", "ann@example.com", _EPOCH + self.count * _MINUTE, 0)
        made = self.repo.create_commit(None, who, who, message, tree.write(), parents)
        self._move(str(made))

    def _move(self, oid: str) -> None:
        self.at = oid
        if self.head:
            self._branch(self.head, oid)
        else:
            self.repo.set_head(_oid(oid))

    def _branch(self, name: str, oid: str | None) -> None:
        self.repo.references.create(f"refs/heads/{name}", _oid(oid), force=True)

    def _switch(self, name: str) -> None:
        ref = f"refs/heads/{name}"
        if ref in self.repo.references:
            self.head, self.at = name, str(self.repo.references[ref].target)
            self.repo.set_head(ref)
            return
        tag = f"refs/tags/{name}"
        target = self.labels.get(name) or str(self.repo.references[tag].target)
        self.head, self.at = None, target
        self.repo.set_head(_oid(target))

    def _resolve(self, name: str) -> str:
        return self.labels.get(name) or str(self.repo.revparse_single(name).id)

    def _merge(self, name: str, options: dict[str, Any]) -> None:
        other = self._resolve(name)
        if options.get("noop"):
            return
        if options.get("ff"):
            self._move(other)
        else:
            self._commit(options.get("msg", f"Merge branch '{name}'"), [other])
        self._label(options)

    def _amend(self, text: str) -> None:
        old = self.repo[_oid(self.at)].peel(pygit2.Commit)
        message = f"{old.message.rstrip()} {text}"
        parents = [p.id for p in old.parents]
        self._move(
            str(self.repo.create_commit(None, old.author, old.committer, message, old.tree_id, parents))
        )

    def _pull_request(self, words: list[Any], options: dict[str, Any]) -> None:
        source, target, number = words[:3]
        kept = self.head
        self._switch(target)
        self.head = None
        self._commit(f"Merge {source} into {target}", [self._resolve(source)])
        self.repo.references.create(f"refs/pull/{number}/merge", _oid(self.at), force=True)
        if options.get("switch"):
            self._branch(f"pull/{number}/merge", self.at)
            self._switch(f"pull/{number}/merge")
        elif kept and self.at:
            self.repo.set_head(_oid(self.at))
