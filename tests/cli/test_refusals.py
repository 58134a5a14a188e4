import fcntl
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from command import DATE, Shop, sure

RELEASE = sure(["release", "1.0"])


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop", remote=False)


def test_a_reference_transaction_hook_may_refuse(shop: Shop) -> None:
    shop.hook("reference-transaction", 'test "$1" != prepared || { echo frozen >&2; exit 1; }')
    said = shop.refused(6, *RELEASE)
    assert "error: the reference-transaction hook refused the moves\ncause: frozen\n" in said.err


def test_a_pre_push_hook_may_refuse(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop")
    shop.hook("pre-push", "echo tests first >&2; exit 1")
    said = shop.refused(6, *RELEASE, "--push")
    assert "the pre-push hook refused the push; nothing was pushed and nothing moved" in said.err
    assert "tests first" in said.err


def test_no_hook_runs_on_what_relman_writes(shop: Shop) -> None:
    for name in ("pre-commit", "commit-msg", "prepare-commit-msg", "post-commit", "post-checkout"):
        shop.hook(name, "exit 1")
    shop.done(*RELEASE)


@pytest.mark.parametrize("how", ["modified", "staged", "untracked"])
def test_only_dirt_in_the_paths_that_change_matters(shop: Shop, how: str) -> None:
    path = "CHANGELOG.md" if how == "untracked" else "pyproject.toml"
    if how == "untracked":
        shop.repo.write("relman.toml", '[changelog]\npath = "CHANGELOG.md"\n')
        shop.repo.git("add", "relman.toml")
        shop.repo.git("commit", "-q", "-m", "chore: configure")
    shop.repo.write(path, "mine\n")
    if how == "staged":
        shop.repo.git("add", path)
    shop.repo.write("app.txt", "mine too\n")
    shop.repo.write("notes.txt", "untracked\n")
    said = shop.refused(6, *RELEASE)
    assert f"has changes of yours in paths that release/1.0 would change: {path}" in said.err
    if how == "untracked":
        (shop.path / path).unlink()
    else:
        shop.repo.git("reset", "-q", "--", path)
        shop.repo.git("checkout", "-q", "--", path)
    shop.done(*RELEASE)
    assert (shop.path / "app.txt").read_text() == "mine too\n"
    assert shop.repo.git("status", "--porcelain").splitlines() == [" M app.txt", "?? notes.txt"]


def test_a_branch_in_the_middle_of_something_stays(shop: Shop) -> None:
    shop.repo.git("bisect", "start")
    said = shop.refused(6, *RELEASE)
    assert "release/1.0 is in the middle of a bisect in " in said.err
    shop.repo.git("bisect", "reset")
    shop.repo.run("-c", "sequence.editor=true", "rebase", "-i", "--exec", "false", "v1.0.0")
    assert "release/1.0 is in the middle of a rebase in " in shop.refused(6, *RELEASE).err


def test_a_lock_that_git_left_is_named(shop: Shop) -> None:
    lock = shop.path / ".git/refs/heads/release/1.0.lock"
    lock.write_text("")
    assert f"another git command holds {lock}" in shop.refused(4, *RELEASE).err
    lock.unlink()
    shop.done(*RELEASE)


def test_a_second_relman_waits_its_turn(shop: Shop) -> None:
    place = shop.path / ".git/relman/lock"
    place.parent.mkdir()
    with place.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert "another relman is at work in this repository" in shop.refused(6, *RELEASE).err
    shop.done(*RELEASE)


def test_two_at_once_have_one_winner(shop: Shop) -> None:
    command = [sys.executable, "-m", "relman", "-C", str(shop.path), *RELEASE]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) for _ in "ab"]
    said = [one.communicate()[1].decode() for one in both]
    codes = sorted(one.returncode for one in both)
    assert codes[0] == 0, said
    assert codes[1] in {4, 5, 6}, said
    assert [state for _, state in shop.operations()] == ["done"]
    assert shop.repo.git("status", "--porcelain") == ""


