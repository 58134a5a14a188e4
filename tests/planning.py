"""Plans one job on a repository, as the command line would, with the day fixed; nothing is carried out."""

from collections.abc import Callable

from history_language import Repo
from relman.git.scratch import Scratch
from relman.job.facts import Facts
from relman.job.open import open_facts
from relman.job.shipping import Wishes
from relman.plan.plan import Plan
from relman.plan.steps import MoveRef

DAY = "2026-11-23"

STORY = """
main:
  A "feat: one" {VERSION: "1.4.0\\n", a.txt: "1\\n2\\n3\\n4\\n5\\n", CHANGELOG.md: \"\"\"
      # Changelog

      ## [1.4.0] - 2026-01-01

      ### Features

      - one
      \"\"\"} [v1.4.0]
release/1.4 from A:
  L "fix: two" {l.txt: "l\\n"}
main:
  B "feat: three" {b.txt: "b\\n"}
  C pick L
"""
"""Line 1.4 with an unreleased fix that trunk has too, and a feature on trunk."""

BESIDE = """
main:
  A "feat: one" {VERSION: "1.4.0\\n", a.txt: "1\\n2\\n3\\n4\\n5\\n", CHANGELOG.md: \"\"\"
      # Changelog

      ## [1.4.0] - 2026-01-01

      ### Features

      - one
      \"\"\"} [v1.4.0]
release/1.4 from A:
  L "fix: two" {l.txt: "l\\n"}
hotfix/1.4.1 from A:
  H "fix: urgent" {a.txt ~ "5\\n" => "five\\n"}
  R "chore(release): 1.4.1" {VERSION: "1.4.1\\n", CHANGELOG.md: \"\"\"
      # Changelog

      ## [1.4.1] - 2026-01-02

      ### Bug fixes

      - urgent

      ## [1.4.0] - 2026-01-01

      ### Features

      - one
      \"\"\"} [v1.4.1]
delete hotfix/1.4.1
main:
  B "feat: three" {b.txt: "b\\n"}
"""
"""Release 1.4.1 was made from the tag, beside release/1.4; trunk lacks its fix."""


def planned(repo: Repo, make: Callable[[Facts, Scratch, Wishes], Plan], wishes: Wishes | None = None) -> Plan:
    """Plans with whatever `make` calls."""
    facts = open_facts(repo.path)
    with Scratch.open(facts.repo, facts.trunk.commit) as scratch:
        return make(facts, scratch, wishes or Wishes(day=DAY))


def moved(plan: Plan) -> dict[str, bool]:
    """Every ref that moves, and whether it is created."""
    return {step.ref: step.old is None for step in plan.steps if isinstance(step, MoveRef)}


def told(plan: Plan) -> list[tuple[str | None, str]]:
    """Every warning with its rule."""
    return [(warn.rule, warn.message) for warn in plan.warnings]
