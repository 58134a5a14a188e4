"""The hooks and the commands make the same trunk, lines and formats of one repository, whatever the policy."""

from pathlib import Path

import pytest

from command import Shop
from relman.config.find import read_given
from relman.config.load import load
from relman.git.hooked import open_hooked
from relman.job.guard import Guard
from relman.job.open import open_facts
from relman.model.catalog import CATALOG

STORY = """
main:
  A "feat: one" [v1.0.0]
  B "feat: two" [v1.4.0, old-1.3.0]
release/1.4 from A: R "fix: aside"
1.4.x from B: S "fix: two"
releases/M2 from B: M "fix: m"
2-stable from B: N "fix: n"
support/1.0 from A: P "fix: p"
develop from B: D "feat: three" [v3.0.0-rc.1]
pre-prod from B: E "fix: e"
production from B: F "fix: f"
hotfix/1.4.1 from B: H "fix: h"
feature/x from B: X "feat: x"
main: C "feat: more" [v128.0.0]
HEAD = main
"""
POLICIES = (
    *(f'strategy = "{strategy.name}"\n' for strategy in CATALOG),
    'strategy = "gitflow/v1"\ntrunk = "main"\n',
    'strategy = { extends = "release-flow/v1", parts = 2 }\n',
    'strategy = { extends = "trunk/v1", roles.release.patterns = ["R{line}"] }\n[lines]\nbranch = "releases/M{line}"\n',
    '[lines]\nparts = 1\npatterns = ["feature/{line}"]\n[tags]\naccept = ["old-{version}"]\n',
    '[tags]\nformat = "old-{version}"\n',
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = Shop(tmp_path_factory.mktemp("guard") / "shop", STORY)
    shop.there("symbolic-ref", "HEAD", "refs/heads/main")
    shop.repo.git("remote", "set-head", "origin", "main")
    shop.done("withdraw", "128.0.0", "--reason", "wrong number", "--yes", "--push")
    return shop


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("remote", ["origin", None])
def test_hooks_and_commands_agree(shop: Shop, policy: str, remote: str | None) -> None:
    file = shop.folder / "policy.toml"
    file.write_text(policy)
    facts = open_facts(shop.path, config=file)
    at: Path = shop.path if remote else shop.bare
    guard = Guard(open_hooked({}, at), load(read_given(file)).config, remote=remote, now=0)
    push, rules = guard.push([])
    assert rules.formats is not None
    assert (push.trunk, push.lines) == (facts.trunk_name, facts.lines)
    assert (rules.formats.write, rules.formats.accept) == (facts.formats.write, facts.formats.accept)
