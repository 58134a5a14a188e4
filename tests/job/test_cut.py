from collections.abc import Callable

import pytest

from history_language import Repo
from planning import BESIDE, STORY, moved, planned, told
from relman.errors import Kind, RelmanError
from relman.job.cut import CutAsk, Stage, plan_cut
from relman.job.shipping import Wishes
from relman.plan.plan import Plan

Story = Callable[[str], Repo]
Build = Callable[..., Repo]


def cut(
    repo: Repo,
    version: str | None = None,
    *,
    start: str | None = None,
    stage: Stage | None = None,
    identifier: str | None = None,
    tag: bool = True,
    wishes: Wishes | None = None,
) -> Plan:
    ask = CutAsk(version=version, start=start, stage=stage, identifier=identifier, tag=tag)
    return planned(repo, lambda facts, scratch, wish: plan_cut(facts, scratch, ask, wish), wishes)


@pytest.mark.parametrize(
    ("version", "stage", "identifier", "branch", "tag"),
    [
        (None, None, None, "release/1.5", "v1.5.0-rc.1"),
        (None, "final", None, "release/1.5", "v1.5.0"),
        (None, "candidate", "beta", "release/1.5", "v1.5.0-beta.1"),
        ("major", None, None, "release/2.0", "v2.0.0-rc.1"),
        ("minor", "final", None, "release/1.5", "v1.5.0"),
        ("v1.7.0", None, None, "release/1.7", "v1.7.0-rc.1"),
        ("1.5.0-alpha.3", None, None, "release/1.5", "v1.5.0-alpha.3"),
    ],
)
def test_the_version_that_was_asked_for(
    story: Story,
    version: str | None,
    stage: Stage | None,
    identifier: str | None,
    branch: str,
    tag: str,
) -> None:
    plan = cut(story("incident"), version, stage=stage, identifier=identifier)
    assert moved(plan) == {f"refs/heads/{branch}": True, f"refs/tags/{tag}": True}
    unfinished = (
        "5 commits of X would ship, unfinished (no commit says Feature-Done: X), and no toggle hides it"
    )
    assert told(plan) == [(None, unfinished)]


def test_without_a_tag_the_plan_relies_on_there_being_none(story: Story) -> None:
    repo = story("incident")
    plan = cut(repo, tag=False)
    assert moved(plan) == {"refs/heads/release/1.5": True}
    assert {e.ref: e.value for e in plan.expects} == {
        "refs/heads/main": repo.id("main"),
        "refs/tags/v1.4.2": repo.id("v1.4.2"),
        "refs/tags/v1.5.0-rc.1": None,
    }
    assert (plan.title, plan.proofs) == ("cut 1.5, 1.5.0-rc.1 prepared", ())
    assert plan.afterwards == ("when CI has passed: relman release 1.5",)


def test_from_an_older_commit_only_what_is_there_ships(repo_from: Build) -> None:
    repo = repo_from(STORY)
    plan = cut(repo, start="main~1")
    target = plan.targets[0]
    assert (target.base.commit, target.ships, target.tag) == (
        repo.id("B"),
        (repo.id("B"),),
        "v1.5.0-rc.1",
    )


@pytest.mark.parametrize(
    ("version", "start", "kind", "message"),
    [
        ("1.4.9", None, Kind.USAGE, "line 1.4 is cut already, on release/1.4"),
        ("1.3.0", None, Kind.USAGE, "1.3.0 is lower than 1.4.0, which trunk stands on"),
        ("1.5", None, Kind.USAGE, "'1.5' is not a version"),
        (None, "release/1.4", Kind.USAGE, "release/1.4 is not on main"),
    ],
)
def test_what_cannot_be_cut(
    repo_from: Build, version: str | None, start: str | None, kind: Kind, message: str
) -> None:
    with pytest.raises(RelmanError) as error:
        cut(repo_from(STORY), version, start=start)
    assert (error.value.kind, error.value.message) == (kind, message)


def test_a_version_whose_tag_is_there_is_taken(repo_from: Build) -> None:
    repo = repo_from(STORY)
    repo.git("tag", "v1.5.0", "main")
    with pytest.raises(RelmanError) as error:
        cut(repo, "1.5.0")
    assert error.value.message == "1.5.0 is taken: tag v1.5.0"


def test_nothing_to_cut(story: Story) -> None:
    repo = story("trunk_tags")
    repo.git("tag", "v1.1.1", "main")
    with pytest.raises(RelmanError) as error:
        cut(repo)
    assert (error.value.kind, error.value.message) == (
        Kind.NOTHING,
        "nothing to cut: 0 commits since v1.1.1, none of which counts",
    )


def test_the_newest_line_needs_its_final_first(story: Story) -> None:
    plan = cut(story("tags_off_trunk"))
    assert moved(plan) == {"refs/heads/release-3.7": True, "refs/tags/v3.7.0-rc1": True}
    assert told(plan)[0] == ("unfinished-line", "line 3.6 has no final release yet")


