import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relman.errors import Kind, RelmanError
from relman.git.refs import RefTransaction, last_mover, read_values, refusal, remove_stale_locks
from relman.git.repo import Repository, open_repository
from relman.model.names import Oid, RefName

A, B, NEW = RefName("refs/heads/a"), RefName("refs/heads/b"), RefName("refs/tags/new")


class Place:
    def __init__(self, path: Path) -> None:
        self.path = path
        subprocess.run(["git", "init", "-q", "-b", "a", str(path)], check=True)
        self.one, self.two = (self.commit(text) for text in ("one", "two"))
        self.git("update-ref", A, self.one)
        self.git("update-ref", B, self.one)
        self.repo: Repository = open_repository(path)

    def git(self, *args: str) -> str:
        words = ["git", "-C", str(self.path), *args]
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()

    def commit(self, message: str) -> Oid:
        return Oid(self.git("commit-tree", "-m", message, self.git("write-tree")))

    def values(self) -> dict[RefName, Oid]:
        return read_values(self.repo, [A, B, NEW])

    def transaction(self) -> RefTransaction:
        return RefTransaction(self.repo.acting, "a reason")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "repo")


def failed(place: Place, collect: Callable[[RefTransaction], None]) -> RelmanError:
    before = place.values()
    with place.transaction() as transaction:
        collect(transaction)
        with pytest.raises(RelmanError) as caught:
            transaction.prepare()
    assert place.values() == before
    return caught.value


def test_all_kinds_of_move_in_one_transaction(place: Place) -> None:
    with place.transaction() as transaction:
        transaction.update(A, place.two, place.one)
        transaction.delete(B, place.one)
        transaction.create(NEW, place.two)
        transaction.verify(RefName("refs/heads/none"), None)
        transaction.prepare()
        assert place.values() == {A: place.one, B: place.one}
        transaction.commit()
    assert place.values() == {A: place.two, NEW: place.two}
    assert place.git("log", "-g", "-1", "--format=%gs", "a") == "a reason"
    assert last_mover(place.repo, A).endswith(": a reason")
    assert last_mover(place.repo, NEW) == ""


def test_leaving_without_a_commit_moves_nothing_and_leaves_no_lock(place: Place) -> None:
    with place.transaction() as transaction:
        transaction.update(A, place.two, place.one)
        transaction.prepare()
        assert (place.path / ".git/refs/heads/a.lock").exists()
    assert place.values() == {A: place.one, B: place.one}
    assert list((place.path / ".git").rglob("*.lock")) == []


def test_a_moved_value_is_named(place: Place) -> None:
    error = failed(place, lambda t: t.update(A, place.one, place.two))
    assert (error.kind, error.facts) == (Kind.MOVED, {"ref": A, "is": place.one, "expected": place.two})


def test_a_ref_that_is_there_by_now_is_named(place: Place) -> None:
    error = failed(place, lambda t: t.create(A, place.two))
    assert (error.kind, error.facts) == (Kind.MOVED, {"ref": A, "expected": None})


def test_a_ref_that_is_gone_is_named(place: Place) -> None:
    error = failed(place, lambda t: t.delete(NEW, place.two))
    assert (error.kind, error.facts) == (Kind.MOVED, {"ref": NEW, "is": None})


@pytest.mark.parametrize("value", [None, "two"])
def test_one_wrong_verify_stops_all(place: Place, value: str | None) -> None:
    def collect(transaction: RefTransaction) -> None:
        transaction.create(NEW, place.one)
        transaction.verify(A, place.two if value else None)

    assert failed(place, collect).kind == Kind.MOVED


def test_a_verify_leaves_no_trace(place: Place) -> None:
    reflog = (place.path / ".git/logs/refs/heads/a").read_bytes()
    with place.transaction() as transaction:
        transaction.verify(A, place.one)
        transaction.prepare()
        transaction.commit()
    assert (place.path / ".git/logs/refs/heads/a").read_bytes() == reflog
    assert place.git("reflog", "--format=%H", "-1", "HEAD") == place.one


def test_a_busy_lock_is_named_with_the_command(place: Place) -> None:
    lock = place.path / ".git/refs/heads/a.lock"
    lock.touch()
    error = failed(place, lambda t: t.update(A, place.two, place.one))
    assert (error.kind, error.facts, error.hints[1]) == (
        Kind.MOVED,
        {"lock": str(lock)},
        f"no git is running? then: rm {lock}",
    )


