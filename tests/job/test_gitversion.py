"""relman's answers beside GitVersion's, on its own integration tests with unmodified default configurations.

`docs/from-gitversion.md` says where relman differs on purpose, and why.
"""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from relman.config.record import Config, Versions
from relman.errors import RelmanError
from relman.git.patch_ids import PatchIds
from relman.git.reader import Reader
from relman.git.repo import open_repository
from relman.git.snapshot import read_refs
from relman.job.facts import Facts
from relman.job.version import version_of
from relman.model.names import HEADS, Oid
from scenarios import Expected, Replay, scenarios

STRATEGIES = {"gitflow": "gitflow/v1", "githubflow": "github-flow/v1"}
DIFFERENCES = Path(__file__).parents[1] / "data" / "gitversion_differences.json"
"""Every answer that differs, scenario and step, by the reason that the page gives."""
PAGE = Path(__file__).parents[2] / "docs" / "from-gitversion.md"


def facts_of(folder: Path, strategy: str) -> Facts:
    repo = open_repository(folder)
    config = Config(strategy=strategy, versions=Versions(first="0.0.1"))
    return Facts(repo, read_refs(repo), Reader(repo), config, "test", patch_id=PatchIds(repo, None))


def core(facts: Facts, commit: str) -> str:
    try:
        version = version_of(facts, Oid(commit)).version
    except RelmanError as error:
        return error.message
    return f"{version.major}.{version.minor}.{version.patch}"


def elsewhere(facts: Facts, expected: Expected) -> bool:
    """Whether another branch than the one that is checked out holds the commit."""
    others = [b.commit for b in facts.refs.branches if b.ref != f"{HEADS}{expected.branch}"]
    return any(facts.graph.is_ancestor(Oid(expected.commit), other) for other in others)


def test_every_core_that_differs_is_one_that_is_known_to_and_the_page_counts_them(tmp_path: Path) -> None:
    asked, equal = Counter[str](), Counter[str]()
    differ = set[str]()
    lonely = set[str]()
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
                    place = f"{scenario['id']} {expected.place}"
                    differ.add(place)
                    if not elsewhere(facts, expected):
                        lonely.add(place)
    known: dict[str, list[str]] = json.loads(DIFFERENCES.read_text(encoding="utf-8"))
    reasons = {place: why for why, places in known.items() for place in places}
    assert differ == reasons.keys()
    assert {place for place, why in reasons.items() if why != "two branches"} >= lonely
    page = PAGE.read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if re.fullmatch(r"\| [\w-]+ \| \d+ of \d+ \| \d+ % \|", line)]
    topics = ("all", *sorted(asked.keys() - {"all"}))
    assert rows == [f"| {t} | {equal[t]} of {asked[t]} | {equal[t] * 100 // asked[t]} % |" for t in topics]
    for why, places in known.items():
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
