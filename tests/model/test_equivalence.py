"""Whether two commits carry the same change: each sign, and how sure it makes."""

import pytest

from relman.model.equivalence import Changes, Evidence
from relman.model.names import Oid
from small_history import Small, oid


def changes(small: Small, *ports: str, patches: dict[str, str] | None = None) -> Changes:
    known = {oid(label): patch for label, patch in (patches or {}).items()}
    return Changes(small.graph, map(oid, ports), known.get)


def picked(*labels: str) -> str:
    return "fix: a\n\n" + "\n".join(f"(cherry picked from commit {oid(label)})" for label in labels)


def ports() -> Small:
    small = Small()
    small.add("fix", message="fix: a", paths="a")
    small.add("port", message=picked("fix"), paths="a")
    small.add("other", message=picked("fix"), paths="a")
    return small


def test_the_same_commit_is_certain() -> None:
    known = changes(ports(), "fix")
    wanted = Evidence(commit=oid("fix"), certainty="certain", how="the same commit")
    assert (known.like(oid("fix")), known.carries(oid("fix"))) == (wanted, wanted)


@pytest.mark.parametrize(("one", "two"), [("fix", "port"), ("port", "fix")])
def test_a_trailer_is_certain_with_the_patch_and_a_claim_without(one: str, two: str) -> None:
    same = changes(ports(), two, patches={"fix": "p", "port": "p"})
    wanted = Evidence(
        commit=oid(two), certainty="certain", how="cherry picked from it, with the same patch-id"
    )
    assert (same.like(oid(one)), same.carries(oid(one))) == (wanted, wanted)
    differs = changes(ports(), two, patches={"fix": "p", "port": "q"})
    claimed = Evidence(
        commit=oid(two), certainty="claimed", how="says cherry picked from it; the content differs"
    )
    assert (differs.like(oid(one)), differs.carries(oid(one))) == (claimed, None)


def test_two_ports_of_one_commit_are_siblings() -> None:
    how = "both cherry picked from one commit"
    same = changes(ports(), "other", patches={"port": "p", "other": "p"})
    assert same.like(oid("port")) == Evidence(commit=oid("other"), certainty="certain", how=how)
    differs = changes(ports(), "other", patches={"port": "p", "other": "q"})
    assert differs.like(oid("port")) == Evidence(commit=oid("other"), certainty="claimed", how=how)


def test_ids_that_only_begin_alike_name_different_commits() -> None:
    small = Small()
    small.add("longlabel1", message=picked("commit-number-one"))
    small.add("longlabel2", message=picked("commit-number-two"))
    assert oid("commit-number-one")[:7] == oid("commit-number-two")[:7]
    assert changes(small, "longlabel2").like(oid("longlabel1")) is None


def test_author_date_and_subject_are_likely() -> None:
    small = Small()
    small.add("a", message="fix: a (#1)", author="ann")
    small.add("b", message="fix: a", author="ann")
    small.add("c", message="fix: c", author="ann")
    wanted = Evidence(commit=oid("a"), certainty="likely", how="same author, author date and subject")
    known = changes(small, "a")
    assert (known.like(oid("b")), known.carries(oid("b")), known.like(oid("c"))) == (wanted, wanted, None)


def test_a_change_request_is_likely_only_with_the_same_paths() -> None:
    small = Small()
    small.add("a", message="fix: the parser (#7)", paths="x y")
    small.add("b", message="fix: the parser, again for 1.4 (#7)", paths="y x")
    small.add("c", message="fix: the parser (#7)", paths="x")
    known = changes(small, "a")
    wanted = Evidence(commit=oid("a"), certainty="likely", how="same change request #7 and paths")
    assert (known.like(oid("b")), known.like(oid("c"))) == (wanted, None)


def test_one_change_request_with_two_commits_is_no_proof_that_they_are_one() -> None:
    small = Small()
    small.add("crash", message="fix: parser crash on empty input (#12)", paths="a.txt")
    small.add("leak", message="fix: parser leaks every password (#12)", paths="a.txt")
    known = changes(small, "crash")
    assert known.like(oid("leak")) is None
    assert known.carries(oid("leak")) is None


def test_a_subject_that_names_the_request_is_likely_with_the_same_paths_and_else_a_claim() -> None:
    small = Small()
    small.add("fix", message="fix: mend (#7)", paths="x")
    small.add("same", message="fix: mend (cherry-pick #7 for 1.4) (#9)", paths="x")
    small.add("copied", message="fix: mend (#7) (#10)", paths="z")
    small.add("other", message="fix: mend it all (backport of #6 and #7) (#11)", paths="x z")
    small.add("elsewhere", message="docs: say what the backport of #7 was about (#12)", paths="z")
    wanted = [
        Evidence(commit=oid("fix"), certainty="likely", how="same subject, and names change request #7"),
        Evidence(commit=oid("fix"), certainty="claimed", how="same subject, and names change request #7"),
        Evidence(commit=oid("fix"), certainty="claimed", how="names change request #7"),
    ]
    assert [changes(small, "fix").like(oid(label)) for label in ("same", "copied", "other")] == wanted
    assert changes(small, "fix").like(oid("elsewhere")) is None
    back = [changes(small, label).like(oid("fix")) for label in ("same", "copied", "other")]
    assert [e.certainty if e else None for e in back] == ["likely", "claimed", "claimed"]


def test_two_commits_that_speak_of_one_issue_are_not_alike() -> None:
    small = Small()
    small.add("a", message="fix: wait (#12) (#30)", paths="x")
    small.add("b", message="fix: wait longer (#12) (#31)", paths="x")
    assert changes(small, "a").like(oid("b")) is None


def test_patch_ids_are_asked_only_where_paths_agree_and_nothing_cheaper_holds() -> None:
    asked: list[Oid] = []

    def patch_id(one: Oid) -> str:
        asked.append(one)
        return "p"

    small = ports()
    small.add("moved", message=picked("fix"), paths="b")
    assert Changes(small.graph, [oid("moved")], patch_id).like(oid("fix")) is not None
    small.add("kept", message=picked("again"), paths="a", author="ann")
    small.add("again", message="fix: a", paths="a", author="ann")
    found = Changes(small.graph, [oid("kept")], patch_id).carries(oid("again"))
    assert (found.certainty if found else None, asked) == ("likely", [])
