"""How branches are to be called, as a rule over a name."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from msgspec import Struct

from relman.model.finding import Finding
from relman.model.names import is_branch_name
from relman.model.strategy import pattern_fits

OWN = ("relman/*", "hotfix/*")
"""What relman itself makes."""


class BranchRules(Struct, frozen=True, kw_only=True):
    """The names that a team allows, as patterns (`*` matches anything); none allow every name.

    `standing` are the patterns of branches that are there anyway, with `{line}`, `{version}` or `*`.
    """

    names: tuple[str, ...] = ()
    standing: tuple[str, ...] = ()


def branch_findings(name: str, rules: BranchRules) -> Iterator[Finding]:
    """What is wrong with a branch's short name."""
    if not is_branch_name(name):
        yield Finding(
            rule="branch-syntax",
            level="error",
            where=f"branch {name}",
            message="git does not take this as a branch's name",
            hint="git check-ref-format --branch NAME says whether it takes one",
        )
        return
    allowed = any(fnmatchcase(name, pattern) for pattern in (*rules.names, *OWN))
    if rules.names and not allowed and not any(pattern_fits(pattern, name) for pattern in rules.standing):
        yield Finding(
            rule="branch-name",
            level="error",
            where=f"branch {name}",
            message="the name is none that this project uses",
            hint=f"one of {', '.join(rules.names)}: git branch -m NAME",
        )
