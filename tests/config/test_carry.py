"""Other tools' configurations: what becomes relman's, what is left, and what is refused."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relman.config.carry import carry_over
from relman.config.from_git_cliff import from_git_flow
from relman.config.load import load
from relman.config.neighbour import Carry
from relman.config.source import Source
from relman.config.write import render
from relman.errors import RelmanError

FILES = {
    "src/shop/__init__.py": b'"""Shop."""\n__version__ = "1.2.3"\n',
    "two.py": b'a = "1.2.3"\nb = "1.2.4"\n',
    "VERSION": b"1.2.3\n",
}


def carried(name: str, text: str, read: Callable[[str], bytes | None] = FILES.get) -> Carry:
    return carry_over(name, text.encode(), read)


def settings(carry: Carry) -> dict[str, Any]:
    return {".".join((*entry.table, entry.key)): entry.value for entry in carry.entries}


def left(carry: Carry) -> list[str]:
    return [each.key for each in carry.left]


def test_commitlint_as_json_as_yaml_and_in_package_json() -> None:
    rules = {
        "type-enum": [2, "always", ["feat", "fix"]],
        "scope-empty": [2, "never"],
        "header-max-length": [1, "always", 72],
        "subject-case": [0],
        "signed-off-by": [2, "always", "Signed-off-by:"],
        "scope-case": [2, "always", "kebab-case"],
        "trailer-exists": [2, "always", "Ticket:"],
        "references-empty": [2, "never"],
        "subject-full-stop": [2, "never", "!"],
        "body-max-length": [2, "always", 1000],
        "type-case": [2, "never", "upper-case"],
        "footer-leading-blank": ["x"],
    }
    document = {"extends": ["@commitlint/config-conventional"], "rules": rules}
    yaml = "extends: ['@commitlint/config-conventional']\nrules:\n" + "".join(
        f"  {rule}: {json.dumps(value)}\n" for rule, value in rules.items()
    )
    found = carried(".commitlintrc", json.dumps(document))
    assert settings(found) == {
        "messages.style": "error",
        "messages.types": ("feat", "fix"),
        "messages.scope_required": True,
        "messages.header_max": 72,
        "messages.signed_off": True,
        "messages.scope_case": ("kebab-case",),
        "messages.trailers": ("Ticket",),
        "messages.issue_required": True,
        "messages.full_stop": "!",
        "messages.levels": {
            "body-leading-blank": "warning",
            "footer-leading-blank": "warning",
            "type-enum": "error",
            "scope-required": "error",
            "header-max-length": "warning",
            "subject-case": "off",
            "signed-off-by": "error",
            "scope-case": "error",
            "trailer-exists": "error",
            "issue-required": "error",
            "subject-full-stop": "error",
        },
    }
    assert left(found) == ["rules.body-max-length", "rules.type-case", "rules.footer-leading-blank"]
    for name, text in ((".commitlintrc.yml", yaml), ("package.json", json.dumps({"commitlint": document}))):
        again = carried(name, text)
        assert (settings(again), left(again)) == (settings(found), left(found))


def test_what_commitlint_runs_is_left() -> None:
    found = carried(
        "commitlint.json",
        json.dumps(
            {
                "extends": ["./own", "@commitlint/config-angular"],
                "plugins": ["local"],
                "ignores": [None],
                "defaultIgnores": False,
                "parserPreset": {"parserOpts": {"issuePrefixes": ["PAY-"], "headerPattern": "x"}},
            }
        ),
    )
    assert settings(found)["messages.issue_prefixes"] == ("PAY-",)
    assert settings(found)["messages.header_max"] == 72
    assert left(found) == [
        "extends ./own",
        "parserPreset.parserOpts.headerPattern",
        "plugins",
        "ignores",
        "defaultIgnores",
    ]


def test_commitizen() -> None:
    text = """
