"""`options` on one incident per kind of way: git alone says what carrying a way out has shipped."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from command import DATE, Shop, sure
from history_language import load

KINDS = {
    "trunk-as-is": ("fix",),
    "back-out": ("fix",),
    "hotfix-from-tag": ("fix",),
    "hotfix-on-line": ("fix",),
    "merge-hotfix-branch": ("hotfix/nine",),
    "revert-cause": (),
    "turn-off": (),
    "roll-back": (),
}


@pytest.fixture
def incident(tmp_path: Path) -> Callable[[str], Shop]:
    return lambda kind: Shop(tmp_path / kind, load(f"options_{kind.replace('-', '_')}"), remote=False)


def asked(shop: Shop, kind: str, *more: str) -> dict[str, dict[str, Any]]:
    words = [shop.repo.labels.get(word, word) for word in KINDS[kind]]
    bad = () if words else ("--bad", shop.repo.id("bad"))
    said = shop("options", *words, *bad, *more, "--json", "--date", DATE)
    assert said.out, said.err
    return {option["kind"]: option for option in said.json["options"]}


def carry_out(shop: Shop, option: dict[str, Any]) -> None:
    for command in option["commands"]:
        if command.startswith("relman"):
            shop.done(*sure(command.split()[1:]))
        else:
            for part in command.split(" && "):
                shop.repo.git(*part.split()[1:])


def tree(shop: Shop, rev: str) -> str:
    return shop.repo.git("rev-parse", f"{rev}^{{tree}}")


def shipped(shop: Shop, tag: str) -> dict[str, str]:
    own = ("VERSION", "CHANGELOG.md", "relman.toml", "flags.json")
    return {path: shop.repo.tree(tag, path) for path in shop.repo.files(tag) if path not in own}


NINE = {"app.txt": "1\n2\n3\n4\n5\n6\n7\n8\nnine\n"}


@pytest.mark.parametrize(
    ("kind", "version", "holds"),
    [
        ("trunk-as-is", "1.1.0", {**NINE, "pay.txt": "form\nbutton\n"}),
        ("back-out", "1.1.0", {**NINE, "more.txt": "more\n"}),
        ("hotfix-from-tag", "1.0.1", NINE),
        ("hotfix-on-line", "1.0.1", NINE),
        ("revert-cause", "1.1.1", {"app.txt": "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "more.txt": "more\n"}),
    ],
)
def test_what_is_carried_out_is_what_was_told(
    incident: Callable[[str], Shop], kind: str, version: str, holds: dict[str, str]
) -> None:
    shop = incident(kind)
    option = asked(shop, kind)[kind]
    assert (option["verdict"], option["version"]) == ("clean", version)
    before = shop.repo.git("rev-parse", "main^{tree}")
    carry_out(shop, option)
    assert tree(shop, f"v{version}") == option["facts"]["tree"]
    assert shipped(shop, f"v{version}") == holds
    if kind == "back-out":  # X is on trunk again, and nothing else changed
        assert shop.repo.git("diff", "--name-only", before, "main") == ""


def test_the_debt_of_a_revert_is_settled_as_it_was_told(incident: Callable[[str], Shop]) -> None:
    """It is owed where the cause is: line 1.0 never had it."""
    shop = incident("revert-cause")
    option = asked(shop, "revert-cause")["revert-cause"]
    [debt] = [d for d in option["debts"] if "main" in d["missing_on"]]
    assert debt["missing_on"] == ["main"]
    carry_out(shop, option)
    shop.done(*sure(debt["settle"].split()[1:]))
    assert "five" not in shop.repo.tree("main", "app.txt")
    assert "pay.txt" in shop.repo.files("main")


def test_a_merge_is_what_was_told_before_its_release(incident: Callable[[str], Shop]) -> None:
    shop = incident("merge-hotfix-branch")
    option = asked(shop, "merge-hotfix-branch")["merge-hotfix-branch"]
    assert option["verdict"] == "clean"
    carry_out(shop, option)
    assert tree(shop, "release/1.0^") == option["facts"]["tree"]
    assert shipped(shop, "v1.0.1") == NINE
    assert shop.repo.files("main").keys() == {"VERSION", "app.txt", "pay.txt"}
    assert shop.repo.tree("main", "app.txt") == NINE["app.txt"]


def test_what_is_behind_a_toggle_is_turned_off_without_a_release(incident: Callable[[str], Shop]) -> None:
    shop = incident("turn-off")
    options = asked(shop, "turn-off")
    option = options["turn-off"]
    assert (option["verdict"], option["version"], option["commands"]) == ("clean", "1.1.0", [])
    assert option["facts"]["tree"] == tree(shop, "v1.1.0")
    assert options["revert-cause"]["verdict"] == "conflicts"
    assert options["revert-cause"]["manual_resolutions"] == 1


def test_a_roll_back_goes_to_the_newest_release_that_lacks_the_cause(incident: Callable[[str], Shop]) -> None:
    shop = incident("roll-back")
    option = asked(shop, "roll-back")["roll-back"]
    assert (option["verdict"], option["version"]) == ("clean", "1.0.1")
    assert option["facts"]["tree"] == tree(shop, "v1.0.1")
    assert any("migration" in words for words in option["facts"]["evidence"])


@pytest.mark.parametrize("kind", KINDS)
def test_every_command_runs_as_it_is_printed(incident: Callable[[str], Shop], kind: str) -> None:
    """Whatever the verdict: no flag is missing, and what is clean gives the tree that was told."""
    shop = incident(kind)
    options = asked(shop, kind)
    shop.save()
    for option in options.values():
        for number, command in enumerate(option["commands"]):
            words = command.split()
            if words[0] == "git":
                for part in command.split(" && "):
                    shop.repo.git(*part.split()[1:])
                if option["kind"] == "merge-hotfix-branch" and number == 0:
                    assert tree(shop, "HEAD") == option["facts"]["tree"]
                continue
            said = shop(*sure(words[1:]))
            person = option["verdict"] in ("conflicts", "not-affected")
            assert said.code in ((0, 3) if person else (0,)), f"{command}: {said.code}\n{said.err}"
        if option["commands"] and option["verdict"] == "clean" and option["version"]:
            assert tree(shop, f"v{option['version']}") == option["facts"]["tree"]
        if option["kind"] == "roll-back" and option["commands"]:
            production = shop.done("status", "--json").json["production"]
            assert (production["version"], production["source"]) == (option["version"], "recorded")
        if option["verdict"] == "clean":
            for settle in dict.fromkeys(debt["settle"] for debt in option["debts"]):
                if settle.startswith("relman"):
                    shop.done(*sure(settle.split()[1:]))
        shop.restore()


OWED = r"""
main:
  A "feat: shop" {app.txt: "1\n2\n3\n"} [v1.0.0]
