"""Measures relman beside git and its peers, in one run, and prints one table per repository."""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
from dataclasses import asdict
from pathlib import Path

import generate
import rows
import shapes
from measure import Command, Figures, row
from peers import peers

CACHE = generate.CACHE
ROWS = ("start-up", "next", "status", "hotfix", "changelog", "push")
GROWTH = ("next", "status", "hotfix")


def environment() -> dict[str, str]:
    """The same surroundings for all: no user configuration, and caches inside this folder."""
    home = CACHE / "home"
    home.mkdir(parents=True, exist_ok=True)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "NO_COLOR": "1",
        "LC_ALL": "C.UTF-8",
    }


def view(source: Path, name: str) -> Path:
    """A repository with a work tree that has the source's branches and tags and shares its objects.

    Most peers want a work tree, and everybody is to be measured on the same folder.
    """
    mark = hashlib.sha256(str(source.resolve()).encode()).hexdigest()[:8]
    path = CACHE / "views" / f"{name}-{mark}"
    if not path.exists():
        half = path.with_suffix(".half")
        shutil.rmtree(half, ignore_errors=True)
        generate.git("clone", "-q", "--bare", "--shared", str(source), str(half / ".git"))
        generate.git("config", "core.bare", "false", at=half)
        # semantic-release wants a remote that looks like a forge's; nobody asks it anything.
        generate.git("remote", "set-url", "origin", "https://forge.invalid/bench/bench.git", at=half)
        generate.git("read-tree", "HEAD", at=half)
        # A partial clone lacks some contents; nobody here reads them, so what is there must do.
        subprocess.run(
            ["git", "-C", str(half), "checkout-index", "-aq"], stderr=subprocess.DEVNULL, check=False
        )
        if (source / "objects" / "info" / "commit-graph").exists():
            generate.git("commit-graph", "write", "--reachable", "--no-progress", at=half)
        half.rename(path)
    return path


def generated(commits: int, tags: int, *, commit_graph: bool) -> rows.Subject:
    source = generate.history(commits, tags, commit_graph=commit_graph)
    name = f"generated-{commits}" + ("-graph" if commit_graph else "")
    return rows.Subject(
        name=name,
        view=view(source, name),
        latest=newest_release(source),
        fix=json.loads((source / "bench.json").read_text())["live_fix"],
    )


def real(source: Path) -> rows.Subject:
    at = view(source, "real")
    latest = newest_release(at)
    fix = rows.question(at, "log", "-1", "--no-merges", "--grep=^fix", "--format=%H", f"{latest}..HEAD")
    return rows.Subject(
        name="real", view=at, latest=latest, fix=fix or rows.question(at, "rev-parse", "HEAD")
    )


def newest_release(at: Path) -> str:
    tags = rows.question(at, "for-each-ref", "--sort=-v:refname", "--format=%(refname:short)", "refs/tags/v*")
    return next((tag for tag in tags.splitlines() if "-" not in tag), "HEAD")


def commands(name: str, bin_dir: Path, subject: rows.Subject) -> list[Command]:
    match name:
        case "start-up":
            return rows.start_up(bin_dir)
        case "next":
            return rows.next_version(bin_dir, subject)
        case "status":
            return rows.status(subject)
        case "hotfix":
            return rows.hotfix(subject)
        case "push":
            return rows.push(subject)
        case _:
            return rows.changelog(bin_dir)


def seconds(figures: Figures, limit: float) -> str:
    return f"> {limit:.0f} s" if figures.code is None else f"{figures.wall:.3f} s"


def ratio(figures: Figures, ours: Figures) -> str:
    """How many times relman's wall time this one takes; at least that many where it was cut."""
    if ours.code:
        return "-"
    return f"{'>' if figures.code is None else ''}{figures.wall / ours.wall:.2f}"


def table(name: str, measured: list[Figures], limit: float) -> str:
    lines = [f"{name:<30}{'wall':>10}{'ratio':>8}{'cpu':>9}{'peak':>10}{'first':>10}  runs"]
    for figures in measured:
        note = "" if figures.code in (0, None) else f"  exit {figures.code}"
        lines.append(
            f"  {figures.who:<28}{seconds(figures, limit):>10}{ratio(figures, measured[0]):>8}"
            f"{figures.cpu:>7.3f} s{figures.peak:>6.0f} MiB{figures.first.wall:>8.3f} s"
            f"{figures.runs:>6}{note}"
        )
    return "\n".join(lines)


