from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from history_language import Repo
from relman.config.load import load
from relman.config.source import Source
from relman.errors import Kind, RelmanError
from relman.job.environments import read_environments
from relman.job.init import Proposal, configured, init_plan, open_families, propose, told
from relman.job.open import open_facts
from relman.plan.steps import EditFile

Build = Callable[..., Repo]


def proposal(repo: Repo) -> Proposal:
    return propose(open_facts(repo.path))


def settings(repo: Repo) -> dict[str, tuple[object, str]]:
    return {each.key: (each.value, each.evidence) for each in proposal(repo).settings}


def test_the_incident_is_written_down_with_its_evidence(story: Callable[[str], Repo]) -> None:
    repo = story("incident")
    found = proposal(repo)
    assert found.notes == ()
    assert (
        found.text
        == """\
# What relman found in this history. Each key stands below its evidence; any may be changed or left out.

# fits to 100%, maintenance/v1 to 95%: relman strategy detect says why
# releases are tags on main and on the lines that left it: 6 of 6, as v1.4.2, v1.3.2, v1.4.1
# every line has, or had, a release branch: 2 of 2, as release/1.4, release/1.3
# nothing is merged back into main: 4 of 4, as v1.4.2, v1.3.2, v1.4.1
# no line is merged into a newer one: 1 of 1, as release/1.3
strategy = "trunk/v1"
# the usual name
trunk = "main"

[tags]
# 6 releases, newest v1.4.2
format = "v{version}"

[lines]
# 2 release branches: release/1.4, release/1.3
branch = "release/{line}"
# as release/1.4 is named
parts = 2

[versions]
# 55 of the last 55 subjects are conventional, so any other counts as nothing
unclassified = "none"

# on main all say 1.4.0
[[versions.files]]
path = "pyproject.toml"
key = "project.version"
spelling = "pep440"

[[versions.files]]
path = "src/shop/__init__.py"
pattern = "__version__ = \\"{version}\\""
spelling = "pep440"

[changelog]
# it has a section for 1.4.0 and 2 more
path = "CHANGELOG.md"
"""
    )


@pytest.mark.parametrize("name", ["debts", "trunk_tags", "merged_back", "tags_off_trunk", "odd_tags"])
def test_what_is_written_changes_no_answer(story: Callable[[str], Repo], name: str) -> None:
    repo = story(name)
    before = open_facts(repo.path)
    repo.write("relman.toml", propose(before).text)
    after = open_facts(repo.path)
    assert configured(before) is None
    assert configured(after) == "relman.toml"
    assert (after.trunk_name, after.releases, after.lines) == (
        before.trunk_name,
        before.releases,
        before.lines,
    )
    assert after.next("trunk").version == before.next("trunk").version


def test_an_empty_repository_gets_the_usual_words(repo_from: Build) -> None:
    repo = repo_from("HEAD = unborn main")
    assert settings(repo) == {
        "strategy": ("trunk/v1", "no history yet; the simplest strategy"),
        "trunk": ("main", "HEAD's branch; there is no commit yet"),
        "tags.format": ("v{version}", "no release yet; the usual form"),
        "lines.branch": ("release/{line}", "no release branch yet; the usual form"),
    }


def test_a_detached_head_is_no_hindrance(story: Callable[[str], Repo]) -> None:
    repo = story("trunk_tags")
    expected = proposal(repo)
    repo.git("checkout", "-q", "--detach", "v1.0.0")
    assert proposal(repo) == expected
    assert settings(repo)["strategy"] == ("trunk/v1", "releases are tags on main: v1.1.0")


def test_free_form_subjects_count_as_patches(repo_from: Build) -> None:
    commits = " -- ".join(f'C{n} "Moved thing {n}"' for n in range(10))
    repo = repo_from(f"main: {commits}")
    assert settings(repo)["versions.unclassified"] == (
        "patch",
        "0 of the last 10 subjects are conventional, so any other counts as a patch",
    )


