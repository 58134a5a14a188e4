"""`forward` from the command line to the refs."""

from collections.abc import Callable
from pathlib import Path

import pytest

from driving import Said, done, relman
from history_language import Repo

Story = Callable[[str], Repo]
Build = Callable[..., Repo]


@pytest.fixture
def repo(story: Story) -> Repo:
    return story("debts")


def subjects(repo: Repo, span: str) -> list[str]:
    return repo.git("log", "--reverse", "--format=%s", span).splitlines()


def debts(repo: Repo) -> list[tuple[str, list[str]]]:
    lines = done(repo.path, "status", "--json").json["lines"]
    return [(d["subject"], d["missing_on"]) for line in lines for d in line["debts"]]


def test_everything_goes_where_it_is_missing_and_a_conflict_stays(repo: Repo) -> None:
    before = repo.refs()
    said = relman(repo.path, "forward", "--json")
    assert said.code == 3
    assert subjects(repo, f"{before['refs/heads/main']}..main") == [
        "fix: written at night on the line",
        "fix: not yet released",
        "fix: urgent beside the line",
        "fix: five on the old line",
    ]
    assert subjects(repo, f"{before['refs/heads/release/1.4']}..release/1.4")[-2:] == [
        "Merge tag 'v1.4.2' into release/1.4",
        "fix: five on the old line",
    ]
    assert f"(cherry picked from commit {repo.id('night')})" in repo.git("log", "--format=%B", "main")
    assert repo.git("show", "release/1.4:VERSION") == "1.4.2"
    assert [(d["subject"], d["missing_on"], d["settle"]) for d in said.json["debts"]] == [
        ("fix: one on both sides", ["main"], f"relman backport {repo.id('clash')[:10]} --to main")
    ]
    assert [(t["line"], [p["rung"] for p in t["picks"]]) for t in said.json["targets"]] == [
        ("trunk", ["clean"] * 4),
        ("1.4", ["clean"]),
    ]
    picks = said.json["targets"][1]["picks"]
    assert picks[0]["commit"] == repo.id("release/1.4")
    assert debts(repo) == [("fix: one on both sides", ["main"])]
    done(repo.path, "undo")
    assert repo.refs() == before


def test_nothing_is_owed(repo: Repo) -> None:
    relman(repo.path, "forward")
    said = relman(repo.path, "forward", "1.3")
    assert (said.code, said.err) == (5, "error: nothing is owed that concerns 1.3\nhint:  relman status\n")


def test_nothing_goes_without_a_person(repo: Repo) -> None:
    relman(repo.path, "forward")
    before = repo.refs()
    said = relman(repo.path, "forward")
    clash = repo.id("clash")[:10]
    assert said.code == 3
    assert f"hint:  relman backport {clash} --to main" in said.err
    assert repo.refs() == before
    document = relman(repo.path, "forward", "--json")
    assert [d["commit"] for d in document.json["debts"]] == [repo.id("clash")]


def test_only_what_concerns_a_line(repo: Repo) -> None:
    before = repo.refs()
    said = done(repo.path, "forward", "1.3", "--json")
    assert [t["line"] for t in said.json["targets"]] == ["trunk", "1.4"]
    assert subjects(repo, f"{before['refs/heads/main']}..main") == ["fix: five on the old line"]
    assert said.json["debts"] == []


def test_a_dry_run_touches_nothing_and_has_the_hash_of_the_real_run(repo: Repo) -> None:
    before = repo.snapshot()
    dry = relman(repo.path, "forward", "-n", "--json")
    assert (dry.code, repo.snapshot()) == (3, before)
    real = relman(repo.path, "forward", "--json", "--expect", dry.json["hash"])
    assert (real.json["hash"], real.json["moves"]) == (dry.json["hash"], dry.json["moves"])


def test_protected_branches_get_one_beside_them(repo: Repo) -> None:
    repo.git("switch", "-q", "main")
    repo.commit("chore: protect", {"relman.toml": '[branches]\nprotected = ["main"]\n'})
    main = repo.id("main")
    said = relman(repo.path, "forward")
    assert repo.id("main") == main
    assert subjects(repo, "main..relman/forward/main")[0] == "fix: written at night on the line"
    assert "main is not moved: open a change request from relman/forward/main" in said.out
    assert subjects(repo, "release/1.4")[-1] == "fix: five on the old line"


def test_pushed_together_or_not_at_all(repo: Repo, tmp_path: Path) -> None:
    clone = repo.clone(tmp_path / "clone")
    repo.git("switch", "-q", "--detach")
    clone.git("fetch", "-q")
    said = relman(clone.path, "forward", "--push", "--json")
    assert [(len(p["refs"]), p["result"]) for p in said.json["pushes"]] == [(2, "pushed")]
    assert repo.id("main") == clone.id("main")
    assert repo.id("release/1.4") == clone.id("origin/release/1.4")


def refused(said: Said) -> str:
    assert said.code == 6, said.out + said.err
    return said.err


def test_a_cut_waits_for_forward_or_a_reason(repo: Repo) -> None:
    err = refused(relman(repo.path, "cut"))
    assert err.startswith("error: debts: main lacks what was released already: ")
    assert "hint:  relman forward 1.4" in err
    relman(repo.path, "forward")
    assert f"{repo.id('clash')[:7]} fix: one on both sides" in refused(relman(repo.path, "cut"))
    done(repo.path, "cut", "--anyway", "debts", "--reason", "by hand tomorrow")
    told = repo.git("cat-file", "tag", "v1.5.0-rc.1").splitlines()
    assert told[-2:] == [f"Accepted-debt: {repo.id('clash')}", "Anyway: debts (by hand tomorrow)"]
    assert debts(repo) == [("fix: one on both sides", ["main", "1.5"])]
    done(repo.path, "release", "1.5", "--final")


def test_an_unknown_line_is_an_error(repo: Repo) -> None:
    said = relman(repo.path, "forward", "9.9")
    assert said.code == 2
    assert said.err.startswith("error: there is no line '9.9'; lines: ")
