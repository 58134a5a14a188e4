"""The patch-ids of one clone, kept in the user's cache folder: by commit id, and so never stale."""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

from relman.git.patch_id import patch_id, patch_ids
from relman.git.repo import Repository
from relman.model.names import Oid

_LINE = re.compile(rb"([0-9a-f]{40,64}) ([0-9a-f]{40,64}|-)\.\n")
_MOST_BYTES = 16 << 20
"""A file that has grown larger begins anew: 200,000 commits are more than one clone asks about."""


class PatchIds:
    """The patch-ids of one clone, each computed once and kept in a file of the user's cache folder.

    The file may be deleted at any time, and any number of processes may write: lines are appended in one write, and
    one that is torn is not read. Another version of git has another file. Without a folder, or where it cannot be
    written, nothing is kept.
    """

    def __init__(self, repo: Repository, cache: Path | None, *, kept: "_Kept | None" = None) -> None:
        self._repo = repo
        self._kept = kept or _Kept(repo, cache)

    def __call__(self, commit: Oid) -> str | None:
        """Gives what `patch_id` does."""
        known = self._kept.known
        if commit not in known:
            self._kept.keep({commit: patch_id(self._repo, commit)})
        return known[commit]

    def load(self, commits: Iterable[Oid]) -> None:
        """Computes the patch-ids of many commits at once, those that are not known yet."""
        todo = [oid for oid in dict.fromkeys(commits) if oid not in self._kept.known]
        if todo:
            found = patch_ids(self._repo, todo)
            self._kept.keep({oid: found.get(oid) for oid in todo})

    def over(self, repo: Repository) -> "PatchIds":
        """The same ones for the same clone where it reads more, as one that borrows does."""
        return PatchIds(repo, None, kept=self._kept)


class _Kept:
    """What is known of one clone: in memory, and what the clone itself holds in the file, too."""

    def __init__(self, repo: Repository, cache: Path | None) -> None:
        self._repo = repo
        self._cache = cache

    @cached_property
    def known(self) -> dict[Oid, str | None]:
        return dict(_read(self._file)) if self._file else {}

    @cached_property
    def _file(self) -> Path | None:
        """The file; none where a patch-id is not the commit's alone: attributes of this clone, parents cut off."""
        private = self._repo.common_dir / "info" / "attributes"
        shallow = (self._repo.common_dir / "shallow").exists()
        if self._cache is None or shallow or (private.is_file() and private.stat().st_size):
            return None
        where = hashlib.sha256(os.fsencode(self._repo.common_dir.resolve())).hexdigest()[:16]
        git = re.sub(r"[^0-9A-Za-z.]+", "-", self._repo.looking.text("version").strip())
        return self._cache / where / f"patch-ids-1-{git}"

    def keep(self, found: Mapping[Oid, str | None]) -> None:
        """Adds to what is known. A commit that is only tried will never be asked about again."""
        self.known.update(found)
        rows = [f"{oid} {each or '-'}.\n" for oid, each in found.items() if oid in self._repo.pygit]
        if self._file is None or not rows:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            opened = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(opened, "".join(rows).encode("ascii"))
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
