"""Refs as one value: `git for-each-ref` and `rev-parse` are the oracle."""

import os
import subprocess
from pathlib import Path

import pytest

from relman.git.repo import open_repository
from relman.git.snapshot import read_refs
from relman.model.history import Branch, Head, Refs, Tag
from relman.model.names import Oid, RefName


def git(folder: Path, *args: str, stdin: str = "") -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *args], input=stdin, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def commit(folder: Path, message: str) -> Oid:
    git(folder, "commit", "-q", "--allow-empty", "-m", message)
    return Oid(git(folder, "rev-parse", "HEAD"))


def read(folder: Path) -> Refs:
    return read_refs(open_repository(folder))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    return folder


def test_an_empty_repository(root: Path) -> None:
    assert read(root) == Refs(head=Head(ref=RefName("refs/heads/main"), commit=None), branches=(), tags=())


@pytest.mark.parametrize("packed", [False, True])
def test_tags_of_every_kind(root: Path, *, packed: bool) -> None:
    one, two = commit(root, "one"), commit(root, "two")
    git(root, "tag", "light", one)
    git(root, "tag", "-a", "-m", "x", "full", two)
    git(root, "tag", "-a", "-m", "x", "nested", "full")
    git(root, "tag", "-a", "-m", "x", "deep", "nested")
    git(root, "tag", "tree", "HEAD^{tree}")
    git(root, "tag", "-a", "-m", "x", "annotated-tree", "HEAD^{tree}")
    git(root, "tag", "blob", git(root, "hash-object", "-w", "--stdin", stdin="x"))
    git(root, "symbolic-ref", "refs/tags/latest", "refs/tags/full")
    if packed:
        git(root, "pack-refs", "--all")

    def tag(name: str, commit: Oid, *, annotated: bool = True) -> Tag:
        return Tag(name=name, object=Oid(git(root, "rev-parse", name)), commit=commit, annotated=annotated)

    assert read(root).tags == (
        tag("deep", two),
        tag("full", two),
        tag("latest", two),
        tag("light", one, annotated=False),
        tag("nested", two),
    )


def test_a_packed_tag_that_was_moved_leads_to_the_new_commit(root: Path) -> None:
    commit(root, "one")
    git(root, "tag", "-a", "-m", "x", "v1")
    git(root, "pack-refs", "--all")
    two = commit(root, "two")
    git(root, "tag", "-f", "-a", "-m", "y", "v1")
    assert [t.commit for t in read(root).tags] == [two]


def test_branches_heads_and_symbolic_ones(root: Path, tmp_path: Path) -> None:
    one = commit(root, "one")
    git(root, "branch", "release/1.4")
    git(root, "symbolic-ref", "refs/heads/production", "refs/heads/release/1.4")
    git(tmp_path, "clone", "-q", "app", "clone")
    clone = tmp_path / "clone"
    git(clone, "branch", "--track", "topic", "main")
    git(clone, "branch", "gone", "main")
    git(clone, "config", "branch.gone.remote", "origin")
    git(clone, "config", "branch.gone.merge", "refs/heads/gone")
    assert [b.ref for b in read(root).branches] == ["refs/heads/main", "refs/heads/release/1.4"]
    found = read(clone)
    assert found.branches == (
        Branch(ref=RefName("refs/heads/gone"), commit=one, upstream=RefName("refs/remotes/origin/gone")),
        Branch(ref=RefName("refs/heads/main"), commit=one, upstream=RefName("refs/remotes/origin/main")),
        Branch(ref=RefName("refs/heads/topic"), commit=one),
        Branch(ref=RefName("refs/remotes/origin/main"), commit=one),
        Branch(ref=RefName("refs/remotes/origin/production"), commit=one),
        Branch(ref=RefName("refs/remotes/origin/release/1.4"), commit=one),
    )
    assert (found.remotes, found.default_branch, found.missing) == (("origin",), "main", {})


def test_head_follows_symbolic_branches_and_may_be_detached(root: Path) -> None:
    one = commit(root, "one")
    git(root, "symbolic-ref", "refs/heads/current", "refs/heads/main")
    git(root, "symbolic-ref", "HEAD", "refs/heads/current")
    assert read(root).head == Head(ref=RefName("refs/heads/main"), commit=one)
    git(root, "checkout", "-q", "--detach")
    assert read(root).head == Head(ref=None, commit=one)
    git(root, "checkout", "-q", "--orphan", "fresh")
    assert read(root).head == Head(ref=RefName("refs/heads/fresh"), commit=None)


