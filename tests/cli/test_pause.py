"""A hotfix for several lines, one of which needs a person: the pause, the place, resume, abort, and every crash."""

import os
import shutil
from pathlib import Path

import pytest

from command import Said, Shop, call, other, sure
from killing import killed
from relman.errors import Kind, RelmanError
from relman.git.repo import open_repository
from relman.run.journal import read_all
from relman.run.places import abandon

STORY = r"""
main:
  A "feat: one" {app.txt: "1\n2\n3\n4\n5\n", side.txt: "a\n"} [v1.0.0]
release/1.0 from A:
release/1.1 from A:
  T "chore: 1.1" {line.txt: "1.1\n"} [v1.1.0]
release/1.2 from A:
  S "refactor: spell three" {app.txt ~ "3\n" => "drei\n"} [v1.2.0]
main:
  B pick S
  fix "fix: mend three (#7)" {app.txt ~ "drei\n" => "DREI\n", side.txt: "b\n"}
HEAD = main
"""
SOLVED = "1\n2\nDREI\n4\n5\n"
HOTFIX = ("hotfix", "pr:7", "--to", "1.2,1.1,1.0")


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop", STORY)


def place(shop: Shop, line: str) -> Path:
    return shop.folder / f"repo-relman-{line}"


def places(shop: Shop) -> list[str]:
    return sorted(path.name for path in shop.folder.glob("repo-relman-*"))


def solve(shop: Shop, line: str, text: str = SOLVED) -> str:
    """Resolves by plain git, as a person does."""
    at = place(shop, line)
    (at / "app.txt").write_text(text)
    shop.repo.git("-C", str(at), "add", "app.txt")
    shop.repo.git("-C", str(at), "-c", "core.editor=true", "cherry-pick", "--continue")
    return shop.repo.git("-C", str(at), "rev-parse", "HEAD")


def paused(shop: Shop) -> dict[str, object]:
    (operation,) = shop.done("status", "--json").json["operations"]
    assert operation["state"] == "paused"
    return {wait["line"]: wait["problem"] for wait in operation["waits"]}


def test_clean_targets_ship_and_the_others_wait_beside_the_repository(shop: Shop) -> None:
    head, fix = shop.repo.git("rev-parse", "HEAD"), shop.repo.labels["fix"]
    said = shop(*sure(HOTFIX), "--json")
    assert said.code == 3
    document = said.json
    assert document["schema"] == "relman/outcome/v1"
    assert [(t["line"], t["tag"], t["picks"][0]["rung"]) for t in document["targets"]] == [
        ("1.2", "v1.2.1", "clean"),
        ("1.1", None, "prerequisites"),
        ("1.0", None, "prerequisites"),
    ]
    assert [(w["line"], w["place"], w["todo"]) for w in document["waits"]] == [
        ("1.1", str(place(shop, "1.1")), fix),
        ("1.0", str(place(shop, "1.0")), fix),
    ]
    assert shop.repo.git("show", "v1.2.1:app.txt") == SOLVED.strip()
    for line in ("1.1", "1.0"):
        at = str(place(shop, line))
        assert shop.repo.git("-C", at, "rev-parse", "CHERRY_PICK_HEAD") == fix
        assert shop.repo.git("-C", at, "rev-parse", "HEAD") == shop.repo.git("rev-parse", f"v{line}.0^{{}}")
        assert shop.repo.git("-C", at, "diff", "--name-only", "--diff-filter=U") == "app.txt"
    assert (shop.repo.git("rev-parse", "HEAD"), shop.repo.git("status", "--porcelain")) == (head, "")
    assert paused(shop) == {
        "1.1": f"{place(shop, '1.1')} still conflicts in app.txt",
        "1.0": f"{place(shop, '1.0')} still conflicts in app.txt",
    }


def test_a_dry_run_makes_no_place(shop: Shop) -> None:
    before = shop.repo.snapshot()
    said = shop(*HOTFIX, "-n")
    assert said.code == 3
    assert f"1.0: the real run makes {place(shop, '1.0')} to resolve the conflict and commit" in said.out
    assert (shop.repo.snapshot(), places(shop)) == (before, [])


