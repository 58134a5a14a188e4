"""The seventeen checks of a history: their ids, what each asks, and the rule that looks.

Source: research/branching-strategies.md 1.1. Which of them hold, and how strictly, a strategy says.
"""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from relman.model.finding import Finding
from relman.model.rules import branches, cuts, environments, fixes, incidents, tags, versions
from relman.model.rules.seen import Rule, Seen
from relman.model.strategy import CheckId, Level


class Check(Struct, frozen=True, kw_only=True):
    """One check: its id, a title of a few words, what it asks, and its rule."""

    id: CheckId
    title: str
    asks: str
    rule: Rule
    by_strategy: bool = False
    """Whether the answer depends on the strategy, besides which branches have its roles."""


CHECKS = (
    Check(
        id="B1",
        title="declared branches",
        asks="Every branch's name fits one kind of branch of the strategy, or a name that the team allows.",
        rule=branches.declared,
        by_strategy=True,
    ),
    Check(
        id="B2",
        title="short-lived branches",
        asks="A topic branch is younger than `check.days`, and trunk is fewer than `check.behind` steps ahead.",
        rule=branches.short_lived,
        by_strategy=True,
    ),
    Check(
        id="B3",
        title="one at a time",
        asks="Only one branch is open of each kind that the strategy has one of at a time.",
        rule=branches.one_at_a_time,
        by_strategy=True,
    ),
    Check(
        id="C1",
        title="cut from trunk",
        asks="A line's first-parent chain left trunk's, and not that of another line.",
        rule=cuts.cut_from_trunk,
    ),
    Check(
        id="C2",
        title="one line, one version",
        asks="A release branch is named by its line, and no release of another line stands on it.",
        rule=cuts.one_version_each,
        by_strategy=True,
    ),
    Check(
        id="C3",
        title="trunk stays out",
        asks="After the cut trunk is not merged into the line.",
        rule=cuts.trunk_stays_out,
    ),
    Check(
        id="F1",
        title="upstream first",
        asks="Every change of a line was on trunk no later, under whatever id; a reverted port does not count.",
        rule=fixes.upstream_first,
    ),
    Check(
        id="F2",
        title="downstream first",
        asks="Every change of a line is on trunk in the end, under whatever id.",
        rule=fixes.downstream_first,
    ),
    Check(
        id="F3",
        title="merged back",
        asks="Every release is contained in the branches that a release lands on.",
        rule=fixes.merged_back,
        by_strategy=True,
    ),
    Check(
        id="G1",
        title="the tag's commit",
        asks="A release is tagged on the kind of commit that the strategy says.",
        rule=tags.right_commit,
        by_strategy=True,
    ),
    Check(
        id="G2",
        title="tags in order, files in step",
        asks="Tags of a line rise with its commits; version files, lock files and changelog at a tag say its version.",
        rule=tags.in_order,
    ),
    Check(
        id="G3",
        title="well-made tags",
        asks="Tags are annotated, no two name one version, and none stands elsewhere than where it was made.",
        rule=tags.well_made,
    ),
    Check(
        id="V1",
        title="trunk above its lines",
        asks="After a line was cut, trunk has no release that the line might produce.",
        rule=versions.trunk_above,
    ),
    Check(
        id="V2",
        title="the next free patch",
        asks="A line's patch numbers follow each other without a hole.",
        rule=versions.next_patch,
    ),
    Check(
        id="H1",
        title="only the fix",
        asks="A patch release contains the one before it, and brings no feature and no breaking change.",
        rule=incidents.only_the_fix,
    ),
    Check(
        id="H2",
        title="the fix is everywhere",
        asks="What a line released is on trunk and on every newer live line, under whatever id.",
        rule=incidents.fix_everywhere,
    ),
    Check(
        id="M1",
        title="environments flow downstream",
        asks="Every commit of an environment branch is on the one before it, merges aside.",
        rule=environments.downstream_only,
    ),
)


def findings(seen: Seen, levels: Mapping[CheckId, Level]) -> Iterator[Finding]:
    """Everything that breaks one of the checks that have a level, in the order of the checks."""
    for check in CHECKS:
        level = levels.get(check.id)
        if level is None:
            continue
        for breach in check.rule(seen):
            yield Finding(
                rule=check.id,
                level=level,
                where=breach.where,
                message=breach.message,
                hint=breach.hint,
                commit=breach.commit,
                path=breach.path,
            )