def test_each_worktree_has_its_own_head(root: Path, tmp_path: Path) -> None:
    one = commit(root, "one")
    git(root, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    assert read(tmp_path / "side").head == Head(ref=RefName("refs/heads/side"), commit=one)


@pytest.mark.parametrize(
    ("options", "missing"),
    [
        ([], ()),
        (["--single-branch"], ("branches",)),
        (["--no-tags"], ("tags",)),
        (["--single-branch", "--no-tags"], ("branches", "tags")),
        (["--mirror"], ()),
    ],
)
def test_what_a_clone_was_told_not_to_fetch(
    root: Path, tmp_path: Path, options: list[str], missing: tuple[str, ...]
) -> None:
    commit(root, "one")
    git(tmp_path, "clone", "-q", *options, f"file://{root}", "clone")
    assert read(tmp_path / "clone").missing == ({"origin": missing} if missing else {})


@pytest.mark.parametrize(
    ("spec", "hides"),
    [
        ("release/*", True),
        ("release/1.3", True),
        ("rel*", True),
        ("*.x", True),
        ("main", True),
        ("*", True),
        ("dependabot/*", False),
        ("wip-*", False),
        ("ann/*", False),
    ],
)
def test_a_negative_refspec_may_hide_release_branches(
    root: Path, tmp_path: Path, spec: str, *, hides: bool
) -> None:
    commit(root, "one")
    git(tmp_path, "clone", "-q", f"file://{root}", "clone")
    git(tmp_path / "clone", "config", "--add", "remote.origin.fetch", f"^refs/heads/{spec}")
    assert read(tmp_path / "clone").missing == ({"origin": ("branches",)} if hides else {})


def test_what_is_not_fetched_is_told_by_remote(root: Path) -> None:
    git(root, "remote", "add", "origin", "https://origin.example")
    git(root, "remote", "add", "--no-tags", "-t", "main", "fork", "https://fork.example")
    assert read(root).missing == {"fork": ("branches", "tags")}


def test_the_boundary_of_a_shallow_clone(root: Path, tmp_path: Path) -> None:
    commit(root, "one")
    two = commit(root, "two")
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{root}", "clone")
    assert read(tmp_path / "clone").shallow == {two}


def test_when_something_was_last_fetched(root: Path, tmp_path: Path) -> None:
    commit(root, "one")
    git(tmp_path, "clone", "-q", "app", "clone")
    clone = tmp_path / "clone"
    os.utime(clone / ".git/refs/remotes/origin/HEAD", (1000, 1000))
    assert read(clone).fetched_at == 1000
    git(clone, "fetch", "-q")
    os.utime(clone / ".git/FETCH_HEAD", (2000, 2000))
    assert read(clone).fetched_at == 2000
    git(clone, "worktree", "add", "-q", str(tmp_path / "side"))
    git(tmp_path / "side", "fetch", "-q")
    os.utime(clone / ".git/worktrees/side/FETCH_HEAD", (3000, 3000))
    assert read(clone).fetched_at == 3000
    (clone / ".git/worktrees/side/FETCH_HEAD").write_text("")
    assert read(clone).fetched_at == 2000
    assert read(root).fetched_at is None


def test_origin_is_the_first_remote(root: Path) -> None:
    git(root, "remote", "add", "a.fork", "https://fork.example")
    git(root, "remote", "add", "origin", "https://origin.example")
    assert read(root).remotes == ("origin", "a.fork")


def test_broken_refs_and_names_that_are_no_text_are_left_out(root: Path) -> None:
    commit(root, "one")
    (root / ".git/refs/heads/lost").write_text("1" * 40 + "\n")
    (root / ".git/refs/heads/garbage").write_text("what\n")
    (root / ".git/refs/heads/dangling").write_text("ref: refs/heads/nowhere\n")
    tip = git(root, "rev-parse", "main")
    (root / ".git/packed-refs").write_bytes(tip.encode() + b" refs/heads/caf\xe9\n")
    assert [b.ref for b in read(root).branches] == ["refs/heads/main"]


def test_the_head_of_a_bare_clone_is_its_default_branch(root: Path, tmp_path: Path) -> None:
    commit(root, "one")
    git(root, "switch", "-q", "-c", "dev")
    git(root, "clone", "-q", "--bare", str(root), str(tmp_path / "app.git"))
    assert read(tmp_path / "app.git").default_branch == "dev"
    assert read(root).default_branch is None  # here it is what somebody works on
