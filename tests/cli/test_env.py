"""What runs where: recorded in one clone, production in the other; two people at once; bad input."""

from pathlib import Path

import pytest

from command import DATE, Shop, call, other, sure
from relman.model.shared import DEPLOYMENTS

STORY = r"""
main:
  A "feat: one" {app.txt: "1\n2\n3\n4\n5\n6\n7\n8\n9\n"} [v1.0.0]
release/1.0 from A:
  L "fix: the line's own" {line.txt: "line\n"} [v1.0.1]
main:
  fix "fix: nine (#7)" {app.txt ~ "9\n" => "nine\n"}
  C "feat: more" {more.txt: "more\n"}
HEAD = main
"""
RECORD = '[production]\nsource = "record"\n'


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop", STORY)


def running(shop: Shop, name: str = "production") -> str | None:
    rows = shop.done("env", "--json").json["environments"]
    at = next(each["running"] for each in rows if each["name"] == name)
    return str(at["version"]) if at else None


def record(shop: Shop, *words: str) -> None:
    shop.done("env", "record", *words, "--yes")


def test_what_runs_is_assumed_until_somebody_records_it(shop: Shop) -> None:
    assert shop.done("env").out.startswith("production  v1.0.1 (assumed: the highest stable release)\n")
    record(shop, "production", "1.0.0", "--date", "2026-11-21T03:00:00+00:00")
    at = shop.done("env", "--json").json["environments"][0]["running"]
    assert (at["version"], at["source"], at["since"], at["by"]) == (
        "1.0.0",
        "recorded",
        1795230000,
        "Ada Tester",
    )
    said = shop("hotfix", "pr:7", "-n", "--date", DATE)
    assert (said.code, said.out.partition("\n")[0]) == (6, "production  v1.0.0 (recorded 2 days ago)")
    assert "relman withdraw v1.0.1 --reason TEXT" in said.out


def test_init_writes_down_that_deployments_are_recorded(shop: Shop) -> None:
    record(shop, "production", "1.0.0")
    record(shop, "staging", "1.0.1")
    found = {s["key"]: s for s in shop.done("init", "-n", "--json").json["settings"]}
    assert found["production.source"]["value"] == "record"
    evidence = "2 deployments are recorded, the newest of production: 1.0.0"
    assert found["production.source"]["evidence"] == evidence
    assert found["environments"]["value"] == [{"name": "staging", "source": "record"}]
    shop.done("init", "--yes")
    assert (running(shop), running(shop, "staging")) == ("1.0.0", "1.0.1")


def test_a_record_in_one_clone_is_production_in_the_other_after_a_fetch(shop: Shop) -> None:
    colleague = other(shop)
    colleague.repo.write("relman.toml", RECORD)
    record(shop, "production", "1.0.0", "--push")
    said = colleague.refused(2, "hotfix", "pr:7", "-n").err.splitlines()
    assert said == [
        "error: production is unknown: this clone has no deployment record",
        "hint:  git fetch origin '+refs/relman/shared/*:refs/relman/fetched/origin/*'",
        "hint:  relman env record production 1.0.1",
        "hint:  relman hotfix FIX --to v1.0.1",
    ]
    assert colleague.done("env").out.startswith("production  unknown: this clone has no deployment record\n")
    assert colleague.done("hotfix", "pr:7", "-n", "--to", "v1.0.1").code == 0
    colleague.repo.git("fetch", "origin", said[1].partition("'")[2].rstrip("'"))
    assert running(colleague) == "1.0.0"
    assert colleague("hotfix", "pr:7", "-n").out.startswith("production  v1.0.0 (recorded ")


def test_a_real_run_fetches_the_record_itself(shop: Shop) -> None:
    colleague = other(shop)
    colleague.repo.write("relman.toml", RECORD)
    record(shop, "production", "1.0.0", "--push")
    said = colleague.done(
        *sure(["hotfix", "pr:7", "--isolate"]), "--anyway", "missing-releases", "--reason", "x"
    )
    assert said.out.startswith("production  v1.0.0 (recorded ")