release/1.0 from A:
  night "fix: at night" {night.txt: "night\n"}
  R "chore(release): 1.0.1" {} [v1.0.1]
main:
  X "feat(pay): a form\n\nFeature: pay" {pay.txt: "form\n"}
  fix "fix: nine (#7)" {app.txt ~ "3\n" => "nine\n"}
"""


def test_a_command_names_the_rule_that_it_goes_past(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "owed", OWED, remote=False)
    told = shop("options", shop.repo.id("fix"), "--json", "--date", DATE).json["options"]
    option = next(o for o in told if o["kind"] == "back-out")
    assert (option["verdict"], [d["commit"] for d in option["debts"]]) == (
        "impossible",
        [shop.repo.id("night")],
    )
    carry_out(shop, option)
    assert tree(shop, "v1.1.0") == option["facts"]["tree"]
    assert f"Accepted-debt: {shop.repo.id('night')}" in shop.repo.git("cat-file", "tag", "v1.1.0")


ROLLED = r"""
main:
  A "feat: shop" {app.txt: "1\n"} [v1.0.0]
  B "feat: words" {b.txt: "b\n"} -- C "fix: a word" {b.txt: "B\n"} -- D "docs: words" {d.txt: "d\n"} [v1.1.0]
  E "fix: quick" {e.txt: "e\n"} [v1.1.1]
  F "fix: last" {f.txt: "f\n"} [v1.1.2]
