"""Clones with several remotes, of which none is called origin."""

from collections.abc import Callable
from pathlib import Path

import pytest

from history_language import Repo
from planning import DAY
from relman.errors import RelmanError
from relman.git.scratch import Scratch
from relman.job.aim import ReleaseAsk
from relman.job.bump import plan_bump
from relman.job.cut import CutAsk, plan_cut
from relman.job.hotfix import plan_hotfix
from relman.job.open import open_facts
from relman.job.porting import HotfixAsk
from relman.job.release import plan_release
from relman.job.shipping import Wishes
from relman.job.status import warnings

Build = Callable[..., Repo]

TWO_LINES = """
main: A "feat: one" [v1.4.0] -- B "feat: two"
release/1.4 from A: R1 "fix: r" [v1.4.1] -- R2 "fix: s"
main: C "fix: three"
"""


def cloned(repo: Repo, path: Path) -> Repo:
    """A clone with the remotes `company` and `mirror`, whose trunk follows neither."""
    clone = repo.clone(path)
    clone.git("remote", "rename", "origin", "company")
    clone.git("remote", "add", "mirror", f"file://{repo.path}")
    clone.git("branch", "-q", "--unset-upstream", "main")
    return clone


def test_of_several_remotes_the_one_that_trunk_follows_counts(repo_from: Build, tmp_path: Path) -> None:
    clone = cloned(repo_from(TWO_LINES), tmp_path / "clone")
    clone.git("branch", "-q", "--set-upstream-to=company/main", "main")
    facts = open_facts(clone.path)
    facts.check_remote()
    assert (facts.remote, facts.doubts(), [line.branch for line in facts.lines.all]) == (
        "company",
        (),
        ["release/1.4"],
    )


def test_a_clone_is_judged_by_the_remote_that_counts(repo_from: Build, tmp_path: Path) -> None:
    clone = cloned(repo_from(TWO_LINES), tmp_path / "clone")
    clone.git("config", "remote.mirror.tagOpt", "--no-tags")
    clone.write("relman.toml", 'remote = "company"\n')
    open_facts(clone.path).check_complete()
    clone.write("relman.toml", 'remote = "mirror"\n')
    with pytest.raises(RelmanError) as error:
        open_facts(clone.path).check_complete()
    assert error.value.hints == ("git config --unset-all remote.mirror.tagOpt && git fetch --tags mirror",)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            "",
            "nothing tells which remote counts, so no remote branch is seen; this clone has company, mirror",
        ),
        ('remote = "gone"\n', "the configured remote gone is not here; this clone has company, mirror"),
    ],
)
def test_nothing_is_changed_where_nothing_tells_which_remote_counts(
    repo_from: Build, tmp_path: Path, config: str, message: str
) -> None:
    clone = cloned(repo_from(TWO_LINES), tmp_path / "clone")
    clone.write("relman.toml", config)
    facts = open_facts(clone.path)
    assert warnings(facts) == (message,)
    asked: list[Callable[[Scratch, Wishes], object]] = [
        lambda scratch, wishes: plan_cut(facts, scratch, CutAsk(), wishes),
        lambda scratch, wishes: plan_release(facts, scratch, ReleaseAsk(what="1.4"), wishes),
        lambda scratch, wishes: plan_hotfix(facts, scratch, HotfixAsk(fixes=("HEAD",)), wishes),
        lambda scratch, wishes: plan_bump(facts, scratch, "patch", wishes),
    ]
    with Scratch.open(facts.repo, facts.trunk.commit) as scratch:
        for plan in asked:
            with pytest.raises(RelmanError) as error:
                plan(scratch, Wishes(day=DAY))
            assert (error.value.message, error.value.hints) == (
                message,
                ('in relman.toml:  remote = "company"', 'in relman.toml:  remote = "mirror"'),
            )
