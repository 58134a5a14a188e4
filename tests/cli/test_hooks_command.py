"""`relman hooks`: where hooks go, what was there, and the way back, with git itself running them."""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from command import call
from history_language import Repo
from relman.errors import Kind
from relman.model.hooks import KEPT, USUAL, USUAL_BARE, Hook, script

Story = Callable[[str], Repo]
ECHO = '#!/bin/sh\necho before "$@" >&2\n'


def folder(repo: Repo) -> Path:
    return repo.path / ".git" / "hooks"


def put(repo: Repo, name: str, text: str, mode: int = 0o755) -> Path:
    file = folder(repo) / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    file.chmod(mode)
    return file


def snapshot(place: Path) -> dict[str, tuple[int, bytes]]:
    return {f.name: (stat.S_IMODE(f.stat().st_mode), f.read_bytes()) for f in sorted(place.glob("*"))}


def install(repo: Repo | Path, *words: str) -> None:
    path = repo if isinstance(repo, Path) else repo.path
    said = call(path, "hooks", "install", *words, "--yes")
    assert said.code == 0, said.out + said.err


def test_installed_hooks_refuse_and_let_go(story: Story) -> None:
    repo = story("first_release")
    install(repo)
    assert {f.name for f in folder(repo).glob("*") if os.access(f, os.X_OK)} >= set(USUAL)
    refused = repo.run("commit", "--allow-empty", "-m", "no type here")
    assert (refused.returncode, "[type-empty]" in refused.stderr) == (1, True)
    assert repo.run("commit", "--allow-empty", "-m", "chore: tidy").returncode == 0


def test_a_dry_run_writes_nothing_and_no_terminal_is_an_error(story: Story) -> None:
    repo = story("first_release")
    shutil.rmtree(folder(repo), ignore_errors=True)
    before = repo.snapshot()
    said = call(repo.path, "hooks", "install", "--dry-run")
    assert (said.code, "writes      pre-push" in said.out) == (0, True)
    assert call(repo.path, "hooks", "install").code == Kind.USAGE
    assert not folder(repo).exists()
    assert before == repo.snapshot()


def test_what_was_there_is_kept_called_first_and_comes_back_byte_for_byte(story: Story) -> None:
    repo = story("first_release")
    put(repo, "commit-msg", ECHO, 0o750)
    put(repo, "pre-push", "#!/bin/sh\nexit 0\n", 0o644)
    put(repo, "post-checkout", ECHO)
    before = snapshot(folder(repo))
    install(repo)
    done = repo.run("commit", "--allow-empty", "-m", "fix: a")
    assert (done.returncode, "before .git/COMMIT_EDITMSG" in done.stderr) == (0, True)
    assert (folder(repo) / f"pre-push{KEPT}").exists()
    status = call(repo.path, "hooks", "status").out
    assert f"commit-msg          relman, after commit-msg{KEPT}" in status
    assert call(repo.path, "hooks", "uninstall", "--yes").code == 0
    assert snapshot(folder(repo)) == before


def test_a_hook_that_was_there_still_stops_git(story: Story) -> None:
    repo = story("first_release")
    put(repo, "pre-commit", "#!/bin/sh\necho never >&2\nexit 3\n")
    install(repo)
    done = repo.run("commit", "--allow-empty", "-m", "fix: a")
    assert (done.returncode, done.stderr) == (1, "never\n")


def test_a_hook_that_was_there_gets_what_git_says(story: Story, tmp_path: Path) -> None:
    repo = story("first_release")
    repo.git("init", "-q", "--bare", str(tmp_path / "there.git"))
    put(repo, "pre-push", f'#!/bin/sh\ncat > "{tmp_path}/heard"\necho "$@" >> "{tmp_path}/heard"\n')
    install(repo, "pre-push")
    repo.git("push", "-q", str(tmp_path / "there.git"), "HEAD:refs/heads/main")
    head = repo.id("HEAD")
    said = (tmp_path / "heard").read_text().splitlines()
    assert said == [
        f"{said[0].split(' ')[0]} {head} refs/heads/main {'0' * 40}",
        f"{tmp_path}/there.git {tmp_path}/there.git",
    ]


def test_it_is_idempotent(story: Story) -> None:
    repo = story("first_release")
    put(repo, "pre-commit", ECHO)
    install(repo)
    before = snapshot(folder(repo))
    said = call(repo.path, "hooks", "install", "--yes", "--json").json
    assert (said["changes"], said["written"]) == ([], False)
    assert snapshot(folder(repo)) == before
    assert call(repo.path, "hooks", "uninstall", "--yes").code == 0
    assert call(repo.path, "hooks", "uninstall", "--yes", "--json").json["changes"] == []


