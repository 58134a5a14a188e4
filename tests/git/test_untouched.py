"""What is taken back without a merge is what git's own merge gives, and what it cannot give is left to git."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relman.git.repo import EMPTY_TREE
from relman.git.scratch import Scratch
from relman.git.untouched import taken_back
from relman.model.names import Oid
from relman.model.trees import Merged, PathEdit
from yard import Yard

PATHS = ("a", "b", "old/a", "old/b", "old/deep/a", "new/a", "x")
TEXTS = ("one\n" * 9, "one\n" * 8 + "two\n", "three\n", "four\n")
Files = dict[str, str]
FILES = st.dictionaries(st.sampled_from(PATHS), st.sampled_from(TEXTS), max_size=6)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Scratch:
    yard = Yard(tmp_path_factory.mktemp("yard") / "yard")
    yard.git("config", "merge.directoryRenames", "true")
    yard.commit(a="1\n")
    return yard.scratch("main")


def tree(scratch: Scratch, files: Files) -> Oid:
    return scratch.edit_tree(
        Oid(EMPTY_TREE), [PathEdit(path=p, content=t.encode()) for p, t in files.items()]
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=FILES, change=FILES, later=FILES, gone=st.sets(st.sampled_from(PATHS), max_size=2))
def test_law_it_is_what_git_merges(
    scratch: Scratch, before: Files, change: Files, later: Files, gone: set[str]
) -> None:
    after = {path: text for path, text in (before | change).items() if path not in gone}
    now = after | later
    trees = [tree(scratch, files) for files in (before, after, now)]
    found = taken_back(scratch.pygit, *trees)
    if found is not None:
        assert scratch.combine(trees[1], trees[2], trees[0]) == Merged(tree=found)
        return
    there = {path: now.get(path) for path in after if before.get(path) != after[path]}
    assert before.keys() - after.keys() or any(after[path] != text for path, text in there.items())


@pytest.mark.parametrize(
    ("before", "after", "now", "wanted"),
    [
        ({"a": "1"}, {"a": "2"}, {"a": "2", "b": "1"}, {"a": "1", "b": "1"}),
        ({"a": "1"}, {"a": "1", "d/n": "2"}, {"a": "3", "d/n": "2"}, {"a": "3"}),
        ({"a": "1"}, {"a": "1", "d/n": "2"}, {"a": "1", "d/n": "2", "d/m": "3"}, {"a": "1", "d/m": "3"}),
        ({}, {"a": "1"}, {"a": "1"}, {}),
        ({"a": "1"}, {"a": "2"}, {"a": "3"}, None),
        ({"a": "1"}, {"b": "1"}, {"b": "1"}, None),
        ({"a": "1"}, {"a": "2"}, {"b": "2"}, None),
        ({"a": "1"}, {"a/b": "1"}, {"a/b": "1"}, None),
    ],
)
def test_only_what_nobody_touched_since(
    scratch: Scratch, before: Files, after: Files, now: Files, wanted: Files | None
) -> None:
    trees = [tree(scratch, files) for files in (before, after, now)]
    assert taken_back(scratch.pygit, *trees) == (None if wanted is None else tree(scratch, wanted))


def test_modes_and_links_come_back(tmp_path: Path) -> None:
    yard = Yard(tmp_path / "yard")
    first = yard.commit(run="1\n", other="1\n")
    (yard.path / "run").chmod(0o755)
    (yard.path / "other").unlink()
    (yard.path / "other").symlink_to("run")
    second = yard.commit()
    third = yard.commit(more="1\n")
    with yard.scratch("main") as scratch:
        found = scratch.revert(second, scratch.tree_of(third))
        assert isinstance(found, Merged)
        assert scratch.changed(scratch.tree_of(first), found.tree) == ("more",)
