"""What is owed, computed from a repository in which fixes were made on lines first."""

from collections.abc import Callable
from pathlib import Path

import pytest

from history_language import Repo
from relman.errors import Kind, RelmanError
from relman.job.debts import Owing, debt_of, excused_debts, find_debts
from relman.job.open import open_facts
from relman.job.trials import Trials

Story = Callable[[str], Repo]
Build = Callable[..., Repo]


def owed(repo: Repo) -> list[Owing]:
    facts = open_facts(repo.path)
    with Trials(facts) as trial:
        return list(find_debts(facts, trial))


def rows(repo: Repo) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(o.line, o.subject, o.missing_on) for o in owed(repo)]


def test_what_a_line_holds_and_others_lack(story: Story) -> None:
    assert rows(story("debts")) == [
        ("1.4", "release v1.4.2", ("1.4",)),
        ("1.4", "fix: written at night on the line", ("trunk",)),
        ("1.4", "fix: one on both sides", ("trunk",)),
        ("1.4", "fix: not yet released", ("trunk",)),
        ("1.4", "fix: urgent beside the line", ("trunk",)),
        ("1.3", "fix: five on the old line", ("trunk", "1.4")),
    ]


def test_what_users_have_is_told_from_what_waits(story: Story) -> None:
    found = {o.subject: o.released for o in owed(story("debts"))}
    assert [subject for subject, released in found.items() if not released] == ["fix: not yet released"]


def test_places_have_their_own_names_in_a_plan(story: Story) -> None:
    repo = story("debts")
    facts = open_facts(repo.path)
    first, *_, last = (debt_of(facts, o) for o in owed(repo))
    assert (first.missing_on, first.settle) == (("release/1.4",), "relman forward 1.4")
    assert (last.missing_on, last.commit, last.settle) == (
        ("main", "1.4"),
        repo.id("old"),
        "relman forward 1.3",
    )


def test_every_clone_sees_the_same(story: Story, tmp_path: Path) -> None:
    repo = story("debts")
    assert rows(repo.clone(tmp_path / "clone")) == rows(repo)


def test_a_fix_that_several_lines_hold_is_owed_once(repo_from: Build) -> None:
    repo = repo_from(
        """
main:
  A "feat: one" {VERSION: "1.0.0\\n"} [v1.0.0]
release/1.0 from A:
  old "fix: on both lines" {fix.txt: "fix\\n"} [v1.0.1]
main:
  B "feat: two" {b.txt: "b\\n"} [v1.1.0]
release/1.1 from B:
  new pick old -x [v1.1.1]
"""
    )
    assert [(o.line, o.commit, o.missing_on) for o in owed(repo)] == [("1.1", repo.id("new"), ("trunk",))]


def test_the_port_of_another_commit_of_one_request_settles_nothing(repo_from: Build) -> None:
    """Two fixes of one number in one file: trunk has the first, and would ship without the second."""
    repo = repo_from(
        """
main:
  A "feat: one" {a.txt: "1\\n2\\n3\\n4\\n5\\n"} [v1.0.0]
release/1.0 from A:
  crash "fix: parser crash on empty input (#12)" {a.txt ~ "5\\n" => "five\\n"} [v1.0.1]
  leak "fix: parser leaks every password (#12)" {a.txt ~ "1\\n" => "one\\n"} [v1.0.2]
main:
  port pick crash -x
"""
    )
    assert [(o.commit, o.missing_on) for o in owed(repo)] == [(repo.id("leak"), ("trunk",))]


def test_a_port_that_trunk_took_back_settles_nothing(repo_from: Build) -> None:
    repo = repo_from(
        """
main:
  A "feat: one" {VERSION: "1.0.0\\n"} [v1.0.0]
release/1.0 from A:
  fix "fix: on the line" {fix.txt: "fix\\n"} [v1.0.1]
main:
  port pick fix -x
  gone revert port
"""
    )
    assert [o.commit for o in owed(repo)] == [repo.id("fix")]


