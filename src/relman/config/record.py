"""The configuration as one frozen record: every key, its type, its default and what it does.

The descriptions here are the ones of the JSON schema and of `docs/configuration.md`. A key that is
absent (None) is detected from the history by whoever needs it.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from relman.config.messages import Messages, says
from relman.edit.toggle import Toggle
from relman.edit.version_file import VersionFile
from relman.model.feature import Feature
from relman.model.message_rules import Setting
from relman.model.strategy import (
    CheckId,
    Direction,
    Level,
    Lifetime,
    RoleName,
    Start,
    StateName,
    Step,
    TagPlace,
)

BumpWord = Literal["major", "minor", "patch", "none"]

DEFAULT_LINE_BRANCH = "release/{line}"
"""What `lines.branch` is where there is neither a configuration nor a release branch."""


class RoleChange(Struct, frozen=True, kw_only=True):
    """What a team changes about one kind of branch; what is absent stays as the strategy has it."""

    patterns: Annotated[
        tuple[str, ...] | None,
        says(
            "How such branches are called, with `{line}`, `{version}` or `*`; the first is what relman writes."
        ),
    ] = None
    starts: Annotated[
        tuple[Start, ...] | None, says("Where such a branch begins: the first of these that is there.")
    ] = None
    lands: Annotated[
        tuple[RoleName, ...] | None, says("What it is merged into when it is finished, in this order.")
    ] = None
    tags: Annotated[bool | None, says("Releases are tagged on such branches.")] = None
    lifetime: Annotated[Lifetime | None, says("Until when such a branch stays.")] = None
    step: Annotated[Step | None, says("What the next version there rises by at least.")] = None


class StrategyChange(Struct, frozen=True, kw_only=True):
    """A team's variant of a strategy: the one that it extends, and what differs."""

    extends: Annotated[str, says("The strategy that this is a variant of, as in `gitflow/v1`.")]
    direction: Annotated[
        Direction | None,
        says("How fixes travel: trunk first and picked, made on the line and brought up, or merged back."),
    ] = None
    tag: Annotated[
        TagPlace | None,
        says("Where tags stand: on trunk, on the release branch's tip, on the merge into production."),
    ] = None
    one_at_a_time: Annotated[
        tuple[RoleName, ...] | None, says("Kinds of branch of which only one is open at a time.")
    ] = None
    cut: Annotated[Step | None, says("What a new line rises by at least.")] = None
    parts: Annotated[Literal[1, 2] | None, says("How many numbers name a line.")] = None
    roles: Annotated[
        dict[RoleName, RoleChange], says("Changes to kinds of branch, or further ones, by their name.")
    ] = {}
    checks: Annotated[
        dict[CheckId, Level | Literal["off"]],
        says("Another level for a check of the history, by its id (`B1` to `M1`)."),
    ] = {}


class Tags(Struct, frozen=True, kw_only=True):
    """How versions are written as tags."""

    format: Annotated[
        str | None,
        says("How a new tag is written, with `{version}` once. Absent: as the newest tags are."),
    ] = None
    accept: Annotated[
        tuple[str, ...], says("Other formats that are read as releases too, never written.")
    ] = ()


class Lines(Struct, frozen=True, kw_only=True):
    """Release branches and which of their lines are alive."""

    branch: Annotated[
        str | None,
        says(
            "How a new release branch is called, with `{line}` once. "
            "Absent: as the existing ones are, else `release/{line}`."
        ),
    ] = None
    patterns: Annotated[
        tuple[str, ...], says("Other names that release branches have, with `{line}` once each.")
    ] = ()
    live: Annotated[
        tuple[str, ...] | None,
        says(
            "The lines that still get fixes. Absent: those of `lines.states` before their end of life; without "
            "any, production's, any with an open candidate, and the newest two with a stable release, at most three."
        ),
    ] = None
    states: Annotated[
        dict[str, StateName],
        says(
            "In which state a line is, by its name. What a state does not let land is refused: features and "
            "breaking changes in maintenance; all but security fixes; everything at the end of life."
        ),
    ] = {}
    parts: Annotated[
        Literal[1, 2] | None,
        says("How many numbers name a new line: 2 for `1.4`. Absent: as the release branches do, else 2."),
    ] = None


class Versions(Struct, frozen=True, kw_only=True):
    """How the next version follows from the commits, and where it is written."""

    bumps: Annotated[
        dict[str, BumpWord],
        says("Changes to the standard table: feat is minor; fix, perf and revert are patch."),
    ] = {}
    zero: Annotated[
        Literal["minor", "major"],
        says("What a breaking change raises while the version is 0.x; `major` leads to 1.0.0."),
    ] = "minor"
    unclassified: Annotated[
        Literal["auto", "none", "patch"],
        says(
            "What a commit counts whose message cannot be read. `auto`: patch where fewer than "
            "half of the last 200 subjects are conventional, else none."
        ),
    ] = "auto"
    prerelease: Annotated[str, says("What a release candidate is called: `rc` makes `1.5.0-rc.1`.")] = "rc"
    first: Annotated[str, says("The version of the very first release.")] = "0.1.0"
    squash_bullets: Annotated[
        bool,
        says(
            "Count every bullet of a squashed commit's body as a commit; a breaking one counts in any case."
        ),
    ] = False
    files: Annotated[
        Literal["auto"] | tuple[VersionFile, ...],
        says('Where the version stands. `"auto"`: the usual files of the tree; `[]`: nowhere.'),
    ] = "auto"


