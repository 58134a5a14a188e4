"""Two more histories, for what grows with a line or with the tags and not with trunk.

A line of 2,500 commits that trunk has too, nearly all of them: half say where they were picked from, the rest keep
only their subject. And 10,000 releases, one on every other commit of trunk.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

from generate import BLOBS, CACHE, LINE, STORY, TRUNK, Stream, content, into_new_repository

LINE_LENGTH = 2_500
TAGS = 10_000
_PER_LINE = 100
_ALONE = 40
"""Every so many commits of the line is on no other branch."""


def _contents(stream: Stream) -> None:
    for mark in range(1, BLOBS + 1):
        stream.put(f"blob\nmark :{mark}\ndata {len(str(mark)) + 9}\ncontent {mark}\n\n")


def _change(number: int) -> str:
    return f"M 100644 :{content(number)} module{number % 8}.txt\n"


def _long_line(stream: Stream) -> str:
    _contents(stream)
    stream.commit("main", "chore: start\n", _change(0), mark=TRUNK)
    stream.put(f"reset refs/heads/release/1.0\nfrom :{TRUNK}\n\n")
    for number in range(LINE_LENGTH):
        title = f"fix: case {number} of the old way (#{number + 1})\n"
        alone = number % _ALONE == 0
        if not alone:
            stream.commit("main", title, _change(number), mark=TRUNK)
            stream.commit("main", f"feat: news {number}\n", _change(number + 3), mark=TRUNK + 1)
        source = f"\n(cherry picked from commit {stream.id_of(TRUNK)})\n" if number % 2 and not alone else ""
        stream.commit("release/1.0", f"{title}{source}", _change(number), mark=LINE)
        if number % 250 == 249:
            stream.tag(f"1.0.{number // 250}", LINE)
    return ""


def _many_tags(stream: Stream) -> str:
    _contents(stream)
    stream.commit("main", "chore: start\n", _change(0), mark=TRUNK)
    for number in range(TAGS):
        stream.commit("main", f"fix: case {number} (#{number + 1})\n", _change(number), mark=TRUNK)
        stream.commit("main", f"feat: news {number}\n", _change(number + 1), mark=TRUNK)
        stream.tag(f"1.{number // _PER_LINE}.{number % _PER_LINE}", TRUNK)
    stream.commit("main", "fix: the last one\n", _change(1), mark=TRUNK)
    return ""


def _made(name: str, story: Callable[[Stream], str]) -> Path:
    path = CACHE / f"{name}-{STORY}.git"
    if not path.exists():
        CACHE.mkdir(exist_ok=True)
        half = path.with_suffix(".half")
        shutil.rmtree(half, ignore_errors=True)
        into_new_repository(half, story)
        half.rename(path)
    return path


def long_line() -> Path:
    """The bare repository with the line, made on first use."""
    return _made("long-line", _long_line)


def many_tags() -> Path:
    """The bare repository with the tags, made on first use."""
    return _made("many-tags", _many_tags)
