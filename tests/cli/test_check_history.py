"""`relman check --history`: findings, their forms, the baseline, and bad words."""

import json
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from command import call
from history_language import Repo
from looking import Look
from yard import Yard

STORY = """
main:
  A "feat: one" {VERSION: "1.4.0\\n", a: "1\\n"}
  B "feat: two" {b: "1\\n"}
release/1.4 from A:
  R0 "chore(release): 1.4.0" {VERSION: "1.4.0\\n"} [v1.4.0]
  R1 "fix: only here" {a: "2\\n"}
  R2 "chore(release): 1.4.1" {VERSION: "1.4.9\\n"} [~v1.4.1]
odd-name from B: T "feat: three" {c: "1\\n"}
"""


def example(schema: str) -> dict[str, object]:
    """The document's example in docs/json.md."""
    page = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
    part = page.partition(f"\n## {schema}\n")[2]
    found: dict[str, object] = json.loads(part.partition("```json\n")[2].partition("\n```")[0])
    return found


@pytest.fixture
def repo(repo_from: Callable[..., Repo]) -> Repo:
    return repo_from(STORY)


def test_every_finding_has_its_place_and_what_mends_it(repo: Repo, look: Look) -> None:
    said = look(repo, "check", "--history")
    fix, port = repo.id("R1")[:10], f"relman backport {repo.id('R1')[:10]} --to main"
    assert said.out.splitlines() == [
        "branch odd-name",
        "  warning  the name fits no kind of branch of Trunk-based, branch for release [B1]",
        "           relman strategy show trunk/v1",
        f"commit {fix} fix: only here",
        "  warning  on release/1.4 first: nothing shows that main has it [F1]",
        f"           {port}",
        "tag v1.4.1",
        "  error    VERSION: VERSION does not say 1.4.1 there [G2]",
        "           git show v1.4.1:VERSION",
        "  warning  it is a name only: nobody says who made it, when and why [G3]",
        "           git cat-file -t v1.4.1",
        f"commit {fix} fix: only here",
        "  warning  released on release/1.4, and nothing shows that main has it [H2]",
        f"           {port}",
    ]
    assert said.err.splitlines() == [
        "checked the history of main, release/1.4 by the rules of trunk/v1: 1 error, 4 warnings",
        "release/1.4: main has 0 of 1 by another commit (0 certain, 0 likely, 0 claimed)",
    ]
    assert said.code == 1


def test_the_second_run_says_the_same(repo: Repo, look: Look) -> None:
    assert look(repo, "check", "--history") == look(repo, "check", "--history")


@pytest.mark.parametrize("form", ["github", "gitlab", "sarif"])
def test_forges_read_it(repo: Repo, look: Look, form: str) -> None:
    said = look(repo, "check", "--history", "--format", form)
    assert said.code == 1
    if form == "github":
        assert (
            "::error file=VERSION,title=relman%3A G2::tag v1.4.1: VERSION does not say 1.4.1 there"
            in said.out
        )
    else:
        assert "VERSION does not say 1.4.1 there" in json.dumps(json.loads(said.out))


def test_levels_are_the_teams(repo: Repo) -> None:
    (repo.path / "relman.toml").write_text(
        '[strategy]\nextends = "trunk/v1"\n[strategy.checks]\nB1 = "off"\nF1 = "error"\nG2 = "note"\n'
    )
    found = call(repo.path, "check", "--history", "--json").json["findings"]
    assert [(f["rule"], f["level"]) for f in found] == [
        ("F1", "error"),
        ("G2", "note"),
        ("G3", "warning"),
        ("H2", "warning"),
    ]


def test_an_old_repository_starts_clean_and_new_findings_show(repo: Repo) -> None:
    written = call(repo.path, "check", "--history", "--write-baseline", "--json")
    assert list(written.json) == list(example("relman/baseline/v1"))
    assert written.json == {
        "schema": "relman/baseline/v1",
        "package": None,
        "path": "relman-baseline.txt",
        "findings": 5,
        "written": True,
    }
    (repo.path / "relman.toml").write_text('[check]\nbaseline = "relman-baseline.txt"\n')
    clean = call(repo.path, "check", "--history")
    assert (clean.code, clean.out) == (0, "")
    assert clean.err.splitlines()[0].endswith(": nothing found, 5 known from the baseline")
    repo.git("branch", "another-name", "main~1")
    repo.git("branch", "-D", "odd-name")
    told = call(repo.path, "check", "--history", "--json").json
    assert [f["where"] for f in told["findings"]] == ["branch another-name"]
    assert (told["known"], told["gone"]) == (4, ["B1 branch odd-name"])
    again = call(repo.path, "check", "--history", "--write-baseline")
    assert again.out == "relman-baseline.txt holds 5 findings\n"
    assert "B1 branch odd-name" not in (repo.path / "relman-baseline.txt").read_text()


