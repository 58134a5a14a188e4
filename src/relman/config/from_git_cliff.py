"""git-cliff's settings, and git-flow's, as relman's. Source: their documentation."""

import re

from relman.config.from_semantic_release import take_sections
from relman.config.neighbour import Carry, Table, table
from relman.model.message_rules import CONVENTIONAL_TYPES

_ANY_SCOPE = "|".join(map(re.escape, (r"\(.*\)", r"(\(.*\))?", r"(\(.+\))?", r"(\([^)]+\))?", "(.*)", ".*")))
_TYPE = re.compile(rf"\^?\(?([a-z][a-z0-9_-]*)\)?(?:{_ANY_SCOPE})?!?\??:?\Z")
_TAG = re.compile(r"\^?([A-Za-z@/_-]*)(?:\[0-9\]|\\d|\[0-9\]\+|\(\?P<)")
_TEMPLATES = "its templates are Tera's, relman's are Jinja2's: see changelog.template"
_GIT_REASONS = {
    "conventional_commits": "",
    "commit_parsers": "",
    "tag_pattern": "",
    "filter_unconventional": "commits that cannot be read are listed under changelog.unclassified",
    "protect_breaking_commits": "a breaking change is always listed",
    "commit_preprocessors": "messages are read as they are",
    "link_parsers": "links follow from the forge",
    "sort_commits": "entries stand in the order of the history",
    "topo_order": "",
    "limit_commits": "",
}


def from_git_cliff(values: Table, carry: Carry) -> None:
    """Carries groups, hidden types, the tag's prefix and the first version."""
    notes, git, bump = (table(values.get(key)) for key in ("changelog", "git", "bump"))
    carry.leave_rest(
        notes, {**dict.fromkeys(("header", "body", "footer"), _TEMPLATES), "trim": ""}, "changelog."
    )
    _parsers(git.get("commit_parsers"), carry)
    pattern = git.get("tag_pattern")
    if isinstance(pattern, str):
        match = _TAG.match(pattern)
        if match:
            carry.take("tags.format", f"{match[1]}{{version}}", "git.tag_pattern")
        else:
            carry.leave("git.tag_pattern", "relman's tags.format is a text with {version}, no pattern")
    carry.leave_rest(git, _GIT_REASONS, "git.")
    if bump.get("breaking_always_bump_major") is False:
        carry.take("versions.zero", "minor", "bump.breaking_always_bump_major")
    if isinstance(first := bump.get("initial_tag"), str):
        carry.take("versions.first", first.removeprefix("v"), "bump.initial_tag")
    carry.leave_rest(bump, {"breaking_always_bump_major": "", "initial_tag": ""}, "bump.")
    rest = {key: value for key, value in values.items() if key not in ("changelog", "git", "bump")}
    carry.leave_rest(rest, {"remote": "the forge follows from git's own remote"})


def _parsers(parsers: object, carry: Carry) -> None:
    sections: dict[str, list[str]] = {}
    hidden: list[str] = []
    for parser in parsers if isinstance(parsers, list) else []:
        one = table(parser)
        pattern, group = one.get("message"), one.get("group")
        kinds = _kinds(pattern) if isinstance(pattern, str) else []
        if not kinds or set(one) - {"message", "group", "skip"}:
            carry.leave(f"git.commit_parsers {dict(one)}", "relman's sections go by the type alone")
        elif one.get("skip") is True:
            hidden += kinds
        elif isinstance(group, str):
            sections.setdefault(re.sub(r"<!--[^>]*-->", "", group).strip(), []).extend(kinds)
    take_sections(sections, hidden, "git.commit_parsers", carry)


def _kinds(pattern: str) -> list[str]:
    """The types that a pattern finds; it needs no end, so `^doc` is the type docs."""
    matches = [_TYPE.match(part) for part in (pattern.split("|") if "(" not in pattern else [pattern])]
    found = [match[1] for match in matches if match]
    if len(found) < len(matches):
        return []
    return [
        kind for word in found for kind in [k for k in CONVENTIONAL_TYPES if k.startswith(word)] or [word]
    ]


def from_git_flow(values: Table, carry: Carry) -> None:
    """Carries the branches and prefixes that `git flow init` wrote; keys in git's own spelling, in lower case."""
    get = {
        key.removeprefix("gitflow."): str(value)
        for key, value in values.items()
        if key.startswith("gitflow.")
    }
    if trunk := get.pop("branch.develop", ""):
        carry.take("trunk", trunk, "gitflow.branch.develop")
        carry.take("strategy", "gitflow/v1", "gitflow.branch.develop")
    if production := get.pop("branch.master", get.pop("branch.main", "")):
        carry.take("production.source", "branch", "gitflow.branch.master")
        carry.take("production.branch", production, "gitflow.branch.master")
    if (tag := get.pop("prefix.versiontag", None)) is not None:
        carry.take("tags.format", f"{tag}{{version}}", "gitflow.prefix.versiontag")
    if release := get.pop("prefix.release", ""):
        carry.take("lines.branch", f"{release}{{line}}", "gitflow.prefix.release")
    if support := get.pop("prefix.support", ""):
        carry.take("lines.patterns", (f"{support}{{line}}",), "gitflow.prefix.support")
    names = [get.pop(f"prefix.{kind}", "") for kind in ("feature", "bugfix", "hotfix")]
    if patterns := tuple(f"{name}*" for name in names if name):
        carry.take("branches.names", patterns, "gitflow.prefix")
    for key in get:
        carry.leave(f"gitflow.{key}", "relman has no such setting")
