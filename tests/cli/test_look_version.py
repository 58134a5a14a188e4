import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from history_language import Repo
from looking import Look

Story = Callable[[str], Repo]


def told(look: Look, repo: Repo, *words: str) -> str:
    said = look(repo, "version", *words)
    assert (said.code, said.err) == (0, "")
    return said.out.removesuffix("\n")


def test_every_spelling_of_the_incidents_trunk(story: Story, look: Look) -> None:
    repo = story("incident")
    assert {form: told(look, repo, "--format", form) for form in ("semver", "pep440", "npm")} == snapshot(
        {"semver": "1.5.0-dev.40+ge815c7a", "pep440": "1.5.0.dev40+ge815c7a", "npm": "1.5.0-dev.40+ge815c7a"}
    )
    assert told(look, repo, "--format", "env") == snapshot("""\
RELMAN_VERSION=1.5.0-dev.40+ge815c7a
RELMAN_PEP440=1.5.0.dev40+ge815c7a
RELMAN_NPM=1.5.0-dev.40+ge815c7a
RELMAN_LINE=trunk
RELMAN_DISTANCE=40
RELMAN_COMMIT=e815c7a409945eb6b3c0afeecd1f5a4005084fcf
RELMAN_DIRTY=false\
""")
    assert look(repo, "version", "--json").json == snapshot(
        {
            "schema": "relman/version/v1",
            "package": None,
            "version": "1.5.0-dev.40+ge815c7a",
            "pep440": "1.5.0.dev40+ge815c7a",
            "npm": "1.5.0-dev.40+ge815c7a",
            "line": "trunk",
            "distance": 40,
            "commit": "e815c7a409945eb6b3c0afeecd1f5a4005084fcf",
            "dirty": False,
        }
    )


def test_the_env_lines_are_what_a_shell_reads(story: Story, look: Look) -> None:
    lines = told(look, story("incident"), "--format", "env")
    shell = f'set -eu\n{lines}\nprintf "%s %s" "$RELMAN_VERSION" "$RELMAN_DIRTY"'
    done = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=True)
    assert done.stdout == snapshot("1.5.0-dev.40+ge815c7a false")


def test_old_commits_do_not_know_what_came_after_them(story: Story, look: Look) -> None:
    repo = story("incident")
    revs = [
        *("v1.3.0~1", "v1.3.0", "v1.3.0~0^0", "v1.3.1~1", "v1.4.0~1", "v1.4.0~9", "v1.4.1~1", "v1.4.2~1"),
        *("main~39", "main~40", "main~47"),
    ]
    assert {rev: told(look, repo, rev) for rev in revs} == snapshot(
        {
            "v1.3.0~1": "0.1.0-dev.7+gd182c78",
            "v1.3.0": "1.3.0",
            "v1.3.0~0^0": "1.3.0",
            "v1.3.1~1": "1.3.1-dev.1+g89da91d",
            "v1.4.0~1": "1.4.0-dev.6+ge1b022a",
            "v1.4.0~9": "0.1.0-dev.6+g9ecfb08",
            "v1.4.1~1": "1.4.1-dev.1+g4748090",
            "v1.4.2~1": "1.4.2-dev.1+gdda64e8",
            "main~39": "1.5.0-dev.1+g430fefb",
            "main~40": "1.4.0",
            "main~47": "1.3.0",
        }
    )


def test_a_release_made_later_changes_no_version(story: Story, look: Look) -> None:
    repo = story("incident")
    revs = ["main", "main~3", "main~39", "v1.4.0~2", "v1.4.2~1", "v1.3.1~1"]
    before = {rev: told(look, repo, repo.id(rev)) for rev in revs}
    repo.git("checkout", "-q", "-b", "side", "main~3")
    side = repo.commit("feat: on the side", {"side.txt": "side\n"})
    repo.git("checkout", "-q", "main")
    ids = {rev: repo.id(rev) for rev in revs}
    of_side = told(look, repo, side)
    repo.git("merge", "-q", "--no-ff", "-m", "Merge branch 'side'", "side")
    repo.git("branch", "-D", "-q", "side")
    repo.commit("chore(release): 2.0.0", {"VERSION": "2.0.0\n"})
    repo.git("tag", "v2.0.0")
    repo.git("branch", "release/2.0")
    assert {rev: told(look, repo, oid) for rev, oid in ids.items()} == before
    assert told(look, repo, side) == of_side


