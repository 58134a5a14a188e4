"""What shipped already under another id and came back by a merge."""

from relman.model.names import Oid
from relman.model.ports import merged_in
from small_history import Small, oid, releases

PORT = f"fix: f\n\n(cherry picked from commit {oid('fix')})"


def told(small: Small, tip: str, *rows: tuple[str, str]) -> dict[Oid, str]:
    found = releases(*rows)
    commits = small.graph.between([oid(tip)], [r.commit for r in found if r.sound])
    return dict(merged_in(small.graph, commits, found, lambda _: "patch"))


def hotfixed(*, reverted: bool = False) -> Small:
    """A fix on trunk beside half a feature, its port released as 1.0.1 (or first in 1.0.2) and merged back."""
    small = Small()
    small.add("one")
    small.add("half", "one", message="feat: half")
    small.add("fix", "half", message="fix: f")
    small.add("port", "one", message=PORT)
    small.add(
        "oops", "port", message=f'Revert "fix: f"\n\nThis reverts commit {oid("port")}.' if reverted else ""
    )
    small.add("stamp", "oops", message="chore(release): 1.0.1")
    small.add("later", "stamp", message="chore(release): 1.0.2")
    small.add("back", "fix", "later", message="Merge tag 'v1.0.2'")
    small.add("rest", "back", message="feat: rest")
    return small


def test_a_port_that_was_merged_back_says_where_it_shipped_first() -> None:
    rows = (("1.0.0", "one"), ("1.0.1", "stamp"), ("1.0.2", "later"))
    assert told(hotfixed(), "rest", *rows) == {oid("fix"): "1.0.1"}


def test_a_port_that_was_taken_back_where_it_shipped_is_still_to_come() -> None:
    assert told(hotfixed(reverted=True), "rest", ("1.0.0", "one"), ("1.0.1", "stamp")) == {}


def test_a_candidate_alone_has_not_shipped_it() -> None:
    assert told(hotfixed(), "rest", ("1.0.0", "one"), ("1.0.1-rc.1", "stamp")) == {}


def test_nothing_shipped_where_nothing_was_merged() -> None:
    assert told(hotfixed(), "fix", ("1.0.0", "one")) == {}
    assert told(hotfixed(), "one", ("1.0.0", "one")) == {}
