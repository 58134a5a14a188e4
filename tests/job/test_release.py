from collections.abc import Callable
from pathlib import Path

import pytest

from history_language import Repo
from planning import BESIDE, STORY, moved, planned, told
from relman.errors import Kind, RelmanError
from relman.job.aim import ReleaseAsk, Stage
from relman.job.release import plan_release
from relman.job.shipping import Wishes
from relman.plan.plan import Plan

Story = Callable[[str], Repo]
Build = Callable[..., Repo]

CANDIDATE = (
    STORY
    + """
release/1.5 from C:
  P "chore(release): 1.5.0-rc.1" {VERSION: "1.5.0-rc.1\\n"} [v1.5.0-rc.1]
"""
)
"""Line 1.5 with an open candidate."""


def release(
    repo: Repo,
    what: str | None = None,
    *,
    stage: Stage | None = None,
    identifier: str | None = None,
    tag: bool = True,
    wishes: Wishes | None = None,
) -> Plan:
    ask = ReleaseAsk(what=what, stage=stage, identifier=identifier, tag=tag)
    return planned(repo, lambda facts, scratch, wish: plan_release(facts, scratch, ask, wish), wishes)


def refused(repo: Repo, what: str | None = None, stage: Stage | None = None) -> RelmanError:
    with pytest.raises(RelmanError) as error:
        release(repo, what, stage=stage)
    return error.value


@pytest.mark.parametrize(
    ("what", "stage", "identifier", "tag"),
    [
        ("1.4", None, None, "v1.4.1"),
        ("release/1.4", "final", None, "v1.4.1"),
        ("1.4", "candidate", None, "v1.4.1-rc.1"),
        ("1.4", "candidate", "beta", "v1.4.1-beta.1"),
        ("1.4.7", None, None, "v1.4.7"),
        ("v1.4.7", "candidate", None, "v1.4.7-rc.1"),
        ("1.4.2-rc.3", None, None, "v1.4.2-rc.3"),
    ],
)
def test_the_next_release_of_a_line(
    repo_from: Build, what: str, stage: Stage | None, identifier: str | None, tag: str
) -> None:
    repo = repo_from(STORY)
    plan = release(repo, what, stage=stage, identifier=identifier)
    assert moved(plan) == {"refs/heads/release/1.4": False, f"refs/tags/{tag}": True}
    assert (plan.targets[0].base.commit, plan.targets[0].ships) == (repo.id("L"), (repo.id("L"),))
    assert told(plan) == []


def test_heads_line_is_meant_where_none_is_named(repo_from: Build) -> None:
    repo = repo_from(STORY)
    repo.git("switch", "-q", "--detach", "release/1.4")
    assert moved(release(repo)) == {"refs/heads/release/1.4": False, "refs/tags/v1.4.1": True}


@pytest.mark.parametrize(
    ("what", "stage", "kind", "message"),
    [
        ("1.4.0", None, Kind.USAGE, "1.4.0 is taken: tag v1.4.0"),
        (
            "1.9.0",
            None,
            Kind.USAGE,
            "1.9.0 belongs to no line that is cut, and releases are made on release branches here",
        ),
        ("1.4.0-rc.1", None, Kind.USAGE, "1.4.0-rc.1 is not above 1.4.0, the newest release of 1.4"),
        ("2.7", None, Kind.USAGE, "there is no line '2.7'; lines: 1.4"),
        (None, None, Kind.USAGE, "HEAD is on trunk, and releases are made on release branches here"),
    ],
)
def test_what_cannot_be_released(
    repo_from: Build, what: str | None, stage: Stage | None, kind: Kind, message: str
) -> None:
    error = refused(repo_from(STORY), what, stage)
    assert (error.kind, error.message) == (kind, message)


def test_on_trunk_the_ways_on_are_named(repo_from: Build) -> None:
    assert refused(repo_from(STORY)).hints == ("relman cut", "relman release 1.4", "relman release trunk")


def test_nothing_to_release(story: Story) -> None:
    error = refused(story("incident"), "1.4")
    assert (error.kind, error.message) == (
        Kind.NOTHING,
        "nothing to release on 1.4: nothing is there after v1.4.2",
    )


def test_twin_tags_that_differ_are_refused(repo_from: Build) -> None:
    repo = repo_from(STORY)
    repo.git("tag", "1.4.0", "main")
    assert refused(repo, "1.4").message == "1.4.0 and v1.4.0 name one version and differ"