def test_what_is_resolved_for_one_line_is_taken_for_the_next(shop: Shop) -> None:
    assert shop(*sure(HOTFIX)).code == 3
    head = solve(shop, "1.1")
    said = shop.done(*sure(("resume",)), "--json").json
    one, two = said["targets"]
    assert (one["line"], one["tag"], one["picks"][0]["commit"]) == ("1.1", "v1.1.1", head)
    assert (two["line"], two["tag"], two["picks"][0]["rung"]) == ("1.0", "v1.0.1", "sibling")
    assert two["picks"][0]["from"] == head
    for tag in ("v1.1.1", "v1.0.1"):
        assert shop.repo.git("show", f"{tag}:app.txt") == SOLVED.strip()
    assert (places(shop), shop.operations()) == ([], [("hotfix v1.2.1 v1.1.1 v1.0.1", "done")])
    assert not (shop.path / ".git/rr-cache").exists()


def test_resume_of_one_line_leaves_the_other_waiting(shop: Shop) -> None:
    before = shop.state()
    assert shop(*sure(HOTFIX)).code == 3
    solve(shop, "1.0")
    said = shop(*sure(("resume", "1.0")))
    assert said.code == 3
    assert f"waits       1.1: {place(shop, '1.1')} still conflicts in app.txt" in said.out
    assert (places(shop), list(paused(shop))) == (["repo-relman-1.1"], ["1.1"])
    shop.done(*sure(("cut", "minor", "--offline")))
    solve(shop, "1.1")
    shop.done(*sure(("resume",)))
    assert shop.repo.git("tag", "--contains", "v1.1.1") == "v1.1.1"
    done = ["hotfix v1.2.1 v1.1.1 v1.0.1", "cut 1.3 with v1.3.0-rc.1"]
    assert [title for title, _ in shop.operations()] == done
    for title in done:  # what ended last goes first, whichever began first
        said = shop.done("undo", "--yes", "--offline", "--json").json
        assert said["title"] == f"undo {title}"
    assert shop.local() == before.here
    shop.done("redo", "--yes", "--offline")
    assert shop.operations()[0] == (f"redo {done[1]}", "done")


def test_rerere_replays_in_a_place_that_still_conflicts(shop: Shop) -> None:
    # 1.0 conflicts in one more file, so that the port of 1.1 does not go on there as it is
    shop.repo.git("switch", "-q", "release/1.0")
    shop.repo.commit("chore: own", {"side.txt": "other\n"})
    shop.repo.git("switch", "-q", "main")
    assert shop("hotfix", "pr:7", "--to", "1.1,1.0", "--on-line", "--yes").code == 3
    solve(shop, "1.1")
    assert shop(*sure(("resume",))).code == 3
    assert (place(shop, "1.0") / "app.txt").read_text() == SOLVED
    assert "<<<<<<<" in (place(shop, "1.0") / "side.txt").read_text()


def test_together_ships_nothing_until_all_is_resolved(shop: Shop) -> None:
    before = shop.state()
    assert shop(*sure((*HOTFIX, "--together"))).code == 3
    assert shop.state() == before
    solve(shop, "1.1")
    (place(shop, "1.0") / "app.txt").write_text("half done\n")
    held = shop.refused(3, *sure(("resume",)))
    assert "all of it ships together" in held.err
    solve(shop, "1.0")
    said = shop.done(*sure(("resume",)), "--json").json
    assert [t["tag"] for t in said["targets"]] == ["v1.2.1", "v1.1.1", "v1.0.1"]