def test_a_line_that_was_only_prepared_is_unfinished_too(repo_from: Build) -> None:
    repo = repo_from(
        STORY
        + """
release/1.5 from C:
  P "chore(release): 1.5.0-rc.1" {VERSION: "1.5.0-rc.1\\n"}
"""
    )
    assert told(cut(repo)) == [("unfinished-line", "line 1.5 has no final release yet")]


def test_the_first_release_ever(story: Story) -> None:
    plan = cut(story("first_release"))
    assert moved(plan) == {"refs/heads/release/0.1": True, "refs/tags/v0.1.0-rc.1": True}
    assert told(plan) == []


def test_twin_tags_that_differ_are_refused(repo_from: Build) -> None:
    repo = repo_from(STORY)
    repo.git("tag", "1.4.0", "main")
    with pytest.raises(RelmanError) as error:
        cut(repo)
    assert error.value.message == "1.4.0 and v1.4.0 name one version and differ"


def test_a_released_fix_that_trunk_lacks_is_a_debt(repo_from: Build) -> None:
    repo = repo_from(BESIDE)
    plan = cut(repo)
    fix = repo.id("H")
    assert told(plan) == [("debts", f"main lacks what was released already: {fix[:7]} fix: urgent")]
    assert [(d.commit, d.missing_on, d.settle) for d in plan.debts] == [
        (fix, ("main",), "relman forward 1.4")
    ]


@pytest.mark.parametrize(
    "port",
    [
        "D pick H -x",
        'D "fix: urgent, in other words\\n\\n(cherry picked from commit H)" {a.txt ~ "5\\n" => "V\\n"}',
        'D "docs: the same by chance" {a.txt ~ "5\\n" => "five\\n"}',
    ],
    ids=["picked", "adapted", "nothing left to pick"],
)
def test_a_port_in_any_shape_settles_the_debt(repo_from: Build, port: str) -> None:
    fix = repo_from(BESIDE, "first").id("H")
    repo = repo_from(BESIDE + "  " + port.replace("commit H", f"commit {fix}") + "\n")
    assert told(cut(repo)) == []


def test_trunks_files_may_say_any_release_since_the_one_that_it_holds(repo_from: Build) -> None:
    repo = repo_from(STORY)
    repo.git("tag", "v1.4.1", "release/1.4")
    assert told(cut(repo)) == []


@pytest.mark.parametrize("said", ["1.3.9", "2.0.0"])
def test_a_version_file_that_is_out_of_step_refuses(repo_from: Build, said: str) -> None:
    repo = repo_from(STORY + f'main:\n  D "chore: oops" {{VERSION: "{said}\\n"}}\n')
    assert told(cut(repo)) == [("out-of-step", f"VERSION says {said}, not 1.4.0")]


def test_a_development_version_is_in_step(repo_from: Build) -> None:
    repo = repo_from(STORY + 'main:\n  D "chore: next" {VERSION: "1.5.0-dev.0\\n"}\n')
    assert told(cut(repo)) == []


def test_trunk_goes_on_where_the_team_wants_it(repo_from: Build) -> None:
    repo = repo_from(
        STORY + 'main:\n  D "chore: configure" {relman.toml: "[cut]\\nnext_development = true\\n"}\n'
    )
    plan = cut(repo)
    assert moved(plan) == {
        "refs/heads/release/1.5": True,
        "refs/tags/v1.5.0-rc.1": True,
        "refs/heads/main": False,
    }
    assert plan.facts[-1] == ("trunk", "main goes on as 1.6.0-dev.0")


@pytest.mark.parametrize("protect", [True, False])
def test_what_may_not_move_gets_a_branch_beside_it(repo_from: Build, protect: bool) -> None:  # noqa: FBT001  a case
    repo = repo_from(STORY)
    if protect:
        repo.commit("chore: protect", {"relman.toml": '[branches]\nprotected = ["release/*"]\n'})
    plan = cut(repo, wishes=Wishes(day="2026-11-23", as_branches=not protect))
    assert moved(plan) == {"refs/heads/relman/cut/release/1.5": True}
    assert plan.afterwards == (
        f"create release/1.5 at {repo.id('main')[:10]} and open a change request to it",
        "when it is merged: relman release 1.5",
    )


def test_what_the_start_lacks_is_not_said_of_trunk(repo_from: Build) -> None:
    repo = repo_from(
        """
main:
  A "feat: one" {VERSION: "1.4.0\\n"} [v1.4.0]
  B "feat: two" {b.txt: "b\\n"}
release/1.4 from A:
  L "fix: three" {l.txt: "l\\n"}
  R "chore(release): 1.4.1" {VERSION: "1.4.1\\n"} [v1.4.1]
main:
  C pick L
"""
    )
    plan = cut(repo, start="main~1")
    place = f"main at {repo.id('B')[:10]}"
    assert [(d.commit, d.missing_on, d.settle) for d in plan.debts] == [
        (repo.id("L"), (place,), "relman cut"),
    ]
    assert ("debts", f"{place} lacks what was released already: {repo.id('L')[:7]} fix: three") in told(plan)
    assert cut(repo).debts == ()