def test_with_an_open_candidate_the_stage_must_be_said(repo_from: Build) -> None:
    error = refused(repo_from(CANDIDATE), "1.5")
    assert (error.message, error.hints) == (
        "line 1.5 has the open candidate v1.5.0-rc.1: say what comes next",
        ("relman release 1.5 --rc", "relman release 1.5 --final"),
    )


def test_a_candidate_needs_something_new(repo_from: Build) -> None:
    error = refused(repo_from(CANDIDATE), "1.5", "candidate")
    assert (error.kind, error.message) == (Kind.NOTHING, "nothing is new on release/1.5 since v1.5.0-rc.1")


def test_a_candidate_below_the_open_one_is_refused(repo_from: Build) -> None:
    repo = repo_from(CANDIDATE)
    with pytest.raises(RelmanError) as error:
        release(repo, "1.5", stage="candidate", identifier="beta")
    assert error.value.message == "1.5.0-beta.1 is below the open v1.5.0-rc.1"


def test_the_final_needs_nothing_new(repo_from: Build) -> None:
    repo = repo_from(CANDIDATE)
    plan = release(repo, "1.5", stage="final")
    assert moved(plan) == {"refs/heads/release/1.5": False, "refs/tags/v1.5.0": True}
    assert plan.targets[0].ships == (repo.id("P"), repo.id("C"), repo.id("B"))


def test_a_final_names_what_was_in_no_candidate(repo_from: Build) -> None:
    repo = repo_from(CANDIDATE + '  Q "fix: late" {q.txt: "q\\n"}\n')
    assert release(repo, "1.5", stage="final").facts == (
        ("in no candidate", f"{repo.id('Q')[:7]} fix: late"),
    )
    assert moved(release(repo, "1.5", stage="candidate")) == {
        "refs/heads/release/1.5": False,
        "refs/tags/v1.5.0-rc.2": True,
    }


def test_trunks_release_refuses_what_was_fixed_beside_it(story: Story) -> None:
    repo = story("trunk_tags")
    repo.git("switch", "-q", "--detach", "v1.1.0")
    repo.commit("fix: urgent", {"urgent": "u"}, label="urgent")
    repo.git("tag", "v1.1.1")
    repo.git("switch", "-q", "main")
    plan = release(repo)
    assert told(plan) == [
        ("debts", f"main lacks what was released already: {repo.id('urgent')[:7]} fix: urgent")
    ]


def test_fixes_of_lines_below_what_trunk_released_come_back_with_nothing(story: Story) -> None:
    assert told(release(story("orphan_tag_line"))) == []


def test_a_first_final_refuses_what_lower_lines_had_fixed(repo_from: Build) -> None:
    repo = repo_from(
        BESIDE
        + """
release/1.5 from B:
  P "chore(release): 1.5.0-rc.1" {VERSION: "1.5.0-rc.1\\n"} [v1.5.0-rc.1]
"""
    )
    plan = release(repo, "1.5", stage="final")
    assert told(plan) == [
        ("debts", f"release/1.5 lacks what was released already: {repo.id('H')[:7]} fix: urgent")
    ]


def test_what_stands_under_head_and_stays_out_is_said(repo_from: Build) -> None:
    repo = repo_from(STORY)
    repo.git("switch", "-q", "-c", "hotfix/1.4.1", "v1.4.0")
    repo.commit("fix: by hand", {"hand": "h"})
    plan = release(repo)
    assert told(plan) == [(None, "hotfix/1.4.1 has 1 commit that release/1.4 lacks, and they stay out")]
    assert plan.warnings[0].hint == "relman hotfix hotfix/1.4.1 --to 1.4"


class TestTrunk:
    @pytest.mark.parametrize(
        ("what", "stage", "tag"),
        [
            (None, None, "v1.1.1"),
            ("trunk", "candidate", "v1.1.1-rc.1"),
            ("main", None, "v1.1.1"),
            ("minor", None, "v1.2.0"),
            ("1.1.1", None, "v1.1.1"),
            ("3.0.0", None, "v3.0.0"),
        ],
    )
    def test_without_release_branches_trunk_is_released(
        self, story: Story, what: str | None, stage: Stage | None, tag: str
    ) -> None:
        plan = release(story("trunk_tags"), what, stage=stage)
        assert moved(plan) == {"refs/heads/main": False, f"refs/tags/{tag}": True}
        assert told(plan) == []

    def test_an_open_candidate_wants_the_stage_there_too(self, story: Story) -> None:
        repo = story("trunk_tags")
        repo.git("tag", "v1.1.1-rc.1", "main")
        assert refused(repo).message == "line trunk has the open candidate v1.1.1-rc.1: say what comes next"
        assert refused(repo, stage="candidate").kind is Kind.NOTHING
        assert moved(release(repo, stage="final"))["refs/tags/v1.1.1"]

    def test_a_line_that_was_never_cut_is_trunks(self, story: Story) -> None:
        error = refused(story("trunk_tags"), "1.1")
        assert (error.message, error.hints) == (
            "line 1.1 was never cut: its releases are made on main",
            ("relman release trunk",),
        )

    def test_the_first_release_ever(self, story: Story) -> None:
        assert moved(release(story("first_release"))) == {"refs/heads/main": False, "refs/tags/v0.1.0": True}