def test_what_cannot_be_taken_is_said_with_what_to_type(shop: Shop) -> None:
    assert shop("hotfix", "pr:7", "--to", "1.0", "--yes").code == 3
    at, git = place(shop, "1.0"), shop.repo.git
    assert "still conflicts in app.txt" in shop.refused(3, "resume", "--yes").err
    (at / "app.txt").write_text(SOLVED)
    git("-C", str(at), "add", "app.txt")
    said = shop.refused(3, "resume", "--yes").err
    assert "is in the middle of a cherry-pick" in said
    assert f"git -C {at} cherry-pick --continue" in said
    git("-C", str(at), "cherry-pick", "--skip")
    assert "nothing was committed" in shop.refused(3, "resume", "--yes").err
    (at / "app.txt").write_text("<<<<<<< ours\n3\n=======\nDREI\n>>>>>>> fix\n")
    git("-C", str(at), "commit", "-qam", "fix: in haste")
    assert "has conflict markers in app.txt, line 1" in shop.refused(3, "resume", "--yes").err
    (at / "app.txt").write_text(SOLVED)
    assert "has changes that are not committed" in shop.refused(3, "resume", "--yes").err
    git("-C", str(at), "commit", "-qam", "fix: again")
    git("-C", str(at), "merge", "-q", "--no-ff", "-m", "merge", "release/1.1")
    assert "holds the merge" in shop.refused(3, "resume", "--yes").err
    git("-C", str(at), "reset", "-q", "--hard", "HEAD^")
    assert shop.refused(2, "resume", "7.7", "--yes").err.count("what waits: 1.0") == 1
    shop.done("resume", "1.0", "--yes")
    assert git("log", "--format=%s", "v1.0.0..v1.0.1").splitlines() == ["fix: again", "fix: in haste"]


def test_a_place_that_is_gone_is_made_anew(shop: Shop) -> None:
    assert shop("hotfix", "pr:7", "--to", "1.1,1.0", "--yes").code == 3
    shop.repo.git("worktree", "remove", "--force", str(place(shop, "1.0")))
    solve(shop, "1.1", SOLVED.replace("5", "five"))
    assert shop("resume", "1.1", "--yes").code == 3
    assert places(shop) == ["repo-relman-1.0"]
    solve(shop, "1.0")
    shop.done("resume", "--yes")


def test_a_line_that_moved_on_names_the_rebase(shop: Shop) -> None:
    assert shop("hotfix", "pr:7", "--to", "1.0", "--yes").code == 3
    solve(shop, "1.0")
    shop.repo.git("switch", "-q", "release/1.0")
    moved = shop.repo.commit("fix: someone else's", {"else.txt": "else\n"})
    shop.repo.git("tag", "v1.0.1")
    shop.repo.git("switch", "-q", "main")
    said = shop.refused(4, "resume", "--yes")
    assert "release/1.0 moved on" in said.err
    (command,) = [row for row in said.err.splitlines() if "rebase --onto" in row]
    shop.repo.git(*command.split("git ", 1)[1].split())
    shop.done("resume", "--yes")
    assert shop.repo.git("rev-parse", "v1.0.2^{}~1") == moved


def test_abort_leaves_no_trace_where_nothing_shipped(shop: Shop) -> None:
    before = shop.state()
    assert shop("hotfix", "pr:7", "--to", "1.0", "--yes").code == 3
    mine = solve(shop, "1.0")
    said = shop.done("abort")
    assert mine in said.out
    assert (shop.state(), places(shop)) == (before, [])
    assert shop.repo.git("worktree", "list").count("\n") == 0
    assert not (shop.path / ".git/rr-cache").exists()
    assert shop.operations() == [("hotfix 1.0", "aborted")]
    assert not list((shop.path / ".git/objects/pack").glob("*.keep"))


def test_abort_keeps_what_shipped_and_undo_takes_that_back(shop: Shop) -> None:
    before = shop.state()
    assert shop(*sure(HOTFIX)).code == 3
    assert "what it had shipped stands" in shop.done("abort").out
    assert shop.repo.git("tag", "--list", "v1.2.1") == "v1.2.1"
    shop.done("undo", "--yes", "--offline")
    assert shop.local() == before.here


def test_two_fixes_that_both_conflict_are_resolved_one_after_the_other(shop: Shop) -> None:
    more = shop.repo.commit("fix: and again", {"app.txt": "1\n2\nDREI!\n4\n5\n"})
    assert shop("hotfix", shop.repo.labels["fix"], more, "--to", "1.0", "--yes").code == 3
    one = solve(shop, "1.0", "1\n2\nTHREE\n4\n5\n")
    said = shop("resume", "--yes", "--json")
    assert said.code == 3
    assert said.json["waits"][0]["todo"] == more
    at = str(place(shop, "1.0"))
    assert shop.repo.git("-C", at, "rev-parse", "CHERRY_PICK_HEAD") == more
    two = solve(shop, "1.0", "1\n2\nTHREE!\n4\n5\n")
    shop.done("resume", "--yes")
    assert shop.repo.git("rev-list", "v1.0.0^{}..v1.0.1^{}").split() == [two, one]


