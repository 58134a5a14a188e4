import shlex
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from command import DATE, Shop, other, sure


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop")


def test_a_release_arrives_whole(shop: Shop) -> None:
    said = shop.done(*sure(["release", "1.0"]), "--push", "--json").json
    assert [(p["result"], [r["ref"] for r in p["refs"]]) for p in said["pushes"]] == [
        ("pushed", ["refs/heads/release/1.0", "refs/tags/v1.0.1"])
    ]
    refs = {m["ref"]: m["new"] for m in said["moves"]}
    assert {ref: shop.there("rev-parse", ref) for ref in refs} == refs
    assert shop.repo.id("refs/remotes/origin/release/1.0") == refs["refs/heads/release/1.0"]


def test_push_later_and_the_release_page(shop: Shop) -> None:
    made = shop.done(*sure(["release", "1.0"]))
    identifier = shop.done("log", "--json").json["operations"][0]["id"]
    assert f"publish it with: relman push {identifier}" in made.err
    shop.repo.git("remote", "set-url", "--push", "origin", f"file://{shop.bare}")
    shop.repo.git("config", f"url.file://{shop.bare}.insteadOf", "https://github.com/acme/nothing.git")
    shop.refused(2, "push")
    shop.repo.git("remote", "set-url", "origin", "https://github.com/acme/shop.git")
    said = shop.done("push", "--yes", "--offline")
    (page,) = [line for line in said.out.splitlines() if line.startswith("page")]
    notes, _, command = page.removeprefix("page").partition("|")
    assert shlex.split(notes) == ["relman", "changelog", "v1.0.1"]
    assert shlex.split(command) == [
        *("gh", "release", "create", "v1.0.1", "--verify-tag", "--repo=github.com/acme/shop"),
        *("--title=v1.0.1", "--notes-file=-"),
    ]
    assert shop.there("rev-parse", "v1.0.1") == shop.repo.id("refs/tags/v1.0.1")
    shop.repo.git("remote", "set-url", "origin", f"file://{shop.bare}")
    assert "origin has everything that" in shop.refused(5, "push", "-y").err


def test_push_says_where_the_lease_is_lost(shop: Shop) -> None:
    shop.done(*sure(["release", "1.0"]))
    colleague = other(shop)
    colleague.repo.commit("fix: theirs", {"theirs.txt": "theirs\n"})
    colleague.repo.git("push", "-q", "origin", "release/1.0")
    said = shop.refused(4, "push", "-y")
    assert (
        f"refs/heads/release/1.0 on origin is {colleague.repo.id('HEAD')[:10]}, which is not below"
        in said.err
    )


def test_an_undo_is_not_pushed_by_the_back_door(shop: Shop) -> None:
    shop.done(*sure(["release", "1.0"]), "--push")
    identifier = shop.done("log", "--json").json["operations"][0]["id"]
    shop.repo.git("remote", "set-url", "origin", "file:///nowhere")
    shop.refused(6, "undo", "-y", "--offline")
    shop.repo.git("remote", "set-url", "origin", f"file://{shop.bare}")
    shop.done("undo", "-y", "--remote", "--reason", "v1.0.1")
    undone = shop.done("log", "--json").json["operations"][0]["id"]
    said = shop.refused(2, "push", undone, "-y")
    assert f"relman undo {identifier} --remote" in said.err


@pytest.mark.parametrize("refused", ["refs/tags/v1.0.1", "refs/heads/release/1.0"])
def test_a_server_that_refuses_one_ref_gets_none(shop: Shop, refused: str) -> None:
    shop.hook("update", f'test "$1" != {refused} || {{ echo "not on a Friday"; exit 1; }}', there=True)
    said = shop.refused(4, *sure(["release", "1.0"]), "--push")
    assert "origin refused the push; nothing was published and nothing moved" in said.err
    assert f"  {refused} " in said.err
    assert "not on a Friday" in said.err
    other_ref = {"refs/tags/v1.0.1", "refs/heads/release/1.0"} - {refused}
    assert f"  {other_ref.pop()} " not in said.err


def test_redo_plans_anew_what_lost_a_race(shop: Shop) -> None:
    shop.hook("update", "exit 1", there=True)
    shop.refused(
        4,
        *sure(["release", "1.0"]),
        "--push",
        "--expect",
        shop.done("release", "1.0", "-n", "--date", DATE, "--push", "--json").json["hash"],
    )
    (shop.bare / "hooks/update").unlink()
    colleague = other(shop)
    colleague.repo.commit("fix: theirs", {"theirs.txt": "theirs\n"})
    colleague.repo.git("push", "-q", "origin", "release/1.0")
    shown = shop("redo", "--dry-run")
    assert (shown.code, "relman release 1.0 --date" in shown.err) == (0, True), shown
    shop.done("redo", "--yes")
    assert shop.there("rev-parse", "v1.0.1^{commit}") == shop.repo.id("release/1.0")
    assert "theirs.txt" in shop.repo.files("v1.0.1")
    lost, done = shop.done("log", "--json").json["operations"][::-1]
    assert (lost["state"], done["state"], done["redoes"]) == ("aborted", "done", lost["id"])


