"""The one place that moves refs: a single `git update-ref` transaction, all of it or nothing.

libgit2's ref transaction stops half way at the first error (research/backport-engines.md 2.3): git does it.
"""

import re
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from relman.errors import Kind, RelmanError
from relman.git.program import Git
from relman.git.repo import Repository
from relman.model.names import Oid, RefName, short

ZERO = "0" * 40
"""How git spells "does not exist" in an old or a new value."""

_BATCH = 400
"""Refs per child: argument lists are bounded."""

_MOVED = re.compile(
    r"cannot lock ref '(?P<ref>[^']+)': is at (?P<at>[0-9a-f]+) but expected (?P<expected>[0-9a-f]+)"
)
_EXISTS = re.compile(r"cannot lock ref '(?P<ref>[^']+)': reference already exists")
_ABSENT = re.compile(
    r"cannot lock ref '(?P<ref>[^']+)': unable to resolve reference '[^']+'\s*$", re.MULTILINE
)
_LOCKED = re.compile(r"Unable to create '(?P<path>[^\n]+\.lock)': File exists")
_CLASH = re.compile(
    r"'(?P<one>[^']+)' exists; cannot create '(?P<two>[^']+)'"
    r"|cannot process '(?P<both>[^']+)' and '(?P<other>[^']+)' at the same time"
)
_HOOK = "ref updates aborted by hook"


def read_values(repo: Repository, refs: Iterable[RefName]) -> dict[RefName, Oid]:
    """Reads what refs hold now; one that does not exist is not in the answer.

    A symbolic ref is refused: moving it without following it would cut it off from what it points at.
    """
    wanted = sorted(set(refs))
    values: dict[RefName, Oid] = {}
    for at in range(0, len(wanted), _BATCH):
        batch = wanted[at : at + _BATCH]
        out = repo.looking.text("for-each-ref", "--format=%(refname) %(objectname) %(symref)", *batch)
        for line in out.splitlines():
            name, oid, symref = line.split(" ", 2)
            # A pattern also matches everything below it as if it were a folder.
            if name in batch:
                if symref:
                    raise RelmanError(
                        Kind.REFUSED,
                        f"{name} is symbolic and points at {symref}; relman moves only real refs",
                        hints=(f"git symbolic-ref -d {name}",),
                    )
                values[RefName(name)] = Oid(oid)
    return values


def last_mover(repo: Repository, ref: RefName) -> str:
    """Says who moved a ref last and why, as its reflog has it; empty where there is none."""
    form = "--format=%gn%x00%gs"
    done = repo.looking.run("log", "--walk-reflogs", "--max-count=1", form, ref, "--", ok=(0, 128))
    name, _, why = done.stdout.decode("utf-8", "replace").strip().partition("\0")
    return f"{name}: {why}" if name and why else name or why


class RefTransaction:
    """Collects moves, locks and checks all of them (`prepare`), then makes them (`commit`).

    A context manager: leaving it without a commit aborts. `fds` are kept open by the child, which therefore
    holds the operation's lock for as long as it lives, whatever becomes of relman.
    """

    def __init__(self, git: Git, message: str, fds: Sequence[int] = ()) -> None:
        one_line = " ".join(message.split()) or "relman"
        # git leaves refs to the operating system's mood; a release should survive a power cut.
        options = ("-c", "core.fsync=all")
        self._child = git.popen(
            *options, "update-ref", "--no-deref", "-z", "--stdin", "-m", one_line, pass_fds=fds
        )
        self._words: list[bytes] = []
        stderr = self._child.stderr
        assert stderr is not None  # noqa: S101  (popen always makes the pipe)
        # Hooks may say more than a pipe holds, so it is emptied all the time.
        self._listener = threading.Thread(target=self._listen, args=(stderr,), daemon=True)
        self._listener.start()
        self._open = True
        self._say("start")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abort()

    def update(self, ref: RefName, new: Oid, old: Oid) -> None:
        """Moves an existing ref."""
        self._say(f"update {ref}", new, old)

    def create(self, ref: RefName, new: Oid) -> None:
        """Makes a ref that must not exist."""
        self._say(f"update {ref}", new, ZERO)

    def delete(self, ref: RefName, old: Oid) -> None:
        """Deletes a ref."""
        self._say(f"delete {ref}", old)

    def verify(self, ref: RefName, value: Oid | None) -> None:
        """Demands that a ref holds a value (absent: that it does not exist) and locks it until the end.

        For an existing ref this is an update to the value it has, not git's own `verify`: that one is shown
        to hooks as a deletion, and writes a line with a zero id into HEAD's reflog when HEAD is on the ref.
        """
        if value is None:
            self._say(f"verify {ref}", ZERO)
        else:
            self._say(f"update {ref}", value, value)

    def move(self, ref: RefName, old: Oid | None, new: Oid | None) -> None:
        """Takes any pair of values."""
        if old == new:
            self.verify(ref, old)
        elif new is None and old is not None:
            self.delete(ref, old)
        elif new is not None and old is None:
            self.create(ref, new)
        elif new is not None and old is not None:
            self.update(ref, new, old)

    def prepare(self) -> None:
        """Locks every ref and compares every old value; nothing has moved yet.

        Errors: a value moved or a lock is busy (moved); a hook or a name clash (refused).
        """
        self._say("prepare")
        self._expect("prepare: ok")

    def commit(self) -> None:
        """Makes the moves. Only git's `commit: ok` is success; its exit code also covers other things."""
        self._say("commit")
        self._expect("commit: ok")
        self._close()

    def abort(self) -> None:
        """Lets go of everything; nothing happens after a commit."""
        if self._open:
            self._say("abort")
            self._close()

    def _say(self, *words: str) -> None:
        stdin = self._child.stdin
        assert stdin is not None  # noqa: S101  (popen always makes the pipe)
        try:
            stdin.write(("\0".join(words) + "\0").encode())
            stdin.flush()
        except (BrokenPipeError, ValueError):
            # It has died and its words say why; whoever waits for the answer reads them.
            return

    def _expect(self, answer: str) -> None:
        stdout = self._child.stdout
        assert stdout is not None  # noqa: S101  (popen always makes the pipe)
        while line := stdout.readline():
            if line.decode("utf-8", "replace").rstrip("\n") == answer:
                return
        self._close()
        raise refusal(b"".join(self._words).decode("utf-8", "replace"))

    def _listen(self, pipe: IO[bytes]) -> None:
        self._words.extend(iter(pipe.readline, b""))

    def _close(self) -> None:
        self._open = False
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue
        self._child.wait()
        self._listener.join()
        if self._child.stderr is not None:
            self._child.stderr.close()