@pytest.mark.parametrize("push", [(), ("--push",)], ids=["local", "pushed"])
def test_killed_after_any_write_a_pausing_hotfix_is_settled(tmp_path: Path, push: tuple[str, ...]) -> None:
    shop = Shop(tmp_path / "shop", STORY)
    shop.save()
    words = sure(("hotfix", "pr:7", "--to", "1.2,1.0", *push))
    before, names = shop.state(), list[str]()
    assert shop(*words, checkpoint=names.append).code == 3
    after = shop.state()
    turn = names.index("pushed" if push else "committed")
    for at, name in enumerate(names):
        shop.restore()
        assert killed(lambda c: shop(*words, checkpoint=c), at + 1) == name
        assert shop("resume").code == (3 if at >= turn else 0), name
        assert shop.state() == (after if at >= turn else before), name
        assert places(shop) == (["repo-relman-1.0"] if at >= turn else []), name
        if at >= turn:
            solve(shop, "1.0")
            shop.done(*sure(("resume", "--offline") if not push else ("resume",)))
            assert shop.repo.git("show", "v1.0.1:app.txt") == SOLVED.strip()
        assert (places(shop), shop.done("status", "--json").json["operations"]) == ([], [])


@pytest.mark.parametrize("job", ["resume", "abort"])
def test_killed_after_any_write_resume_and_abort_come_to_their_end(tmp_path: Path, job: str) -> None:
    shop = Shop(tmp_path / "shop", STORY)
    assert shop(*sure(HOTFIX)).code == 3
    solve(shop, "1.1")
    shop.save()
    words = sure(("resume",)) if job == "resume" else ("abort",)
    names = list[str]()
    assert shop(*words, checkpoint=names.append).code == 0
    after = shop.local()
    for at, name in enumerate(names):
        shop.restore()
        assert killed(lambda c: shop(*words, checkpoint=c), at + 1) == name
        for _ in range(2):
            shop(*words)
        assert shop.local() == after, name
        assert (places(shop), shop.done("status", "--json").json["operations"]) == ([], []), name
        assert shop.repo.git("fsck", "--strict", "--no-dangling") == "", name


def test_start_makes_a_branch_and_resume_ships_it_and_another_clone_can_too(shop: Shop) -> None:
    before = shop.state()
    shop.done("hotfix", "--start", "--to", "1.0", "--yes", "--push")
    assert shop.there("rev-parse", "hotfix/1.0.1") == shop.repo.git("rev-parse", "v1.0.0^{}")
    assert "nothing was committed" in shop.refused(3, "resume", "--yes").err
    at = place(shop, "1.0")
    (at / "side.txt").write_text("now\n")
    shop.repo.git("-C", str(at), "commit", "-qam", "fix: written at night")
    mine = shop.repo.git("rev-parse", "hotfix/1.0.1")
    shop.done("resume", "--yes")
    assert shop.repo.git("rev-parse", "v1.0.1^{}~0") == mine
    assert (places(shop), shop.repo.git("branch", "--list", "hotfix/*")) == ([], "")
    assert "hotfix/1.0.1" not in shop.there("branch")
    assert shop.there("rev-parse", "v1.0.1^{}") == mine
    shop.done("undo", "--remote", "--yes", "--reason", "v1.0.1")
    assert shop.state().here == before.here
    assert shop.state().there == before.there


def test_a_start_that_is_aborted_leaves_nothing_but_work(shop: Shop) -> None:
    before = shop.state()
    shop.done("hotfix", "--start", "fix/login", "--to", "1.0", "--yes")
    shop.done("abort")
    assert (shop.state(), places(shop)) == (before, [])
    shop.done("hotfix", "--start", "fix/login", "--to", "1.0", "--yes")
    (place(shop, "1.0") / "side.txt").write_text("half\n")
    shop.repo.git("-C", str(place(shop, "1.0")), "commit", "-qam", "fix: half")
    assert "fix/login has commits and stays: git branch -D fix/login" in shop.done("abort").out
    assert shop.repo.git("branch", "--list", "fix/login").strip() == "fix/login"
    assert (
        "branch fix/login exists already"
        in shop.refused(2, "hotfix", "--start", "fix/login", "--to", "1.0", "--yes").err
    )


