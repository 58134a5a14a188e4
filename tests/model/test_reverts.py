"""Reverts in a range: what cancels, what comes back, what stays as news."""

from hypothesis import given
from hypothesis import strategies as st

from relman.model.history import Commit, Person, Recorded
from relman.model.names import Oid
from relman.model.reverts import Cancelled, Reversal, cancel

ANN = Person(name="Ann", email="ann@example.com", when=0)


def oid(label: str) -> Oid:
    return Oid(label.encode().hex().ljust(40, "0"))


def commit(label: str, message: str, *parents: str) -> Commit:
    return Commit(
        id=oid(label),
        tree=oid("tree"),
        parents=tuple(map(oid, parents)),
        author=ANN,
        committer=ANN,
        message=message,
    )


def revert(label: str, target: str, *parents: str) -> Commit:
    return commit(label, f'Revert "{target}"\n\nThis reverts commit {oid(target)}.', *parents)


def cancelled(*commits: Commit, outside: tuple[Commit, ...] = ()) -> Cancelled:
    """Oldest first, as they are written here; the rule gets them newest first."""
    return cancel(Recorded([*outside, *commits]), [c.id for c in reversed(commits)])


def removed(*commits: Commit, outside: tuple[Commit, ...] = ()) -> set[str]:
    names = {c.id: bytes.fromhex(c.id).rstrip(b"\0").decode() for c in (*commits, *outside)}
    return {names[o] for o in cancelled(*commits, outside=outside).removed}


def test_a_revert_takes_its_commit_along() -> None:
    result = cancelled(commit("A", "feat: a"), commit("B", "fix: b", "A"), revert("R", "A", "B"))
    assert result == Cancelled(
        removed=frozenset({oid("A"), oid("R")}),
        reversals=(Reversal(revert=oid("R"), takes_back=(oid("A"),), how="commit", whole=True),),
    )


def test_nothing_reverted_removes_nothing() -> None:
    assert cancelled(commit("A", "feat: a"), commit("B", "Revert the flag", "A")) == Cancelled()


def test_a_revert_of_released_work_stays() -> None:
    released = commit("A", "feat: a")
    assert cancelled(revert("R", "A", "A"), outside=(released,)) == Cancelled()


def test_a_revert_that_reaches_outside_stays_but_its_inner_part_goes() -> None:
    both = commit("R", f"revert: two experiments\n\nRefs: {oid('A')}, {oid('B')[:9]}", "B")
    result = cancelled(commit("B", "feat: b", "A"), both, outside=(commit("A", "feat: a"),))
    assert result == Cancelled(
        removed=frozenset({oid("B")}),
        reversals=(Reversal(revert=oid("R"), takes_back=(oid("B"),), how="commit", whole=False),),
    )


def test_the_wording_of_the_specification() -> None:
    both = commit("R", f"revert: two experiments\n\nRefs: {oid('A')[:7]}, {oid('B')[:7]}", "B")
    assert removed(commit("A", "feat: a"), commit("B", "feat: b", "A"), both) == {"A", "B", "R"}


def test_an_abbreviation_that_fits_two_names_none() -> None:
    twins = (commit("A" * 10 + "x", "feat: a"), commit("A" * 10 + "y", "feat: b"))
    vague = commit("R", f"revert: one\n\nRefs: {oid('A' * 10)[:8]}")
    assert cancelled(*twins, vague) == Cancelled()


def test_reapplied_work_is_news_again() -> None:
    back = commit("S", f'Reapply "feat: a"\n\nThis reverts commit {oid("R")}.', "R")
    assert removed(commit("A", "feat: a"), revert("R", "A", "A"), back) == {"R", "S"}


def test_reapplying_what_a_release_reverted_stays() -> None:
    back = commit("S", f'Reapply "feat: a"\n\nThis reverts commit {oid("R")}.', "R")
    assert cancelled(back, outside=(revert("R", "A"), commit("A", "feat: a"))) == Cancelled()


def test_reverted_reapplied_and_reverted_by_the_first_name() -> None:
    story = (commit("A", "feat: a"), revert("R", "A", "A"), revert("S", "R", "R"), revert("T", "A", "S"))
    assert removed(*story) == {"A", "R", "S", "T"}


