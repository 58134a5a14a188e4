import os
import resource
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from release_case import HOTFIX, MAIN, MAINTENANCE, NOW, OPERATION, RELEASE, TAG, Case, git
from relman.errors import Kind, RelmanError
from relman.model.names import RefName
from relman.plan.steps import EditFile, Id, MoveRef, PushMove, PushRefs
from relman.run import journal, lock
from relman.run.execute import execute
from relman.run.recover import settle


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def record(case: Case) -> journal.Record:
    (found,) = journal.read_all(case.open()).records
    return found


def refused(case: Case, kind: Kind, act: Callable[[], object]) -> RelmanError:
    """Runs what must be refused, and shows that it changed nothing anywhere."""
    before = case.state()
    with pytest.raises(RelmanError) as caught:
        act()
    assert caught.value.kind == kind, caught.value.message
    assert case.state() == before
    assert case.locks() == []
    assert not any(r.open for r in journal.read_all(case.open()).records)
    return caught.value


def test_a_branch_in_a_locked_worktree_that_is_not_there_is_refused(case: Case) -> None:
    sealed = case.sealed()
    git(case.path, "worktree", "lock", str(case.linked))
    moved = case.linked.rename(case.linked.with_name("away"))
    with pytest.raises(RelmanError) as caught:
        case.run(sealed)
    assert (caught.value.kind, caught.value.message) == (
        Kind.REFUSED,
        f"maint is checked out in {case.linked}, and that folder is not there",
    )
    assert not any(r.open for r in journal.read_all(case.open()).records)
    moved.rename(case.linked)
    assert case.run(sealed).left == ()


def test_a_plan_moves_refs_worktrees_and_files(case: Case) -> None:
    outcome = case.run(case.sealed())
    state = case.state()
    assert outcome.left == ()
    assert [c.path for c in outcome.checkouts] == [str(case.path), str(case.linked)]
    assert state.refs.splitlines() == [
        f"refs/heads/main {case.trunk}",
        f"refs/heads/maint {case.new}",
        f"refs/heads/release/1.4 {case.new}",
        f"refs/tags/v1.4.1 {case.tag}",
    ]
    files = {"app.txt": (0, b"one, mended\r\n"), "run.sh": (0, b"#!/bin/sh\n"), "new/file.txt": (0, b"new\n")}
    assert state.trees == {"repo": files, "linked": files}
    assert state.status == {"repo": "", "linked": ""}
    assert state.config == b"[tags]\n"
    assert record(case).state == "done"
    assert case.keeps() == [f"pack-{record(case).kept}.keep"]
    assert case.git("log", "-g", "-1", "--format=%gs", "release/1.4") == "relman: hotfix v1.4.1"


def test_every_write_has_a_checkpoint(case: Case) -> None:
    names: list[str] = []
    case.run(case.sealed(push=True), push=True, checkpoint=names.append)
    assert names == [
        "intent",
        "published",
        "recorded pack",
        "prepared",
        "recorded pushing",
        "pushed",
        "recorded push",
        "committed",
        "recorded refs",
        f"checkout {case.path}",
        f"checkout {case.linked}",
        "recorded checkouts",
        "file relman.toml",
        "done",
    ]


def test_nothing_is_visible_before_the_commit_and_all_of_it_after(case: Case) -> None:
    before, at = case.state(), {}
    case.run(case.sealed(), checkpoint=lambda name: at.update({name: case.git("for-each-ref", "refs/heads")}))
    assert at["prepared"] == at["intent"] != at["committed"]
    assert case.state() != before


def test_a_push_and_its_local_half_are_one(case: Case) -> None:
    outcome = case.run(case.sealed(push=True), push=True)
    assert [p.result for p in outcome.pushes] == ["pushed"]
    assert case.state().remote.splitlines() == [
        f"refs/heads/main {case.trunk}",
        f"refs/heads/release/1.4 {case.new}",
        f"refs/tags/v1.4.1 {case.tag}",
    ]
    tracking = case.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/remotes").splitlines()
    assert tracking == [
        f"refs/remotes/origin/main {case.trunk}",
        f"refs/remotes/origin/release/1.4 {case.new}",
    ]


