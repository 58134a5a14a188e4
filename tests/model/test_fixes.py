import pytest

from relman.model.bump import DEFAULT_BUMPS
from relman.model.fixes import counts, is_fix, is_unshipped
from relman.model.history import Commit, Person
from relman.model.names import Oid

ANN = Person(name="Ann", email="ann@example.com", when=0)


def commit(message: str, parents: int = 1) -> Commit:
    above = tuple(Oid(f"{n:040}") for n in range(parents))
    return Commit(
        id=Oid("1" * 40), tree=Oid("2" * 40), parents=above, author=ANN, committer=ANN, message=message
    )


@pytest.mark.parametrize(
    ("message", "fix", "work"),
    [
        ("fix: a", True, True),
        ("perf(db): a", True, True),
        ("revert: a", True, True),
        ("Security: a", True, True),
        ("feat: a", False, True),
        ("docs!: a", False, True),
        ("docs: fix a typo", False, False),
        ("ci: fix the runner", False, False),
        ("server: fix a panic", True, True),
        ("server: add a panic", False, False),
        ("Fix a panic (#12)", True, True),
        ("[3.11] Fixes a panic", True, True),
        ("Fixture for a panic", False, False),
        ("CVE-2026-1: bounds", True, True),
        ("chore(release): 1.4.3", False, False),
    ],
)
def test_by_type_or_by_words(message: str, *, fix: bool, work: bool) -> None:
    one = commit(message)
    assert (is_fix(one, DEFAULT_BUMPS), counts(one, DEFAULT_BUMPS)) == (fix, work)


@pytest.mark.parametrize("parents", [0, 2])
def test_merges_and_roots_are_no_work(parents: int) -> None:
    assert not counts(commit("fix: a", parents), DEFAULT_BUMPS)


@pytest.mark.parametrize(
    ("path", "unshipped"),
    [
        (".github/workflows/a.yml", True),
        ("docs/guide.md", True),
        ("pkg/tests/data.json", True),
        ("server/etcd_test.go", True),
        ("ui/app.test.tsx", True),
        ("README.rst", True),
        ("src/test.py", False),
        ("src/latest/app.go", False),
        ("go.mod", False),
    ],
)
def test_files_that_users_never_get(path: str, *, unshipped: bool) -> None:
    assert is_unshipped(path) == unshipped
