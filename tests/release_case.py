"""A repository in the middle of its life, a remote, and a hotfix for it that is sealed by hand."""

import os
import shutil
import stat
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

from relman.git.repo import Repository, open_repository
from relman.model.names import Oid, RefName
from relman.plan.outcome import Outcome
from relman.plan.plan import Expect, Plan, Sealed
from relman.plan.steps import EditFile, Id, MoveRef, PushMove, PushRefs, Step
from relman.run.execute import execute
from relman.run.operation import Checkpoint, nothing

NOW = 1_790_000_000
OPERATION = "20260921T141320-8c41e07"
RELEASE = RefName("refs/heads/release/1.4")
MAINTENANCE = RefName("refs/heads/maint")
HOTFIX = RefName("refs/heads/hotfix/1.4.1")
MAIN = RefName("refs/heads/main")
TAG = RefName("refs/tags/v1.4.1")


class State(Struct, frozen=True, kw_only=True):
    """All that an operation may change and an undo must bring back."""

    refs: str
    remote: str
    trees: dict[str, dict[str, tuple[int, bytes]]]
    status: dict[str, str]
    config: bytes | None


def git(place: Path, *args: str) -> str:
    done = subprocess.run(["git", "-C", str(place), *args], capture_output=True, text=True, check=False)
    assert done.returncode == 0, (args, done.stderr)
    return done.stdout.strip()


