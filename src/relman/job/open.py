"""Opens a repository for a job: refs, graph and configuration, nothing else."""

from collections.abc import Callable
from pathlib import Path

from relman.config.find import choose, find_in_files, find_in_worktree, read_given
from relman.config.load import load
from relman.config.record import Config
from relman.git.patch_ids import PatchIds
from relman.git.reader import Reader
from relman.git.repo import Repository, open_repository
from relman.git.snapshot import read_refs
from relman.git.trees import blob
from relman.job.facts import Facts
from relman.model.cut import find_tip
from relman.model.lines import find_trunk
from relman.model.names import Oid
from relman.model.remote import USUAL, find_remote


def open_facts(start: Path, *, config: Path | None = None, cache: Path | None = None) -> Facts:
    """Opens the repository that holds `start` and reads its refs.

    The configuration is `--config`'s, else the work tree's, else the one at trunk's tip (DESIGN 10). `cache` is
    the user's folder for what is worth keeping.
    """
    repo = open_repository(start)
    return read_facts(repo, config=config, patch_id=PatchIds(repo, cache))


def read_facts(repo: Repository, *, config: Path | None = None, patch_id: PatchIds | None = None) -> Facts:
    """Reads the refs again, for a repository that is open already; `patch_id` is what was known of it."""
    refs = read_refs(repo)
    graph = Reader(repo)
    given = read_given(config) if config else None
    here = find_in_worktree(repo.work_tree) if repo.work_tree else None
    trunk = None
    if given is None and here is None:
        remote = find_remote(refs) or USUAL
        name = find_trunk(refs, remote)
        tip = find_tip(refs, graph, remote, name) if name else None
        trunk = find_in_files(reading(repo, tip.commit), at=name or "") if tip else None
    loaded = load(choose(given=given, worktree=here, trunk=trunk))
    return Facts(repo, refs, graph, loaded.config, loaded.source, patch_id=patch_id or PatchIds(repo, None))


def tree_config(repo: Repository, commit: Oid) -> Config | None:
    """What the tree of a commit itself configures; nothing where it has no configuration."""
    found = find_in_files(reading(repo, commit), at=commit[:7])
    return load(found).config if found else None


def reading(repo: Repository, commit: Oid) -> Callable[[str], bytes | None]:
    """Gives a function from a path to the file's bytes in a commit's tree."""
    return lambda path: blob(repo, commit, path)