def test_two_people_record_at_the_same_time_and_nothing_is_lost(shop: Shop) -> None:
    record(shop, "production", "1.0.0", "--push")
    colleague = other(shop)
    record(colleague, "staging", "1.0.1")
    record(shop, "production", "1.0.1", "--push")
    colleague.done("env", "record", "test", "1.0.0", "--yes", "--offline")
    colleague.done("push", "--yes")
    record(shop, "qa", "1.0.0")
    for each in (shop, colleague):
        each.done("push", "--yes") if each is shop else record(each, "last", "1.0.0")
        names = [row["name"] for row in each.done("env", "--json").json["environments"]]
        assert [n for n in names if n != "last"] == ["production", "qa", "staging", "test"]
        assert (running(each), running(each, "staging"), running(each, "test")) == ("1.0.1", "1.0.1", "1.0.0")
        assert each.repo.git("fsck", "--strict", "--no-dangling") == ""


def test_a_lost_race_changes_nothing_and_redo_plans_on_what_is_there(shop: Shop) -> None:
    colleague = other(shop)
    record(colleague, "staging", "1.0.1")
    theirs = f"env -u GIT_DIR git -C {colleague.path} push -q origin {DEPLOYMENTS}"
    shop.hook("pre-push", f"mkdir {shop.folder}/raced 2>/dev/null && {theirs}; exit 0")
    before = shop.local()
    said = shop(*sure(["env", "record", "production", "1.0.0"]), "--push")
    assert (said.code, shop.local()) == (4, before)
    assert "origin refused the push; nothing was published and nothing moved" in said.err
    assert "hint:  relman redo\n" in said.err
    shop.done("redo", "--yes")
    assert (running(shop), running(shop, "staging")) == ("1.0.0", "1.0.1")
    assert shop.there("rev-parse", DEPLOYMENTS) == shop.repo.id(DEPLOYMENTS)


def test_deployed_and_not_open_to_users_is_a_state_of_its_own(shop: Shop) -> None:
    record(shop, "production", "1.0.0")
    record(shop, "production", "1.0.1", "--closed")
    said = shop.done("env").out
    assert "v1.0.1 is deployed, not open to users yet" in said
    assert running(shop) == "1.0.0"
    row = shop.done("env", "--json").json["environments"][0]
    assert (row["closed"]["version"], row["closed"]["only_here"]) == ("1.0.1", True)
    plan = shop.done("hotfix", "pr:7", "-n", "--anyway", "missing-releases", "--reason", "x").out
    assert plan.startswith("production  v1.0.0 (recorded just now)\n")
    assert "release/1.0 holds 1 commit after v1.0.0, which v1.0.1 has, so the fix starts from v1.0.0" in plan
    assert "deployed    1.0.1 is in production too, not open to users yet" in plan
    record(shop, "production", "1.0.1")
    row = shop.done("env", "--json").json["environments"][0]
    assert (row["running"]["version"], row["closed"]) == ("1.0.1", None)
    assert (
        "is open to users in production already"
        in shop.refused(2, "env", "record", "production", "1.0.1", "--closed", "--yes").err
    )


def test_only_closed_deployments_leave_production_unknown(shop: Shop) -> None:
    record(shop, "production", "1.0.1", "--closed")
    said = shop.refused(2, "hotfix", "pr:7", "-n").err
    assert said.startswith(
        "error: production is unknown: 1.0.1 was deployed first, and is not open to users yet\n"
    )
    assert "hint:  relman env record production 1.0.1\n" in said


def test_an_environment_is_a_target(shop: Shop) -> None:
    record(shop, "staging", "1.0.1")
    said = shop.done("hotfix", "pr:7", "-n", "--to", "staging", "--json").json
    assert [(t["base"]["name"], t["version"]) for t in said["targets"]] == [("v1.0.1", "1.0.2")]
    assert (
        "staging     v1.0.1 (recorded just now)" in shop.done("hotfix", "pr:7", "-n", "--to", "staging").out
    )
    assert "is where a fix goes" in shop.refused(2, "hotfix", "staging", "-n").err


