"""The one walk gives each release what set arithmetic on ancestors gives it."""

from hypothesis import given
from hypothesis import strategies as st

from relman.job.every_release import sort_out
from relman.model.history import Commit, Person, Recorded
from relman.model.names import Oid
from relman.model.tags import Release
from relman.model.version import Version

WHO = Person(name="a", email="a@example.com", when=0)


def oid(number: int) -> Oid:
    return Oid(f"{number + 1:040x}")


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Commit], list[Release]]:
    size = draw(st.integers(1, 12))
    commits = []
    for number in range(size):
        parents = draw(st.sets(st.integers(0, number - 1), max_size=2)) if number else set()
        who = Person(name="a", email="a@example.com", when=number)
        commits.append(
            Commit(
                id=oid(number),
                tree=oid(0),
                parents=tuple(oid(p) for p in sorted(parents)),
                author=WHO,
                committer=who,
                message="m",
            )
        )
    tagged = draw(st.lists(st.tuples(st.integers(0, size - 1), st.booleans()), max_size=6))
    shown = [
        Release(
            version=Version(major=1, minor=place, patch=0, pre="" if stable else "rc.1"),
            tag=f"v1.{place}",
            commit=oid(at),
            object=oid(at),
            annotated=False,
        )
        for place, (at, stable) in enumerate(tagged)
    ]
    return commits, shown


@given(histories())
def test_a_walk_sorts_as_sets_of_ancestors_do(drawn: tuple[list[Commit], list[Release]]) -> None:
    commits, shown = drawn
    graph, trunk = Recorded(commits), commits[-1].id
    tips = [trunk, *(r.commit for r in shown)]
    walk = [(at, graph.commit(at).parents) for at in graph.between(tips, [])]
    held = sort_out(walk, shown, trunk)
    on_trunk = set(graph.between([trunk], []))
    for place, release in enumerate(shown):
        below = [r.commit for r in shown[:place] if r.version.stable or not release.version.stable]
        wanted = graph.between([release.commit], below)
        got = [Oid(raw.hex()) for raw in held.news.get(place, [])]
        assert set(got) == set(wanted)
        assert len(got) == len(wanted)
        if release.version.stable:
            aside = {Oid(raw.hex()) for raw in held.aside.get(place, [])}
            assert aside == set(wanted) - on_trunk