def test_writing_a_baseline_is_undone(repo: Repo) -> None:
    assert call(repo.path, "check", "--history", "--write-baseline").code == 0
    assert call(repo.path, "undo", "--yes").code == 0
    assert not (repo.path / "relman-baseline.txt").exists()


def test_what_to_type_holds_a_hostile_name_as_one_word(repo: Repo, tmp_path: Path) -> None:
    """Names come from whoever may push; a person types the hint as it is printed."""
    name = "feature/$(touch${IFS}gone);&"
    repo.git("update-ref", f"refs/heads/{name}", repo.id("T"))
    found = call(repo.path, "check", "--history", "--json").json["findings"]
    old = [f["hint"] for f in found if f["where"] == f"branch {name}" and f["rule"] == "B2"]
    assert [shlex.split(hint) for hint in old] == [["git", "log", "--oneline", f"main..{name}"]]
    subprocess.run(["sh", "-c", old[0]], cwd=repo.path, check=True, stdout=subprocess.DEVNULL)
    assert [f.name for f in tmp_path.rglob("gone")] == []


def test_two_baselines_of_one_second_are_undone_newest_first(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.time", lambda: 1_795_000_000.0)
    tokens = iter(["ffff", "0000"])
    monkeypatch.setattr("secrets.token_hex", lambda _size: next(tokens))
    baseline = repo.path / "relman-baseline.txt"
    assert call(repo.path, "check", "--history", "--write-baseline").code == 0
    first = baseline.read_text()
    repo.git("branch", "-D", "odd-name")
    assert call(repo.path, "check", "--history", "--write-baseline").code == 0
    assert baseline.read_text() != first
    undone = call(repo.path, "undo", "--yes")
    assert (undone.code, baseline.read_text()) == (0, first), undone.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--line", "1.4"), "--line and a baseline are for the history"),
        (("--history", "--line", "9.9"), "there is no line '9.9'"),
        (("--history", "--baseline", "nowhere.txt"), "nowhere.txt cannot be read"),
        (("--history", "--write-baseline", "--baseline", "/outside.txt"), "is not in this repository"),
    ],
)
def test_bad_words_are_usage_errors(repo: Repo, look: Look, words: tuple[str, ...], said: str) -> None:
    answer = look(repo, "check", *words)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err


def test_a_configured_baseline_never_leads_out(repo: Repo, look: Look) -> None:
    (repo.path / "link").symlink_to("/etc/hostname")
    for path in ("../x", "link"):
        (repo.path / "relman.toml").write_text(f'[check]\nbaseline = "{path}"\n')
        assert look(repo, "check", "--history").code == 2


def test_a_shallow_clone_is_refused(repo: Repo, tmp_path_factory: pytest.TempPathFactory) -> None:
    clone = repo.clone(tmp_path_factory.mktemp("c") / "clone", depth=1)
    said = call(clone.path, "check", "--history")
    assert said.code == 2
    assert "git fetch --unshallow" in said.err


def test_one_line_alone(repo: Repo, look: Look) -> None:
    said = look(repo, "check", "--history", "--line", "1.4", "--json").json
    assert said["checked"] == ["the history of main, release/1.4 by the rules of trunk/v1"]


def test_every_file_that_states_the_version_is_held_to_the_tag(repo_from: Callable[..., Repo]) -> None:
    repo = repo_from(
        dedent("""\
        main: A "feat: one" {a: "1\\n"}
        release/2.0 from A: B "chore(release): 2.0.0" [v2.0.0] {
          package.json: "{\\"name\\": \\"x\\", \\"version\\": \\"2.0.0\\"}\\n",
          package-lock.json: "{\\"name\\": \\"x\\", \\"version\\": \\"1.9.0\\"}\\n",
          CHANGELOG.md: "# Changelog\\n\\n## [1.9.0] - 2026-01-01\\n\\n- old\\n"
        }
        """)
    )
    found = call(repo.path, "check", "--history", "--json").json["findings"]
    assert [(f["rule"], f["where"], f["path"], f["message"]) for f in found] == [
        ("G2", "tag v2.0.0", "package-lock.json", "package-lock.json does not say 2.0.0 there"),
        ("G2", "tag v2.0.0", "CHANGELOG.md", "CHANGELOG.md has no section for 2.0.0 there"),
    ]