class Case:
    """`old` and `new` are the release branch's commits, `tag` the tag object; all exist, unreferenced.

    The release branch is checked out in `path`, the maintenance branch in `linked`; both move to `new`.
    """

    def __init__(self, folder: Path) -> None:
        self.path, self.linked, self.bare = folder / "repo", folder / "linked", folder / "remote.git"
        folder.mkdir(exist_ok=True)
        git(folder, "init", "-q", "--bare", str(self.bare))
        git(folder, "init", "-q", "-b", "main", str(self.path))
        self.git("remote", "add", "origin", f"file://{self.bare}")
        self.write("app.txt", b"one\n")
        self.write("run.sh", b"#!/bin/sh\n", 0o755)
        self.write("deep/gone.txt", b"gone\n")
        self.old = self.commit("feat: one")
        for ref in (RELEASE, MAINTENANCE, HOTFIX):
            self.git("update-ref", ref, self.old)
        self.write("app.txt", b"two\n")
        self.trunk = self.commit("feat: two")
        self.git("switch", "-q", "--detach", self.old)
        self.write("app.txt", b"one, mended\r\n")
        self.write("new/file.txt", b"new\n")
        (self.path / "run.sh").chmod(0o644)
        (self.path / "deep/gone.txt").unlink()
        self.new = self.commit("fix: one")
        self.git("tag", "-a", "-m", "v1.4.1", "v1.4.1", self.new)
        self.tag = Oid(self.git("rev-parse", TAG))
        self.git("tag", "-d", "v1.4.1")
        self.git("switch", "-q", "release/1.4")
        self.git("worktree", "add", "-q", str(self.linked), "maint")
        self.git("push", "-q", "origin", "main", "release/1.4", "hotfix/1.4.1")

    def save(self) -> None:
        """Remembers everything as it is, for `restore`."""
        self._copy(self.path.parent, self.path.parent.with_name("saved"))

    def restore(self) -> None:
        """Puts everything back, at the same paths, as it was saved."""
        shutil.rmtree(self.path.parent)
        self._copy(self.path.parent.with_name("saved"), self.path.parent)
        git(self.path, "update-index", "-q", "--refresh")
        git(self.linked, "update-index", "-q", "--refresh")

    def _copy(self, one: Path, two: Path) -> None:
        shutil.copytree(one, two, symlinks=True, ignore=shutil.ignore_patterns("*.sample"))

    def git(self, *args: str) -> str:
        return git(self.path, *args)

    def write(self, name: str, content: bytes, mode: int = 0o644) -> None:
        file = self.path / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)
        file.chmod(mode)

    def commit(self, message: str) -> Oid:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return Oid(self.git("rev-parse", "HEAD"))

    def open(self) -> Repository:
        return open_repository(self.path)

    def sealed(self, *, push: bool = False, delete: bool = True, more: Sequence[Step] = ()) -> Sealed:
        moves = [
            MoveRef(ref=RELEASE, old=self.old, new=Id(oid=self.new)),
            MoveRef(ref=MAINTENANCE, old=self.old, new=Id(oid=self.new)),
            MoveRef(ref=TAG, old=None, new=Id(oid=self.tag)),
        ]
        if delete:
            moves.append(MoveRef(ref=HOTFIX, old=self.old, new=None))
        steps: list[Step] = [*moves, EditFile(path="relman.toml", before=None, after=b"[tags]\n"), *more]
        if push:
            sent = tuple(PushMove(ref=m.ref, expect=m.old, new=m.new) for m in moves if m.ref != MAINTENANCE)
            steps.append(PushRefs(remote="origin", moves=sent))
        expects = (
            Expect(ref=MAIN, value=self.trunk),
            Expect(ref=RefName("refs/tags/v1.4.2"), value=None),
            Expect(ref=RefName("refs/remotes/origin/release/1.4"), value=self.old),
        )
        plan = Plan(operation="hotfix", title="hotfix v1.4.1", steps=tuple(steps), expects=expects)
        return self.seal(plan)

    def seal(self, plan: Plan) -> Sealed:
        return Sealed(plan=plan, ids={}, hash="8c41e07", provisional=False)

    def publish(self, operation_id: str = OPERATION) -> Callable[[Sequence[int]], str | None]:
        """Packs objects that are there already, so that there is a pack and its pin."""

        def packed(fds: Sequence[int]) -> str:
            data = subprocess.run(
                ["git", "-C", str(self.path), "pack-objects", "-q", "--stdout"],
                input=f"{self.new}\n{self.tag}\n".encode(),
                capture_output=True,
                check=True,
            ).stdout
            keep = f"--keep=relman {operation_id}"
            done = subprocess.run(
                ["git", "-C", str(self.path), "index-pack", "--stdin", keep],
                input=data,
                capture_output=True,
                check=True,
                pass_fds=tuple(fds),
            )
            return done.stdout.decode().split()[-1]

        return packed

    def run(
        self,
        sealed: Sealed,
        *,
        push: bool = False,
        operation_id: str = OPERATION,
        checkpoint: Checkpoint = nothing,
    ) -> Outcome:
        return execute(
            self.open(),
            sealed,
            self.publish(operation_id),
            operation_id=operation_id,
            now=NOW,
            push=push,
            checkpoint=checkpoint,
        )

    def keeps(self) -> list[str]:
        return sorted(p.name for p in (self.path / ".git/objects/pack").glob("*.keep"))

    def locks(self) -> list[str]:
        return sorted(str(p.relative_to(self.path / ".git")) for p in (self.path / ".git").rglob("*.lock"))

    def state(self) -> State:
        trees = (self.path, self.linked)
        config = self.path / "relman.toml"
        return State(
            refs=self.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads", "refs/tags"),
            remote=git(self.bare, "for-each-ref", "--format=%(refname) %(objectname)"),
            trees={t.name: _files(t) for t in trees},
            status={t.name: git(t, "status", "--porcelain", "--", ".", ":!relman.toml") for t in trees},
            config=config.read_bytes() if config.exists() else None,
        )

    def hook(self, name: str, script: str, *, bare: bool = False) -> None:
        file = (self.bare if bare else self.path / ".git") / "hooks" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)


def _files(tree: Path) -> dict[str, tuple[int, bytes]]:
    found = {}
    for folder, _, names in os.walk(tree):
        for name in names:
            file = Path(folder) / name
            relative = str(file.relative_to(tree))
            if not relative.startswith(".git") and relative != "relman.toml":
                found[relative] = (stat.S_IMODE(file.stat().st_mode) & 0o111, file.read_bytes())
    return found
