"""Measures the search for prerequisites on conflicting picks of a real repository; git verifies each answer.

Picks commits between two tags onto the first one, takes those that conflict (bookkeeping aside), and asks what
they need.
"""

import argparse
import random
import statistics
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path

from relman.config.record import Config
from relman.git.scratch import Scratch
from relman.job.facts import Facts
from relman.job.open import open_facts
from relman.model.bookkeeping import matches
from relman.model.names import Oid
from relman.model.trees import Conflicted
from relman.run.bookkeeping import keep_target
from relman.run.prerequisites import Found, Onto, find_prerequisites
from run import view

PATTERNS = Config().picks.bookkeeping


def conflicting(facts: Facts, scratch: Scratch, base: Oid, tip: Oid, count: int) -> list[Oid]:
    """Commits between two others whose pick onto the first needs a person, chosen by a fixed seed."""
    tree = scratch.tree_of(base)
    plain = [o for o in facts.graph.between([tip], [base]) if len(facts.graph.commit(o).parents) == 1]
    random.Random(7).shuffle(plain)
    found: list[Oid] = []
    for oid in plain:
        answer = scratch.pick(oid, tree, hunks=False)
        if isinstance(answer, Conflicted) and keep_target(scratch, answer, tree, PATTERNS) is None:
            found.append(oid)
        if len(found) == count:
            break
    return found


def onto(scratch: Scratch, base: Oid) -> Onto:
    def settle(answer: Conflicted, ours: Oid) -> Oid | None:
        kept = keep_target(scratch, answer, ours, PATTERNS)
        return kept.tree if kept else None

    return Onto(
        target=base,
        tree=scratch.tree_of(base),
        present=lambda _: False,
        bookkeeping=lambda path: matches(path, PATTERNS),
        settle=settle,
    )


def verified(at: Path, base: Oid, found: Found) -> bool:
    """Whether git itself picks the sequence in a worktree and ends on the same tree.

    Where only bookkeeping conflicted relman kept the target's side; git is told to do so for these commits.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "place"

        def git(*words: str, check: bool = True) -> str:
            done = subprocess.run(
                ["git", "-C", place, *words], capture_output=True, text=True, check=check, errors="replace"
            )
            return done.stdout

        subprocess.run(["git", "-C", at, "worktree", "add", "-q", "--detach", place, base], check=True)
        try:
            for carried in found.sequence:
                git("-c", "user.name=b", "-c", "user.email=b@b", "cherry-pick", carried.commit, check=False)
                if git("status", "--porcelain", "--untracked-files=no").strip():
                    if not carried.settled:
                        return False
                    git("read-tree", "-u", "--reset", carried.tree)
                    git("-c", "user.name=b", "-c", "user.email=b@b", "commit", "-q", "--allow-empty", "-mb")
                if git("rev-parse", "HEAD^{tree}").strip() != carried.tree:
                    return False
            return True
        finally:
            subprocess.run(["git", "-C", at, "worktree", "remove", "--force", place], check=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repo", type=Path, required=True, help="a repository; it is not written to")
    parser.add_argument("--base", required=True, help="the older tag")
    parser.add_argument("--tip", required=True, help="the newer tag or branch")
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--trials", type=int, default=60, help="picks that one search may try")
    asked = parser.parse_args()
    at = view(asked.repo, "prerequisites")
    facts = open_facts(at)
    base, tip = (
        Oid(facts.repo.looking.text("rev-parse", f"{rev}^{{commit}}").strip())
        for rev in (asked.base, asked.tip)
    )
    sizes, times, reasons, right = [], [], Counter[str](), 0
    with Scratch.open(facts.repo, base) as scratch:
        picks = conflicting(facts, scratch, base, tip, asked.count)
        for oid in picks:
            start = time.perf_counter()
            found = find_prerequisites(
                facts.repo, facts.graph, scratch, oid, onto(scratch, base), trials=asked.trials
            )
            times.append(time.perf_counter() - start)
            if isinstance(found, Found):
                sizes.append(len(found.commits))
                right += verified(at, base, found)
                said = f"{len(found.commits)} commits"
            else:
                reasons[found.reason] += 1
                said = f"{found.reason}: {found.detail}; blamed {len(found.causes)}"
            print(f"{oid[:10]}  {times[-1]:6.2f} s  {found.tried:>3} picks  {said}", flush=True)
    print(
        f"\n{len(picks)} conflicting picks, {len(sizes)} solved, {right} of these verified by git cherry-pick; "
        f"not solved: {dict(reasons)}"
    )
    if sizes:
        print(f"sizes: median {statistics.median(sizes)}, {min(sizes)} to {max(sizes)}")
    if times:
        print(f"times: median {statistics.median(times):.2f} s, longest {max(times):.2f} s")


if __name__ == "__main__":
    main()