def test_a_name_that_would_be_a_folder_of_another_is_refused(place: Place) -> None:
    error = failed(place, lambda t: t.create(RefName("refs/heads/a/x"), place.two))
    assert (error.kind, error.facts) == (Kind.REFUSED, {"refs": [A, "refs/heads/a/x"]})


def test_two_new_names_that_clash_are_refused(place: Place) -> None:
    def collect(transaction: RefTransaction) -> None:
        transaction.create(RefName("refs/heads/x"), place.two)
        transaction.create(RefName("refs/heads/x/y"), place.two)

    error = failed(place, collect)
    assert (error.kind, error.facts) == (Kind.REFUSED, {"refs": ["refs/heads/x", "refs/heads/x/y"]})


def test_the_hook_is_quoted_even_when_it_says_a_great_deal(place: Place) -> None:
    hook = place.path / ".git/hooks/reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\n[ $1 = prepared ] || exit 0\nyes no | head -n 100000 >&2\nexit 1\n")
    hook.chmod(0o755)
    error = failed(place, lambda t: t.update(A, place.two, place.one))
    assert (error.kind, len(error.cause)) == (Kind.REFUSED, 299_999)


def test_an_object_that_is_not_there_is_refused(place: Place) -> None:
    error = failed(place, lambda t: t.create(NEW, Oid("1" * 40)))
    assert (error.kind, "nonexistent object" in error.cause) == (Kind.REFUSED, True)


def test_unknown_words_are_passed_on() -> None:
    error = refusal("fatal: the moon is in the wrong house\n")
    assert (error.kind, error.cause) == (Kind.REFUSED, "fatal: the moon is in the wrong house")


def test_values_are_of_exact_names(place: Place) -> None:
    place.git("update-ref", "refs/heads/c/d", place.two)
    assert read_values(place.repo, [RefName("refs/heads/c"), A]) == {A: place.one}
    assert read_values(place.repo, []) == {}


def test_a_symbolic_ref_is_refused(place: Place) -> None:
    place.git("symbolic-ref", NEW, A)
    with pytest.raises(RelmanError, match="refs/tags/new is symbolic and points at refs/heads/a"):
        place.values()


def test_a_child_keeps_the_descriptor_and_moves_nothing_when_its_master_dies(place: Place) -> None:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        transaction = RefTransaction(place.repo.acting, "doomed", [writer])
        transaction.update(A, place.two, place.one)
        transaction.prepare()
        os.kill(os.getpid(), signal.SIGKILL)
    os.close(writer)
    os.waitpid(child, 0)
    # The end of the pipe comes when the orphaned git has ended too.
    assert os.read(reader, 1) == b""
    os.close(reader)
    assert place.values() == {A: place.one, B: place.one}
    assert list((place.path / ".git").rglob("*.lock")) == []


@pytest.mark.parametrize(
    ("content", "age", "goes"),
    [(b"", 0, True), (b"new", 1, True), (b"", -1, False), (b"foreign", 1, False)],
)
def test_a_stale_lock_goes_when_it_is_ours_and_young(
    place: Place, content: bytes, age: int, *, goes: bool
) -> None:
    lock = place.path / ".git/refs/heads/b.lock"
    lock.write_bytes(
        {b"new": f"{place.two}\n".encode(), b"foreign": f"{place.one}\n".encode()}.get(content, b"")
    )
    other = place.path / ".git/refs/heads/other.lock"
    other.touch()
    intent = 10**18
    os.utime(lock, ns=(0, intent + age))
    assert remove_stale_locks(place.repo, [(B, place.two)], intent) == ((lock,) if goes else ())
    assert (lock.exists(), other.exists()) == (not goes, True)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wrong=st.integers(0, 5), count=st.integers(1, 5))
def test_all_or_nothing(place: Place, wrong: int, count: int) -> None:
    names = [RefName(f"refs/tags/t{n}") for n in range(count)]
    with place.transaction() as transaction:
        for n, name in enumerate(names):
            if n == wrong:
                transaction.update(name, place.two, place.one)
            else:
                transaction.create(name, place.two)
        if wrong < count:
            with pytest.raises(RelmanError):
                transaction.prepare()
        else:
            transaction.prepare()
            transaction.commit()
    assert set(read_values(place.repo, names)) == (set() if wrong < count else set(names))
    for name in read_values(place.repo, names):
        place.git("update-ref", "-d", name)
