"""What a policy makes of names, without a repository."""

import pytest

from relman.config.lines import formats_of, lines_of, standing_of, trunk_of
from relman.config.record import Config, Lines, Tags
from relman.config.strategy import strategy_of
from relman.errors import RelmanError
from relman.model.history import Branch, Head, Refs
from relman.model.names import Oid, RefName


def refs(*names: str, head: str, default: str | None = None) -> Refs:
    branches = tuple(Branch(ref=RefName(f"refs/{name}"), commit=Oid("a" * 40)) for name in names)
    at = Head(ref=RefName(f"refs/heads/{head}"), commit=Oid("a" * 40))
    return Refs(head=at, branches=branches, tags=(), default_branch=default)


def trunk(config: Config, found: Refs) -> str | None:
    return trunk_of(config, strategy_of(config), found, "origin")


def test_the_default_branch_is_trunk_unless_releases_have_one_of_their_own() -> None:
    both = refs("heads/main", "remotes/origin/develop", "remotes/other/dev", head="main", default="main")
    assert trunk(Config(), both) == "main"
    assert trunk(Config(strategy="gitflow/v1"), both) == "develop"
    assert trunk(Config(strategy="gitflow/v1", trunk="main"), both) == "main"
    alone = refs("heads/main", "remotes/other/develop", head="main", default="main")
    assert trunk(Config(strategy="gitflow/v1"), alone) == "main"


@pytest.mark.parametrize(
    "config", [Config(strategy="release-flow/v1"), Config(lines=Lines(branch="releases/M{line}"))]
)
def test_a_release_branch_is_never_taken_for_trunk(config: Config) -> None:
    found = refs("heads/work", "heads/releases/M129", head="releases/M129")
    assert trunk(Config(), found) == "releases/M129"
    assert trunk(config, found) == "work"


def test_configured_names_and_parts_come_before_the_strategys() -> None:
    config = Config(strategy="release-flow/v1", lines=Lines(branch="ours/{line}", parts=2))
    names = ("main", "releases/M1", "ours/1", "releases/M2")
    found = lines_of(config, strategy_of(config), names, (), "main", holds=lambda _branch, _release: False)
    assert ([line.branch for line in found.all], found.parts) == (["releases/M2", "ours/1"], 2)


@pytest.mark.parametrize(("strategy", "parts"), [("maintenance/v1", 1), ("trunk/v1", 2)])
def test_the_strategy_says_how_many_numbers_name_a_line(strategy: str, parts: int) -> None:
    config = Config(strategy=strategy)
    found = lines_of(config, strategy_of(config), ["main"], (), "main", holds=lambda _branch, _release: False)
    assert found.parts == parts


def test_families_are_told_apart_by_the_configuration_alone() -> None:
    names = ["api-v1.2.3", "web@2.0.0"]
    with pytest.raises(RelmanError, match="2 families"):
        formats_of(Config(), names, "")
    found = formats_of(Config(tags=Tags(format="web@{version}", accept=("old-{version}",))), names, "here")
    assert (str(found.write), found.evidence) == ("web@{version}", "here")
    assert list(map(str, found.accept)) == ["web@{version}", "old-{version}"]


def test_all_kinds_of_branch_but_topics_stand() -> None:
    config = Config(strategy="gitlab-release/v1", lines=Lines(patterns=("lts/{line}",)))
    standing = standing_of(config, strategy_of(config), "default")
    assert {"default", "lts/{line}", "{line}-stable", "hotfix/*", "main"} <= set(standing)
    assert "feature/*" not in standing
