"""Where a fix is: by containment, by ports and what became of them, by git's own answer where messages say nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest

from history_language import Repo
from relman.errors import Kind, RelmanError
from relman.job.open import open_facts
from relman.job.where import read_where
from relman.render.where import Where

Build = Callable[..., Repo]

STORY = """
main: A "feat: one" {f: "1\\n"} [v1.0.0] -- B "feat: two" {g: "1\\n"}
release/1.0 from A: L1 "fix: line" {h: "1\\n"} [v1.0.1]
main: C "feat: three" {} [v1.1.0]
release/1.1 from C: M1 "fix: other" {h: "2\\n"} [v1.1.1]
main: fix "fix: expiry (#7)" {f: "2\\n"} -- D "feat: four" {g: "2\\n"} [v1.2.0]
"""


def where(repo: Repo, word: str = "") -> Where:
    return read_where(open_facts(repo.path), word or repo.id("fix"))


def lines(answer: Where) -> list[tuple[str, bool, str, str | None]]:
    return [(line.name, line.has.has, line.has.evidence, line.since) for line in answer.lines]


def tags(answer: Where) -> list[str]:
    return [release.tag for release in answer.releases]


def test_the_commit_itself_and_who_lacks_it(repo_from: Build) -> None:
    answer = where(repo_from(STORY))
    assert lines(answer) == [
        ("trunk", True, "the same commit", "v1.2.0"),
        ("1.2", True, "the same commit", "v1.2.0"),
        ("1.1", False, "", None),
    ]
    assert tags(answer) == ["v1.2.0"]
    assert answer.lacking == ("1.1",)
    assert [(e.name, e.tag, e.source, e.has.has) for e in answer.environments] == [
        ("production", "v1.2.0", "assumed", True)
    ]


def test_a_line_that_lacks_the_fix_may_not_need_it(repo_from: Build) -> None:
    repo = repo_from("""
main: A "feat: one" {a.py: "def total(): pass\\n"} [v1.0.0]
release/1.0 from A: L "fix: line" {l: "1\\n"} [v1.0.1]
main: B "feat: rates" {rates.py: "rate = fetch_the_rate(1)\\n"} [v1.1.0]
release/1.1 from B: N "fix: newer line" {n: "1\\n"} [v1.1.1]
main: fix "fix: the rate" {rates.py: "rate = fetch_the_rate(2)\\n"} -- C "feat: more" {c: "1\\n"}
""")
    answer = where(repo)
    assert [(row.name, row.has.has, row.affected) for row in answer.lines] == [
        ("trunk", True, None),
        ("1.1", False, True),
        ("1.0", False, False),
    ]
    assert answer.lacking == ("1.1",)


def test_a_port_and_its_revert_release_by_release(repo_from: Build) -> None:
    repo = repo_from(
        STORY
        + """
release/1.1:
  P pick fix -x [v1.1.2]
  X revert P [v1.1.3]
  Y revert X [v1.1.4]
release/1.0:
  Q pick fix -x [v1.0.2]
  Z revert Q [v1.0.3]
