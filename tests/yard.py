"""A repository in a folder, driven by the git program alone: the oracle's side of the picks' tests."""

import subprocess
from pathlib import Path

from relman.git.repo import open_repository
from relman.git.scratch import Scratch
from relman.model.names import Oid


class Yard:
    """A repository in a folder, driven by git. Trunk is `main`, the release is `rel`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True)
        self.git("init", "-q", "-b", "main")

    def git(self, *args: str, ok: bool = True, stdin: bytes | None = None) -> str:
        done = subprocess.run(["git", *args], cwd=self.path, input=stdin, capture_output=True, check=False)
        assert done.returncode == 0 or not ok, done.stderr.decode()
        return done.stdout.decode("utf-8", "replace").strip()

    def commit(self, message: str = "change", **files: str | bytes | None) -> Oid:
        """Writes or deletes files (`__` is a slash, `_dot_` a dot), and commits everything."""
        for name, content in files.items():
            self.write(name.replace("__", "/").replace("_dot_", "."), content)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.tip()

    def write(self, name: str, content: str | bytes | None) -> None:
        place = self.path / name
        if content is None:
            place.unlink()
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())

    def tip(self, rev: str = "HEAD") -> Oid:
        return Oid(self.git("rev-parse", rev))

    def tree(self, rev: str) -> Oid:
        return Oid(self.git("rev-parse", f"{rev}^{{tree}}"))

    def on(self, branch: str) -> None:
        self.git("checkout", "-q", branch)

    def release(self) -> None:
        """Cuts the release here and stands on it."""
        self.git("checkout", "-q", "-b", "rel")

    def scratch(self, target: str = "rel") -> Scratch:
        return Scratch.open(open_repository(self.path), self.tip(target))
