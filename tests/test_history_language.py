import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import history_language
from history_language import Repo, build, load, names
from history_spec import SpecError
from relman.job import demo

Built = Callable[[str], Repo]

WHITEBOARD = """
# two lines and a merge
main: A "feat: one" {src/a.py: "one\\n"} -- B "fix: two" [v1.4.0]
release/1.4 from A:
  C "feat: \\"three\\"\\n\\nA body.\\n\\nRefs: #1" by ann {run*: "#!/bin/sh\\n", link -> src/a.py}
  D pick B -x
  E revert C
main: M merge release/1.4
HEAD = release/1.4
"""


def told(repo: Repo, rev: str, what: str = "%B") -> str:
    return repo.git("log", "-1", f"--format={what}", repo.id(rev)).rstrip("\n")


def test_names_every_story() -> None:
    assert names() == (
        "bad_release",
        "conflict",
        "debts",
        "families",
        "first_release",
        "free_form",
        "incident",
        "merged_back",
        "odd_tags",
        "options_back_out",
        "options_hotfix_from_tag",
        "options_hotfix_on_line",
        "options_merge_hotfix_branch",
        "options_revert_cause",
        "options_roll_back",
        "options_trunk_as_is",
        "options_turn_off",
        "orphan_tag_line",
        "tags_off_trunk",
        "trunk_tags",
    )


@pytest.mark.parametrize("name", names())
def test_git_finds_a_sound_and_clean_repository(story: Built, name: str) -> None:
    repo = story(name)
    assert repo.run("fsck", "--strict", "--no-dangling").stderr == ""
    assert repo.git("status", "--porcelain") == ""
    assert set(repo.git("log", "--format=%H", "--all").split()) >= set(repo.labels.values())


def test_tells_the_whiteboard(repo_from: Built) -> None:
    repo = repo_from(WHITEBOARD)
    assert repo.git("log", "--format=%s", "--graph", "main").split("\n") == [
        "*   Merge branch 'release/1.4'",
        "|\\  ",
        '| * Revert "feat: "three""',
        "| * fix: two",
        '| * feat: "three"',
        "* | fix: two",
        "|/  ",
        "* feat: one",
    ]
    assert repo.refs() == {
        "refs/heads/main": repo.id("M"),
        "refs/heads/release/1.4": repo.id("E"),
        "refs/tags/v1.4.0": repo.git("rev-parse", "refs/tags/v1.4.0"),
    }
    assert repo.git("symbolic-ref", "HEAD") == "refs/heads/release/1.4"
    assert told(repo, "C") == 'feat: "three"\n\nA body.\n\nRefs: #1'
    assert told(repo, "C", "%an|%ae|%cn|%aI") == ("Ann|ann@example.com|Ada Tester|2026-01-01T00:02:00+00:00")
    assert told(repo, "D") == f"fix: two\n\n(cherry picked from commit {repo.id('B')})"
    assert told(repo, "D", "%aI %cI") == "2026-01-01T00:01:00+00:00 2026-01-01T00:03:00+00:00"
    assert told(repo, "E") == f'Revert "feat: "three""\n\nThis reverts commit {repo.id("C")}.'
    assert repo.git("ls-tree", "-r", "--format=%(objectmode) %(path)", repo.id("C")).split("\n") == [
        "120000 link",
        "100755 run",
        "100644 src/a.py",
    ]
    assert repo.tree("M", "B") == "B\n"


def test_ids_are_the_same_everywhere(repo_from: Callable[[str, str], Repo]) -> None:
    one, other = repo_from(WHITEBOARD, "one"), repo_from(WHITEBOARD, "other")
    assert one.labels == other.labels
    assert one.id("A") == "fefbd8f08f6cf81a85e11375b59cd4fa889d73e9"
    assert one.id("M") == "f2233ef5b8bdf6bfc4d2fdd2ea6b8e6b79138aa4"


