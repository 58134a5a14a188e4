"""What is tried past a conflict, from the command line; git alone judges the trees."""

from pathlib import Path

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


def backport(yard: Yard, fix: str, line: str = "1.0", *more: str) -> tuple[int, dict[str, object]]:
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


def test_a_conflict_names_what_the_fix_needs_and_that_sequence_applies(yard: Yard) -> None:
    # The line that the fix changes is old; the one beside it, which the pick trips over, came with the other commit.
    needed = yard.commit("feat: four", a=BASE.replace("4", "four"))
    fix = yard.commit("fix: three", a=BASE.replace("3", "three").replace("4", "four"))
    code, pick = backport(yard, fix)
    assert (code, pick["rung"], pick["tree"], pick["affected"]) == (3, "conflict", None, True)
    assert pick["prerequisites"] == [needed]
    assert "goes on cleanly after one commit that it needs" in str(pick["evidence"])
    assert call(yard.path, "backport", needed, fix, "--to", "1.0", "--yes").code == 0
    assert yard.git("show", "release/1.0:a") == yard.git("show", f"{fix}:a")


def test_a_conflict_says_where_the_target_lacks_the_lines_that_are_mended(yard: Yard) -> None:
    yard.commit("feat: a new third", **{"a.py": "x = 1\n"})
    fix = yard.commit("fix: the new third", **{"a.py": "x = 2\n"})
    code, pick = backport(yard, fix)
    assert (code, pick["rung"], pick["affected"], pick["prerequisites"]) == (3, "conflict", False, [])
    assert "the target is probably not affected" in str(pick["evidence"])
