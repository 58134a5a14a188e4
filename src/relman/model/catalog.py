"""The branching strategies that relman knows, as values. A further one is a value here and a golden test.

Sources: trunkbaseddevelopment.com; GitHub flow (docs.github.com); GitLab flow; "A successful Git branching model"
(nvie.com) and how git-flow AVH does it; OneFlow (endoflineblog.com); Release Flow (devblogs.microsoft.com).
"""

from relman.model.strategy import CheckId, Flow, Level, Role, Strategy

DEFAULT = "trunk/v1"

_TOPICS = (
    "feature/*",
    "feat/*",
    "fix/*",
    "bugfix/*",
    "chore/*",
    "docs/*",
    "topic/*",
    "users/*",
    "dependabot/*",
)
_TRUNK = Role(name="trunk", patterns=("main", "master", "trunk"))
_TAGGED_TRUNK = Role(name="trunk", patterns=("main", "master", "trunk"), tags=True)
_TOPIC = Role(name="topic", patterns=_TOPICS, starts=("trunk",), lands=("trunk",), lifetime="days")
_LINE = Role(
    name="release",
    patterns=("release/{line}", "releases/{line}", "release-{line}", "{line}"),
    starts=("trunk",),
    tags=True,
    lifetime="line",
    step="patch",
)
_ISOLATED = Role(
    name="hotfix",
    patterns=("hotfix/{version}", "hotfix/*"),
    starts=("release", "tag"),
    lands=("release",),
    lifetime="release",
    step="patch",
)
_PICKED = (Flow(source="trunk", target="release", by="pick", carries="fixes"),)
_EVERYWHERE: dict[CheckId, Level] = {"B1": "warning", "B2": "warning", "G2": "error", "G3": "warning"}
_INCIDENT: dict[CheckId, Level] = {"V2": "error", "H1": "error", "H2": "warning"}
_LINES: dict[CheckId, Level] = {
    **_EVERYWHERE,
    **_INCIDENT,
    "C1": "error",
    "C2": "error",
    "C3": "error",
    "F1": "warning",
    "G1": "error",
    "V1": "error",
}

TRUNK = Strategy(
    name="trunk/v1",
    title="Trunk-based, branch for release",
    roles=(_TAGGED_TRUNK, _LINE, _ISOLATED, _TOPIC),
    flows=_PICKED,
    direction="upstream-first",
    tag="tip",
    checks=_LINES,
    rules="All work lands on trunk. A release branch is cut from trunk late, a few days before the release, "
    "and takes its tags. Nobody develops there: a fix is made on trunk first and picked onto the line. "
    "Nothing is merged back, and trunk is never merged into a line. After the cut trunk goes on above "
    "everything that the line may produce.",
    incident="Half of X on trunk does no harm: the fix lands on trunk beside X and is picked onto the release "
    "branch, or onto the production tag where the branch holds unreleased work. The risk is a fix that "
    "needs commits of X.",
)

TOGGLES = Strategy(
    name="toggles/v1",
    title="Trunk-based, release from trunk with toggles",
    roles=(_TAGGED_TRUNK, _TOPIC),
    direction="upstream-first",
    tag="trunk",
    toggles=True,
    checks={**_EVERYWHERE, "G1": "error"},
    rules="There is trunk and nothing else but topic branches of a day or two. Every release is a tag on "
    "trunk, and each contains the one before. Unfinished work ships behind a toggle that is off. "
    "Nothing is mended elsewhere: the next release of trunk is the fix.",
    incident="Trunk goes out as it is, with X's toggle off. What matters is which commits since production no "
    "toggle covers. Without toggles everything ships, or X is backed out first.",
)

