"""The record of every operation: written before anything moves, enough to finish it or to take it back.

One JSON file per operation in the common git directory. A file is replaced whole (temporary name, fsync,
rename, fsync of the folder), so a crash leaves the state before or after, never half of one.
"""

import contextlib
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import gmtime, strftime
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from relman.errors import Kind, RelmanError
from relman.git.durable import flush
from relman.git.repo import Repository
from relman.plan.outcome import Checkout, Pushed, RefChange
from relman.plan.plan import Sealed

State = Literal["intent", "pushing", "refs", "checkouts", "paused", "done", "aborted"]
"""How far it got. `intent`: nothing moved yet, or perhaps the refs. `pushing`: only the remote knows. `refs`:
all refs have moved. `checkouts`: work trees have followed, files and the rest are left. `paused`: a person is
needed."""


class Stage(Struct, frozen=True, kw_only=True):
    """A part of an operation that was carried out before it paused; the fields are those of `Record`."""

    sealed: Sealed
    refs: tuple[RefChange, ...] = ()
    checkouts: tuple[Checkout, ...] = ()
    pushes: tuple[Pushed, ...] = ()
    kept: str = ""
    went_on: str = ""


class Record(Struct, frozen=True, kw_only=True):
    """One operation.

    `started` is seconds since 1970 as the command was told, `stamp` nanoseconds by the file system's clock
    when the intent was written. `work_tree` is where the files of `EditFile` steps stand. `kept` names the
    pack of the operation's objects. `undone_by` is never stored: it follows from the other records and is
    filled in when they are read.
    """

    schema: Literal["relman/operation/v1"] = "relman/operation/v1"
    id: str
    state: State
    sealed: Sealed
    refs: tuple[RefChange, ...] = ()
    checkouts: tuple[Checkout, ...] = ()
    pushes: tuple[Pushed, ...] = ()
    kept: str = ""
    earlier: tuple[Stage, ...] = ()
    """What was carried out before a pause; `stages.joined` makes one of it when the operation is over."""
    packs: tuple[str, ...] = ()
    """The packs of earlier stages, once they are joined."""
    work_tree: str | None = None
    started: int
    went_on: str = ""
    """When its last stage was carried out, as an id would say it; empty where the id itself says so."""
    stamp: int = 0
    undoes: str | None = None
    undone_by: str | None = None
    redoes: str | None = None
    relman: str = ""
    git: str = ""
    argv: tuple[str, ...] = ()
    reason: str = ""

    @property
    def open(self) -> bool:
        """Whether something is left to settle. A paused operation waits for a person, and is open too."""
        return self.state not in ("done", "aborted")

    @property
    def turn(self) -> str:
        """Sorts operations by what was carried out last: one that paused keeps an id that is older than its end."""
        return self.went_on or self.id


class Journal(Struct, frozen=True, kw_only=True):
    """All operations, the last carried out at the end; and the files that cannot be read, as sentences with names."""

    records: tuple[Record, ...] = ()
    unreadable: tuple[str, ...] = ()

    def checked(self) -> tuple[Record, ...]:
        """Gives the records for a command that acts: one that cannot be read may be an open operation."""
        if self.unreadable:
            raise RelmanError(
                Kind.REFUSED,
                "\n".join(self.unreadable),
                hints=("move the file away if you know what became of that operation",),
            )
        return self.records

    def open_operations(self) -> tuple[Record, ...]:
        """Gives what a crash, Ctrl-C or a conflict left unfinished."""
        return tuple(r for r in self.records if r.open)

    def newest_undoable(self) -> Record | None:
        """Gives what `undo` takes back: the newest finished operation that changed something and stands."""
        found = (r for r in reversed(self.records) if r.state == "done" and r.undoes is None)
        return next((r for r in found if r.undone_by is None and (r.refs or r.sealed.plan.files())), None)

    def newest_undone(self) -> Record | None:
        """Gives the undo that `redo` takes back: the newest that stands and took back no undo itself."""
        plain = {r.id for r in self.records if r.undoes is None}
        found = (r for r in reversed(self.records) if r.state == "done" and r.undoes in plain)
        return next((r for r in found if r.undone_by is None), None)

    def find(self, word: str) -> Record:
        """Gives the operation of that id, or of the one id that begins or ends with the word.

        Errors (usage): none, or several, which are listed.
        """
        hits = [r for r in self.records if r.id == word] or [
            r for r in self.records if word and (r.id.startswith(word) or r.id.endswith(f"-{word}"))
        ]
        if len(hits) == 1:
            return hits[0]
        if hits:
            listed = ", ".join(r.id for r in hits)
            raise RelmanError(
                Kind.USAGE, f"{word} is more than one operation: {listed}", hints=("relman log",)
            )
        raise RelmanError(Kind.USAGE, f"there is no operation {word}", hints=("relman log",))


def new_id(now: int, token: str) -> str:
    """Makes an id that sorts by time: UTC, then something that tells two of one second apart."""
    return f"{strftime('%Y%m%dT%H%M%S', gmtime(now))}-{token}"