"""


def test_a_roll_back_says_what_users_lose_and_comes_after_what_takes_nothing(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "rolled", ROLLED, remote=False)

    def told() -> dict[str, Any]:
        said = shop("options", "--bad", shop.repo.id("B"), "--json", "--date", DATE).json["options"]
        return {o["kind"]: o for o in said}

    option = told()["roll-back"]
    assert option["facts"]["why"] == (
        "v1.0.0 again: users lose 5 commits that they have, 1 feature and 3 fixes among them"
    )
    assert (option["verdict"], option["facts"]["loses"]) == ("clean", 5)
    assert option["facts"]["evidence"][0] == f"takes away {shop.repo.id('B')[:10]} feat: words"
    assert " 5 " in next(
        r for r in shop("options", "--bad", shop.repo.id("B")).out.splitlines() if "roll-b" in r
    )
    shop.done(*sure(["withdraw", "1.1.1", "--reason", "loses orders"]))
    option = told()["roll-back"]
    assert (option["verdict"], option["commands"]) == ("impossible", [])
    assert "goes back across v1.1.1, which was withdrawn" in option["facts"]["why"]
    assert "users lose 5 commits" in option["facts"]["evidence"][0]
    words = ["withdraw", "1.1.2", "--reason", "bad", "--rollback-to", "1.0.0"]
    shop.refused(6, *sure(words))


def test_the_first_commit_of_a_history_is_not_taken_back(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "rolled", ROLLED, remote=False)
    root = shop.repo.id("A")
    said = shop("options", "--bad", root, "--json", "--date", DATE).json["options"]
    option = next(o for o in said if o["kind"] == "revert-cause")
    assert (option["verdict"], option["commands"]) == ("impossible", [])
    assert "is the first commit of its history" in option["facts"]["why"]
    assert "is the first commit of its history" in shop.refused(2, "hotfix", "--revert", root, "--yes").err


def test_half_of_a_feature_keeps_trunk_from_being_clean(incident: Callable[[str], Shop]) -> None:
    shop = incident("back-out")
    option = asked(shop, "back-out")["trunk-as-is"]
    assert option["verdict"] == "impossible"
    (work,) = option["facts"]["unfinished"]
    assert (work["feature"], len(work["commits"])) == ("pay", 2)


def test_clean_ways_come_first_and_then_those_that_ship_least(incident: Callable[[str], Shop]) -> None:
    shop = incident("hotfix-from-tag")
    kinds = list(asked(shop, "hotfix-from-tag"))
    assert kinds.index("hotfix-from-tag") < kinds.index("hotfix-on-line") < kinds.index("trunk-as-is")
    assert kinds.index("back-out") < kinds.index("trunk-as-is")


def test_looking_touches_nothing(incident: Callable[[str], Shop]) -> None:
    shop = incident("back-out")
    before = shop.repo.snapshot()
    asked(shop, "back-out")
    assert shop.repo.snapshot() == before


def test_a_page_has_the_table_and_the_commands(incident: Callable[[str], Shop]) -> None:
    shop = incident("back-out")
    said = shop("options", shop.repo.id("fix"))
    assert said.code == 0
    assert "$ relman park pay" in said.out
    assert "trunk-as-is" in said.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("nothing",), "is called nothing"),
        (("fix", "--since", "v9"), "is no release"),
        (("fix", "--feature", "none"), "belongs to a feature"),
        (("--bad", "X1"), "is not in v1.0.0"),
    ],
)
def test_what_cannot_be_evaluated_is_an_error(
    incident: Callable[[str], Shop], words: tuple[str, ...], message: str
) -> None:
    shop = incident("back-out")
    typed = [shop.repo.labels.get(word, word) for word in words]
    assert message in shop.refused(2, "options", *typed).err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('path = "gone.json"\nkey = "pay"\n', "has no such file"),
        ('path = "flags.json"\nkey = "gone"\n', "has no gone"),
    ],
)
def test_a_toggle_that_is_not_there_is_an_error(
    incident: Callable[[str], Shop], text: str, message: str
) -> None:
    shop = incident("trunk-as-is")
    shop.repo.write("relman.toml", f'[[toggles]]\nname = "pay"\n{text}')
    said = shop.refused(2, "options", shop.repo.id("fix"))
    assert message in said.err
    assert message in shop.refused(2, "status", "--ready").err
    plain = shop.done("status", "--json").json  # the rest is told
    assert (plain["ready"], plain["trunk"]["next"]) == (None, "1.1.0")
    assert [message in gap["message"] for gap in plain["gaps"]] == [True]


def test_ready_is_a_question_for_programs_too(incident: Callable[[str], Shop]) -> None:
    ready = incident("trunk-as-is")("status", "--ready", "--json")
    assert ready.code == 0
    assert (ready.json["ready"]["ready"], ready.json["ready"]["version"]) == (True, "1.1.0")
    shop = incident("back-out")
    said = shop("status", "--ready", "--json")
    assert said.code == 1
    (obstacle,) = said.json["ready"]["in_the_way"]
    assert (obstacle["kind"], obstacle["hint"]) == ("unfinished", "relman park pay --dry-run")
    assert "no: 1.1.0 with 4 commits" in shop("status", "--ready").out
    plain = shop.done("status", "--json").json  # the same answer, and no exit code
    assert plain["ready"] == said.json["ready"]
    rows = shop.done("status").out.splitlines()
    at = rows.index("ready       no: 1.1.0 with 4 commits")
    assert rows[at + 1].startswith("            pay is unfinished (no commit says Feature-Done: pay)")
    assert f"              {shop.repo.id('X2')[:7]} feat(pay): a button" in shop("status", "--ready").out


PORTED = r"""
main:
  A "feat: shop" {app.txt: "1\n2\n3\n", stock.txt: "1\n2\n3\n"} [v1.0.0]
  had "fix(stock): the last piece (#2)" {stock.txt ~ "3\n" => "three\n"}
  X "feat(pay): a form\n\nFeature: pay" {pay.txt: "form\n"}
