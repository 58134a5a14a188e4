"""`relman cut` and `relman release` from the command line to git, which alone judges what came out."""

import re
from collections.abc import Callable

import pytest

from driving import done, relman
from history_language import Repo
from planning import BESIDE, STORY

Story = Callable[[str], Repo]
Build = Callable[..., Repo]


def holds(repo: Repo, ancestor: str, descendant: str) -> bool:
    return repo.run("merge-base", "--is-ancestor", ancestor, descendant).returncode == 0


def tag_text(repo: Repo, tag: str) -> str:
    return repo.git("cat-file", "tag", tag).split("\n\n", 1)[1]


def sound(repo: Repo) -> bool:
    return not repo.git("fsck", "--strict", "--no-dangling")


class TestASprint:
    """One candidate, one late fix, a second candidate, the final."""

    @pytest.fixture
    def repo(self, repo_from: Build) -> Repo:
        repo = repo_from(STORY)
        done(repo.path, "cut")
        repo.git("switch", "-q", "release/1.5")
        repo.commit("fix: late", {"late.txt": "l\n"}, label="late")
        done(repo.path, "release", "--rc")
        repo.commit("fix: later", {"later.txt": "l\n"}, label="later")
        done(repo.path, "release", "--final")
        return repo

    def test_the_chain(self, repo: Repo) -> None:
        assert repo.git("log", "--first-parent", "--format=%s%d", "--decorate-refs=tags", "release/1.5") == (
            "chore(release): 1.5.0 (tag: v1.5.0)\n"
            "fix: later\n"
            "chore(release): 1.5.0-rc.2 (tag: v1.5.0-rc.2)\n"
            "fix: late\n"
            "chore(release): 1.5.0-rc.1 (tag: v1.5.0-rc.1)\n"
            "fix: two\n"
            "feat: three\n"
            "feat: one (tag: v1.4.0)"
        )
        assert repo.id("main") == repo.id("C")
        assert sound(repo)
        assert repo.git("status", "--porcelain") == ""

    def test_files_at_the_tags(self, repo: Repo) -> None:
        tags = ("v1.5.0-rc.1", "v1.5.0-rc.2", "v1.5.0")
        assert [repo.tree(tag, "VERSION") for tag in tags] == ["1.5.0-rc.1\n", "1.5.0-rc.2\n", "1.5.0\n"]
        assert re.findall(r"^## .*|^- .*", repo.tree("v1.5.0-rc.2", "CHANGELOG.md"), re.MULTILINE) == [
            "## [1.5.0-rc.2] - 2026-11-23",
            f"- late ({repo.id('late')[:7]})",
            "## [1.5.0-rc.1] - 2026-11-23",
            f"- three ({repo.id('B')[:7]})",
            f"- two ({repo.id('C')[:7]})",
            "## [1.4.0] - 2026-01-01",
            "- one",
        ]

    def test_the_finals_notes_hold_everything_since_the_last_final(self, repo: Repo) -> None:
        later, late, two, three = (repo.id(label)[:7] for label in ("later", "late", "C", "B"))
        assert repo.tree("v1.5.0", "CHANGELOG.md") == (
            "# Changelog\n\n"
            "## [1.5.0] - 2026-11-23\n\n"
            f"### Features\n\n- three ({three})\n\n"
            f"### Bug fixes\n\n- later ({later})\n- late ({late})\n- two ({two})\n\n"
            "## [1.4.0] - 2026-01-01\n\n### Features\n\n- one\n"
        )
        assert tag_text(repo, "v1.5.0") == (
            "repo 1.5.0\n\n"
            f"Features\n- three ({three})\n\n"
            f"Bug fixes\n- later ({later})\n- late ({late})\n- two ({two})"
        )

    def test_a_second_run_changes_nothing(self, repo: Repo) -> None:
        before = repo.restorable()
        assert [relman(repo.path, *words).code for words in (["release", "--final"], ["cut"])] == [5, 5]
        assert repo.restorable() == before


def test_a_dry_run_touches_nothing_and_tells_the_same_plan(repo_from: Build) -> None:
    repo = repo_from(STORY)
    before = repo.snapshot()
    dry = done(repo.path, "cut", "-n", "--json").json
    assert repo.snapshot() == before
    real = done(repo.path, "cut", "--json", "--expect", dry["hash"]).json
    assert (real["hash"], real["moves"]) == (dry["hash"], dry["moves"])
    assert {m["ref"]: m["new"] for m in real["moves"]} == {
        "refs/heads/release/1.5": repo.id("release/1.5"),
        "refs/tags/v1.5.0-rc.1": repo.id("v1.5.0-rc.1"),
    }


