"""Releases and hotfixes that are merged into several branches: killed anywhere, or refused for one ref."""

from pathlib import Path

import pytest

from command import Shop, sure
from killing import killed

_PYPROJECT = r'pyproject.toml: "[project]\nname = \"shop\"\nversion = \"%s\"\n"'
STORY = f"""
main:
  A "feat: one" {{{_PYPROJECT % "1.0.0"}, relman.toml: "strategy = \\"STRATEGY\\"\\n"}} [v1.0.0 "1.0.0"]
TRUNK from A:
  S "feat: search" {{search.txt: "search\\n"}}
release/1.1.0 from S:
  R "chore(release): 1.1.0-rc.1" {{{_PYPROJECT % "1.1.0-rc.1"}}} [v1.1.0-rc.1 "1.1.0-rc.1"]
TRUNK:
  half "feat: half of X" {{half.txt: "half\\n"}}
  fix "fix: crash" {{crash.txt: "crash\\n"}}
HEAD = TRUNK
"""
WORDS = {"release": ("release", "1.1.0", "--final"), "hotfix": ("hotfix", "fix")}
MOVES = {
    ("gitflow", "release"): ("main", "develop", "v1.1.0", "release/1.1.0"),
    ("gitflow", "hotfix"): ("main", "release/1.1.0", "develop", "v1.0.1"),
    ("oneflow", "release"): ("main", "v1.1.0", "release/1.1.0"),
    ("oneflow", "hotfix"): ("release/1.1.0", "main", "v1.0.1"),
}


def team(folder: Path, strategy: str) -> Shop:
    trunk = "develop" if strategy == "gitflow" else "main"
    story = STORY.replace("STRATEGY", f"{strategy}/v1")
    if trunk == "main":
        story = story.replace("TRUNK from A:\n", "main:\n")
    return Shop(folder, story.replace("TRUNK", trunk))


def command(shop: Shop, job: str, *more: str) -> tuple[str, ...]:
    return sure((*(shop.repo.labels.get(word, word) for word in WORDS[job]), *more))


def full(name: str) -> str:
    return f"refs/{'tags' if name.startswith('v') else 'heads'}/{name}"


@pytest.mark.parametrize(
    ("strategy", "job", "push"),
    [
        ("gitflow", "release", ()),
        ("gitflow", "release", ("--push",)),
        ("gitflow", "hotfix", ("--push",)),
        ("oneflow", "release", ("--push",)),
        ("oneflow", "hotfix", ("--push",)),
    ],
)
def test_killed_after_any_write_all_branches_are_old_or_all_new(
    tmp_path: Path, strategy: str, job: str, push: tuple[str, ...]
) -> None:
    shop = team(tmp_path / "shop", strategy)
    shop.save()
    words = command(shop, job, *push)
    before, names = shop.state(), list[str]()
    assert shop(*words, checkpoint=names.append).code == 0
    after = shop.state()
    moved = {ref for ref, _ in before.here.refs.items() ^ after.here.refs.items()}
    assert moved == {full(name) for name in MOVES[strategy, job]}
    turn = names.index("pushed" if push else "committed")
    ways = (("resume",), ("abort",), ("cut", "--yes", "--expect", "0000000"))
    for at, name in enumerate(names):
        shop.restore()
        assert killed(lambda c: shop(*words, checkpoint=c), at + 1) == name
        shop(*ways[at % 3])
        assert shop.state() == (after if at >= turn else before), (name, ways[at % 3])
        assert shop.done("status", "--json").json["operations"] == []


@pytest.mark.parametrize(("strategy", "job"), list(MOVES))
def test_a_remote_that_refuses_one_branch_or_the_tag_publishes_nothing(
    tmp_path: Path, strategy: str, job: str
) -> None:
    shop = team(tmp_path / "shop", strategy)
    for ref in map(full, MOVES[strategy, job]):
        shop.hook("update", f'test "$1" != {ref} || {{ echo "not today"; exit 1; }}', there=True)
        said = shop.refused(4, *command(shop, job, "--push"))
        assert f"  {ref} " in said.err
    shop.hook("update", "exit 0", there=True)
    shop.done(*command(shop, job, "--push"))
    there = dict(row.split() for row in shop.state().there.splitlines())
    here = shop.local().refs
    assert [there.get(full(name)) for name in MOVES[strategy, job]] == [
        here.get(full(name)) for name in MOVES[strategy, job]
    ]
