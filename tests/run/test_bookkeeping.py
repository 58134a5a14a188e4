"""A pick whose conflicts are bookkeeping keeps the target's side there, to the byte, the mode and the absence."""

from collections.abc import Callable
from pathlib import Path

import pytest

from relman.config.record import Picks
from relman.git.raw_object import CommitText
from relman.model.history import Person
from relman.model.names import Oid
from relman.model.trees import Conflicted
from relman.run.bookkeeping import Kept, keep_target
from yard import Yard

PATTERNS = (*Picks().bookkeeping, "NEWS.d/*")
CODE = "".join(f"line {n}\n" for n in range(1, 21))
FIXED = CODE.replace("line 3\n", "line three\n")


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    return Yard(tmp_path / "yard")


def kept(yard: Yard, fix: Oid) -> Kept | None:
    with yard.scratch() as scratch:
        ours = yard.tree("rel")
        answer = scratch.pick(fix, ours)
        assert isinstance(answer, Conflicted)
        found = keep_target(scratch, answer, ours, PATTERNS)
        if found:
            yard.git("fetch", "-q", str(scratch.root / ".git"), scratch.write_commit(commit_of(found.tree)))
            yard.git("update-ref", "refs/heads/kept", "FETCH_HEAD")
        return found


def commit_of(tree: Oid) -> CommitText:
    nobody = Person(name="n", email="n@example.com", when=0)
    return CommitText(tree=tree, parents=(), message="kept", author=nobody, committer=nobody)


def changed(yard: Yard) -> list[str]:
    """What the pick changed on the target, as git says it."""
    return yard.git("diff", "--name-status", "--no-renames", "rel", "kept").split("\n")


def test_changelog_and_lock_keep_the_targets_side(yard: Yard) -> None:
    yard.commit(
        code=CODE, web__yarn_dot_lock="", CHANGELOG_dot_md="old\n", Cargo_dot_lock="1\n", Cargo_dot_toml="1\n"
    )
    yard.release()
    (yard.path / "CHANGELOG.md").chmod(0o755)
    yard.commit(CHANGELOG_dot_md="target\n", Cargo_dot_lock="2\n")
    yard.on("main")
    fix = yard.commit(code=FIXED, CHANGELOG_dot_md="trunk\n", Cargo_dot_lock="3\n", Cargo_dot_toml="3\n")
    found = kept(yard, fix)
    assert found == Kept(
        tree=yard.tree("kept"), paths=("CHANGELOG.md", "Cargo.lock"), manifests=("Cargo.toml",)
    )
    assert changed(yard) == ["M\tCargo.toml", "M\tcode"]
    assert found.evidence == "conflicts only in CHANGELOG.md, Cargo.lock: the target's side is kept"
    assert found.warning == "Cargo.toml changed with the fix: check CHANGELOG.md, Cargo.lock"
    assert yard.git("show", "kept:code") == FIXED.strip()


def test_a_target_without_the_file_stays_without_it(yard: Yard) -> None:
    yard.commit(code=CODE, logs__CHANGES="old\n")
    yard.release()
    yard.commit(logs__CHANGES=None)
    yard.on("main")
    found = kept(yard, yard.commit(code=FIXED, logs__CHANGES="new\n"))
    assert found is not None
    assert (changed(yard), found.warning) == (["M\tcode"], None)


def test_a_file_that_the_fix_deletes_stays(yard: Yard) -> None:
    yard.commit(code=CODE, CHANGES="old\n")
    yard.release()
    yard.commit(CHANGES="target\n")
    yard.on("main")
    assert kept(yard, yard.commit(code=FIXED, CHANGES=None)) is not None
    assert changed(yard) == ["M\tcode"]


def test_both_sides_renamed_the_changelog(yard: Yard) -> None:
    yard.commit(code=CODE, CHANGES=CODE)
    yard.release()
    yard.git("mv", "CHANGES", "CHANGES.md")
    yard.commit()
    yard.on("main")
    yard.git("mv", "CHANGES", "CHANGES.rst")
    assert kept(yard, yard.commit(code=FIXED)) is not None
    assert changed(yard) == ["M\tcode"]


def test_a_fix_of_nothing_else_leaves_the_target_as_it_is(yard: Yard) -> None:
    yard.commit(CHANGES="old\n")
    yard.release()
    yard.commit(CHANGES="target\n")
    yard.on("main")
    found = kept(yard, yard.commit(CHANGES="trunk\n"))
    assert found is not None
    assert found.tree == yard.tree("rel")


def code_too(yard: Yard) -> Oid:
    yard.commit(code=CODE, CHANGES="old\n")
    yard.release()
    yard.commit(code=CODE.replace("line 3\n", "line 3, ours\n"), CHANGES="target\n")
    yard.on("main")
    return yard.commit(code=FIXED, CHANGES="trunk\n")


def renamed_by_the_fix(yard: Yard) -> Oid:
    """The target's words would be lost under both names."""
    yard.commit(code=CODE, CHANGES=CODE)
    yard.release()
    yard.commit(CHANGES=CODE.replace("line 3\n", "line 3, ours\n"))
    yard.on("main")
    yard.git("mv", "CHANGES", "CHANGES.md")
    return yard.commit(code=FIXED, CHANGES_dot_md=FIXED)


def a_folder_in_its_place(yard: Yard) -> Oid:
    yard.commit(code=CODE)
    yard.release()
    yard.commit(CHANGES="a file\n")
    yard.on("main")
    return yard.commit(code=FIXED, CHANGES__1="a fragment\n")


def a_link_in_its_place(yard: Yard) -> Oid:
    yard.commit(code=CODE)
    yard.release()
    yard.commit(CHANGES="a file\n")
    yard.on("main")
    (yard.path / "CHANGES").symlink_to("code")
    return yard.commit(code=FIXED)


@pytest.mark.parametrize("case", [code_too, renamed_by_the_fix, a_folder_in_its_place, a_link_in_its_place])
def test_the_rest_needs_a_person(yard: Yard, case: Callable[[Yard], Oid]) -> None:
    assert kept(yard, case(yard)) is None