release/1.0 from A:
  port "fix(stock): the last piece (#2)" {stock.txt ~ "3\n" => "three\n", port.txt: "of the line\n"}
  R "chore(release): 1.0.1" {} [v1.0.1]
main:
  fix "fix: nine (#7)" {app.txt ~ "3\n" => "nine\n"}
"""


def test_status_and_options_tell_the_same_debts_before_a_park_and_after_it(tmp_path: Path) -> None:
    """Production has a port of `had` as users have it; no step of a way makes trunk forget its own."""
    shop = Shop(tmp_path / "shop", PORTED, remote=False)

    def debts() -> dict[str, list[str]]:
        told = shop("options", shop.repo.id("fix"), "--json", "--date", DATE).json["options"]
        ways = {o["kind"]: [d["subject"] for d in o["debts"]] for o in told}
        status = shop("status", "--ready", "--json").json
        of_status = [d["subject"] for line in status["lines"] for d in line["debts"]]
        ready = [o["message"] for o in status["ready"]["in_the_way"] if o["kind"] == "debts"]
        return {"status": of_status, "ready": ready, **{k: ways[k] for k in ("trunk-as-is", "back-out")}}

    none: dict[str, list[str]] = {"status": [], "ready": [], "trunk-as-is": [], "back-out": []}
    assert debts() == none
    shop.done(*sure(["park", "pay"]))
    shop.done(*sure(["unpark", "pay"]))
    assert debts() == none
    shop.done(*sure(["park", shop.repo.id("had")]))
    told = debts()
    subject = "fix(stock): the last piece (#2)"
    assert (told["status"], told["trunk-as-is"]) == ([subject], [subject])
    (refusal,) = told["ready"]
    assert subject in refusal


GOING_ON = r"""
main:
  A "feat: shop" {app.txt: "1\n"} [v1.0.0]
topic/pay from A:
  P "feat: a form" {pay.txt: "form\n"}
main:
  M merge topic/pay "Merge branch 'topic/pay'"
  fix "fix: nine (#7)" {app.txt: "nine\n"}
another from P:
  O "feat: begins there" {other.txt: "o\n"}
"""


def test_only_the_branch_that_was_merged_goes_on_after_its_merge(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "on", GOING_ON, remote=False)
    assert shop.done("status", "--json").json["ready"]["in_the_way"] == []
    shop.repo.git("branch", "-f", "topic/pay", shop.repo.id("O"))
    (obstacle,) = shop.done("status", "--json").json["ready"]["in_the_way"]
    assert obstacle["message"].startswith(
        "topic/pay is unfinished (branch topic/pay goes on after its merge)"
    )


NEEDS = r"""
main:
  A "feat: shop" {app.txt: "1\n2\n3\n"} [v1.0.0]
release/1.0 from A:
main:
  need "refactor: two" {app.txt ~ "2\n" => "two\n"}
  fix "fix: one and two (#7)" {app.txt: "one\ntwo!\n3\n"}
"""


def test_what_the_fix_needs_ships_besides_and_the_command_takes_it(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "needs", NEEDS, remote=False)
    said = shop("options", shop.repo.id("fix"), "--json", "--date", DATE).json
    option = next(o for o in said["options"] if o["kind"] == "hotfix-on-line")
    assert option["verdict"] == "clean-with-prerequisites"
    assert option["ships_besides"] == [shop.repo.id("need")]
    carry_out(shop, option)
    assert tree(shop, f"v{option['version']}") == option["facts"]["tree"]