def next_id(repo: Repository, now: int, token: str) -> str:
    """Makes an id that sorts after every other one: what is newest is told by ids, also within one second."""
    words = (word for r in read_all(repo).records for word in (r.id, r.turn))
    known = [int(at.timestamp()) for at in map(_time, words) if at]
    return new_id(max([now, *(second + 1 for second in known)]), token)


def _time(operation_id: str) -> datetime | None:
    """The time that an id begins with, which is never before that of an older one; none if relman did not make it."""
    try:
        return datetime.strptime(operation_id.partition("-")[0], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def folder(repo: Repository) -> Path:
    """Gives where the records are."""
    return repo.common_dir / "relman" / "operations"


def write(repo: Repository, record: Record) -> Record:
    """Makes the record durable and gives it as it was written; the first write stamps it.

    Errors (refused): the disk is full, or the folder cannot be written.
    """
    place = folder(repo)
    temporary = place / f"{record.id}.tmp"
    try:
        # Each level is synced into the one above: a power cut could forget the folder with the record.
        for level in (place.parent, place):
            if not level.is_dir():
                level.mkdir(exist_ok=True)
                flush(level.parent)
        with temporary.open("wb") as f:
            if record.stamp == 0:
                record = replace(record, stamp=os.fstat(f.fileno()).st_mtime_ns)
            f.write(msgspec.json.format(msgspec.json.encode(replace(record, undone_by=None)), indent=1))
            f.flush()
            os.fsync(f.fileno())
        temporary.rename(place / f"{record.id}.json")
        flush(place)
    except OSError as e:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise RelmanError(
            Kind.REFUSED, f"the record of operation {record.id} cannot be written", cause=str(e)
        ) from e
    return record


def read_all(repo: Repository) -> Journal:
    """Reads every record. Never fails: what cannot be read is told in the answer."""
    return read_folder(folder(repo))


def read_folder(place: Path) -> Journal:
    """The same from the folder of records, for a hook that opens no repository."""
    records: list[Record] = []
    unreadable: list[str] = []
    for file in sorted(place.glob("*.json")):
        try:
            record = msgspec.json.decode(file.read_bytes(), type=Record)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as e:
            unreadable.append(f"{file} is no record that this relman can read: {e}")
            continue
        if record.id == file.stem:
            records.append(record)
        else:
            unreadable.append(f"{file} holds the record of another operation, {record.id}")
    records.sort(key=lambda r: r.turn)
    return Journal(records=_undone(records), unreadable=tuple(unreadable))


def _undone(records: Sequence[Record]) -> tuple[Record, ...]:
    """Fills in `undone_by`. An undo that was itself undone does not count, so the newest go first."""
    by: dict[str, str] = {}
    for r in reversed(records):
        if r.undoes is not None and r.state == "done" and r.id not in by:
            by.setdefault(r.undoes, r.id)
    return tuple(replace(r, undone_by=by.get(r.id)) for r in records)


_KEEP_DAYS = 90
_KEEP_LAST = 50


def keep_file(repo: Repository, kept: str) -> Path:
    """Gives the `.keep` beside a pack, from the pack's name in any form (`pack-<hash>`, hash, path)."""
    stem = Path(kept).name.partition(".")[0]
    stem = stem if stem.startswith("pack-") else f"pack-{stem}"
    return repo.common_dir / "objects" / "pack" / f"{stem}.keep"


def unpin(repo: Repository, record: Record, records: Sequence[Record]) -> None:
    """Removes the operation's `.keep`, unless another operation that stands made the very same pack.

    A crash may have come between the pack and its name in the record: then the `.keep` that holds the
    operation's id is the one.
    """
    others = {
        keep_file(repo, name)
        for r in records
        if r.id != record.id and r.state != "aborted"
        for name in _packs(r)
    }
    before = {keep_file(repo, stage.kept) for stage in record.earlier if stage.kept}
    named = [keep_file(repo, name) for name in (record.kept, *record.packs) if name]
    own = named or [file for file in _keeps_of(repo, record.id) if file not in before]
    for file in own:
        if file not in others:
            file.unlink(missing_ok=True)


def _packs(record: Record) -> tuple[str, ...]:
    return tuple(filter(None, (record.kept, *record.packs, *(stage.kept for stage in record.earlier))))


def _keeps_of(repo: Repository, operation_id: str) -> Iterator[Path]:
    for file in (repo.common_dir / "objects" / "pack").glob("pack-*.keep"):
        with contextlib.suppress(OSError):
            if operation_id.encode() in file.read_bytes():
                yield file


def prune(repo: Repository, *, now: int) -> tuple[str, ...]:
    """Unpins the packs of operations that are over, older than 90 days and not among the last 50.

    The records stay. Gives the ids of the operations that were unpinned.
    """
    records = read_all(repo).records
    unpinned: list[str] = []
    for r in records[:-_KEEP_LAST]:
        if (
            not r.open
            and now - r.started > _KEEP_DAYS * 86400
            and any(keep_file(repo, name).exists() for name in _packs(r))
        ):
            unpin(repo, r, [o for o in records if o.started >= r.started])
            unpinned.append(r.id)
    return tuple(unpinned)