"""
    )
    answer = where(repo)
    certain = "cherry picked from it, with the same patch-id"
    gone = f"{repo.id('Q')[:10]} was reverted by {repo.id('Z')[:10]}"
    assert tags(answer) == ["v1.2.0", "v1.1.4", "v1.1.2", "v1.0.2"]
    assert lines(answer) == [
        ("trunk", True, "the same commit", "v1.2.0"),
        ("1.2", True, "the same commit", "v1.2.0"),
        ("1.1", True, certain, "v1.1.2"),
    ]
    repo.git("tag", "-d", "v1.2.0")
    assert lines(where(repo))[1:] == [("1.1", True, certain, "v1.1.2"), ("1.0", False, gone, None)]


def test_what_follows_the_fix_is_missing_where_only_the_fix_was_ported(repo_from: Build) -> None:
    first = repo_from(STORY, "first")
    mends = STORY + f'main: E "fix: expiry, again\\n\\nFixes: {first.id("fix")[:12]}" {{f: "3\\n"}}\n'
    repo = repo_from(mends + "release/1.1: P pick fix -x\n", "second")
    both = repo_from(mends + "release/1.1: P pick fix -x\n  P2 pick E -x\n", "third")
    found = [(f.kind, f.commit, f.about, f.missing_on) for f in where(repo).follow_ups]
    assert found == [("fixes", repo.id("E"), repo.id("fix"), ("1.2", "1.1"))]
    assert [f.missing_on for f in where(both).follow_ups] == [("1.2",)]


def test_a_revert_of_the_fix_on_trunk_is_missing_on_the_lines(repo_from: Build) -> None:
    story = STORY + "release/1.1: P pick fix -x\nmain: X revert fix\n"
    answer = where(repo_from(story, "out"))
    assert lines(answer)[0][1] is False
    assert [(f.kind, f.missing_on) for f in answer.follow_ups] == [("revert", ("1.2", "1.1"))]
    again = where(repo_from(story + "main: Y revert X\n", "again"))
    assert lines(again)[0] == ("trunk", True, "the same commit", "v1.2.0")
    assert [(f.kind, f.missing_on) for f in again.follow_ups] == [("revert", ()), ("reapply", ())]


def test_git_is_asked_where_no_message_speaks(repo_from: Build) -> None:
    repo = repo_from(STORY + 'release/1.1: S "chore: everything from the fork" by Cy {f: "2\\n"}\n')
    answer = where(repo)
    assert lines(answer)[-1] == ("1.1", True, "the pick changes nothing", None)
    assert tags(answer) == ["v1.2.0"]
    repo.git("tag", "v1.3.0", repo.id("S"))
    answer = where(repo)
    assert tags(answer) == ["v1.3.0", "v1.2.0"]
    assert [(e.tag, e.has.evidence) for e in answer.environments] == [("v1.3.0", "the pick changes nothing")]


def test_an_empty_commit_is_not_everywhere(repo_from: Build) -> None:
    answer = where(repo_from(STORY + 'main: nothing "chore: build again" {}\n'), "HEAD")
    assert [line.has.has for line in answer.lines] == [True, False, False]


def test_of_several_commits_a_place_must_have_each(repo_from: Build) -> None:
    story = STORY + 'topic from D: t1 "fix: a" {a: "1\\n"} -- t2 "fix: b" {b: "1\\n"}\nmain: M merge topic\n'
    one = repo_from(story + "release/1.1: P pick t1 -x\n", "one")
    two = repo_from(story + "release/1.1: P pick t1 -x\n  P2 pick t2 -x\n", "two")
    answer = where(two, two.id("M"))
    assert [asked.commit for asked in answer.asked] == [two.id("t1"), two.id("t2")]
    assert [line.has.has for line in where(one, one.id("M")).lines] == [True, False, False]
    assert [line.has.has for line in answer.lines] == [True, False, True]


def test_unknown_production_leaves_the_rest(repo_from: Build) -> None:
    repo = repo_from(STORY)
    repo.write("relman.toml", '[production]\nsource = "branch"\n')
    answer = where(repo)
    assert answer.environments == ()
    assert answer.warnings == ("production is unknown: branch production is not in this clone",)
    repo.git("branch", "production", "v1.1.1^{commit}")
    assert [(e.tag, e.source, e.has.has) for e in where(repo).environments] == [
        ("v1.1.1", "branch production", False)
    ]


def test_it_refuses_what_it_cannot_know(repo_from: Build, tmp_path: Path) -> None:
    repo = repo_from(STORY)
    shallow = repo.clone(tmp_path / "shallow", depth=1)
    many = repo_from(
        "main: A\ntopic from A:\n" + "".join(f"  t{n}\n" for n in range(26)) + "main: M merge topic\n", "many"
    )
    with pytest.raises(RelmanError) as depth:
        where(shallow, "HEAD")
    with pytest.raises(RelmanError) as count:
        where(many, many.id("M"))
    assert (depth.value.kind, count.value.kind) == (Kind.USAGE, Kind.USAGE)
    assert count.value.message == f"{many.id('M')} names 26 commits; ask about one of them"
    assert count.value.hints == (f"relman where {many.id('t25')[:10]}",)


def test_what_a_branch_took_back_itself_is_not_asked_for(repo_from: Build) -> None:
    story = 'topic from D: t1 "fix: a" {a: "1\\n"} -- t2 "fix: b" {b: "1\\n"} -- t3 revert t2\nmain: M merge topic\n'
    repo = repo_from(STORY + story)
    answer = where(repo, repo.id("M"))
    assert [asked.commit for asked in answer.asked] == [repo.id("t1")]
    assert answer.lines[0].has.has


def test_a_partial_clone_answers_from_messages(repo_from: Build, tmp_path: Path) -> None:
    repo = repo_from(STORY + 'release/1.1: N "chore: f" {f: "9\\n"}\n')
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("clone", "-q", "--bare", "--filter=blob:none", f"file://{repo.path}", str(tmp_path / "partial"))
    answer = read_where(open_facts(tmp_path / "partial"), repo.id("fix"))
    assert lines(answer)[-1] == ("1.1", False, "", None)
    why = "this partial clone lacks files that the pick needs, and looking never fetches"
    assert answer.warnings == (f"git was not asked whether a pick changes nothing: {why}",)
