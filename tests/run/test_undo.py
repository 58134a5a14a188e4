from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from release_case import HOTFIX, MAINTENANCE, OPERATION, RELEASE, TAG, Case, git
from relman.errors import Kind, RelmanError
from relman.git.refs import read_values
from relman.git.remote import ls_remote
from relman.model.names import Oid, RefName
from relman.plan.outcome import RefChange
from relman.plan.plan import Plan, Sealed
from relman.plan.steps import EditFile, Id, MoveRef, PushMove, PushRefs, Step
from relman.run import journal
from relman.run.undo import undo_plan

_OIDS = (Oid("1" * 40), Oid("2" * 40))
UNDO = "20260921T141321-0000001"
REDO = "20260921T141322-0000002"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def plan_of(case: Case, word: str, *, remote: bool = False) -> Plan:
    repo = case.open()
    record = journal.read_all(repo).find(word)
    values = read_values(repo, [c.ref for c in record.refs])
    return undo_plan(record, values, remotes={"origin": ls_remote(repo, "origin")}, remote=remote)


def test_the_plan_swaps_every_move(case: Case) -> None:
    case.run(case.sealed())
    assert plan_of(case, OPERATION) == Plan(
        operation="undo",
        title="undo hotfix v1.4.1",
        steps=(
            MoveRef(ref=HOTFIX, old=None, new=Id(oid=case.old)),
            MoveRef(ref=TAG, old=case.tag, new=None),
            MoveRef(ref=MAINTENANCE, old=case.new, new=Id(oid=case.old)),
            MoveRef(ref=RELEASE, old=case.new, new=Id(oid=case.old)),
            EditFile(path="relman.toml", before=b"[tags]\n", after=None),
        ),
        undoes=OPERATION,
    )


def test_apply_then_undo_restores_every_ref_and_tracked_byte_and_redo_brings_them_again(case: Case) -> None:
    before = case.state()
    case.run(case.sealed())
    after = case.state()
    case.run(case.seal(plan_of(case, OPERATION)), operation_id=UNDO)
    assert case.state() == before
    again = plan_of(case, UNDO)
    assert (again.operation, again.title, again.undoes) == ("redo", "redo hotfix v1.4.1", UNDO)
    case.run(case.seal(again), operation_id=REDO)
    assert case.state() == after


@given(
    st.dictionaries(
        st.sampled_from([RELEASE, MAINTENANCE, TAG, HOTFIX]),
        st.tuples(st.sampled_from([None, *_OIDS]), st.sampled_from([None, *_OIDS])),
    ),
    st.lists(st.tuples(st.none() | st.binary(max_size=3), st.none() | st.binary(max_size=3)), max_size=3),
)
def test_undoing_twice_gives_the_same_moves_again(
    moves: dict[RefName, tuple[Oid | None, Oid | None]], files: list[tuple[bytes | None, bytes | None]]
) -> None:
    steps: list[Step] = [
        MoveRef(ref=r, old=o, new=Id(oid=n) if n else None) for r, (o, n) in moves.items() if o != n
    ]
    steps += [EditFile(path=f"f{n}", before=b, after=a) for n, (b, a) in enumerate(files)]
    plan = Plan(operation="hotfix", title="hotfix v1", steps=tuple(steps))
    undo = undo_plan(done(plan), {r: n for r, (_, n) in moves.items() if n})
    redo = undo_plan(done(undo), {r: o for r, (o, _) in moves.items() if o})
    assert (redo.steps, redo.title) == (plan.steps, "redo hotfix v1")


def done(plan: Plan) -> journal.Record:
    moves = [(m, m.new) for m in plan.moves()]
    return journal.Record(
        id=OPERATION,
        state="done",
        sealed=Sealed(plan=plan, ids={}, hash="", provisional=False),
        refs=tuple(
            RefChange(ref=m.ref, old=m.old, new=n.oid if isinstance(n, Id) else None) for m, n in moves
        ),
        started=0,
    )


@pytest.mark.parametrize("state", ["intent", "refs", "paused", "aborted"])
def test_only_what_is_done_can_be_undone(state: journal.State) -> None:
    plan = Plan(operation="hotfix", title="hotfix v1")
    with pytest.raises(RelmanError) as caught:
        undo_plan(replace(done(plan), state=state), {})
    assert caught.value.kind == Kind.REFUSED