@pytest.mark.parametrize("name", ["pr:7", "two words", "a..b"])
def test_a_start_refuses_what_git_takes_for_no_branch_before_the_plan(shop: Shop, name: str) -> None:
    said = shop.refused(2, "hotfix", "--start", name, "--to", "1.0", "--dry-run")
    assert f"error: {name!r} is no name of a branch" in said.err
    assert "hint:  relman hotfix --start\n" in said.err


def test_a_released_commit_is_taken_back_as_the_target_has_it(shop: Shop) -> None:
    shop.done("hotfix", "pr:7", "--to", "1.2", "--yes")
    fix, port = shop.repo.labels["fix"], shop.repo.git("rev-parse", "v1.2.1^{}")
    said = shop.done("hotfix", "--revert", fix, "--to", "1.2", "--yes", "--json").json
    (pick,) = said["targets"][0]["picks"]
    assert (pick["source"], pick["from"], pick["rung"], pick["reverts"]) == (fix, port, "clean", True)
    assert shop.repo.git("log", "-1", "--format=%B", "v1.2.2^{}") == (
        f'Revert "fix: mend three (#7)"\n\nThis reverts commit {port}.\n'
    )
    assert shop.repo.git("rev-parse", "v1.2.2^{tree}") == shop.repo.git("rev-parse", "v1.2.0^{tree}")
    assert said["debts"][0]["missing_on"] == ["main"]
    assert "### Reverts" in said["targets"][0]["notes"]
    again = shop("hotfix", "--revert", fix, "--to", "1.2", "--yes")
    assert again.code == 5
    assert "nothing to take back" in again.out


def test_a_revert_that_conflicts_waits_with_gits_own_revert(shop: Shop) -> None:
    shop.repo.git("switch", "-q", "release/1.2")
    shop.repo.commit("fix: on top", {"app.txt": "1\n2\ndrei und mehr\n4\n5\n"})
    shop.repo.git("tag", "v1.2.1")
    shop.repo.git("switch", "-q", "main")
    assert shop("hotfix", "--revert", shop.repo.labels["S"], "--to", "1.2", "--yes").code == 3
    at = place(shop, "1.2")
    assert shop.repo.git("-C", str(at), "rev-parse", "REVERT_HEAD") == shop.repo.labels["S"]
    (at / "app.txt").write_text("1\n2\n3 und mehr\n4\n5\n")
    shop.repo.git("-C", str(at), "add", "app.txt")
    shop.repo.git("-C", str(at), "-c", "core.editor=true", "revert", "--continue")
    shop.done("resume", "--yes")
    assert shop.repo.git("log", "-1", "--format=%s", "v1.2.2^{}") == 'Revert "refactor: spell three"'


def test_what_waits_already_is_not_begun_anew(shop: Shop) -> None:
    begun = shop("hotfix", "pr:7", "--to", "1.0", "--yes")
    assert (begun.code, "\ndone" in begun.out, "\npaused      hotfix 1.0 · operation" in begun.out) == (
        3,
        False,
        True,
    )
    said = shop.refused(2, "hotfix", "pr:7", "--to", "1.0", "--yes")
    assert ("waits for this on line 1.0 already" in said.err, "relman resume 1.0" in said.err) == (True, True)
    assert places(shop) == ["repo-relman-1.0"]


def test_resume_takes_along_what_the_fix_needs_where_a_person_says_so(shop: Shop) -> None:
    assert shop("hotfix", "pr:7", "--to", "1.0", "--yes").code == 3
    said = shop.done("resume", "1.0", "--with-prerequisites", "--yes", "--json").json
    assert [p["rung"] for p in said["targets"][0]["picks"]] == ["clean", "prerequisites"]
    assert (places(shop), shop.repo.git("show", "v1.0.1:app.txt")) == ([], SOLVED.strip())


def test_all_lines_takes_the_live_ones_newest_first(shop: Shop) -> None:
    said = shop("hotfix", "pr:7", "--all-lines", "-n", "--json").json
    assert [t["line"] for t in said["targets"]] == ["1.2", "1.1"]
    assert "both say where to" in shop.refused(2, "hotfix", "pr:7", "--all-lines", "--to", "1.0").err


