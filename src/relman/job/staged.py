"""What the pre-commit hook judges: the branch that the commit goes to, and the version files that are staged."""

from collections.abc import Iterator

from msgspec import structs

from relman.config.record import Config
from relman.config.strategy import strategy_of
from relman.git.hooked import Hooked
from relman.git.streamed import Streamed, head_branch
from relman.job.guard import version_files, version_in
from relman.model.commit_rules import protected_branch, version_line
from relman.model.finding import Finding

_UNDER_WAY = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD")
"""Files of git's that name the commits of a merge, pick, revert or rebase that a person finishes."""


def staged_findings(hooked: Hooked, config: Config) -> Iterator[Finding]:
    """Everything that is wrong with the commit that git is about to make, at the team's levels.

    The first commit of a repository may go anywhere.
    """
    for finding in _all(hooked, config):
        level = config.hooks.levels.get(finding.rule, finding.level)
        if level != "off":
            yield structs.replace(finding, level=level)


def _all(hooked: Hooked, config: Config) -> Iterator[Finding]:
    git = hooked.git
    if git.run("rev-parse", "--verify", "--quiet", "HEAD", ok=(0, 1, 128)).returncode != 0:
        return
    branch = head_branch(hooked)
    if branch is not None:
        yield from protected_branch(branch, config.branches.protected, strategy_of(config))
    listed = git.run("diff-index", "--cached", "--name-only", "-z", "--no-renames", "HEAD", "--").stdout
    changed = [path.decode("utf-8", "surrogateescape") for path in listed.split(b"\0")[:-1]]
    graph = Streamed(hooked)
    for place in version_files(config, changed, lambda path: graph.blob("HEAD", path)):
        before, after = (version_in(graph.blob(at, place.path), place) for at in ("HEAD", ""))
        if before is not None and after is not None:
            there = (version_in(graph.blob(at, place.path), place) for at in _others(hooked))
            yield from version_line(place.path, before, after, filter(None, there))


def _others(hooked: Hooked) -> Iterator[str]:
    for name in _UNDER_WAY:
        file = hooked.git_dir / name
        if file.is_file():
            yield from file.read_text(encoding="ascii", errors="replace").split()