GITHUB_FLOW = Strategy(
    name="github-flow/v1",
    title="GitHub flow",
    roles=(_TAGGED_TRUNK, _TOPIC),
    direction="upstream-first",
    tag="trunk",
    checks={**_EVERYWHERE, "G1": "error"},
    rules="Main can always be deployed. Work is done on a branch, reviewed in a change request, merged into "
    "main, and the branch is deleted. Releases are tags on main. There is no release branch and no "
    "hotfix branch, and no rule for old versions: a hotfix is a change request like any other.",
    incident="Half of X on main contradicts the flow unless X is hidden. It has no branch to ship from: hide X, "
    "revert X's merge, or leave the flow once and release the production tag plus the fix.",
)

GITLAB_ENVIRONMENTS = Strategy(
    name="gitlab-environments/v1",
    title="GitLab flow with environment branches",
    roles=(
        _TAGGED_TRUNK,
        Role(name="environment", patterns=("pre-prod", "production"), tags=True),
        Role(
            name="hotfix",
            patterns=("hotfix/{version}", "hotfix/*"),
            starts=("environment",),
            lands=("environment", "trunk"),
            lifetime="everywhere",
            step="patch",
        ),
        _TOPIC,
    ),
    flows=(
        Flow(source="trunk", target="environment", by="merge", carries="everything"),
        Flow(source="environment", target="environment", by="merge", carries="everything"),
    ),
    direction="downstream-first",
    tag="trunk",
    checks={**_EVERYWHERE, "H1": "error", "H2": "warning", "M1": "error"},
    rules="Work lands on main and flows downstream by merges: main, pre-prod, production; what is on a branch "
    "runs in that environment. Nobody commits to a downstream branch, with one exception: a hotfix is "
    "made from production, lands there first, and its branch is kept until it is merged into pre-prod "
    "and main too. Releases are tags on main; a hotfix is tagged where it lands.",
    incident="The fix is made from production and merged there, then upstream. X stays upstream. Until the fix "
    "is in every environment and in main it is owed there.",
)

GITLAB_RELEASE = Strategy(
    name="gitlab-release/v1",
    title="GitLab flow with release branches",
    roles=(
        _TRUNK,
        Role(
            name="release",
            patterns=("{line}-stable",),
            starts=("trunk",),
            tags=True,
            lifetime="line",
            step="patch",
        ),
        _ISOLATED,
        _TOPIC,
    ),
    flows=_PICKED,
    direction="upstream-first",
    tag="tip",
    checks=_LINES,
    rules="A stable branch (2.3-stable) is cut from main as late as possible. After that only serious fixes "
    "go there: into main first, then picked. Each fix raises the patch version and gets a tag of its "
    "own. There is no production branch.",
    incident="The fix lands on main beside X and is picked onto the stable branch, which was cut before X.",
)

GITFLOW = Strategy(
    name="gitflow/v1",
    title="GitFlow",
    roles=(
        Role(name="trunk", patterns=("develop", "development", "dev"), step="minor"),
        Role(name="production", patterns=("main", "master", "stable"), tags=True, step="patch"),
        Role(
            name="release",
            patterns=("release/{version}", "releases/{version}", "release-{version}", "release/{line}"),
            starts=("trunk",),
            lands=("production", "trunk"),
            lifetime="release",
        ),
        Role(
            name="hotfix",
            patterns=("hotfix/{version}", "hotfixes/{version}", "hotfix-{version}", "hotfix/*"),
            starts=("production",),
            lands=("production", "release", "trunk"),
            lifetime="release",
            step="patch",
        ),
        Role(
            name="support",
            patterns=("support/{line}", "support/*"),
            starts=("tag",),
            tags=True,
            lifetime="line",
            step="patch",
        ),
        _TOPIC,
    ),
    direction="merge-back",
    tag="merge",
    one_at_a_time=("release", "hotfix"),
    parts=2,
    checks={
        **_EVERYWHERE,
        **_INCIDENT,
        "B3": "warning",
        "C1": "error",
        "C3": "error",
        "F3": "error",
        "G1": "error",
        "V1": "error",
    },
    rules="Work lands on develop; main holds what is released, and every commit of its first-parent chain is "
    "a merge with a tag. A release branch is cut from develop, takes no features, is merged into main "
    "and back into develop, and goes. A hotfix branch starts from main and is merged into main, into an "
    "open release, and into develop. One release and one hotfix at a time; a support branch keeps an "
    "older version alive.",
    incident="X is on develop and main is clean, so the fix starts from main. The price is three places to bring "
    "it to: main, an open release, develop.",
)

