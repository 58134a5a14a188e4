"""An unpark on lines that others changed: the pause, the place, what a person makes of it, abort, and every crash."""

from pathlib import Path

import pytest

from command import Shop, sure
from killing import killed

STORY = r"""
main:
  A "feat: shop" {app.txt: "1\n2\n3\n4\n5\n6\n7\n8\n9\n"} [v1.0.0]
  X1 "feat(pay): a form\n\nFeature: pay" {pay.txt: "form\n", app.txt ~ "2\n" => "2 pay\n"}
  X2 "feat(pay): a button\n\nFeature: pay" {pay.txt += "button\n"}
"""
UNPARK = sure(("unpark", "pay"))
BOTH = "1\ntwo pay\n3\n4\n5\n6\n7\n8\n9\n"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return parked(tmp_path / "shop")


def parked(folder: Path) -> Shop:
    """Pay is out, and somebody changed a line of it since."""
    shop = Shop(folder, STORY)
    shop.done(*sure(("park", "pay")))
    shop.repo.commit("fix: two", {"app.txt": "1\ntwo\n3\n4\n5\n6\n7\n8\n9\n"}, label="two")
    return shop


def place(shop: Shop) -> Path:
    return shop.folder / "repo-relman-trunk"


def tree(shop: Shop, rev: str) -> str:
    return shop.repo.git("rev-parse", f"{shop.repo.id(rev)}^{{tree}}")


def places(shop: Shop) -> list[str]:
    return sorted(path.name for path in shop.folder.glob("repo-relman-*"))


def keeps(shop: Shop) -> list[Path]:
    return sorted((shop.path / ".git/objects/pack").glob("*.keep"))


def solve(shop: Shop, text: str = BOTH) -> str:
    """Resolves by plain git, as a person does."""
    at = str(place(shop))
    (place(shop) / "app.txt").write_text(text)
    shop.repo.git("-C", at, "add", "app.txt")
    shop.repo.git("-C", at, "-c", "core.editor=true", "revert", "--continue")
    return shop.repo.git("-C", at, "rev-parse", "HEAD")


def test_a_person_resolves_gits_own_revert_and_trunk_gets_their_one_commit(shop: Shop) -> None:
    before, park = shop.state(), shop.repo.git("rev-parse", "main~1")
    assert shop(*UNPARK).code == 3
    at = str(place(shop))
    assert shop.state() == before
    assert shop.repo.git("-C", at, "rev-parse", "REVERT_HEAD") == park
    assert shop.repo.git("-C", at, "rev-parse", "HEAD") == shop.repo.id("main")
    assert shop.repo.git("-C", at, "diff", "--name-only", "--diff-filter=U") == "app.txt"
    mine = solve(shop)
    shop.done(*sure(("resume",)))
    assert (shop.repo.git("rev-parse", "main"), shop.repo.git("rev-parse", "main~1")) == (
        mine,
        shop.repo.id("two"),
    )
    assert shop.repo.files("main").keys() == {"app.txt", "pay.txt"}
    assert (shop.repo.tree("main", "app.txt"), shop.repo.tree("main", "pay.txt")) == (BOTH, "form\nbutton\n")
    assert (places(shop), shop.done("status", "--json").json["parked"]) == ([], [])
    assert shop.operations()[0] == ("unpark pay", "done")
    shop.done("undo", "--yes", "--offline")
    assert shop.local() == before.here


def test_the_conflict_package_says_who_changed_the_lines(shop: Shop) -> None:
    before = shop.repo.snapshot()
    dry = shop(*UNPARK, "-n", "--json")
    assert (dry.code, shop.repo.snapshot(), places(shop)) == (3, before, [])
    real = shop(*UNPARK, "--json", "--expect", dry.json["hash"])
    assert (real.code, real.json["schema"]) == (3, "relman/outcome/v1")
    (wait,), (pick,) = real.json["waits"], real.json["targets"][0]["picks"]
    assert (wait["line"], wait["place"], wait["todo"]) == ("trunk", str(place(shop)), pick["source"])
    assert (pick["rung"], pick["reverts"], pick["tree"]) == ("conflict", True, None)
    (conflict,) = pick["conflicts"]
    assert (conflict["path"], conflict["kind"], conflict["causes"]) == (
        "app.txt",
        "content",
        [shop.repo.id("two")],
    )
    assert [(h["ours"], h["theirs"]) for h in conflict["hunks"]] == [("two\n", "2 pay\n")]
    assert (real.json["feature"]["name"], real.json["feature"]["after"]) == ("pay", None)


