"""Which commits are work that a release must not lose, and which of those are fixes: by type, else by the subject."""

import re
from collections.abc import Mapping

from relman.model import message
from relman.model.bump import Bump
from relman.model.history import Commit

_FIX_TYPES = frozenset({"bugfix", "hotfix", "security"})
_NO_FIX = frozenset(
    {
        "build",
        "chore",
        "ci",
        "dep",
        "dependency",
        "deps",
        "doc",
        "docs",
        "e2e",
        "refactor",
        "release",
        "style",
    }
    | {"test", "tests"}
)
"""Types below which the word "fix" says nothing about the product: "docs: fix a typo"."""
_SAYS_FIX = re.compile(r"(?:bug|hot)?fix(?:es|ed)?\b|security\b|cve-[0-9]", re.IGNORECASE)
_UNSHIPPED = re.compile(
    r"\.github/|\.gitlab/|\.circleci/|\.gitlab-ci\.yml\Z|\.travis\.yml\Z|azure-pipelines|Jenkinsfile\Z"
    r"|(?:.*/)?(?:tests?|__tests__|spec|docs?|testdata|CHANGES(?:\.d)?|changelog\.d|\.changeset)/"
    r"|(?:.*/)?(?:test_[^/]*\.py|conftest\.py|[^/]*_test\.go|[^/]*\.(?:test|spec)\.[cm]?[jt]sx?|[^/]*\.(?:md|rst))\Z"
)


def is_fix(commit: Commit, bumps: Mapping[str, Bump]) -> bool:
    """Tells whether a commit mends something: its type raises the patch number, or its subject says so.

    The subject counts where the type is none of the usual ones, as in "server: fix a panic" and "Fix a panic".
    """
    if not _is_work(commit):
        return False
    read = message.parse(commit.message)
    kind = (read.type or "").lower()
    if kind in bumps:
        return bumps[kind] is Bump.PATCH
    if kind in _FIX_TYPES:
        return True
    said = (read.description or "", message.normalised_subject(read))
    return kind not in _NO_FIX and any(_SAYS_FIX.match(words) for words in said)


def counts(commit: Commit, bumps: Mapping[str, Bump]) -> bool:
    """Tells whether a commit changes what users get: it raises a version, or is a fix."""
    if not _is_work(commit):
        return False
    read = message.parse(commit.message)
    kind = (read.type or "").lower()
    return read.breaking or bumps.get(kind, Bump.NONE) > Bump.NONE or is_fix(commit, bumps)


def is_unshipped(path: str) -> bool:
    """Tells whether a file is none that users get: CI, tests, documentation. Each line keeps its own of those."""
    return _UNSHIPPED.match(path) is not None


def _is_work(commit: Commit) -> bool:
    return len(commit.parents) == 1 and not message.is_release_subject(commit.subject)
