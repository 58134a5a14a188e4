"""What is tried past a conflict, from the command line; git alone judges the trees."""

from pathlib import Path
from typing import Any

import pytest

from command import call
from yard import Yard

BASE = "1\n2\n3\n4\n5\n"


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    """Trunk, and lines 1.1 and 1.0 that left it after its first commit."""
    made = Yard(tmp_path / "yard")
    made.git("config", "user.name", "Ada")
    made.git("config", "user.email", "ada@example.com")
    made.commit("feat: one", a=BASE, log="old\n")
    for version in ("1.0", "1.1"):
        made.git("branch", f"release/{version}")
        made.git("tag", f"v{version}.0")
    return made


def backport(yard: Yard, fix: str, line: str = "1.0", *more: str) -> tuple[int, dict[str, Any]]:
    said = call(yard.path, "backport", fix, "--to", line, "--json", *(more or ("--dry-run",)))
    (pick,) = said.json["targets"][0]["picks"]
    return said.code, pick


def test_a_conflict_in_bookkeeping_keeps_the_targets_side(yard: Yard) -> None:
    (yard.path / "relman.toml").write_text('[picks]\nbookkeeping = ["log"]\n')
    yard.commit("chore: note", log="trunk\n")
    fix = yard.commit("fix: three", a=BASE.replace("3", "three"), log="trunk\nfix\n")
    code, pick = backport(yard, fix)
    assert (code, pick["rung"], pick["from"]) == (0, "bookkeeping", fix)
    tree = str(pick["tree"])
    assert call(yard.path, "backport", fix, "--to", "1.0", "--yes").code == 0
    assert yard.tree("release/1.0") == tree
    assert yard.git("show", "release/1.0:log").strip() == "old"
    assert "three" in yard.git("show", "release/1.0:a")


def test_the_port_of_another_line_is_picked_where_the_fix_itself_conflicts(yard: Yard) -> None:
    yard.commit("refactor: spell it out", a=BASE.replace("3", "drei"))
    fix = yard.commit("fix: mend three (#7)", a=BASE.replace("3", "DREI"))
    trunk = yard.git("symbolic-ref", "--short", "HEAD").strip()
    yard.on("release/1.1")
    port = yard.commit(
        f"fix: mend three (#7)\n\n(cherry picked from commit {fix})", a=BASE.replace("3", "THREE")
    )
    yard.on(trunk)
    code, pick = backport(yard, fix)
    assert (code, pick["rung"], pick["source"], pick["from"]) == (0, "sibling", fix, port)
    yard.on("release/1.0")
    yard.git("cherry-pick", port)
    assert pick["tree"] == yard.tree("release/1.0")


@pytest.fixture
def needy(yard: Yard) -> tuple[Yard, str, str]:
    """A fix of an old line; the line beside it, which the pick trips over, came with the other commit."""
    needed = yard.commit("feat: four", a=BASE.replace("4", "four"))
    return yard, needed, yard.commit("fix: three", a=BASE.replace("3", "three").replace("4", "four"))


def test_what_a_fix_needs_is_proposed_and_not_taken(needy: tuple[Yard, str, str]) -> None:
    yard, needed, fix = needy
    refs = yard.git("for-each-ref")
    code, pick = backport(yard, fix, "1.0", "--yes")
    assert (code, pick["rung"], pick["tree"], pick["affected"]) == (3, "prerequisites", None, True)
    assert (pick["prerequisites"], pick["conflicts"][0]["causes"]) == ([needed], [needed])
    assert pick["evidence"][-2:] == [
        "goes on cleanly after one commit that it needs",
        f"needs {needed[:10]} feat: four (1 file, of a feature that no release has)",
    ]
    assert yard.git("for-each-ref") == refs
    call(yard.path, "abort")
    said = call(yard.path, "backport", fix, "--to", "1.0", "-n")
    assert said.code == 3
    assert f"take them along: relman -C {yard.path} backport {fix} --to 1.0 --with-prerequisites" in said.err


def test_what_a_fix_needs_is_picked_before_it_where_a_person_says_so(needy: tuple[Yard, str, str]) -> None:
    yard, needed, fix = needy
    words = ("backport", fix, "--to", "1.0", "--with-prerequisites", "--json")
    plan = call(yard.path, *words, "--dry-run").json
    first, second = plan["targets"][0]["picks"]
    assert [(p["source"], p["rung"], p["prerequisites"]) for p in (first, second)] == [
        (needed, "clean", []),
        (fix, "prerequisites", [needed]),
    ]
    assert first["evidence"] == [f"{fix[:10]} needs it"]
    assert [w["message"] for w in plan["warnings"]] == [
        f"{needed[:10]} feat: four (1 file, of a feature that no release has) comes along"
    ]
    yard.git("checkout", "-q", "--detach", "release/1.0")
    yard.git("cherry-pick", "-x", needed, fix)
    assert call(yard.path, *words, "--yes").code == 0
    for back in ("", "~1"):
        assert yard.tree(f"release/1.0{back}") == yard.tree(f"HEAD{back}")
        assert yard.git("log", "-1", "--format=%B", f"release/1.0{back}") == yard.git(
            "log", "-1", "--format=%B", f"HEAD{back}"
        )


