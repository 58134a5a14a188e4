from collections.abc import Callable

from command import call
from history_language import Repo

STORY = """
main:
  A "feat: one" {a: "1\\n"} [v1.0.0]
  B "fix: two" {a: "2\\n"}
HEAD = main
"""


def test_what_another_tool_says_counts_more_than_what_the_history_shows(
    repo_from: Callable[..., Repo],
) -> None:
    repo = repo_from(STORY)
    file = repo.path / ".commitlintrc.json"
    file.write_text('{"rules": {"header-max-length": [2, "always", 50], "body-case": [2, "always", "x"]}}')
    dry = call(repo.path, "init", "--from", str(file), "-n")
    assert (dry.code, (repo.path / "relman.toml").exists()) == (0, False)
    assert "body-case: relman has no such rule" in dry.out
    said = call(repo.path, "init", "--from", str(file), "--yes", "--json")
    assert said.json["left"] == [{"key": "rules.body-case", "why": "relman has no such rule"}]
    assert "header_max = 50" in (repo.path / "relman.toml").read_text()
    text = repo.path / "m"
    text.write_text("feat: " + "x" * 50)
    assert call(repo.path, "check", "--message", str(text)).code == 1
    again = call(repo.path, "init", "--from", str(file), "--yes")
    assert "already; nothing was changed" in again.out


def test_git_flows_keys_come_from_gits_own_configuration(repo_from: Callable[..., Repo]) -> None:
    repo = repo_from(STORY)
    for key, value in (("branch.develop", "main"), ("prefix.versiontag", "v"), ("prefix.feature", "topic/")):
        repo.git("config", f"gitflow.{key}", value)
    said = call(repo.path, "init", "--from", str(repo.path / ".git" / "config"), "-n", "--json").json
    found = {row["key"]: row["value"] for row in said["settings"]}
    assert (found["trunk"], found["tags.format"], found["branches.names"]) == (
        "main",
        "v{version}",
        ["topic/*"],
    )


def test_a_branch_or_a_file_that_is_not_here_is_left(repo_from: Callable[..., Repo]) -> None:
    repo = repo_from(STORY)
    file = repo.path / ".releaserc"
    file.write_text('{"branches": ["nowhere"], "plugins": ["@semantic-release/npm"]}')
    said = call(repo.path, "init", "--from", str(file), "-n", "--json").json
    assert {row["why"] for row in said["left"]} == {
        "this clone has no branch nowhere",
        "there is no package.json here",
    }
    assert {row["key"]: row["value"] for row in said["settings"]}["trunk"] == "main"


def test_what_cannot_be_read_is_refused(repo_from: Callable[..., Repo]) -> None:
    repo = repo_from(STORY)
    (repo.path / "commitlint.config.js").write_text("module.exports = {}")
    for name in ("commitlint.config.js", "absent.json", ".git/config", ".git"):
        said = call(repo.path, "init", "--from", str(repo.path / name), "--yes")
        assert (said.code, said.err.startswith("error: ")) == (2, True)
    assert not (repo.path / "relman.toml").exists()