def test_the_remote_is_asked_before_planning(shop: Shop) -> None:
    colleague = other(shop)
    colleague.repo.commit("fix: theirs", {"theirs.txt": "theirs\n"})
    colleague.repo.git("tag", "-a", "-m", "v1.0.1", "v1.0.1")
    colleague.repo.git("push", "-q", "origin", "release/1.0", "v1.0.1")
    colleague.repo.git("tag", "build-7")
    colleague.repo.git("push", "-q", "origin", "build-7")
    colleague.repo.commit("fix: theirs too", {"more.txt": "theirs\n"})
    colleague.repo.git("push", "-q", "origin", "release/1.0")
    said = shop.done(*sure(["release", "1.0"]), "--push", "--json").json
    assert [t["version"] for t in said["targets"]] == ["1.0.2"]
    assert shop.repo.id("refs/tags/v1.0.1") == colleague.repo.id("refs/tags/v1.0.1")
    assert "refs/tags/build-7" not in shop.repo.refs()
    assert {"theirs.txt", "more.txt"} <= set(shop.repo.files("v1.0.2"))


def test_offline_does_not_ask(shop: Shop) -> None:
    colleague = other(shop)
    colleague.repo.git("tag", "v1.0.1", "main")
    colleague.repo.git("push", "-q", "origin", "v1.0.1")
    refs = shop.repo.refs()
    said = shop.done(*sure(["release", "1.0"]), "--offline", "--json").json
    assert [m["ref"] for m in said["moves"]] == ["refs/heads/release/1.0", "refs/tags/v1.0.1"]
    assert {ref: oid for ref, oid in shop.repo.refs().items() if "remotes" in ref} == {
        ref: oid for ref, oid in refs.items() if "remotes" in ref
    }
    assert "refs/tags/v1.0.1" in shop.refused(4, "push", "-y").err


TOLD = "v1.0.0: this clone and origin disagree what that is"
REFUSED = "error: tag-differs: v1.0.0 is something else on origin"


def test_a_tag_that_differs_there_is_told(shop: Shop) -> None:
    shop.there("update-ref", "refs/tags/v1.0.0", shop.repo.id("main"))
    assert TOLD in shop.done(*sure(["release", "1.0"])).out
    assert shop.refused(6, "push", "-y").err.startswith(REFUSED)


@pytest.mark.parametrize(
    "words", [["release", "1.0"], ["cut"], ["hotfix", "main~1", "--to", "1.0", "--on-line"]]
)
def test_nothing_is_published_that_was_built_on_a_tag_that_differs_there(
    shop: Shop, words: list[str]
) -> None:
    shop.there("update-ref", "refs/tags/v1.0.0", shop.repo.id("main"))
    said = shop.refused(6, *sure(words), "--push")
    assert said.err.startswith(REFUSED)
    assert "hint:  git fetch origin +refs/tags/v1.0.0:refs/tags/v1.0.0" in said.err
    shop.done(*sure(words), "--push", "--anyway", "tag-differs", "--reason", "moved by ann")


def test_a_tag_of_another_line_that_differs_there_is_only_told(shop: Shop) -> None:
    shop.repo.git("tag", "v0.9.0", shop.repo.id("A"))
    shop.there("update-ref", "refs/tags/v0.9.0", shop.repo.id("main"))
    assert "v0.9.0: this clone and origin" in shop.done(*sure(["release", "1.0"]), "--push").out


def test_a_remote_that_is_away(shop: Shop) -> None:
    shop.repo.git("remote", "set-url", "origin", f"file://{shop.folder}/away.git")
    said = shop.refused(6, *sure(["release", "1.0"]), "--push")
    assert (said.err.splitlines()[0], "hint:  git ls-remote origin" in said.err) == (
        "error: origin cannot be asked",
        True,
    )
    said = shop.done(*sure(["release", "1.0"]), "--json").json
    assert [w["message"].partition(":")[0] for w in said["warnings"]] == [
        "origin cannot be asked, so the plan is made on what is here"
    ]


def test_nothing_is_pushed_without_a_remote(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop", remote=False)
    assert "there is no remote origin" in shop.refused(2, *sure(["release", "1.0"]), "--push").err


def test_a_branch_that_is_gone_there_says_what_to_do(shop: Shop) -> None:
    shop.there("update-ref", "-d", "refs/heads/release/1.0")
    said = shop.refused(4, *sure(["release", "1.0"]), "--push")
    assert "git fetch --prune origin" in said.err


def test_git_daemon_gets_it_whole_too(shop: Shop) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    where = [f"--base-path={shop.folder}", "--export-all", "--enable=receive-pack", "--reuseaddr"]
    daemon = subprocess.Popen(
        ["git", "daemon", "--listen=127.0.0.1", f"--port={port}", *where], stderr=subprocess.DEVNULL
    )
    try:
        shop.repo.git("remote", "set-url", "origin", f"git://127.0.0.1:{port}/remote.git")
        for _ in range(100):
            if shop.repo.run("ls-remote", "origin").returncode == 0:
                break
            time.sleep(0.05)
        shop.hook("update", 'case "$1" in refs/tags/*) echo no tags; exit 1;; esac', there=True)
        assert "no tags" in shop.refused(4, *sure(["release", "1.0"]), "--push").err
        (shop.bare / "hooks/update").unlink()
        shop.done(*sure(["release", "1.0"]), "--push")
    finally:
        daemon.terminate()
        daemon.wait()
    assert shop.there("rev-parse", "v1.0.1") == shop.repo.id("refs/tags/v1.0.1")


def test_ctrl_c_during_the_push_says_what_is_published_and_how_to_go_on(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.hook("pre-push", 'kill -INT "$(ps -o ppid= -p "$PPID" | tr -d " ")"\n')
    done = subprocess.run(
        [sys.executable, "-m", "relman", "-C", shop.path, "hotfix", "pr:7", "--yes", "--push"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 130
    assert "interrupted after the refs had moved here and on the remote" in done.stderr
    assert "hint:  relman resume\n" in done.stderr
    shop.done("resume")
    assert "v1.0.1" in shop.state().there
