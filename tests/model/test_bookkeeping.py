"""Which conflicts are bookkeeping."""

import pytest

from relman.config.record import Picks
from relman.model.bookkeeping import is_manifest, kept_paths, matches
from relman.model.trees import Conflict

PATTERNS = Picks().bookkeeping


@pytest.mark.parametrize(
    ("path", "patterns", "fits"),
    [
        ("CHANGELOG.md", PATTERNS, True),
        ("web/app/package-lock.json", PATTERNS, True),
        ("Cargo.lock", PATTERNS, True),
        ("CHANGES/12.bugfix.rst", PATTERNS, False),
        ("src/changelog.py", PATTERNS, False),
        ("go.sum.bak", PATTERNS, False),
        ("docs/news.md", ("docs/news.md",), True),
        ("old/docs/news.md", ("docs/news.md",), False),
        ("docs/news/12.md", ("docs/news/*",), True),
        ("docs/news/12.md", ("docs/*",), True),
        ("NEWS", (), False),
    ],
)
def test_a_pattern_is_a_name_or_a_whole_path(path: str, patterns: tuple[str, ...], fits: object) -> None:
    assert matches(path, patterns) is fits


def test_manifests_are_known_in_any_folder() -> None:
    known = ["pyproject.toml", "web/package.json", "requirements-dev.txt", "api/go.mod", "src/App.csproj"]
    assert [is_manifest(path) for path in known] == [True] * 5
    assert [is_manifest(path) for path in ("package-lock.json", "go.sum", "requirements.py")] == [False] * 3


def conflict(path: str, kind: str = "content", message: str = "") -> Conflict:
    return Conflict(path=path, kind=kind, message=message)


def test_every_path_must_be_bookkeeping() -> None:
    log, lock, code = conflict("CHANGELOG.md"), conflict("web/yarn.lock", "modify/delete"), conflict("a.py")
    assert kept_paths([log, lock, log], PATTERNS) == ("CHANGELOG.md", "web/yarn.lock")
    assert kept_paths([log, code], PATTERNS) is None
    assert kept_paths([], PATTERNS) is None


@pytest.mark.parametrize(
    "found",
    [
        conflict("CHANGELOG.md", "file/directory"),
        conflict("CHANGELOG.md", "rename involved in collision"),
        conflict("CHANGELOG.md", "content", "CONFLICT (rename involved in collision): of CHANGELOG.md"),
        conflict("CHANGELOG.md~1a2b3c4"),
        conflict("CHANGELOG\ufffd.md"),
    ],
)
def test_what_git_moved_aside_needs_a_person(found: Conflict) -> None:
    assert kept_paths([conflict("CHANGES"), found], PATTERNS) is None
