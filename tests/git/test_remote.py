from pathlib import Path

import pytest

from release_case import HOTFIX, MAIN, RELEASE, TAG, Case, git
from relman.errors import Kind, RelmanError
from relman.git.remote import PushedRef, PushOutcome, fetch, ls_remote, push, push_url
from relman.model.names import RefName


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def test_a_remote_tells_its_refs_without_head_and_peeled_tags(case: Case) -> None:
    case.git("push", "-q", "origin", f"{case.tag}:{TAG}")
    assert ls_remote(case.open(), "origin") == {
        HOTFIX: case.old,
        MAIN: case.trunk,
        RELEASE: case.old,
        TAG: case.tag,
    }


def test_a_remote_that_cannot_be_reached_is_an_error_in_gits_words(case: Case) -> None:
    case.bare.rename(case.bare.with_name("away"))
    with pytest.raises(RelmanError) as caught:
        ls_remote(case.open(), "origin")
    assert (caught.value.kind, caught.value.message) == (Kind.REFUSED, "origin cannot be asked")
    assert "does not appear to be a git repository" in caught.value.cause


def test_a_name_is_never_an_option(case: Case) -> None:
    with pytest.raises(RelmanError, match="there is no remote --all"):
        push_url(case.open(), "--all")
    with pytest.raises(RelmanError):
        ls_remote(case.open(), "--upload-pack=touch hacked")
    assert not (case.path / "hacked").exists()


def test_pushes_ask_the_place_that_pushes_go_to(case: Case, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", "mine.git")
    case.git("remote", "set-url", "--push", "origin", str(tmp_path / "mine.git"))
    assert ls_remote(case.open(), "origin", for_push=True) == {}
    assert ls_remote(case.open(), "origin") != {}


def test_a_fetch_brings_what_is_named_and_moves_no_branch(case: Case) -> None:
    theirs = case.git("commit-tree", "-p", case.old, "-m", "theirs", f"{case.old}^{{tree}}")
    case.git("push", "-q", f"file://{case.bare}", f"{theirs}:{RELEASE}")
    before = case.git("for-each-ref", "refs/heads", "refs/tags")
    fetch(case.open(), "origin", f"+{RELEASE}:refs/remotes/origin/release/1.4")
    assert case.git("rev-parse", "refs/remotes/origin/release/1.4") == theirs
    assert case.git("for-each-ref", "refs/heads", "refs/tags") == before


@pytest.mark.parametrize("configured", ["+refs/heads/release/*:refs/heads/release/*", "+refs/*:refs/*"])
def test_a_configured_refspec_moves_no_branch_besides(case: Case, configured: str) -> None:
    theirs = case.git("commit-tree", "-p", case.old, "-m", "theirs", f"{case.old}^{{tree}}")
    case.git("push", "-q", f"file://{case.bare}", f"{theirs}:{RELEASE}")
    case.git("switch", "-q", "--detach")
    case.git("config", "--replace-all", "remote.origin.fetch", configured)
    before = case.git("for-each-ref", "refs/heads", "refs/tags")
    fetch(case.open(), "origin", f"+{RELEASE}:refs/remotes/origin/release/1.4")
    assert case.git("rev-parse", "refs/remotes/origin/release/1.4") == theirs
    assert case.git("for-each-ref", "refs/heads", "refs/tags") == before


@pytest.mark.parametrize("setting", ["fetch.prune", "remote.origin.prune", "fetch.pruneTags"])
def test_a_fetch_of_all_tags_deletes_none(case: Case, setting: str) -> None:
    case.git("config", "fetch.prune", "true")
    case.git("config", setting, "true")
    case.git("tag", "mine", case.old)
    git(case.bare, "update-ref", "refs/tags/theirs", case.old)
    fetch(case.open(), "origin", "refs/tags/*:refs/tags/*")
    assert case.git("tag").split() == ["mine", "theirs"]


@pytest.mark.parametrize("spec", ["refs/heads/main:refs/heads/main", "main:main"])
def test_a_fetch_into_a_branch_is_a_bug(case: Case, spec: str) -> None:
    with pytest.raises(RelmanError) as caught:
        fetch(case.open(), "origin", spec)
    assert caught.value.kind == Kind.INTERNAL


def test_a_fetch_that_fails_has_gits_words(case: Case) -> None:
    with pytest.raises(RelmanError) as caught:
        fetch(case.open(), "origin", "refs/heads/none")
    assert "couldn't find remote ref refs/heads/none" in caught.value.cause


def test_a_push_tells_every_ref(case: Case) -> None:
    moves = [(RELEASE, case.old, case.new), (TAG, None, case.tag), (HOTFIX, case.old, None)]
    outcome = push(case.open(), "origin", moves)
    assert outcome.result == "pushed"
    assert set(outcome.refs) == {PushedRef(ref=ref, accepted=True) for ref in (RELEASE, TAG, HOTFIX)}
    assert ls_remote(case.open(), "origin") == {MAIN: case.trunk, RELEASE: case.new, TAG: case.tag}


def test_tags_that_are_not_in_the_plan_stay_here(case: Case) -> None:
    case.git("tag", "-a", "-m", "mine", "mine", case.old)
    case.git("config", "push.followTags", "true")
    push(case.open(), "origin", [(RELEASE, case.old, case.new)])
    assert RefName("refs/tags/mine") not in ls_remote(case.open(), "origin")


def test_a_lease_that_does_not_hold_publishes_nothing(case: Case) -> None:
    before = ls_remote(case.open(), "origin")
    outcome = push(case.open(), "origin", [(RELEASE, case.new, case.trunk), (TAG, None, case.tag)])
    assert outcome.result == "refused"
    assert set(outcome.refs) == {
        PushedRef(ref=RELEASE, accepted=False, reason="[rejected] (stale info)"),
        PushedRef(ref=TAG, accepted=False, reason="[rejected] (atomic push failed)"),
    }
    assert ls_remote(case.open(), "origin") == before


def test_a_hook_before_the_push_means_that_nothing_was_sent(case: Case) -> None:
    case.hook("pre-push", "echo no >&2; exit 1")
    outcome = push(case.open(), "origin", [(TAG, None, case.tag)])
    assert outcome == PushOutcome(
        result="unpublished", words=f"no\nerror: failed to push some refs to 'file://{case.bare}'"
    )


def test_a_broken_line_is_not_taken_for_a_refusal(case: Case) -> None:
    case.hook("pre-receive", "kill -9 $PPID", bare=True)
    assert push(case.open(), "origin", [(TAG, None, case.tag)]).result == "unknown"
