"""What git streams: objects out of one process, which reads the next ones while these are used, and paths."""

from collections.abc import Generator, Iterable, Iterator
from itertools import islice

from relman.git.program import Git
from relman.model.names import Oid

_AHEAD = 240
"""Ids that git is told in advance: 12 kB, which the smallest pipe holds, so that nobody waits for the other."""


def objects(git: Git, oids: Iterable[Oid]) -> Generator[tuple[bytes, bytes], None, None]:
    """Gives kind and content of each object, in order; two empty ones where it is not in this clone."""
    todo = iter(oids)
    asked = 0
    child = git.popen("cat-file", "--batch-command", "--buffer")
    try:
        if child.stdin is None or child.stdout is None:
            return
        while True:
            if asked <= _AHEAD // 2:
                more = list(islice(todo, _AHEAD - asked))
                if more:
                    lines = "".join(f"contents {oid}\n" for oid in more)
                    child.stdin.write(f"{lines}flush\n".encode("ascii"))
                    child.stdin.flush()
                asked += len(more)
            if not asked:
                return
            asked -= 1
            _, kind, *size = child.stdout.readline().split()
            if not size:
                yield b"", b""
                continue
            yield kind, child.stdout.read(int(size[0]) + 1)[:-1]
    finally:
        child.kill()
        child.communicate()


def paths_by_commit(listed: bytes, oids: list[Oid]) -> Iterator[tuple[Oid, frozenset[str]]]:
    """Cuts diff-tree's answer at the ids, which come in the order asked for."""
    tokens = iter(listed.split(b"\0"))
    waiting = [oid.encode() for oid in oids]
    next(tokens)
    for place, oid in enumerate(oids):
        following = waiting[place + 1] if place + 1 < len(waiting) else b""
        found: list[bytes] = []
        for token in tokens:
            if token == following:
                break
            found.append(token)
        yield oid, frozenset(path.decode("utf-8", "surrogateescape") for path in found)
