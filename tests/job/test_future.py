"""The repository after a plan knows what the repository before it knew."""

from collections.abc import Callable
from pathlib import Path

import pytest

from history_language import Repo
from planning import STORY
from relman.git.scratch import Scratch
from relman.job.future import after, attempt, lend
from relman.job.open import open_facts
from relman.job.park import plan_park
from relman.job.shipping import Wishes
from relman.model.names import Oid


def test_a_patch_id_that_is_kept_is_not_computed_again_where_it_is_only_tried(
    repo_from: Callable[..., Repo], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = repo_from(STORY)
    fix = Oid(repo.id("L"))
    wanted = open_facts(repo.path, cache=tmp_path / "cache").patch_id(fix)
    monkeypatch.setattr("relman.git.patch_ids.patch_id", None)
    facts = open_facts(repo.path, cache=tmp_path / "cache")
    with Scratch.open(facts.repo, facts.trunk.commit) as scratch:
        lent = lend(facts, scratch)
        tried = attempt(scratch, lambda: plan_park(lent, scratch, repo.id("B"), Wishes(day="2026-11-23")), 0)
        assert tried.sealed
        assert [each.patch_id(fix) for each in (lent, after(lent, tried.sealed))] == [wanted] * 2
