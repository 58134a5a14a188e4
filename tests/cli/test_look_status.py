# ruff: noqa: E501  (whole outputs, as they are)
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from history_language import Repo
from looking import Look

Story = Callable[[str], Repo]


def test_the_incident(story: Story, look: Look) -> None:
    said = look(story("incident"), "status")
    assert (said.code, said.err) == (0, "")
    assert said.out == snapshot("""\
trunk       main at e815c7a · v1.4.2 · next 1.5.0 · 40 unreleased: 11 feat, 10 fix, 5 docs, 4 refactor, 4 test, 2 chore, 2 perf, 1 build, 1 ci
production  v1.4.2 (assumed: the highest stable release)
ready       no: 1.5.0 with 40 commits
            X is unfinished (no commit says Feature-Done: X), and no toggle hides it: relman park X --dry-run

line  branch       latest  next  unreleased  live because
1.4   release/1.4  v1.4.2  none  0 commits   production
1.3   release/1.3  v1.3.2  none  0 commits   one of the newest two with a stable release

assumed     trunk is main
assumed     releases are tagged v{version} (6 tags like v1.4.2)
""")


def test_the_incident_as_json(story: Story, look: Look) -> None:
    said = look(story("incident"), "status", "--json")
    assert (said.code, said.err) == (0, "")
    document = said.json
    ready = document.pop("ready")
    assert (len(ready.pop("commits")), len(ready.pop("tree"))) == (40, 40)
    assert ready == snapshot(
        {
            "ready": False,
            "version": "1.5.0",
            "command": "relman cut --final",
            "features": [
                {
                    "feature": "X",
                    "commits": [
                        "4617231aacc5532c4d9ca013ca527f0d1d207dbd",
                        "8aa39aa6c0ae3c78df6fdd2f78c15a500da6ebe1",
                        "84734bf3cd417a3933b00f2aa3c253080ae8d89c",
                        "119e6aeeae3897b4509935fff5f49ff3a254c4ea",
                        "da5922f856b570827ede768428cab84cca6a2722",
                    ],
                    "unfinished": "no commit says Feature-Done: X",
                    "toggle": None,
                    "switch": None,
                }
            ],
            "in_the_way": [
                {
                    "kind": "unfinished",
                    "message": "X is unfinished (no commit says Feature-Done: X), and no toggle hides it",
                    "hint": "relman park X --dry-run",
                    "commits": [
                        "4617231aacc5532c4d9ca013ca527f0d1d207dbd",
                        "8aa39aa6c0ae3c78df6fdd2f78c15a500da6ebe1",
                        "84734bf3cd417a3933b00f2aa3c253080ae8d89c",
                        "119e6aeeae3897b4509935fff5f49ff3a254c4ea",
                        "da5922f856b570827ede768428cab84cca6a2722",
                    ],
                }
            ],
        }
    )
    assert document == snapshot(
        {
            "schema": "relman/status/v1",
            "package": None,
            "trunk": {
                "branch": "main",
                "head": "e815c7a409945eb6b3c0afeecd1f5a4005084fcf",
                "current": "1.4.2",
                "next": "1.5.0",
                "unreleased": {
                    "total": 40,
                    "by_kind": {
                        "feat": 11,
                        "fix": 10,
                        "docs": 5,
                        "refactor": 4,
                        "test": 4,
                        "chore": 2,
                        "perf": 2,
                        "build": 1,
                        "ci": 1,
                    },
                },
            },
            "production": {
                "version": "1.4.2",
                "tag": "v1.4.2",
                "commit": "47b11c6bc03ddc4676771418887042e01fb4a951",
                "source": "assumed",
                "since": None,
            },
            "lines": [
                {
                    "name": "1.4",
                    "branch": "release/1.4",
                    "live": True,
                    "reason": "production",
                    "head": "47b11c6bc03ddc4676771418887042e01fb4a951",
                    "latest": "1.4.2",
                    "next": None,
                    "unreleased": {"total": 0, "by_kind": {}},
                    "debts": [],
                },
                {
                    "name": "1.3",
                    "branch": "release/1.3",
                    "live": True,
                    "reason": "one of the newest two with a stable release",
                    "head": "da398d5ee8b7535bb4c532f271253d2ff549fccb",
                    "latest": "1.3.2",
                    "next": None,
                    "unreleased": {"total": 0, "by_kind": {}},
                    "debts": [],
                },
            ],
            "operations": [],
            "warnings": [],
            "head": "main",
            "gaps": [],
            "assumptions": ["trunk is main", "releases are tagged v{version} (6 tags like v1.4.2)"],
            "fetched_at": None,
            "parked": [],
        }
    )