def refusal(words: str) -> RelmanError:
    """Tells from git's words why a transaction was refused."""
    if _HOOK in words:
        said = "\n".join(line for line in words.splitlines() if _HOOK not in line).strip()
        return RelmanError(Kind.REFUSED, "the reference-transaction hook refused the moves", cause=said)
    if found := _MOVED.search(words):
        ref, at, expected = found["ref"], found["at"], found["expected"]
        return RelmanError(
            Kind.MOVED,
            f"{short(ref)} is at {at[:12]}, and the plan expected {expected[:12]}",
            hints=("run the command again: it plans on what is there now",),
            facts={"ref": ref, "is": at, "expected": expected},
        )
    if found := _EXISTS.search(words):
        return RelmanError(
            Kind.MOVED,
            f"{found['ref']} exists by now, and the plan expected that it does not",
            hints=("run the command again: it plans on what is there now",),
            facts={"ref": found["ref"], "expected": None},
        )
    if found := _ABSENT.search(words):
        return RelmanError(
            Kind.MOVED,
            f"{found['ref']} does not exist any more",
            hints=("run the command again: it plans on what is there now",),
            facts={"ref": found["ref"], "is": None},
        )
    if found := _LOCKED.search(words):
        return RelmanError(
            Kind.MOVED,
            f"another git command holds {found['path']}, or died and left it behind",
            hints=("wait and run the command again", f"no git is running? then: rm {found['path']}"),
            facts={"lock": found["path"]},
        )
    if found := _CLASH.search(words):
        one, two = found["one"] or found["both"], found["two"] or found["other"]
        return RelmanError(
            Kind.REFUSED,
            f"git cannot hold {two} beside {one}: one name would be a folder of the other",
            facts={"refs": [one, two]},
        )
    return RelmanError(Kind.REFUSED, "git refused to move the refs", cause=words.strip())


def remove_stale_locks(
    repo: Repository, refs: Iterable[tuple[RefName, Oid | None]], younger_than: int
) -> tuple[Path, ...]:
    """Removes lock files that a killed transaction left behind, and gives their paths.

    `refs` are the refs of one open operation with the value it wanted each to have; `younger_than` is when it
    wrote its intent (nanoseconds, by the file system's clock). The caller holds relman's lock, so no child of
    that operation is alive. A lock goes only when it is younger than the intent and holds nothing, or exactly
    that value: another program's lock on the same ref would hold another one. HEAD counts as the branch it is
    on, because git locks both.
    """
    removed: list[Path] = []
    wanted = dict(refs)
    places = [(repo.common_dir / f"{ref}.lock", new) for ref, new in wanted.items()]
    pointer = repo.looking.run("symbolic-ref", "--quiet", "HEAD", ok=(0, 1, 128)).stdout.decode().strip()
    if pointer in wanted:
        places.append((repo.git_dir / "HEAD.lock", None))
    for path, new in places:
        try:
            stat, content = path.stat(), path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            continue
        ours = content == b"" or (new is not None and content == new.encode() + b"\n")
        if ours and stat.st_mtime_ns >= younger_than:
            path.unlink()
            removed.append(path)
    return tuple(removed)