def test_moves_deletes_appends_and_replaces(repo_from: Built) -> None:
    repo = repo_from(
        """
main: A {a: "1\\n2\\n", "b c": "b\\n", d: hex "00ff"}
  B {a => dir/a, -"b c", d += "x"} -- C {dir/a ~ "2" => "3"}
"""
    )
    assert sorted(repo.files("C")) == ["d", "dir/a"]
    assert repo.tree("C", "dir/a") == "1\n3\n"
    assert repo.git("show", f"{repo.id('B')}:d").encode(errors="surrogateescape") == b"\x00\xffx"


def test_a_new_line_or_dashes_begin_a_commit_and_the_clock_goes_on(repo_from: Built) -> None:
    repo = repo_from("main:\n  A\n  B {} at 2027-05-01T12:00:00Z -- C\n  # a remark\n\n  D")
    assert repo.git("log", "--format=%s %cI").split("\n") == [
        "D 2027-05-01T12:02:00+00:00",
        "C 2027-05-01T12:01:00+00:00",
        "B 2027-05-01T12:00:00+00:00",
        "A 2026-01-01T00:00:00+00:00",
    ]
    assert repo.files("B") == repo.files("A")


def test_refs_of_every_kind(repo_from: Built) -> None:
    repo = repo_from(
        """
main: A {src/a: "a\\n"} [v1, ~v2, v3 "Three"] -- B
gone from A: C [~kept]
delete gone
tag tree = A:src
tag blob = A:src/a "A blob"
tag late = B "Late"
ref refs/remotes/origin/main = A
symref refs/remotes/origin/HEAD = refs/remotes/origin/main
label first = main~1
HEAD = detached A
"""
    )
    a, peeled = repo.id("A"), "%(refname:short) %(objecttype) %(*objecttype) %(contents:subject)"
    assert repo.git("for-each-ref", f"--format={peeled}", "refs/tags").split("\n") == [
        "blob tag blob A blob",
        "kept commit  C",
        "late tag commit Late",
        "tree tree  ",
        "v1 tag commit v1",
        "v2 commit  A",
        "v3 tag commit Three",
    ]
    assert repo.run("symbolic-ref", "-q", "HEAD").returncode == 1
    assert [repo.id("HEAD"), repo.id("first"), repo.id("refs/remotes/origin/HEAD")] == [a, a, a]
    assert [ref for ref in repo.refs() if ref.startswith("refs/heads/")] == ["refs/heads/main"]
    assert repo.git("rev-parse", "kept^{commit}") == repo.id("C")


def test_an_unborn_head_and_a_bare_repository(repo_from: Callable[[str, str], Repo]) -> None:
    unborn, bare = repo_from("main: A\nHEAD = unborn topic", "one"), repo_from("bare\nmain: A", "two")
    assert unborn.git("symbolic-ref", "HEAD") == "refs/heads/topic"
    assert unborn.run("rev-parse", "-q", "--verify", "HEAD").returncode == 1
    assert (bare.git("rev-parse", "--is-bare-repository"), bare.id("HEAD")) == ("true", bare.id("A"))


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ('main: A {f: "1"} -- B {f: ""}\nx from A: C {-f} -- D pick B', "D: f conflicts; give it in braces"),
        ("main: A -- A", "the label A is used twice"),
        ("main: A\nx from Z: B", "'Z' is no label, branch or tag so far"),
        ('main: A {f ~ "x" => "y"}', "A: there is no f"),
        ("main: A wobble", "line 1: commit A does not know 'wobble'"),
        ('main: A {f = "1"}', "line 1: 'f' is followed by '='"),
        ('main: A "open', "line 1: cannot read '\"open'"),
    ],
)
def test_what_does_not_fit_is_said(repo_from: Built, spec: str, words: str) -> None:
    with pytest.raises(SpecError) as caught:
        repo_from(spec)
    assert str(caught.value) == words