def test_older_lines_that_live_are_held_to_their_tags_too(repo_from: Callable[..., Repo]) -> None:
    repo = repo_from(
        """
main: A "feat: one" {VERSION: "1.6.0\\n", CHANGELOG.md: "# Changelog\\n\\n## 1.6.0\\n\\n- old\\n"} [v1.6.0]
release/1.6 from A: B0 "fix: two" {VERSION: "1.6.7\\n"} [v1.6.1]
main: C "feat: three" {VERSION: "1.7.0\\n", CHANGELOG.md: "# Changelog\\n\\n## 1.7.0\\n\\n- old\\n"} [v1.7.0]
release/1.7 from C: D0 "fix: four" {VERSION: "1.7.0\\n", CHANGELOG.md: "# Changelog\\n\\n## 1.7.1\\n\\n- b\\n"} [v1.7.1]
main: E "feat: five" {VERSION: "1.8.0\\n", CHANGELOG.md: "# Changelog\\n\\n## 1.8.0\\n\\n- c\\n"} [v1.8.0]
release/1.8 from E: F0 "docs: six" {d: "1\\n"}
"""
    )
    g2 = [f for f in call(repo.path, "check", "--history", "--json").json["findings"] if f["rule"] == "G2"]
    assert [(f["where"], f["path"], f["level"]) for f in g2] == [("tag v1.7.1", "VERSION", "error")]
    older = call(repo.path, "check", "--history", "--line", "1.6", "--json").json["findings"]
    assert [(f["where"], f["path"]) for f in older if f["rule"] == "G2"] == [
        ("tag v1.6.1", "VERSION"),
        ("tag v1.6.1", "CHANGELOG.md"),
    ]


def test_a_tag_that_stands_elsewhere_than_where_relman_made_it(repo_from: Callable[..., Repo]) -> None:
    repo = repo_from('main: A "feat: one" {a: "1\\n"} [v1.0.0] -- B "fix: two" {a: "2\\n"}')
    assert call(repo.path, "release", "--final", "--yes").code == 0
    assert call(repo.path, "check", "--history").code == 0
    repo.git("tag", "-f", "-a", "v1.0.1", "-m", "moved", "main~1")
    found = call(repo.path, "check", "--history", "--json").json["findings"]
    assert [(f["rule"], f["where"]) for f in found if "operation" in f["message"]] == [("G3", "tag v1.0.1")]


@pytest.mark.parametrize("way", ["recorded", "merged"])
def test_a_tag_that_was_moved_is_found_out_in_any_clone(repo_from: Callable[..., Repo], way: str) -> None:
    repo = repo_from(
        """\
main:
  A "feat: one" {a: "1\\n"} [v1.0.0]
side from A:
  S "fix: two" {b: "2\\n"} [v1.0.1 "1.0.1"]
main:
  B "feat: three" {a: "2\\n"}
"""
    )
    if way == "recorded":
        assert call(repo.path, "env", "record", "production", "1.0.1", "--yes").code == 0
        shutil.rmtree(repo.path / ".git/relman")
    else:
        repo.git("switch", "-q", "main")
        repo.git("merge", "-q", "-m", "Merge tag 'v1.0.1'", "v1.0.1")
    said = call(repo.path, "check", "--history", "--json").json["findings"]
    assert not [f for f in said if "leads to" in f["message"]]
    old = repo.id("S")[:10]
    repo.git("tag", "-f", "-a", "v1.0.1", "-m", "1.0.1", repo.id("B"))
    found = call(repo.path, "check", "--history", "--json").json["findings"]
    assert [(f["rule"], f["where"], old in f["message"]) for f in found if "leads to" in f["message"]] == [
        ("G3", "tag v1.0.1", True)
    ]


def test_it_says_how_sure_it_is(repo_from: Callable[..., Repo], look: Look) -> None:
    repo = repo_from(
        dedent("""\
        main:
          A "feat: one" {a: "1\\n", b: "1\\n", c: "1\\n"}
          B "fix: picked" {a: "2\\n"} -- C "fix: same words" {b: "2\\n"} -- D "fix: adapted" {c: "2\\n"}
        release/1.4 from A:
          R0 pick B -x
          R1 "fix: same words" by Bo {b: "2\\n"}
          R2 "fix: adapted" by Bo {c: "3\\n", d: "1\\n"}
          R3 "fix: alone" {e: "1\\n"} [v1.4.0]
        """)
    )
    said = look(repo, "check", "--history", "--json").json
    assert said["says"] == ["release/1.4: main has 3 of 4 by another commit (1 certain, 1 likely, 1 claimed)"]
    assert [f["commit"] for f in said["findings"] if f["rule"] == "F1"] == [repo.id("R3")]


def test_what_was_kept_before_attributes_of_this_clone_is_not_believed(
    tmp_path: Path,
) -> None:
    yard = Yard(tmp_path / "yard")
    yard.commit("feat: one", a="1\n2\n3\n4\n5\n6\n")
    yard.git("branch", "release/1.4")
    yard.commit("feat: two", a="one\n2\n3\n4\n5\n6\n")
    fix = yard.commit("fix: three", a="one\n2\n3\n4\n5\nsix\n")
    yard.on("release/1.4")
    yard.commit(f"fix: other words\n\n(cherry picked from commit {fix})", a="1\n2\n3\n4\n5\nsix\n")
    yard.git("tag", "v1.4.0")

    def says() -> Any:
        return call(yard.path, "check", "--history", "--json").json["says"]

    assert says() == ["release/1.4: main has 1 of 1 by another commit (1 certain, 0 likely, 0 claimed)"]
    (yard.path / ".git" / "info" / "attributes").write_text("* binary\n")
    assert says() == ["release/1.4: main has 1 of 1 by another commit (0 certain, 0 likely, 1 claimed)"]