def test_environment_branches_and_tags_are_read(shop: Shop) -> None:
    shop.repo.write(
        "relman.toml",
        '[production]\nsource = "tags"\n'
        '[[environments]]\nname = "staging"\nsource = "branch"\n'
        '[[environments]]\nname = "qa"\n',
    )
    shop.repo.git("branch", "staging", "v1.0.1")
    shop.repo.git("tag", "-a", "-m", "x", "deployed/1.0.1", "v1.0.1")
    shop.repo.clock += 60
    shop.repo.git("tag", "-a", "-m", "back", "deployed/1.0.0", "v1.0.0")
    rows = shop.done("env", "--json").json["environments"]
    assert [
        (r["name"], r["running"] and (r["running"]["version"], r["running"]["source"])) for r in rows
    ] == [
        ("production", ("1.0.0", "tag deployed/1.0.0")),
        ("staging", ("1.0.1", "branch staging")),
        ("qa", None),
    ]
    assert rows[2]["gap"]["message"] == "qa is unknown: this clone has no deployment record"
    said = shop.refused(2, "env", "record", "production", "1.0.0", "--yes").err
    assert said.startswith(
        "error: what runs in production is read from its tags, so a record would not count\n"
    )
    assert (
        "there is no environment live; environments: production, staging, qa"
        in shop.refused(2, "env", "record", "live", "1.0.0", "--yes").err
    )
    assert (
        "what runs in staging is read from its branch"
        in shop.refused(2, "env", "record", "staging", "1.0.0", "--yes").err
    )
    assert shop.done("hotfix", "pr:7", "-n", "--to", "staging").code == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (
            ["production", "9.9.9"],
            2,
            "there is no release 9.9.9, so no tag says what it is; the highest is v1.0.1",
        ),
        (["1.0", "1.0.0"], 2, "'1.0' is no name of an environment"),
        (["main", "1.0.0"], 2, "'main' is no name of an environment"),
        (["--", "-x", "1.0.0"], 2, "'-x' is no name of an environment"),
        (["a b", "1.0.0"], 2, "'a b' is no name of an environment"),
    ],
)
def test_what_cannot_be_recorded(shop: Shop, words: list[str], code: int, said: str) -> None:
    before = shop.repo.snapshot()
    done = shop("env", "record", "--yes", "--offline", *words)
    assert (done.code, shop.repo.snapshot()) == (code, before)
    err = done.err
    assert err.startswith(f"error: {said}")
    assert "\nhint:  relman env record production " in err


def test_what_is_recorded_already_is_no_entry(shop: Shop) -> None:
    record(shop, "production", "1.0.0")
    assert (
        "the record says so already" in shop.refused(5, "env", "record", "production", "v1.0.0", "--yes").err
    )
    assert (
        "has no --as-branches" in shop.refused(2, "env", "record", "qa", "1.0.0", "-y", "--as-branches").err
    )
    assert (
        "no files to run --exec on"
        in shop.refused(2, "env", "record", "qa", "1.0.0", "-y", "--exec", "x").err
    )


def test_an_environment_that_nobody_recorded_is_said(shop: Shop) -> None:
    assert "there is no line 'staging'" in shop.refused(2, "hotfix", "pr:7", "-n", "--to", "staging").err
    shop.repo.write("relman.toml", '[[environments]]\nname = "staging"\n')
    record(shop, "production", "1.0.0")
    said = shop.refused(2, "hotfix", "pr:7", "-n", "--to", "staging").err
    assert said.startswith("error: staging is unknown: nobody recorded what runs in staging\n")


def test_a_dry_run_touches_nothing_and_the_real_one_does_the_same(shop: Shop) -> None:
    before = shop.repo.snapshot()
    shown = shop.done("env", "record", "production", "1.0.0", "-n", "--date", DATE, "--json").json
    assert shop.repo.snapshot() == before
    assert shown["records"] == [
        {"kind": "deployment", "environment": "production", "version": "1.0.0", "open": True}
    ]
    made = shop.done(*sure(["env", "record", "production", "1.0.0"]), "--json").json
    assert (made["hash"], made["moves"]) == (shown["hash"], shown["moves"])
    assert [m["ref"] for m in made["moves"]] == [DEPLOYMENTS]