def test_where_few_messages_are_conventional_the_rules_begin_as_warnings_from_now_on(
    repo_from: Build,
) -> None:
    plain = " -- ".join(f'C{n} "Moved thing {n}"' for n in range(3))
    good = " -- ".join(f'D{n} "fix: thing {n}"' for n in range(7))
    repo = repo_from(f"main: {plain} -- {good}")
    found = settings(repo)
    assert found["messages.enforce"] == (
        False,
        "7 of the last 10 subjects are conventional, fewer than 80 %: the rules only warn; true refuses",
    )
    assert found["messages.since"][0] == repo.id("main")
    assert any("messages.enforce" in note for note in proposal(repo).notes)


def test_where_most_messages_are_conventional_the_rules_hold(repo_from: Build) -> None:
    plain = " -- ".join(f'C{n} "Moved thing {n}"' for n in range(2))
    good = " -- ".join(f'D{n} "fix: thing {n}"' for n in range(8))
    repo = repo_from(f"main: {plain} -- {good}")
    assert {"messages.enforce", "messages.since"} & set(settings(repo)) == set()
    assert proposal(repo).notes == ()


def test_nine_subjects_are_no_habit(repo_from: Build) -> None:
    repo = repo_from("main: " + " -- ".join(f'C{n} "Moved thing {n}"' for n in range(9)))
    assert "versions.unclassified" not in settings(repo)


def test_the_newest_branch_says_how_release_branches_are_called(repo_from: Build) -> None:
    repo = repo_from(
        dedent("""\
        main: A "feat: one" [v5.0.0] -- B "feat: two"
        maint-5.0.x from A: C "fix: three" [v5.0.1]
        stable/6.0.x from B: D "fix: four" [v6.0.0-rc1]
        stable/6.1.x from B: E "fix: five" [v6.1.0-rc1, v6.1.0-rc2, v7.0.0-dev1]
        develop from B: F "feat: six"
    """)
    )
    found = settings(repo)
    assert found["lines.branch"] == ("stable/{line}.x", "2 release branches: stable/6.1.x, stable/6.0.x")
    assert found["lines.parts"] == (2, "as stable/6.1.x is named")
    assert found["versions.prerelease"] == ("rc", "3 candidates, newest v6.1.0-rc2")


def test_gitflow_is_seen_and_has_its_work_on_develop(repo_from: Build) -> None:
    repo = repo_from(
        dedent("""\
        main: A "feat: one" [v1.0.0]
        develop from A: B "feat: two" -- C "feat: three"
        release/1.1.0 from C: D "fix: four"
        main: M merge release/1.1.0 "Merge branch 'release/1.1.0'" [v1.1.0]
        develop: N merge release/1.1.0 "Merge branch 'release/1.1.0' into develop" -- E "feat: five"
        delete release/1.1.0
    """)
    )
    found = settings(repo)
    assert (found["strategy"][0], found["trunk"][0]) == ("gitflow/v1", "develop")
    assert found["strategy"][1].startswith("fits to ")
    assert "main holds nothing but releases of develop: 1 of 1, as main" in found["strategy"][1]
    assert found["trunk"][1] == "gitflow/v1 has its work there; main holds what is released"


ENVIRONMENTS = r"""
main:
  A "feat: one" {a: "1\n"} [v1.0.0] -- B "feat: two" {b: "1\n"} [v1.1.0] -- C "feat: three" {c: "1\n"}
staging from B:
production from A:
"""


def test_environment_branches_are_seen_and_read_as_they_will_be(repo_from: Build) -> None:
    repo = repo_from(ENVIRONMENTS)
    found = settings(repo)
    assert found["production.source"] == (
        "branch",
        "all of production is on main, and v1.0.0 is the newest release on it",
    )
    assert found["production.branch"][0] == "production"
    assert found["environments"] == (({"name": "staging", "source": "branch"},), "main has all of staging")
    assert (
        open_facts(repo.path).production().release.tag == "v1.1.0"
    )  # the highest, since nobody says otherwise
    repo.write("relman.toml", proposal(repo).text)
    facts = open_facts(repo.path)
    assert facts.production().release.tag == "v1.0.0"
    assert [(e.name, e.running and e.running.tag) for e in read_environments(facts)] == [
        ("production", "v1.0.0"),
        ("staging", "v1.1.0"),
    ]


