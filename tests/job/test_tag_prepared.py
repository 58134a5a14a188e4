"""What was prepared is tagged as it is, from its line or from its hotfix branch, and nothing else is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from driving import Said, done, relman
from history_language import Repo
from planning import STORY

Build = Callable[..., Repo]


def first(said: Said) -> tuple[int, str]:
    """Exit code and the first line of the error."""
    return said.code, next((row for row in said.err.splitlines() if row.startswith("error")), "")


def absent(repo: Repo, ref: str) -> bool:
    return repo.run("rev-parse", "-q", "--verify", ref).returncode != 0


@pytest.fixture
def waiting(repo_from: Build) -> Repo:
    """1.4.1 waits on hotfix/1.4.1, while release/1.4 has work of its own."""
    repo = repo_from(STORY + '  H "fix: urgent" {urgent.txt: "u\\n"}\n')
    said = done(repo.path, "hotfix", repo.id("H"), "--to", "1.4", "--no-tag")
    assert "when CI has passed: relman release 1.4.1" in said.out
    return repo


@pytest.mark.parametrize("word", ["1.4", "1.4.1", "release/1.4"])
def test_a_hotfix_branch_is_tagged_and_goes(waiting: Repo, word: str) -> None:
    tip, before = waiting.id("hotfix/1.4.1"), waiting.id("release/1.4")
    said = done(waiting.path, "release", word)
    assert "stays out   1 commit of release/1.4" in said.out
    assert "VERSION says 1.4.1" in said.out
    assert (waiting.id("v1.4.1^{commit}"), waiting.id("release/1.4")) == (tip, before)
    assert waiting.tree("v1.4.1", "urgent.txt") == "u\n"
    assert absent(waiting, "v1.4.1:l.txt")
    assert absent(waiting, "refs/heads/hotfix/1.4.1")
    done(waiting.path, "release", "1.4")
    assert waiting.run("merge-base", "--is-ancestor", "v1.4.1", "v1.4.2").returncode == 0


def test_a_branch_of_the_remote_is_tagged_and_deleted_there(waiting: Repo, tmp_path: Path) -> None:
    there = tmp_path / "there.git"
    waiting.git("init", "-q", "--bare", str(there))
    waiting.git("remote", "add", "origin", str(there))
    waiting.git("push", "-q", "origin", "main", "release/1.4", "hotfix/1.4.1", "--tags")
    tip = waiting.id("hotfix/1.4.1")
    waiting.git("branch", "-q", "-D", "hotfix/1.4.1")
    done(waiting.path, "release", "1.4", "--push")
    heads = waiting.git("ls-remote", "origin", "refs/heads/hotfix/*", "refs/tags/v1.4.1^{}")
    assert heads.split() == [tip, "refs/tags/v1.4.1^{}"]
    assert absent(waiting, "refs/heads/hotfix/1.4.1")


def test_a_branch_that_is_checked_out_stays(waiting: Repo) -> None:
    waiting.git("switch", "-q", "hotfix/1.4.1")
    said = done(waiting.path, "release", "1.4.1")
    assert "hotfix/1.4.1 is checked out in" in said.out
    assert waiting.id("hotfix/1.4.1") == waiting.id("v1.4.1^{commit}")


def test_a_protected_hotfix_branch_stays(waiting: Repo) -> None:
    waiting.git("switch", "-q", "main")
    waiting.write("relman.toml", '[branches]\nprotected = ["hotfix/*"]\n')
    said = done(waiting.path, "release", "1.4")
    assert "hotfix/1.4.1 is protected, so it is not deleted" in said.out
    assert waiting.id("hotfix/1.4.1") == waiting.id("v1.4.1^{commit}")


@pytest.mark.parametrize(
    "words", [("1.4", "--rc"), ("patch",), ("1.4", "--no-tag"), ("1.4", "--as-branches", "--rc")]
)
def test_nothing_else_gets_its_version(waiting: Repo, words: tuple[str, ...]) -> None:
    waiting.git("switch", "-q", "release/1.4")
    before = waiting.refs()
    said = relman(waiting.path, "release", *words)
    code, error = first(said)
    assert (code, error.partition(" (")[0]) == (2, f"error: {version(words)} is prepared on hotfix/1.4.1")
    assert "relman release 1.4.1" in said.err
    assert "relman release 1.4.2" in said.err
    assert waiting.refs() == before
    done(waiting.path, "release", "1.4.2")


def version(words: tuple[str, ...]) -> str:
    return "1.4.1-rc.1" if "--rc" in words else "1.4.1"


def test_the_next_hotfix_takes_the_next_version(waiting: Repo) -> None:
    waiting.git("switch", "-q", "main")
    waiting.commit("fix: another", {"another.txt": "a\n"}, label="I")
    said = done(waiting.path, "hotfix", waiting.id("I"), "--to", "1.4")
    assert "1.4.1 is prepared on hotfix/1.4.1" in said.out
    assert (absent(waiting, "v1.4.1"), waiting.tree("v1.4.2", "another.txt")) == (True, "a\n")


def test_a_fix_that_waits_already_is_not_released_twice(waiting: Repo) -> None:
    before = waiting.refs()
    again = relman(waiting.path, "hotfix", waiting.id("H"), "--to", "1.4")
    assert again.code == 6
    assert "duplicate: hotfix/1.4.1 holds" in again.err
    assert "relman release 1.4.1" in again.err
    assert waiting.refs() == before


def test_several_that_wait_are_told_apart(waiting: Repo) -> None:
    waiting.git("switch", "-q", "main")
    waiting.commit("fix: another", {"another.txt": "a\n"}, label="I")
    done(waiting.path, "hotfix", waiting.id("I"), "--to", "1.4", "--no-tag")
    said = relman(waiting.path, "release", "1.4")
    assert first(said) == (2, "error: 1.4.1, 1.4.2 are all prepared on line 1.4: say which comes next")
    done(waiting.path, "release", "1.4.1")
    assert (absent(waiting, "v1.4.2"), absent(waiting, "hotfix/1.4.2")) == (True, False)


def test_work_that_came_later_on_the_hotfix_branch_is_not_left_behind_silently(waiting: Repo) -> None:
    waiting.git("switch", "-q", "hotfix/1.4.1")
    waiting.commit("fix: what CI found", {"ci.txt": "c\n"})
    said = relman(waiting.path, "release", "1.4")
    assert (said.code, "left-behind: 1 commit came to hotfix/1.4.1" in said.err) == (6, True)
    assert absent(waiting, "v1.4.1")


def test_a_protected_line_wants_the_merge_first(repo_from: Build) -> None:
    repo = repo_from(STORY)
    repo.git("branch", "-f", "release/1.4", "v1.4.0")
    repo.git("switch", "-q", "main")
    repo.write("relman.toml", '[branches]\nprotected = ["release/*"]\n')
    done(repo.path, "hotfix", repo.id("C"), "--to", "1.4")
    said = relman(repo.path, "release", "1.4")
    assert (said.code, "not-merged: hotfix/1.4.1 is not merged into release/1.4" in said.err) == (6, True)
    repo.git("branch", "-f", "release/1.4", "hotfix/1.4.1")
    done(repo.path, "release", "1.4")
    assert repo.id("v1.4.1^{commit}") == repo.id("release/1.4")
    assert absent(repo, "refs/heads/hotfix/1.4.1")


class TestOnTheLine:
    @pytest.fixture
    def prepared(self, repo_from: Build) -> Repo:
        """1.4.1 is prepared on release/1.4, which is checked out."""
        repo = repo_from(STORY)
        done(repo.path, "release", "1.4", "--no-tag")
        repo.git("switch", "-q", "release/1.4")
        return repo

    def test_what_came_later_and_counts_is_not_left_behind_silently(self, prepared: Repo) -> None:
        made = prepared.id("release/1.4")
        prepared.commit("fix: later", {"later.txt": "l\n"})
        said = relman(prepared.path, "release", "1.4")
        assert said.code == 6
        assert "left-behind: 1 commit came to release/1.4 after 1.4.1 was prepared and stay out" in said.err
        assert "fix: later" in said.out
        assert absent(prepared, "v1.4.1")
        done(prepared.path, "release", "1.4", "--anyway", "left-behind", "--reason", "next week")
        assert prepared.id("v1.4.1^{commit}") == made

    def test_what_was_reverted_is_not_tagged(self, prepared: Repo) -> None:
        prepared.git("revert", "--no-edit", "HEAD")
        done(prepared.path, "release", "1.4")
        assert prepared.id("v1.4.1^{commit}") == prepared.id("release/1.4")
        assert prepared.git("log", "-1", "--format=%s", "v1.4.1") == "chore(release): 1.4.1"
        assert prepared.tree("v1.4.1", "VERSION") == "1.4.1\n"

    def test_files_that_say_otherwise_are_not_tagged(self, prepared: Repo) -> None:
        prepared.write("VERSION", "1.4.0\n")
        prepared.git("commit", "-q", "-a", "--amend", "--no-edit")
        said = relman(prepared.path, "release", "1.4")
        tip = prepared.id("release/1.4")[:10]
        assert first(said) == (
            6,
            f"error: VERSION at {tip} of release/1.4 does not say 1.4.1, though that was prepared there",
        )
        assert absent(prepared, "v1.4.1")
        done(prepared.path, "release", "1.4", "--no-tag")
        done(prepared.path, "release", "1.4")
        assert prepared.tree("v1.4.1", "VERSION") == "1.4.1\n"

    def test_a_merge_that_lost_the_version_is_not_tagged(self, prepared: Repo) -> None:
        prepared.git("switch", "-q", "-c", "side", "HEAD~1")
        prepared.git("merge", "-q", "--no-ff", "--no-commit", "release/1.4")
        prepared.write("VERSION", "1.4.0\n")
        prepared.git("add", "VERSION")
        prepared.git("commit", "-q", "-m", "Merge branch release")
        prepared.git("branch", "-q", "-f", "release/1.4", "side")
        said = relman(prepared.path, "release", "1.4")
        assert (said.code, "VERSION at " in said.err) == (6, True)
        assert absent(prepared, "v1.4.1")

    def test_a_candidate_does_not_ship_the_prepared_final(self, prepared: Repo) -> None:
        said = relman(prepared.path, "release", "1.4", "--rc")
        assert first(said) == (
            2,
            "error: 1.4.1 is prepared on release/1.4 as a final release, so a candidate of it comes too late",
        )
        assert "hint:  relman release 1.4" in said.err

    def test_a_hotfix_beside_it_takes_the_next_version(self, prepared: Repo) -> None:
        prepared.git("switch", "-q", "main")
        prepared.commit("fix: urgent", {"urgent.txt": "u\n"}, label="H")
        said = done(prepared.path, "hotfix", prepared.id("H"), "--to", "1.4")
        assert "1.4.1 is prepared on release/1.4" in said.out
        assert (absent(prepared, "v1.4.1"), absent(prepared, "v1.4.2")) == (True, False)


@pytest.mark.parametrize(
    "body",
    [
        "Prepared-release: v1.4.7\n\nand more text",
        "see\nPrepared-release: v1.4.7",
        "Prepared-release: v2.0.0",
    ],
)
def test_a_line_that_is_no_trailer_or_of_another_line_prepares_nothing(repo_from: Build, body: str) -> None:
    repo = repo_from(STORY)
    repo.git("switch", "-q", "release/1.4")
    repo.commit(f"fix: words\n\n{body}\n", {"w.txt": "w\n"})
    done(repo.path, "release", "1.4")
    assert repo.git("tag", "--points-at", "release/1.4") == "v1.4.1"
    assert repo.git("log", "-1", "--format=%s", "v1.4.1") == "chore(release): 1.4.1"


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("release", "1.4"), "relman/release/release/1.4"),
        (("cut",), "relman/cut/release/1.5"),
        (("bump", "1.4.9"), "relman/bump/release/1.4"),
    ],
)
def test_a_proposal_that_holds_something_else_is_not_overwritten(
    repo_from: Build, words: tuple[str, ...], name: str
) -> None:
    repo = repo_from(STORY)
    repo.git("switch", "-q", "-c", name, "v1.4.0")
    repo.commit("fix: a colleague's", {"c.txt": "c\n"})
    repo.git("switch", "-q", "release/1.4")
    before = repo.refs()
    said = relman(repo.path, *words, "--as-branches")
    assert first(said) == (2, f"error: branch {name} exists already and holds something else")
    assert f"hint:  git branch -D {name}" in said.err
    assert repo.refs() == before
    repo.git("branch", "-q", "-f", name, "v1.4.0")
    done(repo.path, *words, "--as-branches")


def test_a_proposal_that_was_squashed_and_released_gives_way_to_the_next(repo_from: Build) -> None:
    repo, name = repo_from(STORY), "relman/release/release/1.4"
    done(repo.path, "release", "1.4", "--as-branches")
    old = repo.id(name)
    repo.git("switch", "-q", "release/1.4")
    repo.git("merge", "-q", "--squash", name)
    repo.git("commit", "-q", "-m", "Ship it (#3)")
    done(repo.path, "release", "1.4")
    repo.commit("fix: more", {"more.txt": "m\n"})
    done(repo.path, "release", "1.4", "--as-branches")
    assert repo.id(name) != old
    assert repo.tree(name, "VERSION") == "1.4.2\n"


def test_a_branch_somebody_has_picked_the_fix_on_is_named(repo_from: Build) -> None:
    repo = repo_from(STORY + '  H "fix: urgent" {urgent.txt: "u\\n"}\n')
    repo.git("switch", "-q", "-c", "hotfix/1.4.1", "v1.4.0")
    repo.git("cherry-pick", "-x", repo.id("H"))
    said = done(repo.path, "hotfix", repo.id("H"), "--to", "1.4")
    assert f"hotfix/1.4.1 holds {repo.id('H')[:10]} fix: urgent already (" in said.out


def test_what_came_out_after_it_was_prepared_is_asked_about_at_the_tag(repo_from: Build) -> None:
    repo = repo_from(
        """
main:
  A "feat: one" {VERSION: "1.0.0\\n"} [v1.0.0]
release/1.0 from A:
main:
  B "feat: two" {b.txt: "b\\n"}
HEAD = release/1.0
"""
    )
    done(repo.path, "cut", "--final", "--no-tag")
    fix = repo.commit("fix: urgent", {"urgent.txt": "u\n"})
    done(repo.path, "release", "1.0")
    said = relman(repo.path, "release", "1.1")
    lacks = f"release/1.1 lacks what was released already: {fix[:7]} fix: urgent"
    assert (said.code, lacks in said.out + said.err, absent(repo, "v1.1.0")) == (6, True, True)
    done(repo.path, "release", "1.1", "--anyway", "debts", "--reason", "known")
    assert f"Accepted-debt: {fix}\nAnyway: debts (known)" in repo.git("cat-file", "-p", "v1.1.0")