def test_a_remote_that_refuses_one_ref_publishes_none_of_several_targets(shop: Shop) -> None:
    shop.hook("update", 'test "$1" != refs/tags/v1.0.1', there=True)
    before = shop.state()
    said = shop("hotfix", shop.repo.labels["T"], "--to", "1.2,1.0", "--push", "--yes")
    assert (said.code, "refs/tags/v1.0.1" in said.err) == (4, True)
    assert shop.state() == before
    (shop.bare / "hooks/update").unlink()
    assert shop("hotfix", shop.repo.labels["T"], "--to", "1.2,1.0", "--push", "--yes").code == 0
    assert shop.there("tag", "--list").split() == ["v1.0.0", "v1.0.1", "v1.1.0", "v1.2.0", "v1.2.1"]


def inside(at: Path, *words: str) -> Said:
    """Types a command in a workplace itself, as its hints suggest."""
    before = Path.cwd()
    os.chdir(at)
    try:
        return call(Path(), *words)
    finally:
        os.chdir(before)


def test_resume_and_abort_are_typed_in_the_place_itself(shop: Shop) -> None:
    assert shop(*sure(HOTFIX)).code == 3
    solve(shop, "1.0")
    assert inside(place(shop, "1.0"), *sure(("resume", "1.0"))).code == 3
    assert (places(shop), list(paused(shop))) == (["repo-relman-1.1"], ["1.1"])
    assert inside(place(shop, "1.1"), "abort").code == 0
    assert (places(shop), shop.done("status", "--json").json["operations"]) == ([], [])


def test_a_place_that_was_deleted_is_made_once_more(shop: Shop) -> None:
    assert shop("hotfix", "pr:7", "--to", "1.0", "--yes").code == 3
    mine = solve(shop, "1.0", "half\n")
    shutil.rmtree(place(shop, "1.0"))
    assert f"{place(shop, '1.0')} is gone" in str(paused(shop)["1.0"])
    said = shop("resume", "--yes")
    assert (said.code, mine in said.out, places(shop)) == (3, True, ["repo-relman-1.0"])
    solve(shop, "1.0")
    shop.done("resume", "--yes")
    assert shop.repo.git("show", "v1.0.1:app.txt") == SOLVED.strip()


def test_abort_forgets_a_place_that_was_deleted(shop: Shop) -> None:
    assert shop("hotfix", "pr:7", "--to", "1.0", "--yes").code == 3
    shutil.rmtree(place(shop, "1.0"))
    shop.done("abort")
    assert shop.repo.git("worktree", "list").count("\n") == 0


def test_a_file_that_was_never_added_is_not_lost(shop: Shop) -> None:
    assert shop("hotfix", "pr:7", "--to", "1.0", "--yes").code == 3
    solve(shop, "1.0")
    at = place(shop, "1.0")
    (at / "app.txt.orig").write_text("what mergetool keeps\n")
    (at / "new.txt").write_text("forgotten\n")
    said = shop.refused(3, "resume", "--yes")
    assert "files that git does not know, and they would be lost: new.txt\n" in said.err
    shop.repo.git("-C", str(at), "add", "new.txt")
    shop.repo.git("-C", str(at), "commit", "-qm", "fix: the new file")
    shop.done("resume", "--yes")
    assert shop.repo.git("show", "v1.0.1:new.txt") == "forgotten"


@pytest.mark.parametrize("away", [("--detach",), ("-c", "mine")], ids=["detached", "other-branch"])
def test_what_was_committed_beside_the_started_branch_is_not_lost(shop: Shop, away: tuple[str, ...]) -> None:
    shop.done("hotfix", "--start", "--to", "1.0", "--yes")
    at = place(shop, "1.0")
    for text in ("one\n", "two\n"):
        (at / "side.txt").write_text(text)
        shop.repo.git("-C", str(at), "commit", "-qam", f"fix: {text}")
        if text == "one\n":
            shop.repo.git("-C", str(at), "switch", "-q", *away)
    said = shop.refused(3, "resume", "--yes")
    assert "is not on hotfix/1.0.1 any more" in said.err
    (command,) = [row for row in said.err.splitlines() if " switch " in row]
    shop.repo.git(*command.split("git ", 1)[1].split())
    shop.done("resume", "--yes")
    assert shop.repo.git("show", "v1.0.1:side.txt") == "two"


