r"""Stories of whole teams: what people and relman do under a strategy, and where every ref, tag and tree ends.

    == relman.toml
    strategy = "gitflow/v1"
    == story
    branch develop from main
    develop: "feat: login" login.txt         a person commits a file there, with the subject as content
    relman cut                               relman does it, and must succeed; each line is a day
    undoable relman cut                      and it is undone, and done again
    refused 6: relman cut                    it must end with that code, and change nothing
    refused 6: relman cut says "--anyway"    and say that
    relman next trunk = 1.2.0                it must print that
    relman release 1.1 says "differs"        a dry run of it must say that
    merge release/1.1.0 into main as "Merge pull request #3"         what a forge does, and `squash`, and `delete`
    rebase hotfix/1.1.1 onto main            the third way of a forge: the commits are copied
    switch develop
    git merge-base --is-ancestor v1.0.1 develop                      git alone must agree
    not git cat-file -e v1.0.1:half.txt                              git alone must disagree
    finds "F3: tag v1.1.1: develop does not contain it"              what the history check must find then
    == end
    every branch, every tag with its tree, files, version and changelog, the graph, the changelogs' text, and what
    the history check finds

Each story begins with 1.0.0 on main. The end is compared with what git prints, line by line. A command is tried dry
before it is carried out the first time in a story, and wherever it is undoable.
"""

import re
import shlex
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

import history_language
from command import call
from history_language import Repo

FIXTURES = Path(__file__).parent.parent / "fixtures" / "strategies"
BEGINNING = r"""
main:
  A "feat: one" {
    pyproject.toml: "[project]\nname = \"shop\"\nversion = \"1.0.0\"\n",
    CHANGELOG.md: "# Changelog\n\n## 1.0.0 - 2025-12-31\n\n- the beginning\n",
    app.txt: "1\n2\n3\n4\n5\n6\n7\n8\n9\n"
  } [v1.0.0 "shop 1.0.0"]
"""
_DAY = 86400
_OWNED = ("pyproject.toml", "CHANGELOG.md", "relman.toml")


class Spec(Struct, frozen=True, kw_only=True):
    """One story: its configuration, its lines, and the end that is expected."""

    config: str
    lines: tuple[str, ...]
    end: str


def names() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in FIXTURES.glob("*.txt")))


def load(name: str) -> Spec:
    text = (FIXTURES / f"{name}.txt").read_text(encoding="utf-8")
    parts = dict(re.findall(r"^== (\S+)\n(.*?)(?=^== |\Z)", text, re.MULTILINE | re.DOTALL))
    lines = (line.partition("   #")[0].strip() for line in parts["story"].splitlines())
    kept = tuple(line for line in lines if line and not line.startswith("#"))
    return Spec(config=parts["relman.toml"], lines=kept, end=parts.get("end", ""))


