"""`hotfix` and `backport` from the command line to the refs; git judges trees, messages and people."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from driving import done, relman
from history_language import Repo, build

LINES = """
main:
  A "feat: one" {a: "1\\n2\\n3\\n4\\n5\\n"} [v1.0.0 "1.0.0"]
release/1.0 from A:
  L1 "fix: line" {l: "1\\n"} [v1.0.1 "1.0.1"]
  L2 "fix: line again" {l: "2\\n"} [v1.0.2 "1.0.2"]
main:
  B "feat: two" {b: "1\\n"} [v1.1.0 "1.1.0"]
release/1.1 from B:
  N1 "fix: newer line" {n: "1\\n"} [v1.1.1 "1.1.1"]
main:
  C "feat: three" {c: "1\\n"}
  fix "fix: first (#7)\\n\\nReviewed-by: Bob <b@example.com>" by "Ann <ann@example.com>" at 2026-02-03T04:05:06Z {
    a ~ "3\\n" => "3!\\n"
  }
  more "fix: second" {a ~ "3!\\n" => "3!!\\n"}
  D "feat: four" {d: "1\\n"}
"""


@pytest.fixture
def repo(repo_from: Callable[..., Repo]) -> Repo:
    return repo_from(LINES)


def tag_tree(repo: Repo, rev: str) -> str:
    return repo.git("rev-parse", f"{rev}^{{tree}}")


def cherry_picked(repo: Repo, folder: Path, onto: str, *commits: str) -> Repo:
    """A clone in which git itself picked the commits."""
    clone = repo.clone(folder)
    clone.git("switch", "-q", "--detach", repo.id(onto))
    clone.git("cherry-pick", "-x", *commits)
    return clone


def raw(repo: Repo, rev: str) -> dict[str, str]:
    head, _, message = repo.git("cat-file", "commit", rev).partition("\n\n")
    rows = dict(row.split(" ", 1) for row in head.split("\n"))
    return {**rows, "message": message}


def test_a_pick_is_what_cherry_pick_makes(repo: Repo, tmp_path: Path) -> None:
    done(repo.path, "backport", "pr:7", "--to", "1.1")
    theirs = raw(cherry_picked(repo, tmp_path / "clone", "v1.1.1^{}", repo.labels["fix"]), "HEAD")
    mine = raw(repo, "release/1.1")
    assert mine["committer"] == "Ada Tester <ada@example.com> 1795402800 +0000"
    assert {**mine, "committer": ""} == {**theirs, "committer": ""}


def test_fixes_that_build_on_each_other_go_in_their_order(repo: Repo, tmp_path: Path) -> None:
    fix, more = repo.labels["fix"], repo.labels["more"]
    done(repo.path, "backport", more, fix, "--to", "1.1")
    clone = cherry_picked(repo, tmp_path / "clone", "v1.1.1^{}", fix, more)
    assert tag_tree(repo, "release/1.1") == tag_tree(clone, "HEAD")
    assert tag_tree(repo, "release/1.1~1") == tag_tree(clone, "HEAD~1")
    assert repo.git("log", "--format=%s", "v1.1.1..release/1.1").split("\n") == [
        "fix: second",
        "fix: first (#7)",
    ]


def test_the_encoding_of_a_message_stays(repo: Repo) -> None:
    repo.git("config", "i18n.commitEncoding", "ISO-8859-1")
    repo.git("switch", "-q", "main")
    repo.write("x", "1\n")
    repo.git("add", "x")
    subprocess.run(
        ["git", "-C", repo.path, "-c", "i18n.commitEncoding=ISO-8859-1", "commit", "-q", "-F", "-"],
        input="fix: größer\n".encode("latin-1"),
        check=True,
    )
    repo.git("config", "--unset", "i18n.commitEncoding")
    oid = repo.git("rev-parse", "main")
    done(repo.path, "backport", oid, "--to", "1.1")
    data = subprocess.run(
        ["git", "-C", repo.path, "cat-file", "commit", "release/1.1"], capture_output=True, check=True
    ).stdout
    head, _, message = data.partition(b"\n\n")
    assert head.split(b"\n")[-1] == b"encoding ISO-8859-1"
    assert message == f"fix: größer\n\n(cherry picked from commit {oid})\n".encode("latin-1")


def test_the_plan_is_a_document_with_everything_in_it(repo: Repo) -> None:
    said = relman(repo.path, "backport", "pr:7", "--to", "1.1", "-n", "--json")
    assert said.code == 0
    plan = said.json
    head, fix = repo.id("release/1.1"), repo.labels["fix"]
    (target,) = plan["targets"]
    (pick,) = target["picks"]
    tip = target["tip"]
    assert {
        key: plan[key]
        for key in ("schema", "package", "operation", "id", "moves", "debts", "warnings", "pushes")
    } == {
        "schema": "relman/plan/v1",
        "package": None,
        "operation": "backport",
        "id": None,
        "moves": [{"ref": "refs/heads/release/1.1", "old": head, "new": tip}],
        "debts": [],
        "warnings": [],
        "pushes": [],
    }
    assert {key: target[key] for key in ("line", "base", "branch", "version", "tag", "ships")} == {
        "line": "1.1",
        "base": {"name": "v1.1.1", "commit": head},
        "branch": "refs/heads/release/1.1",
        "version": None,
        "tag": None,
        "ships": [],
    }
    assert {
        key: pick[key]
        for key in ("source", "from", "rung", "commit", "affected", "conflicts", "prerequisites", "evidence")
    } == {
        "source": fix,
        "from": fix,
        "rung": "clean",
        "commit": tip,
        "affected": True,
        "conflicts": [],
        "prerequisites": [],
        "evidence": ["clean pick"],
    }
    assert {"ref": "refs/heads/main", "value": repo.id("main")} in plan["expects"]
    done(repo.path, "backport", "pr:7", "--to", "1.1")
    assert repo.id("release/1.1") == tip
    assert tag_tree(repo, "release/1.1") == pick["tree"]


def test_several_targets_are_one_plan_newest_first(repo: Repo) -> None:
    said = relman(repo.path, "hotfix", "pr:7", "--to", "1.0", "--to", "production,1.1", "-n", "--json")
    assert [(t["line"], t["version"], t["base"]["name"]) for t in said.json["targets"]] == [
        ("1.1", "1.1.2", "v1.1.1"),
        ("1.0", "1.0.3", "v1.0.2"),
    ]
    done(repo.path, "hotfix", "pr:7", "--to", "1.0,1.1")
    assert repo.git("log", "-1", "--format=%D", "release/1.0") == "tag: v1.0.3, release/1.0"
    assert repo.git("show", "v1.1.2:a") == repo.git("show", "v1.0.3:a") == "1\n2\n3!\n4\n5"


def test_two_starts_on_one_line_are_refused(repo: Repo) -> None:
    said = relman(repo.path, "hotfix", "pr:7", "--to", "1.0,v1.0.1", "-n")
    assert (said.code, said.err.split("\n")[0]) == (2, "error: 1.0 and v1.0.1 are both on line 1.0")


def test_what_is_there_already_is_a_document_too(repo: Repo) -> None:
    done(repo.path, "hotfix", "pr:7")
    said = relman(repo.path, "hotfix", "pr:7", "-n", "--json")
    assert said.code == 5
    (target,) = said.json["targets"]
    (pick,) = target["picks"]
    port = repo.git("log", "--format=%h", "--abbrev=10", "--grep=cherry picked", "release/1.1")
    assert pick["evidence"] == [f"cherry picked from it, with the same patch-id ({port})"]
    assert (said.json["schema"], said.json["moves"], pick["rung"], pick["commit"]) == (
        "relman/plan/v1",
        [],
        "already-there",
        None,
    )
    assert pick["tree"] == tag_tree(repo, "release/1.1")
    assert relman(repo.path, "hotfix", "pr:7").code == 5


def test_a_port_that_was_reverted_is_picked_again(repo: Repo) -> None:
    done(repo.path, "backport", "pr:7", "--to", "1.1")
    repo.git("switch", "-q", "release/1.1")
    repo.git("revert", "--no-edit", "HEAD")
    said = done(repo.path, "backport", "pr:7", "--to", "1.1", "--json")
    assert [p["rung"] for p in said.json["targets"][0]["picks"]] == ["clean"]
    assert repo.git("show", "release/1.1:a") == "1\n2\n3!\n4\n5"


def test_a_fix_below_the_cut_that_was_taken_back_is_picked_again(repo_from: Callable[..., Repo]) -> None:
    repo = repo_from('main: A "feat: one" {a: "1\\n"} -- fix "fix: a" {a: "2\\n"}')
    fix = repo.labels["fix"]
    repo.git("revert", "--no-edit", "HEAD")
    repo.git("tag", "v1.0.0")
    said = relman(repo.path, "hotfix", fix, "-n", "--json")
    assert said.json["targets"][0]["picks"][0]["rung"] == "clean"
    assert [w["message"] for w in said.json["warnings"]] == [
        f'{fix[:10]} was reverted on main: {repo.id("HEAD")[:10]} Revert "fix: a"'
    ]


def test_a_later_mend_on_trunk_is_named(repo: Repo) -> None:
    repo.git("switch", "-q", "main")
    fix = repo.labels["fix"]
    mend = repo.commit(f'fix: first, rightly\n\nFixes: {fix[:12]} ("fix: first")', {"m": "1\n"})
    said = relman(repo.path, "hotfix", "pr:7", "-n", "--json")
    assert said.json["warnings"] == [
        {
            "message": f"{mend[:10]} fix: first, rightly mends it on main; 1.1 would lack that",
            "rule": None,
            "hint": f"relman hotfix pr:7 {mend[:10]}",
        }
    ]
    assert relman(repo.path, "hotfix", "pr:7", mend, "-n", "--json").json["warnings"] == []


def test_a_likely_port_whose_pick_changes_something_wants_a_word(repo: Repo) -> None:
    fix = repo.labels["fix"]
    repo.git("switch", "-q", "release/1.1")
    repo.write("a", "1\n2\n3\n4\n5!\n")
    repo.git("add", "a")
    repo.git(
        "commit",
        "-q",
        "--author=Ann <ann@example.com>",
        "--date=2026-02-03T04:05:06Z",
        "-m",
        "fix: first (#7)",
    )
    port = repo.git("rev-parse", "HEAD")
    said = relman(repo.path, "backport", fix, "--to", "1.1", "--json")
    assert (said.code, said.json["rules"]) == (6, ["duplicate"])
    assert relman(repo.path, "backport", fix, "--to", "1.1", "-n", "--json").json["warnings"][0] == {
        "message": f"{fix[:10]} looks as if it were there already ({port[:10]}: same author, author date and "
        "subject), and yet its pick changes something",
        "rule": "duplicate",
        "hint": f"git show {port[:10]}",
    }
    done(repo.path, "backport", fix, "--to", "1.1", "--anyway", "duplicate", "--reason", "another line of it")
    assert repo.git("show", "release/1.1:a") == "1\n2\n3!\n4\n5!"


def test_a_conflict_is_a_document(story: Callable[[str], Repo]) -> None:
    repo = story("conflict")
    before = repo.snapshot()
    said = relman(repo.path, "hotfix", "pr:7", "-n", "--json")
    assert said.code == 3
    (target,) = said.json["targets"]
    (pick,) = target["picks"]
    (conflict,) = pick["conflicts"]
    assert (target["tip"], pick["rung"], pick["tree"], pick["commit"]) == (None, "conflict", None, None)
    assert (conflict["path"], conflict["kind"], [h["line"] for h in conflict["hunks"]]) == (
        "count.py",
        "content",
        [4],
    )
    assert conflict["causes"] == []
    assert "no set of up to 25 commits was found that makes it apply" in pick["evidence"][-1]
    assert repo.snapshot() == before


def test_a_branch_on_the_release_is_taken_as_it_is(repo: Repo) -> None:
    repo.git("switch", "-q", "-c", "hotfix/1.1.2", "v1.1.1^{}")
    one = repo.commit("fix: at night", {"h": "1\n"})
    two = repo.commit("fix: before dawn", {"h": "2\n"})
    repo.git("switch", "-q", "main")
    said = done(repo.path, "hotfix", "hotfix/1.1.2", "--to", "1.1,1.0", "--json")
    newest, older = said.json["targets"]
    assert [p["commit"] for p in newest["picks"]] == [one, two]
    assert repo.git("rev-list", "v1.1.1..v1.1.2^{}").split()[-2:] == [two, one]
    assert "cherry picked" not in repo.git("log", "--format=%B", "v1.1.1..v1.1.2")
    assert [p["rung"] for p in older["picks"]] == ["clean", "clean"]
    assert repo.git("log", "--format=%B", "v1.0.2..v1.0.3").count("(cherry picked from commit") == 2
    (debt, other) = said.json["debts"]
    assert (debt["missing_on"], debt["settle"]) == (["main"], f"relman backport {one[:10]} --to main")
    assert other["settle"] == f"relman backport {two[:10]} --to main"
    done(repo.path, *debt["settle"].split()[1:])
    done(repo.path, *other["settle"].split()[1:])
    assert repo.git("show", "main:h") == "2"


def test_a_branch_that_is_taken_is_called_so(repo: Repo) -> None:
    repo.git("branch", "fix/night", "release/1.1")
    repo.git("switch", "-q", "fix/night")
    repo.commit("fix: at night", {"h": "1\n"})
    said = relman(repo.path, "hotfix", "fix/night", "-n")
    assert f"+ {repo.id('fix/night')[:7]} fix: at night · taken as it is · nothing else\n" in said.out


def test_an_older_release_gets_the_next_free_patch_with_a_word(repo: Repo) -> None:
    said = relman(repo.path, "hotfix", "pr:7", "--to", "v1.0.0", "-n", "--json")
    (target,) = said.json["targets"]
    instead = (
        "v1.0.3 would be above v1.0.2, v1.0.1 and not contain it: "
        "build on it (--to v1.0.2), or withdraw what is not to be used"
    )
    assert (target["version"], target["base"]["name"], target["branch"]) == ("1.0.3", "v1.0.0", None)
    assert [(w["rule"], w["message"]) for w in said.json["warnings"]] == [
        (
            "missing-releases",
            instead,
        ),
        (None, "1.0.1 is taken, so the next free patch is used: 1.0.3"),
    ]
    assert relman(repo.path, "hotfix", "pr:7", "--to", "v1.0.0").code == 6
    done(
        repo.path,
        "hotfix",
        "pr:7",
        "--to",
        "v1.0.0",
        "--anyway",
        "missing-releases",
        "--reason",
        "one customer",
    )
    assert repo.git("merge-base", "v1.0.3", "v1.0.2") == repo.id("v1.0.0^{}")
    assert "one customer" in repo.git("cat-file", "tag", "v1.0.3")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("hotfix", "pr:7", "--to", "main"), "a hotfix goes to a line or a release, and main is trunk"),
        (("hotfix", "pr:7", "--to", "1.0.9"), "there is no release 1.0.9; the newest of line 1.0 is v1.0.2"),
        (("hotfix", "pr:7", "--to", "9.9"), "there is no line '9.9'; lines: 1.1, 1.0"),
        (("backport", "pr:7", "--to", "v1.0.0"), "a backport goes to a branch, and v1.0.0 is a release"),
        (("backport", "pr:7"), "a backport needs a fix and a line"),
    ],
)
def test_wrong_targets_say_where_to_go(repo: Repo, words: tuple[str, ...], message: str) -> None:
    said = relman(repo.path, *words, "-n")
    assert (said.code, said.err.split("\n")[0]) == (2, f"error: {message}")


def test_without_a_fix_those_that_production_lacks_are_listed(repo: Repo) -> None:
    said = relman(repo.path, "hotfix", "--json")
    fix, more = repo.labels["fix"], repo.labels["more"]
    rows = [(f["commit"], f["rung"], f["prerequisites"]) for f in said.json["fixes"]]
    assert (said.code, rows) == (2, [(more, "not-affected", []), (fix, "clean", [])])
    assert said.json["hints"] == [f"relman hotfix {fix[:10]}"]
    done(repo.path, "hotfix", fix, more)
    assert relman(repo.path, "hotfix").code == 5


def test_a_line_of_tags_gets_a_branch(repo: Repo) -> None:
    repo.git("branch", "-q", "-D", "release/1.0")
    done(repo.path, "hotfix", "pr:7", "--to", "1.0")
    assert repo.id("release/1.0") == repo.git("rev-parse", "v1.0.3^{}")


def test_trunk_takes_a_fix_from_a_line(repo: Repo) -> None:
    done(repo.path, "backport", repo.labels["N1"], "--to", "trunk")
    assert repo.git("show", "main:n") == "1"
    assert relman(repo.path, "backport", repo.labels["N1"], "--to", "main").code == 5


def test_a_port_brings_its_origin_nowhere_twice(repo: Repo) -> None:
    done(repo.path, "backport", "pr:7", "--to", "1.0")
    port = repo.id("release/1.0")
    said = relman(repo.path, "backport", port, "--to", "trunk", "-n", "--json")
    assert said.code == 5
    assert said.json["targets"][0]["picks"][0]["evidence"] == [
        f"cherry picked from it, with the same patch-id ({repo.labels['fix'][:10]})"
    ]


def unreleased(repo: Repo) -> None:
    repo.git("switch", "-q", "release/1.1")
    repo.commit("fix: waits for its release", {"w": "1\n"})
    repo.git("switch", "-q", "main")


def test_unreleased_work_is_left_alone_unless_asked_for(repo: Repo) -> None:
    unreleased(repo)
    said = relman(repo.path, "hotfix", "pr:7", "-n", "--json")
    (target,) = said.json["targets"]
    assert (target["base"]["name"], target["branch"], target["ships"]) == ("v1.1.1", None, [])
    assert [(d["missing_on"], d["settle"]) for d in said.json["debts"]][-1] == (
        ["release/1.1"],
        "relman forward 1.1",
    )
    said = relman(repo.path, "hotfix", "pr:7", "-n", "--on-line", "--json")
    (target,) = said.json["targets"]
    assert (target["base"]["name"], target["branch"]) == ("release/1.1", "refs/heads/release/1.1")
    assert target["ships"] == [repo.id("release/1.1")]
    done(repo.path, "hotfix", "pr:7")
    assert repo.run("cat-file", "-e", "v1.1.2:w").returncode == 128
    assert repo.git("show", "v1.1.2:a") == "1\n2\n3!\n4\n5"


def test_isolate_leaves_a_clean_branch_where_it_is(repo: Repo) -> None:
    before = repo.id("release/1.1")
    done(repo.path, "hotfix", "pr:7", "--isolate")
    assert repo.id("release/1.1") == before
    assert repo.git("show", "v1.1.2:a") == "1\n2\n3!\n4\n5"


def test_without_a_tag_the_release_is_prepared(repo: Repo) -> None:
    said = done(repo.path, "hotfix", "pr:7", "--no-tag")
    assert "when CI has passed: relman release 1.1" in said.out
    assert "refs/tags/v1.1.2" not in repo.refs()
    assert "Prepared-release: v1.1.2" in repo.git("log", "-1", "--format=%B", "release/1.1")


def test_a_protected_branch_is_not_moved(repo: Repo) -> None:
    repo.git("switch", "-q", "main")
    repo.write("relman.toml", '[branches]\nprotected = ["release/*"]\n')
    before = repo.id("release/1.1")
    done(repo.path, "hotfix", "pr:7")
    assert (repo.id("release/1.1"), repo.git("show", "hotfix/1.1.2:a")) == (before, "1\n2\n3!\n4\n5")
    assert "refs/tags/v1.1.2" not in repo.refs()
    again = relman(repo.path, "hotfix", "pr:7")
    assert again.code == 6
    assert again.err.startswith("error: duplicate: hotfix/1.1.2 holds")


def test_a_branch_in_the_way_of_a_hotfix_is_not_overwritten(repo: Repo) -> None:
    repo.git("branch", "hotfix/1.1.2", "main")
    said = relman(repo.path, "hotfix", "pr:7", "--as-branches")
    assert (said.code, said.err.split("\n")[0]) == (
        2,
        "error: branch hotfix/1.1.2 exists already and holds something else",
    )


def test_as_branches_makes_branches_for_requests(repo: Repo) -> None:
    before = repo.id("release/1.1")
    repo.git("remote", "add", "origin", "git@gitlab.com:acme/shop.git")
    said = done(repo.path, "backport", "pr:7", "--to", "1.1", "--as-branches", "--offline")
    assert repo.id("release/1.1") == before
    assert "once it is pushed: https://gitlab.com/acme/shop/-/merge_requests/new?" in said.out
    assert repo.git("show", "relman/backport/release/1.1:a") == "1\n2\n3!\n4\n5"


def test_a_branch_that_only_the_remote_has_is_made_here(repo: Repo, tmp_path: Path) -> None:
    clone = repo.clone(tmp_path / "clone")
    said = done(clone.path, "hotfix", "pr:7", "--to", "origin/release/1.1")
    assert "release/1.1" in said.out
    assert clone.git("merge-base", "release/1.1", "origin/release/1.1") == repo.id("release/1.1")
    assert clone.git("show", "release/1.1:a") == "1\n2\n3!\n4\n5"
    assert clone.git("rev-parse", "origin/release/1.1") == repo.id("release/1.1")


def test_the_checked_out_target_follows(repo: Repo) -> None:
    repo.git("switch", "-q", "release/1.1")
    repo.write("l.txt", "mine\n")
    done(repo.path, "hotfix", "pr:7")
    assert (repo.path / "a").read_text() == "1\n2\n3!\n4\n5\n"
    assert repo.git("status", "--porcelain") == "?? l.txt"


def test_changes_in_the_way_stop_it_before_anything_moves(repo: Repo) -> None:
    repo.git("switch", "-q", "release/1.1")
    repo.write("a", "mine\n")
    before = repo.refs()
    said = relman(repo.path, "hotfix", "pr:7")
    assert said.code == 6
    assert "a" in said.err
    assert repo.refs() == before
    assert (repo.path / "a").read_text() == "mine\n"


def test_a_detached_head_is_no_hindrance(repo: Repo) -> None:
    repo.git("switch", "-q", "--detach", "v1.0.0^{}")
    done(repo.path, "hotfix", "pr:7")
    assert repo.id("HEAD") == repo.id("v1.0.0^{}")
    assert repo.git("show", "v1.1.2:a") == "1\n2\n3!\n4\n5"


def test_a_merge_goes_whole_with_its_mainline(repo: Repo, tmp_path: Path) -> None:
    repo.git("switch", "-q", "-c", "side", "main~1")
    repo.commit("fix: side one", {"s": "1\n"})
    repo.commit("fix: side two", {"s": "2\n"})
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "--no-ff", "side", "-m", "Merge branch 'side'")
    merge = repo.git("rev-parse", "HEAD")
    done(repo.path, "backport", merge, "--to", "1.1", "--mainline", "1")
    clone = repo.clone(tmp_path / "clone")
    clone.git("switch", "-q", "--detach", repo.id("v1.1.1^{}"))
    clone.git("cherry-pick", "-x", "-m", "1", merge)
    assert raw(repo, "release/1.1") == {
        **raw(clone, "HEAD"),
        "committer": raw(repo, "release/1.1")["committer"],
    }
    done(repo.path, "backport", merge, "--to", "1.0")
    assert repo.git("log", "--format=%s", "v1.0.2..release/1.0").split("\n") == [
        "fix: side two",
        "fix: side one",
    ]


def test_a_root_commit_can_be_picked(tmp_path: Path) -> None:
    repo = build(
        tmp_path / "repo", 'main: A "feat: one" {a: "1\\n"} [v1.0.0]\nelsewhere: root "fix: root" {r: "1\\n"}'
    )
    done(repo.path, "hotfix", repo.labels["root"])
    assert repo.git("show", "v1.0.1:r") == "1"


def test_a_candidate_is_nothing_to_mend(repo: Repo) -> None:
    repo.git("tag", "v1.2.0-rc.1", "main")
    said = relman(repo.path, "hotfix", repo.labels["N1"], "--to", "1.2", "-n")
    what = "v1.2.0-rc.1 is a candidate, so there is nothing stable to mend at 1.2"
    assert (said.code, said.err.split("\n")[0]) == (
        2,
        f"error: {what}: put the fix on the branch and release that",
    )


def test_a_number_that_has_a_candidate_is_not_free(repo: Repo) -> None:
    unreleased(repo)
    repo.git("tag", "v1.1.2-rc.1", "release/1.1")
    assert relman(repo.path, "hotfix", "pr:7", "-n", "--json").json["targets"][0]["version"] == "1.1.3"


def test_a_dry_run_touches_nothing(repo: Repo) -> None:
    before = repo.snapshot()
    one = relman(repo.path, "hotfix", "pr:7", "-n", "--json")
    assert repo.snapshot() == before
    two = done(repo.path, "hotfix", "pr:7", "--json")
    assert one.json["hash"] == two.json["hash"]
    assert one.json["moves"] == two.json["moves"]
    assert os.environ["HOME"] not in one.out