def test_undo_takes_an_entry_back_until_others_may_have_it(shop: Shop) -> None:
    record(shop, "production", "1.0.0")
    before = shop.state()
    record(shop, "production", "1.0.1")
    shop.done("undo", "--yes")
    assert shop.state() == before
    shop.done("redo", "--yes", "--offline")
    assert running(shop) == "1.0.1"
    shop.done("push", "--yes")
    said = shop.refused(6, "undo", "--yes").err
    assert "hint:  relman env record production VERSION\n" in said
    shop.done("undo", "--remote", "--yes")
    assert running(shop) == "1.0.0"


def test_a_forgotten_push_is_said(shop: Shop) -> None:
    record(shop, "production", "1.0.0")
    assert "recorded here only: relman push publishes it" in shop.done("env").out
    assert any(
        "record v1.0.0 in production was not pushed from here" in w
        for w in shop.done("status", "--json").json["warnings"]
    )
    shop.done("push", "--yes")
    assert "recorded here only" not in shop.done("env").out
    assert shop.done("status", "--json").json["warnings"] == []


def test_a_record_is_gone_where_the_remote_took_it_back(shop: Shop) -> None:
    record(shop, "production", "1.0.0", "--push")
    colleague = other(shop)
    record(colleague, "qa", "1.0.1")
    colleague.done("undo", "--yes")
    assert running(colleague) == "1.0.0"
    shop.done("undo", "--remote", "--yes")
    record(colleague, "qa", "1.0.1", "--push")
    assert [row["name"] for row in colleague.done("env", "--json").json["environments"]] == [
        "production",
        "qa",
    ]
    assert running(colleague) == "1.0.1"


def test_strange_commits_in_the_chain_are_no_entries(shop: Shop) -> None:
    record(shop, "production", "1.0.0")
    tip = shop.repo.id(DEPLOYMENTS)
    tree = shop.repo.git("rev-parse", f"{tip}^{{tree}}").strip()
    message = "x\n\nEnvironment: production\nVersion: 1.0.1\nCommit: --oops\nState: open\n"
    new = shop.repo.git("commit-tree", "-p", tip, "-m", message, tree).strip()
    shop.repo.git("update-ref", DEPLOYMENTS, new)
    assert running(shop) == "1.0.0"


def test_a_release_that_this_clone_lacks_is_unknown(shop: Shop) -> None:
    record(shop, "production", "1.0.1")
    shop.repo.git("tag", "-d", "v1.0.1")
    said = shop.refused(2, "hotfix", "pr:7", "-n").err
    assert said.startswith(
        "error: production is unknown: 1.0.1 was recorded, and this clone has no such release\n"
    )
    assert "hint:  git fetch origin --tags\n" in said


def test_without_a_remote_and_without_releases(tmp_path: Path) -> None:
    bare = Shop(tmp_path / "bare", 'main: A "feat: one" {a: "1"}', remote=False)
    assert bare.done("env").out == "production  nothing yet: there is no stable release\n"
    assert call(bare.path, "env", "nonsense").code == 2


def test_a_clone_without_its_releases_does_not_say_that_there_are_none(shop: Shop, tmp_path: Path) -> None:
    clone = shop.repo.clone(tmp_path / "clone", depth=1, tags=False)
    said = call(clone.path, "env").out.splitlines()
    assert said[:2] == [
        "production  this clone is shallow: the history that the answer depends on ends too early",
        "            git fetch --unshallow --tags origin",
    ]


def test_a_strategy_with_environment_branches_needs_no_record(shop: Shop) -> None:
    shop.repo.write("relman.toml", 'strategy = "gitlab-environments/v1"\n')
    shop.repo.git("branch", "pre-prod", "v1.0.1")
    assert running(shop) == "1.0.1"
    shop.repo.git("branch", "production", "v1.0.0")
    rows = shop.done("env", "--json").json["environments"]
    assert [(r["name"], r["running"]["version"], r["running"]["source"]) for r in rows] == [
        ("production", "1.0.0", "branch production"),
        ("pre-prod", "1.0.1", "branch pre-prod"),
    ]
    record(shop, "production", "1.0.1")
    assert running(shop) == "1.0.1"
