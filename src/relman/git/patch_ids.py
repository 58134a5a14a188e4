"""The patch-ids of one clone, kept in the user's cache folder: by commit id, and so never stale."""

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

from relman.git.patch_id import patch_id
from relman.git.repo import Repository
from relman.model.names import Oid

_LINE = re.compile(rb"([0-9a-f]{40,64}) ([0-9a-f]{40,64}|-)\.\n")
_MOST_BYTES = 16 << 20
"""A file that has grown larger begins anew: 200,000 commits are more than one clone asks about."""


class PatchIds:
    """The patch-ids of one clone, each computed once and kept in a file of the user's cache folder.

    The file may be deleted at any time, and any number of processes may write: a line is appended in one write, and
    one that is torn is not read. Another version of git has another file. Without a folder, or where it cannot be
    written, nothing is kept.
    """

    def __init__(self, repo: Repository, cache: Path | None) -> None:
        self._repo = repo
        self._cache = cache
        self._file: Path | None = None
        self._known: dict[Oid, str | None] | None = None

    def __call__(self, commit: Oid) -> str | None:
        """Gives what `patch_id` does."""
        if self._known is None:
            self._file = self._place()
            self._known = dict(_read(self._file)) if self._file else {}
        if commit not in self._known:
            self._known[commit] = patch_id(self._repo, commit)
            self._keep(commit, self._known[commit])
        return self._known[commit]

    def _place(self) -> Path | None:
        """The file; none where attributes of this clone alone have a say."""
        private = self._repo.common_dir / "info" / "attributes"
        if self._cache is None or (private.is_file() and private.stat().st_size):
            return None
        where = hashlib.sha256(os.fsencode(self._repo.common_dir.resolve())).hexdigest()[:16]
        git = re.sub(r"[^0-9A-Za-z.]+", "-", self._repo.looking.text("version").strip())
        return self._cache / where / f"patch-ids-1-{git}"

    def _keep(self, commit: Oid, found: str | None) -> None:
        if self._file is None:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            opened = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(opened, f"{commit} {found or '-'}.\n".encode("ascii"))
            finally:
                os.close(opened)
        except OSError:  # a cache that cannot be written is none
            self._file = None


def _read(file: Path) -> Iterator[tuple[Oid, str | None]]:
    try:
        if file.stat().st_size > _MOST_BYTES:
            file.unlink()
            return
        lines = file.read_bytes().splitlines(keepends=True)
    except OSError:
        return
    for line in lines:
        match = _LINE.fullmatch(line)
        if match:
            yield Oid(match[1].decode()), None if match[2] == b"-" else match[2].decode()