def test_without_push_the_remote_is_left_alone(case: Case) -> None:
    before = case.state().remote
    assert case.run(case.sealed(push=True), push=False).pushes == ()
    assert case.state().remote == before


@pytest.mark.parametrize("ref", [RELEASE, MAIN])
def test_a_ref_that_moved_since_planning_stops_everything(case: Case, ref: RefName) -> None:
    sealed = case.sealed()
    elsewhere = case.git("commit-tree", "-m", "elsewhere", f"{case.old}^{{tree}}")
    case.git("update-ref", ref, elsewhere)
    error = refused(case, Kind.MOVED, lambda: case.run(sealed))
    was = {RELEASE: case.old, MAIN: case.trunk}[ref]
    assert error.facts["moved"] == [{"ref": ref, "is": elsewhere, "expected": was}]
    assert journal.read_all(case.open()).records == ()


@pytest.mark.parametrize("push", [False, True], ids=["local", "pushed"])
@pytest.mark.parametrize("ref", [MAINTENANCE, MAIN])
def test_a_ref_that_moves_during_the_run_stops_everything(case: Case, ref: RefName, *, push: bool) -> None:
    case.git("switch", "-q", "--detach")
    git(case.linked, "switch", "-q", "--detach")
    elsewhere = case.git("commit-tree", "-m", "elsewhere", f"{case.old}^{{tree}}")
    old, there = case.git("rev-parse", ref), case.state().remote

    def somebody(name: str) -> None:
        if name == "recorded pack":
            case.git("update-ref", ref, elsewhere)

    with pytest.raises(
        RelmanError, match=f"is at {elsewhere[:12]}, and the plan expected {old[:12]}"
    ) as caught:
        case.run(case.sealed(push=push), push=push, checkpoint=somebody)
    assert caught.value.kind == Kind.MOVED
    assert (record(case).state, case.keeps()) == ("aborted", [])
    assert (case.git("rev-parse", RELEASE), case.state().remote) == (case.old, there)


def test_the_reference_transaction_hook_may_refuse(case: Case) -> None:
    case.hook("reference-transaction", 'if [ $1 = prepared ]; then echo "not on a Friday" >&2; exit 1; fi')
    error = refused(case, Kind.REFUSED, lambda: case.run(case.sealed()))
    assert error.cause == "not on a Friday"
    assert (record(case).state, case.keeps()) == ("aborted", [])


def test_hooks_see_no_deletion_of_what_is_only_relied_on(case: Case) -> None:
    case.hook("reference-transaction", "cat >> ../seen")
    case.run(case.sealed())
    lines = {
        line for line in (case.path.parent / "seen").read_text().splitlines() if line.endswith(f" {MAIN}")
    }
    assert lines == {f"{case.trunk} {case.trunk} {MAIN}"}


def test_the_pre_push_hook_may_refuse(case: Case) -> None:
    case.hook("pre-push", 'echo "tests are red" >&2; exit 1')
    error = refused(case, Kind.REFUSED, lambda: case.run(case.sealed(push=True), push=True))
    assert "tests are red" in error.cause
    assert (record(case).state, case.keeps()) == ("aborted", [])


@pytest.mark.parametrize("url", ["file", "daemon"])
def test_a_remote_that_refuses_one_ref_gets_none(case: Case, url: str, daemon: Callable[[Path], str]) -> None:
    if url == "daemon":
        case.git("remote", "set-url", "origin", daemon(case.bare))
    case.hook("update", 'case $1 in refs/tags/*) echo "tags are mine"; exit 1;; esac', bare=True)
    error = refused(case, Kind.MOVED, lambda: case.run(case.sealed(push=True), push=True))
    assert "refs/tags/v1.4.1 [remote rejected] (hook declined)" in error.message
    assert RELEASE not in error.message
    assert "tags are mine" in error.cause
    assert (record(case).state, record(case).pushes[0].result) == ("aborted", "refused")


