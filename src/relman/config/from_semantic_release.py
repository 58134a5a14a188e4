"""The settings of semantic-release and of python-semantic-release as relman's. Source: their documentation."""

import re

from relman.config.from_commitizen import Read, version_row
from relman.config.neighbour import Carry, Table, table, texts

_RANGE = re.compile(r"(?:\d+\.)?(?:\d+\.)?x\Z|\+\(\[0-9\]\)")
_PLAIN = re.compile(r"[\w./-]+\Z")
_NO_COMMAND = "relman runs no command from a configuration; --exec does, on the command line"
_FORGE = "relman push prints the forge's own command for the release page"
_PLUGINS = {
    "@semantic-release/exec": _NO_COMMAND,
    "@semantic-release/github": _FORGE,
    "@semantic-release/gitlab": _FORGE,
    "@saithodev/semantic-release-backmerge": "relman forward carries fixes and releases to trunk",
}
_REASONS = {
    "branches": "",
    "branch": "",
    "tagFormat": "",
    "plugins": "",
    "preset": "",
    "extends": "a shared configuration is a program, and relman runs none",
    "repositoryUrl": "the remote is git's; relman names it in `remote`",
    "ci": "relman asks for --yes where nobody is there",
    "dryRun": "every command has --dry-run",
    "debug": "",
}


def from_semantic_release(values: Table, carry: Carry) -> None:
    """Carries branches, the tag's format and what the known plugins are told."""
    branches = values.get("branches", values.get("branch"))
    _branches(branches if isinstance(branches, list) else [branches] if branches else [], carry)
    if isinstance(tag := values.get("tagFormat"), str):
        carry.take("tags.format", tag.replace("${version}", "{version}"), "tagFormat")
    plugins = values.get("plugins")
    for plugin in plugins if isinstance(plugins, list) else []:
        parts = plugin if isinstance(plugin, list) else [plugin]
        options = table(parts[1]) if len(parts) > 1 else {}
        _plugin(str(parts[0]) if parts else "", options, carry)
    carry.leave_rest(values, _REASONS)


def _branches(branches: list[object], carry: Carry) -> None:
    trunk = None
    for branch in branches:
        name = str(table(branch).get("name", "")) or (branch if isinstance(branch, str) else "")
        if _RANGE.search(name):
            carry.take("lines.branch", "{line}.x", f"branches {name}")
        elif table(branch).get("prerelease"):
            carry.leave(
                f"branches {name}", "candidates are made on the line itself: relman cut, relman release --rc"
            )
        elif trunk is None and name:
            trunk = name
            carry.take("trunk", name, "branches")
        else:
            carry.leave(f"branches {name}", "relman has one trunk, and lines beside it")


def _plugin(name: str, options: Table, carry: Carry) -> None:
    match name:
        case "@semantic-release/commit-analyzer":
            _rules(options.get("releaseRules"), carry)
            carry.leave_rest(options, {"releaseRules": "", "preset": "", "presetConfig": ""}, f"{name} ")
        case "@semantic-release/release-notes-generator":
            _sections(table(options.get("presetConfig")).get("types"), carry)
            known = {
                "presetConfig": "",
                "preset": "",
                "writerOpts": "templates differ: see changelog.template",
            }
            carry.leave_rest(options, known, f"{name} ")
        case "@semantic-release/changelog":
            carry.take("changelog.path", str(options.get("changelogFile", "CHANGELOG.md")), name)
            carry.leave_rest(options, {"changelogFile": ""}, f"{name} ")
        case "@semantic-release/git":
            _message(options.get("message"), carry)
            known = {
                "message": "",
                "assets": "a release writes versions.files and changelog.path, nothing else",
            }
            carry.leave_rest(options, known, f"{name} ")
        case "@semantic-release/npm":
            carry.take(
                "versions.files", ({"path": "package.json", "key": "version", "spelling": "npm"},), name
            )
            carry.leave_rest(options, {"npmPublish": "relman publishes to no registry"}, f"{name} ")
        case _:
            carry.leave(f"plugins {name}", _PLUGINS.get(name, "a plugin is a program, and relman runs none"))


def _rules(rules: object, carry: Carry) -> None:
    bumps: dict[str, str] = {}
    for rule in rules if isinstance(rules, list) else []:
        one = table(rule)
        kind, release = one.get("type"), one.get("release")
        if set(one) == {"type", "release"} and isinstance(kind, str):
            bumps[kind] = release if release in ("major", "minor", "patch") else "none"
        else:
            carry.leave(f"releaseRules {dict(one)}", "relman's table of bumps goes by the type alone")
    if bumps:
        carry.take("versions.bumps", bumps, "releaseRules")


def _sections(types: object, carry: Carry) -> None:
    sections: dict[str, list[str]] = {}
    hidden: list[str] = []
    for entry in types if isinstance(types, list) else []:
        one = table(entry)
        kind, title = one.get("type"), one.get("section")
        if "scope" in one or not isinstance(kind, str):
            carry.leave(f"presetConfig.types {dict(one)}", "relman's sections go by the type alone")
        elif one.get("hidden") or not isinstance(title, str):
            hidden.append(kind)
        else:
            sections.setdefault(title, []).append(kind)
    take_sections(sections, hidden, "presetConfig.types", carry)


