"""Measures picks: `relman backport --dry-run` beside `git cherry-pick` in a worktree, for 1, 10 and 100 picks.

The commits are chosen so that git picks every one of them, in a row, onto each of the targets; there may be fewer.
"""

import argparse
import json
import shlex
import subprocess
import tempfile
from pathlib import Path

import rows
from measure import Command, row

from relman.git.scratch import Scratch
from relman.job.facts import Facts
from relman.job.open import open_facts
from relman.model.names import Oid
from relman.model.trees import Merged
from run import environment, keep, view

COUNTS = (1, 10, 100)
TARGETS = (1, 5)
LOOKED_AT = 3000


def targets(facts: Facts, most: int) -> list[tuple[str, Oid]]:
    """The newest lines that have an end, with it."""
    ends = [(line.name, facts.line_end(line) or facts.end(line)) for line in facts.lines.all]
    return [(name, end) for name, end in ends if end][:most]


def clean_everywhere(facts: Facts, ends: list[tuple[str, Oid]], most: int) -> list[Oid]:
    """Commits of trunk, oldest first, that git picks in a row onto every target, each changing something."""
    hidden = [end for _, end in ends]
    listed = facts.graph.between([facts.trunk.commit], hidden)[:LOOKED_AT]
    plain = [oid for oid in reversed(listed) if len(facts.graph.commit(oid).parents) == 1]
    found: list[Oid] = []
    with Scratch.open(facts.repo, hidden[0]) as scratch:
        trees = [scratch.tree_of(end) for end in hidden]
        for oid in plain:
            after = [scratch.pick(oid, tree, hunks=False) for tree in trees]
            new = [a.tree for a in after if isinstance(a, Merged)]
            if len(new) == len(trees) and not any(a == b for a, b in zip(new, trees, strict=True)):
                trees = new
                found.append(oid)
            if len(found) == most:
                break
    return found


def by_relman(commits: list[Oid], ends: list[tuple[str, Oid]]) -> Command:
    to = [word for name, _ in ends for word in ("--to", name)]
    words = rows.relman("-C", ".", "backport", *commits, *to, "--dry-run", "--json")
    return Command(who="relman backport --dry-run", words=words)


def by_git(commits: list[Oid], ends: list[tuple[str, Oid]], place: Path) -> Command:
    picks = shlex.join(["git", "-C", str(place), "cherry-pick", "-x", *commits])
    script = [
        f"git worktree add -q --detach {shlex.quote(str(place))} {end} && {picks}; "
        f"git worktree remove --force {shlex.quote(str(place))}"
        for _, end in ends
    ]
    return Command(who="git worktree, cherry-pick", words=("sh", "-c", "\n".join(script)))


def rungs(at: Path, command: Command) -> dict[str, int]:
    done = subprocess.run(command.words, cwd=at, capture_output=True, text=True, check=False)
    counted: dict[str, int] = {}
    for target in json.loads(done.stdout).get("targets", []):
        for pick in target["picks"]:
            counted[pick["rung"]] = counted.get(pick["rung"], 0) + 1
    return counted


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repo", type=Path, required=True, help="a repository; it is not written to")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--timeout", type=float, default=180.0)
    asked = parser.parse_args()
    at = view(asked.repo, "picks")
    env = environment() | {"GIT_COMMITTER_NAME": "Bench", "GIT_COMMITTER_EMAIL": "bench@example.invalid"}
    facts = open_facts(at)
    ends = targets(facts, max(TARGETS))
    print(f"onto {', '.join(name for name, _ in ends)}\n")
    print(
        f"{'picks':>6}{'targets':>9}{'relman':>11}{'git':>11}{'git/relman':>12}{'relman a pick':>15}  rungs"
    )
    found: dict[str, object] = {}
    for some in TARGETS:
        commits = clean_everywhere(facts, ends[:some], max(COUNTS))
        for count in sorted({min(count, len(commits)) for count in COUNTS} - {0}):
            chosen = commits[:count], ends[:some]
            with tempfile.TemporaryDirectory() as folder:
                commands = [by_relman(*chosen), by_git(*chosen, Path(folder) / "place")]
                ours, theirs = row(commands, at=at, env=env, limit=asked.timeout, runs=asked.runs)
            each = ours.wall / (len(chosen[0]) * some) * 1000
            print(
                f"{len(chosen[0]):>6}{some:>9}{ours.wall:>9.2f} s{theirs.wall:>9.2f} s"
                f"{theirs.wall / ours.wall:>12.2f}{each:>12.0f} ms  {rungs(at, commands[0])}"
                + (f"  exit {ours.code}, {theirs.code}" if ours.code or theirs.code else ""),
                flush=True,
            )
            found[f"{count}x{some}"] = {"relman": ours.wall, "git": theirs.wall, "relman_cpu": ours.cpu}
    keep("picks", found)


if __name__ == "__main__":
    main()
