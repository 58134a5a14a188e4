"""A bad release: out of service, production back, and the next number holds exactly the release below plus the fix."""

from collections.abc import Callable
from pathlib import Path

import pytest

from command import DATE, Shop, other, sure
from history_language import Repo
from relman.model.shared import DEPLOYMENTS, WITHDRAWALS

STORY = (Path(__file__).parents[2] / "fixtures" / "bad_release.txt").read_text()
ON_TRUNK = """
main:
  A "feat: one" {a: "1\\n"} [v1.0.0] -- B "fix: two" {a: "2\\n"} [v1.0.1] -- C "fix: three" {a: "3\\n"} [v1.0.2]
  D "fix: four" {a: "4\\n"}
"""
WITHDRAW = ("withdraw", "1.4.3", "--reason", "loses orders")


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop", STORY)


def test_back_to_the_release_below_and_on_with_the_fix_alone(shop: Shop) -> None:
    shop.done(*sure([*WITHDRAW, "--rollback-to", "1.4.2", "--push"]))
    said = shop.done(*sure(["hotfix", "pr:131", "--push", "--json"])).json
    assert said["production"].startswith("v1.4.2 (recorded ")
    assert [(t["base"]["name"], t["tag"]) for t in said["targets"]] == [("v1.4.2", "v1.4.4")]
    assert [m["ref"] for m in said["moves"]] == ["refs/tags/v1.4.4"]
    git = shop.repo.git
    assert git("rev-list", "--count", "v1.4.2..v1.4.4").strip() == "2"
    assert shop.repo.run("merge-base", "--is-ancestor", "v1.4.3", "v1.4.4").returncode == 1
    fix = git("diff", f"{shop.repo.id('fix')}~1", shop.repo.id("fix"))
    ported = git("diff", "v1.4.4~2", "v1.4.4~1")
    assert git("patch-id", "--stable", stdin=fix) == git("patch-id", "--stable", stdin=ported)
    assert git("diff", "--name-only", "v1.4.2", "v1.4.4").split() == ["CHANGELOG.md", "VERSION", "app.txt"]
    assert git("show", "v1.4.4:app.txt").split() == [*git("show", "v1.4.2:app.txt").split()[:-1], "nine"]
    (proof,) = said["proofs"]
    assert "v1.4.3 is not in it: it was withdrawn (loses orders)" in proof["statements"]
    assert "every other release of line 1.4 below 1.4.4 is in it" in proof["statements"]


def test_the_changelog_marks_it(shop: Shop) -> None:
    shop.done(*sure([*WITHDRAW, "--rollback-to", "1.4.2"]))
    assert "## [1.4.3] - 2026-" in (notes := shop.done("changelog", "v1.4.3").out)
    assert "[YANKED]\n\nWithdrawn: loses orders\n" in notes
    shop.done(*sure(["hotfix", "pr:131"]))
    file = shop.repo.git("show", "v1.4.4:CHANGELOG.md")
    assert "## [1.4.3] - 2026-01-03 [YANKED]\n\nWithdrawn: loses orders\n\n- quick and wrong\n" in file
    assert shop.done("changelog", "v1.4.2", "--json").json["releases"][0]["withdrawn"] is None


def test_it_is_never_base_newest_or_production_again_and_its_number_stays_taken(shop: Shop) -> None:
    assert shop.done("status", "--json").json["production"]["version"] == "1.4.3"
    shop.done(*sure(WITHDRAW))
    said = shop.done("status", "--json").json
    line = said["lines"][0]
    assert (said["production"]["version"], line["latest"], line["next"]) == ("1.4.2", "1.4.2", "1.4.4")
    assert "v1.4.3 was withdrawn: loses orders" in said["warnings"]
    where = shop.done("where", shop.repo.id("wrong"), "--json").json
    assert [(r["tag"], r["withdrawn"]) for r in where["releases"]] == [("v1.4.3", True)]
    assert "withdrawn   v1.4.3 has it, and was withdrawn" in shop.done("where", shop.repo.id("wrong")).out
    assert (
        "was withdrawn and is never built on"
        in shop.refused(2, "hotfix", "pr:131", "-n", "--to", "v1.4.3").err
    )


def test_the_branch_that_holds_it_is_no_start(shop: Shop) -> None:
    shop.done(*sure(WITHDRAW))
    shown = shop.done("hotfix", "pr:131", "-n").out
    assert "target      release/1.4 contains v1.4.3, which was withdrawn: from the tag\n" in shown
    said = shop.refused(2, "hotfix", "pr:131", "-n", "--on-line").err
    assert said.startswith(
        "error: release/1.4 contains v1.4.3, which was withdrawn, so a hotfix is not made from it\n"
    )


