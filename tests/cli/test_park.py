"""`park` and `unpark` from the command line to the refs; git alone says what is on trunk and what is not."""

import json
from pathlib import Path

import pytest

from command import Shop, sure
from history_language import Repo
from relman.cli.app import run

STORY = r"""
main:
  A "feat: shop" {
    pyproject.toml: "[project]\nname = \"shop\"\nversion = \"1.0.0\"\n",
    app.txt: "1\n2\n3\n4\n5\n6\n7\n8\n9\n"
  }
  B "chore(release): 1.0.0" {} [v1.0.0]
  X1 "feat(pay): a form\n\nFeature: pay" {pay.txt: "form\n", app.txt ~ "2\n" => "2 pay\n"}
  fix "fix: nine (#7)" {app.txt ~ "9\n" => "nine\n"}
  X2 "feat(pay): a button\n\nFeature: pay" {pay.txt += "button\n"}
  C "feat: more" {more.txt: "more\n"}
"""
MERGED = r"""
main:
  A "feat: shop" {app.txt: "1\n2\n3\n4\n5\n6\n7\n8\n9\n"} [v1.0.0]
feature/pay from A:
  X1 "feat: form" {pay.txt: "form\n"}
  X2 "feat: button" {pay.txt += "button\n"}
main:
  C "feat: more" {more.txt: "more\n"}
  M merge feature/pay "Merge branch 'feature/pay'"
  fix "fix: nine" {app.txt ~ "9\n" => "nine\n"}
"""
BROUGHT_UP_TO_DATE = r"""
main:
  A "feat: shop" {app.txt: "1\n2\n3\n4\n5\n6\n7\n8\n9\n"} [v1.0.0]
feature/pay from A:
  X1 "feat: form" {pay.txt: "form\n"}
main:
  C "feat: more" {more.txt: "more\n"}
feature/pay:
  U merge main "Merge branch 'main' into feature/pay"
  X2 "feat: button" {pay.txt += "button\n"}
main:
  M merge feature/pay "Merge branch 'feature/pay'"
"""
ENTANGLED = r"""
main:
  A "feat: shop" {app.txt: "1\n2\n3\n4\n5\n"} [v1.0.0]
  X1 "feat(pay): three" {app.txt ~ "3\n" => "three\n"}
  other "fix: on top of it" {app.txt ~ "three\n" => "three!\n"}
  C "feat: apart" {more.txt: "more\n"}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop", STORY)


def tree(repo: Repo, rev: str) -> str:
    return repo.git("rev-parse", f"{rev}^{{tree}}")


def merged_tree(repo: Repo, ours: str, theirs: str) -> str:
    return repo.git("merge-tree", "--write-tree", ours, theirs)


def test_a_parked_feature_is_off_trunk_and_everything_else_is_on_it(shop: Shop) -> None:
    before = shop.local()
    shop.done(*sure(["park", "pay"]))
    assert shop.repo.files("main").keys() == {"pyproject.toml", "app.txt", "more.txt"}
    assert shop.repo.tree("main", "app.txt") == "1\n2\n3\n4\n5\n6\n7\n8\nnine\n"
    assert shop.repo.git("rev-list", "--count", f"{before.refs['refs/heads/main']}..main") == "1"
    assert shop.repo.git("status", "--porcelain") == ""


def test_what_git_reverts_by_hand_gives_the_same_tree(shop: Shop, tmp_path: Path) -> None:
    clone = shop.repo.clone(tmp_path / "clone")
    clone.git("revert", "--no-edit", shop.repo.id("X2"), shop.repo.id("X1"))
    shop.done(*sure(["park", "pay"]))
    assert tree(shop.repo, "main") == tree(clone, "HEAD")


def test_unpark_gives_the_very_tree_back(shop: Shop) -> None:
    before = tree(shop.repo, "main")
    shop.done(*sure(["park", "pay"]))
    said = shop.done(*sure(["unpark", "pay", "--json"]))
    assert tree(shop.repo, "main") == before == said.json["feature"]["after"]
    shop.refused(2, *sure(["unpark", "pay"]))


def test_what_others_did_on_its_files_meanwhile_survives(shop: Shop) -> None:
    shop.done(*sure(["park", "pay"]))
    shop.repo.commit("fix: eight", {"app.txt": "1\n2\n3\n4\n5\n6\n7\neight\nnine\n"})
    shop.done(*sure(["unpark", "pay"]))
    assert shop.repo.tree("main", "app.txt") == "1\n2 pay\n3\n4\n5\n6\n7\neight\nnine\n"
    assert shop.repo.tree("main", "pay.txt") == "form\nbutton\n"


def test_status_shows_it_in_any_clone(shop: Shop, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    shop.done(*sure(["park", "pay", "--push"]))
    clone = shop.repo.clone(tmp_path / "clone")
    assert run(["-C", str(clone.path), "status", "--json"]) == 0
    (out,) = json.loads(capfd.readouterr().out)["parked"]
    assert out["feature"] == "pay"
    assert set(out["commits"]) == {shop.repo.id("X1"), shop.repo.id("X2")}
    assert run(["-C", str(clone.path), "status"]) == 0
    assert "relman unpark pay" in capfd.readouterr().out


def test_a_park_that_was_reverted_by_hand_is_none(shop: Shop) -> None:
    shop.done(*sure(["park", "pay"]))
    shop.repo.git("revert", "--no-edit", "main")
    assert shop.done("status", "--json").json["parked"] == []


def test_the_version_and_the_notes_do_not_know_a_parked_feature(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "alone", STORY, remote=False)
    shop.repo.git("reset", "-q", "--hard", shop.repo.id("X2"))
    assert shop.done("next").out.strip() == "1.1.0"
    shop.done(*sure(["park", "pay"]))
    assert shop.done("next").out.strip() == "1.0.1"
    assert "form" not in shop.done("changelog", "trunk").out
    shop.done(*sure(["unpark", "pay"]))
    assert shop.done("next").out.strip() == "1.1.0"


def test_a_dry_run_touches_nothing_and_has_the_hash_of_the_real_run(shop: Shop) -> None:
    before = shop.repo.snapshot()
    dry = shop("park", "pay", "-n", "--json")
    assert (dry.code, shop.repo.snapshot()) == (0, before)
    real = shop.done(*sure(["park", "pay", "--json", "--expect", dry.json["hash"]]))
    assert real.json["feature"] == dry.json["feature"]


def test_undo_restores_every_ref_and_file(shop: Shop) -> None:
    before = shop.state()
    shop.done(*sure(["park", "pay"]))
    shop.done(*sure(["undo"]))
    assert shop.state() == before


def test_a_protected_trunk_stays_and_the_park_goes_to_a_branch(shop: Shop) -> None:
    shop.repo.commit("chore: protect", {"relman.toml": '[branches]\nprotected = ["main"]\n'})
    main = shop.repo.id("main")
    shop.done(*sure(["park", "pay"]))
    assert shop.repo.id("main") == main
    assert "pay.txt" not in shop.repo.files("relman/park/main")
    shop.repo.git("merge", "-q", "--no-ff", "-m", "Merge the park", "relman/park/main")
    assert shop.done("status", "--json").json["parked"][0]["feature"] == "pay"
    shop.done(*sure(["unpark", "pay"]))
    assert tree(shop.repo, "relman/unpark/main") == tree(shop.repo, main)


def test_a_merged_feature_goes_as_one_and_the_plan_knows_that_merging_again_brings_nothing(
    tmp_path: Path,
) -> None:
    shop = Shop(tmp_path / "shop", MERGED)
    before = tree(shop.repo, "main")
    said = shop.done(*sure(["park", "feature/pay"]))
    assert "merging feature/pay again brings none of these commits back" in said.out
    assert shop.repo.files("main").keys() == {"app.txt", "more.txt"}
    shop.repo.git("switch", "-q", "feature/pay")
    shop.repo.commit("feat: third", {"third.txt": "3\n"}, label="X3")
    shop.repo.git("switch", "-q", "main")
    shop.repo.git("merge", "-q", "--no-ff", "-m", "Merge it again", "feature/pay")
    assert shop.repo.files("main").keys() == {
        "app.txt",
        "more.txt",
        "third.txt",
    }  # git brings only what is new
    (out,) = shop.done("status", "--json").json["parked"]
    assert out["merged_again"] == [shop.repo.id("main")]
    assert "brought only what was new there" in shop.done(*sure(["unpark", "feature/pay"])).out
    shop.repo.git("rm", "-q", "third.txt")
    assert shop.repo.git("write-tree") == before


def test_what_a_revision_names_is_called_by_its_branch_and_put_back_by_either(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop", MERGED)
    before = tree(shop.repo, "main")
    merge = shop.repo.id("M")
    said = shop.done(*sure(["park", f"merge:{merge[:12]}", "--json"])).json
    assert said["feature"]["name"] == "feature/pay"
    assert "relman unpark feature/pay" in shop.refused(2, "park", merge, "--yes").err
    shop.done(*sure(["unpark", f"merge:{merge[:12]}"]))
    assert (tree(shop.repo, "main"), shop.done("status", "--json").json["parked"]) == (before, [])
    said = shop.done("park", "HEAD^^{/nine}", "-n", "--json").json
    assert said["feature"]["name"] == shop.repo.id("fix")[:10]


def test_a_branch_that_went_on_in_its_own_files_is_unparked_first_and_merged_then(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop", MERGED)
    git = shop.repo.git
    git("switch", "-q", "feature/pay")
    shop.repo.commit("feat: third", {"pay.txt": "form\nbutton\nthird\n"})
    git("switch", "-q", "main")
    never_parked = merged_tree(shop.repo, "main", "feature/pay")
    shop.done(*sure(["park", "feature/pay"]))
    assert shop.repo.run("merge-tree", "--write-tree", "main", "feature/pay").returncode == 1
    shop.done(*sure(["unpark", "feature/pay"]))
    git("merge", "-q", "--no-ff", "-m", "Merge branch 'feature/pay'", "feature/pay")
    assert tree(shop.repo, "main") == never_parked
    assert shop.done("status", "--json").json["parked"] == []


def test_commits_of_others_are_named_and_the_command_that_takes_them_too_works(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop", ENTANGLED)
    said = shop.refused(3, "park", "pay", "--yes", "--json").json
    assert [e["commit"] for e in said["entangled"]] == [shop.repo.id("other")]
    assert said["clean_with_them"] is True
    hint = next(h for h in said["hints"] if h.startswith("relman park"))
    shop.done(*sure([w for w in hint.split()[1:] if w != "--dry-run"]))
    assert shop.repo.tree("main", "app.txt") == "1\n2\n3\n4\n5\n"
    assert shop.repo.tree("main", "more.txt") == "more\n"


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("nothing", "belongs to a feature"),
        ("scope:none", "belongs to a feature"),
        ("branch:gone", "belongs to a feature"),
        ("main..main", "belongs to a feature"),
        ("merge:gone", "is called gone"),
        (",", "needs a name"),
        ("\x1b[31m", "belongs to a feature"),
        ("pay,serach", "belongs to a feature 'serach'"),
    ],
)
def test_a_feature_that_selects_nothing_is_an_error(shop: Shop, word: str, words: str) -> None:
    said = shop.refused(2, "park", word, "--yes")
    assert words in said.err
    assert "\x1b" not in said.err


def test_trunk_is_no_feature_whose_merges_go_the_other_way(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop", BROUGHT_UP_TO_DATE)
    for word in ("main", "branch:main", "origin/main", "refs/heads/main"):
        said = shop.refused(2, "park", word, "--yes").err
        assert f"{word.removeprefix('branch:')} is trunk, and a feature is a part of what it holds" in said
    said = shop.done(*sure(["park", "feature/pay", "--json"])).json
    assert set(said["feature"]["commits"]) == {shop.repo.id("X1"), shop.repo.id("X2")}
    assert shop.repo.files("main").keys() == {"app.txt", "more.txt"}


def test_a_feature_that_is_released_is_an_error(shop: Shop) -> None:
    shop.repo.git("tag", "-a", "-m", "1.1.0", "v1.1.0", "main")
    assert "released already, in v1.1.0" in shop.refused(2, "park", "pay", "--yes").err


def test_a_feature_that_is_parked_is_not_parked_again(shop: Shop) -> None:
    shop.done(*sure(["park", "pay"]))
    assert "relman unpark pay" in shop.refused(2, "park", "pay", "--yes").err


def test_a_feature_that_was_reverted_by_hand_is_not_said_to_be_parked(shop: Shop) -> None:
    shop.repo.git("switch", "-q", "main")
    shop.repo.git("revert", "--no-edit", shop.repo.id("X2"), shop.repo.id("X1"))
    said = shop.refused(2, "park", "pay", "--yes")
    assert "was taken out of main already" in said.err
    [way] = [line for line in said.err.splitlines() if line.startswith("hint:")]
    told = shop.repo.git(*way.split()[2:])
    assert 'Revert "feat(pay): a form"' in told


def test_commits_of_another_feature_are_an_error(tmp_path: Path) -> None:
    story = STORY.replace('C "feat: more"', 'C "feat(pay): search\\n\\nFeature: search"')
    shop = Shop(tmp_path / "shop", story)
    said = shop.refused(2, "park", "pay", "--yes")
    assert "another feature" in said.err
    assert f"{shop.repo.id('C')[:10]} feat(pay): search (search)" in said.err
    shop.done(*sure(["park", "pay,search"]))
    assert shop.repo.files("main").keys() == {"pyproject.toml", "app.txt"}


def test_a_feature_of_the_configuration_is_told_by_its_table(shop: Shop) -> None:
    shop.repo.commit(
        "chore: features", {"relman.toml": '[[features]]\nname = "payment"\ntrailers = ["Feature: pay"]\n'}
    )
    said = shop.done(*sure(["park", "payment", "--json"]))
    assert set(said.json["feature"]["commits"]) == {shop.repo.id("X1"), shop.repo.id("X2")}


def test_what_was_put_back_after_a_release_without_it_is_unfinished_still(shop: Shop) -> None:
    warned = "2 commits of pay would ship, unfinished"
    assert warned in shop("cut", "--final", "-n").out
    before = shop.repo.git("rev-parse", "main^{tree}")
    for words in (["park", "pay"], ["cut", "--final"], ["unpark", "pay"]):
        assert warned not in shop.done(*sure(words)).out
    said = shop("status", "--ready")
    assert (said.code, "pay is unfinished" in said.out) == (1, True)
    assert "1 commit of pay would ship, unfinished" in shop("cut", "--final", "-n").out
    for words in (["park", "pay"], ["unpark", "pay"]):
        shop.done(*sure(words))
    assert shop.repo.git("rev-parse", "main^{tree}") == before
