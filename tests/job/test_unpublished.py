from pathlib import Path

from command import Shop
from relman.job.open import open_facts
from relman.job.unpublished import unpublished


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