def test_the_journal_knows_what_stands(case: Case) -> None:
    def standing() -> tuple[str | None, str | None]:
        book = journal.read_all(case.open())
        undoable, undone = book.newest_undoable(), book.newest_undone()
        return (undoable.id if undoable else None, undone.id if undone else None)

    assert standing() == (None, None)
    case.run(case.sealed())
    assert standing() == (OPERATION, None)
    case.run(case.seal(plan_of(case, OPERATION)), operation_id=UNDO)
    assert standing() == (None, UNDO)
    with pytest.raises(RelmanError, match=f"was undone already, by {UNDO}"):
        plan_of(case, OPERATION)
    case.run(case.seal(plan_of(case, UNDO)), operation_id=REDO)
    assert standing() == (OPERATION, None)


def test_where_refs_moved_on_none_is_changed_and_all_are_named(case: Case) -> None:
    case.run(case.sealed())
    elsewhere = case.git("commit-tree", "-m", "elsewhere", f"{case.old}^{{tree}}")
    case.git("update-ref", "refs/heads/hotfix/1.4.1", elsewhere)
    case.git("tag", "-d", "v1.4.1")
    with pytest.raises(RelmanError) as caught:
        plan_of(case, OPERATION)
    assert caught.value.kind == Kind.MOVED
    assert caught.value.facts["refs"] == [TAG, HOTFIX]


def test_undo_keeps_its_hands_off_changed_files(case: Case) -> None:
    case.run(case.sealed())
    (case.path / "app.txt").write_text("mine\n")
    before = case.state()
    with pytest.raises(RelmanError) as caught:
        case.run(case.seal(plan_of(case, OPERATION)), operation_id=UNDO)
    assert (caught.value.kind, caught.value.facts["paths"]) == (Kind.REFUSED, ["app.txt"])
    assert case.state() == before


@pytest.mark.parametrize("there", [b"[tags]\n", b"another\n", None])
def test_files_go_back_where_they_were_written_whatever_worktree_it_is_typed_in(
    case: Case, there: bytes | None
) -> None:
    before = case.state()
    case.run(case.sealed())
    file = case.linked / "relman.toml"
    if there is not None:
        file.write_bytes(there)
    sealed, path = case.seal(plan_of(case, OPERATION)), case.path
    case.path = case.linked
    case.run(sealed, operation_id=UNDO)
    case.path = path
    assert (file.read_bytes() if file.exists() else None) == there
    file.unlink(missing_ok=True)
    assert case.state() == before


def test_what_is_published_is_not_taken_back_in_silence(case: Case) -> None:
    case.run(case.sealed(push=True), push=True)
    with pytest.raises(RelmanError) as caught:
        plan_of(case, OPERATION)
    assert caught.value.kind == Kind.REFUSED
    assert caught.value.hints == (
        f"relman undo {OPERATION} --remote",
        "relman withdraw v1.4.1 --reason TEXT",
    )


def test_a_tag_that_was_pushed_by_hand_counts_as_published(case: Case) -> None:
    case.run(case.sealed())
    case.git("push", "-q", "origin", "v1.4.1")
    with pytest.raises(RelmanError, match=r"is published \(v1\.4\.1 on origin\)"):
        plan_of(case, OPERATION)


def test_the_remote_goes_back_when_asked_to(case: Case) -> None:
    before = case.state()
    case.run(case.sealed(push=True), push=True)
    plan = plan_of(case, OPERATION, remote=True)
    assert plan.pushes() == (
        PushRefs(
            remote="origin",
            moves=(
                PushMove(ref=RELEASE, expect=case.new, new=Id(oid=case.old)),
                PushMove(ref=TAG, expect=case.tag, new=None),
                PushMove(ref=HOTFIX, expect=None, new=Id(oid=case.old)),
            ),
        ),
    )
    case.run(case.seal(plan), push=True, operation_id=UNDO)
    assert case.state() == before


def test_a_remote_that_moved_on_is_left_alone(case: Case) -> None:
    case.run(case.sealed(push=True), push=True)
    git(case.bare, "update-ref", RELEASE, case.trunk)
    with pytest.raises(RelmanError, match=f"{RELEASE} on origin is {case.trunk}, not {case.new}") as caught:
        plan_of(case, OPERATION, remote=True)
    assert caught.value.kind == Kind.MOVED