def test_a_conflict_is_resolved_by_the_files_given(repo_from: Built) -> None:
    repo = repo_from('main: A {f: "1"} -- B {f: "2"}\nx from A: C {f: "3"} -- M merge main {f: "4"}')
    assert repo.tree("M", "f") == "4"
    assert told(repo, "M") == "Merge branch 'main' into x"
    assert told(repo, "M", "%P") == f"{repo.id('C')} {repo.id('B')}"


LINES = st.lists(st.sampled_from(["a\\n", "b\\n", "c\\n", "d\\n"]), max_size=5).map("".join)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(base=LINES, ours=LINES, theirs=LINES)
def test_a_clean_pick_is_the_one_that_git_makes(
    tmp_path_factory: pytest.TempPathFactory, base: str, ours: str, theirs: str
) -> None:
    spec = f'main: A {{f: "{base}"}} -- B {{f: "{theirs}", g: "g"}}\nline from A: C {{f: "{ours}"}}\n'
    path = tmp_path_factory.mktemp("pick")
    git = build(path / "git", f"{spec}HEAD = line")
    done = git.run("cherry-pick", "--keep-redundant-commits", git.id("B"))
    try:
        repo = build(path / "repo", f"{spec}line: D pick B")
    except SpecError:
        assert done.returncode == 1
    else:
        assert repo.files("D") == git.files("HEAD")


def test_clones_and_linked_work_trees(story: Built, tmp_path: Path) -> None:
    repo = story("trunk_tags")
    shallow = repo.clone(tmp_path / "shallow", depth=2)
    narrow = repo.clone(tmp_path / "narrow", single_branch=True, tags=False)
    linked = repo.worktree(tmp_path / "linked", "C", detach=True)
    assert shallow.git("rev-parse", "--is-shallow-repository") == "true"
    assert shallow.git("rev-list", "--count", "HEAD") == "2"
    assert narrow.git("tag") == ""
    assert linked.git("rev-parse", "HEAD") == repo.id("C")
    before = repo.snapshot()
    (linked.path / "src/a.py").write_text("changed\n")
    assert changed(before, repo.snapshot()) == {str(linked.path / "src/a.py")}


def changed(one: dict[str, history_language.Entry], other: dict[str, history_language.Entry]) -> set[str]:
    return {path for path in one.keys() | other.keys() if one.get(path) != other.get(path)}


def test_a_snapshot_sees_every_touch(story: Built) -> None:
    repo = story("trunk_tags")
    before = repo.snapshot()
    assert repo.snapshot() == before
    head = repo.path / ".git/HEAD"
    os.utime(head, ns=(0, 0))
    assert changed(before, repo.snapshot()) == {str(head)}
    before = repo.snapshot()
    (repo.path / "passing").touch()
    (repo.path / "passing").unlink()
    assert changed(before, repo.snapshot()) == {str(repo.path / "."), *({str(repo.path)} & before.keys())}
    before = repo.snapshot()
    pack = next((repo.path / ".git/objects/pack").glob("*.pack"))
    os.utime(pack, ns=(0, 0))
    assert repo.snapshot() == before


def test_what_undo_restores(story: Built) -> None:
    repo = story("trunk_tags")
    before = repo.restorable()
    assert before.files["src/b.py"] == (0o100644, b"B = 2\n")
    (repo.path / "src/b.py").chmod(0o755)
    assert repo.restorable() != before
    (repo.path / "src/b.py").chmod(0o644)
    repo.write("untracked", "x")
    assert repo.restorable().status == "?? untracked"
    (repo.path / "untracked").unlink()
    assert repo.restorable() == before


def test_commits_by_hand_go_on_with_the_clock(repo_from: Built) -> None:
    repo = repo_from("main: A -- B")
    oid = repo.commit("feat: more", {"new/file": "1\n"}, label="C")
    assert (repo.id("C"), repo.id("main"), told(repo, "C", "%cI")) == (oid, oid, "2026-01-01T00:02:00+00:00")
    assert repo.tree("C", "new/file") == "1\n"