def test_a_branch_where_work_begins_is_no_environment(repo_from: Build) -> None:
    found = settings(repo_from(ENVIRONMENTS + '  own "fix: here first" {own: "1\\n"}\n'))
    assert [key for key in found if key.startswith(("production", "environments"))] == ["environments"]


def test_a_trunk_that_is_said_stays(repo_from: Build) -> None:
    repo = repo_from('main: A "feat: one" [v1.0.0]\ndevelop from A: B "feat: two"')
    facts = told(open_facts(repo.path), trunk="main", tag_format=None)
    found = {each.key: each for each in propose(facts).settings}
    assert (found["trunk"].value, found["trunk"].evidence) == ("main", "said on the command line")


def test_betas_are_called_betas(repo_from: Build) -> None:
    repo = repo_from('main: A "feat: one" [v1.0.0-beta.1]')
    assert settings(repo)["versions.prerelease"] == ("beta", "as in v1.0.0-beta.1")


def test_a_name_that_cannot_be_written_is_said(repo_from: Build) -> None:
    repo = repo_from(
        dedent("""\
        main: A "feat: one" [v1.4.0]
        1-4-stable from A: B "fix: two"
    """)
    )
    assert "lines.branch" not in settings(repo)
    assert proposal(repo).notes == (
        "release branches like 1-4-stable are read, but a new one cannot be spelled so: see lines.branch",
    )


def test_older_forms_of_tags_are_read_and_packages_are_not(repo_from: Build) -> None:
    repo = repo_from(
        dedent("""\
        main:
          A "feat: one" [release-1.0.0]
          B "feat: two" [v2.0.0, api-v0.3.0]
    """)
    )
    found = settings(repo)
    assert found["tags.format"] == (
        "v{version}",
        "2 releases, newest v2.0.0\nnot read as releases: tags like api-v0.3.0",
    )
    assert found["tags.accept"] == (("release-{version}",), "releases too: release-1.0.0")


def test_one_of_several_families_must_be_chosen(story: Callable[[str], Repo]) -> None:
    repo = story("families")
    facts = open_facts(repo.path)
    assert [family.prefix for family in open_families(facts)] == ["api-v", "web@"]
    with pytest.raises(RelmanError) as caught:
        propose(facts)
    assert caught.value.kind == Kind.USAGE
    assert caught.value.hints == ("relman init --tag-format 'api-v{version}'",)
    chosen = propose(told(facts, trunk=None, tag_format="web@{version}"))
    (tags,) = [each for each in chosen.settings if each.key == "tags.format"]
    assert (tags.value, tags.evidence) == (
        "web@{version}",
        "said on the command line; 1 release, newest web@2.0.0\nnot read as releases: tags like api-v1.2.3",
    )


def test_what_a_person_says_must_be_legal(story: Callable[[str], Repo]) -> None:
    facts = open_facts(story("families").path)
    with pytest.raises(RelmanError, match=r"tags\.format"):
        told(facts, trunk=None, tag_format="v1")
    with pytest.raises(RelmanError, match="this clone has no such branch"):
        propose(told(facts, trunk="nowhere", tag_format="web@{version}"))


def test_files_that_disagree_are_left_out_and_named(repo_from: Build) -> None:
    repo = repo_from(
        dedent("""\
        main: A "feat: one" {package.json: "{\\"version\\": \\"1.2.0\\"}\\n", VERSION: "1.1.9\\n",
          composer.json: "{\\"version\\": \\"0.0.0\\"}\\n"} [v1.2.0]
    """)
    )
    assert settings(repo)["versions.files"] == (
        ({"path": "package.json", "key": "version", "spelling": "npm"},),
        "on main it says 1.2.0\nleft out: VERSION says 1.1.9\nleft out: composer.json says 0.0.0",
    )