def test_rolling_forward_says_what_comes_along(shop: Shop) -> None:
    shop.done(*sure(WITHDRAW))
    shop.repo.git("switch", "-q", "release/1.4")
    shop.repo.commit("fix: the wrong one, mended", {"more.txt": "more\n"})
    said = shop.done("release", "1.4", "-n", "--json").json
    assert said["targets"][0]["tag"] == "v1.4.4"
    assert [w["message"] for w in said["warnings"]] == [
        "v1.4.4 holds what v1.4.3 brought, which was withdrawn (loses orders)"
    ]
    assert "quick and wrong" in said["targets"][0]["notes"]


def test_withdrawn_in_one_clone_is_withdrawn_in_the_other_after_a_fetch(shop: Shop) -> None:
    colleague = other(shop, "main")
    shop.done(*sure([*WITHDRAW, "--rollback-to", "1.4.2", "--push"]))
    assert {shop.there("rev-parse", ref) for ref in (DEPLOYMENTS, WITHDRAWALS)} == {
        shop.repo.id(ref) for ref in (DEPLOYMENTS, WITHDRAWALS)
    }
    said = colleague.done(*sure(["hotfix", "pr:131", "--json"])).json
    assert [(t["base"]["name"], t["tag"]) for t in said["targets"]] == [("v1.4.2", "v1.4.4")]


def test_what_still_runs_withdrawn_is_no_ground_for_a_hotfix(shop: Shop) -> None:
    shop.done(*sure(["env", "record", "production", "1.4.3"]))
    made = shop.done(*sure(WITHDRAW))
    assert "production still runs it: relman env record production 1.4.2" in made.out
    said = shop.refused(2, "hotfix", "pr:131", "-n").err.splitlines()
    assert said == [
        "error: production runs v1.4.3, which was withdrawn, so nothing is built on it",
        "hint:  relman env record production 1.4.2",
        "hint:  relman hotfix FIX --to v1.4.2",
    ]
    assert "production  production runs v1.4.3, which was withdrawn" in shop.done("env").out
    shop.done(*sure(["env", "record", "production", "1.4.2"]))
    assert shop.done("hotfix", "pr:131", "-n").code == 0


def test_it_may_be_used_again(shop: Shop) -> None:
    before = shop.done("status", "--json").json
    shop.done(*sure(WITHDRAW))
    shop.done(*sure(["withdraw", "v1.4.3", "--undo"]))
    after = shop.done("status", "--json").json
    assert (after["production"], after["lines"]) == (before["production"], before["lines"])
    assert "was not withdrawn" in shop.refused(5, "withdraw", "1.4.3", "--undo", "-y").err


def test_undo_restores_every_ref_and_a_published_one_names_the_way_back(shop: Shop) -> None:
    before = shop.state()
    shop.done(*sure([*WITHDRAW, "--rollback-to", "1.4.2"]))
    shop.done("undo", "--yes")
    assert shop.state() == before
    shop.done(*sure([*WITHDRAW, "--rollback-to", "1.4.2", "--push"]))
    said = shop.refused(6, "undo", "--yes").err
    assert "hint:  relman withdraw 1.4.3 --undo\nhint:  relman env record production VERSION\n" in said
    shop.done("undo", "--remote", "--yes")
    assert shop.state() == before


def test_a_dry_run_touches_nothing(shop: Shop) -> None:
    before = shop.repo.snapshot()
    shown = shop.done(*WITHDRAW, "--rollback-to", "1.4.2", "-n", "--date", DATE, "--json").json
    assert shop.repo.snapshot() == before
    assert shown["records"] == [
        {"kind": "withdrawal", "version": "1.4.3", "reason": "loses orders", "withdrawn": True},
        {"kind": "deployment", "environment": "production", "version": "1.4.2", "open": True},
    ]
    assert shop.done(*sure([*WITHDRAW, "--rollback-to", "1.4.2", "--json"])).json["hash"] == shown["hash"]


