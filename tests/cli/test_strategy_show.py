"""`relman strategy list` and `show`: the catalog for people and programs, anywhere."""

import re
from pathlib import Path

import pytest

from command import Shop, call
from relman.config.load import load
from relman.config.source import Source
from relman.config.strategy import strategy_of
from relman.model.catalog import CATALOG

NAMES = [strategy.name for strategy in CATALOG]


def test_the_list_needs_no_repository(tmp_path: Path) -> None:
    said = call(tmp_path, "strategy", "list")
    assert (said.code, said.err) == (0, "")
    assert [line.split()[0] for line in said.out.splitlines()] == NAMES
    document = call(tmp_path, "strategy", "list", "--json").json
    assert document["schema"] == "relman/strategies/v1"
    assert [s["name"] for s in document["strategies"]] == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_what_is_shown_adopts_it(tmp_path: Path, name: str) -> None:
    document = call(tmp_path, "strategy", "show", name, "--json").json
    toml = document["configuration"]
    assert strategy_of(load(Source(name="relman.toml", data=toml.encode())).config).name == name
    page = call(tmp_path, "strategy", "show", name)
    assert page.code == 0
    for part in (document["rules"], document["incident"], toml):
        assert part.strip() in page.out


PICTURE = """\
                                                         v1.5.0                        v1.5.1
main                 ╭───────────────────────────────────●─────────────────┬───────────●─────
                     │                                   │                 │           │
hotfix/1.5.1         │                                   │                 ╰─────o─────┴─────┬
                     │                                   │                                   │
release/1.5.0        │                       ╭─────o─────┴─────┬                             │
                     │                       │                 │                             │
develop        o─────┴─────┬───────────o─────┴─────────────────o─────o───────────────────────o
                           │           │
feature/login              ╰─────o─────┴
               (o commit, ● tag; the fix is 1.5.1)
"""


def test_the_picture(tmp_path: Path) -> None:
    assert PICTURE in call(tmp_path, "strategy", "show", "gitflow/v1").out


MERMAID = """\
%%{init: {'gitGraph': {'mainBranchName': 'main'}}}%%
gitGraph
   commit id: "0 work"
   branch "feature/login"
   commit id: "2 login"
   checkout "main"
   merge "feature/login"
   branch "release/1.5"
   commit id: "5 release" tag: "v1.5.0"
   checkout "main"
   commit id: "6 half of X"
   commit id: "7 fix"
   checkout "release/1.5"
   cherry-pick id: "7 fix"
   commit id: "8 release" tag: "v1.5.1"
"""


def test_mermaid(tmp_path: Path) -> None:
    assert call(tmp_path, "strategy", "show", "trunk/v1", "--mermaid").out == MERMAID


@pytest.mark.parametrize("name", NAMES)
def test_mermaid_names_only_branches_and_commits_that_are_there(tmp_path: Path, name: str) -> None:
    made, commits = {"main", "develop"}, set[str]()
    for line in call(tmp_path, "strategy", "show", name, "--mermaid").out.splitlines():
        if found := re.match(r'   (branch|checkout|merge) "([^"]+)"', line):
            word, branch = found.groups()
            made |= {branch} if word == "branch" else set()
            assert branch in made
        elif found := re.match(r'   (commit|cherry-pick) id: "([^"]+)"', line):
            word, commit = found.groups()
            assert (commit in commits) is (word == "cherry-pick")
            commits.add(commit)


def test_without_a_name_the_repositorys_own_with_its_changes(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop", remote=False)
    assert shop.done("strategy", "show", "--json").json["name"] == "trunk/v1"
    shop.repo.write(
        "relman.toml", '[strategy]\nextends = "oneflow/v1"\nroles.release.patterns = ["rel/{version}"]\n'
    )
    shown = shop.done("strategy", "show", "--json").json
    assert shown["name"] == "oneflow/v1"
    assert next(r for r in shown["roles"] if r["name"] == "release")["patterns"] == ["rel/{version}"]
    assert "rel/1.5.0" in shop.done("strategy", "show").out
    assert "oneflow/v1              OneFlow · used here" in shop.done("strategy", "list").out


def test_a_version_may_be_left_out(tmp_path: Path) -> None:
    assert call(tmp_path, "strategy", "show", "gitflow", "--json").json["name"] == "gitflow/v1"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("show", "gitflaw"), 2, "there is no strategy 'gitflaw'"),
        (("show", "x\x1b[31m"), 2, "there is no strategy 'x\\x1b[31m'"),
        (("shw",), 2, "No such command 'shw'"),
        ((), 2, "Missing command"),
        (("show",), 2, "is not in a git repository"),
    ],
)
def test_bad_input(tmp_path: Path, words: tuple[str, ...], code: int, said: str) -> None:
    answer = call(tmp_path, "strategy", *words)
    assert (answer.code, answer.out) == (code, "")
    assert said in answer.err
    assert "hint:" in answer.err
