"""Opens a repository: where it is, what kind it is, and whether relman can work in it."""

import os
import re
import shlex
import subprocess
from functools import cached_property
from pathlib import Path

import pygit2

from relman.errors import RelmanError, usage
from relman.git.program import OLDEST, Git, environment, missing

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


class Repository:
    """An open repository. Holds paths and two doors: `pygit` for objects, git for everything else."""

    def __init__(
        self,
        pygit: pygit2.Repository,
        git_dir: Path,
        common_dir: Path,
        work_tree: Path | None,
        *,
        borrowed: Path | None = None,
    ) -> None:
        self.pygit = pygit
        self.git_dir = git_dir
        """This worktree's own git directory."""
        self.common_dir = common_dir
        """What all linked worktrees share: objects, refs, relman's journal."""
        self.work_tree = work_tree
        """Absent in a bare repository."""
        self.borrowed = borrowed
        """An object store that is read too."""

    @cached_property
    def looking(self) -> Git:
        """Runs git children that change nothing, not even the index's times."""
        more = {"GIT_ALTERNATE_OBJECT_DIRECTORIES": str(self.borrowed)} if self.borrowed else {}
        return Git(self.git_dir, self.work_tree, looking=True, always=more)

    @cached_property
    def acting(self) -> Git:
        """Runs git children of a real run."""
        return Git(self.git_dir, self.work_tree, looking=False)

    @property
    def name(self) -> str:
        """What people call the repository: as its remote is called, else as its folder is.

        The same in every clone and linked work tree: tags carry it, and so does a plan's hash.
        """
        config = self.pygit.config
        url = str(config["remote.origin.url"]) if "remote.origin.url" in config else ""
        there = re.split("[/:]", url.rstrip("/"))[-1].removesuffix(".git")
        place = self.common_dir.parent if self.common_dir.name == ".git" else self.common_dir
        return there or place.name.removesuffix(".git") or "repository"


def open_repository(start: Path) -> Repository:
    """Opens the repository that holds `start` (a work tree, a folder below it, or a git directory).

    Errors (usage): no repository there; SHA-256 objects or reftable refs, which libgit2 cannot read; owned by
    somebody else; a broken or unknown format.
    """
    if not start.is_dir():
        raise usage(f"there is no folder {start}", "relman -C DIR status")
    start = start.resolve()
    found = pygit2.discover_repository(str(start))
    if found is None:
        raise usage(f"{start} is not in a git repository", "cd into one, or name it: relman -C DIR status")
    pygit = _open(Path(found), start)
    git_dir = Path(pygit.path)
    return Repository(pygit, git_dir, _common_dir(git_dir), _work_tree(pygit, start))


def borrowing(repo: Repository, objects: Path) -> Repository:
    """The same repository, reading also what stands in another object store: commits that are only tried yet."""
    pygit = _open(repo.git_dir, repo.work_tree or repo.git_dir)
    pygit.odb.add_disk_alternate(str(objects))
    return Repository(pygit, repo.git_dir, repo.common_dir, repo.work_tree, borrowed=objects)


def _work_tree(pygit: pygit2.Repository, start: Path) -> Path | None:
    if not pygit.workdir or _guessed_bare(pygit):
        return None
    # libgit2 takes the folder beside the real git directory, git the one that holds the link to it.
    for folder in (start, *start.parents):
        link = folder / ".git"
        if link.is_symlink() and link.resolve() == Path(pygit.path).resolve():
            return Path(pygit.workdir) if "core.worktree" in pygit.config else folder
    return Path(pygit.workdir)


def _guessed_bare(pygit: pygit2.Repository) -> bool:
    """Whether git takes a git directory that does not say what it is for bare; libgit2 takes the folder around it."""
    told = "core.bare" in pygit.config or "core.worktree" in pygit.config
    return not told and Path(pygit.path).name != ".git" and (Path(pygit.path) / "objects").is_dir()


def _open(found: Path, start: Path) -> pygit2.Repository:
    # The setting is the process's; libgit2 reads such a clone well, only absent objects are its limit.
    pygit2.settings.set_extensions(["partialclone"])
    try:
        return pygit2.Repository(str(found))
    except pygit2.GitError as e:
        if "not owned" not in str(e) or not _trusted(start):
            raise _refusal(found, str(e)) from e
    # libgit2 reads `safe.directory` from files only and knows none of its patterns: git has the last word.
    validates = pygit2.settings.owner_validation
    pygit2.settings.owner_validation = False
    try:
        return pygit2.Repository(str(found))
    except pygit2.GitError as e:
        raise _refusal(found, str(e)) from e
    finally:
        pygit2.settings.owner_validation = validates


def _trusted(start: Path) -> bool:
    """Asks git, which says no with exit code 128; `--git-dir` would silence the question."""
    try:
        done = subprocess.run(
            ["git", "-C", str(start), "rev-parse", "--git-dir"],
            capture_output=True,
            env=environment(os.environ, looking=True),
            check=False,
        )
    except FileNotFoundError as e:
        raise missing() from e
    return done.returncode == 0


def _common_dir(git_dir: Path) -> Path:
    pointer = git_dir / "commondir"
    if not pointer.is_file():
        return git_dir
    return (git_dir / pointer.read_text().strip()).resolve()


def _refusal(where: Path, words: str) -> RelmanError:
    """Turns libgit2's refusal into a reason and a way on."""
    folder = where.parent if where.name == ".git" else where
    lower = words.lower()
    if "not owned" in lower:
        return usage(
            f"{folder} belongs to another user, so git does not trust it",
            f"git config --global --add safe.directory {shlex.quote(str(folder))}",
            cause=words,
        )
    if "object format" in lower or "objectformat" in lower:
        return usage(
            f"{folder} uses SHA-256 object ids, which relman cannot read yet (libgit2 has them only as an "
            "experiment); a SHA-1 repository is needed",
            "git init --object-format=sha1 DIR",
            cause=words,
        )
    if "refstorage" in lower:
        return usage(
            f"{folder} keeps its refs as reftable, which relman cannot read yet",
            "git refs migrate --ref-format=files",
            cause=words,
        )
    return usage(f"{folder} cannot be opened as a git repository", "git fsck", cause=words)


def check_git(git: Git) -> tuple[int, ...]:
    """Gives the version of the git program; an error where it is older than 2.39."""
    words = git.text("version").strip()
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", words)
    version = tuple(int(n) for n in found.groups("0")) if found else (0,)
    if version[:2] < OLDEST:
        raise usage(f"relman needs git 2.39 or newer, and this is {words.removeprefix('git version ')}")
    return version