[tool.commitizen]
name = "cz_conventional_commits"
version_provider = "pep621"
version_scheme = "pep440"
version_files = ["src/shop/__init__.py:__version__", "two.py", "VERSION"]
tag_format = "v$version"
legacy_tag_formats = ["rel-${version}"]
changelog_file = "docs/CHANGELOG.md"
major_version_zero = true
bump_message = "release: $new_version"
pre_bump_hooks = ["rm -rf /"]
annotated_tag = true
"""
    found = carried("pyproject.toml", text)
    assert settings(found) == {
        "tags.format": "v{version}",
        "tags.accept": ("rel-{version}",),
        "changelog.path": "docs/CHANGELOG.md",
        "versions.zero": "minor",
        "release.annotated": True,
        "release.message": "release: {version}",
        "versions.files": (
            {"path": "pyproject.toml", "key": "project.version", "spelling": "pep440"},
            {
                "path": "src/shop/__init__.py",
                "pattern": '__version__ = "{version}"',
                "spelling": "pep440",
            },
            {"path": "VERSION", "spelling": "pep440"},
        ),
    }
    assert left(found) == ["version_files two.py", "pre_bump_hooks"]
    as_json = carried(".cz.json", json.dumps({"commitizen": {"tag_format": "$major.$minor", "name": "own"}}))
    assert (settings(as_json), left(as_json)) == ({}, ["name", "tag_format"])
    assert settings(carried(".cz.toml", '[tool.commitizen]\ntag_format = "$version"\n')) == {
        "tags.format": "{version}"
    }


def test_semantic_release() -> None:
    document = {
        "branches": ["1.x", "main", {"name": "beta", "prerelease": True}, "next"],
        "tagFormat": "shop-v${version}",
        "plugins": [
            [
                "@semantic-release/commit-analyzer",
                {
                    "releaseRules": [
                        {"type": "docs", "release": "patch"},
                        {"breaking": True, "release": "minor"},
                    ]
                },
            ],
            [
                "@semantic-release/release-notes-generator",
                {
                    "presetConfig": {
                        "types": [{"type": "feat", "section": "New"}, {"type": "ci", "hidden": True}]
                    }
                },
            ],
            ["@semantic-release/changelog", {"changelogFile": "NEWS.md"}],
            [
                "@semantic-release/git",
                {"message": "chore(release): ${nextRelease.version} [skip ci]\n\n${nextRelease.notes}"},
            ],
            "@semantic-release/npm",
            ["@semantic-release/exec", {"prepareCmd": "rm -rf /"}],
            "@semantic-release/github",
        ],
    }
    found = carried(".releaserc", json.dumps(document))
    assert settings(found) == {
        "lines.branch": "{line}.x",
        "trunk": "main",
        "tags.format": "shop-v{version}",
        "versions.bumps": {"docs": "patch"},
        "changelog.sections": ({"title": "New", "types": ("feat",)},),
        "changelog.hidden": ("ci",),
        "changelog.path": "NEWS.md",
        "release.message": "chore(release): {version} [skip ci]",
        "versions.files": ({"path": "package.json", "key": "version", "spelling": "npm"},),
    }
    assert left(found) == [
        "branches beta",
        "branches next",
        "releaseRules {'breaking': True, 'release': 'minor'}",
        "message ${nextRelease.notes}",
        "plugins @semantic-release/exec",
        "plugins @semantic-release/github",
    ]
    assert settings(carried("package.json", json.dumps({"name": "x", "release": document}))) == settings(
        found
    )


def test_python_semantic_release() -> None:
    text = """
[tool.semantic_release]
tag_format = "v{version}"
version_toml = ["pyproject.toml:project.version"]
version_variables = ["src/shop/__init__.py:__version__"]
major_on_zero = false
build_command = "make"
[tool.semantic_release.branches.main]
match = "(main|master)"
[tool.semantic_release.changelog.default_templates]
changelog_file = "CHANGES.md"
[tool.semantic_release.commit_parser_options]
allowed_tags = ["feat", "fix", "docs"]
patch_tags = ["fix", "docs"]
"""
    found = carried("pyproject.toml", text)
    assert settings(found) == {
        "tags.format": "v{version}",
        "versions.zero": "minor",
        "versions.files": (
            {"path": "pyproject.toml", "key": "project.version"},
            {"path": "src/shop/__init__.py", "pattern": '__version__ = "{version}"'},
        ),
        "changelog.path": "CHANGES.md",
        "messages.types": ("feat", "fix", "docs"),
        "versions.bumps": {"fix": "patch", "docs": "patch"},
    }
    assert left(found) == ["branches.main.match", "build_command"]


def test_git_cliff() -> None:
    text = """