def test_a_line_that_lives_in_tags_only(story: Story) -> None:
    error = refused(story("orphan_tag_line"), "2.0")
    assert (error.message, error.hints) == (
        "line 2.0 has no release branch",
        ("relman hotfix FIX --to 2.0", "git branch release/2.0 v2.0.2"),
    )


class TestBeside:
    """1.4.1 was released beside release/1.4, which goes on to 1.4.2."""

    def test_its_tag_is_merged_first(self, repo_from: Build) -> None:
        plan = release(repo_from(BESIDE), "1.4")
        assert moved(plan) == {"refs/heads/release/1.4": False, "refs/tags/v1.4.2": True}
        assert plan.facts == (("merges", "v1.4.1 into release/1.4 first: it was made beside it"),)
        assert plan.proofs[0].statements[1] == "v1.4.1 is in it: its tag is merged first"
        assert told(plan) == []

    def test_a_real_conflict_stops_with_its_paths(self, repo_from: Build) -> None:
        repo = repo_from(BESIDE.replace('{l.txt: "l\\n"}', '{a.txt ~ "5\\n" => "V\\n"}'))
        error = refused(repo, "1.4")
        assert (error.kind, error.message, error.facts) == (
            Kind.CONFLICT,
            "v1.4.1 does not merge into release/1.4: conflicts in a.txt",
            {"conflicts": [{"path": "a.txt", "kind": "content"}]},
        )


class TestBranches:
    def test_a_branch_that_only_the_remote_has_is_created(self, repo_from: Build, tmp_path: Path) -> None:
        clone = repo_from(STORY).clone(tmp_path / "clone")
        plan = release(clone, "1.4")
        assert moved(plan) == {"refs/heads/release/1.4": True, "refs/tags/v1.4.1": True}
        assert plan.facts == (("stands on", "origin/release/1.4: there is no local release/1.4 yet"),)

    def test_a_branch_that_is_behind_moves_with_the_remotes(self, repo_from: Build, tmp_path: Path) -> None:
        clone = repo_from(STORY).clone(tmp_path / "clone")
        clone.git("branch", "--track", "release/1.4", "origin/release/1.4")
        clone.git("branch", "-f", "release/1.4", "v1.4.0")
        plan = release(clone, "1.4")
        assert moved(plan) == {"refs/heads/release/1.4": False, "refs/tags/v1.4.1": True}
        assert plan.targets[0].base.commit == clone.id("L")
        assert plan.facts == (
            ("stands on", "origin/release/1.4: release/1.4 is 1 commit behind and moves with it"),
        )

    def test_diverged_branches_are_nobodys_to_settle(self, repo_from: Build, tmp_path: Path) -> None:
        clone = repo_from(STORY).clone(tmp_path / "clone")
        clone.git("switch", "-q", "-c", "release/1.4", "v1.4.0")
        clone.commit("fix: mine", {"mine": "m\n"})
        error = refused(clone, "1.4")
        assert (error.kind, error.message) == (
            Kind.MOVED,
            "release/1.4 and origin/release/1.4 have diverged: 1 commits only here, 1 only there",
        )

    def test_a_protected_branch_stays(self, repo_from: Build) -> None:
        repo = repo_from(STORY)
        repo.commit("chore: protect", {"relman.toml": '[branches]\nprotected = ["release/*"]\n'})
        plan = release(repo, "1.4")
        assert moved(plan) == {"refs/heads/relman/release/release/1.4": True}
        assert plan.afterwards == (
            "open a change request to release/1.4; when it is merged: relman release 1.4",
        )
        repo.git("remote", "add", "origin", "git@github.com:acme/shop.git")
        page = "https://github.com/acme/shop/compare/release/1.4...relman/release/release/1.4?expand=1"
        assert release(repo, "1.4").afterwards[1:] == (f"the change request, once it is pushed: {page}",)
