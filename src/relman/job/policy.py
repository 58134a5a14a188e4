"""Whose rules a hook holds to: here the team's configuration, on a server what its keeper named."""

from pathlib import Path

from relman.config.find import SHARED, TABLE, find_in_files, find_in_worktree, read_given
from relman.config.load import load
from relman.config.record import Config
from relman.config.source import Source
from relman.errors import usage
from relman.git.hooked import Hooked
from relman.git.streamed import Streamed

KEY = "relman.policy"
"""The setting in git's own configuration, which no push can change."""


def local_policy(hooked: Hooked) -> Config:
    """The work tree's configuration; in a bare repository the one at HEAD."""
    if hooked.work_tree is not None:
        return load(find_in_worktree(hooked.work_tree)).config
    graph = Streamed(hooked)
    return load(find_in_files(lambda path: graph.blob("HEAD", path), at="HEAD")).config


def server_policy(hooked: Hooked, *, refs_may_have_moved: bool) -> Config:
    """What `relman.policy` names: a file of the server's, or `REF:PATH`; relman's own rules without it.

    The repository's own configuration has no say unless the keeper names it. A ref is read as it was before
    the push: where a part of the push has moved already (`refs_may_have_moved`) only a file can be trusted.

    Errors (usage): it cannot be read, or is no configuration.
    """
    said = hooked.git.text("config", "--type=path", "--get", KEY, ok=(0, 1)).rstrip("\n")
    if not said:
        return load(None).config
    if said.startswith("/"):
        return load(read_given(Path(said))).config
    ref, colon, path = said.partition(":")
    if not colon or not path:
        raise usage(
            f"{KEY} is {said}, neither an absolute path nor REF:PATH", f"git config {KEY} main:relman.toml"
        )
    if refs_may_have_moved:
        raise usage(
            f"{KEY} is {said}, and the update hook may see a ref that this very push moved",
            f"git config {KEY} /etc/relman/policy.toml",
            "relman hooks install pre-receive",
        )
    data = Streamed(hooked).blob(_named(hooked, ref), path)
    if data is None:
        raise usage(f"{KEY} is {said}, and there is no such file", f"git config {KEY} main:relman.toml")
    name = f"{path} at {ref}"
    table = TABLE if path.rpartition("/")[2] == SHARED else ()
    return load(Source(name=name, data=data, table=table)).config


def _named(hooked: Hooked, ref: str) -> str:
    done = hooked.git.run("rev-parse", "--verify", "--quiet", "--end-of-options", ref, ok=(0, 1, 128))
    if done.returncode != 0:
        raise usage(f"{KEY} names {ref}, which is not there", f"git config {KEY} main:relman.toml")
    return done.stdout.decode("ascii", "replace").strip()
