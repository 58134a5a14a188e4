from pathlib import Path

from command import Shop, sure
from relman.job.open import open_facts
from relman.job.unpublished import unpublished

GITFLOW = r"""
main:
  A "feat: one" {relman.toml: "strategy = \"gitflow/v1\"\n", app.txt: "1\n"} [v1.0.0]
develop from A:
  B "feat: more" {more.txt: "more\n"}
HEAD = develop
"""


def titles(shop: Shop) -> list[str]:
    return [r.sealed.plan.title for r in unpublished(open_facts(shop.path))]


def test_what_was_not_pushed_is_named_until_it_is_pushed_or_undone(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    assert titles(shop) == []
    shop.done("hotfix", "pr:7", "--yes")
    assert titles(shop) == ["hotfix v1.0.1"]
    again = shop("hotfix", "pr:7", "--yes", "--push")
    assert again.code == 5
    assert "hotfix v1.0.1 is not published yet: relman push " in again.err
    shop.done("push", "--yes")
    assert titles(shop) == []


def test_an_undone_operation_and_a_clone_without_a_remote_have_nothing_to_publish(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "a")
    shop.done("hotfix", "pr:7", "--yes")
    shop.done("undo", "--yes")
    assert titles(shop) == []
    alone = Shop(tmp_path / "b", remote=False)
    alone.done("hotfix", "pr:7", "--yes")
    assert titles(alone) == []


def test_a_branch_that_went_with_its_release_is_not_asked_for(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop", GITFLOW)
    shop.done(*sure(("cut",)))
    assert titles(shop) == ["cut 1.1.0 with v1.1.0-rc.1"]
    cut = shop.done("log", "--json").json["operations"][0]["id"]
    shop.done(*sure(("release", "1.1.0", "--final", "--push")))
    assert shop.repo.git("branch", "--list", "release/*") == ""
    assert titles(shop) == []
    shop.done("push", cut, "--yes")
    assert shop.there("tag", "--list", "v1.1.0-rc.1") == "v1.1.0-rc.1"
    said = shop.refused(5, "push", cut, "--yes")
    assert said.err.startswith(f"error: origin has everything that {cut} made and that is here still\n")


def test_what_is_gone_here_and_was_never_out_is_not_asked_for(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop", GITFLOW)
    shop.done(*sure(("cut",)))
    shop.repo.git("branch", "-D", "release/1.1.0")
    assert titles(shop) == ["cut 1.1.0 with v1.1.0-rc.1"]
    shop.repo.git("tag", "-d", "v1.1.0-rc.1")
    assert titles(shop) == []
    said = shop.refused(4, "push", "--yes")
    assert said.err.splitlines()[1].startswith("hint:  relman log --show ")
