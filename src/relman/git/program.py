"""Starts the git program. The only place that does.

Children get no inherited `GIT_*` location, an explicit git directory, no terminal prompt, plain English and
an editor that fails, so that nothing waits for a person and nothing acts on another repository (DESIGN 6).
"""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from relman.errors import Kind, RelmanError

OLDEST = (2, 39)
"""The oldest git whose `merge-tree --write-tree --stdin` exists (research/backport-engines.md 3.1)."""

_KEPT = (
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_COUNT",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "GIT_ASKPASS",
    "GIT_AUTHOR_NAME",
    "GIT_AUTHOR_EMAIL",
    "GIT_COMMITTER_NAME",
    "GIT_COMMITTER_EMAIL",
    "GIT_PROXY_COMMAND",
    "GIT_EXEC_PATH",
    "GIT_CEILING_DIRECTORIES",
    "GIT_TRACE",
)

UNREACHABLE = {"GIT_ALLOW_PROTOCOL": "none"}
"""For a child that walks history: a git before 2.44 would fetch what a partial clone lacks."""


def environment(outer: Mapping[str, str], *, looking: bool) -> dict[str, str]:
    """Makes a child's environment from the process's own; `looking` children write nothing."""
    kept = {
        k: v
        for k, v in outer.items()
        if not k.startswith("GIT_") or k in _KEPT or k.startswith(("GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_"))
    }
    fixed = {
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
        "LANGUAGE": "",
        "GIT_EDITOR": "false",
        "GIT_PAGER": "cat",
        # libgit2 does not know refs/replace, and what is released is what the ids say.
        "GIT_NO_REPLACE_OBJECTS": "1",
    }
    if looking:
        fixed["GIT_OPTIONAL_LOCKS"] = "0"
        # Looking never uses the network; git before 2.44 does not know the variable.
        fixed["GIT_NO_LAZY_FETCH"] = "1"
    return kept | fixed


class Git:
    """Runs git on one repository. `git_dir` is what `--git-dir` names: a linked worktree has its own."""

    def __init__(
        self,
        git_dir: Path,
        work_tree: Path | None = None,
        *,
        looking: bool = True,
        always: Mapping[str, str] | None = None,
    ) -> None:
        self.git_dir = git_dir
        self.work_tree = work_tree
        self.looking = looking
        self.always = dict(always or {})
        """Variables that every child of this repository gets."""

    def command(self, *args: str) -> list[str]:
        """Gives the whole argument list."""
        where = ["--git-dir", str(self.git_dir)]
        if self.work_tree is not None:
            where += ["--work-tree", str(self.work_tree)]
        return ["git", "--no-pager", *where, *args]

    def env(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """Gives the child's environment."""
        return environment(os.environ, looking=self.looking) | self.always | dict(extra or {})

    def run(
        self,
        *args: str,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        ok: Sequence[int] = (0,),
        pass_fds: Sequence[int] = (),
        new_group: bool = False,
    ) -> subprocess.CompletedProcess[bytes]:
        """Runs to the end and gives the output; an exit code outside `ok` is an error with git's words.

        `pass_fds` are inherited (the lock's descriptor), `new_group` keeps Ctrl-C away from
        the child: a session of its own, because a background group that asks the terminal would hang for ever.
        """
        try:
            done = subprocess.run(
                self.command(*args),
                input=stdin,
                capture_output=True,
                env=self.env(env),
                cwd=self.work_tree or self.git_dir,
                check=False,
                pass_fds=tuple(pass_fds),
                start_new_session=new_group,
            )
        except OSError as e:
            raise self._not_started(e) from e
        if done.returncode not in ok:
            raise failed(args, done)
        return done

    def text(self, *args: str, stdin: bytes = b"", ok: Sequence[int] = (0,)) -> str:
        """Runs and gives standard output as text, undecodable bytes replaced."""
        return self.run(*args, stdin=stdin, ok=ok).stdout.decode("utf-8", "replace")

    def popen(
        self, *args: str, env: Mapping[str, str] | None = None, pass_fds: Sequence[int] = ()
    ) -> "subprocess.Popen[bytes]":
        """Starts a child to talk with, in a session (and so a process group) of its own."""
        try:
            return subprocess.Popen(
                self.command(*args),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self.env(env),
                cwd=self.work_tree or self.git_dir,
                pass_fds=tuple(pass_fds),
                start_new_session=True,
            )
        except OSError as e:
            raise self._not_started(e) from e

    def _not_started(self, error: OSError) -> RelmanError:
        """Tells a git that is missing from a folder that git cannot be started in: both are "not found"."""
        folder = self.work_tree or self.git_dir
        if not folder.is_dir() or not os.access(folder, os.X_OK):
            why = "cannot be entered" if folder.exists() else "is not there"
            return RelmanError(
                Kind.USAGE, f"the folder {folder} {why}", cause=str(error), hints=("git worktree list",)
            )
        if isinstance(error, FileNotFoundError):
            return missing()
        return RelmanError(Kind.USAGE, "git could not be started", cause=str(error))


def missing() -> RelmanError:
    """Says that there is no git."""
    return RelmanError(Kind.USAGE, "the git program was not found", hints=("install git 2.39 or newer",))


def failed(args: Sequence[str], done: subprocess.CompletedProcess[bytes]) -> RelmanError:
    """Makes an error of a child that failed, with its own words as the cause."""
    values = {i + 1 for i, a in enumerate(args) if a == "-c"}
    verb = next((a for i, a in enumerate(args) if i not in values and not a.startswith("-")), "git")
    words = done.stderr.decode("utf-8", "replace").strip()
    return RelmanError(Kind.REFUSED, f"git {verb} failed with exit code {done.returncode}", cause=words)
