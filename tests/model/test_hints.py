from hypothesis import given
from hypothesis import strategies as st

from relman.model.hints import lines_stand, telling

LINES = tuple(f"value_{n} = compute({n})" for n in range(12))


def test_short_lines_and_comments_tell_nothing() -> None:
    told = [telling(line) for line in ("  return x", "    }", "# a long comment line", "\ttotal = sum(rows)")]
    assert told == [None, None, None, "total = sum(rows)"]


def test_three_quarters_of_at_least_five_lines() -> None:
    added = {"a": frozenset(LINES[:8])}
    assert lines_stand(added, {"a": frozenset(LINES[:6])})
    assert not lines_stand(added, {"a": frozenset(LINES[:5])})
    assert not lines_stand({"a": frozenset(LINES[:4])}, {"a": frozenset(LINES)})


def test_lines_count_in_their_own_file() -> None:
    added = {"a": frozenset(LINES[:6])}
    assert not lines_stand(added, {"b": frozenset(LINES)})


@given(st.frozensets(st.sampled_from(LINES)), st.frozensets(st.sampled_from(LINES)))
def test_more_lines_there_never_make_it_less_likely(some: frozenset[str], more: frozenset[str]) -> None:
    added = {"a": frozenset(LINES[:7])}
    assert lines_stand(added, {"a": some | more}) or not lines_stand(added, {"a": some})