def test_a_refusal_is_overridden_with_its_reason_in_the_tag(story: Story) -> None:
    repo = story("tags_off_trunk")
    before = repo.refs()
    refused = relman(repo.path, "cut")
    assert (refused.code, refused.err.splitlines()[0]) == (
        6,
        "error: unfinished-line: line 3.6 has no final release yet",
    )
    assert repo.refs() == before
    done(repo.path, "cut", "--anyway", "unfinished-line,debts", "--reason", "3.6 was\ngiven up")
    assert tag_text(repo, "v3.7.0-rc1").splitlines()[-2:] == [
        "Anyway: unfinished-line (3.6 was given up)",
        "Anyway: debts (3.6 was given up)",
    ]
    assert repo.tree("v3.7.0-rc1", "VERSION") == "3.7.0-rc1\n"


def test_an_isolated_release_comes_into_its_line_with_the_next_one(repo_from: Build) -> None:
    repo = repo_from(BESIDE)
    done(repo.path, "release", "1.4")
    assert all(holds(repo, each, "v1.4.2") for each in ("v1.4.1", repo.id("L")))
    assert repo.git("log", "-2", "--format=%s|%p", "v1.4.2").splitlines()[1] == (
        f"Merge tag 'v1.4.1' into release/1.4|{repo.id('L')[:7]} {repo.id('R')[:7]}"
    )
    assert repo.tree("v1.4.2", "VERSION") == "1.4.2\n"
    assert repo.tree("v1.4.2", "a.txt") == "1\n2\n3\n4\nfive\n"
    assert repo.tree("v1.4.2", "CHANGELOG.md") == (
        "# Changelog\n\n"
        f"## [1.4.2] - 2026-11-23\n\n### Bug fixes\n\n- two ({repo.id('L')[:7]})\n\n"
        "## [1.4.1] - 2026-01-02\n\n### Bug fixes\n\n- urgent\n\n"
        "## [1.4.0] - 2026-01-01\n\n### Features\n\n- one\n"
    )
    assert sound(repo)


def test_versions_that_both_sides_wrote_settle_themselves(repo_from: Build) -> None:
    repo = repo_from(BESIDE.replace('{l.txt: "l\\n"}', '{l.txt: "l\\n", VERSION: "1.4.0-dev.1\\n"}'))
    done(repo.path, "release", "1.4")
    assert (repo.tree("v1.4.2", "VERSION"), holds(repo, "v1.4.1", "v1.4.2")) == ("1.4.2\n", True)


PINNED = r"""
main:
  A "feat: one" {pyproject.toml: "[project]\nname = 'shop'\nversion = '1.4.2'\ndependencies = ['tls==1']\n"} [v1.4.2]
release/1.4 from A:
  L "fix: two" {l.txt: "l\n", pyproject.toml ~ "1.4.2" => "1.4.3.dev0"}
hotfix/1.4.3 from A:
  H "fix: the hole in tls" {pyproject.toml ~ "tls==1" => "tls==2"}
  R "chore(release): 1.4.3" {pyproject.toml ~ "1.4.2" => "1.4.3"} [v1.4.3]
HEAD = release/1.4
"""
"""An isolated fix in the very file that holds the version."""


def test_a_fix_beside_the_version_is_not_lost_with_the_version(repo_from: Build) -> None:
    repo = repo_from(PINNED)
    done(repo.path, "release", "1.4")
    said = repo.tree("v1.4.4", "pyproject.toml")
    assert ("tls==2" in said, "version = '1.4.4'" in said) == (True, True), said


def test_what_hotfix_isolates_is_settled_by_release(story: Story) -> None:
    repo = story("incident")
    repo.git("switch", "-q", "release/1.4")
    repo.commit("fix: waits", {"waits.txt": "w\n"})
    repo.git("switch", "-q", "main")
    done(repo.path, "hotfix", repo.id("fix"), "--isolate")
    assert not holds(repo, "v1.4.3", "release/1.4")
    done(repo.path, "release", "1.4")
    assert holds(repo, "v1.4.3", "v1.4.4")
    headings = re.findall(r"^## \[([^]]+)\]", repo.tree("v1.4.4", "CHANGELOG.md"), re.MULTILINE)
    assert headings[:4] == ["1.4.4", "1.4.3", "1.4.2", "1.4.1"]