def compare(subject: rows.Subject, names: list[str], asked: argparse.Namespace) -> dict[str, object]:
    bin_dir = peers()
    count = rows.question(subject.view, "rev-list", "--count", "HEAD")
    tags = len(rows.question(subject.view, "tag").splitlines())
    print(
        f"{subject.name}: {int(count):,} commits on HEAD, {tags:,} tags, latest {subject.latest}\n",
        flush=True,
    )
    found: dict[str, object] = {}
    for name in names:
        chosen = commands(name, bin_dir, subject)
        if asked.no_peers:
            chosen = [one for one in chosen if not one.words[0].startswith(str(bin_dir))]
        measured = row(chosen, at=subject.view, env=environment(), limit=asked.timeout, runs=asked.runs)
        print(table(name, measured, asked.timeout) + "\n", flush=True)
        found[name] = [asdict(figures) for figures in measured]
    return found


def growth(asked: argparse.Namespace) -> dict[str, object]:
    """The same three questions on both sizes: the unreleased work is equal, so should their cost be."""
    small, large = (
        generated(*size, commit_graph=asked.commit_graph) for size in (generate.SMALL, generate.LARGE)
    )
    found: dict[str, object] = {}
    print(f"{'growth':<18}{'20,000':>20}{'1,000,000':>20}{'time':>8}{'memory':>8}")
    for name in GROWTH:
        pair = []
        for subject in (small, large):
            ours = commands(name, Path("unused"), subject)[:1]
            pair += row(ours, at=subject.view, env=environment(), limit=asked.timeout, runs=asked.runs)
        cells = "".join(f"{seconds(one, asked.timeout) + f' {one.peak:.0f} MiB':>20}" for one in pair)
        times, memory = pair[1].wall / pair[0].wall, pair[1].peak / pair[0].peak
        note = "".join(f"  exit {one.code}" for one in pair if one.code)
        print(f"  relman {name:<9}{cells}{times:>8.2f}{memory:>8.2f}{note}", flush=True)
        found[name] = [asdict(one) for one in pair]
    return found


def long_and_many(asked: argparse.Namespace) -> dict[str, object]:
    """A line of 2,500 commits, and 10,000 tags; `first` is the run that fills relman's memory of commits."""
    shutil.rmtree(CACHE / "home" / "cache" / "relman", ignore_errors=True)
    found: dict[str, object] = {}
    pairs = (
        ("a line of 2,500 commits", shapes.long_line(), rows.long_line()),
        ("10,000 tags", shapes.many_tags(), rows.many_tags()),
    )
    for name, source, chosen in pairs:
        at = view(source, source.stem)
        measured = row(chosen, at=at, env=environment(), limit=asked.timeout, runs=asked.runs)
        print(table(name, measured, asked.timeout) + "\n", flush=True)
        found[name] = [asdict(figures) for figures in measured]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--large", action="store_true", help="1,000,000 commits and 2,000 tags")
    where.add_argument("--repo", type=Path, help="a real repository, bare or not; it is not written to")
    where.add_argument("--growth", action="store_true", help="relman alone, on both generated sizes")
    where.add_argument("--shapes", action="store_true", help="a line of 2,500 commits, and 10,000 tags")
    parser.add_argument("--only", action="append", choices=ROWS, help="this row; may be repeated")
    parser.add_argument("--runs", type=int, default=5, help="measured runs after the warm-up")
    parser.add_argument("--timeout", type=float, default=60.0, help="seconds after which a command is cut")
    parser.add_argument("--commit-graph", action="store_true", help="generated history with a commit-graph")
    parser.add_argument("--no-peers", action="store_true", help="relman and git only")
    asked = parser.parse_args()
    if asked.growth:
        name, found = "growth", growth(asked)
    elif asked.shapes:
        name, found = "shapes", long_and_many(asked)
    else:
        size = generate.LARGE if asked.large else generate.SMALL
        subject = real(asked.repo) if asked.repo else generated(*size, commit_graph=asked.commit_graph)
        name, found = subject.name, compare(subject, asked.only or list(ROWS), asked)
    keep(name, found)


def keep(name: str, found: dict[str, object]) -> None:
    """Adds to what earlier runs found: one repository at a time is the usual way to measure."""
    path = CACHE / "results.json"
    stored = json.loads(path.read_text()) if path.exists() else {}
    stored[name] = {**stored.get(name, {}), **found}
    path.write_text(json.dumps(stored, indent=1) + "\n")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        raise SystemExit(f"{' '.join(map(str, error.cmd))} failed with {error.returncode}") from error