def test_a_forge_reverts_by_the_number_of_the_change_request() -> None:
    undo = commit("R", 'Revert "feat: a (#12)" (#15)\n\nReverts acme/shop#12', "B")
    again = commit("S", 'Revert "Revert "feat: a (#12)"" (#16)\n\nReverts acme/shop#15', "R")
    story = (commit("A", "feat: a (#12)"), commit("B", "feat: b (#13)", "A"), undo)
    assert removed(*story) == {"A", "R"}
    assert removed(*story, again) == {"R", "S"}


def test_the_number_of_a_released_change_request_removes_nothing() -> None:
    undo = commit("R", 'Revert "feat: a (#12)" (#15)\n\nReverts acme/shop#12', "B")
    assert cancelled(commit("B", "feat: b (#13)"), undo) == Cancelled()


def merge_story(*last: Commit) -> tuple[Commit, ...]:
    return (
        commit("Z", "chore: start"),
        commit("A", "feat: a", "Z"),
        commit("B", "fix: b", "A"),
        commit("C", "feat: trunk", "Z"),
        commit("M", "Merge branch 'topic'", "C", "B"),
        *last,
    )


def unmerge(label: str, mainline: str, *parents: str) -> Commit:
    said = f"This reverts commit {oid('M')}, reversing\nchanges made to {oid(mainline)}."
    return commit(label, f"Revert \"Merge branch 'topic'\"\n\n{said}", *parents)


def test_a_reverted_merge_takes_what_it_brought() -> None:
    assert removed(*merge_story(unmerge("R", "C", "M"))) == {"A", "B", "M", "R"}


def test_a_merge_reverted_to_its_second_parent_takes_the_other_side() -> None:
    assert removed(*merge_story(unmerge("R", "B", "M"))) == {"C", "M", "R"}


def test_a_merge_whose_revert_is_reverted_is_news_again() -> None:
    assert removed(*merge_story(unmerge("R", "C", "M"), revert("S", "R", "R"))) == {"R", "S"}


def test_a_merge_that_brought_released_work_leaves_its_revert() -> None:
    start, a, *rest = merge_story(unmerge("R", "C", "M"))
    assert removed(*rest, outside=(start, a)) == {"B", "M"}


def test_a_port_is_cancelled_by_the_ported_revert() -> None:
    port = commit("P", f"fix: a\n\n(cherry picked from commit {oid('A')})")
    undo = commit(
        "Q",
        f'Revert "fix: a"\n\nThis reverts commit {oid("A")}.\n\n(cherry picked from commit {oid("R")})',
        "P",
    )
    assert cancelled(port, undo).reversals == (
        Reversal(revert=oid("Q"), takes_back=(oid("P"),), how="port", whole=True),
    )


def test_reverts_in_a_ring_are_left_alone() -> None:
    one = commit("R", f'Revert "s"\n\nThis reverts commit {oid("S")}.')
    assert cancelled(one, revert("S", "R", "R")) == Cancelled()


@given(st.integers(min_value=0, max_value=12))
def test_a_chain_of_reverts_leaves_the_work_or_nothing(length: int) -> None:
    labels = ["A", *(f"R{n}" for n in range(length))]
    chain = [commit("A", "feat: a")]
    chain += [revert(labels[n + 1], labels[n], labels[n]) for n in range(length)]
    alive = {"A"} if length % 2 == 0 else set()
    assert removed(*chain) == set(labels) - alive


@given(st.data())
def test_the_order_of_the_range_decides_nothing(data: st.DataObject) -> None:
    count = data.draw(st.integers(min_value=1, max_value=9))
    commits = [commit("c0", "feat: 0")]
    for n in range(1, count):
        target = data.draw(st.none() | st.integers(min_value=0, max_value=n - 1))
        made = commit(f"c{n}", f"feat: {n}") if target is None else revert(f"c{n}", f"c{target}")
        commits.append(made)
    shuffled = data.draw(st.permutations([c.id for c in commits]))
    graph = Recorded(commits)
    assert cancel(graph, shuffled).removed == cancel(graph, [c.id for c in commits]).removed
