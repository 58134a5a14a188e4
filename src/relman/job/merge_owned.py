"""A merge in which the lines that relman owns never conflict: versions and the changelog have one right answer."""

from collections.abc import Sequence
from typing import Literal, assert_never

from msgspec import Struct

from relman.edit.changelog_file import bytes_of, merge_sections, section_text, sections, text_of
from relman.edit.version_file import read_version
from relman.errors import RelmanError
from relman.git.scratch import Scratch
from relman.job.facts import Facts
from relman.job.shipping import Own, read_own
from relman.model.names import Oid
from relman.model.trees import Conflict, Conflicted, Merge, Merged, PathEdit, Unknown
from relman.model.version import Version, parse
from relman.plan.plan import MergedFile
from relman.plan.stamp import order, write_versions

Side = Literal["theirs", "higher"]
"""Which version the merged files say: what comes in, or the higher one of both."""


class LeftOpen(Struct, frozen=True, kw_only=True):
    """What of a merge needs a person, and the files of relman's that then need less of one, or none.

    Where git failed the one conflict has the kind `unknown`, and git's words.
    """

    conflicts: tuple[Conflict, ...]
    files: tuple[MergedFile, ...] = ()

    @property
    def resolvable(self) -> bool:
        """Whether a person could settle it in a work tree."""
        return all(conflict.kind != "unknown" for conflict in self.conflicts)


def merge_owned(
    facts: Facts, scratch: Scratch, ours: Oid, theirs: Oid, *, start: Oid, says: Side
) -> Oid | LeftOpen:
    """Merges `theirs` (new in the scratch repository, made from `start`) into `ours`; gives the tree.

    Where git conflicts in files that relman owns, it is asked again with those lines alike on all sides, so
    that what else changed in such a file is merged too. What then conflicts needs a person.
    """
    answer = scratch.merge(ours, theirs)
    match answer:
        case Merged(tree=tree):
            return tree
        case Unknown(reason=reason):
            return LeftOpen(conflicts=(Conflict(path="", kind="unknown", message=reason),))
        case Conflicted(conflicts=conflicts):
            mine = read_own(facts, scratch, ours, scratch.tree_of(ours))
            other = read_own(facts, scratch, start, scratch.tree_of(theirs))
            owned = sorted({c.path for c in conflicts} & (mine.paths | other.paths))
            alike = _alike(facts, scratch, (ours, mine), (theirs, other), says) if owned else None
            return _left(scratch, answer, alike, owned)
        case _:
            assert_never(answer)


def _left(scratch: Scratch, answer: Conflicted, alike: Merge | None, owned: Sequence[str]) -> Oid | LeftOpen:
    match alike:
        case Merged(tree=tree):
            return tree
        case Conflicted(tree=marked, conflicts=rest):
            still = {c.path for c in rest}
            files = tuple(
                MergedFile(path=path, content=data, whole=path not in still)
                for path in owned
                if (data := scratch.blob(marked, path)) is not None
            )
            return LeftOpen(conflicts=rest, files=files)
        case None | Unknown():
            return LeftOpen(conflicts=answer.conflicts)
        case _:
            assert_never(alike)


def _alike(
    facts: Facts, scratch: Scratch, ours: tuple[Oid, Own], theirs: tuple[Oid, Own], says: Side
) -> Merge | None:
    base = scratch.merge_base(ours[0], theirs[0])
    versions = [_said(own) for _, own in (ours, theirs)]
    if base is None:
        return None
    known = [version for version in versions if version is not None]
    version = versions[1] if says == "theirs" else max(known, default=None)
    log = _changelog(ours[1], theirs[1])
    below = read_own(facts, scratch, base, scratch.tree_of(base))
    trees = [
        _written(facts, scratch, scratch.tree_of(commit), own, version, log)
        for commit, own in ((base, below), ours, theirs)
    ]
    return scratch.combine(*trees)


def _said(own: Own) -> Version | None:
    """The version that a side's files say; the first that can be read speaks for them."""
    for place in own.places:
        try:
            return parse(read_version(own.files[place.path], place).removeprefix("v"))
        except RelmanError:
            continue
    return None


def _changelog(ours: Own, theirs: Own) -> PathEdit | None:
    """The changelog with the sections of both sides in version order; the text of ours else."""
    path = ours.changelog or theirs.changelog
    if path is None:
        return None
    texts = [text_of(own.files.get(path)) for own in (ours, theirs)]
    there = {s.version for s in sections(texts[0])}
    new = [s.version for s in sections(texts[1]) if s.version and s.version not in there]
    rows = [(version, text) for version in new if (text := section_text(texts[1], version))]
    return PathEdit(path=path, content=bytes_of(merge_sections(texts[0], rows, order=order)))


def _written(
    facts: Facts, scratch: Scratch, tree: Oid, own: Own, version: Version | None, log: PathEdit | None
) -> Oid:
    edits: Sequence[PathEdit] = ()
    if version is not None:
        edits = write_versions(own.files, own.places, version, facts.formats.write.write(version))
    return scratch.edit_tree(tree, [*edits, *((log,) if log else ())])
