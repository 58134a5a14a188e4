"""relman's answers beside GitVersion's, on its own integration tests with unmodified default configurations.

`docs/from-gitversion.md` says where relman differs on purpose, and why.
"""

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from relman.config.record import Config, Versions
from relman.errors import RelmanError
from relman.git.reader import Reader
from relman.git.repo import open_repository
from relman.git.snapshot import read_refs
from relman.job.facts import Facts
from relman.job.version import version_of
from relman.model.names import HEADS, Oid
from scenarios import Expected, Replay, scenarios

STRATEGIES = {"gitflow": "gitflow/v1", "githubflow": "github-flow/v1"}
PAGE = Path(__file__).parents[2] / "docs" / "from-gitversion.md"


def facts_of(folder: Path, strategy: str) -> Facts:
    repo = open_repository(folder)
    config = Config(strategy=strategy, versions=Versions(first="0.0.1"))
    return Facts(repo, read_refs(repo), Reader(repo), config, "test")


def core(facts: Facts, commit: str) -> str:
    try:
        version = version_of(facts, Oid(commit)).version
    except RelmanError as error:
        return error.message
    return f"{version.major}.{version.minor}.{version.patch}"


def reason(facts: Facts, expected: Expected) -> str:
    """Why an answer that differs differs."""
    others = [b.commit for b in facts.refs.branches if b.ref != f"{HEADS}{expected.branch}"]
    held = any(facts.graph.is_ancestor(Oid(expected.commit), other) for other in others)
    if expected.branch and held:
        return "two branches"
    if (
        expected.branch
        and expected.branch.startswith("hotfix/")
        and not any(c.isdigit() for c in expected.branch)
    ):
        return "no version in the name"
    return "rules"


def test_the_share_of_equal_cores(tmp_path: Path) -> None:
    asked, equal = Counter[str](), Counter[str]()
    differ: dict[str, list[str]] = defaultdict(list)
    for config, strategy in STRATEGIES.items():
        for scenario in scenarios(config):
            folder = tmp_path / scenario["id"]
            for expected in Replay(folder, scenario).run():
                facts = facts_of(folder, strategy)
                same = core(facts, expected.commit) == expected.core
                for topic in (*scenario["topics"], "all"):
                    asked[topic] += 1
                    equal[topic] += same
                if not same:
                    differ[reason(facts, expected)].append(f"{scenario['id']} {expected.place}")
    page = PAGE.read_text(encoding="utf-8")
    for topic in ("all", "GitFlow", "GitHubFlow", "develop", "hotfix", "release-branch", "support-branch"):
        assert f"| {topic} | {equal[topic]} of {asked[topic]} |" in page
    for why, places in differ.items():
        assert f"| {why} | {len(places)} |" in page, places


@pytest.mark.parametrize("config", STRATEGIES)
def test_it_is_the_same_on_a_detached_head_and_under_another_remotes_name(
    tmp_path: Path, config: str
) -> None:
    """GitVersion's answer follows what is checked out; relman's follows the commit."""
    for scenario in scenarios(config)[:12]:
        folder = tmp_path / scenario["id"]
        replay = Replay(folder, scenario)
        for expected in replay.run():
            here = core(facts_of(folder, STRATEGIES[config]), expected.commit)
            replay.detach()
            assert core(facts_of(folder, STRATEGIES[config]), expected.commit) == here, scenario["id"]
            replay.attach()