def test_undo_takes_it_back(story: Story) -> None:
    repo = story("first_release")
    put(repo, "pre-commit", ECHO, 0o700)
    before = snapshot(folder(repo))
    install(repo)
    after = snapshot(folder(repo))
    assert call(repo.path, "undo", "--yes").code == 0
    assert snapshot(folder(repo)) == before
    assert call(repo.path, "redo", "--yes").code == 0
    assert snapshot(folder(repo)) == after


def test_somebody_put_another_hook_over_it(story: Story) -> None:
    repo = story("first_release")
    put(repo, "pre-commit", ECHO)
    install(repo)
    put(repo, "pre-commit", "#!/bin/sh\nexit 0\n")
    before = snapshot(folder(repo))
    said = call(repo.path, "hooks", "install", "--yes")
    assert (said.code, "put over relman's hook" in said.err) == (Kind.USAGE, True)
    assert snapshot(folder(repo)) == before


def test_a_relman_hook_that_git_passes_over_is_mended(story: Story) -> None:
    repo = story("first_release")
    install(repo)
    (folder(repo) / "commit-msg").chmod(0o644)
    assert "passes it over" in call(repo.path, "hooks", "status").out
    install(repo)
    assert os.access(folder(repo) / "commit-msg", os.X_OK)


def test_a_linked_hook_is_left_alone_with_the_line_to_add(story: Story) -> None:
    repo = story("first_release")
    real = repo.write("tools/check.sh", ECHO)
    folder(repo).mkdir(exist_ok=True)
    (folder(repo) / "pre-commit").symlink_to("../../tools/check.sh")
    said = call(repo.path, "hooks", "install", "--yes")
    assert said.code == Kind.REFUSED
    assert 'relman-hook pre-commit "$@" || exit' in said.err
    assert real.read_text() == ECHO
    assert not (folder(repo) / "commit-msg").exists()


@pytest.mark.parametrize("relative", [True, False])
def test_the_configured_folder_is_taken(story: Story, tmp_path: Path, relative: bool) -> None:  # noqa: FBT001
    repo = story("first_release")
    place = repo.path / ".githooks" if relative else tmp_path / "own hooks"
    repo.git("config", "core.hooksPath", ".githooks" if relative else str(place))
    install(repo)
    assert (place / "commit-msg").exists()
    assert not (folder(repo) / "commit-msg").exists()
    assert "[type-empty]" in repo.run("commit", "--allow-empty", "-m", "none").stderr


def test_a_folder_that_others_share_is_left_alone(story: Story, tmp_path: Path) -> None:
    repo = story("first_release")
    repo.git("config", "--global", "core.hooksPath", str(tmp_path / "all"))
    try:
        said = call(repo.path, "hooks", "install", "--yes")
        assert said.code == Kind.REFUSED
        assert "a global setting" in said.err
        assert f"{tmp_path}/all/commit-msg:" in said.err
        assert not (tmp_path / "all").exists()
    finally:
        repo.git("config", "--global", "--unset", "core.hooksPath")


def test_a_linked_work_tree_has_the_hooks_of_its_repository(story: Story, tmp_path: Path) -> None:
    repo = story("first_release")
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"), "-b", "other")
    install(tmp_path / "linked")
    assert (folder(repo) / "commit-msg").exists()
    done = repo.run("-C", str(tmp_path / "linked"), "commit", "--allow-empty", "-m", "none")
    assert (done.returncode, "[type-empty]" in done.stderr) == (1, True)


def test_a_bare_repository_gets_the_servers_hook(story: Story, tmp_path: Path) -> None:
    repo = story("first_release")
    bare = repo.clone(tmp_path / "there.git", bare=True)
    said = call(bare.path, "hooks", "install", "--yes")
    assert said.code == 0
    assert "relman.policy" in said.err
    assert [f.name for f in (bare.path / "hooks").glob("*") if not f.name.endswith(".sample")] == list(
        USUAL_BARE
    )


def test_a_repository_without_a_commit_takes_them(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path / "new")], check=True)
    install(tmp_path / "new")
    assert (tmp_path / "new/.git/hooks/pre-push").exists()


OWNERS = {
    "pre-commit": (".pre-commit-config.yaml", "stages: [pre-push]"),
    "lefthook": ("lefthook.yml", "use_stdin: true"),
    "husky": (".husky/commit-msg", '.husky/pre-push:\nrelman-hook pre-push "$@"'),
}


@pytest.mark.parametrize("owner", OWNERS)
def test_an_owner_keeps_its_hooks_and_gets_the_lines(story: Story, owner: str) -> None:
    repo = story("first_release")
    file, line = OWNERS[owner]
    repo.write(file, "")
    said = call(repo.path, "hooks", "install", "--yes")
    assert said.code == Kind.REFUSED
    assert f"{owner} owns the hooks" in said.err
    assert all(part in said.err for part in line.split("\n"))
    assert not (folder(repo) / "commit-msg").exists()
    told = call(repo.path, "hooks", "install", "--yes", "--json").json
    assert (told["owner"], line in told["lines"]) == (owner, True)