def test_a_colleague_who_was_first_is_named(case: Case) -> None:
    theirs = case.git("commit-tree", "-p", case.old, "-m", "theirs", f"{case.old}^{{tree}}")
    sealed = case.sealed(push=True)
    case.git("push", "-q", f"file://{case.bare}", f"{theirs}:{RELEASE}")
    error = refused(case, Kind.MOVED, lambda: case.run(sealed, push=True))
    assert f"{RELEASE} [rejected] (stale info) (it is at {theirs[:12]} there, " in error.message


def test_a_tag_that_is_taken_on_the_remote_is_not_replaced(case: Case) -> None:
    git(case.bare, "update-ref", TAG, case.old)
    error = refused(case, Kind.MOVED, lambda: case.run(case.sealed(push=True), push=True))
    assert f"{TAG} [rejected] (stale info)" in error.message


def test_a_remote_without_atomic_pushes_is_never_tried_without(case: Case) -> None:
    git(case.bare, "config", "receive.advertiseAtomic", "false")
    error = refused(case, Kind.REFUSED, lambda: case.run(case.sealed(push=True), push=True))
    assert "origin does not offer atomic pushes" in error.message


def test_several_push_urls_are_refused_before_the_intent(case: Case) -> None:
    for url in ("one", "two"):
        case.git("remote", "set-url", "--add", "--push", "origin", url)
    refused(case, Kind.REFUSED, lambda: case.run(case.sealed(push=True), push=True))
    assert journal.read_all(case.open()).records == ()


def test_a_lost_answer_leaves_the_operation_open_and_moves_nothing_here(case: Case) -> None:
    before = case.state()

    def cut(name: str) -> None:
        if name == "recorded pushing":
            case.bare.rename(case.bare.with_name("away"))

    with pytest.raises(RelmanError) as caught:
        case.run(case.sealed(push=True), push=True, checkpoint=cut)
    case.bare.with_name("away").rename(case.bare)
    assert (caught.value.kind, caught.value.hints) == (Kind.MOVED, ("relman resume",))
    assert (record(case).state, record(case).pushes[0].result) == ("pushing", "unknown")
    assert case.state() == before


def test_a_push_that_was_taken_is_never_called_undone_here(case: Case) -> None:
    def strike(name: str) -> None:
        if name == "recorded push":
            (child,) = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
            os.kill(int(child), signal.SIGKILL)

    sealed = case.sealed(push=True, delete=False)
    with pytest.raises(RelmanError) as caught:
        case.run(sealed, push=True, checkpoint=strike)
    assert (caught.value.kind, caught.value.hints) == (Kind.MOVED, ("relman resume",))
    assert caught.value.message.endswith(f"operation {OPERATION} is open")
    (settled,) = settle(case.open(), now=NOW)
    assert (settled.way, case.git("rev-parse", TAG), case.git("rev-parse", RELEASE)) == (
        "forward",
        case.tag,
        case.new,
    )


def test_a_file_that_is_changed_at_the_last_moment_is_kept_and_the_rest_waits(case: Case) -> None:
    def somebody(name: str) -> None:
        if name == "committed":
            (case.linked / "app.txt").write_text("mine\n")

    outcome = case.run(case.sealed(), checkpoint=somebody)
    assert (case.linked / "app.txt").read_text() == "mine\n"
    assert outcome.left[0].startswith(f"{case.linked} does not show the new maint yet: ")
    assert outcome.left[1:] == ("relman resume tries again",)
    assert record(case).state == "refs"
    (case.linked / "app.txt").write_text("one\n")
    (settled,) = settle(case.open(), now=NOW)
    assert (settled.way, settled.outcome.left, record(case).state) == ("forward", (), "done")
    assert case.state().status == {"repo": "", "linked": ""}


def test_a_second_push_that_is_refused_stays_a_debt(case: Case) -> None:
    case.hook("update", "[ $1 != refs/heads/main ]", bare=True)
    forward = PushRefs(remote="origin", moves=(PushMove(ref=MAIN, expect=case.trunk, new=Id(oid=case.new)),))
    sealed = case.sealed(push=True)
    sealed = case.seal(replace(sealed.plan, steps=(*sealed.plan.steps, forward)))
    outcome = case.run(sealed, push=True)
    assert [p.result for p in outcome.pushes] == ["pushed", "refused"]
    assert outcome.left == ("origin did not take main: [remote rejected] (hook declined)",)
    assert record(case).state == "done"


