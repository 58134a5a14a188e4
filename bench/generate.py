"""Streams a deterministic history into `git fast-import`: the same sizes give the same ids everywhere.

The history has a trunk with small merges, and a release branch for every tenth tag: a candidate and the
`.0` are tagged on trunk, then eight patch releases of two picks each (`cherry picked from`) follow on the
branch. The last 300 commits of trunk are unreleased at every size, so that a command whose cost follows
the unreleased work costs the same on 20,000 commits and on 1,000,000. One of them is the *live fix*: a fix
that the newest line lacks and that applies there cleanly.
"""

import argparse
import json
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import IO

CACHE = Path(__file__).resolve().parent / ".cache"
SMALL = (20_000, 200)
LARGE = (1_000_000, 2_000)

# Part of the cache's name: a changed story must not be mistaken for the stored one.
STORY = 1

TAGS_PER_LINE = 10
PATCHES = 8
PICKS_PER_PATCH = 2
LINE_COMMITS = PATCHES * (PICKS_PER_PATCH + 1)
TAIL = 300
CHUNK = 1 << 20
BLOBS = 4096
EPOCH = 1_000_000_000
STEP = 600

SCOPES = ("api", "auth", "cli", "core", "db", "docs", "http", "ui", "sync", "cache", "billing", "search")
VERBS = ("handle", "reject", "accept", "speed up", "simplify", "rename", "log", "cache", "retry", "validate")
THINGS = ("empty headers", "token expiry", "stale locks", "long paths", "time zones", "the retry loop")
PLACES = ("on start", "in batches", "for guests", "behind a proxy", "after a crash", "when offline")
# One entry per mille of a commit's type, so that one look-up picks it.
KINDS = (
    ["feat"] * 220
    + ["fix"] * 300
    + ["docs"] * 90
    + ["chore"] * 130
    + ["refactor"] * 100
    + ["test"] * 70
    + ["perf"] * 30
    + ["ci"] * 30
    + [""] * 30
)


class Stream:
    """The bytes on their way to fast-import, and what the story must remember of them."""

    def __init__(self, into: IO[bytes], answers: IO[bytes]) -> None:
        self.into = into
        self.answers = answers
        self.waiting: list[bytes] = []
        self.size = 0
        self.count = 0

    def put(self, text: str) -> None:
        """Text for fast-import, sent in big chunks: a system call per commit costs more than its making."""
        data = text.encode()
        self.waiting.append(data)
        self.size += len(data)
        if self.size > CHUNK:
            self.flush()

    def flush(self) -> None:
        """Sends what waits; needed before an answer can be read."""
        self.into.write(b"".join(self.waiting))
        self.into.flush()
        self.waiting.clear()
        self.size = 0

    def id_of(self, mark: int) -> str:
        """The id of the commit with that mark, 40 hex digits."""
        self.put(f"get-mark :{mark}\n")
        self.flush()
        return self.answers.readline().decode().strip()

    def commit(self, branch: str, message: str, change: str, *, mark: int = 0, parents: str = "") -> None:
        """One commit; `parents` holds ready `from` and `merge` lines, `change` ready file lines."""
        when = EPOCH + self.count * STEP
        who = f"Dev {self.count % 40} <dev{self.count % 40}@example.org> {when} +0000"
        name = f"mark :{mark}\n" if mark else ""
        self.put(
            f"commit refs/heads/{branch}\n{name}author {who}\ncommitter {who}\n"
            f"data {len(message)}\n{message}\n{parents}{change}"
        )
        self.count += 1

    def tag(self, version: str, mark: int) -> None:
        """An annotated tag `v<version>`."""
        when = EPOCH + self.count * STEP
        message = f"relman {version}\n"
        self.put(
            f"tag v{version}\nfrom :{mark}\ntagger Dev 0 <dev0@example.org> {when} +0000\n"
            f"data {len(message)}\n{message}\n"
        )


# Marks 1 to BLOBS are the shared contents of files; a few above them are used again and again for commits.
TRUNK, SIDE, FIX, LINE = BLOBS + 1, BLOBS + 2, BLOBS + 3, BLOBS + 4


