import pytest

from relman.model.feature import Feature, Trunk, arrivals, finished, half_done, says, strangers, units
from relman.model.history import Commit, Person, Recorded
from relman.model.names import Oid

ADA = Person(name="Ada", email="ada@example.com", when=0)


def oid(name: str) -> Oid:
    return Oid(name.ljust(40, "0"))


def commit(name: str, message: str = "feat: x", parents: tuple[str, ...] = ()) -> Commit:
    return Commit(
        id=oid(name),
        tree=oid("t"),
        parents=tuple(map(oid, parents)),
        author=ADA,
        committer=ADA,
        message=message,
    )


PAY = Feature(name="pay", scopes=("pay",), issues=("SHOP-12",), trailers=("Epic: checkout",))


@pytest.mark.parametrize(
    ("message", "how"),
    [
        ("feat: x\n\nFeature: pay", "trailer"),
        ("feat: x\n\nfeature: pay", "trailer"),
        ("feat: x\n\nFeature-Done: pay", "trailer"),
        ("feat: x\n\nEpic: checkout", "trailer"),
        ("feat(pay): x", "scope"),
        ("feat(pay, api): x", "scope"),
        ("feat: x\n\nRefs: SHOP-12", "issue"),
        ("feat: x\n\nFeature: payment", None),
        ("feat(payment): pay", None),
        ("feat: x\n\nFeature: pay\n\nand more text", None),
    ],
)
def test_a_message_says_that_it_belongs(message: str, how: str | None) -> None:
    assert says(PAY, commit("a", message)) == how


@pytest.mark.parametrize(
    ("message", "wip"), [("wip: x", True), ("WIP x", True), ("[wip] x", True), ("feat: wip", False)]
)
def test_work_in_progress_says_so_itself(message: str, *, wip: bool) -> None:
    assert half_done(commit("a", message)) is wip


def test_a_feature_is_finished_where_somebody_says_so() -> None:
    done = commit("a", "feat: x\n\nFeature-Done: pay")
    assert finished(PAY, [done])
    assert not finished(PAY, [commit("a", "feat: x\n\nFeature-Done: search")])
    assert finished(Feature(name="pay", done=True), [])


def test_commits_of_another_feature_are_told_by_trailer_or_table() -> None:
    mine, other = commit("a", "feat(pay): x"), commit("b", "feat(pay): x\n\nFeature: search")
    both = commit("c", "feat: x\n\nFeature: search\nFeature: pay")
    assert strangers(PAY, [mine, other, both], {}) == ((other, "search"),)
    assert strangers(PAY, [mine], {"till": Feature(name="till", scopes=("pay",))}) == ((mine, "till"),)


def trunk(graph: Recorded, commits: str, chain: str) -> Trunk:
    ids, own = tuple(map(oid, commits)), tuple(map(oid, chain))
    return Trunk(commits=ids, gone=frozenset(), chain=own, came=arrivals(graph, ids, own))


GRAPH = Recorded(
    [
        commit("a"),
        commit("b", parents=("a",)),
        commit("x", parents=("a",)),
        commit("y", parents=("x",)),
        commit("m", parents=("b", "y")),
        commit("c", parents=("m",)),
    ]
)


def test_a_commit_came_in_by_the_commit_of_the_chain_that_first_holds_it() -> None:
    assert trunk(GRAPH, "cmyxb", "bmc").came == {
        oid("b"): 0,
        oid("m"): 1,
        oid("y"): 1,
        oid("x"): 1,
        oid("c"): 2,
    }


def test_a_merge_whose_commits_are_all_wanted_goes_as_one() -> None:
    found = units(GRAPH, trunk(GRAPH, "cmyxb", "bmc"), frozenset({oid("x"), oid("y"), oid("c")}))
    assert [(u.commit, u.mainline) for u in found] == [(oid("c"), None), (oid("m"), 1)]


def test_of_a_merge_that_brought_more_only_the_wanted_commits_go() -> None:
    found = units(GRAPH, trunk(GRAPH, "cmyxb", "bmc"), frozenset({oid("y"), oid("m")}))
    assert [(u.commit, u.mainline) for u in found] == [(oid("y"), None)]