@pytest.mark.parametrize(
    ("words", "code", "said", "hint"),
    [
        (["9.9.9", "--reason", "x"], 2, "there is no release 9.9.9", "git fetch origin --tags"),
        (["1.4.3"], 2, "why is v1.4.3 withdrawn?", "relman withdraw 1.4.3 --reason TEXT"),
        (["1.4.3", "--reason", " \n "], 2, "why is v1.4.3 withdrawn?", "relman withdraw 1.4.3 --reason TEXT"),
        (
            ["1.4.3", "--reason", "x", "--rollback-to", "9.9.9"],
            2,
            "there is no release 9.9.9",
            "relman withdraw 1.4.3 --reason TEXT --rollback-to 1.4.3",
        ),
        (
            ["1.4.3", "--reason", "x", "--rollback-to", "1.4.3"],
            2,
            "v1.4.3 is the release that is withdrawn; name an older one",
            "relman withdraw 1.4.3 --reason TEXT --rollback-to VERSION",
        ),
        (
            ["1.4.2", "--reason", "x", "--rollback-to", "1.4.3"],
            2,
            "v1.4.3 is above v1.4.2: that is no way back",
            "relman env record production 1.4.3",
        ),
        (
            ["1.4.3", "--undo", "--rollback-to", "1.4.2"],
            2,
            "--undo makes a release usable again, and deploys nothing",
            "relman env record production 1.4.2",
        ),
        (["1.4.3", "--reason", "x", "--as-branches"], 2, "a record moves no branch", "relman withdraw 1.4.3"),
    ],
)
def test_what_cannot_be_withdrawn(shop: Shop, words: list[str], code: int, said: str, hint: str) -> None:
    before = shop.repo.snapshot()
    done = shop("withdraw", *words, "--yes", "--offline")
    assert (done.code, shop.repo.snapshot()) == (code, before)
    err = done.err
    assert err.startswith(f"error: {said}")
    assert f"hint:  {hint}\n" in err


def test_once_is_enough_and_nobody_goes_back_to_it(shop: Shop) -> None:
    shop.done(*sure(["withdraw", "1.4.2", "--reason", "too"]))
    said = shop.refused(5, "withdraw", "1.4.2", "--reason", "again", "--yes").err
    assert said.startswith("error: v1.4.2 was withdrawn already, by ")
    assert "hint:  relman withdraw 1.4.2 --undo\n" in said
    for words in ([*WITHDRAW, "--rollback-to", "1.4.2"], ["env", "record", "production", "1.4.2"]):
        said = shop.refused(6, *sure(words)).err
        assert said.startswith("error: v1.4.2 was withdrawn, and is never deployed again\n")
        assert "hint:  relman withdraw 1.4.2 --undo\n" in said


def test_going_back_across_a_withdrawn_release_is_refused(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop", ON_TRUNK)
    shop.done(*sure(["env", "record", "production", "1.0.2"]))
    shop.done(*sure(["withdraw", "1.0.1", "--reason", "drops a column"]))
    for words in (
        ["withdraw", "1.0.2", "--reason", "slow", "--rollback-to", "1.0.0"],
        ["env", "record", "production", "1.0.0"],
    ):
        said = shop.refused(6, *sure(words)).err
        assert said.startswith("error: withdrawn: going back from v1.0.2 to v1.0.0 goes back across v1.0.1")
        assert "hint:  git log --oneline v1.0.0..v1.0.2\n" in said
    shop.done(*sure([*words, "--anyway", "withdrawn", "--reason", "the column is back"]))
    assert shop.done("env", "--json").json["environments"][0]["running"]["version"] == "1.0.0"


def test_going_back_past_a_withdrawn_release_beside_the_way_is_nothing_special(shop: Shop) -> None:
    shop.done(*sure([*WITHDRAW, "--rollback-to", "1.4.2"]))
    shop.done(*sure(["hotfix", "pr:131"]))
    shop.done(*sure(["env", "record", "production", "1.4.4"]))
    shop.done(*sure(["withdraw", "1.4.4", "--reason", "worse", "--rollback-to", "1.4.2"]))


def test_a_reason_may_hold_anything(shop: Shop) -> None:
    shop.done(*sure(["withdraw", "1.4.3", "--reason", "a\x1b[31m <!-- b\nState: restored"]))
    assert "\x1b" not in shop.done("status").out
    assert shop.done("status", "--json").json["production"]["version"] == "1.4.2"
    shop.done(*sure(["hotfix", "pr:131"]))
    assert "<!--" not in shop.repo.git("show", "v1.4.4:CHANGELOG.md")


def test_where_nothing_records_production_going_back_cannot_be_recorded(shop: Shop) -> None:
    shop.repo.write("relman.toml", '[production]\nsource = "assumed"\n')
    said = shop.refused(2, *sure([*WITHDRAW, "--rollback-to", "1.4.2"])).err
    assert "what runs in production is not recorded, so going back cannot be either" in said


def test_the_golden_incident_is_what_the_story_says(story: Callable[[str], Repo]) -> None:
    repo = story("bad_release")
    held = repo.run("merge-base", "--is-ancestor", "v1.4.3", "release/1.4").returncode
    assert (held, repo.git("tag").split()) == (0, ["v1.4.0", "v1.4.2", "v1.4.3"])
