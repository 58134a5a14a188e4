"""What is pushed: with a lease on what the remote held, and never over commits that it holds."""

from collections.abc import Callable

import pytest
from msgspec import structs

from history_language import Repo
from planning import DAY, STORY, planned
from relman.errors import Kind, RelmanError
from relman.job.aim import ReleaseAsk
from relman.job.release import plan_release
from relman.job.shipping import Wishes
from relman.model.names import Oid
from relman.plan.plan import Plan

Build = Callable[..., Repo]

PUSHING = Wishes(day=DAY, push=True)
COLLEAGUE = 'far from L: X "fix: far" {x.txt: "x\\n"}\ndelete far\n'
"""A colleague's commit on line 1.4, beside what is here."""


def release(repo: Repo, line: str, wishes: Wishes = PUSHING) -> Plan:
    ask = ReleaseAsk(what=line)
    return planned(repo, lambda facts, scratch, wish: plan_release(facts, scratch, ask, wish), wishes)


def with_remote(repo: Repo, **branches: str) -> Repo:
    """Adds the remotes, with remote-tracking branches as they were fetched: `origin__main="C"`."""
    for name in ("origin", "fork"):
        repo.git("remote", "add", name, f"https://{name}.invalid/shop")
    for name, at in branches.items():
        repo.git("update-ref", f"refs/remotes/{name.replace('__', '/').replace('_v', '.')}", repo.id(at))
    return repo


def leases(plan: Plan) -> dict[str, Oid | None]:
    return {move.ref: move.expect for push in plan.pushes() for move in push.moves}


@pytest.mark.parametrize("there", ["A", "L", "X"])
def test_a_branch_is_pushed_over_what_it_holds(repo_from: Build, there: str) -> None:
    repo = with_remote(repo_from(STORY + COLLEAGUE), origin__release__1_v4=there)
    assert leases(release(repo, "1.4")) == {
        "refs/heads/release/1.4": repo.id(there),
        "refs/tags/v1.4.1": None,
    }


def test_the_lease_and_the_tip_are_of_one_remote(repo_from: Build) -> None:
    story = STORY + COLLEAGUE + 'release/1.4: M "fix: mine" {m.txt: "m\\n"}\n'
    repo = with_remote(repo_from(story), origin__release__1_v4="X", fork__release__1_v4="L")
    repo.git("branch", "-q", "--set-upstream-to=fork/release/1.4", "release/1.4")
    with pytest.raises(RelmanError) as error:
        release(repo, "1.4")
    assert (error.value.kind, error.value.message) == (
        Kind.MOVED,
        "release/1.4 and origin/release/1.4 have diverged: 1 commits only here, 1 only there",
    )


def test_a_line_that_tracks_trunk_releases_only_what_it_has(repo_from: Build) -> None:
    repo = with_remote(repo_from(STORY + "delete release/1.4\n"), origin__main="C", origin__release__1_v4="A")
    repo.git("branch", "-q", "release/1.4", repo.id("A"))
    repo.git("branch", "-q", "--set-upstream-to=origin/main", "release/1.4")
    with pytest.raises(RelmanError) as error:
        release(repo, "1.4")
    assert error.value.kind is Kind.NOTHING


def test_a_branch_made_for_a_change_request_is_not_overwritten_on_the_remote(repo_from: Build) -> None:
    repo = with_remote(repo_from(STORY + COLLEAGUE), origin__relman__release__main="X")
    with pytest.raises(RelmanError) as error:
        release(repo, "main", structs.replace(PUSHING, as_branches=True))
    assert (error.value.kind, error.value.message, error.value.hints) == (
        Kind.USAGE,
        "branch origin/relman/release/main exists already and holds something else",
        (
            "git log --oneline origin/relman/release/main",
            "git push origin --delete relman/release/main",
        ),
    )