@pytest.mark.parametrize(
    ("files", "path", "evidence"),
    [
        ('README.md: "x"', "CHANGELOG.md", "none yet; the first release begins it"),
        ('CHANGES.md: "# Changes\\n"', "CHANGES.md", "it has no section yet"),
        ('History.md: "## 1.0.0\\n\\n- x\\n"', "History.md", "it has a section for 1.0.0"),
        (
            'docs/changelog.md: "# 2.0.0\\n# 1.0.0\\n"',
            "docs/changelog.md",
            "it has a section for 2.0.0 and 1 more",
        ),
        (
            'CHANGELOG.md: "# What is new\\n\\n## In spring\\n"',
            "",
            "no heading of CHANGELOG.md names a version, so none is written; name another file to begin one",
        ),
        (
            'CHANGES.rst: "1.0.0\\n=====\\n"',
            "",
            "CHANGES.rst is no Markdown, so none is written; name a Markdown file to begin one",
        ),
    ],
)
def test_the_changelog_is_one_that_relman_can_go_on_with(
    repo_from: Build, files: str, path: str, evidence: str
) -> None:
    assert settings(repo_from(f'main: A "feat: one" {{{files}}}'))["changelog.path"] == (path, evidence)


def test_a_changelog_that_was_given_up_is_said(repo_from: Build) -> None:
    repo = repo_from(
        'main: A "feat: one" {CHANGELOG.md: "## 2.4.8\\n## 2.4.7\\n"} [v2.4.8] -- B "feat: two" [v3.5.1]'
    )
    assert settings(repo)["changelog.path"] == (
        "CHANGELOG.md",
        "it has a section for 2.4.8 and 1 more\nit has none of 3.5, so it may have been given up",
    )


def test_remotes_are_named_where_that_is_clear(repo_from: Build, tmp_path: Path) -> None:
    repo = repo_from('main: A "feat: one"').clone(tmp_path / "clone")
    assert settings(repo)["remote"] == ("origin", "the only remote")
    assert settings(repo)["trunk"] == ("main", "the default branch of origin")
    repo.git("remote", "add", "ann", "https://example.com/ann")
    assert settings(repo)["remote"] == ("origin", "the usual name; there is also ann")
    repo.git("remote", "rename", "origin", "upstream")
    assert settings(repo)["remote"] == ("upstream", "main follows it; there is also ann")
    repo.git("branch", "-q", "--unset-upstream", "main")
    assert "remote" not in settings(repo)
    assert proposal(repo).notes == (
        "there are 2 remotes (upstream, ann) and none is origin: set `remote` to the one that counts",
    )


def test_an_incomplete_clone_is_refused(story: Callable[[str], Repo], tmp_path: Path) -> None:
    clone = story("incident").clone(tmp_path / "clone", depth=1)
    with pytest.raises(RelmanError) as caught:
        proposal(clone)
    assert caught.value.hints == ("git fetch --unshallow --tags origin",)


def test_strange_names_stay_inside_the_comment(repo_from: Build) -> None:
    repo = repo_from('main: A "feat: one" [v1.0.0]')
    repo.git("tag", "x\"\u2028trunk='evil'-v9.0.0")
    text = proposal(repo).text
    loaded = load(Source(name="relman.toml", data=text.encode()))
    assert loaded.config.trunk == "main"
    assert "# not read as releases: tags like x\"\n# trunk='evil'-v9.0.0\n" in text


def test_the_plan_writes_one_new_file(story: Callable[[str], Repo]) -> None:
    found = proposal(story("trunk_tags"))
    plan = init_plan(found)
    assert (plan.operation, plan.title) == ("init", "init relman.toml")
    assert plan.steps == (EditFile(path="relman.toml", before=None, after=found.text.encode()),)
