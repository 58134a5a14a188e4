"""Runs a person's own command on a resulting tree, before any ref moves (`--exec`)."""

import subprocess
import tempfile
from pathlib import Path

from relman.errors import Kind, RelmanError
from relman.git.scratch import Scratch
from relman.model.names import Oid


def try_command(scratch: Scratch, commit: Oid, command: str, environment: dict[str, str]) -> None:
    """Runs the command in a throw-away work tree of the commit; its output goes to stderr.

    Error (refused): it exited with anything but 0. The words are the person's own, from the command line only,
    so a shell reads them; nothing from a configuration ever comes here.
    """
    with tempfile.TemporaryDirectory(prefix="relman-exec-") as folder:
        place = Path(folder) / "tree"
        scratch.git.run("worktree", "add", "--quiet", "--detach", str(place), commit)
        try:
            done = subprocess.run(command, shell=True, cwd=place, env=environment, check=False, stdout=2)  # noqa: S602
        finally:
            scratch.git.run("worktree", "remove", "--force", str(place))
    if done.returncode:
        raise RelmanError(
            Kind.REFUSED,
            f"{command!r} failed with exit code {done.returncode} on {commit[:10]}; nothing was moved",
            hints=("mend it, and run the command again",),
        )
