"""What is compared: each command of relman beside the peers' nearest and a floor in plain git."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from measure import Command
from peers import commitizen_configuration


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A repository to measure on: its view, the release before HEAD and a fix that the release lacks."""

    name: str
    view: Path
    latest: str
    fix: str


def relman(*words: str) -> tuple[str, ...]:
    return (str(Path(sys.executable).parent / "relman"), *words)


def question(at: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(at), *words], check=True, text=True, stdout=subprocess.PIPE)
    return done.stdout.strip()


def start_up(bin_dir: Path) -> list[Command]:
    return [
        Command(who="relman --version", words=relman("--version")),
        Command(who="python -c pass", words=(sys.executable, "-c", "pass")),
        Command(who="git --version", words=("git", "--version")),
        Command(who="git-cliff --version", words=(str(bin_dir / "git-cliff"), "--version")),
        Command(who="cz version", words=(str(bin_dir / "cz"), "version")),
        Command(who="semantic-release --version", words=(str(bin_dir / "semantic-release"), "--version")),
    ]


def next_version(bin_dir: Path, subject: Subject) -> list[Command]:
    cz = (str(bin_dir / "cz"), "--config", str(commitizen_configuration()))
    semantic = str(bin_dir / "semantic-release")
    return [
        Command(who="relman next", words=relman("-C", ".", "next")),
        Command(who="git log LATEST..HEAD", words=("git", "log", "--format=%B", f"{subject.latest}..HEAD")),
        Command(who="git-cliff --bumped-version", words=(str(bin_dir / "git-cliff"), "--bumped-version")),
        Command(who="cz bump --get-next", words=(*cz, "bump", "--get-next", "--yes")),
        Command(who="semantic-release version", words=(semantic, "--noop", "version", "--print")),
    ]


def status(subject: Subject) -> list[Command]:
    return [
        Command(who="relman status", words=relman("-C", ".", "status")),
        Command(who="git for-each-ref", words=("git", "for-each-ref")),
        Command(who="git tag --contains LATEST", words=("git", "tag", "--contains", subject.latest)),
        Command(who="git branch --contains LATEST", words=("git", "branch", "--contains", subject.latest)),
    ]


def changelog(bin_dir: Path) -> list[Command]:
    cz = (str(bin_dir / "cz"), "--config", str(commitizen_configuration()))
    return [
        Command(who="relman changelog --all", words=relman("-C", ".", "changelog", "--all")),
        Command(who="git log", words=("git", "log", "--format=%H %an %ae %at%n%B")),
        Command(who="git-cliff", words=(str(bin_dir / "git-cliff"),)),
        Command(who="cz changelog --dry-run", words=(*cz, "changelog", "--dry-run")),
    ]


def hotfix(subject: Subject) -> list[Command]:
    between = f"{subject.latest}..{subject.fix}"
    return [
        Command(who="relman hotfix --dry-run", words=relman("-C", ".", "hotfix", subject.fix, "--dry-run")),
        Command(who="git tag --contains FIX", words=("git", "tag", "--contains", subject.fix)),
        Command(who="git log LATEST..FIX", words=("git", "log", "--format=%B", between)),
    ]


def push(subject: Subject) -> list[Command]:
    """A push of trunk's newest 1,000 first parents; a message that breaks a rule is a finding, not a failure."""
    head, old = (question(subject.view, "rev-parse", rev) for rev in ("HEAD", "HEAD~1000"))
    branch = question(subject.view, "symbolic-ref", "HEAD")
    hook = Path(sys.executable).parent / "relman-hook"
    said = f"printf '%s\\n' '{branch} {head} {branch} {old}'"
    judged = f"{said} | '{hook}' pre-push origin url 2>&1 || [ $? = 1 ]"
    return [
        Command(who="relman-hook pre-push", words=("sh", "-c", judged)),
        Command(who="git log OLD..NEW", words=("git", "log", "--format=%B", f"{old}..{head}")),
        Command(who="git rev-list OLD..NEW", words=("git", "rev-list", f"{old}..{head}")),
    ]


def long_line() -> list[Command]:
    return [
        Command(who="relman check --history", words=relman("-C", ".", "check", "--history")),
        Command(who="git cherry", words=("git", "cherry", "main", "release/1.0")),
        Command(who="git log main..release/1.0", words=("git", "log", "--format=%B", "main..release/1.0")),
    ]


def many_tags() -> list[Command]:
    return [
        Command(who="relman version", words=relman("-C", ".", "version")),
        Command(who="relman check --history", words=relman("-C", ".", "check", "--history")),
        Command(who="git describe --tags", words=("git", "describe", "--tags")),
        Command(who="git for-each-ref refs/tags", words=("git", "for-each-ref", "refs/tags")),
    ]
