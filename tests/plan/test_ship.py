from relman.model.history import Person
from relman.model.names import Oid, RefName
from relman.plan.plan import Base, Pick, TargetPlan
from relman.plan.ship import BranchMove, Change, Shipment, Stamp, TagText, ship
from relman.plan.steps import (
    Id,
    Label,
    Merged,
    MoveRef,
    PathEdit,
    Picked,
    WriteCommit,
    WriteTag,
    Written,
)

START, TREE, AFTER, FIX, TAGGED = (Oid(c * 40) for c in "abcde")
BRANCH = RefName("refs/heads/release/1.4")
TAG = RefName("refs/tags/v1.4.1")
ANN = Person(name="Ann", email="ann@example.com", when=1, offset=0)
VERSION = PathEdit(path="VERSION", content=b"1.4.1\n")
BASE = Base(name="v1.4.0", commit=START)


def shipment(
    *,
    changes: tuple[Change, ...] = (),
    picks: tuple[Pick, ...] = (),
    stamp: Stamp | None = None,
    tag: TagText | None = None,
    branch: BranchMove | None = None,
) -> Shipment:
    return Shipment(
        line="1.4",
        base=BASE,
        start=START,
        start_tree=TREE,
        changes=changes,
        picks=picks,
        stamp=stamp,
        tag=tag,
        branch=branch,
        version="1.4.1",
        ships=(FIX,),
        notes="## 1.4.1\n",
    )


PICK = Change(tree=AFTER, message="fix\n", origin=Picked(source=FIX, picked=FIX), author=ANN)


def test_a_commit_that_a_pick_has_already_is_not_given_to_the_next() -> None:
    by_hand = Pick(source=FIX, picked=FIX, subject="x", rung="conflict", tree=TREE, commit=Id(oid=TAGGED))
    rest = Pick(source=START, picked=START, subject="y", rung="clean", tree=AFTER)
    changes = (Change(tree=TREE, message="", origin=PICK.origin, taken=TAGGED), PICK)
    done = ship(shipment(changes=changes, picks=(by_hand, rest)))
    assert [pick.commit for pick in done.target.picks] == [Id(oid=TAGGED), Label(name="1.4/2")]


def test_changes_then_the_release_commit_then_refs() -> None:
    done = ship(
        shipment(
            changes=(PICK,),
            stamp=Stamp(message="release\n", edits=(VERSION,)),
            tag=TagText(name="v1.4.1", message="notes\n"),
            branch=BranchMove(ref=BRANCH, old=START),
        )
    )
    assert done.steps == (
        WriteCommit(
            label="1.4/1",
            tree=AFTER,
            parents=(Id(oid=START),),
            message="fix\n",
            origin=PICK.origin,
            author=ANN,
        ),
        WriteCommit(
            label="1.4/release",
            tree=AFTER,
            parents=(Label(name="1.4/1"),),
            message="release\n",
            origin=Written(),
            edits=(VERSION,),
        ),
        WriteTag(label="1.4/tag", name="v1.4.1", target=Label(name="1.4/release"), message="notes\n"),
        MoveRef(ref=BRANCH, old=START, new=Label(name="1.4/release")),
        MoveRef(ref=TAG, old=None, new=Label(name="1.4/tag")),
    )
    assert done.target == TargetPlan(
        line="1.4",
        base=BASE,
        branch=BRANCH,
        version="1.4.1",
        tag="v1.4.1",
        tip=Label(name="1.4/release"),
        ships=(FIX,),
        notes="## 1.4.1\n",
    )


def test_without_edits_the_tag_stands_on_what_is_there_and_no_branch_moves() -> None:
    done = ship(
        shipment(
            stamp=Stamp(message="release\n", edits=()),
            tag=TagText(name="v1.4.1", message="notes\n"),
            branch=BranchMove(ref=BRANCH, old=START),
        )
    )
    assert done.steps == (
        WriteTag(label="1.4/tag", name="v1.4.1", target=Id(oid=START), message="notes\n"),
        MoveRef(ref=TAG, old=None, new=Label(name="1.4/tag")),
    )


def test_a_prepared_release_is_committed_even_without_edits() -> None:
    done = ship(shipment(stamp=Stamp(message="release\n", edits=(), always=True)))
    assert [type(step) for step in done.steps] == [WriteCommit]


def test_a_lightweight_tag_is_only_a_ref() -> None:
    done = ship(shipment(tag=TagText(name="v1.4.1", message="notes\n", annotated=False)))
    assert done.steps == (MoveRef(ref=TAG, old=None, new=Id(oid=START)),)


def test_a_merge_has_the_merged_commit_as_second_parent() -> None:
    merge = Change(tree=AFTER, message="merge\n", origin=Merged(commit=TAGGED), merges=TAGGED)
    [commit] = ship(shipment(changes=(merge,))).steps
    assert isinstance(commit, WriteCommit)
    assert commit.parents == (Id(oid=START), Id(oid=TAGGED))
