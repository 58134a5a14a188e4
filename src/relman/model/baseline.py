"""A baseline: findings of a history that are known, so that an old repository can start clean.

One line per finding, sorted: the rule and the place, which is a commit's id, a branch or a tag. Words that change
from day to day, as an age does, are no part of it.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from relman.errors import usage
from relman.model.finding import Finding

HEAD = """\
# Findings of `relman check --history` that were known when this was written; each line goes when it is mended.
"""
_NAMED = ("branch ", "tag ")


class Sifted(Struct, frozen=True, kw_only=True):
    """Findings that are new, how many are known, and lines of the baseline that nothing fits any more."""

    new: tuple[Finding, ...]
    known: int
    gone: tuple[str, ...]


def key(finding: Finding) -> str:
    """The line of a finding; a commit's words are left out, since a subject is long and its id says it."""
    named = finding.where.startswith(_NAMED) or finding.commit is None
    place = finding.where if named else f"commit {finding.commit}"
    return " ".join(f"{finding.rule} {place}{f' {finding.path}' if finding.path else ''}".split())


def write(findings: Iterable[Finding]) -> str:
    """The file."""
    return HEAD + "".join(f"{line}\n" for line in sorted({key(f) for f in findings}))


def read(text: str, name: str) -> frozenset[str]:
    """The lines of a file; error (usage): it is none, with the line."""
    known = set()
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if len(words) < 3:
            raise usage(
                f"{name}, line {number}: a baseline's line is a rule and a place",
                "relman check --history --write-baseline",
            )
        known.add(" ".join(words))
    return frozenset(known)


def sift(findings: Sequence[Finding], known: frozenset[str]) -> Sifted:
    """Takes out what is known."""
    keys = [key(finding) for finding in findings]
    new = tuple(f for f, line in zip(findings, keys, strict=True) if line not in known)
    return Sifted(new=new, known=len(findings) - len(new), gone=tuple(sorted(known - set(keys))))