@pytest.mark.parametrize("name", ["app.txt", "new/file.txt"])
def test_a_changed_path_that_would_change_is_refused(case: Case, name: str) -> None:
    file = case.linked / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("mine\n")
    error = refused(case, Kind.REFUSED, lambda: case.run(case.sealed()))
    assert error.facts == {"worktree": str(case.linked), "paths": [name]}
    assert journal.read_all(case.open()).records == ()


def test_changes_elsewhere_in_the_tree_stay(case: Case) -> None:
    (case.path / "mine.txt").write_text("mine\n")
    case.git("add", "mine.txt")
    case.run(case.sealed())
    assert case.git("status", "--porcelain") == "A  mine.txt\n?? relman.toml"


def test_a_branch_that_is_checked_out_is_not_deleted(case: Case) -> None:
    git(case.linked, "switch", "-q", "hotfix/1.4.1")
    error = refused(case, Kind.REFUSED, lambda: case.run(case.sealed()))
    assert error.facts == {"worktree": str(case.linked), "ref": HOTFIX}


def test_a_branch_in_the_middle_of_a_rebase_is_not_moved(case: Case) -> None:
    git(case.linked, "-c", "sequence.editor=echo break >", "rebase", "-q", "-i", "HEAD")
    error = refused(case, Kind.REFUSED, lambda: case.run(case.sealed()))
    assert "maint is in the middle of a rebase" in error.message


def test_a_symbolic_ref_is_not_overwritten(case: Case) -> None:
    case.git("symbolic-ref", TAG, MAIN)
    error = refused(case, Kind.REFUSED, lambda: case.run(case.sealed()))
    assert f"{TAG} is symbolic" in error.message


def test_a_file_that_changed_since_planning_is_refused(case: Case) -> None:
    (case.path / "relman.toml").write_text("mine\n")
    error = refused(case, Kind.MOVED, lambda: case.run(case.sealed()))
    assert error.message == "relman.toml changed since the plan was made"


def test_a_busy_ref_lock_is_named_and_left(case: Case) -> None:
    held = case.path / ".git/refs/heads/maint.lock"
    held.touch()
    with pytest.raises(RelmanError) as caught:
        case.run(case.sealed())
    assert (caught.value.kind, caught.value.facts) == (Kind.MOVED, {"lock": str(held)})
    assert held.exists()
    assert record(case).state == "aborted"


def test_an_unborn_branch_gets_its_files(tmp_path: Path) -> None:
    case = Case(tmp_path)
    case.git("switch", "-q", "--orphan", "fresh")
    move = MoveRef(ref=RefName("refs/heads/fresh"), old=None, new=Id(oid=case.new))
    plan = replace(case.sealed().plan, steps=(move,), expects=())
    case.run(case.seal(plan))
    assert case.git("status", "--porcelain") == ""
    assert (case.path / "app.txt").read_bytes() == b"one, mended\r\n"


def test_a_second_run_is_refused_and_told_who_is_at_work(case: Case) -> None:
    with lock.hold(case.open(), argv=("relman", "cut"), now=NOW):
        error = refused(case, Kind.REFUSED, lambda: case.run(case.sealed()))
    assert error.message == (
        "another relman is at work in this repository "
        f"(process {os.getpid()} on {socket.gethostname()}, since 2026-09-21 14:13:20 UTC: relman cut)"
    )


def test_of_two_runs_at_once_one_wins_whole(case: Case) -> None:
    sealed = case.sealed()
    children = []
    for n in range(2):
        child = os.fork()
        if child == 0:
            try:
                case.run(sealed, operation_id=f"20260921T141320-000000{n}")
            except RelmanError as e:
                os._exit(int(e.kind))
            os._exit(0)
        children.append(child)
    codes = sorted(os.waitstatus_to_exitcode(os.waitpid(c, 0)[1]) for c in children)
    assert codes[0] == 0
    assert codes[1] in (Kind.MOVED, Kind.REFUSED)
    assert [r.state for r in journal.read_all(case.open()).records] == ["done"]
    assert case.state().status == {"repo": "", "linked": ""}


