"""Parks and unparks features of real repositories: how many come out, and whether the tree comes back.

    parking.py REPO... [--features 20] [--unreleased 400]

Each repository is only read: a bare clone that shares its objects is made, and of its tags those are left out that are
above the release after which trunk holds about that many commits, so that there is unreleased work to choose from.
Features are merged branches and scopes of two to twelve commits. After each one trunk is set back.
"""

import argparse
import io
import json
import re
import shutil
import subprocess
import tempfile
import time
from collections import Counter, defaultdict
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from relman.cli.app import run

SCOPE = re.compile(r"^[a-z]+\(([a-z0-9_/-]+)\)!?:")


def git(at: Path, *words: str, stdin: str | None = None) -> str:
    done = subprocess.run(
        ["git", "-C", str(at), *words], input=stdin, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def relman(at: Path, *words: str) -> tuple[int, dict[str, object]]:
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with redirect_stdout(out), redirect_stderr(io.StringIO()):
        code = run(["-C", str(at), *words, "--json"])
    text = out.buffer.getvalue().decode()
    return code, json.loads(text) if text else {}


def clone(source: Path, into: Path, unreleased: int) -> tuple[str, int]:
    """Makes the clone; gives trunk's name and how many commits are unreleased."""
    subprocess.run(["git", "clone", "-q", "--bare", "-s", str(source), str(into)], check=True)
    git(into, "config", "user.name", "Bench")
    git(into, "config", "user.email", "bench@example.com")
    trunk = git(into, "symbolic-ref", "--short", "HEAD")
    stable = re.compile(r"^v?\d+\.\d+\.\d+$")
    tags = [
        t for t in git(into, "tag", "--merged", trunk, "--sort=-creatordate").splitlines() if stable.match(t)
    ]
    count = 0
    for tag in tags:
        count = int(git(into, "rev-list", "--count", f"{tag}..{trunk}"))
        if count >= unreleased:
            keep = set(git(into, "tag", "--merged", tag).splitlines())
            gone = [t for t in git(into, "tag").splitlines() if t not in keep]
            git(into, "update-ref", "--stdin", stdin="".join(f"delete refs/tags/{t}\n" for t in gone))
            break
    return trunk, count


def features(at: Path, trunk: str, most: int) -> list[str]:
    """Words for park: merges of two to twelve commits, and scopes with as many."""
    _, status = relman(at, "status")
    base = next((t for t in git(at, "tag", "--merged", trunk, "--sort=-v:refname").splitlines()), "")
    window = f"{base}..{trunk}" if base else trunk
    del status
    merges = []
    for oid in git(at, "rev-list", "--merges", "--first-parent", window).splitlines():
        brought = int(git(at, "rev-list", "--count", "--no-merges", f"{oid}^2", f"^{oid}^1", f"^{base}"))
        if 2 <= brought <= 12:
            merges.append(f"merge:{oid}")
    scopes: Counter[str] = Counter()
    for subject in git(at, "log", "--no-merges", "--format=%s", window).splitlines():
        found = SCOPE.match(subject)
        if found:
            scopes[found[1]] += 1
    named = [f"scope:{name}" for name, number in scopes.most_common() if 2 <= number <= 12]
    half = most // 2
    chosen = merges[: max(half, most - len(named))] + named[: max(half, most - len(merges))]
    return chosen[:most]


def measure(source: Path, most: int, unreleased: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder) / "clone.git"
        trunk, count = clone(source, at, unreleased)
        start = git(at, "rev-parse", trunk)
        tree = git(at, "rev-parse", f"{trunk}^{{tree}}")
        results: dict[str, int] = defaultdict(int)
        reasons: Counter[str] = Counter()
        took: list[float] = []
        chosen = features(at, trunk, most)
        for word in chosen:
            began = time.monotonic()
            code, said = relman(at, "park", word, "--yes", "--offline")
            took.append(time.monotonic() - began)
            if code == 3 and "conflicts" not in said:
                results["no answer from git"] += 1
            elif code == 3:
                results["entangled"] += 1
                results["named"] += bool(said.get("entangled"))
                results["clean with them"] += bool(said.get("clean_with_them"))
            elif code:
                results["impossible"] += 1
                reasons[re.sub(r"[0-9a-f]{7,40}", "*", str(said.get("message")))[:90]] += 1
            else:
                results["parked"] += 1
                name = str(said["feature"]["name"])  # type: ignore[index]
                other = git(at, "commit-tree", "-p", trunk, "-m", "chore: another", other_tree(at, trunk))
                parked = git(at, "rev-parse", trunk)
                code, _ = relman(at, "unpark", name, "--yes", "--offline")
                results["came back"] += code == 0 and git(at, "rev-parse", f"{trunk}^{{tree}}") == tree
                git(at, "update-ref", f"refs/heads/{trunk}", other)
                code, _ = relman(at, "unpark", name, "--yes", "--offline")
                changed = git(at, "diff", "--name-only", start, trunk) if code == 0 else "no"
                results["came back beside other work"] += changed == "another.txt"
                del parked
            git(at, "update-ref", f"refs/heads/{trunk}", start)
        shutil.rmtree(at)
    return {
        "repository": source.parent.name,
        "unreleased": count,
        "features": len(chosen),
        **results,
        "slowest": round(max(took, default=0), 1),
        "median": round(sorted(took)[len(took) // 2], 1) if took else 0,
        "why impossible": dict(reasons),
    }


def other_tree(at: Path, rev: str) -> str:
    """Trunk's tree with one file more: the work of somebody else."""
    blob = git(at, "hash-object", "-w", "--stdin", stdin="another\n")
    rows = git(at, "ls-tree", rev)
    return git(at, "mktree", stdin=f"{rows}\n100644 blob {blob}\tanother.txt\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repos", nargs="+", type=Path)
    parser.add_argument("--features", type=int, default=20)
    parser.add_argument("--unreleased", type=int, default=400)
    asked = parser.parse_args()
    for source in asked.repos:
        print(json.dumps(measure(source, asked.features, asked.unreleased)), flush=True)


if __name__ == "__main__":
    main()
