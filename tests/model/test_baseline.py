import pytest
from hypothesis import given
from hypothesis import strategies as st

from relman.errors import RelmanError
from relman.model.baseline import key, read, sift, write
from relman.model.finding import Finding
from small_history import oid

FOUND = (
    Finding(rule="F1", level="warning", where="commit aaa fix: b", message="m", commit=oid("a")),
    Finding(rule="B2", level="warning", where="branch feature/x", message="39 days", commit=oid("b")),
    Finding(rule="G2", level="error", where="tag v1.4.0", message="m", path="VERSION", commit=oid("c")),
)


def test_what_was_written_is_known_and_nothing_else() -> None:
    known = read(write(FOUND), "x")
    new = Finding(rule="F1", level="warning", where="commit bbb fix: c", message="m", commit=oid("z"))
    sifted = sift((*FOUND, new), known)
    assert (sifted.new, sifted.known, sifted.gone) == ((new,), 3, ())


def test_a_line_that_nothing_fits_is_gone() -> None:
    assert sift(FOUND[1:], read(write(FOUND), "x")).gone == (f"F1 commit {oid('a')}",)


def test_an_age_is_no_part_of_it() -> None:
    older = Finding(rule="B2", level="warning", where="branch feature/x", message="40 days", commit=oid("q"))
    assert key(older) == key(FOUND[1]) == "B2 branch feature/x"


def test_comments_and_blank_lines_say_nothing() -> None:
    assert read("# F1 commit a\n\n  B1   branch  x \n", "x") == {"B1 branch x"}


def test_another_file_is_refused_with_the_line() -> None:
    with pytest.raises(RelmanError, match=r"known.txt, line 2: a baseline's line is a rule and a place"):
        read("# x\n{\n", "known.txt")


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Z"]), min_size=1)))
def test_any_branch_survives_the_file(names: list[str]) -> None:
    found = tuple(Finding(rule="B1", level="warning", where=f"branch {n}", message="m") for n in names)
    assert sift(found, read(write(found), "x")).new == ()
