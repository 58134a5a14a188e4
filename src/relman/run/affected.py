"""Does this release have the bug at all? Blame of the lines that a fix takes away says so.

Where every one of them arrived after the target was cut, the bug most likely did too: 37 % of the hotfix picks
that conflict, and 1 % of those that are clean (research/backport-engines.md 4.3). New lines give no evidence.
Blame alone says so too often: where trunk was reformatted, or one change went to both sides by hand, the line
has a newer commit and is on the target all the same. So the target's own text is asked as well.
"""

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Literal

from msgspec import Struct

from relman.errors import RelmanError
from relman.git.blame import blame
from relman.git.hunks import ChangedFile, around, changed_files
from relman.git.reader import Reader
from relman.git.repo import Repository
from relman.git.trees import blob, tree_paths
from relman.model.equivalence import Changes
from relman.model.names import Oid

MOST_FILES = 60
"""A fix that changes more files is not blamed: it would take seconds, and say little."""

_PROSE = re.compile(
    r"\.(?:md|rst|txt|adoc|po|lock)\Z|(?:\A|/)(?:docs?|changelogs?|changes|news)(?:/|\Z)", re.IGNORECASE
)
_TEST = re.compile(
    r"(?:\A|/)(?:tests?|testing|spec|testdata)/|(?:\A|/)test_[^/]*\Z|[._]test\.[^/]*\Z", re.IGNORECASE
)
_COMMENT = re.compile(r"\s*(?:#\s|//|/\*|\*\s|<!--)")
_WORD = re.compile(r"\w")
_SHORTEST = 10
"""Characters of a line that mean something when they are found in another file: `return None` is everywhere."""
_MOST_NAMESAKES = 20

Verdict = Literal["yes", "no", "partly", "unknown"]


class _Line(Struct, frozen=True, kw_only=True):
    commit: Oid
    there: bool


class Affected(Struct, frozen=True, kw_only=True):
    """Whether a target has the lines that a fix mends.

    *yes*: all of them; *no*: none; *partly*: some; *unknown*: there is no evidence. `culprits` are the commits
    that brought lines which the target lacks, newest first.
    """

    verdict: Verdict
    sentence: str
    culprits: tuple[Oid, ...] = ()

    @property
    def newest_culprit(self) -> Oid | None:
        """The last of them to arrive: a release without it has not all of the bug's lines."""
        return self.culprits[0] if self.culprits else None


def affected(
    repo: Repository,
    graph: Reader,
    fix: Oid,
    target: Oid,
    changes: Changes,
    *,
    mainline: int | None = None,
    brought: Container[Oid] = (),
) -> Affected:
    """Tells whether the lines that the fix changes are on the target.

    A line is there where its commit is reachable from the target or `brought` there before the fix, or one of the
    target's own `changes` is like that commit, by any evidence, or the same text stands in the target's file. Only
    code counts, and tests only where the fix changes nothing else. A clone that lacks what blame needs gives
    *unknown*, never an error.
    """
    try:
        lines = _evidence(repo, graph, fix, target, mainline)
    except RelmanError as e:
        return Affected(verdict="unknown", sentence=f"the lines that it changes cannot be traced: {e}")
    if isinstance(lines, str):
        return Affected(verdict="unknown", sentence=lines)
    newer = dict.fromkeys(line.commit for line in lines if not line.there and line.commit not in brought)
    if any(graph.is_shallow_boundary(oid) for oid in newer):
        return Affected(
            verdict="unknown", sentence="the lines that it changes are older than this shallow clone"
        )
    lacking = {oid for oid in newer if changes.like(oid) is None}
    missing = [line.commit for line in lines if not line.there and line.commit in lacking]
    order = graph.between(missing, [target])
    return _verdict(len(lines), len(missing), tuple(oid for oid in order if oid in lacking))


def stands(
    repo: Repository, graph: Reader, fix: Oid, target: Oid, *, mainline: int | None = None
) -> bool | None:
    """Tells, without blame, whether some line which the fix changes stands on the target word for word.

    Where one does, `affected` cannot say *no*; absent: there is no line to ask about. A cheap question for the picks
    that are clean, of which hardly any turns out otherwise.
    """
    try:
        chosen = _chosen(repo, graph, fix, mainline)
        files = [] if isinstance(chosen, str) else [f for f in chosen[1] if f.old is not None and _code(f)]
        return any(_stands(repo, target, file) for file in files) if files else None
    except RelmanError:
        return None