def test_a_wrong_clock_on_trunk_hides_no_port_below_it(repo_from: Build) -> None:
    repo = repo_from(
        """
main:
  A "feat: one" {VERSION: "1.0.0\\n"} [v1.0.0]
release/1.0 from A:
  fix "fix: other words for a change of the line (#12)" {fix.txt: "fix\\n"} [v1.0.1]
main:
  D "fix: other words for a change of the line (#12)" {fix.txt: "another\\n"}
  E "feat: written on a machine without a battery" {e.txt: "e\\n"} at 1970-01-02T00:00:00Z
"""
    )
    assert owed(repo) == []


@pytest.mark.parametrize(
    "port",
    [
        'D "fix: other words for a change of the line (#12)" {fix.txt: "another\\n"}',
        'D "fix: rewritten (cherry-pick #12 from 1.0)" {fix.txt: "fix\\nmore\\n"}',
    ],
    ids=["subject and file", "number and file"],
)
def test_two_weak_signs_are_one(repo_from: Build, port: str) -> None:
    repo = repo_from(
        f"""
main:
  A "feat: one" {{VERSION: "1.0.0\\n"}} [v1.0.0]
release/1.0 from A:
  fix "fix: other words for a change of the line (#12)" {{fix.txt: "fix\\n"}} [v1.0.1]
main:
  {port}
"""
    )
    assert owed(repo) == []


@pytest.mark.parametrize(
    "other",
    [
        'D "fix: typo (#13)" {other.txt: "x\\n"}',
        'D "fix: typo (#14)" {fix.txt: "another\\n"}',
    ],
    ids=["short subject, other file", "short subject"],
)
def test_one_weak_sign_is_none(repo_from: Build, other: str) -> None:
    repo = repo_from(
        f"""
main:
  A "feat: one" {{VERSION: "1.0.0\\n"}} [v1.0.0]
release/1.0 from A:
  fix "fix: typo (#12)" {{fix.txt: "fix\\n"}} [v1.0.1]
main:
  {other}
"""
    )
    assert [o.commit for o in owed(repo)] == [repo.id("fix")]


REVERTS = """
main:
  A "feat: one" {VERSION: "1.0.0\\n"}
  bad "feat: the culprit" {bad.txt: "bad\\n"}
  B "chore(release): 1.0.0" {} [v1.0.0]
release/1.0 from B:
  out revert bad [v1.0.1]
main:
  C "feat: two" {c.txt: "c\\n"}
"""


def test_the_revert_of_what_users_had_is_owed(repo_from: Build) -> None:
    repo = repo_from(REVERTS)
    assert [(o.commit, o.missing_on) for o in owed(repo)] == [(repo.id("out"), ("trunk",))]


def test_a_revert_on_both_sides_is_not(repo_from: Build) -> None:
    assert owed(repo_from(REVERTS + "  back revert bad\n")) == []


PORTED = """
main:
  A "feat: one" {VERSION: "1.0.0\\n"} [v1.0.0]
release/1.0 from A:
release/1.1 from A:
  S "chore(release): 1.1.0" {VERSION: "1.1.0\\n"} [v1.1.0]
main:
  bad "fix: the culprit of it all (#94)" {bad.txt: "bad\\n"}
release/1.0:
  old pick bad -x [v1.0.1]
release/1.1:
  new pick bad -x [v1.1.1]
  out revert new [v1.1.2]
main:
  C "feat: two" {c.txt: "c\\n"}
"""


def test_a_port_that_users_had_and_that_was_taken_back_is_not_brought_again_and_trunk_is_told(
    repo_from: Build,
) -> None:
    repo = repo_from(PORTED)
    assert [(o.commit, o.missing_on) for o in owed(repo)] == [(repo.id("out"), ("trunk",))]


def test_trunk_that_took_the_original_back_is_not_told(repo_from: Build) -> None:
    alone = PORTED.replace("  old pick bad -x [v1.0.1]\n", "")
    assert [o.commit for o in owed(repo_from(alone))] != []
    assert owed(repo_from(alone + "  back revert bad\n")) == []