def test_an_open_operation_is_not_stepped_over(case: Case) -> None:
    def die(name: str) -> None:
        if name == "intent":
            os._exit(9)

    child = os.fork()
    if child == 0:
        case.run(case.sealed(), checkpoint=die)
    os.waitpid(child, 0)
    with pytest.raises(RelmanError) as caught:
        case.run(case.sealed(), operation_id="20260921T141321-0000000")
    assert (caught.value.kind, caught.value.hints) == (Kind.MOVED, ("relman resume", "relman abort"))


def test_ctrl_c_waits_until_the_refs_are_read_again(case: Case) -> None:
    seen: list[str] = []

    def interrupt(name: str) -> None:
        seen.append(name)
        if name == "prepared":
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        case.run(case.sealed(), checkpoint=interrupt)
    assert seen[-1] == "recorded refs"
    assert record(case).state == "refs"


def test_a_full_disk_moves_nothing(case: Case) -> None:
    before = case.state()
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))
        try:
            case.run(case.sealed())
        except RelmanError as e:
            os._exit(int(e.kind))
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == Kind.REFUSED
    assert case.state() == before
    assert journal.read_all(case.open()).records == ()


def test_objects_that_cannot_be_written_move_nothing(case: Case) -> None:
    def full(_fds: object) -> str:
        raise OSError(28, "No space left on device")

    error = refused(
        case,
        Kind.REFUSED,
        lambda: execute(case.open(), case.sealed(), full, operation_id=OPERATION, now=NOW, push=False),
    )
    assert error.cause == "[Errno 28] No space left on device"
    assert record(case).state == "aborted"


def test_a_provisional_plan_is_never_carried_out(case: Case) -> None:
    refused(case, Kind.INTERNAL, lambda: case.run(replace(case.sealed(), provisional=True)))


def test_a_new_hook_script_can_run_and_a_known_one_keeps_its_mode(case: Case) -> None:
    old = case.path / "known.sh"
    old.write_bytes(b"#!/bin/sh\n")
    old.chmod(0o700)
    steps = (
        EditFile(path=".git/hooks/commit-msg", before=None, after=b"#!/bin/sh\nexit 0\n"),
        EditFile(path="known.sh", before=b"#!/bin/sh\n", after=b"#!/bin/sh\nexit 1\n"),
    )
    case.run(case.sealed(more=steps))
    assert os.access(case.path / ".git/hooks/commit-msg", os.X_OK)
    assert (old.stat().st_mode & 0o777, old.read_bytes()) == (0o700, b"#!/bin/sh\nexit 1\n")


@pytest.mark.parametrize("path", ["../out", "/etc/relman", "link/file", "app.txt/file"])
def test_files_outside_the_work_tree_are_refused(case: Case, path: str) -> None:
    (case.path / "link").symlink_to(case.path.parent)
    step = EditFile(path=path, before=None, after=b"x")
    refused(case, Kind.REFUSED, lambda: case.run(case.sealed(more=(step,))))


@pytest.fixture
def daemon() -> Iterator[Callable[[Path], str]]:
    """Serves the folder of a bare repository by git's own protocol, for writing too."""
    started: list[subprocess.Popen[bytes]] = []

    def serve(bare: Path) -> str:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        words = ["--reuseaddr", "--export-all", "--enable=receive-pack", f"--base-path={bare.parent}"]
        where = ["--listen=127.0.0.1", f"--port={port}", str(bare.parent)]
        # Not `git daemon`: that is a parent which would leave its child behind.
        program = subprocess.run(
            ["git", "--exec-path"], capture_output=True, text=True, check=True
        ).stdout.strip()
        started.append(subprocess.Popen([f"{program}/git-daemon", *words, *where], stderr=subprocess.DEVNULL))
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        return f"git://127.0.0.1:{port}/{bare.name}"

    yield serve
    for process in started:
        process.terminate()
        process.wait()
