import os
import socket
import subprocess
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from release_case import MAIN, NOW
from relman.errors import Kind, RelmanError
from relman.git.repo import Repository, open_repository
from relman.plan.outcome import RefChange
from relman.plan.plan import Plan, Sealed
from relman.run import lock
from relman.run.journal import (
    Journal,
    Record,
    State,
    folder,
    keep_file,
    new_id,
    next_id,
    prune,
    read_all,
    unpin,
    write,
)

_DAY = 86400


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    subprocess.run(["git", "init", "-q", str(tmp_path / "repo")], check=True)
    return open_repository(tmp_path / "repo")


def made(
    token: str, *, at: int = NOW, state: State = "done", kept: str = "", undoes: str | None = None
) -> Record:
    sealed = Sealed(plan=Plan(operation="hotfix", title="hotfix"), ids={}, hash="1", provisional=False)
    refs = (RefChange(ref=MAIN, old=None, new=None),)
    return Record(
        id=new_id(at, token),
        state=state,
        sealed=sealed,
        refs=refs,
        started=at,
        kept=kept,
        undoes=undoes,
        stamp=1,
    )


def test_ids_sort_by_time() -> None:
    assert new_id(NOW, "8c41e07") == "20260921T141320-8c41e07"
    assert new_id(NOW, "ffff") < new_id(NOW + 1, "0000")


def test_the_next_id_sorts_after_every_other_one_whatever_the_clock_says(repo: Repository) -> None:
    assert next_id(repo, NOW, "f") == new_id(NOW, "f")
    write(repo, made("f"))
    write(repo, replace(made("a"), id="zz-by-hand"))
    assert next_id(repo, NOW, "0") == new_id(NOW + 1, "0")
    assert next_id(repo, NOW - 3600, "0") == new_id(NOW + 1, "0")
    assert next_id(repo, NOW + 9, "0") == new_id(NOW + 9, "0")


def test_a_record_comes_back_as_it_was_written_and_nothing_else_is_left(repo: Repository) -> None:
    record = made("a")
    assert write(repo, record) == record
    assert read_all(repo) == Journal(records=(record,))
    assert [p.name for p in folder(repo).iterdir()] == [f"{record.id}.json"]


def test_the_first_write_takes_the_file_systems_time(repo: Repository) -> None:
    before = folder(repo).parent.parent.stat().st_mtime_ns
    first = write(repo, replace(made("a"), stamp=0))
    assert first.stamp >= before
    assert write(repo, replace(first, state="aborted")).stamp == first.stamp


def test_what_cannot_be_read_is_named_and_stops_only_those_who_act(repo: Repository) -> None:
    good = write(repo, made("a"))
    bad = folder(repo) / "20260921T141320-bad.json"
    bad.write_text("{")
    wrong = folder(repo) / "20260921T141320-wrong.json"
    wrong.write_bytes((folder(repo) / f"{good.id}.json").read_bytes())
    book = read_all(repo)
    assert book.records == (good,)
    assert [line.split(" ")[0] for line in book.unreadable] == [str(bad), str(wrong)]
    with pytest.raises(RelmanError, match=r"20260921T141320-bad\.json is no record") as caught:
        book.checked()
    assert caught.value.kind == Kind.REFUSED


def test_a_newer_state_is_unreadable_not_ignored(repo: Repository) -> None:
    record = made("a")
    write(repo, record)
    file = folder(repo) / f"{record.id}.json"
    file.write_bytes(file.read_bytes().replace(b'"done"', b'"later"'))
    assert len(read_all(repo).unreadable) == 1


def test_an_operation_is_found_by_any_word_that_names_one(repo: Repository) -> None:
    one, two = made("aa"), made("ab", at=NOW + 1)
    book = Journal(records=(one, two))
    assert [book.find(w) for w in (one.id, "ab", "20260921T141321")] == [one, two, two]
    for word in ("2026", "zz", ""):
        with pytest.raises(RelmanError) as caught:
            book.find(word)
        assert caught.value.kind == Kind.USAGE
    assert read_all(repo) == Journal()


def test_undone_by_follows_from_the_others(repo: Repository) -> None:
    one = made("a")
    undo = made("b", at=NOW + 1, undoes=one.id)
    redo = made("c", at=NOW + 2, undoes=undo.id)
    aborted = made("d", at=NOW + 3, undoes=one.id, state="aborted")
    write(repo, one)
    write(repo, undo)
    assert [r.undone_by for r in read_all(repo).records] == [undo.id, None]
    write(repo, redo)
    write(repo, aborted)
    book = read_all(repo)
    assert [r.undone_by for r in book.records] == [None, redo.id, None, None]
    assert book.newest_undoable() == one
    assert book.newest_undone() is None