class Cut(Struct, frozen=True, kw_only=True):
    """What `relman cut` does unless a flag says otherwise."""

    candidate: Annotated[
        bool, says("A cut makes a first release candidate; false: the final release at once.")
    ] = True
    next_development: Annotated[
        bool, says("A cut moves trunk's version files on, to 1.6.0-dev.0 after a cut of 1.5.0.")
    ] = False


class ReleaseTexts(Struct, frozen=True, kw_only=True):
    """The commit and the tag of a release."""

    message: Annotated[
        str, says("The release commit's message; knows `{version}`, `{tag}` and `{line}`.")
    ] = "chore(release): {version}"
    tag_message: Annotated[
        str,
        says("The tag's message; knows `{title}`, `{notes}`, `{version}`, `{tag}` and `{line}`."),
    ] = "{title}\n\n{notes}"
    annotated: Annotated[bool, says("Tags are annotated; false: a tag is just a name.")] = True


class Section(Struct, frozen=True, kw_only=True):
    """One group of entries in the notes."""

    title: Annotated[str, says("The section's heading.")]
    types: Annotated[tuple[str, ...], says("The commit types that it lists.")]


class Changelog(Struct, frozen=True, kw_only=True):
    """The notes of a release and the file that they go to."""

    path: Annotated[str, says("The changelog file; empty: none is written.")] = "CHANGELOG.md"
    template: Annotated[
        str | None,
        says("A Jinja2 template in the repository; runs in a sandbox. Absent: built in."),
    ] = None
    prereleases: Annotated[
        Literal["fold", "keep"],
        says("A final's section replaces its candidates' (`fold`) or stands above them (`keep`)."),
    ] = "fold"
    repeats: Annotated[
        Literal["hide", "mention"],
        says("A fix of 1.4.1 is left out of the notes of 1.5.0, or listed as also in 1.4.1."),
    ] = "hide"
    breaking: Annotated[str, says("The heading above breaking changes.")] = "Breaking changes"
    sections: Annotated[
        tuple[Section, ...], says("The sections in order; breaking changes always come first.")
    ] = (
        Section(title="Features", types=("feat",)),
        Section(title="Bug fixes", types=("fix",)),
        Section(title="Performance", types=("perf",)),
        Section(title="Reverts", types=("revert",)),
    )
    hidden: Annotated[
        tuple[str, ...], says("The commit types that are left out unless they are breaking.")
    ] = ("build", "chore", "ci", "docs", "refactor", "style", "test")
    unclassified: Annotated[str, says("The heading above what belongs to no section.")] = "Changes"
    links: Annotated[bool, says("Links to commits, issues and comparisons, where the forge is known.")] = True
    contributors: Annotated[bool, says("A list of the authors at the end of the notes.")] = False


class Branches(Struct, frozen=True, kw_only=True):
    """What relman may move."""

    protected: Annotated[
        tuple[str, ...],
        says(
            "Branches (`*` and `?` match anything) that are never moved; the change goes to a "
            "branch of its own, for a change request."
        ),
    ] = ()
    names: Annotated[
        tuple[str, ...],
        says(
            "How branches may be called (`*` and `?` match anything), beside trunk, release branches, what else "
            "the strategy names that is no topic, and relman's own; empty: any name."
        ),
    ] = ()


class Picks(Struct, frozen=True, kw_only=True):
    """How fixes are carried from line to line."""

    bookkeeping: Annotated[
        tuple[str, ...],
        says(
            "Files whose conflicts keep the target's side. Without a slash: that name in any "
            "folder; with one: the whole path."
        ),
    ] = (
        "CHANGELOG*",
        "CHANGES*",
        "*.lock",
        "package-lock.json",
        "npm-shrinkwrap.json",
        "pnpm-lock.yaml",
        "go.sum",
        "gradle.lockfile",
        "packages.lock.json",
    )
    trailers: Annotated[
        tuple[str, ...], says("Trailers (`Key: value`) on every commit that relman writes.")
    ] = ()
    signoff: Annotated[bool, says("A `Signed-off-by` line on every commit that relman writes.")] = False