def _stands(repo: Repository, target: Oid, file: ChangedFile) -> bool:
    texts = [text for line in _code(file).values() if len(text := _squeezed(line)) >= _SHORTEST]
    if not texts:
        return False
    standing = _squeezed(_standing(repo, target, file).decode("utf-8", "replace"))
    return any(text in standing for text in texts)


def first_affected(graph: Reader, culprit: Oid, releases: Iterable[tuple[str, Oid]]) -> str | None:
    """Gives the first of the releases (name and commit, lowest version first) that holds the commit.

    One walk from all of them, never one per release. Ports of the commit are not looked for.
    """
    rows = list(releases)
    holding = graph.descendants(culprit, (commit for _, commit in rows)) | {culprit}
    return next((name for name, commit in rows if commit in holding), None)


def _verdict(count: int, missing: int, culprits: tuple[Oid, ...]) -> Affected:
    lines = "the line" if count == 1 else f"the {count} lines"
    if not missing:
        return Affected(verdict="yes", sentence=f"{lines} that it changes: all on the target")
    if missing < count:
        some = f"of {lines} that it changes, {missing} arrived after the target was cut"
        return Affected(verdict="partly", sentence=some, culprits=culprits)
    by = f"{culprits[0][:10]}" + (f" and {len(culprits) - 1} more" if len(culprits) > 1 else "")
    late = f"{lines} that it changes arrived after the target was cut, with {by}"
    return Affected(verdict="no", sentence=late, culprits=culprits)


def _evidence(
    repo: Repository, graph: Reader, fix: Oid, target: Oid, mainline: int | None
) -> tuple[_Line, ...] | str:
    """Gives the lines that count, or why there are none."""
    chosen = _chosen(repo, graph, fix, mainline)
    if isinstance(chosen, str):
        return chosen
    parent, files = chosen
    lines = tuple(line for f in files for line in _traced(repo, parent, f, target))
    return lines or "it only adds lines, or changes no code, so nothing says when the bug arrived"


def _chosen(
    repo: Repository, graph: Reader, fix: Oid, mainline: int | None
) -> tuple[Oid, Sequence[ChangedFile]] | str:
    """Gives the parent and the changed files that count, or why there are none."""
    parents = graph.commit(fix).parents
    if not parents:
        return "it has no parent, so it changes no line"
    parent = parents[(mainline or 1) - 1]
    files = changed_files(repo, parent, fix)
    if len(files) > MOST_FILES:
        return f"it changes {len(files)} files, too many to trace"
    code = [f for f in files if not _PROSE.search(f.path)]
    return parent, [f for f in code if not _TEST.search(f.path)] or code


def _traced(repo: Repository, parent: Oid, file: ChangedFile, target: Oid) -> Iterator[_Line]:
    texts = _code(file)
    if file.old is None or not texts:
        return
    standing = _squeezed(_standing(repo, target, file).decode("utf-8", "replace"))
    for line in blame(repo, parent, file.old, around(file.regions, 0), below=[target]):
        if line.line not in texts:
            continue
        text = _squeezed(texts[line.line])
        yield _Line(commit=line.commit, there=line.old or (len(text) >= _SHORTEST and text in standing))


def _standing(repo: Repository, target: Oid, file: ChangedFile) -> bytes:
    """Gives the target's file; where it was moved since, those of the same name, since most moves keep it."""
    for path in dict.fromkeys((file.old or file.path, file.path)):
        found = blob(repo, target, path)
        if found is not None:
            return found
    name = file.path.rpartition("/")[2]
    same = [path for path in tree_paths(repo, target) if path.rpartition("/")[2] == name]
    return b"\n".join(blob(repo, target, path) or b"" for path in same[:_MOST_NAMESAKES])


def _code(file: ChangedFile) -> dict[int, str]:
    """Gives the lines that go away, by number, and are code: not blank, no bare brackets, no comment."""
    return {
        region.start + n: text
        for region in file.regions
        for n, text in enumerate(region.removed)
        if _WORD.search(text) and not _COMMENT.match(text)
    }


def _squeezed(text: str) -> str:
    """Leaves out what formatters change: white space, the kind of quotes, a comma at the end."""
    return "".join(text.split()).replace("'", '"').rstrip(",")