[changelog]
body = "{% for x in y %}"
[git]
tag_pattern = "v[0-9].*"
commit_parsers = [
  { message = "^feat", group = "<!-- 0 -->New" },
  { message = "^fix", group = "Mended" },
  { message = "^chore\\\\(release\\\\)", skip = true },
  { message = "^ci|^doc", skip = true },
  { body = ".*security", group = "Security" },
]
[bump]
breaking_always_bump_major = false
initial_tag = "0.1.0"
"""
    found = carried("cliff.toml", text)
    assert settings(found) == {
        "changelog.sections": (
            {"title": "New", "types": ("feat",)},
            {"title": "Mended", "types": ("fix",)},
        ),
        "changelog.hidden": ("ci", "docs"),
        "tags.format": "v{version}",
        "versions.zero": "minor",
        "versions.first": "0.1.0",
    }
    assert [key.split(" ")[0] for key in left(found)] == [
        "changelog.body",
        "git.commit_parsers",
        "git.commit_parsers",
    ]


def test_git_flow() -> None:
    carry = Carry("config")
    from_git_flow(
        {
            "gitflow.branch.master": "main",
            "gitflow.branch.develop": "develop",
            "gitflow.prefix.feature": "feature/",
            "gitflow.prefix.hotfix": "hotfix/",
            "gitflow.prefix.release": "release/",
            "gitflow.prefix.support": "support/",
            "gitflow.prefix.versiontag": "v",
            "gitflow.path.hooks": "x",
        },
        carry,
    )
    assert settings(carry) == {
        "trunk": "develop",
        "strategy": "gitflow/v1",
        "production.source": "branch",
        "production.branch": "main",
        "tags.format": "v{version}",
        "lines.branch": "release/{line}",
        "lines.patterns": ("support/{line}",),
        "branches.names": ("feature/*", "hotfix/*"),
    }
    assert left(carry) == ["gitflow.path.hooks"]


@pytest.mark.parametrize("name", ["commitlint.config.js", "release.config.cjs", ".commitlintrc.ts"])
def test_a_program_is_never_run(name: str) -> None:
    with pytest.raises(RelmanError) as refused:
        carried(name, "module.exports = {}")
    assert "npx commitlint --print-config json > commitlint.json" in refused.value.hints


@pytest.mark.parametrize("text", ["", "[1]", "{", '"x"', "a: [", "[tool.other]\n", "x" * (1 << 19)])
def test_what_is_no_configuration_is_refused(text: str) -> None:
    for name in (".releaserc", "package.json", "settings.yaml"):
        with pytest.raises(RelmanError):
            carried(name, text)


def test_a_value_that_relman_does_not_take_is_left_with_its_reason() -> None:
    found = carried(
        "cz.toml", '[tool.commitizen]\ntag_format = "x..$version"\nchangelog_file = "../../etc/x"\n'
    )
    assert (settings(found), left(found)) == ({}, ["tag_format", "changelog_file"])


values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 300) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = {
    ".commitlintrc": ["extends", "rules", "parserPreset", "ignores", "plugins", "defaultIgnores"],
    ".releaserc": ["branches", "tagFormat", "plugins", "extends"],
    "cliff.toml": ["changelog", "git", "bump"],
    ".cz.json": ["commitizen"],
}
RULES = ["type-enum", "scope-empty", "header-max-length", "subject-case", "type-case", "signed-off-by"]


@given(st.data())
def test_whatever_a_file_holds_the_result_is_legal(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(KEYS)))
    document = {key: data.draw(values) for key in KEYS[name]}
    if name == ".commitlintrc":
        document["rules"] = {rule: [2, "always", data.draw(values)] for rule in RULES}
    if name == ".cz.json":
        document["commitizen"] = {
            k: data.draw(values) for k in ("tag_format", "version_files", "bump_message", "x")
        }
    if name == "cliff.toml":
        document["git"] = {"commit_parsers": data.draw(values), "tag_pattern": data.draw(values)}
    carry = carry_over(name.replace(".toml", ".json"), json.dumps(document).encode(), FILES.get)
    load(Source(name="x", data=render(carry.entries).encode()))
