"""A release that was prepared is found however it landed; git makes every landing."""

from collections.abc import Callable

import pytest

from driving import done, relman
from history_language import Repo
from planning import STORY, planned
from relman.git.scratch import Scratch
from relman.job.facts import Facts
from relman.job.prepared import Prepared, find_prepared

Build = Callable[..., Repo]

BRANCH = "relman/release/release/1.4"


def found(repo: Repo) -> Prepared | None:
    seen: list[Prepared | None] = []

    def look(facts: Facts, scratch: Scratch, _: object) -> None:
        tip = facts.tip("release/1.4")
        assert tip is not None
        seen.append(find_prepared(facts, scratch, tip.commit, facts.line("1.4").newest))

    planned(repo, look)  # type: ignore[arg-type]  # nothing is planned here
    return seen[0]


@pytest.fixture
def prepared(repo_from: Build) -> Repo:
    """1.4.1 is prepared on a branch of its own; release/1.4 is checked out."""
    repo = repo_from(STORY)
    done(repo.path, "release", "1.4", "--as-branches")
    repo.git("switch", "-q", "release/1.4")
    return repo


def fast_forward(repo: Repo) -> None:
    repo.git("merge", "-q", "--ff-only", BRANCH)


def merge(repo: Repo) -> None:
    repo.git("merge", "-q", "--no-ff", "-m", "Merge pull request #3", BRANCH)


def squash(repo: Repo) -> None:
    repo.git("merge", "-q", "--squash", BRANCH)
    repo.git("commit", "-q", "-m", repo.git("log", "-1", "--format=%B", BRANCH))


def squash_in_other_words(repo: Repo) -> None:
    repo.git("merge", "-q", "--squash", BRANCH)
    repo.git("commit", "-q", "-m", "Ship it (#3)")


def rebase(repo: Repo) -> None:
    repo.commit("docs: meanwhile", {"meanwhile.txt": "m\n"})
    repo.git("cherry-pick", BRANCH)


LANDINGS = [
    (fast_forward, "at {}", ()),
    (merge, "and merged at {}", ()),
    (squash, "at {}", ()),
    (squash_in_other_words, "and squashed at {}, as the files say", ()),
    (rebase, "at {}", ("meanwhile.txt",)),
]


@pytest.mark.parametrize(("land", "how", "differs"), LANDINGS, ids=lambda each: getattr(each, "__name__", ""))
def test_it_is_found_and_only_tagged(
    prepared: Repo, land: Callable[[Repo], None], how: str, differs: tuple[str, ...]
) -> None:
    land(prepared)
    landed = prepared.id("release/1.4")
    prepared.commit("docs: later", {"later.txt": "l\n"})
    before = prepared.refs()
    said = done(prepared.path, "release", "1.4")
    assert f"1.4.1 was prepared {how.format(landed[:10])}; only the tag is missing" in said.out
    assert [line.split()[1] for line in said.out.splitlines() if line.startswith("differs")] == [*differs]
    assert prepared.id("v1.4.1^{commit}") == landed
    assert set(prepared.refs().items()) - set(before.items()) == {("refs/tags/v1.4.1", prepared.id("v1.4.1"))}
    message = prepared.git("tag", "-l", "--format=%(contents)", "v1.4.1")
    assert message == f"repo 1.4.1\n\nBug fixes\n- two ({prepared.id('L')[:7]})\n"
    assert relman(prepared.path, "release", "1.4").code == 0
    assert prepared.tree("v1.4.2", "VERSION") == "1.4.2\n"


def test_a_squash_is_found_without_the_branch_that_it_came_from(prepared: Repo) -> None:
    squash_in_other_words(prepared)
    prepared.git("branch", "-D", BRANCH)
    answer = found(prepared)
    assert answer is not None
    assert (str(answer.version), answer.commit, answer.differs) == ("1.4.1", prepared.id("release/1.4"), ())


@pytest.mark.parametrize("kept", [True, False])
def test_without_a_changelog_the_proposal_tells_it_from_a_version_written_ahead(
    repo_from: Build,
    kept: bool,  # noqa: FBT001  a case
) -> None:
    repo = repo_from(STORY)
    repo.git("switch", "-q", "release/1.4")
    repo.git("rm", "-q", "CHANGELOG.md")
    repo.git("commit", "-q", "-m", "docs: no more news")
    done(repo.path, "release", "1.4", "--as-branches")
    squash_in_other_words(repo)
    landed = repo.id("release/1.4")
    if not kept:
        repo.git("branch", "-D", BRANCH)
    answer = found(repo)
    assert (answer.commit if answer else None) == (landed if kept else None)


def test_what_was_prepared_again_is_tagged_where_it_was_last(repo_from: Build) -> None:
    repo = repo_from(STORY)
    done(repo.path, "release", "1.4", "--no-tag")
    again = relman(repo.path, "release", "1.4", "--no-tag")
    assert (again.code, again.err.splitlines()[0]) == (
        5,
        "error: 1.4.1 is prepared on release/1.4 already, and nothing came after it",
    )
    repo.git("switch", "-q", "release/1.4")
    repo.commit("fix: what CI found", {"ci.txt": "c\n"}, label="CI")
    done(repo.path, "release", "1.4", "--no-tag")
    tip = repo.id("release/1.4")
    done(repo.path, "release", "1.4")
    assert repo.id("v1.4.1^{commit}") == tip
    assert repo.git("log", "--format=%s", "v1.4.0..v1.4.1") == (
        "chore(release): 1.4.1\nfix: what CI found\nchore(release): 1.4.1\nfix: two"
    )
    assert repo.tree("v1.4.1", "CHANGELOG.md").count("## [1.4.1]") == 1


def test_a_prepared_candidate_is_not_the_final_that_was_asked_for(repo_from: Build) -> None:
    repo = repo_from(STORY)
    done(repo.path, "cut", "--no-tag")
    prepared = repo.id("release/1.5")
    done(repo.path, "release", "1.5", "--final")
    assert repo.run("rev-parse", "-q", "--verify", "v1.5.0-rc.1").returncode == 1
    assert repo.git("log", "-2", "--format=%H %s", "v1.5.0").splitlines() == [
        f"{repo.id('v1.5.0^{commit}')} chore(release): 1.5.0",
        f"{prepared} chore(release): 1.5.0-rc.1",
    ]


def test_another_version_may_follow_on_what_was_prepared(repo_from: Build) -> None:
    repo = repo_from(STORY)
    done(repo.path, "release", "1.4", "--no-tag")
    done(repo.path, "release", "1.4.5")
    assert (repo.tree("v1.4.5", "VERSION"), repo.run("rev-parse", "v1.4.1").returncode) == ("1.4.5\n", 128)


def test_nothing_was_prepared(repo_from: Build) -> None:
    assert found(repo_from(STORY)) is None