def test_people_read_the_same(shop: Shop) -> None:
    said = shop(*UNPARK)
    assert f"meanwhile   {shop.repo.id('two')[:7]} fix: two (Ada Tester)" in said.out
    assert "the feature:\n              - 2\n              + 2 pay\n" in said.out
    assert f"cd {place(shop)}   # to resolve the conflict and commit" in said.out
    assert f"trunk: {place(shop)} still conflicts in app.txt" in shop.done("status").out
    assert "still conflicts in app.txt" in shop.refused(3, "resume", "--yes").err
    assert "waits for this on line trunk already" in shop.refused(2, *UNPARK).err
    assert "has prerequisites" in shop.refused(2, "resume", "--with-prerequisites", "--yes").err


def test_abort_leaves_no_trace(shop: Shop) -> None:
    before, kept = shop.state(), keeps(shop)
    assert shop(*UNPARK).code == 3
    mine = solve(shop)
    said = shop.done("abort").out
    assert ("nothing had been moved" in said, mine in said) == (True, True)
    assert (shop.state(), places(shop), shop.operations()[0]) == (before, [], ("unpark pay", "aborted"))
    assert shop.repo.git("worktree", "list").count("\n") == 0
    assert keeps(shop) == kept


def test_what_was_made_in_several_commits_becomes_one_that_says_what_it_is(shop: Shop) -> None:
    assert shop(*UNPARK).code == 3
    solve(shop, BOTH.replace("two pay", "half"))
    (place(shop) / "app.txt").write_text(BOTH)
    shop.repo.git("-C", str(place(shop)), "commit", "-qam", "and the rest")
    shop.done(*sure(("resume",)))
    assert shop.repo.git("rev-parse", "main~1") == shop.repo.id("two")
    assert shop.repo.git("log", "-1", "--format=%s%n%(trailers)", "main").split("\n")[:2] == [
        "feat: put pay back",
        "Relman-Unpark: pay",
    ]
    assert (shop.repo.tree("main", "app.txt"), shop.done("status", "--json").json["parked"]) == (BOTH, [])


def test_what_others_do_on_trunk_while_it_is_resolved_stays(shop: Shop) -> None:
    assert shop(*UNPARK).code == 3
    solve(shop)
    nine = shop.repo.commit("fix: nine", {"app.txt": "1\ntwo\n3\n4\n5\n6\n7\n8\nnine\n"})
    said = shop.done(*sure(("resume",))).out
    assert f"carried on to {nine[:10]}, where trunk is by now" in said
    assert shop.repo.git("rev-parse", "main~1") == nine
    assert shop.repo.tree("main", "app.txt") == BOTH.replace("9", "nine")


def test_the_very_lines_changed_again_name_the_rebase(shop: Shop) -> None:
    assert shop(*UNPARK).code == 3
    solve(shop)
    shop.repo.commit("fix: two again", {"app.txt": "1\nTWO\n3\n4\n5\n6\n7\n8\n9\n"})
    said = shop.refused(4, "resume", "--yes").err
    (command,) = [row for row in said.splitlines() if "rebase --onto" in row]
    assert shop.repo.run(*command.split("git ", 1)[1].split()).returncode == 1
    (place(shop) / "app.txt").write_text(BOTH.replace("two", "TWO"))
    shop.repo.git("-C", str(place(shop)), "add", "app.txt")
    shop.repo.git("-C", str(place(shop)), "commit", "-q", "--no-edit")
    shop.repo.git("-C", str(place(shop)), "rebase", "--continue")
    shop.done(*sure(("resume",)))
    assert shop.repo.tree("main", "app.txt") == BOTH.replace("two", "TWO")


def test_what_is_back_by_another_way_is_given_up(shop: Shop) -> None:
    assert shop(*UNPARK).code == 3
    solve(shop)
    park = shop.repo.git("rev-parse", "main~1")
    shop.repo.git("revert", "--no-edit", "-Xtheirs", park)
    said = shop.refused(2, "resume", "--yes").err
    assert "'pay' is not parked on main any more" in said
    assert "hint:  relman abort\n" in said


def test_what_was_resolved_to_nothing_is_said(shop: Shop) -> None:
    assert shop(*UNPARK).code == 3
    at = str(place(shop))
    shop.repo.git("-C", at, "checkout", "-f", "HEAD")
    shop.repo.git("-C", at, "commit", "-q", "--allow-empty", "-m", "nothing")
    said = shop.refused(5, "resume", "--yes").err
    assert "what was resolved leaves main as it is" in said
    assert "hint:  relman abort\n" in said