ONEFLOW = Strategy(
    name="oneflow/v1",
    title="OneFlow",
    roles=(
        _TRUNK,
        Role(
            name="release",
            patterns=("release/{version}", "release/{line}", "release-{version}", "release-{line}"),
            starts=("trunk",),
            lands=("trunk",),
            tags=True,
            lifetime="release",
        ),
        Role(
            name="hotfix",
            patterns=("hotfix/{version}", "hotfix/*"),
            starts=("tag",),
            lands=("release", "trunk"),
            tags=True,
            lifetime="release",
            step="patch",
        ),
        _TOPIC,
    ),
    direction="merge-back",
    tag="tip",
    one_at_a_time=("release",),
    parts=2,
    checks={**_EVERYWHERE, **_INCIDENT, "C1": "error", "F3": "error", "G1": "error"},
    rules="One branch stays for ever. A release branch starts from any commit of trunk, is tagged on its own "
    "tip, and only then merged back and deleted. A hotfix branch starts from the newest release's tag, "
    "is tagged on its tip, and merged into an open release and into trunk.",
    incident="No harm: the hotfix starts from the tag. Trunk sees the new tag only after the merge back.",
)

RELEASE_FLOW = Strategy(
    name="release-flow/v1",
    title="Microsoft Release Flow",
    roles=(
        _TRUNK,
        Role(
            name="release",
            patterns=("releases/M{line}",),
            starts=("trunk",),
            tags=True,
            lifetime="line",
            step="patch",
        ),
        _ISOLATED,
        _TOPIC,
    ),
    flows=_PICKED,
    direction="upstream-first",
    tag="tip",
    cut="major",
    parts=1,
    checks=_LINES,
    rules="Every sprint one release branch is cut from trunk and named by the sprint's number "
    "(releases/M129); the newest takes over from the one before. It is never merged back. A fix goes to "
    "trunk first and is then picked onto the release branch by a second change request. Unfinished work "
    "hides behind feature flags.",
    incident="Where X was in the sprint's cut a flag hides it; else X is not on the release branch at all. The "
    "fix is picked.",
)

MAINTENANCE = Strategy(
    name="maintenance/v1",
    title="Maintenance lines",
    roles=(
        _TAGGED_TRUNK,
        Role(
            name="release",
            patterns=("{line}.x", "v{line}.x", "release/{line}", "{line}"),
            starts=("trunk", "tag"),
            tags=True,
            lifetime="line",
            step="patch",
        ),
        _ISOLATED,
        _TOPIC,
    ),
    flows=(*_PICKED, Flow(source="release", target="release", by="merge", carries="everything")),
    direction="upstream-first",
    tag="tip",
    cut="major",
    parts=1,
    checks=_LINES,
    rules="New features land on trunk only. Every supported major version has a line (4.x). A fix is made on "
    "trunk and picked onto each line that still gets it. A line is current, in maintenance, security "
    "only or at its end of life, and its state narrows what may land: lines.states says which. Some "
    "teams go the other way: a fix is made on the oldest line, and each line is merged into the next "
    "newer one, trunk at last.",
    incident="The fix lands on trunk beside X and is picked onto every supported line, newest first.",
)

CATALOG = (
    TRUNK,
    TOGGLES,
    GITHUB_FLOW,
    GITLAB_ENVIRONMENTS,
    GITLAB_RELEASE,
    GITFLOW,
    ONEFLOW,
    RELEASE_FLOW,
    MAINTENANCE,
)


def find(name: str) -> Strategy | None:
    """The strategy with that name."""
    return next((strategy for strategy in CATALOG if strategy.name == name), None)