def test_the_answer_is_the_commits_and_not_the_checkouts(story: Story, tmp_path: Path, look: Look) -> None:
    origin = story("incident")
    revs = ["main", "release/1.4", "release/1.3", "main~20", "v1.3.1~1"]
    ids = {rev: origin.id(rev) for rev in revs}
    wanted = {rev: told(look, origin, oid) for rev, oid in ids.items()}
    clone = origin.clone(tmp_path / "clone")
    bare = origin.clone(tmp_path / "clone.git", bare=True)
    linked = origin.worktree(tmp_path / "linked", "release/1.3")
    for repo in (clone, bare, linked):
        assert {rev: told(look, repo, oid) for rev, oid in ids.items()} == wanted
    for rev, oid in ids.items():
        clone.git("checkout", "-q", "--detach", oid)
        assert told(look, clone) == wanted[rev]


def test_lines_that_are_merged_back(story: Story, look: Look) -> None:
    repo = story("merged_back")
    labels = ["B", "R0", "R1", "R3", "R4", "C", "M1", "D", "S0", "M2", "M3", "F"]
    assert {label: told(look, repo, repo.id(label)) for label in labels} == snapshot(
        {
            "B": "0.1.0-dev.2+g90c427d",
            "R0": "3.8.0",
            "R1": "3.8.1-dev.1+g8c96de0",
            "R3": "3.8.2-dev.1+gd3ef0d5",
            "R4": "3.8.2",
            "C": "3.9.0-dev.1+g6188f91",
            "M1": "3.9.0-dev.2+g3d4fd28",
            "D": "3.9.0-dev.3+g6f671f2",
            "S0": "3.9.0",
            "M2": "3.10.0-dev.2+g2d1d2d1",
            "M3": "3.10.0-dev.3+g637e3de",
            "F": "3.10.0-dev.4+g8c24a61",
        }
    )


def test_a_line_can_be_named(story: Story, look: Look) -> None:
    repo = story("incident")
    assert told(look, repo, "v1.4.2~1", "--line", "release/1.4") == snapshot("1.4.2-dev.1+gdda64e8")
    assert told(look, repo, "v1.4.2~1", "--line", "trunk") == snapshot("1.4.2-dev.1+gdda64e8")


@pytest.mark.parametrize("staged", [False, True])
def test_changes_of_tracked_files_make_head_dirty(story: Story, look: Look, staged: bool) -> None:  # noqa: FBT001
    repo = story("incident")
    repo.write("untracked.txt", "new\n")
    assert look(repo, "version", "--json").json["dirty"] is False
    repo.write("README.md", "changed\n")
    if staged:
        repo.git("add", "README.md")
    assert look(repo, "version", "--json").json["dirty"] is True
    assert look(repo, "version", "main", "--json").json["dirty"] is False


@pytest.mark.parametrize("rev", ["nothing", "--", "-x"])
def test_no_such_revision(story: Story, look: Look, rev: str) -> None:
    assert look(story("incident"), "version", "--", rev).code == 2


def test_an_unborn_branch_has_no_version(tmp_path: Path, look: Look) -> None:
    repo = Repo(tmp_path / "new", {}, 0)
    repo.path.mkdir()
    repo.git("init", "-q", "--initial-branch=main")
    said = look(repo, "version")
    assert (said.code, said.out, said.err) == snapshot(
        (
            2,
            "",
            """\
error: this repository has no commit yet
hint:  git commit
""",
        )
    )


@pytest.mark.parametrize("name", ["odd_tags", "tags_off_trunk", "first_release", "free_form", "families"])
def test_odd_repositories(story: Story, look: Look, name: str) -> None:
    said = look(story(name), "version")
    expected = {
        "odd_tags": snapshot((0, "0.2.1-dev.2+gcc77a46\n")),
        "tags_off_trunk": snapshot((0, "3.7.0-dev.3+g9ff2660\n")),
        "first_release": snapshot((0, "0.1.0-dev.4+g9427dbb\n")),
        "free_form": snapshot((0, "0.9.1-dev.5+g5364d0c\n")),
        "families": snapshot((2, "")),
    }
    assert (said.code, said.out) == expected[name]