def clean_then_conflict(shop: Shop) -> Path:
    """Two fixes for 1.0: the first goes on by itself, the second was resolved by hand on top of it."""
    one = shop.repo.commit("fix: one", {"new.txt": "n\n"})
    two = shop.repo.commit("fix: two", {"app.txt": "1\n2\nTWO\n4\n5\n"})
    assert shop("hotfix", one, two, "--to", "1.0", "--yes").code == 3
    solve(shop, "1.0")
    return place(shop, "1.0")


def test_a_line_that_moved_on_is_followed_with_the_picks_before_the_conflict(shop: Shop) -> None:
    clean_then_conflict(shop)
    shop.repo.git("switch", "-q", "-c", "topic", "release/1.0")
    shop.repo.commit("fix: else", {"else.txt": "else\n"})
    shop.repo.git("switch", "-q", "release/1.0")
    shop.repo.git("merge", "-q", "--no-ff", "-m", "Merge topic", "topic")
    shop.repo.git("tag", "v1.0.1")
    shop.repo.git("switch", "-q", "main")
    said = shop.refused(4, "resume", "--yes")
    (command,) = [row for row in said.err.splitlines() if "rebase --onto" in row]
    shop.repo.git(*command.split("git ", 1)[1].split())
    shop.done("resume", "--yes")
    assert shop.repo.git("log", "--format=%s", "v1.0.1..v1.0.2").splitlines() == ["fix: two", "fix: one"]


def test_picks_before_the_conflict_may_be_written_anew(shop: Shop) -> None:
    at = str(clean_then_conflict(shop))
    shop.repo.git("-C", at, "reset", "-q", "--soft", "HEAD~2")
    shop.repo.git("-C", at, "commit", "-qm", "fix: both in one")
    said = shop.done("resume", "--yes", "--json").json
    assert [p["rung"] for p in said["targets"][0]["picks"]] == ["conflict", "conflict"]
    assert shop.repo.git("log", "--format=%s", "v1.0.0..v1.0.1") == "fix: both in one"


def test_a_resume_that_the_remote_refuses_names_resume(shop: Shop) -> None:
    assert shop("hotfix", "pr:7", "--to", "1.0", "--yes", "--push").code == 3
    solve(shop, "1.0")
    shop.hook("pre-receive", "exit 1", there=True)
    said = shop.refused(4, "resume", "--yes")
    assert ("hint:  relman resume" in said.err, "relman redo" in said.err) == (True, False)
    shop.hook("pre-receive", "exit 0", there=True)
    shop.done("resume", "--yes")
    assert shop.there("tag", "--list", "v1.0.1") == "v1.0.1"


def test_start_remembers_as_branches_and_refuses_what_it_would_not_heed(shop: Shop) -> None:
    for flag in ("--forward", "--with-prerequisites"):
        said = shop.refused(2, "hotfix", "--start", flag, "--to", "1.0", "--yes")
        assert f"so {flag} says nothing" in said.err
    before = shop.repo.git("rev-parse", "release/1.0")
    shop.done("hotfix", "--start", "fix/login", "--as-branches", "--to", "1.0", "--yes")
    at = place(shop, "1.0")
    (at / "side.txt").write_text("now\n")
    shop.repo.git("-C", str(at), "commit", "-qam", "fix: written at night")
    shop.done("resume", "--yes")
    assert (shop.repo.git("rev-parse", "release/1.0"), shop.repo.git("tag", "--list", "v1.0.1")) == (
        before,
        "",
    )


def test_two_operations_that_wait_on_one_line_are_told_apart(shop: Shop) -> None:
    second = shop.repo.commit("fix: other", {"side.txt": "zz\n"})
    for fix in ("pr:7", second):
        assert shop("hotfix", fix, "--to", "1.0", "--yes").code == 3
    one, two = (operation["id"] for operation in shop.done("status", "--json").json["operations"])
    solve(shop, "1.0")
    said = shop.refused(2, "resume", "1.0", "--yes")
    assert (f"hint:  relman resume {one}\n" in said.err, f"hint:  relman resume {two}\n" in said.err) == (
        True,
        True,
    )
    assert f"hint:  relman abort {two}\n" in shop.refused(2, "abort").err
    shop.done("abort", two)
    shop.done("resume", "1.0", "--yes")


