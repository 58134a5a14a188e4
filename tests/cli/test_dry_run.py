import os
from pathlib import Path

import pytest

from command import DATE, Shop, call, sure
from history_language import GLOBAL_CONFIG
from killing import killed

DRY = (
    ("cut",),
    ("release", "1.0"),
    ("hotfix", "pr:7", "--to", "1.0"),
    ("backport", "pr:7", "--to", "1.0"),
    ("bump", "1.0.1"),
    ("undo",),
    ("push",),
)
LOOKING = (
    ("status",),
    ("next",),
    ("next", "1.0", "--explain"),
    ("version",),
    ("changelog",),
    ("changelog", "v1.0.0"),
    ("log",),
    ("resume",),
    ("abort",),
)


def looked(shop: Shop, *words: str) -> int:
    before = shop.repo.snapshot()
    said = shop(*words)
    assert shop.repo.snapshot() == before, words
    assert said.code != 70, said
    return said.code


@pytest.fixture
def used(tmp_path: Path) -> Shop:
    """A shop in which one operation was done already, so that there is something to undo and to push."""
    shop = Shop(tmp_path / "shop", remote=False)
    shop.done(*sure(["cut"]))
    shop.repo.git("branch", "-m", "release/1.1", "release/1.1")
    return shop


def test_nothing_is_touched(used: Shop) -> None:
    codes = {" ".join(words): looked(used, *words, "--dry-run") for words in DRY}
    codes |= {" ".join(words): looked(used, *words) for words in LOOKING}
    assert codes == {
        "cut": 6,
        "release 1.0": 0,
        "hotfix pr:7 --to 1.0": 0,
        "backport pr:7 --to 1.0": 0,
        "bump 1.0.1": 0,
        "undo": 0,
        "push": 2,
        "status": 0,
        "next": 0,
        "next 1.0 --explain": 0,
        "version": 0,
        "changelog": 0,
        "changelog v1.0.0": 0,
        "log": 0,
        "resume": 0,
        "abort": 0,
    }


def test_neither_a_remote_that_is_gone_nor_a_nameless_person_matters(used: Shop) -> None:
    used.repo.git("remote", "add", "origin", "file:///nowhere/at/all.git")
    Path(os.environ["GIT_CONFIG_GLOBAL"]).write_bytes(b"")
    try:
        assert looked(used, "release", "1.0", "--dry-run") == 0
        said = used("release", "1.0", "--dry-run", "--json")
        assert said.json["provisional"] is True
        assert "ids are provisional" in used("release", "1.0", "--dry-run").out
        refused = used("release", "1.0", "--yes")
        assert (refused.code, refused.err.splitlines()[0]) == (
            2,
            "error: git does not know who you are, and the commits and tags carry your name",
        )
        assert 'hint:  git config --global user.name "Your Name"' in refused.err
    finally:
        Path(os.environ["GIT_CONFIG_GLOBAL"]).write_text(GLOBAL_CONFIG)


def test_what_writes_no_commit_and_no_tag_needs_no_name(tmp_path: Path) -> None:
    """A server publishes what somebody made, and anybody takes a file back."""
    shop = Shop(tmp_path / "shop")
    before = shop.local()
    shop.done(*sure(["release", "1.0"]))
    for key in ("user.name", "user.email"):
        shop.repo.run("config", "--unset", key)
    Path(os.environ["GIT_CONFIG_GLOBAL"]).write_bytes(b"")
    try:
        shop.done("push", "--yes")
        assert shop.repo.git("rev-parse", "v1.0.1^{}") in shop.there("ls-remote", ".", "refs/tags/v1.0.1^{}")
        shop.done("undo", "--remote", "--reason", "v1.0.1", "--yes")
        assert shop.local().refs == before.refs
    finally:
        Path(os.environ["GIT_CONFIG_GLOBAL"]).write_text(GLOBAL_CONFIG)


def test_a_bare_repository_and_a_linked_work_tree_are_as_good(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop", remote=False)
    linked = shop.repo.worktree(tmp_path / "linked", "main")
    bare = shop.repo.clone(tmp_path / "bare.git", bare=True)
    plans = []
    for repo in (shop.repo, linked, bare):
        before = repo.snapshot()
        plans.append(call(repo.path, "cut", "--dry-run", "--date", DATE, "--json", "--offline").json["moves"])
        assert repo.snapshot() == before
    assert plans[0] == plans[1] == plans[2]
    done = call(bare.path, *sure(["cut"]), "--json", "--offline")
    assert (done.code, done.json["moves"]) == (0, plans[0])
    assert {m["ref"]: m["new"] for m in plans[0]}.items() <= bare.refs().items()


@pytest.mark.parametrize("words", DRY[:5], ids=lambda words: words[0])
def test_ids_and_hash_are_those_of_the_real_run(tmp_path: Path, words: tuple[str, ...]) -> None:
    shop = Shop(tmp_path / "shop", remote=False)
    dry = shop.done(*words, "--dry-run", "--date", DATE, "--json").json
    real = shop.done(*sure(words), "--json").json
    assert (real["hash"], real["moves"], real["targets"]) == (dry["hash"], dry["moves"], dry["targets"])
    assert {m["ref"]: m["new"] for m in dry["moves"]}.items() <= shop.repo.refs().items()


def test_the_hash_knows_neither_clock_nor_committer(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop", remote=False)
    one = shop.done("bump", "1.0.1", "--dry-run", "--date", DATE, "--json").json
    shop.repo.git("config", "user.name", "Somebody Else")
    two = shop.done("bump", "1.0.1", "--dry-run", "--date", "2026-11-23T03:00:01+00:00", "--json").json
    assert one["hash"] == two["hash"]
    assert one["moves"] != two["moves"]


def test_what_was_shown_can_be_asked_for(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop", remote=False)
    shown = shop.done("release", "1.0", "-n", "--date", DATE, "--json").json["hash"]
    shop.repo.commit("fix: in between", {"late.txt": "late\n"})
    stale = shop.refused(4, *sure(["release", "1.0"]), "--expect", shown)
    assert f", not {shown}: something moved since it was shown" in stale.err
    assert shop.refused(4, *sure(["release", "1.0"]), "--expect", "").code == 4
    now = shop.done("release", "1.0", "-n", "--date", DATE, "--json").json["hash"]
    shop.done(*sure(["release", "1.0"]), "--expect", now[:7])


def test_an_interrupted_operation_is_named(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop", remote=False)
    killed(lambda c: shop(*sure(["cut"]), checkpoint=c), 2)
    for looking in ("next", "version", "changelog"):
        assert "was interrupted and is open: relman resume\n" in shop.done(looking).err
    said = shop("release", "1.0", "-n")
    assert (said.code, "was interrupted and is open" in said.out, "relman resume" in said.out) == (
        0,
        True,
        True,
    )