@pytest.mark.parametrize("words", [["status"], ["next"], ["version"], ["changelog", "--all"], ["log"]])
def test_a_real_process_says_the_same(story: Story, look: Look, words: list[str]) -> None:
    repo = story("incident")
    said = look(repo, *words)
    done = subprocess.run(
        [sys.executable, "-m", "relman", "-C", str(repo.path), *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (said.code, said.out, said.err)


@pytest.mark.parametrize("name", ["odd_tags", "tags_off_trunk", "merged_back", "first_release", "free_form"])
def test_odd_repositories(story: Story, look: Look, name: str) -> None:
    said = look(story(name), "status")
    assert (said.code, said.err) == (0, "")
    expected = {
        "odd_tags": snapshot("""\
trunk       main at cc77a46 · v0.2.0 · next 0.2.1 · 2 unreleased: 1 docs, 1 fix
production  v0.2.0 (assumed: the highest stable release)
ready       no: 0.2.1 with 2 commits
            0.2.0 and v0.2.0 name one version and differ: git tag -d 0.2.0

line  branch  latest  next  unreleased  live because
0.2   none    v0.2.0  none  0 commits   production
0.1   none    v0.1.1  none  0 commits   one of the newest two with a stable release

warning     0.2.0 and v0.2.0 name one version and differ
assumed     trunk is main
assumed     releases are tagged v{version} (5 tags like v0.2.0)
"""),
        "tags_off_trunk": snapshot("""\
trunk       main at 9ff2660 · v3.5.0 · next 3.7.0 · 3 unreleased: 2 feat, 1 fix
production  v3.5.0 (assumed: the highest stable release)
ready       no: 3.7.0 with 3 commits
            line 3.6 has no final release yet: relman release 3.6 --final
            main lacks what was released already: 2ad1255 fix: only before the final: relman forward 3.5

line  branch       latest      next   unreleased                                live because
3.6   release-3.6  v3.6.0-rc1  3.6.0  3 commits: 1 feat, 1 fix, 1 unclassified  candidate v3.6.0-rc1 is open
3.5   release-3.5  v3.5.0      none   0 commits                                 production
3.4   release-3.4  v3.4.1      none   0 commits                                 one of the newest two with a stable release

debt        2ad1255 fix: only before the final is missing on main, 3.6: relman forward 3.5
assumed     trunk is main
assumed     releases are tagged v{version} (8 tags like v3.6.0-rc1)
"""),
        "merged_back": snapshot("""\
trunk       main at 8c24a61 · v3.9.0 · next 3.10.0 · 4 unreleased: 1 docs, 1 feat
production  v3.9.0 (assumed: the highest stable release)
ready       yes: 3.10.0 with 2 commits: relman cut --final

line  branch  latest  next  unreleased  live because
3.9   3.9     v3.9.0  none  0 commits   production
3.8   3.8     v3.8.2  none  0 commits   one of the newest two with a stable release

debt        d3ef0d5 fix: two on the line is missing on 3.9: relman forward 3.8
assumed     trunk is main
assumed     releases are tagged v{version} (4 tags like v3.9.0)
"""),
        "first_release": snapshot("""\
trunk       main at 9427dbb · no release · next 0.1.0 · 4 unreleased: 1 breaking, 1 chore, 1 feat, 1 fix
production  nothing yet: there is no stable release
ready       yes: 0.1.0 with 4 commits: relman release trunk --final

assumed     trunk is main
assumed     releases are tagged v{version} (no release yet)
"""),
        "free_form": snapshot("""\
trunk       main at 5364d0c · v0.9.0 · next 0.9.1 · 5 unreleased: 4 unclassified, 1 refactoring
production  v0.9.0 (assumed: the highest stable release)
ready       no: 0.9.1 with 5 commits
            wip is unfinished (the commit says so itself), and no toggle hides it: relman options --feature wip

line  branch  latest  next  unreleased  live because
0.9   none    v0.9.0  none  0 commits   production

assumed     trunk is main
assumed     releases are tagged v{version} (1 tag like v0.9.0)
"""),
    }
    assert said.out == expected[name]


def test_several_families_are_listed_and_asked_about(story: Story, look: Look) -> None:
    said = look(story("families"), "status")
    assert (said.code, said.out) == (2, "")
    assert said.err == snapshot("""\
error: this repository has 2 families of release tags, and relman must know which one is meant:
         api-v{version}  2 tags, like api-v1.2.3
         web@{version}  1 tags, like web@2.0.0
hint:  in relman.toml:  [tags] format = "api-v{version}"
hint:  relman init
""")


def test_head_is_told_where_it_is_not_trunk(story: Story, look: Look) -> None:
    repo = story("incident")
    repo.git("checkout", "-q", "--detach", "release/1.4")
    assert look(repo, "status").out.splitlines()[1] == snapshot("HEAD        detached at 47b11c6")
    repo.git("checkout", "-q", "release/1.3")
    assert look(repo, "status").out.splitlines()[1] == snapshot("HEAD        release/1.3")


def test_a_repository_without_a_commit(tmp_path: Path, look: Look) -> None:
    repo = Repo(tmp_path / "new", {}, 0)
    repo.path.mkdir()
    repo.git("init", "-q", "--initial-branch=main")
    said = look(repo, "status")
    assert (said.code, said.err) == (0, "")
    assert said.out == snapshot("""\
trunk       main
HEAD        main has no commit yet
production  nothing yet: there is no stable release

assumed     trunk is main
assumed     releases are tagged v{version} (no release yet)
""")


def test_an_isolated_hotfix_is_a_debt_of_its_line_and_its_fix_one_of_trunk(story: Story, look: Look) -> None:
    repo = story("incident")
    repo.git("checkout", "-q", "release/1.4")
    late = repo.commit("fix(cart): not yet released", {"late.txt": "late\n"})
    repo.git("checkout", "-q", "-b", "hotfix/1.4.3", "v1.4.2")
    hot = repo.commit("fix: token expiry", {"hot.txt": "hot\n"})
    repo.git("tag", "-a", "-m", "Release 1.4.3", "v1.4.3")
    repo.git("checkout", "-q", "main")
    rows = [row for row in look(repo, "status").out.splitlines() if row.startswith(("1.4 ", "debt"))]
    assert rows == [
        "1.4   release/1.4  v1.4.3  1.4.4  1 commit: 1 fix  production",
        f"debt        {hot[:7]} release v1.4.3 is missing on release/1.4: relman forward 1.4",
        (
            f"debt        {late[:7]} fix(cart): not yet released is missing on main "
            "(not released yet, so a release of main does not wait for it): relman forward 1.4"
        ),
        f"debt        {hot[:7]} fix: token expiry is missing on main: relman forward 1.4",
    ]
    told = look(repo, "status", "--json").json
    obstacles = {each["kind"]: each["commits"] for each in told["ready"]["in_the_way"]}
    assert obstacles["debts"] == [hot]
    lines = told["lines"]
    assert lines[0]["debts"] == [
        {
            "commit": oid,
            "subject": subject,
            "missing_on": [where],
            "settle": "relman forward 1.4",
            "excuse": excuse,
        }
        for oid, subject, where, excuse in (
            (hot, "release v1.4.3", "release/1.4", "trunk has it"),
            (late, "fix(cart): not yet released", "main", "not released yet"),
            (hot, "fix: token expiry", "main", None),
        )
    ]


def test_a_line_that_has_diverged_leaves_a_gap_only(story: Story, tmp_path: Path, look: Look) -> None:
    origin = story("incident")
    clone = origin.clone(tmp_path / "clone")
    clone.git("checkout", "-q", "release/1.3")
    clone.commit("fix: only here", {"here.txt": "here\n"})
    origin.git("checkout", "-q", "release/1.3")
    origin.commit("fix: only there", {"there.txt": "there\n"})
    clone.git("fetch", "-q")
    said = look(clone, "status")
    assert said.code == 0
    assert said.out == snapshot("""\
trunk       main at e815c7a · v1.4.2 · next 1.5.0 · 40 unreleased: 11 feat, 10 fix, 5 docs, 4 refactor, 4 test, 2 chore, 2 perf, 1 build, 1 ci
HEAD        release/1.3
production  v1.4.2 (assumed: the highest stable release)
ready       no: 1.5.0 with 40 commits
            X is unfinished (no commit says Feature-Done: X), and no toggle hides it: relman park X --dry-run
            release/1.3 and origin/release/1.3 have diverged: 1 commits only here, 1 only there: git log --oneline --left-right release/1.3...origin/release/1.3

line  branch       latest  next     unreleased  live because
1.4   release/1.4  v1.4.2  none     0 commits   production
1.3   release/1.3  v1.3.2  unknown  unknown     one of the newest two with a stable release

unknown     the next version of 1.3, where 1.3 stands, the debts of 1.3: release/1.3 and origin/release/1.3 have diverged: 1 commits only here, 1 only there
            git log --oneline --left-right release/1.3...origin/release/1.3
            git rebase origin/release/1.3 release/1.3
assumed     trunk is main
assumed     releases are tagged v{version} (6 tags like v1.4.2)

fetched     just now, from origin
""")


def test_a_shallow_clone_says_what_cannot_be_told(story: Story, tmp_path: Path, look: Look) -> None:
    clone = story("incident").clone(tmp_path / "clone", depth=3)
    said = look(clone, "status")
    assert said.code == 0
    assert said.out == snapshot("""\
trunk       main at e815c7a
production  v1.4.2 (assumed: the highest stable release)

line  branch       latest  next  unreleased  live because
1.4   release/1.4  v1.4.2  none  0 commits   production
1.3   release/1.3  v1.3.2  none  0 commits   one of the newest two with a stable release

unknown     the next version, the debts of 1.4, the debts of 1.3, whether trunk could be released: this clone is shallow: the history that the answer depends on ends too early
            git fetch --unshallow --tags origin
assumed     trunk is main
assumed     releases are tagged v{version} (6 tags like v1.4.2)

fetched     just now, from origin
""")


def test_nothing_at_all_can_be_told(story: Story, tmp_path: Path, look: Look) -> None:
    clone = story("incident").clone(tmp_path / "clone", depth=1, single_branch=True, tags=False)
    said = look(clone, "status")
    assert (said.code, said.out) == (2, "")
    assert said.err == snapshot("""\
error: this clone does not follow every branch, so release lines may be missing
hint:  git remote set-branches origin '*' && git config --unset-all remote.origin.tagOpt && git fetch --unshallow --tags origin
""")


@pytest.mark.parametrize("kind", ["bare", "linked", "plain"])
def test_every_kind_of_clone_says_the_same(story: Story, tmp_path: Path, look: Look, kind: str) -> None:
    origin = story("incident")
    made = {
        "bare": lambda: origin.clone(tmp_path / "clone.git", bare=True),
        "linked": lambda: origin.worktree(tmp_path / "linked", "release/1.4"),
        "plain": lambda: origin.clone(tmp_path / "clone"),
    }[kind]()
    wanted = look(origin, "status", "--json").json
    told = look(made, "status", "--json").json
    for document in (wanted, told):
        for key in ("head", "fetched_at"):
            document.pop(key)
    assert told == wanted


def test_hostile_names_cannot_steer_a_terminal(story: Story, look: Look) -> None:
    repo = story("incident")
    (repo.path / "relman.toml").write_text('trunk = "main"\n[lines]\nlive = ["1.4"]\n')
    repo.git("update-ref", "refs/heads/\u202egpj.exe", "main")
    repo.git("symbolic-ref", "HEAD", "refs/heads/\u202egpj.exe")
    assert "\u202e" not in look(repo, "status").out


def test_colour_only_where_it_is_asked_for(story: Story, look: Look) -> None:
    repo = story("incident")
    os.environ.pop("NO_COLOR", None)
    assert "\x1b[" not in look(repo, "status").out
    assert "\x1b[" in look(repo, "--color", "always", "status").out
    assert "\x1b[" not in look(repo, "--color", "never", "status").out


def test_unknown_production_is_a_gap(story: Story, look: Look) -> None:
    repo = story("incident")
    (repo.path / "relman.toml").write_text('[production]\nsource = "branch"\nbranch = "live"\n')
    said = look(repo, "status", "--json")
    assert said.code == 0
    assert said.json["production"] is None
    assert said.json["gaps"] == snapshot(
        [
            {
                "about": ["production"],
                "message": "production is unknown: branch live is not in this clone",
                "hints": ["git fetch origin --tags", "relman hotfix FIX --to v1.4.2"],
            }
        ]
    )
    assert [line["name"] for line in said.json["lines"]] == ["1.4", "1.3"]


def test_an_unreadable_record_is_a_warning(story: Story, look: Look) -> None:
    repo = story("incident")
    folder = repo.path / ".git" / "relman" / "operations"
    folder.mkdir(parents=True)
    (folder / "20261123T000000-aaaa.json").write_text("{")
    warnings = look(repo, "status", "--json").json["warnings"]
    assert len(warnings) == 1
    assert "20261123T000000-aaaa.json is no record that this relman can read" in warnings[0]
    shutil.rmtree(folder)
    assert look(repo, "status", "--json").json["warnings"] == []


def test_a_cut_that_rises_by_more_than_the_commits_ask_for_says_why(
    repo_from: Callable[..., Repo], look: Look
) -> None:
    repo = repo_from(
        """
main:
  A "feat: one" {VERSION: "1.0.0\\n"} [v1.0.0]
release/1.0 from A:
main:
  B "feat: two" {VERSION: "1.1.0\\n"} [v1.1.0]
  C "fix: small" {c.txt: "c\\n"}
"""
    )
    rows = look(repo, "status").out.splitlines()
    assert "next 1.1.1" in rows[0]
    ready = next(row for row in rows if row.startswith("ready"))
    assert ready == "ready       yes: 1.2.0 (a cut rises by a minor step) with 1 commit: relman cut --final"
