"""Only `trunk/v1` is carried out; whoever configures another strategy is told, and still may look."""

from pathlib import Path

import pytest

from command import Shop, sure

SENTENCE = "strategy is gitflow/v1, and this relman only carries out trunk/v1"
ERROR = f'error: {SENTENCE}\nhint:  in relman.toml:  strategy = "trunk/v1"\n'


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    made = Shop(tmp_path / "shop", remote=False)
    made.repo.write("relman.toml", 'strategy = "gitflow/v1"\n')
    return made


@pytest.mark.parametrize(
    "words",
    [
        ("cut",),
        ("cut", "-n"),
        ("release", "1.0"),
        ("hotfix", "pr:7"),
        ("backport", "pr:7", "--to", "1.0"),
        ("bump",),
        ("init",),
    ],
    ids=" ".join,
)
def test_what_changes_something_is_refused(shop: Shop, words: tuple[str, ...]) -> None:
    assert shop.refused(2, *words).err == ERROR


def test_looking_goes_on_with_a_warning(shop: Shop) -> None:
    for words in (("next",), ("version",), ("changelog",)):
        assert f"warning: {SENTENCE}\n" in shop.done(*words).err
    assert shop.done("status", "--json").json["warnings"] == [SENTENCE]


def test_what_was_made_before_can_be_taken_back(shop: Shop) -> None:
    (shop.path / "relman.toml").unlink()
    before = shop.state()
    shop.done(*sure(("release", "1.0")))
    made = shop.state()
    shop.repo.write("relman.toml", 'strategy = "gitflow/v1"\n')
    shop.done("undo", "--yes")
    assert shop.state().here.refs == before.here.refs
    shop.done("redo", "--yes")
    assert shop.state().here.refs == made.here.refs


def test_records_of_deployments_are_not_there_yet(shop: Shop) -> None:
    shop.repo.write("relman.toml", '[production]\nsource = "record"\n')
    assert shop.refused(2, "hotfix", "pr:7").err == (
        "error: production is unknown: production.source is record, and this relman keeps no records yet\n"
        "hint:  relman hotfix FIX --to v1.0.0\n"
        'hint:  in relman.toml, below [production]:  source = "assumed"\n'
    )
    assert shop.done("hotfix", "pr:7", "--to", "v1.0.0", "-n").code == 0