def test_sections_of_other_lines_come_from_the_files_at_their_tags(repo_from: Build) -> None:
    repo = repo_from(BESIDE)
    done(repo.path, "cut", "--final", "--anyway", "debts", "--reason", "knows")
    assert re.findall(r"^## .*|^- .*", repo.tree("v1.5.0", "CHANGELOG.md"), re.MULTILINE) == [
        "## [1.5.0] - 2026-11-23",
        f"- three ({repo.id('B')[:7]})",
        "## [1.4.1] - 2026-01-02",
        "- urgent",
        "## [1.4.0] - 2026-01-01",
        "- one",
    ]


def test_trunk_goes_on_in_the_same_operation(repo_from: Build) -> None:
    repo = repo_from(
        STORY + 'main:\n  D "chore: configure" {relman.toml: "[cut]\\nnext_development = true\\n"}\n'
    )
    before = repo.restorable()
    done(repo.path, "cut")
    assert (repo.tree("main", "VERSION"), repo.tree("release/1.5", "VERSION")) == (
        "1.6.0-dev.0\n",
        "1.5.0-rc.1\n",
    )
    assert repo.git("log", "-1", "--format=%s", "main") == "chore: begin the development of 1.6.0"
    assert repo.git("status", "--porcelain") == ""
    done(repo.path, "undo")
    assert repo.restorable() == before


def test_without_files_the_tag_stands_on_what_is_there(repo_from: Build) -> None:
    repo = repo_from('main: A "feat: one" {a: "a"} [v1.4.0] -- B "feat: two" {b: "b"}')
    done(repo.path, "cut", "--final")
    assert repo.id("v1.5.0^{commit}") == repo.id("release/1.5") == repo.id("B")
    assert tag_text(repo, "v1.5.0") == f"repo 1.5.0\n\nFeatures\n- two ({repo.id('B')[:7]})"


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("release-1.4", "release-1.5"),
        ("1.4.x", "1.5.x"),
        ("v1.4", "v1.5"),
        ("stable/1.4", "stable/1.5"),
        ("release/1.4.0", "release/1.5.0"),
    ],
)
def test_new_branches_are_called_as_the_old_ones(repo_from: Build, first: str, then: str) -> None:
    repo = repo_from(
        f"""
main:
  A "feat: one" {{a: "a"}}
{first} from A:
  R "chore(release): 1.4.0" {{}} [v1.4.0]
main:
  B "feat: two" {{b: "b"}}
"""
    )
    done(repo.path, "cut", "--final")
    assert repo.id(then) == repo.id("v1.5.0^{commit}")


def configured(repo_from: Build, toml: str, files: str = 'VERSION: "1.4.0\\n"') -> Repo:
    return repo_from(
        f'''
main:
  A "feat: one" {{{files}, relman.toml: """
      {toml}
      """}} [v1.4.0]
  B "feat: two" {{b: "b"}}
'''
    )


def test_texts_and_trailers_of_the_team(repo_from: Build) -> None:
    repo = configured(
        repo_from,
        """[release]
      message = "rel: {tag} on {line}"
      tag_message = "{title} ({tag})\\n\\n{notes}"
      [picks]
      signoff = true
      trailers = ["Ticket: X-1"]""",
    )
    done(repo.path, "cut")
    assert repo.git("log", "-1", "--format=%B", "release/1.5") == (
        "rel: v1.5.0-rc.1 on 1.5\n\nTicket: X-1\nSigned-off-by: Ada Tester <ada@example.com>\n"
    )
    assert tag_text(repo, "v1.5.0-rc.1") == (
        f"repo 1.5.0-rc.1 (v1.5.0-rc.1)\n\nFeatures\n- two ({repo.id('B')[:7]})"
    )


def test_a_lightweight_tag(repo_from: Build) -> None:
    repo = configured(repo_from, "[release]\n      annotated = false")
    done(repo.path, "cut")
    assert repo.git("cat-file", "-t", "v1.5.0-rc.1") == "commit"
    assert repo.id("v1.5.0-rc.1") == repo.id("release/1.5")


