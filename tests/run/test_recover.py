import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from killing import killed
from release_case import HOTFIX, MAIN, NOW, OPERATION, RELEASE, Case, git
from relman.errors import Kind, RelmanError
from relman.plan.plan import Plan
from relman.plan.steps import EditFile, Id, PushMove, PushRefs
from relman.run import journal
from relman.run.recover import Settled, settle


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def run_settle(case: Case) -> tuple[Settled, ...]:
    return settle(case.open(), now=NOW)


def record(case: Case) -> journal.Record:
    (found,) = journal.read_all(case.open()).records
    return found


@pytest.mark.parametrize("push", [False, True])
def test_killed_anywhere_it_ends_before_or_after_never_between(tmp_path: Path, push: bool) -> None:  # noqa: FBT001 - pytest's parameter
    case = Case(tmp_path / "case")
    case.save()
    before = case.state()
    names: list[str] = []
    case.run(case.sealed(push=push), push=push, checkpoint=names.append)
    after = case.state()
    first_after = names.index("pushed" if push else "committed")
    for at, expected in enumerate(names):
        case.restore()
        name = killed(lambda c: case.run(case.sealed(push=push), push=push, checkpoint=c), at + 1)
        settled = run_settle(case)
        forward = at >= first_after
        assert name == expected
        assert case.state() == (after if forward else before), name
        assert [s.way for s in settled] == ([] if name == "done" else ["forward" if forward else "back"]), (
            name
        )
        assert (record(case).state, len(case.keeps())) == (("done", 1) if forward else ("aborted", 0)), name
        assert case.locks() == [], name
        assert run_settle(case) == ()


def test_settling_can_itself_be_killed_anywhere(tmp_path: Path) -> None:
    case = Case(tmp_path / "case")
    killed(lambda c: case.run(case.sealed(), checkpoint=c), 5)
    assert record(case).state == "intent"
    case.save()
    names: list[str] = []
    settle(case.open(), now=NOW, checkpoint=names.append)
    after = case.state()
    for at, expected in enumerate(names):
        case.restore()
        assert killed(lambda c: settle(case.open(), now=NOW, checkpoint=c), at + 1) == expected
        run_settle(case)
        assert (record(case).state, case.state()) == ("done", after), expected


def test_locks_of_a_killed_git_are_removed_but_never_older_ones(case: Case) -> None:
    killed(lambda c: case.run(case.sealed(delete=False), checkpoint=c), 4, whole=True)
    left = [
        "HEAD.lock",
        "refs/heads/main.lock",
        "refs/heads/maint.lock",
        "refs/heads/release/1.4.lock",
        "refs/remotes/origin/release/1.4.lock",
        "refs/tags/v1.4.1.lock",
        "refs/tags/v1.4.2.lock",
        "worktrees/linked/HEAD.lock",
    ]
    assert [x for x in case.locks() if x in left] == case.locks()
    old = case.path / ".git/refs/heads/maint.lock"
    os.utime(old, (NOW, NOW - 1))
    foreign = case.path / ".git/refs/heads/release/1.4.lock"
    foreign.write_text(f"{case.trunk}\n")
    (settled,) = run_settle(case)
    assert settled.way == "back"
    assert {str(Path(p).name) for p in settled.unlocked} >= {"main.lock", "v1.4.1.lock", "HEAD.lock"}
    assert [x for x in case.locks() if "worktrees" not in x] == [
        "refs/heads/maint.lock",
        "refs/heads/release/1.4.lock",
    ]


def test_a_ref_that_is_neither_stops_with_a_report(case: Case) -> None:
    killed(lambda c: case.run(case.sealed(), checkpoint=c), 5)
    elsewhere = case.git("commit-tree", "-m", "elsewhere", f"{case.old}^{{tree}}")
    case.git("update-ref", "-m", "by hand", RELEASE, elsewhere)
    before = case.state()
    with pytest.raises(RelmanError) as caught:
        run_settle(case)
    assert caught.value.kind == Kind.MOVED
    assert f"{RELEASE} is {elsewhere} (" in caught.value.message
    assert ": by hand), was" in caught.value.message
    assert case.state() == before
    assert record(case).state == "intent"


def test_some_refs_new_rolls_the_others_forward(case: Case) -> None:
    killed(lambda c: case.run(case.sealed(), checkpoint=c), 4)
    case.git("update-ref", "-d", HOTFIX)
    (settled,) = run_settle(case)
    assert (settled.way, case.git("rev-parse", "maint"), case.git("status", "--porcelain")) == (
        "forward",
        case.new,
        "?? relman.toml",
    )


def test_a_branch_checked_out_since_the_crash_gets_its_files(case: Case) -> None:
    git(case.linked, "switch", "-q", "--detach")
    killed(lambda c: case.run(case.sealed(), checkpoint=c), 4)
    git(case.linked, "switch", "-q", "maint")
    case.git("update-ref", "-d", HOTFIX)
    run_settle(case)
    assert git(case.linked, "status", "--porcelain") == ""
    assert (case.linked / "new/file.txt").exists()


def test_an_interrupted_push_is_looked_up(case: Case) -> None:
    sealed = case.sealed(push=True)
    killed(lambda c: case.run(sealed, push=True, checkpoint=c), 5)
    assert record(case).state == "pushing"
    away = case.bare.rename(case.bare.with_name("away"))
    with pytest.raises(RelmanError, match="origin cannot be asked"):
        run_settle(case)
    assert record(case).state == "pushing"
    away.rename(case.bare)
    git(case.bare, "update-ref", RELEASE, case.trunk)
    with pytest.raises(RelmanError, match="neither as before nor as planned") as caught:
        run_settle(case)
    assert caught.value.kind == Kind.MOVED
    git(case.bare, "update-ref", RELEASE, case.old)
    assert [s.way for s in run_settle(case)] == ["back"]


def test_recovery_publishes_nothing_new(case: Case) -> None:
    forward = PushRefs(remote="origin", moves=(PushMove(ref=MAIN, expect=case.trunk, new=Id(oid=case.new)),))
    plan = case.sealed(push=True).plan
    sealed = case.seal(replace(plan, steps=(*plan.steps, forward)))
    killed(lambda c: case.run(sealed, push=True, checkpoint=c), 9)
    (settled,) = run_settle(case)
    assert settled.outcome.left == (f"not pushed to origin: relman push {OPERATION}",)
    assert [p.result for p in record(case).pushes] == ["pushed", "skipped"]
    assert git(case.bare, "rev-parse", MAIN) == case.trunk


def test_an_operation_on_files_alone_is_settled_by_the_files(case: Case) -> None:
    steps = (
        EditFile(path="one", before=None, after=b"1"),
        EditFile(path="two", before=None, after=b"2"),
    )
    sealed = case.seal(Plan(operation="init", title="init", steps=steps))
    name = killed(lambda c: case.run(sealed, checkpoint=c), 8)
    assert name == "file one"
    assert [s.way for s in run_settle(case)] == ["forward"]
    assert (case.path / "two").read_bytes() == b"2"


def test_a_paused_operation_waits_for_its_person(case: Case) -> None:
    killed(lambda c: case.run(case.sealed(), checkpoint=c), 1)
    paused = journal.write(case.open(), replace(record(case), state="paused"))
    assert run_settle(case) == ()
    assert record(case) == paused