def test_without_a_terminal_nothing_is_assumed(shop: Shop) -> None:
    said = shop.refused(2, "release", "1.0", "--date", DATE)
    assert "was not carried out: there is no terminal to ask on\nhint:  relman -C " in said.err
    hints = [line.removeprefix("hint:  ") for line in said.err.splitlines() if line.startswith("hint:")]
    yes, look = (shlex.split(hint)[3:] for hint in hints)
    assert shop.done(*look).out
    shop.done(*yes)


def test_an_override_needs_its_reason_and_its_rule(shop: Shop) -> None:
    said = shop.refused(2, *RELEASE, "--anyway", "debts")
    assert said.err == "error: --anyway needs a reason for the record\nhint:  --anyway debts --reason TEXT\n"
    assert shop.refused(2, *RELEASE, "--anyway", "debts", "--reason", " ").code == 2
    said = shop.refused(2, *RELEASE, "--anyway", "moon-phase", "--reason", "full")
    assert "--anyway moon-phase: that rule does not refuse this plan" in said.err


def test_an_override_goes_into_journal_and_tag(shop: Shop) -> None:
    shop.done(*RELEASE)
    refused = shop.refused(6, *sure(["cut"]))
    assert " cut --date 2026-11-23T03:00:00+00:00 --anyway debts --reason TEXT" in refused.err
    assert "the real run is refused; this overrides it: relman -C" in shop("cut", "-n").err
    shop.done(*sure(["cut"]), "--anyway", "debts", "--reason", "ann said\nso")
    assert "Anyway: debts (ann said so)" in shop.repo.git("cat-file", "tag", "v1.1.0-rc.1")
    assert shop.done("log", "--json").json["operations"][0]["overrides"] == ["debts: ann said\nso"]


def test_a_command_of_yours_decides_on_the_result(shop: Shop) -> None:
    said = shop.refused(6, *RELEASE, "--exec", "exit 3")
    assert "'exit 3' failed with exit code 3 on " in said.err
    assert "nothing was moved" in said.err
    seen = shop.folder / "seen"
    shop.hook("post-checkout", "exit 1")
    shop.repo.git("config", "filter.shout.smudge", f"touch {shop.folder}/ran; tr a-z A-Z")
    shop.repo.git("config", "filter.shout.clean", "cat")
    shop.repo.git("config", "filter.shout.required", "true")
    shop.repo.commit("chore: shout", {".gitattributes": "line.txt filter=shout\n"})
    os.environ["GIT_DIR"] = "/nowhere"
    shop_done = shop(
        *RELEASE, "--exec", f"cat pyproject.toml line.txt > {seen}; git log --format=%s -1 >> {seen}"
    )
    del os.environ["GIT_DIR"]
    assert shop_done.code == 0, shop_done
    assert seen.read_text() == '[project]\nname = "shop"\nversion = "1.0.1"\nline\nchore(release): 1.0.1\n'
    assert not (shop.folder / "ran").exists()


def test_a_git_that_is_too_old_is_named(shop: Shop, tmp_path: Path) -> None:
    fake = tmp_path / "bin/git"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\necho git version 2.30.1\n")
    fake.chmod(0o755)
    path = os.environ["PATH"]
    os.environ["PATH"] = f"{fake.parent}:{path}"
    said = shop(*RELEASE)
    os.environ["PATH"] = path
    assert (said.code, said.err) == (2, "error: relman needs git 2.39 or newer, and this is 2.30.1\n")


def test_a_record_that_cannot_be_read_stops_real_runs_only(shop: Shop) -> None:
    shop.done(*RELEASE)
    (file,) = (shop.path / ".git/relman/operations").glob("*.json")
    file.write_text("{")
    assert shop("status").code == shop("log").code == 0
    said = shop.refused(6, "undo", "-y")
    assert f"{file} is no record that this relman can read" in said.err


def test_resume_and_abort_need_no_configuration(shop: Shop) -> None:
    shop.repo.write("relman.toml", "nonsense = [")
    assert shop("status").code == 2
    assert shop.done("resume").out == shop.done("abort").out == "nothing     no operation is open\n"
