"""Runs a person's own command on a resulting tree, before any ref moves (`--exec`)."""

import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from relman.errors import Kind, RelmanError
from relman.git.scratch import Scratch
from relman.model.names import Oid

_ELSEWHERE = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
)
"""Set where relman was started by git itself; the command's own git must find the throw-away tree."""


def try_command(scratch: Scratch, commit: Oid, command: str, environment: Mapping[str, str]) -> None:
    """Runs the command in a throw-away work tree of the commit; its output goes to stderr.

    The tree holds the bytes of the release: neither hooks nor content filters run. Error (refused): it exited
    with anything but 0. The words are the person's own, from the command line only, so a shell reads them;
    nothing from a configuration ever comes here.
    """
    given = {key: value for key, value in environment.items() if key not in _ELSEWHERE}
    with tempfile.TemporaryDirectory(prefix="relman-exec-") as folder:
        place = Path(folder) / "tree"
        scratch.git.run(*_unfiltered(scratch), "worktree", "add", "--quiet", "--detach", str(place), commit)
        try:
            done = subprocess.run(command, shell=True, cwd=place, env=given, check=False, stdout=2)  # noqa: S602
        finally:
            scratch.git.run("worktree", "remove", "--force", "--force", str(place), ok=(0, 128))
    if done.returncode:
        raise RelmanError(
            Kind.REFUSED,
            f"{command!r} failed with exit code {done.returncode} on {commit[:10]}; nothing was moved",
            hints=("mend it, and run the command again",),
        )


def _unfiltered(scratch: Scratch) -> list[str]:
    """Options that leave every configured filter out."""
    found = scratch.git.text("config", "--name-only", "--get-regexp", r"^filter\.", ok=(0, 1)).splitlines()
    drivers = {name.rpartition(".")[0] for name in found if "=" not in name}
    off = [("smudge", ""), ("process", ""), ("required", "false")]
    settings = [f"{driver}.{key}={value}" for driver in sorted(drivers) for key, value in off]
    return ["-c", "core.hooksPath=/dev/null", *(word for one in settings for word in ("-c", one))]