class Team:
    """The repository of one story, and the clock that all share."""

    def __init__(self, folder: Path, config: str) -> None:
        self.repo: Repo = history_language.build(folder / "shop", BEGINNING)
        self.commit("main", "chore: configure relman", {"relman.toml": config})
        self.tried = set[str]()

    def commit(self, branch: str, subject: str, files: dict[str, str]) -> None:
        self.repo.git("switch", "-q", branch)
        self.repo.commit(subject, files)

    def tell(self, line: str) -> None:
        """Does one line."""
        self.repo.clock += _DAY
        words = shlex.split(line)
        match words:
            case ["branch", name, "from", rev]:
                self.repo.git("branch", name, rev)
            case ["delete", name]:
                self.repo.git("branch", "-qD", name)
            case ["switch", name]:
                self.repo.git("switch", "-q", name)
            case ["merge", name, "into", target, "as", subject]:
                self.repo.git("switch", "-q", target)
                self.repo.git("merge", "-q", "--no-ff", "-m", subject, name)
            case ["squash", name, "into", target, "as", subject]:
                self.repo.git("switch", "-q", target)
                self.repo.git("merge", "-q", "--squash", name)
                self.repo.git("commit", "-qm", subject)
            case ["rebase", name, "onto", target]:
                self.repo.git("switch", "-q", target)
                self.repo.git("cherry-pick", "--keep-redundant-commits", f"{target}..{name}")
            case ["git", *rest]:
                assert self._git(rest) == 0, line
            case ["not", "git", *rest]:
                assert self._git(rest) != 0, line
            case ["refused", code, "relman", *rest, "says", told]:
                assert told in self._refused(code, rest), line
            case ["refused", code, "relman", *rest]:
                self._refused(code, rest)
            case ["finds", *wanted]:
                assert " ".join(wanted) in self.findings(), line
            case ["relman", *rest, "=", answer]:
                said = call(self.repo.path, *rest)
                assert said.out.strip() == answer, f"{line}\n{said.out}{said.err}"
            case ["relman", *rest, "says", told]:
                said = call(self.repo.path, *map(self._fix, rest), "--dry-run")
                assert (said.code, told in said.out) == (0, True), f"{line}\n{said.out}{said.err}"
            case ["relman", *rest]:
                self._relman([self._fix(word) for word in rest])
            case ["undoable", "relman", *rest]:
                self._relman([self._fix(word) for word in rest], undoable=True)
            case [branch, subject, *paths] if branch.endswith(":"):
                self.commit(branch[:-1], subject, dict.fromkeys(paths, f"{subject}\n"))
            case _:
                raise AssertionError(line)

    def _dated(self) -> tuple[str, ...]:
        return "--date", datetime.fromtimestamp(self.repo.clock, UTC).isoformat()

    def _relman(self, words: list[str], *, undoable: bool = False) -> None:
        """Dry, then real by the dry run's hash; undone and done again where that is to be shown."""
        dated = (*words, *self._dated())
        before = self.repo.restorable() if undoable else None
        expected = self._dry(dated) if undoable or words[0] not in self.tried else ()
        self.tried.add(words[0])
        done = call(self.repo.path, *dated, "--yes", *expected)
        assert done.code == 0, f"relman {' '.join(words)}\n{done.out}{done.err}"
        if undoable:
            after = self.repo.restorable()
            assert call(self.repo.path, "undo", "--yes").code == 0, words
            assert self.repo.restorable() == before, words
            assert call(self.repo.path, "redo", "--yes").code == 0, words
            assert self.repo.restorable() == after, words

    def _refused(self, code: str, words: list[str]) -> str:
        before = self.repo.restorable()
        said = call(self.repo.path, *map(self._fix, words), *self._dated(), "--yes")
        assert said.code == int(code.rstrip(":")), f"relman {' '.join(words)}\n{said.out}{said.err}"
        assert self.repo.restorable() == before, words
        return said.out + said.err

    def _dry(self, words: tuple[str, ...]) -> tuple[str, ...]:
        before = self.repo.restorable()
        dry = call(self.repo.path, *words, "--dry-run", "--json")
        assert dry.code == 0, f"relman {' '.join(words)}\n{dry.out}{dry.err}"
        assert self.repo.restorable() == before, words
        return "--expect", dry.json["hash"]

    def _fix(self, word: str) -> str:
        return self.repo.git("rev-parse", word) if word.startswith(":/") else word

    def _git(self, words: list[str]) -> int:
        return subprocess.run(
            ["git", "-C", str(self.repo.path), *words], capture_output=True, check=False
        ).returncode

    def end(self) -> str:
        """Everything that is there, as git prints it."""
        git = self.repo.git
        row = "%(refname:short): %(contents:subject) | tree %(tree:short=10)"
        heads = git("for-each-ref", f"--format={row}", "refs/heads")
        tags = git("for-each-ref", "--sort=v:refname", "--format=%(refname:short)", "refs/tags").split()
        branches = git("for-each-ref", "--format=%(refname:short)", "refs/heads").split()
        graph = git("log", "--graph", "--date-order", "--format=%s%d", "--branches", "--tags")
        logs = self._logs([*tags[::-1], *branches])
        rows = [heads, "", *(self._tag(tag) for tag in tags), "", graph, *logs, "", *self.findings()]
        return "\n".join(line.rstrip() for line in "\n".join(rows).splitlines()) + "\n"

    def findings(self) -> tuple[str, ...]:
        """What the check of the history finds, by rule and place."""
        said = call(self.repo.path, "check", "--history", "--json").json["findings"]
        return tuple(f"{each['rule']}: {each['where']}: {each['message']}" for each in said) or (
            "no findings",
        )

    def _tag(self, tag: str) -> str:
        files = self.repo.git("ls-tree", "-r", "--name-only", tag).split()
        work = " ".join(name for name in files if name not in _OWNED)
        version = re.search(r'version = "(.*)"', self.repo.git("show", f"{tag}:pyproject.toml"))
        log = re.findall(r"^## \[?([0-9][^\] ]*)", self.repo.git("show", f"{tag}:CHANGELOG.md"), re.MULTILINE)
        subject, tree = self.repo.git("log", "-1", "--abbrev=10", "--format=%s%n%t", tag).splitlines()
        said = version[1] if version else "none"
        return f"{tag}: {subject} | tree {tree} | says {said} | holds {work} | changelog {' '.join(log)}"

    def _logs(self, revs: list[str]) -> Iterator[str]:
        """Every text that stands in any changelog, once: the newest tag's file whole, then what others have besides."""
        told = set[str]()
        for rev in revs:
            text = self.repo.git("show", f"{rev}:CHANGELOG.md")
            new = [
                part for part in re.split(r"^(?=## )", text, flags=re.MULTILINE) if part.strip() not in told
            ]
            told.update(part.strip() for part in new)
            if new:
                yield f"\nchangelog of {rev}:\n{''.join(new).strip()}"