def test_a_hook_that_an_owner_wrote_tells_too(story: Story) -> None:
    repo = story("first_release")
    put(repo, "pre-commit", "#!/usr/bin/env bash\n# File generated by pre-commit: https://pre-commit.com\n")
    assert call(repo.path, "hooks", "install", "--yes").code == Kind.REFUSED
    assert "owner       pre-commit" in call(repo.path, "hooks", "status").out


def test_a_free_form_repository_is_told_of_warnings(story: Story) -> None:
    said = call(story("free_form").path, "hooks", "install", "--yes")
    assert said.code == 0
    assert "message rules start as warnings" in said.err
    assert "warnings" not in call(story("first_release").path, "hooks", "install", "--yes").err


def test_a_message_begins_with_the_branchs_name_where_that_is_configured(story: Story) -> None:
    repo = story("first_release")
    repo.write("relman.toml", '[messages]\nfill = ["type", "scope"]\n')
    install(repo)
    assert (folder(repo) / "prepare-commit-msg").exists()
    repo.git("switch", "-q", "-c", "fix/cart/tax")
    done = repo.run("-c", "core.editor=cat", "commit", "--allow-empty")
    assert "fix(cart): " in done.stdout or "fix(cart): " in (repo.path / ".git/COMMIT_EDITMSG").read_text()


def test_strange_words_are_usage(story: Story) -> None:
    repo = story("first_release")
    assert call(repo.path, "hooks", "install", "post-commit").code == Kind.USAGE
    assert call(repo.path, "hooks", "frob").code == Kind.USAGE


@pytest.mark.parametrize("hook", ["commit-msg", "pre-push"])
def test_without_relman_the_hook_says_how_to_get_past(hook: Hook, tmp_path: Path) -> None:
    file = tmp_path / hook
    file.write_bytes(script(hook, "/gone/bin/python"))
    done = subprocess.run(
        ["sh", str(file), "x"],
        input="a\n",
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "no longer where" in done.stderr
    assert "--no-verify" in done.stderr
    broken = tmp_path / "python"
    broken.write_text("#!/gone/interpreter\n")
    broken.chmod(0o755)
    file.write_bytes(script(hook, str(broken)))
    done = subprocess.run(
        ["sh", str(file), "x"],
        input="a\n",
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "--no-verify" in done.stderr) == (1, True)


def test_a_python_that_lost_relman_gives_way_to_the_path(tmp_path: Path) -> None:
    (tmp_path / "relman-hook").write_text('#!/bin/sh\necho "by path: $*"\ncat\n')
    (tmp_path / "relman-hook").chmod(0o755)
    lost = tmp_path / "python"
    lost.write_text("#!/bin/sh\nexit 127\n")
    lost.chmod(0o755)
    file = tmp_path / "pre-push"
    file.write_bytes(script("pre-push", str(lost)))
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    done = subprocess.run(
        ["sh", str(file), "origin", "url"],
        input="one\ntwo\n",
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "by path: pre-push origin url\none\ntwo\n")


def test_the_repositorys_own_modules_are_never_loaded(story: Story) -> None:
    repo = story("first_release")
    install(repo)
    for name in ("relman/__init__.py", "msgspec.py", "tomllib.py", "sitecustomize.py"):
        repo.write(name, "raise SystemExit('taken over')\n")
    done = repo.run("commit", "--allow-empty", "-m", "fix: a")
    assert (done.returncode, "taken over" in done.stderr) == (0, False)


def test_an_empty_environment_is_enough(story: Story) -> None:
    repo = story("first_release")
    install(repo)
    git = shutil.which("git") or "git"
    words = ["-c", "user.name=A", "-c", "user.email=a@b", "commit", "--allow-empty", "-m"]
    for message, code in (("none", 1), ("fix: a", 0)):
        done = subprocess.run(
            [git, "-C", str(repo.path), *words, message], env={}, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, done.stderr


def test_a_path_with_blanks_and_quotes_is_a_path(tmp_path: Path) -> None:
    place = tmp_path / "it's a $(touch no) place"
    place.mkdir()
    (place / "python").symlink_to(sys.executable)
    file = tmp_path / "commit-msg"
    file.write_bytes(script("commit-msg", str(place / "python")))
    (tmp_path / "m").write_text("none\n")
    done = subprocess.run(
        ["sh", str(file), str(tmp_path / "m")], capture_output=True, cwd=tmp_path, check=False
    )
    assert not (tmp_path / "no").exists()
    assert done.returncode in (0, 1)


def test_init_offers_the_hooks(story: Story) -> None:
    said = call(story("first_release").path, "init", "--yes")
    assert (said.code, said.err.endswith(": relman hooks install\n")) == (0, True)