class Production(Struct, frozen=True, kw_only=True):
    """How relman knows what runs in production."""

    source: Annotated[
        Literal["assumed", "branch", "tags", "record"] | None,
        says(
            "What `relman env record` recorded (`record`), the release on an environment branch, the newest "
            "deployment tag, or the highest stable release (`assumed`). Absent: the record where this clone "
            "has one, else the environment branch where the strategy has such, else assumed."
        ),
    ] = None
    branch: Annotated[str, says("The environment branch, for `branch`.")] = "production"
    environment: Annotated[str, says("What production is called among the environments.")] = "production"
    tags: Annotated[str, says("How deployment tags are written (`{version}` once), for `tags`.")] = (
        "deployed/{version}"
    )


class Environment(Struct, frozen=True, kw_only=True):
    """An environment beside production."""

    name: Annotated[str, says("The environment's name, as in `staging`. Required.")]
    source: Annotated[
        Literal["branch", "tags", "record"],
        says("As for production. Absent: `record`."),
    ] = "record"
    branch: Annotated[
        str | None, says("The environment branch, for `branch`. Absent: called as the environment is.")
    ] = None
    tags: Annotated[
        str | None,
        says("How deployment tags are written, for `tags`. Absent: `staging/{version}` for `staging`."),
    ] = None


class Hooks(Struct, frozen=True, kw_only=True):
    """What the hooks ask of a push, here and on the server."""

    levels: Annotated[
        dict[str, Setting],
        says("Another level for a rule of the pre-push and server hooks, by the rule's name."),
    ] = {}
    anyway: Annotated[
        tuple[str, ...],
        says(
            "The rules that a push may go past on the server with a reason, which is logged: "
            "`git push -o relman.anyway=freeze -o relman.reason=TEXT`."
        ),
    ] = ("freeze", "upstream-first")


class Freeze(Struct, frozen=True, kw_only=True, rename={"begins": "from", "ends": "to"}):
    """A time in which nothing moves: the server's hook refuses such pushes, and a push is warned before."""

    begins: Annotated[str, says("When it begins: a day, or a time with its zone (without one: UTC).")]
    ends: Annotated[str, says("When it ends; a day is frozen until its end.")]
    branches: Annotated[
        tuple[str, ...], says("The branches (`*` and `?` match anything) that stay as they are.")
    ] = ("*",)
    tags: Annotated[tuple[str, ...], says("The tags that are not made, moved or deleted.")] = ("*",)
    reason: Annotated[str, says("Why, for whoever is refused.")] = ""


class HistoryCheck(Struct, frozen=True, kw_only=True):
    """How `relman check --history` is strict; which checks hold, and their levels, the strategy says."""

    baseline: Annotated[
        str | None,
        says("A file of known findings, which are not reported; `relman check --history --write-baseline`."),
    ] = None
    days: Annotated[
        Annotated[int, Meta(ge=1, le=3650)], says("How old a topic branch's newest commit may be (B2).")
    ] = 30
    behind: Annotated[
        Annotated[int, Meta(ge=1, le=1_000_000)],
        says("How many steps of trunk a topic branch may be behind (B2)."),
    ] = 200


class Config(Struct, frozen=True, kw_only=True):
    """What a team has decided. No key is required."""

    strategy: Annotated[
        str | StrategyChange,
        says("The branching strategy by name and version, or a table: a variant (`relman strategy list`)."),
    ] = "trunk/v1"
    trunk: Annotated[
        str | None,
        says("The branch where all work lands. Absent: detected from the remote and the names."),
    ] = None
    remote: Annotated[
        str | None, says("The remote's name, never a URL. Absent: `origin`, or the only one.")
    ] = None
    features: Annotated[
        tuple[Feature, ...], says("Work under way on trunk, and how its commits are told.")
    ] = ()
    toggles: Annotated[
        tuple[Toggle, ...], says("Switches that keep a feature unreachable, and where their defaults stand.")
    ] = ()
    tags: Annotated[Tags, says("How versions are written as tags.")] = Tags()
    lines: Annotated[Lines, says("Release branches and which of their lines are alive.")] = Lines()
    versions: Annotated[Versions, says("How the next version is found, and where it is written.")] = (
        Versions()
    )
    cut: Annotated[Cut, says("What a cut does unless a flag says otherwise.")] = Cut()
    release: Annotated[ReleaseTexts, says("The commit and the tag of a release.")] = ReleaseTexts()
    changelog: Annotated[Changelog, says("The notes, and the file that they go to.")] = Changelog()
    branches: Annotated[Branches, says("What relman may move.")] = Branches()
    picks: Annotated[Picks, says("How fixes are carried from line to line.")] = Picks()
    production: Annotated[Production, says("How relman knows what runs in production.")] = Production()
    environments: Annotated[
        tuple[Environment, ...], says("Environments beside production; one that is recorded needs no table.")
    ] = ()
    messages: Annotated[Messages, says("How commit messages are checked.")] = Messages()
    hooks: Annotated[Hooks, says("What the hooks ask of a push.")] = Hooks()
    freeze: Annotated[tuple[Freeze, ...], says("Times in which nothing moves.")] = ()
    check: Annotated[HistoryCheck, says("How a history is checked against the strategy.")] = HistoryCheck()
