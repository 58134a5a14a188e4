"""Where git looks for hooks, and what is there."""

import stat
from pathlib import Path

from msgspec import Struct

from relman.git.repo import Repository


class Found(Struct, frozen=True, kw_only=True):
    """One file in the folder of hooks. `mode` is its permission bits; `link` where it is a symbolic link."""

    content: bytes
    mode: int
    link: bool = False

    @property
    def runs(self) -> bool:
        """Whether git calls it: what is not executable is passed over."""
        return bool(self.mode & 0o111)


class HookFolder(Struct, frozen=True, kw_only=True):
    """The folder that git takes hooks from, and the scope of the setting that names it (absent: none does)."""

    path: Path
    scope: str | None

    @property
    def shared(self) -> bool:
        """Whether other repositories take their hooks from it too."""
        return self.scope in ("global", "system", "command")

    def read(self, name: str) -> Found | None:
        """Gives a file of the folder; nothing where there is none."""
        file = self.path / name
        try:
            mode = file.lstat().st_mode
            link = stat.S_ISLNK(mode)
            if not link and not stat.S_ISREG(mode):
                return None
            return Found(content=file.read_bytes(), mode=stat.S_IMODE(file.stat().st_mode), link=link)
        except (FileNotFoundError, NotADirectoryError):
            return Found(content=b"", mode=0, link=True) if file.is_symlink() else None


def hook_folder(repo: Repository) -> HookFolder:
    """Asks git, which knows `core.hooksPath`, linked worktrees and bare repositories."""
    git = repo.looking
    place = git.run("rev-parse", "--path-format=absolute", "--git-path", "hooks").stdout
    said = git.text("config", "--show-scope", "--get", "core.hooksPath", ok=(0, 1))
    path = Path(place.decode("utf-8", "surrogateescape").removesuffix("\n"))
    return HookFolder(path=path, scope=said.split("\t", 1)[0] if said else None)
