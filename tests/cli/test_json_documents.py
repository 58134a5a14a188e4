"""`docs/json.md` is held to what the commands answer: the same keys in the same order, at every depth."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from command import call
from history_language import Repo
from looking import Look
from relman.git.repo import open_repository
from relman.model.names import Oid, tag_ref
from relman.plan.outcome import Pushed, RefChange
from relman.plan.plan import Base, Plan, Proof, Sealed, TargetPlan
from relman.run.journal import Record, write

DOCS = Path(__file__).parents[2] / "docs" / "json.md"
PARTS = DOCS.read_text(encoding="utf-8").split("\n## ")[1:]
EXAMPLES = {
    part.split("\n", 1)[0]: msgspec.json.decode(part.partition("```json\n")[2].partition("\n```")[0])
    for part in PARTS
}

COMMANDS = {
    "relman/next/v1": ("next", "--json"),
    "relman/status/v1": ("status", "--json"),
    "relman/version/v1": ("version", "--json"),
    "relman/changelog/v1": ("changelog", "v1.4.2", "--context"),
    "relman/log/v1": ("log", "--json"),
    "relman/check/v1": ("check", "--branch", "feature..x", "--json"),
    "relman/commit/v1": ("commit", "-t", "fix", "count every piece", "-n", "--json"),
    "relman/where/v1": ("where", "pr:94", "--json"),
    "relman/strategies/v1": ("strategy", "list", "--json"),
    "relman/strategy/v1": ("strategy", "show", "gitflow/v1", "--json"),
    "relman/compare/v1": ("strategy", "compare", "--json"),
    "relman/detect/v1": ("strategy", "detect", "--json"),
    "relman/hooks/v1": ("hooks", "status", "--json"),
    "relman/env/v1": ("env", "--json"),
    "relman/options/v1": ("options", "pr:123", "--json"),
    "relman/error/v1": ("changelog", "9.9.9", "--json"),
}


def shape(value: Any) -> Any:
    """Keys in their order, and of a list the shape of its first item; counts by kind are data, not keys."""
    if isinstance(value, dict):
        return [(key, None if key == "by_kind" else shape(inner)) for key, inner in value.items()]
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return None


def operate(repo: Repo) -> None:
    new = Oid(repo.id("v1.4.2^{commit}"))
    tagged = RefChange(ref=tag_ref("v1.4.3"), old=None, new=new)
    target = TargetPlan(
        line="1.4",
        base=Base(name="v1.4.2", commit=new),
        branch=None,
        version="1.4.3",
        tag="v1.4.3",
        tip=None,
        notes="notes\n",
    )
    proofs = (Proof(tag="v1.4.3", statements=("it is",)),)
    plan = Plan(operation="hotfix", title="hotfix v1.4.3", targets=(target,), proofs=proofs)
    record = Record(
        id="20261123T021200-8c41e07",
        state="done",
        sealed=Sealed(plan=plan, ids={}, hash="8c41e07", provisional=False),
        refs=(tagged,),
        pushes=(Pushed(remote="origin", moves=(tagged,), result="pushed"),),
        started=1,
        argv=("relman", "hotfix", "pr:123"),
    )
    write(open_repository(repo.path), record)


@pytest.mark.parametrize("schema", COMMANDS)
def test_an_example_has_the_keys_of_the_answer(story: Callable[[str], Repo], look: Look, schema: str) -> None:
    repo = story("incident")
    operate(repo)
    answer = look(repo, *COMMANDS[schema]).json
    assert answer["schema"] == schema
    assert list(answer)[:2] == ["schema", "package"]
    assert shape(answer) == shape(EXAMPLES[schema])


PLANS = {
    "relman/plan/v1": ("hotfix", "pr:123", "--dry-run", "--json"),
    "relman/outcome/v1": ("hotfix", "pr:123", "--yes", "--json"),
}


@pytest.mark.parametrize("schema", PLANS)
def test_a_plans_example_has_the_keys_of_the_answer(story: Callable[[str], Repo], schema: str) -> None:
    repo = story("incident")
    answer = call(repo.path, *PLANS[schema]).json
    assert answer["schema"] == schema
    assert shape(answer) == shape(EXAMPLES[schema])