def test_the_incident_is_the_one_of_the_design(story: Built) -> None:
    repo = story("incident")
    ours = repo.git("rev-list", "--right-only", "--cherry-pick", "--no-merges", "release/1.4...main").split()
    subjects = {oid: told(repo, oid, "%s") for oid in ours if oid != repo.id("fix")}
    assert told(repo, "fix", "%s") == "fix: token expiry (#123)"
    assert len(subjects) == 37
    assert len([subject for subject in subjects.values() if subject.startswith("feat(x): ")]) == 5
    assert repo.git("tag", "--merged", "main").split() == ["v1.3.0", "v1.4.0"]
    assert repo.git("tag", "--merged", "release/1.3").split() == ["v1.3.0", "v1.3.1", "v1.3.2"]
    assert repo.git("tag", "--merged", "release/1.4").split() == ["v1.3.0", "v1.4.0", "v1.4.1", "v1.4.2"]
    assert repo.git("rev-parse", "release/1.4") == repo.id("production")
    assert repo.git("rev-parse", "main") == "e815c7a409945eb6b3c0afeecd1f5a4005084fcf"


@pytest.mark.parametrize("line", ["release/1.4", "release/1.3"])
def test_the_incidents_fix_picks_cleanly(story: Built, line: str) -> None:
    repo = story("incident")
    repo.git("checkout", "-q", line)
    repo.git("cherry-pick", repo.id("fix"))
    assert repo.git("diff", "--stat", "HEAD~1", "--format=").split("\n")[0].split() == [
        "src/shop/tokens.py",
        "|",
        "2",
        "+-",
    ]


def test_the_demos_picks_name_their_sources(story: Built) -> None:
    repo = story("incident")
    picks = repo.git("log", "--all", "--grep=cherry picked from", "--format=%H").split()
    for pick in picks:
        source = told(repo, pick).rsplit(" ", 1)[1].removesuffix(")")
        assert told(repo, pick, "%an %aI %s") == told(repo, source, "%an %aI %s")
        assert repo.git("merge-base", "--is-ancestor", source, "main") == ""
    assert len(picks) == 4


def test_the_demos_stream_builds_with_git_alone(tmp_path: Path, story: Built) -> None:
    path = tmp_path / "demo"
    subprocess.run(["git", "init", "-q", f"--initial-branch={demo.HEAD_BRANCH}", path], check=True)
    subprocess.run(["git", "-C", path, "fast-import", "--quiet"], input=demo.fast_import_stream(), check=True)
    assert Repo(path, {}, 0).refs() == story("incident").refs()


def test_work_on_the_incident_is_later_than_the_story(story: Built) -> None:
    repo = story("incident")
    repo.commit("docs: afterwards", {"after.md": "x\n"}, label="after")
    assert told(repo, "after", "%cI") == "2026-11-22T03:00:00+00:00"


def test_the_conflict_is_one(story: Built) -> None:
    repo = story("conflict")
    repo.git("checkout", "-q", "release/1.0")
    assert repo.run("cherry-pick", repo.id("fix")).returncode == 1
    assert repo.git("status", "--porcelain") == "UU count.py"


def test_every_story_is_read_as_text() -> None:
    assert load("families").startswith("# Two packages in one repository")


def test_the_network_is_sealed() -> None:
    import socket

    with pytest.raises(RuntimeError, match="only this machine is there"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(RuntimeError, match="only this machine is there"):
        socket.getaddrinfo("example.com", 80)
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        assert client.getpeername() == server.getsockname()


def test_git_reads_only_the_sealed_configuration(repo_from: Built) -> None:
    repo = repo_from("main: A")
    scopes = repo.git("config", "--list", "--show-scope").split("\n")
    assert {line.split("\t")[0] for line in scopes} == {"global", "local"}
    assert repo.git("var", "GIT_COMMITTER_IDENT").startswith("Ada Tester <ada@example.com> ")
    assert repo.git("config", "--get", "init.defaultBranch") == "main"