def test_what_was_put_back_by_hand_is_parked_again_as_it_was_put_back(shop: Shop) -> None:
    assert shop(*UNPARK).code == 3
    solve(shop)
    shop.done(*sure(("resume",)))
    said = shop.done(*sure(("park", "pay")), "--json").json
    assert said["feature"]["commits"] == [shop.repo.id("X2"), shop.repo.id("X1")]
    assert tree(shop, "main") == tree(shop, "two")
    (out,) = shop.done("status", "--json").json["parked"]
    assert out["commits"] == [shop.repo.id("X2"), shop.repo.id("X1")]
    shop.done(*UNPARK)
    assert shop.repo.tree("main", "app.txt") == BOTH
    assert shop.done("status", "--json").json["parked"] == []


def test_two_parks_that_both_conflict_are_resolved_one_after_the_other(shop: Shop) -> None:
    shop.repo.commit("feat(pay): a price\n\nFeature: pay", {"price.txt": "1\n2\n3\n"})
    shop.done(*sure(("park", "pay")))
    shop.repo.commit("docs: prices", {"price.txt": "ours\n"})
    assert shop(*UNPARK).code == 3
    at = str(place(shop))
    (place(shop) / "price.txt").write_text("1\n2\n3\nours\n")
    shop.repo.git("-C", at, "add", "price.txt")
    shop.repo.git("-C", at, "-c", "core.editor=true", "revert", "--continue")
    said = shop(*sure(("resume",)), "--json")
    assert (said.code, said.json["moves"]) == (3, [])
    assert shop.repo.git("-C", at, "diff", "--name-only", "--diff-filter=U") == "app.txt"
    before = shop.repo.id("main")
    solve(shop)
    shop.done(*sure(("resume",)))
    assert shop.repo.git("rev-parse", "main~1") == before
    assert shop.repo.tree("main", "price.txt") == "1\n2\n3\nours\n"
    assert shop.repo.tree("main", "app.txt") == BOTH
    assert (places(shop), shop.done("status", "--json").json["parked"]) == ([], [])


def test_a_place_that_was_deleted_is_made_once_more(shop: Shop) -> None:
    assert shop(*UNPARK).code == 3
    shop.repo.git("worktree", "remove", "--force", str(place(shop)))
    assert shop("resume", "--yes").code == 3
    solve(shop)
    shop.done(*sure(("resume",)))
    assert shop.repo.tree("main", "app.txt") == BOTH


def test_push_and_a_protected_trunk_are_remembered(shop: Shop) -> None:
    shop.repo.commit("chore: protect", {"relman.toml": '[branches]\nprotected = ["main"]\n'})
    shop.repo.git("push", "-q", "origin", "main")
    assert shop(*UNPARK, "--push").code == 3
    main = shop.there("rev-parse", "main")
    mine = solve(shop)
    shop.done(*sure(("resume",)))
    assert (shop.repo.id("main"), shop.there("rev-parse", "main")) == (main, main)
    assert shop.there("rev-parse", "relman/unpark/main") == mine


def test_killed_after_any_write_a_pausing_unpark_is_settled(tmp_path: Path) -> None:
    shop = parked(tmp_path / "shop")
    shop.save()
    before, names = shop.state(), list[str]()
    assert shop(*UNPARK, checkpoint=names.append).code == 3
    assert {"committed", "place trunk", "conflict trunk", "noted trunk"} <= set(names)
    for at, name in enumerate(names):
        shop.restore()
        assert killed(lambda c: shop(*UNPARK, checkpoint=c), at + 1) == name
        made = shop("resume").code == 3
        assert shop.state() == before, name
        assert places(shop) == (["repo-relman-trunk"] if made else []), name
        if made:
            solve(shop)
            shop.done(*sure(("resume",)))
            assert shop.repo.tree("main", "app.txt") == BOTH, name
        assert (places(shop), shop.done("status", "--json").json["operations"]) == ([], []), name


@pytest.mark.parametrize("job", ["resume", "abort"])
def test_killed_after_any_write_resume_and_abort_come_to_their_end(tmp_path: Path, job: str) -> None:
    shop = parked(tmp_path / "shop")
    assert shop(*UNPARK).code == 3
    solve(shop)
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