def subject(dice: random.Random, number: int) -> tuple[str, str]:
    """A type (empty for a message in free form) and a subject line."""
    kind = KINDS[int(dice.random() * 1000)]
    rest = f"{VERBS[number % 10]} {THINGS[number % 6]} {PLACES[number // 7 % 6]} (#{number})"
    if not kind:
        return kind, rest.capitalize()
    scope = f"({SCOPES[number % 12]})" if dice.random() < 0.6 else ""
    return kind, f"{kind}{scope}: {rest}"


def body(dice: random.Random, number: int) -> str:
    roll = dice.random()
    if roll < 0.6:
        return ""
    text = f"\nThe old way failed {number % 9 + 2} times in a row, see the report of week {number % 52}.\n"
    if roll < 0.8:
        return text
    return f"{text}\nRefs: #{number - 1}\nReviewed-by: Dev {number % 7} <dev{number % 7}@example.org>\n"


def content(number: int) -> int:
    return number * 2_654_435_761 % BLOBS + 1


def ordinary(stream: Stream, dice: random.Random, *, breaking: bool) -> None:
    """One commit of trunk, or now and then a merged side branch of two commits."""
    number = stream.count
    _, title = subject(dice, number)
    message = f"{title}\n{body(dice, number)}"
    if breaking:
        message = (
            f"feat(api)!: drop the old protocol (#{number})\n\nBREAKING CHANGE: clients need version 2\n"
        )
    change = f"M 100644 :{content(number)} module{number % 8}.txt\n"
    if dice.random() >= 0.02 or breaking:
        stream.commit("main", message, change, mark=TRUNK)
        return
    again = f"M 100644 :{content(number + 1)} module{number % 8}.txt\n"
    stream.commit("main", message, change)
    stream.commit("main", f"test: cover it (#{number})\n", again, mark=SIDE)
    merged = f"Merge pull request #{number} from dev/topic-{number}\n\n{title}\n"
    parents = f"from :{TRUNK}\nmerge :{SIDE}\n"
    stream.commit("main", merged, again, mark=TRUNK, parents=parents)


def ported(stream: Stream, branch: str, number: int) -> None:
    """A fix on trunk and its pick on the newest line; only such fixes touch their files, so it applies."""
    title = f"fix({SCOPES[number % 12]}): {VERBS[number % 10]} {THINGS[number % 6]} (#{number})\n"
    change = f"M 100644 :{content(number)} fixed{number % 4}.txt\n"
    stream.commit("main", title, change, mark=TRUNK)
    source = stream.id_of(TRUNK)
    stream.commit(branch, f"{title}\n(cherry picked from commit {source})\n", change, mark=LINE)


def release(stream: Stream, branch: str, version: str, mark: int) -> None:
    text = f"M 100644 inline VERSION\ndata {len(version) + 1}\n{version}\n\n"
    stream.commit(branch, f"chore(release): {version}\n", text, mark=mark)
    stream.tag(version, mark)


def trunk_until(stream: Stream, dice: random.Random, end: int, *, breaking: bool = False) -> None:
    while stream.count < end:
        ordinary(stream, dice, breaking=breaking)
        breaking = False


