"""Holds `relman options` against carrying its options out on real repositories, and measures its time.

    ways.py REPO... [--fixes 2]          tree ids: told, and of what the commands made
    ways.py --growth                     time beside 10, 100 and 1,000 unreleased commits of 10,000

Each repository is only read: clones that share its objects are made for every option.
"""

import argparse
import io
import json
import re
import resource
import shlex
import subprocess
import tempfile
import time
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from relman.cli.app import run

DATE = "2026-11-23T03:00:00+00:00"
TRIED = ("clean", "bookkeeping-conflicts", "clean-with-prerequisites")


def git(at: Path, *words: str, ok: bool = True, stdin: bytes | None = None) -> str:
    done = subprocess.run(["git", "-C", str(at), *words], input=stdin, capture_output=True, check=ok)
    return done.stdout.decode("utf-8", "replace").strip()


def relman(at: Path, *words: str) -> tuple[int, Any]:
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with redirect_stdout(out), redirect_stderr(io.StringIO()):
        code = run(["-C", str(at), *words, "--json"])
    text = out.buffer.getvalue().decode()
    return code, json.loads(text) if text else {}


def clone(source: Path, into: Path) -> Path:
    subprocess.run(["git", "clone", "-q", "-s", "-n", str(source), str(into)], check=True)
    git(into, "config", "user.name", "Bench")
    git(into, "config", "user.email", "bench@example.com")
    git(into, "remote", "set-url", "origin", "https://github.com/example/example")
    git(into, "read-tree", "HEAD")
    git(into, "checkout", "-q", "-f", "HEAD", ok=False)  # a mirror may lack its largest files
    return into


def fixes(at: Path, most: int) -> list[str]:
    """Fixes on trunk that production lacks, as `relman hotfix` offers them; else the newest commits."""
    _, said = relman(at, "hotfix", "--offline", "--dry-run")
    found = [f["commit"] for f in said.get("fixes", ())]
    if not found:
        found = git(at, "rev-list", "--no-merges", "-n", "3", "HEAD").split()
    return found[:most]


def carried(source: Path, folder: Path, option: dict[str, Any]) -> tuple[bool, str]:
    """Carries the commands out in a clone of their own; whether the tree is the one that was told."""
    at = clone(source, folder)
    for command in option["commands"]:
        for part in command.split(" && "):
            words = shlex.split(part)
            if words[0] == "git":
                done = subprocess.run(["git", "-C", str(at), *words[1:]], capture_output=True, check=False)
                if done.returncode:
                    return False, f"{part}: {done.stderr.decode()[:120]}"
            else:
                code, said = relman(at, *words[1:], "--yes", "--offline", "--date", DATE)
                if code:
                    return False, f"{part}: {code} {str(said.get('message', ''))[:160]}"
        if option["kind"] == "merge-hotfix-branch":
            break
    wanted = option["facts"]["tree"]
    if option["kind"] == "merge-hotfix-branch":
        return git(at, "rev-parse", "HEAD^{tree}") == wanted, "the merge"
    version = re.escape(option["version"])
    tags = [t for t in git(at, "tag", "--list").splitlines() if re.search(rf"(^|[^0-9.]){version}$", t)]
    trees = {git(at, "rev-parse", f"{tag}^{{tree}}") for tag in tags}
    return wanted in trees, f"tag {', '.join(tags)}"


def compare(source: Path, most: int) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    times: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        at = clone(source, Path(folder) / "look")
        for number, fix in enumerate(fixes(at, most)):
            began = time.monotonic()
            code, said = relman(at, "options", fix, "--date", DATE)
            times.append(time.monotonic() - began)
            if code not in (0, 1):
                rows.append({"fix": fix[:10], "error": said.get("message", "")[:200]})
                continue
            for option in said["options"]:
                row = {"fix": fix[:10], "kind": option["kind"], "verdict": option["verdict"]}
                if option["verdict"] in TRIED and option["commands"] and option["kind"] != "roll-back":
                    place = Path(folder) / f"{number}-{option['kind']}"
                    row["equal"], row["how"] = carried(source, place, option)
                rows.append(row)
    held = [row for row in rows if "equal" in row]
    return {
        "repository": source.parent.name,
        "commits": int(git(source, "rev-list", "--count", "HEAD")),
        "carried out": len(held),
        "equal": sum(bool(row["equal"]) for row in held),
        "seconds": [round(t, 2) for t in times],
        "verdicts": [f"{row.get('kind')}: {row.get('verdict')}" for row in rows if "error" not in row],
        "differ": [row for row in rows if row.get("equal") is False or "error" in row],
    }


def story(unreleased: int, commits: int = 10_000) -> bytes:
    """A trunk for fast-import: one tag, a release branch at it, then work, the last of it a fix."""
    rows = []
    for number in range(1, commits + 1):
        kind = "fix" if number == commits else ("feat(pay)", "fix", "docs", "chore")[number % 4]
        text = f"{kind}: number {number}".encode()
        body = f"{number}\n".encode()
        path = f"src/{number % 500}.txt" if number < commits else "src/fixed.txt"
        rows.append(
            b"commit refs/heads/main\nmark :%d\ncommitter A <a@example.com> %d +0000\ndata %d\n%s\n"
            b"M 100644 inline %s\ndata %d\n%s\n"
            % (number, 1_600_000_000 + number * 60, len(text), text, path.encode(), len(body), body)
        )
        if number == commits - unreleased:
            rows.append(b"reset refs/tags/v1.0.0\nfrom :%d\n\n" % number)
            rows.append(b"reset refs/heads/release/1.0\nfrom :%d\n\n" % number)
    return b"".join(rows)


def growth() -> None:
    for unreleased in (10, 100, 1_000):
        with tempfile.TemporaryDirectory() as folder:
            at = Path(folder) / "repo"
            git(Path(folder), "init", "-q", "-b", "main", str(at))
            git(at, "config", "user.name", "Bench")
            git(at, "config", "user.email", "bench@example.com")
            git(at, "fast-import", "--quiet", stdin=story(unreleased))
            command = [str(Path(__file__).parents[1] / ".venv/bin/relman"), "-C", str(at), "options", "main"]
            command[-1] = git(at, "rev-parse", "main")
            for what, more in (("the fix", []), ("and --feature", ["--feature", "scope:pay"])):
                wall, cpu = zip(*(timed([*command, *more]) for _ in range(4)), strict=True)
                middle = f"{sorted(wall[1:])[1]:.2f} s, processor {sorted(cpu[1:])[1]:.2f} s"
                print(f"{unreleased:>6} unreleased of 10,000, {what}: {middle}", flush=True)


def timed(command: list[str]) -> tuple[float, float]:
    """Wall and processor time in seconds, git children among it."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    wall = time.monotonic() - began
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repos", nargs="*", type=Path)
    parser.add_argument("--fixes", type=int, default=2)
    parser.add_argument("--growth", action="store_true")
    asked = parser.parse_args()
    if asked.growth:
        growth()
    for source in asked.repos:
        print(json.dumps(compare(source, asked.fixes)), flush=True)


if __name__ == "__main__":
    main()