def test_what_paused_stands_where_it_ended(repo: Repository) -> None:
    paused, cut = made("a"), made("b", at=NOW + 1)
    write(repo, replace(paused, went_on=new_id(NOW + 2, "a")))
    write(repo, cut)
    book = read_all(repo)
    assert [r.id for r in book.records] == [cut.id, paused.id]
    assert book.newest_undoable() == book.find(paused.id)
    assert next_id(repo, NOW, "0") == new_id(NOW + 3, "0")


def test_open_operations(repo: Repository) -> None:
    states: tuple[State, ...] = ("intent", "pushing", "refs", "checkouts", "paused", "done", "aborted")
    for n, state in enumerate(states):
        write(repo, made("a", at=NOW + n, state=state))
    assert [r.state for r in read_all(repo).open_operations()] == list(states[:5])


def pinned(repo: Repository, name: str, words: str = "") -> Path:
    file = keep_file(repo, name)
    file.write_text(words)
    return file


def test_a_pin_goes_unless_another_operation_made_the_same_pack(repo: Repository) -> None:
    one, same, other = made("a", kept="11"), made("b", kept="pack-11"), made("c", kept="22")
    file = pinned(repo, "11")
    unpin(repo, one, [one, same, other])
    assert file.exists()
    unpin(repo, one, [one, replace(same, state="aborted"), other])
    assert not file.exists()


def test_a_pin_that_the_record_does_not_know_yet_is_found_by_the_operations_id(repo: Repository) -> None:
    record = made("a")
    mine, foreign = pinned(repo, "11", f"relman {record.id}\n"), pinned(repo, "22", "somebody\n")
    unpin(repo, record, [record])
    assert (mine.exists(), foreign.exists()) == (False, True)


def test_pins_go_after_ninety_days_and_fifty_operations(repo: Repository) -> None:
    records = [made(f"{n:02}", at=NOW + n * _DAY, kept=f"{n:02}") for n in range(54)]
    records[1] = replace(records[1], state="paused")
    files = [pinned(repo, write(repo, r).kept) for r in records]
    assert prune(repo, now=NOW + 90 * _DAY) == ()
    assert prune(repo, now=NOW + 92 * _DAY + 1) == (records[0].id, records[2].id)
    assert prune(repo, now=NOW + 1000 * _DAY) == (records[3].id,)
    assert [f.exists() for f in files] == [False, True, False, False] + [True] * 50


def test_the_lock_is_for_one_and_names_its_holder(repo: Repository) -> None:
    with lock.hold(repo, argv=("relman", "cut"), now=NOW):
        held = lock.Holder(pid=os.getpid(), host=socket.gethostname(), command="relman cut", start=NOW)
        assert lock.read_holder(lock.path(repo)) == held
        with pytest.raises(RelmanError) as caught, lock.hold(repo, argv=(), now=NOW):
            pass
    assert (caught.value.kind, caught.value.facts) == (Kind.REFUSED, {"holder": msgspec.to_builtins(held)})
    with lock.hold(repo, argv=(), now=NOW):
        pass


def test_a_child_keeps_the_lock_for_as_long_as_it_lives(repo: Repository) -> None:
    with lock.hold(repo, argv=("relman",), now=NOW) as fds:
        child = subprocess.Popen(["cat"], stdin=subprocess.PIPE, pass_fds=fds)
    with pytest.raises(RelmanError), lock.hold(repo, argv=(), now=NOW):
        pass
    child.communicate()
    with lock.hold(repo, argv=(), now=NOW):
        pass


def test_children_of_a_killed_run_are_waited_for(repo: Repository) -> None:
    with lock.hold(repo, argv=("relman",), now=NOW) as fds:
        child = subprocess.Popen(["sleep", "0.3"], pass_fds=fds)
    gone = subprocess.Popen(["true"])
    gone.wait()
    place = lock.path(repo)
    holder = lock.Holder(pid=gone.pid, host=socket.gethostname(), command="relman", start=NOW)
    place.write_bytes(msgspec.json.encode(holder))
    with lock.hold(repo, argv=(), now=NOW):
        assert child.wait() == 0