def line_while_trunk_goes_on(stream: Stream, dice: random.Random, version: tuple[int, int], end: int) -> None:
    """The patch releases of a line, spread over the stretch of trunk that follows its cut."""
    branch = f"release/{version[0]}.{version[1]}"
    stream.put(f"reset refs/heads/{branch}\nfrom :{TRUNK}\n\n")
    start = stream.count
    for pick in range(PATCHES * PICKS_PER_PATCH):
        trunk_until(stream, dice, start + (end - start) * (pick + 1) // (PATCHES * PICKS_PER_PATCH + 2))
        ported(stream, branch, stream.count)
        patch, left = divmod(pick + 1, PICKS_PER_PATCH)
        if not left:
            release(stream, branch, f"{version[0]}.{version[1]}.{patch}", LINE)


def tell(stream: Stream, commits: int, tags: int) -> str:
    """The whole story; returns the id of the live fix."""
    dice = random.Random(20_240_229)
    lines = tags // TAGS_PER_LINE
    for mark in range(1, BLOBS + 1):
        stream.put(f"blob\nmark :{mark}\ndata {len(str(mark)) + 9}\ncontent {mark}\n\n")
    first = "".join(f"M 100644 :{n + 1} module{n}.txt\n" for n in range(8))
    first += "".join(f"M 100644 :{n + 1} fixed{n}.txt\n" for n in range(4))
    stream.commit("main", "chore: start\n", first, mark=TRUNK)
    version = (0, 0)
    for line in range(lines):
        end = (commits - TAIL) * (line + 1) // lines
        breaking = line % 20 == 19
        if line:
            line_while_trunk_goes_on(stream, dice, version, end - 30)
        version = (version[0] + 1, 0) if breaking else (version[0], version[1] + 1)
        trunk_until(stream, dice, end - 20, breaking=breaking)
        stream.tag(f"{version[0]}.{version[1]}.0-rc.1", TRUNK)
        trunk_until(stream, dice, end - 1)
        release(stream, "main", f"{version[0]}.{version[1]}.0", TRUNK)
    line_while_trunk_goes_on(stream, dice, version, commits - 40)
    trunk_until(stream, dice, commits - 20)
    stream.commit("main", "fix(auth): token expiry\n", "M 100644 :7 fixed0.txt\n", mark=TRUNK)
    live_fix = stream.id_of(TRUNK)
    trunk_until(stream, dice, commits)
    return live_fix


def git(*words: str, at: Path | None = None) -> str:
    place = ["-C", str(at)] if at else []
    return subprocess.run(["git", *place, *words], check=True, text=True, stdout=subprocess.PIPE).stdout


def into_new_repository(path: Path, story: Callable[[Stream], str]) -> str:
    git("init", "-q", "--bare", "-b", "main", str(path))
    command = ["git", "-C", str(path), "fast-import", "--quiet", "--done", "--cat-blob-fd=1"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as importer:
        if importer.stdin is None or importer.stdout is None:
            raise AssertionError("both were asked for as pipes")
        stream = Stream(importer.stdin, importer.stdout)
        answer = story(stream)
        stream.put("done\n")
        stream.flush()
        importer.stdin.close()
    if importer.returncode:
        raise SystemExit(f"git fast-import failed with {importer.returncode}")
    git("pack-refs", "--all", at=path)
    return answer


def history(commits: int, tags: int, *, commit_graph: bool = False) -> Path:
    """The bare repository of that size, made on first use.

    With a commit-graph it is a second one that shares the first one's objects.
    """
    path = CACHE / f"history-{STORY}-{commits}-{tags}.git"
    if not path.exists():
        CACHE.mkdir(exist_ok=True)
        half = path.with_suffix(".half")
        shutil.rmtree(half, ignore_errors=True)
        live_fix = into_new_repository(half, lambda stream: tell(stream, commits, tags))
        (half / "bench.json").write_text(json.dumps({"live_fix": live_fix}))
        half.rename(path)
    if not commit_graph:
        return path
    graph = path.with_name(f"{path.stem}-graph.git")
    if not graph.exists():
        half = graph.with_suffix(".half")
        shutil.rmtree(half, ignore_errors=True)
        git("clone", "-q", "--bare", "--shared", str(path), str(half))
        git("remote", "remove", "origin", at=half)
        git("commit-graph", "write", "--reachable", "--no-progress", at=half)
        shutil.copy(path / "bench.json", half)
        half.rename(graph)
    return graph


def main() -> None:
    parser = argparse.ArgumentParser(description="make, or find, a generated history and print its path")
    parser.add_argument("--large", action="store_true", help=f"{LARGE[0]:,} commits and {LARGE[1]:,} tags")
    parser.add_argument("--commits", type=int)
    parser.add_argument("--tags", type=int)
    parser.add_argument("--commit-graph", action="store_true", help="with a commit-graph file")
    asked = parser.parse_args()
    commits, tags = LARGE if asked.large else SMALL
    print(history(asked.commits or commits, asked.tags or tags, commit_graph=asked.commit_graph))


if __name__ == "__main__":
    main()
