"""The graph of a real repository: git's own walks, and the recorded graph, are the oracles."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relman.errors import Kind, RelmanError
from relman.git.reader import Reader
from relman.git.repo import open_repository
from relman.model.history import Commit, Person, Recorded
from relman.model.names import Oid

START = 1_700_000_000
LONG = 700
Shape = list[tuple[list[int], int, list[str]]]
"""Per commit: indexes of its parents, its time, and the files that it writes."""


def git(folder: Path, *args: str, stdin: str = "") -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *args], input=stdin, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def build(folder: Path, shape: Shape) -> list[Oid]:
    """Imports a graph whose commits are branches c0, c1, ..., and gives their ids."""
    folder.mkdir(exist_ok=True)
    git(folder, "init", "-q", "-b", "c0")
    stream: list[str] = []
    for number, (parents, when, files) in enumerate(shape):
        message = f"c{number}"
        stream.append(f"commit refs/heads/c{number}\nmark :{number + 1}\ncommitter A <a@x> {when} +0000\n")
        stream.append(f"data {len(message)}\n{message}\n")
        stream.extend(f"{'merge' if place else 'from'} :{p + 1}\n" for place, p in enumerate(parents))
        stream.extend(f"M 100644 inline {file}\ndata {len(message)}\n{message}\n" for file in files)
    git(folder, "fast-import", "--quiet", stdin="".join(stream))
    found = git(folder, "for-each-ref", "--format=%(refname:lstrip=2) %(objectname)").splitlines()
    ids = dict(line.split(" ") for line in found)
    return [Oid(ids[f"c{n}"]) for n in range(len(shape))]


def reader(folder: Path) -> Reader:
    return Reader(open_repository(folder))


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    size = draw(st.integers(1, 9))
    found: Shape = []
    for number in range(size):
        parents = draw(st.lists(st.integers(0, number - 1), max_size=3, unique=True)) if number else []
        files = draw(st.lists(st.sampled_from(["a", "d/b", "d/e/c"]), max_size=2, unique=True))
        # Times rise: with skewed clocks git's own limited walk may differ from the truth.
        found.append((parents, START + 60 * number, files))
    return found


@settings(max_examples=25)
@given(shape=shapes(), data=st.data())
def test_the_reader_is_the_recorded_graph_and_git(
    tmp_path_factory: pytest.TempPathFactory, shape: Shape, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("graph")
    ids = build(folder, shape)
    some = st.lists(st.sampled_from(ids), max_size=3)
    include, exclude = data.draw(some), data.draw(some)
    real = reader(folder)
    paths = {oid: frozenset(_paths(folder, oid)) for oid in ids}
    recorded = Recorded([real.commit(oid) for oid in ids], paths)

    walked = git(folder, "rev-list", "--date-order", *include, "--not", *exclude).split() if include else []
    assert list(real.between(include, exclude)) == walked
    assert real.between(include, exclude) == recorded.between(include, exclude)
    for oid in ids:
        assert list(real.chain(oid)) == list(recorded.chain(oid))
        assert real.paths(oid) == recorded.paths(oid)
        assert real.when(oid) == recorded.when(oid)
        assert real.is_ancestor(oid, ids[-1]) == recorded.is_ancestor(oid, ids[-1])
    below = frozenset(oid for oid in ids if recorded.is_ancestor(oid, ids[-1]))
    fresh = reader(folder)
    assert fresh.ancestors(ids, ids[-1]) == below
    assert [fresh.is_ancestor(oid, ids[-1]) for oid in ids] == [oid in below for oid in ids]
    at_once = reader(folder)
    at_once.load_paths(ids)
    assert {oid: at_once.paths(oid) for oid in ids} == paths


def _paths(folder: Path, oid: str) -> Iterator[str]:
    parents = git(folder, "rev-list", "--parents", "-1", oid).split()[1:]
    old = parents[0] if parents else "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    yield from git(folder, "diff-tree", "-r", "--name-only", old, oid).splitlines()


def test_a_commit_with_everything(tmp_path: Path) -> None:
    ids = build(tmp_path, [([], START, ["a"]), ([], START + 60, ["b"]), ([0, 1], START + 120, [])])
    ada = Person(name="A", email="a@x", when=START + 120, offset=0)
    assert reader(tmp_path).commit(ids[2]) == Commit(
        id=ids[2],
        tree=Oid(git(tmp_path, "rev-parse", "c2^{tree}")),
        parents=(ids[0], ids[1]),
        author=ada,
        committer=ada,
        message="c2",
    )


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Oid]]:
    folder = tmp_path_factory.mktemp("long")
    return folder, build(folder, [([n - 1] if n else [], START + n, []) for n in range(LONG)])


def test_a_long_chain_is_whole_also_when_walked_again(long: tuple[Path, list[Oid]]) -> None:
    folder, ids = long
    real = reader(folder)
    assert list(real.chain(ids[-1])) == ids[::-1]
    assert list(real.chain(ids[-1])) == ids[::-1]
    assert list(real.chain(ids[-3])) == ids[-3::-1]


def test_a_long_chain_may_be_left_early(long: tuple[Path, list[Oid]]) -> None:
    folder, ids = long
    real = reader(folder)
    walk = real.chain(ids[-1])
    assert [next(walk) for _ in range(LONG - 50)] == ids[:49:-1]
    del walk
    assert list(real.chain(ids[-1])) == ids[::-1]


def test_a_shallow_clone_ends_at_its_boundary(long: tuple[Path, list[Oid]], tmp_path: Path) -> None:
    folder, ids = long
    for depth in (3, LONG - 100):
        clone = tmp_path / f"clone{depth}"
        git(tmp_path, "clone", "-q", f"--depth={depth}", "-b", f"c{LONG - 1}", f"file://{folder}", str(clone))
        real = reader(clone)
        assert list(real.chain(ids[-1])) == ids[: -depth - 1 : -1]
        assert real.between([ids[-1]], []) == tuple(ids[: -depth - 1 : -1])
        edge, beyond = ids[-depth], ids[-depth - 1]
        assert (real.is_shallow_boundary(edge), real.is_shallow_boundary(ids[-1])) == (True, False)
        assert (real.commit(edge).parents, real.has(edge), real.has(beyond)) == ((), True, False)
        for ask in (real.commit, real.paths, real.when, lambda o, r=real: r.between([o], [])):
            with pytest.raises(RelmanError) as caught:
                ask(beyond)
            assert caught.value.message == f"the commit ({beyond[:10]}) is not in this clone: it is shallow"
            assert caught.value.hints == ("git fetch --unshallow --tags",)


def test_what_is_not_a_commit_is_an_error(tmp_path: Path) -> None:
    build(tmp_path, [([], START, ["a"])])
    tree = Oid(git(tmp_path, "rev-parse", "c0^{tree}"))
    with pytest.raises(RelmanError) as caught:
        reader(tmp_path).commit(tree)
    assert (caught.value.kind, caught.value.message) == (Kind.USAGE, f"{tree} is not a commit")


def test_a_replaced_commit_is_read_as_its_id_says(tmp_path: Path) -> None:
    ids = build(
        tmp_path, [([], START, []), ([0], START + 60, []), ([1], START + 120, []), ([], START, ["x"])]
    )
    git(tmp_path, "replace", ids[1], ids[3])
    real = reader(tmp_path)
    assert real.between([ids[2]], []) == (ids[2], ids[1], ids[0])
    assert real.commit(ids[1]).message == "c1"


def test_reachable_tags_are_those_that_git_calls_merged(tmp_path: Path) -> None:
    ids = build(
        tmp_path,
        [
            ([], START, []),
            ([0], START + 60, []),
            ([0], START + 120, []),
            ([1], START + 180, []),
            ([2, 3], START + 240, []),
        ],
    )
    tags = {f"v{n}": oid for n, oid in enumerate(ids)}
    for name, oid in tags.items():
        git(tmp_path, "tag", name, oid)
    real = reader(tmp_path)
    for oid in ids:
        assert real.reachable_tags(oid, tags) == set(git(tmp_path, "tag", "--merged", oid).split())
    assert real.reachable_tags(ids[4], {}) == frozenset()


def test_a_path_that_looks_like_an_id_is_a_path(tmp_path: Path) -> None:
    name = "1" * 40
    ids = build(tmp_path, [([], START, [name]), ([0], START + 60, []), ([1], START + 120, [name])])
    real = reader(tmp_path)
    real.load_paths(ids)
    assert [real.paths(oid) for oid in ids] == [{name}, set(), {name}]


def test_a_partial_clone_compares_trees_without_their_files(tmp_path: Path) -> None:
    ids = build(tmp_path / "app", [([], START, ["a"]), ([0], START + 60, ["d/b"])])
    git(tmp_path / "app", "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{tmp_path}/app", "clone")
    assert reader(tmp_path / "clone").paths(ids[1]) == {"d/b"}


def test_streamed_commits_are_what_single_reads_give(tmp_path: Path) -> None:
    ids = build(tmp_path, [([n - 1] if n else [], START + n, ["a"]) for n in range(5)])
    wanted = [reader(tmp_path).commit(oid) for oid in ids]
    graph = reader(tmp_path)
    assert list(graph.commits(ids)) == wanted
    assert list(graph.commits(ids)) == wanted


def test_a_streamed_commit_that_is_not_here_is_an_error(tmp_path: Path) -> None:
    build(tmp_path, [([], START, ["a"])])
    with pytest.raises(RelmanError, match="is not in this repository") as caught:
        list(reader(tmp_path).commits([Oid("1" * 40)]))
    assert caught.value.kind is Kind.USAGE
