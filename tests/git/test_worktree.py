"""Worktrees in every state that git leaves them in, and moving one on without losing a byte."""

import os
import subprocess
from pathlib import Path

import pytest

from relman.errors import Kind, RelmanError
from relman.git.repo import open_repository
from relman.git.worktree import Worktree, read_worktrees, touched, update
from relman.model.names import Oid, RefName


def git(folder: Path, *args: str, ok: bool = True) -> str:
    done = subprocess.run(["git", "-C", str(folder), *args], capture_output=True, text=True, check=False)
    assert done.returncode == 0 or not ok, done.stderr
    return done.stdout.strip()


def commit(folder: Path, message: str, **files: str | None) -> Oid:
    for name, content in files.items():
        path = folder / name.replace("__", "/")
        if content is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", message)
    return Oid(git(folder, "rev-parse", "HEAD"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "one", a="1\n", d__b="1\n", keep="1\n")
    return folder


def here(folder: Path) -> Worktree:
    return next(w for w in read_worktrees(open_repository(folder)) if w.path == folder)


def test_the_main_one_and_linked_ones(root: Path, tmp_path: Path) -> None:
    tip = Oid(git(root, "rev-parse", "HEAD"))
    git(root, "worktree", "add", "-q", "-b", "side", str(tmp_path / "a b"))
    git(root, "worktree", "add", "-q", "--detach", str(tmp_path / "line\nfeed"))
    git(root, "worktree", "lock", "--reason", "on a stick", str(tmp_path / "a b"))
    main = Worktree(path=root, git_dir=root / ".git", head_ref=RefName("refs/heads/main"), head=tip)
    linked = (
        Worktree(
            path=tmp_path / "a b",
            git_dir=root / ".git/worktrees/a-b",
            head_ref=RefName("refs/heads/side"),
            head=tip,
        ),
        Worktree(
            path=tmp_path / "line\nfeed", git_dir=_git_dir(tmp_path / "line\nfeed"), head_ref=None, head=tip
        ),
    )
    for start in (root, tmp_path / "a b"):
        assert read_worktrees(open_repository(start)) == (main, *linked)


def _git_dir(folder: Path) -> Path:
    return Path(git(folder, "rev-parse", "--absolute-git-dir"))


def test_one_whose_folder_is_gone(root: Path, tmp_path: Path) -> None:
    git(root, "worktree", "add", "-q", str(tmp_path / "side"))
    (tmp_path / "side").rename(tmp_path / "moved")
    assert here(root).prunable is False
    assert read_worktrees(open_repository(root))[1].prunable is True


def test_a_locked_one_whose_folder_is_gone_is_missing(root: Path, tmp_path: Path) -> None:
    git(root, "worktree", "add", "-q", str(tmp_path / "side"))
    git(root, "worktree", "lock", str(tmp_path / "side"))
    assert [w.missing for w in read_worktrees(open_repository(root))] == [False, False]
    (tmp_path / "side").rename(tmp_path / "moved")
    assert [(w.missing, w.prunable) for w in read_worktrees(open_repository(root))] == [
        (False, False),
        (True, False),
    ]
    git(root, "worktree", "unlock", str(tmp_path / "side"))
    assert [(w.missing, w.prunable) for w in read_worktrees(open_repository(root))] == [
        (False, False),
        (False, True),
    ]


def test_a_bare_repository_and_an_unborn_branch(tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    git(tmp_path / "bare", "init", "-q", "--bare")
    assert read_worktrees(open_repository(tmp_path / "bare")) == (
        Worktree(path=tmp_path / "bare", git_dir=tmp_path / "bare", head_ref=None, head=None, bare=True),
    )
    (tmp_path / "new").mkdir()
    git(tmp_path / "new", "init", "-q", "-b", "fresh")
    assert (here(tmp_path / "new").head_ref, here(tmp_path / "new").head) == ("refs/heads/fresh", None)


def test_a_symlinked_git_directory(root: Path, tmp_path: Path) -> None:
    (root / ".git").rename(tmp_path / "elsewhere")
    (root / ".git").symlink_to(tmp_path / "elsewhere")
    assert [w.path for w in read_worktrees(open_repository(root))] == [root]


@pytest.fixture
def clash(root: Path) -> Path:
    """`main` and `topic` change the same line, `topic` in two commits above `stack`."""
    git(root, "switch", "-q", "-c", "stack")
    commit(root, "stack", a="stack\n")
    git(root, "switch", "-q", "-c", "topic")
    commit(root, "topic", a="topic\n")
    git(root, "switch", "-q", "main")
    commit(root, "main", a="main\n")
    return root


@pytest.mark.parametrize(
    ("command", "busy"),
    [
        (["merge", "topic"], "merge"),
        (["cherry-pick", "topic"], "cherry-pick"),
        (["cherry-pick", "stack", "topic"], "cherry-pick"),
        (["revert", "--no-edit", "stack"], "revert"),
        (["bisect", "start", "main", "main~1"], "bisect"),
    ],
)
def test_what_is_half_done_on_the_branch(clash: Path, command: list[str], busy: str) -> None:
    git(clash, *command, ok=False)
    found = here(clash)
    assert found.busy == busy
    assert found.refs == {RefName("refs/heads/main")}


@pytest.mark.parametrize("backend", ["--merge", "--apply"])
def test_a_rebase_holds_its_branch_though_head_is_detached(clash: Path, backend: str) -> None:
    git(clash, "rebase", backend, "main", "topic", ok=False)
    found = here(clash)
    assert (found.head_ref, found.busy, found.holds) == (None, "rebase", ("refs/heads/topic",))


def test_a_rebase_that_updates_refs_holds_them_too(clash: Path) -> None:
    git(clash, "rebase", "--update-refs", "main", "topic", ok=False)
    assert here(clash).holds == ("refs/heads/topic", "refs/heads/stack")


def test_a_bisection_holds_where_it_began(root: Path) -> None:
    for number in range(4):
        commit(root, f"{number}")
    git(root, "bisect", "start", "HEAD", "HEAD~4")
    found = here(root)
    assert (found.head_ref, found.busy, found.holds) == (None, "bisect", ("refs/heads/main",))


def test_applying_mail(clash: Path, tmp_path: Path) -> None:
    patch = git(clash, "format-patch", "-1", "--stdout", "topic")
    (tmp_path / "mail").write_text(patch + "\n")
    git(clash, "am", str(tmp_path / "mail"), ok=False)
    assert here(clash).busy == "am"


def test_a_picking_series_between_two_commits(clash: Path) -> None:
    git(clash, "cherry-pick", "stack", "topic", ok=False)
    (clash / "a").write_text("solved\n")
    git(clash, "add", "a")
    git(clash, "commit", "-q", "-m", "solved")
    assert not (clash / ".git/CHERRY_PICK_HEAD").exists()
    assert here(clash).busy == "cherry-pick"


PATHS = ("a", "d/b", "keep", "new", "n/x", "gone/y")


def test_a_clean_worktree_is_not_touched(root: Path) -> None:
    (root / "other").write_text("untracked, not in the way\n")
    assert touched(here(root), PATHS) == ()


def test_modified_staged_deleted_and_untracked_in_the_way(root: Path) -> None:
    (root / "a").write_text("modified\n")
    (root / "d/b").unlink()
    (root / "new").write_text("untracked\n")
    (root / "n").write_text("a file where a folder must be\n")
    (root / ".gitignore").write_text("gone\n")
    (root / "gone").mkdir()
    (root / "gone/y").write_text("ignored\n")
    assert touched(here(root), PATHS) == ("a", "d/b", "new", "n/x", "gone/y")


def test_staged_alone_counts(root: Path) -> None:
    (root / "a").write_text("staged\n")
    git(root, "add", "a")
    (root / "a").write_text("1\n")
    assert touched(here(root), PATHS) == ("a",)


def test_a_folder_with_untracked_files_is_in_the_way_of_a_file(root: Path) -> None:
    (root / "new").mkdir()
    assert touched(here(root), ["new"]) == ()
    (root / "new/inside").write_text("x")
    assert touched(here(root), ["new"]) == ("new",)


def test_a_nested_repository_is_in_the_way(root: Path) -> None:
    (root / "n").mkdir()
    git(root / "n", "init", "-q")
    commit(root / "n", "x", x="1")
    assert touched(here(root), ["n/x"]) == ("n/x",)


def test_a_nested_repository_is_in_the_way_of_a_file(root: Path) -> None:
    (root / "n").mkdir()
    git(root / "n", "init", "-q")
    assert touched(here(root), ["n"]) == ("n",)


def test_a_link_that_becomes_a_folder_is_not_followed(root: Path) -> None:
    (root / "link").symlink_to("d")
    assert touched(here(root), ["link/b"]) == ("link/b",)
    commit(root, "link")
    assert touched(here(root), ["link", "link/b"]) == ()


def test_a_tracked_file_that_becomes_a_folder_is_not_in_its_own_way(root: Path) -> None:
    assert touched(here(root), ["a", "a/x"]) == ()


def test_conflicts_and_odd_names(clash: Path) -> None:
    commit(clash, "odd", **{"caf\udce9 *": "1\n", "star": "1\n"})
    git(clash, "merge", "topic", ok=False)
    (clash / "caf\udce9 *").write_text("2\n")
    assert touched(here(clash), ["a", "caf\udce9 *", "star", "c*"]) == ("a", "caf\udce9 *")


def test_more_paths_than_an_argument_list_holds(root: Path) -> None:
    (root / "a").write_text("modified\n")
    (root / "new").write_text("x")
    many = [f"{'long' * 50}/{n}" for n in range(20_000)]
    assert touched(here(root), [*many, "a", "new"]) == ("a", "new")


def test_looking_does_not_refresh_the_index(root: Path) -> None:
    os.utime(root / "a", (1000, 1000))
    before = (root / ".git/index").stat()
    assert touched(here(root), PATHS) == ()
    after = (root / ".git/index").stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)


def move(folder: Path, files: dict[str, str | None]) -> tuple[Oid, Oid]:
    """Moves the branch under a worktree's feet; files and index stay where they were."""
    old = Oid(git(folder, "rev-parse", "HEAD"))
    new = commit(folder, "new", **files)
    git(folder, "reset", "-q", "--hard", old)
    git(folder, "update-ref", git(folder, "symbolic-ref", "HEAD"), new)
    return old, new


@pytest.mark.parametrize(
    "setting",
    [[], ["index.version=4"], ["core.splitIndex=true"], ["core.untrackedCache=true", "index.version=4"]],
)
def test_update_moves_files_and_index_and_leaves_the_rest(root: Path, setting: list[str]) -> None:
    for entry in setting:
        git(root, "config", *entry.split("="))
    git(root, "update-index", "--force-write-index", ok=False)
    old, new = move(root, {"a": "2\n", "d__b": None, "new": "2\n"})
    (root / "keep").write_text("mine\n")
    (root / "other").write_text("untracked\n")
    os.utime(root / "a", (1000, 1000))
    update(here(root), old, new)
    assert git(root, "status", "--porcelain").splitlines() == ["M keep", "?? other"]
    assert (root / "a").read_text() == (root / "new").read_text() == "2\n"
    assert not (root / "d").exists()


def test_update_works_in_a_linked_worktree_with_its_own_index(root: Path, tmp_path: Path) -> None:
    side = tmp_path / "side"
    git(root, "worktree", "add", "-q", "-b", "side", str(side))
    old, new = move(side, {"a": "2\n"})
    update(next(w for w in read_worktrees(open_repository(root)) if w.path == side), old, new)
    assert (git(side, "status", "--porcelain"), git(root, "status", "--porcelain")) == ("", "")
    assert ((side / "a").read_text(), (root / "a").read_text()) == ("2\n", "1\n")


def test_update_keeps_a_sparse_checkout_sparse(root: Path) -> None:
    git(root, "sparse-checkout", "set", "--cone", "--sparse-index", "s")
    assert not (root / "d").exists()
    old = Oid(git(root, "rev-parse", "HEAD"))
    tree = git(root, "rev-parse", "HEAD^{tree}")
    git(root, "update-ref", "refs/heads/copy", git(root, "commit-tree", "-p", old, "-m", "x", tree))
    full = root.parent / "full"
    git(root, "worktree", "add", "-q", str(full), "copy")
    git(full, "sparse-checkout", "disable")
    new = commit(full, "new", d__b="2\n", a="2\n")
    git(root, "update-ref", "refs/heads/main", new)
    update(here(root), old, new)
    assert git(root, "status", "--porcelain") == ""
    assert ((root / "a").read_text(), (root / "d").exists()) == ("2\n", False)


def test_update_refuses_rather_than_lose_a_file(root: Path) -> None:
    old, new = move(root, {"a": "2\n", "new": "2\n"})
    (root / "new").write_text("untracked\n")
    with pytest.raises(RelmanError) as caught:
        update(here(root), old, new)
    error = caught.value
    assert (error.kind, (root / "a").read_text(), (root / "new").read_text()) == (
        Kind.MOVED,
        "1\n",
        "untracked\n",
    )
    assert error.hints == (f"git -C {root} read-tree -m -u {old} {new}",)
    (root / "new").unlink()
    subprocess.run(error.hints[0].split(), check=True)
    assert git(root, "status", "--porcelain") == ""