def test_what_a_line_took_out_before_it_was_released_stays_on_trunk(repo_from: Build) -> None:
    repo = repo_from(
        """
main:
  A "feat: one" {VERSION: "1.0.0\\n"}
  half "feat: half done" {half.txt: "half\\n"}
release/1.0 from half:
  out revert half
  R "chore(release): 1.0.0" {} [v1.0.0]
main:
  C "feat: two" {c.txt: "c\\n"}
"""
    )
    assert owed(repo) == []


def test_a_shallow_clone_cannot_tell(story: Story, tmp_path: Path) -> None:
    with pytest.raises(RelmanError) as error:
        owed(story("debts").clone(tmp_path / "clone", depth=2))
    assert (error.value.kind, error.value.hints) == (Kind.USAGE, ("git fetch --unshallow --tags origin",))


OLDER = """
main:
  A "feat: one" {VERSION: "1.3.0\\n"} [v1.3.0]
release/1.3 from A:
  old "fix: out before the newer line" {old.txt: "old\\n"} [v1.3.1]
  hole "fix: security hole" {hole.txt: "hole\\n"}
main:
  B "feat: two" {b.txt: "b\\n"} [v1.4.0]
release/1.4 from B:
release/1.3:
  R "chore(release): 1.3.2" {} TAG
main:
  C "feat: three" {c.txt: "c\\n"}
"""


@pytest.mark.parametrize("tag", ['[v1.3.2 "Release 1.3.2"]', "[~v1.3.2]"], ids=["annotated", "lightweight"])
def test_a_fix_that_came_out_after_the_newest_release_is_news_whenever_it_was_written(
    repo_from: Build, tag: str
) -> None:
    repo = repo_from(OLDER.replace("TAG", tag))
    facts = open_facts(repo.path)
    with Trials(facts) as trial:
        told = excused_debts(facts, trial, facts.trunk.commit, "trunk", facts.lines.all)
    assert {o.subject: excuse for o, excuse in told} == {
        "fix: out before the newer line": "v1.4.0 lacked it too",
        "fix: security hole": "",
    }


NESTED = """
main:
  A "feat: one" {VERSION: "1.3.0\\n"} [v1.3.0]
1.3.x from A:
main:
  B "feat: big" {b.txt: "b\\n"} [v1.4.0]
1.x from B:
main:
  C "feat!: two" {c.txt: "c\\n"} [v2.0.0]
1.x:
  feature "feat: only on 1.x" {only.txt: "only\\n"} [v1.5.0]
1.3.x:
  fix "fix: on 1.3" {fix.txt: "fix\\n"} [v1.3.1]
  more "feat: room on 1.x for it" {more.txt: "more\\n"}
"""


def test_a_line_around_another_is_the_newer_one_and_nothing_goes_down(repo_from: Build) -> None:
    assert rows(repo_from(NESTED)) == [
        ("1", "feat: only on 1.x", ("trunk",)),
        ("1.3", "fix: on 1.3", ("trunk", "1")),
        ("1.3", "feat: room on 1.x for it", ("trunk", "1")),
    ]


def test_a_line_owes_no_newer_one_what_its_name_has_no_room_for(repo_from: Build) -> None:
    repo = repo_from(
        """
main:
  A "feat: one" {VERSION: "1.3.0\\n"} [v1.3.0]
release/1.3 from A:
  fix "fix: on 1.3" {fix.txt: "fix\\n"}
  more "feat: on 1.3" {more.txt: "more\\n"} [v1.3.1]
main:
  B "feat: two" {b.txt: "b\\n"} [v1.4.0]
release/1.4 from B:
"""
    )
    assert rows(repo) == [
        ("1.3", "fix: on 1.3", ("trunk", "1.4")),
        ("1.3", "feat: on 1.3", ("trunk",)),
    ]
