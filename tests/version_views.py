"""One repository as other people have it: detached, cloned, under another remote's name, with other local branches.

What `relman version` answers for a commit must be the same in all of them.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path

from relman.job.open import open_facts
from relman.job.version import version_of
from relman.model.names import Oid

_ASKED = 10
"""So many commits are asked about, spread over the history."""


def _git(at: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(at), *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def answers(at: Path, commits: list[str]) -> dict[str, str]:
    """The version of each commit, with the line that it is on."""
    facts = open_facts(at)
    found = ((oid, version_of(facts, Oid(oid))) for oid in commits)
    return {oid: f"{answer.version} on {answer.line}" for oid, answer in found}


def views(at: Path, folder: Path, main: str) -> Iterator[tuple[str, Path]]:
    """Clones of a repository; `main` is the branch whose configuration counts."""
    for name, options in (
        ("a fresh clone", ()),
        ("another remote's name", ("--origin", "upstream")),
        ("a bare mirror", ("--mirror",)),
    ):
        place = folder / name.replace(" ", "-")
        _git(at, "clone", "-q", "--shared", *options, str(at), str(place))
        if "--mirror" not in options:
            _git(place, "checkout", "-q", "-B", main, f"{'upstream' if options else 'origin'}/{main}")
        yield name, place
    clone = folder / "a-fresh-clone"
    _git(clone, "checkout", "-q", "--detach")
    yield "a detached HEAD", clone
    _git(clone, "branch", "-qD", main)
    yield "no local branch at all", clone
    for ref in _git(clone, "for-each-ref", "--format=%(refname:strip=3)", "refs/remotes/origin").splitlines():
        if ref != "HEAD":
            _git(clone, "branch", "-q", ref, f"origin/{ref}")
    _git(clone, "branch", "-q", "wip/later", f"origin/{main}~1")
    _git(clone, "branch", "-qf", main, f"origin/{main}~1")
    yield "every branch, one of them behind, and one of one's own", clone


def check_views(at: Path, folder: Path) -> int:
    """Compares every view with the repository itself, and gives how many commits were asked about."""
    main = next(b for b in ("develop", "main") if _git(at, "for-each-ref", f"refs/heads/{b}"))
    if main == "develop" and not _git(at, "ls-tree", "--name-only", main, "relman.toml"):
        main = "main"
    known = _git(at, "rev-list", "--branches", "--tags", "--date-order").split()
    commits = known[:: max(1, len(known) // _ASKED)]
    _git(at, "switch", "-q", main)
    here = answers(at, commits)
    for name, place in views(at, folder, main):
        assert answers(place, commits) == here, name
    return len(commits)