def take_sections(sections: dict[str, list[str]], hidden: list[str], origin: str, carry: Carry) -> None:
    """Carries the sections of the notes; a type counts where it stands first."""
    seen: set[str] = set()
    rows: list[dict[str, str | tuple[str, ...]]] = []
    for title, kinds in sections.items():
        fresh = tuple(kind for kind in dict.fromkeys(kinds) if kind not in seen)
        seen.update(fresh)
        if fresh:
            rows.append({"title": title, "types": fresh})
    if rows:
        carry.take("changelog.sections", tuple(rows), origin)
    if rest := tuple(kind for kind in dict.fromkeys(hidden) if kind not in seen):
        carry.take("changelog.hidden", rest, origin)


def _message(text: object, carry: Carry) -> None:
    if not isinstance(text, str):
        return
    plain = text.replace("${nextRelease.version}", "{version}").replace("${nextRelease.gitTag}", "{tag}")
    first, _, rest = plain.partition("\n")
    if "${" in first:
        carry.leave("message", "relman's release.message knows {version}, {tag} and {line}")
        return
    carry.take("release.message", first.strip(), "message")
    if "${nextRelease.notes}" in rest:
        carry.leave("message ${nextRelease.notes}", "relman puts the notes into the tag: release.tag_message")


_PYTHON_REASONS = {
    "tag_format": "",
    "version_toml": "",
    "version_variables": "",
    "commit_message": "",
    "major_on_zero": "",
    "branches": "",
    "changelog": "",
    "commit_parser": "",
    "commit_parser_options": "",
    "allow_zero_version": "1.0.0 is made by relman release 1.0.0, never by itself",
    "build_command": _NO_COMMAND,
    "remote": _FORGE,
    "publish": _FORGE,
    "commit_author": "the committer is the person who runs relman",
    "assets": "a release writes versions.files and changelog.path, nothing else",
}


def from_python_semantic_release(values: Table, carry: Carry, read: Read) -> None:
    """Carries tags, version files, the parser's types and the changelog's place."""
    if isinstance(tag := values.get("tag_format"), str):
        carry.take("tags.format", tag, "tag_format")
    if isinstance(zero := values.get("major_on_zero"), bool):
        carry.take("versions.zero", "major" if zero else "minor", "major_on_zero")
    if isinstance(message := values.get("commit_message"), str):
        carry.take("release.message", message, "commit_message")
    _python_files(values, carry, read)
    for name, branch in table(values.get("branches")).items():
        match, token = table(branch).get("match"), table(branch).get("prerelease_token")
        if table(branch).get("prerelease"):
            carry.leave(f"branches.{name}", "candidates are made on the line itself: relman release --rc")
            continue
        if isinstance(match, str) and _PLAIN.match(match):
            carry.take("trunk", match, f"branches.{name}.match")
        else:
            carry.leave(f"branches.{name}.match", "relman's trunk is one branch")
        if isinstance(token, str):
            carry.take("versions.prerelease", token, f"branches.{name}.prerelease_token")
    notes = table(values.get("changelog"))
    file = table(notes.get("default_templates")).get("changelog_file", notes.get("changelog_file"))
    if isinstance(file, str):
        carry.take("changelog.path", file, "changelog_file")
    known = {
        "changelog_file": "",
        "default_templates": "",
        "template_dir": "templates differ: changelog.template",
    }
    carry.leave_rest(notes, known, "changelog.")
    options = table(values.get("commit_parser_options"))
    if kinds := texts(options.get("allowed_tags", options.get("allowed_types"))):
        carry.take("messages.types", kinds, "commit_parser_options.allowed_tags")
    bumps = dict.fromkeys(texts(options.get("minor_tags")), "minor")
    bumps |= dict.fromkeys(texts(options.get("patch_tags")), "patch")
    if bumps:
        carry.take("versions.bumps", bumps, "commit_parser_options")
    known = dict.fromkeys(("allowed_tags", "allowed_types", "minor_tags", "patch_tags"), "")
    carry.leave_rest(options, known, "commit_parser_options.")
    carry.leave_rest(values, _PYTHON_REASONS)


def _python_files(values: Table, carry: Carry, read: Read) -> None:
    rows: list[dict[str, str]] = []
    for text in texts(values.get("version_toml")):
        path, _, key = text.partition(":")
        rows.append({"path": path, "key": key.partition(":")[0]})
    for text in texts(values.get("version_variables")):
        path, _, name = text.partition(":")
        row = version_row(read, path, name.partition(":")[0], "semver")
        if row is None:
            carry.leave(f"version_variables {text}", "no single line there is surely the version's")
        else:
            rows.append(row)
    if rows:
        carry.take("versions.files", tuple(rows), "version_toml and version_variables")
