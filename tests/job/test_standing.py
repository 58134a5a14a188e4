"""Has it been ported? One answer for every job, in which what was reverted since does not count."""

from collections.abc import Callable

import pytest

from driving import relman
from history_language import Repo
from relman.job.open import open_facts
from relman.job.standing import held, line_has
from relman.model.names import Oid

STORY = """
main: A "feat: one" {a: "1\\n"} [v1.4.0] -- old "fix: old" {o: "1\\n"} -- B "chore: cut" {b: "1\\n"}
release/1.4 from B: L1 "fix: line" {l: "1\\n"} [v1.4.1]
main: fix "fix: news (#7)" {f: "1\\n"} -- other "fix: other (#8)" {g: "1\\n"}
release/1.4: P pick fix -x [v1.4.2] -- Q pick other -x
"""


@pytest.fixture
def repo(repo_from: Callable[..., Repo]) -> Repo:
    return repo_from(STORY)


def revert(repo: Repo, branch: str, *labels: str) -> None:
    repo.git("switch", "-q", branch)
    for label in labels:
        repo.git("revert", "--no-edit", repo.labels[label])
    repo.git("switch", "-q", "main")


def on_line(repo: Repo, label: str) -> tuple[str | None, bool]:
    facts = open_facts(repo.path)
    fix = facts.graph.commit(Oid(repo.labels[label]))
    found = held(facts, Oid(repo.id("release/1.4")), fix)
    line = facts.line("1.4")
    return found.how if found else None, line_has(facts, line, fix)


def test_a_port_and_the_commit_itself_count_until_they_are_reverted(repo: Repo) -> None:
    picked = "cherry picked from it, with the same patch-id"
    assert (on_line(repo, "fix"), on_line(repo, "old")) == ((picked, True), ("the same commit", True))
    revert(repo, "release/1.4", "Q", "P", "old")
    assert (on_line(repo, "fix"), on_line(repo, "old")) == ((None, False), (None, False))


def test_what_a_line_took_back_is_news_in_the_next_release(repo: Repo) -> None:
    def news() -> list[str]:
        notes = relman(repo.path, "changelog", "trunk", "--context").json
        return [e["description"] for s in notes["releases"][0]["sections"] for e in s["entries"]]

    assert "news" not in news()
    revert(repo, "release/1.4", "P")
    repo.git("tag", "v1.4.3", "release/1.4")
    assert "news" in news()


@pytest.mark.parametrize("reverted", [False, True])
def test_the_notes_of_all_releases_say_the_same(repo: Repo, *, reverted: bool) -> None:
    if reverted:
        revert(repo, "release/1.4", "P")
        repo.git("tag", "v1.4.3", "release/1.4")
    repo.commit("feat: more", {"more": "1\n"})
    repo.git("tag", "v1.5.0", "main")
    newest = relman(repo.path, "changelog", "--all").out.partition("## [1.5.0]")[2].partition("## [")[0]
    assert "more" in newest
    assert ("- news" in newest) is reverted


def test_a_fix_that_trunk_took_back_is_a_debt_there(repo: Repo) -> None:
    revert(repo, "main", "other")
    said = relman(repo.path, "hotfix", repo.labels["other"], "--to", "v1.4.2", "--isolate", "-n", "--json")
    assert said.json["debts"][0]["missing_on"] == ["main"]