def test_a_pause_that_went_on_meanwhile_is_not_given_up(shop: Shop) -> None:
    assert shop("hotfix", "pr:7", "--to", "1.0", "--yes").code == 3
    repo = open_repository(shop.path)
    (seen,) = read_all(repo).records
    solve(shop, "1.0")
    shop.done("resume", "--yes")
    after = shop.state()
    with pytest.raises(RelmanError) as caught:
        abandon(repo, seen, now=0, argv=())
    assert (caught.value.kind, shop.state()) == (Kind.MOVED, after)
    assert shop.operations() == [("hotfix v1.0.1", "done")]


def start_on_a_line_that_moves(shop: Shop) -> Path:
    """A fix that was written on a started branch, and conflicts with what the line got meanwhile."""
    shop.done("hotfix", "--start", "--to", "1.0", "--yes")
    at = place(shop, "1.0")
    (at / "side.txt").write_text("now\n")
    shop.repo.git("-C", str(at), "commit", "-qam", "fix: written at night")
    shop.repo.git("switch", "-q", "release/1.0")
    shop.repo.commit("fix: else", {"side.txt": "else\n"})
    shop.repo.git("tag", "v1.0.1")
    shop.repo.git("switch", "-q", "main")
    assert shop("resume", "--yes").code == 3
    return shop.folder / "repo-relman-1.0-2"


def test_a_started_branch_goes_too_where_its_commits_conflicted_first(shop: Shop) -> None:
    at = start_on_a_line_that_moves(shop)
    before = shop.repo.git("rev-parse", "release/1.0")
    (at / "side.txt").write_text("both\n")
    shop.repo.git("-C", str(at), "add", "side.txt")
    shop.repo.git("-C", str(at), "-c", "core.editor=true", "cherry-pick", "--continue")
    shop.done("resume", "--yes")
    assert (places(shop), shop.repo.git("branch", "--list", "hotfix/*")) == ([], "")
    shop.done("undo", "--yes", "--offline")
    assert shop.repo.git("rev-parse", "release/1.0") == before


def test_a_started_branch_that_conflicted_is_named_by_abort(shop: Shop) -> None:
    start_on_a_line_that_moves(shop)
    said = shop.done("abort")
    assert "was given up: nothing had been shipped" in said.out
    assert "hotfix/1.0.1 has commits and stays" in said.out


def test_what_another_clone_shipped_meanwhile_is_said(shop: Shop) -> None:
    shop.done("hotfix", "--start", "--to", "1.0", "--yes", "--push")
    at = place(shop, "1.0")
    (at / "side.txt").write_text("now\n")
    shop.repo.git("-C", str(at), "commit", "-qam", "fix: written at night")
    shop.repo.git("-C", str(at), "push", "-q", "origin", "hotfix/1.0.1")
    other(shop, "hotfix/1.0.1").done("hotfix", "hotfix/1.0.1", "--to", "1.0", "--yes", "--push")
    said = shop("resume", "--yes")
    assert said.code == 5
    assert "what was written on hotfix/1.0.1 is in v1.0.1 already" in said.err
    shop.done("abort")


def test_forward_is_remembered_by_what_waits(shop: Shop) -> None:
    shop.repo.git("switch", "-q", "release/1.1")
    fix = shop.repo.commit("fix: of the line", {"app.txt": "1\n2\n3\n4\nFIVE\n", "side.txt": "b\n"})
    shop.repo.git("switch", "-q", "release/1.0")
    shop.repo.commit("chore: own", {"side.txt": "own\n"})
    shop.repo.git("tag", "v1.0.1")
    shop.repo.git("switch", "-q", "main")
    assert shop("hotfix", fix, "--to", "1.0", "--forward", "--yes").code == 3
    shop.repo.git("-C", str(place(shop, "1.0")), "checkout", "--theirs", "side.txt")
    shop.repo.git("-C", str(place(shop, "1.0")), "add", "side.txt")
    solve(shop, "1.0", "1\n2\n3\n4\nFIVE\n")
    shop.done("resume", "--yes")
    assert "FIVE" in shop.repo.git("show", "main:app.txt")