def test_a_template_of_the_repository(repo_from: Build) -> None:
    entries = (
        "{% for s in sections %}{% for e in s.entries %}* {{ e.description }}\\n{% endfor %}{% endfor %}"
    )
    template = f'"## {{{{ version }}}}\\n\\n{entries}"'
    files = f'notes.j2: {template}, CHANGELOG.md: "Our news\\n========\\n"'
    repo = configured(repo_from, '[changelog]\n      template = "notes.j2"', files)
    done(repo.path, "cut")
    assert repo.tree("v1.5.0-rc.1", "CHANGELOG.md") == "Our news\n========\n\n## 1.5.0-rc.1\n\n* two\n"


@pytest.mark.parametrize(
    ("toml", "files", "message"),
    [
        (
            '[changelog]\n      template = "t.j2"',
            't.j2: "## {{ version }}\\n{{ \'\'.__class__ }}\\n", CHANGELOG.md: "# C\\n"',
            "the template t.j2, line 2: access to attribute '__class__' of 'str' object is unsafe.",
        ),
        (
            '[changelog]\n      template = "t.j2"',
            'CHANGELOG.md: "# C\\n"',
            "changelog.template is t.j2, and no such file is committed",
        ),
        ("", 'CHANGELOG.md -> "/etc/passwd"', "CHANGELOG.md is a symbolic link"),
        ("", 'docs/C.md: "# C\\n", CHANGELOG.md -> "docs/C.md"', "CHANGELOG.md is a symbolic link"),
        ('[changelog]\n      path = "../C.md"', 'a: "a"', 'changelog.path: "../C.md" is not a path inside'),
        ('[changelog]\n      path = "/etc/C.md"', 'a: "a"', 'changelog.path: "/etc/C.md" is not a path'),
        (
            '[changelog]\n      path = ".git/hooks/x"',
            'a: "a"',
            'changelog.path: ".git/hooks/x" is not a path inside',
        ),
    ],
)
def test_a_repository_cannot_reach_outside(repo_from: Build, toml: str, files: str, message: str) -> None:
    repo = configured(repo_from, toml, files)
    before = repo.refs()
    said = relman(repo.path, "cut")
    assert (said.code, message in said.err) == (2, True), said.err
    assert repo.refs() == before


def test_hostile_messages_stay_words(repo_from: Build) -> None:
    repo = configured(repo_from, "", 'CHANGELOG.md: "# Changelog\\n"')
    hostile = "feat: \x1b[31mred\x1b]0;t\x07 <script>x</script> {{ 7 * 7 }} {version} \u202e"
    commit = repo.commit(hostile + "\n\nBREAKING CHANGE: <b>\x1b[2J", {"h": "h"})[:7]
    said = done(repo.path, "cut")
    words = "red {}x</script> {{{{ 7 * 7 }}}} {{version}}"
    assert f"- {words.format('&lt;script>').replace('</', '&lt;/')} ({commit})\n  - &lt;b>\n" in repo.tree(
        "v2.0.0-rc.1", "CHANGELOG.md"
    )
    assert f"- {words.format('<script>')} ({commit})\n  <b>\n" in tag_text(repo, "v2.0.0-rc.1")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", said.out + said.err)


def test_a_hand_made_changelog_keeps_every_word(repo_from: Build) -> None:
    old = (
        "# News\n\nWe write this ourselves.\n\n## [Unreleased]\n\n- by hand\n\n"
        "## 1.4.0 / 2026-01-01\n\n* one   <!-- odd -->\n\n[Unreleased]: https://example.com\n"
    )
    repo = repo_from('main: A "feat: one" {a: "a"} -- B "feat: two" {b: "b"}')
    repo.git("tag", "-m", "one", "v1.4.0", repo.id("A"))
    repo.commit("docs: news", {"CHANGELOG.md": old})
    done(repo.path, "cut", "--final")
    added = f"## [1.5.0] - 2026-11-23\n\n### Features\n\n- two ({repo.id('B')[:7]})\n\n"
    assert repo.tree("v1.5.0", "CHANGELOG.md") == old.replace("## 1.4.0", f"{added}## 1.4.0")


def test_push_takes_branch_and_tag_together(
    repo_from: Build, tmp_path_factory: pytest.TempPathFactory
) -> None:
    origin = repo_from(STORY)
    clone = origin.clone(tmp_path_factory.mktemp("clone") / "clone")
    done(clone.path, "release", "1.4", "--push")
    for ref in ("refs/heads/release/1.4", "refs/tags/v1.4.1"):
        assert origin.refs()[ref] == clone.refs()[ref]
