"""A built repository, and what tests ask it; `history_language` documents the language that builds it."""

import os
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from msgspec import Struct

MINUTE = 60


class Entry(Struct, frozen=True, kw_only=True):
    """One file or folder as it lies on the disk; times are 0 inside objects/, which git itself refreshes."""

    mode: int
    content: bytes
    inode: int
    mtime_ns: int


class Restorable(Struct, frozen=True, kw_only=True):
    """What an undo must bring back: refs, HEAD, and the tracked files of the work tree with their modes."""

    head: str
    refs: dict[str, str]
    files: dict[str, tuple[int, bytes]]
    status: str


class Repo:
    """A built repository; `clock` dates the next commit made through it, in seconds since 1970."""

    def __init__(self, path: Path, labels: Mapping[str, str], clock: int) -> None:
        self.path = path
        self.labels = dict(labels)
        self.clock = clock

    def environment(self) -> dict[str, str]:
        """Returns the sealed environment of a git child whose commits are dated by the clock."""
        when = f"{self.clock} +0000"
        return {**os.environ, "GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}

    def run(self, *args: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        """Runs git there and gives whatever comes of it; dates are the clock's."""
        return subprocess.run(
            ["git", "-C", str(self.path), *args],
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            env=self.environment(),
            check=False,
        )

    def git(self, *args: str, stdin: str | None = None) -> str:
        """Runs git there and gives its output without the last newline; a failure is an AssertionError."""
        done = self.run(*args, stdin=stdin)
        assert done.returncode == 0, f"git {' '.join(args)}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout.removesuffix("\n")

    def id(self, rev: str) -> str:
        """Returns the full id of a label, else of whatever git resolves."""
        return self.labels.get(rev) or self.git("rev-parse", "--verify", "--end-of-options", rev)

    def refs(self) -> dict[str, str]:
        """Returns every ref with the id that it holds, symbolic ones resolved."""
        lines = self.git("for-each-ref", "--format=%(refname) %(objectname)").splitlines()
        return dict(line.split(" ", 1) for line in lines)

    def tree(self, rev: str, path: str) -> str:
        """Returns the text of a file in a commit."""
        return self.run("cat-file", "blob", f"{self.id(rev)}:{path}").stdout

    def files(self, rev: str) -> dict[str, str]:
        """Returns every path of a commit with `mode id`."""
        lines = self.git("ls-tree", "-r", "-z", self.id(rev)).split("\0")
        return {path: f"{mode} {oid}" for mode, _, oid, path in (_ls(line) for line in lines if line)}

    def write(self, path: str, content: str | bytes) -> Path:
        """Writes a file in the work tree."""
        file = self.path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def commit(self, message: str, files: Mapping[str, str | bytes] | None = None, *, label: str = "") -> str:
        """Commits the files (or what is staged) on HEAD, one minute after the commit before."""
        for path, content in (files or {}).items():
            self.write(path, content)
            self.git("add", "--", path)
        self.git("commit", "-q", "--allow-empty", "--cleanup=verbatim", "--no-verify", "-m", message)
        self.clock += MINUTE
        oid = self.git("rev-parse", "HEAD")
        self.labels[label or message] = oid
        return oid

    def clone(
        self,
        path: Path,
        *,
        depth: int | None = None,
        branch: str | None = None,
        single_branch: bool = False,
        tags: bool = True,
        bare: bool = False,
    ) -> Self:
        """Clones through the file transport, so that `depth` holds."""
        wanted = [
            *([f"--depth={depth}"] if depth else []),
            *([f"--branch={branch}"] if branch else []),
            "--single-branch" if single_branch else "--no-single-branch",
            *([] if tags else ["--no-tags"]),
            *(["--bare"] if bare else []),
        ]
        self.git("clone", "-q", *wanted, f"file://{self.path}", str(path))
        return type(self)(path, self.labels, self.clock)

    def worktree(self, path: Path, rev: str, *, detach: bool = False) -> Self:
        """Adds a linked work tree on a branch, or detached at a revision."""
        where = ["--detach", str(path), self.id(rev)] if detach else [str(path), rev]
        self.git("worktree", "add", "-q", *where)
        return type(self)(path, self.labels, self.clock)

    def snapshot(self) -> dict[str, Entry]:
        """Returns every file and folder of git directory and work trees: a dry run touches none."""
        common = Path(self.git("rev-parse", "--path-format=absolute", "--git-common-dir"))
        roots = {self.path, common, *(_linked(file) for file in common.glob("worktrees/*/gitdir"))}
        if common.name == ".git":
            roots.add(common.parent)
        found: dict[str, Entry] = {}
        for root in sorted(roots):
            for folder, folders, files in os.walk(root):
                for name in [".", *folders, *files]:
                    path = Path(folder, name)
                    found[str(path)] = _entry(path, timed=common / "objects" not in [path, *path.parents])
        return found

    def restorable(self) -> Restorable:
        """Returns what an undo must restore, for this work tree."""
        head = self.run("symbolic-ref", "-q", "HEAD").stdout.strip() or self.id("HEAD")
        bare = self.git("rev-parse", "--is-bare-repository") == "true"
        paths = [] if bare else [path for path in self.git("ls-files", "-z").split("\0") if path]
        there = {path: self.path / path for path in paths if os.path.lexists(self.path / path)}
        return Restorable(
            head=head,
            refs=self.refs(),
            files={path: (file.lstat().st_mode, _bytes(file)) for path, file in there.items()},
            status="" if bare else self.git("status", "--porcelain"),
        )


def _ls(line: str) -> tuple[str, str, str, str]:
    head, path = line.split("\t", 1)
    mode, kind, oid = head.split(" ")
    return mode, kind, oid, path


def _linked(file: Path) -> Path:
    return Path(file.read_text(encoding="utf-8").strip()).parent


def _bytes(path: Path) -> bytes:
    if path.is_symlink():
        return os.fsencode(path.readlink())
    return path.read_bytes() if path.is_file() else b""


def _entry(path: Path, *, timed: bool) -> Entry:
    status = path.lstat()
    content = _bytes(path) if not stat.S_ISDIR(status.st_mode) else b""
    return Entry(
        mode=status.st_mode, content=content, inode=status.st_ino, mtime_ns=status.st_mtime_ns if timed else 0
    )