def test_what_was_brought_for_one_fix_is_there_for_the_next(needy: tuple[Yard, str, str]) -> None:
    yard, needed, fix = needy
    again = yard.commit("fix: four", a=BASE.replace("3", "three").replace("4", "FOUR"))
    words = ("backport", fix, again, "--to", "1.0", "--with-prerequisites", "--dry-run", "--json")
    plan = call(yard.path, *words).json
    assert [(p["source"], p["rung"]) for p in plan["targets"][0]["picks"]] == [
        (needed, "clean"),
        (fix, "prerequisites"),
        (again, "clean"),
    ]
    assert len(plan["warnings"]) == 1


def test_a_feature_that_is_released_is_not_half_done(needy: tuple[Yard, str, str]) -> None:
    yard, needed, fix = needy
    yard.git("tag", "v1.2.0")
    _, pick = backport(yard, fix)
    assert pick["evidence"][-1] == f"needs {needed[:10]} feat: four (1 file, in v1.2.0)"


@pytest.fixture
def unaffected(yard: Yard) -> tuple[Yard, str, str]:
    """The bug came with a file that no release has."""
    bug = yard.commit("feat: rates", **{"a.py": "rate = fetch_rate(1)\n"})
    return yard, bug, yard.commit("fix: the rate", **{"a.py": "rate = fetch_rate(2)\n"})


def test_a_target_without_the_lines_that_are_mended_is_not_affected(
    unaffected: tuple[Yard, str, str],
) -> None:
    yard, bug, fix = unaffected
    code, pick = backport(yard, fix, "1.0", "--yes")
    assert (code, pick["rung"], pick["affected"], pick["prerequisites"]) == (3, "not-affected", False, [])
    assert pick["evidence"][-1] == (
        "the target is probably not affected: the line that it changes arrived after the target was cut, "
        f"with {bug[:10]}; no release has it yet"
    )
    said = call(yard.path, "backport", fix, "--to", "1.0", "--yes")
    words = f"relman -C {yard.path} backport {fix} --to 1.0 --anyway not-affected --reason TEXT"
    assert f"go on all the same: {words}" in said.err


def test_a_word_goes_past_it_down_the_ladder(unaffected: tuple[Yard, str, str]) -> None:
    yard, bug, fix = unaffected
    sure = ("--anyway", "not-affected", "--reason", "a customer has that file")
    code, pick = backport(yard, fix, "1.0", "--dry-run", *sure)
    assert (code, pick["rung"], pick["affected"], pick["prerequisites"]) == (3, "prerequisites", False, [bug])
    words = ("backport", fix, "--to", "1.0", "--with-prerequisites", *sure, "--json")
    plan = call(yard.path, *words, "--yes").json
    assert plan["overrides"] == [{"rule": "not-affected", "reason": "a customer has that file"}]
    assert yard.git("show", "release/1.0:a.py") == "rate = fetch_rate(2)"


def test_a_clean_pick_whose_lines_are_all_newer_warns(yard: Yard) -> None:
    yard.commit("feat: call it", **{"a.py": "call_the_bad_thing()\n", "b.py": "keep_this_line()\n"})
    yard.git("branch", "-f", "release/1.1", "HEAD~1")
    yard.on("release/1.1")
    yard.commit("feat: b", **{"a.py": "", "b.py": "keep_this_line()\n"})
    yard.on("main")
    bug = yard.commit("feat: use it", **{"a.py": "call_the_bad_thing()\nuse_the_bad_thing()\n"})
    fix = yard.commit("fix: do not", **{"a.py": "", "c.py": "test_it()\n"})
    code, pick = backport(yard, fix, "1.1")
    plan = call(yard.path, "backport", fix, "--to", "1.1", "--dry-run", "--json").json
    assert (code, pick["rung"], pick["affected"]) == (0, "clean", False)
    (warning,) = plan["warnings"]
    assert warning["rule"] is None
    assert warning["message"].startswith(
        f"{fix[:10]} applies, and yet the target is probably not affected: the 2 lines that it changes arrived "
        f"after the target was cut, with {bug[:10]} and 1 more"
    )
    sure = ("--anyway", "not-affected", "--reason", "the test is wanted")
    assert call(yard.path, "backport", fix, "--to", "1.1", "--yes", *sure).code == 0


def test_a_fix_of_a_fix_is_not_doubted_where_both_are_picked(yard: Yard) -> None:
    one = yard.commit("fix: three", a=BASE.replace("3", "the third of them"))
    two = yard.commit("fix: three again", a=BASE.replace("3", "the third of all"))
    plan = call(yard.path, "backport", one, two, "--to", "1.0", "--dry-run", "--json").json
    assert ([p["rung"] for p in plan["targets"][0]["picks"]], plan["warnings"]) == (["clean", "clean"], [])
